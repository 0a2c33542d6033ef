"""Which missing figure would narrow which number most: claims that lead the audit, and the newest shares of China.

A figure that is wanted is one that the number is made of, or that a constraint ties to it, and of which no exact figure
is held. What it would remove is computed by taking it to be known, in the middle of what is possible of it:

    growth -88 to 1,161 %   with Suzhou 2018 at 600   ->   -85 to 700 %: 464 points removed

Where it is likely printed: the bureau of the place, and the best document that printed the same thing before.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from g60_pipeline.catalog.load import load_bounds
from g60_pipeline.contracts import columns as c
from g60_pipeline.ingest.communique.bureaus import bureaus
from g60_pipeline.ingest.inbox import FIGURES
from g60_pipeline.metrics.bounds.assemble import Frame
from g60_pipeline.metrics.bounds.cells import Cell, is_year_end
from g60_pipeline.metrics.bounds.contract import MEASURES
from g60_pipeline.metrics.bounds.targets import Target, targets
from g60_pipeline.metrics.bounds.totals_known import totals_known
from g60_pipeline.metrics.bounds.world import World
from g60_pipeline.metrics.engine.contract import Metric
from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.total import metric_members

Row = dict[str, Any]

FORMULA: Final = "wanted"
SHARE: Final = "share_of_nation"
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
    publisher_zh = c.text("Bureau that publishes figures of the place.", nullable=True)
    list_url = c.text("Page on which it lists its communiques.", nullable=True)
    release_month = c.whole("Month in which such figures are usually out.", nullable=True, minimum=1, maximum=12)
    release_year = c.whole("Year in which this one was out.", nullable=True, minimum=1900)
    printed_in = c.text(
        "Document that printed the same of a year near by.", nullable=True, references="core.document.document_id"
    )
    inbox_line = c.note("Line for a file of the inbox, with the value left out.")


@dataclass(frozen=True)
class _Number:
    target: Target
    claim_id: str | None


@dataclass(frozen=True)
class _Where:
    """Where figures are printed: per series and place the documents, and the release calendar."""

    documents: Mapping[tuple[str, str], Mapping[str, list[tuple[str, int, str]]]]
    calendar: Mapping[str, tuple[int | None, int | None]]


@metric(Wanted)
def wanted(  # noqa: PLR0913  - a parameter is a table
    *,
    claim: pl.DataFrame,
    claim_bound: pl.DataFrame,
    bound: pl.DataFrame,
    national_share: pl.DataFrame,
    figure: pl.DataFrame,
    observation_candidate: pl.DataFrame,
    indicator: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    geography: pl.DataFrame,
    corridor_member: pl.DataFrame,
    ratio: pl.DataFrame,
    series_break: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.wanted`, from the tables of the same names.

    Source of the idea: the value of one more observation under partial identification (Manski 2003).
    """
    rules = load_bounds()
    known = totals_known(figure, members=metric_members(corridor_member), indicator_basis=indicator_basis)
    frame = Frame.of(
        figure=figure,
        known=known,
        candidate=observation_candidate,
        indicator_basis=indicator_basis,
        geography=geography,
        corridor_member=corridor_member,
        series_break=series_break,
        rules=rules,
    )
    found = targets(known, ratio=ratio, held=frame.held, bases=frame.bases, places=frame.places, rules=rules)
    by_name = {target.name: target for target in found}
    numbers = [*_claimed(claim, claim_bound, by_name), *_shares(national_share, bound, by_name, indicator=indicator)]
    where = _Where(_documents(observation_candidate), _calendar(indicator))
    names = [tier.tier for tier in rules.tiers]
    worlds = frame.worlds((names[0], names[-1]))
    bounds = {row["metric_id"]: row for row in bound.select("metric_id", "input_ids", "flags").iter_rows(named=True)}
    rows: list[Row] = []
    for number in numbers:
        for tier, world in worlds.items():
            named = (f"bound:{number.target.name}:{t}" for t in reversed(names[: names.index(tier) + 1]))
            of = next(bounds[name] for name in named if name in bounds)
            made = {"parent_ids": [of["metric_id"]], "input_ids": of["input_ids"], "flags": of["flags"]}
            rows += (row | made for row in _rows(number, tier, world=world, frame=frame, where=where))
    return frame_of(rows, Wanted)


def _claimed(claim: pl.DataFrame, claim_bound: pl.DataFrame, of: Mapping[str, Target]) -> Iterator[_Number]:
    """Yield the numbers that claims which lead the audit are about, once for a corridor."""
    leads = claim.filter(pl.col("lead").is_not_null()).select("claim_id", "lead")
    rows = claim_bound.filter(pl.col("verdict") != OUTDATED).join(leads, on="claim_id").sort("lead", "metric_id")
    seen = set()
    for row in rows.iter_rows(named=True):
        (parent,) = row["parent_ids"]
        target = of.get(_name(parent))
        key = target and (
            row["claim_id"],
            row["corridor_id"],
            target.measure,
            *map(tuple, (target.above, target.below)),
        )
        if target is not None and key not in seen:
            seen.add(key)
            yield _Number(target, row["claim_id"])


def _name(metric_id: str) -> str:
    """Return the name of a target in the identifier of its bound, `bound:name:tier`."""
    return metric_id.partition(":")[2].rpartition(":")[0]


