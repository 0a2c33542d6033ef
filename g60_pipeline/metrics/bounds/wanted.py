"""Which missing figure would narrow which number most: claims that lead the audit, and the newest shares of China.

A figure that is wanted is one that the number is made of, or that a constraint ties to it, and of which no exact figure
is stored. What it would remove is computed by taking it to be known, in the middle of what is possible of it:

    growth -88 to 1,161 %   with Suzhou 2018 at 600   ->   -85 to 700 %: 464 points removed

Where it is likely printed: the bureau of the place, and the best document that printed the same thing before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from g60_pipeline.catalog.load import load_bounds
from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.vocabulary import DOCUMENT_KINDS
from g60_pipeline.metrics.bounds.bound import outward
from g60_pipeline.metrics.bounds.cells import Cell, is_year_end
from g60_pipeline.metrics.bounds.contract import MEASURES
from g60_pipeline.metrics.bounds.published_world import cell_of, worlds_around
from g60_pipeline.metrics.bounds.sums import Places
from g60_pipeline.metrics.bounds.where_printed import Print
from g60_pipeline.metrics.bounds.world import World
from g60_pipeline.metrics.engine.contract import Metric
from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.engine.rounds import ANY_ROUND
from g60_pipeline.metrics.figures.total import metric_members

Row = dict[str, Any]

FORMULA: Final = "wanted"
SHARE: Final = "share_of_nation"
MEAN: Final = "mean"
OUTDATED: Final = "outdated"


class Wanted(Metric):
    """Figures that nobody has entered, by how much each would narrow a number: what to look up next.

    The row is for the place and the figure that is missing; `corridor`, `measure` and `number_*` say which number it
    would narrow. In the tier `printed` that is what the figure does to facts alone, in the last one what it still adds
    where everything is assumed.
    """

    corridor = c.text("Corridor whose number is narrowed.", references="core.corridor.corridor_id")
    claim_id = c.text("Claim about that number; empty for a share.", nullable=True, references="core.claim.claim_id")
    measure = c.one_of(MEASURES, "What the number is.")
    number_indicator_id = c.text("Indicator of the number.", references="core.indicator.indicator_id")
    number_period_end = c.day("Last day of the number's period.", role="value")
    tier = c.text("What is assumed beside what is printed.", role="value")
    low = c.number("The least the missing figure can be.", "unit")
    high = c.number("The most it can be.", "unit")
    width = c.number("Upper less lower end of the number today.", "unit of the number", nullable=False, minimum=0)
    width_left = c.number("The same with the figure known.", "unit of the number", nullable=False, minimum=0)
    removed = c.number("What the figure would take away.", "unit of the number", nullable=False, answer=True)
    part_removed = c.number("The same as a part of today's width.", "ratio", nullable=False, minimum=0)
    printed_kind = c.one_of(DOCUMENT_KINDS, "In what kind of document it is printed.")
    publisher_zh = c.text("Who publishes it: the bureau of the place, or the source of the catalog.", nullable=True)
    list_url = c.text("Page on which they list such documents, else their home page.", nullable=True)
    release_month = c.whole("Month in which such figures are usually out.", nullable=True, minimum=1, maximum=12)
    release_year = c.whole("Year in which this one was out.", nullable=True, minimum=1900)
    printed_in = c.text(
        "Document that printed the same of a year near by.", nullable=True, references="core.document.document_id"
    )
    inbox_line = c.note("Line for a file of the inbox, with the value left out.")


@dataclass(frozen=True)
class _Number:
    """A number to narrow: its bounds by tier, the sums it is made of, and the claims about it; None is a share."""

    name: str
    claims: tuple[str | None, ...]
    bounds: Mapping[str, Row]
    above: Mapping[Cell, float]
    below: Mapping[Cell, float]


@dataclass(frozen=True)
class _Catalog:
    """What the tables say of places, bases and stored figures, and where figures are printed."""

    counted: Set[str]
    bases: Mapping[tuple[str, str], Row]
    exact: Set[tuple[Any, ...]]
    """Cells of which an exact figure is stored."""
    print: Print


@metric(Wanted)
def wanted(  # noqa: PLR0913  - a parameter is a table
    *,
    claim: pl.DataFrame,
    claim_bound: pl.DataFrame,
    bound: pl.DataFrame,
    bound_constraint: pl.DataFrame,
    national_share: pl.DataFrame,
    figure: pl.DataFrame,
    observation_candidate: pl.DataFrame,
    indicator: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    geography: pl.DataFrame,
    corridor_member: pl.DataFrame,
    source: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.wanted`, from the tables of the same names.

    Source of the idea: the value of one more observation under partial identification (Manski 2003).
    """
    chosen = [*_claimed(claim, claim_bound), *_shares(national_share, bound, indicator=indicator)]
    numbers = list(_numbers(chosen, bound))
    catalog = _Catalog(
        counted=Places.of(geography, metric_members(corridor_member)).counted(),
        bases={(row["indicator_id"], row["basis"]): row for row in indicator_basis.iter_rows(named=True)},
        exact=_exact(figure),
        print=Print.of(observation_candidate, indicator=indicator, source=source, geography=geography),
    )
    names = [tier.tier for tier in load_bounds().tiers]
    labels = {
        cell for number in numbers for of in number.bounds.values() for cell in (*of["cells_above"], *of["cells_below"])
    }
    worlds = worlds_around(
        labels,
        bound_constraint,
        tiers={names[0]: names[:1], names[-1]: names[1:]},
        non_negative={series for series, row in catalog.bases.items() if row["non_negative"]},
    )
    rows = [
        row
        for number in numbers
        for tier, world in worlds.items()
        if (of := _in_force(number, names[: names.index(tier) + 1]))
        for row in _rows(number, tier, of=of, world=world, catalog=catalog)
    ]
    return frame_of(rows, Wanted)