def _shares(
    national_share: pl.DataFrame, bound: pl.DataFrame, of: Mapping[str, Target], *, indicator: pl.DataFrame
) -> Iterator[_Number]:
    """Yield the newest share of China of each corridor and indicator that is an interval, on the default basis."""
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
    for name in rows["metric_id"]:
        target = of.get(_name(name))
        if target is not None:
            yield _Number(target, None)


def _rows(number: _Number, tier: str, *, world: World, frame: Frame, where: _Where) -> Iterator[Row]:
    target = number.target
    own = [*target.above, *target.below]
    if not all(cell in world.of_cell for cell in own) or world.contested(own):
        return
    today = _width(target, world)
    if not today:
        return
    least = parameters(FORMULA)["least_part"]
    for cell in _missing(own, world, frame):
        low, high = world.ends({cell: 1.0})
        if low is None or high is None or world.contested([cell]):
            continue
        with world.knowing(cell, (low.value + high.value) / 2):
            left = _width(target, world)
        if left is not None and today - left >= least * today:
            ends = {"low": low.value, "high": high.value, "width": today, "width_left": left}
            yield _row(number, tier, cell, ends=ends, frame=frame, where=where)


def _width(target: Target, world: World) -> float | None:
    ends = world.quotient_ends(target.above, target.below) if target.below else world.ends(target.above)
    low, high = ends
    return None if low is None or high is None else max(high.value - low.value, 0.0) * target.scale


def _missing(own: Iterable[Cell], world: World, frame: Frame) -> list[Cell]:
    """Return the figures of members and provinces that a number is made of, and those of year-ends tied to these."""
    own = set(own)
    tied = {cell for row in world.beside(own) for cell in row.terms}
    counted = frame.places.counted()
    held = frame.held.cells
    return sorted(
        cell
        for cell in own | tied
        if cell.place in counted
        and (cell in own or is_year_end(cell.day))
        and (cell not in held or not held[cell].exact)
    )


def _row(number: _Number, tier: str, cell: Cell, *, ends: Row, frame: Frame, where: _Where) -> Row:
    target, series = number.target, (cell.indicator, cell.basis)
    basis = frame.bases.rows[series]
    removed = ends["width"] - ends["width_left"]
    name = f"{number.claim_id or SHARE}:{target.name}:{cell.label}:{tier}"
    return {
        "metric_id": f"{FORMULA}:{name}",
        "geo_code": cell.place,
        "indicator_id": cell.indicator,
        "basis": cell.basis,
        "period_kind": basis["observed_over"],
        "period_end": cell.day,
        "year": cell.day.year,
        "unit": basis["unit"],
        "formula_id": FORMULA,
        "corridor": target.entity,
        "claim_id": number.claim_id,
        "measure": target.measure,
        "number_indicator_id": target.series[0],
        "number_period_end": target.day,
        "tier": tier,
        **ends,
        "removed": removed,
        "part_removed": removed / ends["width"],
        **_printed(cell, basis["unit"], where),
    }


def _printed(cell: Cell, unit: str, where: _Where) -> Row:
    bureau = next((b for b in bureaus() if b.geo_code == cell.place), None)
    month, lag = where.calendar.get(cell.indicator, (None, None))
    publisher, page = (bureau.publisher_zh, bureau.list_url) if bureau else (None, None)
    return {
        "publisher_zh": publisher,
        "list_url": page,
        "release_month": month or (bureau.month if bureau else None),
        "release_year": None if lag is None else cell.day.year + lag,
        "printed_in": _like(cell, where),
        "inbox_line": inbox_line(cell, unit, publisher=publisher or ""),
    }


def _like(cell: Cell, where: _Where) -> str | None:
    """Return the document that printed the same of the place, else of another one: best grade, nearest year."""
    of_series = where.documents.get((cell.indicator, cell.basis), {})
    held = of_series.get(cell.place) or [one for found in of_series.values() for one in found]
    ranked = sorted((grade, abs(year - cell.day.year), name) for grade, year, name in held)
    return ranked[0][2] if ranked else None


def inbox_line(cell: Cell, unit: str, *, publisher: str) -> str:
    """Return the line of an inbox file for a figure, with the value, the title and the address left out."""
    year, day = str(cell.day.year), cell.day.isoformat()
    kind, period = ("year", year) if is_year_end(cell.day) else ("date", day)
    filled = {
        "row_id": f"{cell.place}-{cell.indicator}-{period}",
        "geo_code": cell.place,
        "indicator_id": cell.indicator,
        "basis": cell.basis,
        "period_kind": kind,
        "period": period,
        "unit": unit,
        "publisher": publisher,
        "grade": "A",
    }
    line = io.StringIO()
    names = FIGURES.template.strip().split(",")
    csv.writer(line, lineterminator="").writerow([filled.get(name, "") for name in names])
    return line.getvalue()


def _documents(candidate: pl.DataFrame) -> dict[tuple[str, str], dict[str, list[tuple[str, int, str]]]]:
    found: dict[tuple[str, str], dict[str, list[tuple[str, int, str]]]] = {}
    columns = ("indicator_id", "basis", "geo_code", "grade", "year", "document_id")
    for indicator, basis, place, grade, year, document in candidate.select(columns).unique().sort(columns).iter_rows():
        if document is not None:
            found.setdefault((indicator, basis), {}).setdefault(place, []).append((grade, year, document))
    return found


def _calendar(indicator: pl.DataFrame) -> dict[str, tuple[int | None, int | None]]:
    rows = indicator.select("indicator_id", "release_month", "release_lag_years").iter_rows()
    return {name: (month, lag) for name, month, lag in rows}