def _claimed(claim: pl.DataFrame, claim_bound: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the bounds of numbers that claims which lead the audit are about, with the claim."""
    leads = claim.filter(pl.col("lead").is_not_null()).select("claim_id", "lead")
    rows = claim_bound.filter(pl.col("verdict") != OUTDATED).join(leads, on="claim_id").sort("lead", "metric_id")
    yield from ((parents[0], claim_id) for parents, claim_id in rows.select("parent_ids", "claim_id").iter_rows())


def _shares(
    national_share: pl.DataFrame, bound: pl.DataFrame, *, indicator: pl.DataFrame
) -> Iterator[tuple[str, None]]:
    """Yield the bounds of the newest share of China of each corridor and indicator that is an interval.

    Shares are those on the default basis.
    """
    default = indicator.select("indicator_id", basis="default_basis")
    newest = (
        national_share.filter(pl.col("corridor_id").is_not_null() & pl.col("annual"))
        .join(default, on=["indicator_id", "basis"])
        .sort("period_end")
        .group_by("corridor_id", "indicator_id", "basis")
        .agg(pl.col("period_end", "share").last())
        .filter(pl.col("share").is_null())
    )
    of_shares = (pl.col("measure") == SHARE) & (pl.col("tier") == load_bounds().tiers[0].tier)
    held = bound.filter(of_shares & pl.col("reason_code").is_null())
    rows = held.join(newest, on=["corridor_id", "indicator_id", "basis", "period_end"], how="semi").sort("metric_id")
    yield from ((name, None) for name in rows["metric_id"])


def _numbers(chosen: Iterable[tuple[str, str | None]], bound: pl.DataFrame) -> Iterator[_Number]:
    """Yield the numbers of some bounds, each once."""
    claims: dict[str, list[str | None]] = {}
    for metric_id, claim_id in chosen:
        claims.setdefault(_name(metric_id), []).append(claim_id)
    of: dict[str, dict[str, Row]] = {}
    for row in bound.iter_rows(named=True):
        if (name := _name(row["metric_id"])) in claims:
            of.setdefault(name, {})[row["tier"]] = row
    told = set()
    for name, asked in claims.items():
        if name not in of:
            continue
        row = next(iter(of[name].values()))
        part = 1 / len(row["cells_above"]) if row["measure"] == MEAN else 1.0
        above, below = ({cell_of(label): part for label in row[side]} for side in ("cells_above", "cells_below"))
        same = (row["corridor_id"], row["measure"], *above, None, *below)
        own = [claim_id for claim_id in dict.fromkeys(asked) if (claim_id, *same) not in told]
        told |= {(claim_id, *same) for claim_id in own}
        if own:
            yield _Number(name, tuple(own), of[name], above, below)


def _name(metric_id: str) -> str:
    """Return the name of a target in the identifier of its bound, `bound:name:tier`."""
    return metric_id.partition(":")[2].rpartition(":")[0]


def _in_force(number: _Number, tiers: Sequence[str]) -> Row | None:
    """Return the bound of a number in the last of some tiers: that of a tier before it where it narrows nothing."""
    held = [number.bounds[tier] for tier in tiers if tier in number.bounds]
    return held[-1] if held and held[-1]["width"] else None


def _rows(number: _Number, tier: str, *, of: Row, world: World, catalog: _Catalog) -> Iterator[Row]:
    """Yield the missing figures that narrow a number. One end is computed for all of them, then the other one."""
    own = {*number.above, *number.below}
    possible = {cell: world.ends({cell: 1.0}) for cell in _missing(own, world, catalog) if not world.contested([cell])}
    known = {cell: (low.value, high.value) for cell, (low, high) in possible.items() if low and high}
    lows, highs = (_left(number, known, world, sign=sign) for sign in (1.0, -1.0))
    least = parameters(FORMULA)["least_part"]
    for (cell, (low, high)), *ends in zip(known.items(), lows, highs, strict=True):
        if ends[0] is None or ends[1] is None:
            continue
        last, first = (
            outward(end * of["scale"] - of["less"], up=up, less=of["less"])
            for end, up in ((ends[1], True), (ends[0], False))
        )
        left = max(last - first, 0.0)
        if of["width"] - left >= least * of["width"]:
            widths = {"low": low, "high": high, "width": of["width"], "width_left": left}
            yield from (
                _row(number, claim, tier=tier, cell=cell, of=of, ends=widths, catalog=catalog)
                for claim in number.claims
            )


def _left(
    number: _Number, possible: Mapping[Cell, tuple[float, float]], world: World, *, sign: float
) -> list[float | None]:
    """Return one end of a number with each of some cells taken to be known, in the middle of what is possible of it."""
    world.end(number.above, number.below, sign=sign)
    ends = []
    for cell, between in possible.items():
        with world.knowing(cell, sum(between) / 2) as known:
            ends.append(known.end(number.above, number.below, sign=sign))
    return [None if end is None else end.value for end in ends]


def _missing(own: Set[Cell], world: World, catalog: _Catalog) -> list[Cell]:
    """Return the figures of members and provinces that a number is made of, and those of year-ends tied to these."""
    tied = {cell for row in world.beside(own) for cell in row.terms}
    return sorted(
        cell
        for cell in own | tied
        if cell.place in catalog.counted and (cell in own or is_year_end(cell.day)) and cell not in catalog.exact
    )


def _exact(figure: pl.DataFrame) -> set[tuple[Any, ...]]:
    """Return the cells of which an exact figure is stored."""
    held = figure.filter(pl.col("value").is_not_null() & (pl.col("round_group") == ANY_ROUND))
    return set(held.select("geo_code", "indicator_id", "basis", "period_end").iter_rows())


def _row(number: _Number, claim_id: str | None, *, tier: str, cell: Cell, of: Row, ends: Row, catalog: _Catalog) -> Row:
    basis = catalog.bases[cell.indicator, cell.basis]
    removed = ends["width"] - ends["width_left"]
    return {
        "metric_id": f"{FORMULA}:{claim_id or SHARE}:{number.name}:{cell.label}:{tier}",
        "geo_code": cell.place,
        "indicator_id": cell.indicator,
        "basis": cell.basis,
        "period_kind": basis["observed_over"],
        "period_end": cell.day,
        "year": cell.day.year,
        "unit": basis["unit"],
        "flags": of["flags"],
        "formula_id": FORMULA,
        "input_ids": of["input_ids"],
        "parent_ids": [of["metric_id"]],
        "corridor": of["corridor_id"],
        "claim_id": claim_id,
        "measure": of["measure"],
        "number_indicator_id": of["indicator_id"],
        "number_period_end": of["period_end"],
        "tier": tier,
        **ends,
        "removed": removed,
        "part_removed": removed / ends["width"],
        **catalog.print.columns(cell, basis["unit"]),
    }
