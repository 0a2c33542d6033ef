"""Whether new rows of a live source are accepted. What is refused never becomes a snapshot.

Rows must keep every rule a printed figure keeps and lie in the plausible range of their indicator (pairs of cities and
places: `gate_records`); no figure and no count of joint works may have jumped by a power of ten, against what is known,
against its nearest year, or in a first answer against the facts (`gate_facts`); a source may not have lost many of its
rows, nor say that it was published before what is stored. A person who has looked may accept all but the first two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from g60_pipeline.catalog import Catalog, LiveSource
from g60_pipeline.contracts.source_rows import LIVE
from g60_pipeline.ingest.live.connector import SourceRows
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.ingest.live.replay import document_id
from g60_pipeline.ingest.live.vintages import State, replay
from g60_pipeline.normalize.catalog_tables import CATALOG_TABLES
from g60_pipeline.normalize.live_rows import live_observations
from g60_pipeline.normalize.observations import candidates_from_raw
from g60_pipeline.normalize.scale import out_of_range
from g60_pipeline.refresh.gate_facts import facts_like
from g60_pipeline.refresh.gate_records import FEW_WORKS, in_china, more, pair_counts, within_cities
from g60_pipeline.wording import told

NEW: Final = "answer"
"""Name of the snapshot that is being validated."""

MANY_LOST: Final = 0.2
"""Share of the stored rows that may be missing from a newer answer."""

FEW: Final = 3
"""That many rows may always be missing."""

POWER: Final = 1.0
"""Change of a figure, as a power of ten, from which its unit is taken to have changed."""

NEAR: Final = 5
"""Years within which a figure of the same series and place is a neighbour an added one is compared with."""

CENSUS_NEAR: Final = 10
"""The same for a figure of a census, which is taken every ten years."""

COMPARED: Final = ("observation_id", "of", "geo_code", "period_end", "value", "near", "least")
"""Columns of a figure or count that is compared with another: `near` in years; both below `least` may differ freely."""


def validate(
    parsed: SourceRows,
    *,
    part: str,
    plan: LiveSource,
    catalog: Catalog,
    before: SourceRows | None,
    others: Sequence[SourceRows],
    today: dt.date,
    accept: bool,
) -> None:
    """Raise unless what was parsed may become the snapshot in force.

    Args:
        parsed: New rows of a part.
        part: The part.
        plan: The source's entry of the catalog.
        catalog: The whole catalog.
        before: What the snapshot in force says; None where there is none.
        others: What the snapshots in force of the source's other parts say.
        today: Last day a figure or document may be of.
        accept: A person has looked: jumps, losses and an older date of publication are accepted.

    Raises:
        SourceError: Rows break a rule; the message names the first of them and how many there are.
    """
    name = f"{plan.source_id}, part {part}" if part else plan.source_id
    if parsed.published is not None and parsed.published > today:
        raise SourceError(
            name, told("live.gate.future", published=parsed.published, today=today), told("live.remedy.unused")
        )
    for kind, frame in parsed.frames().items():
        _, failures = LIVE[kind].filter(frame)
        if len(failures):
            raise SourceError(
                name,
                told("live.gate.contract", kind=told(f"live.kind.{kind}"), counts=failures.counts()),
                told("live.remedy.mend_connector"),
            )
    if not sum(f.height for f in parsed.frames().values()) and not parsed.warnings:
        raise SourceError(name, told("live.gate.no_rows"), told("live.remedy.unused"))
    core = {n: CATALOG_TABLES[n](catalog) for n in ("geography", "indicator", "indicator_basis", "unit")}

    def read(rows: SourceRows) -> tuple[pl.DataFrame, pl.DataFrame]:
        figures = _figures(rows, plan=plan, core=core, today=today, name=name)
        return figures, pair_counts(rows.pairs, source_id=plan.source_id, name=name)

    figures, pairs = read(parsed)
    _plausible(figures, indicator=core["indicator"], name=name)
    within_cities(pairs, figures, name=name)
    in_china(parsed.places, name=name)
    if accept:
        return
    new = _compared(figures, pairs)
    old, *around = (_compared(*read(p)) if p is not None else new.clear() for p in (before, *others))
    _same_unit(old, new, plan=plan, name=name)
    _like_neighbours(new.join(old, on="observation_id", how="anti"), [old, *around], new, plan=plan, name=name)
    first = figures.join(pl.concat([old, *around]), on="of", how="anti")
    if first.height:
        _like_facts(facts_like(first, core=core, today=today), plan=plan, name=name)
    if before is None:
        return
    if parsed.published is not None and before.published is not None and parsed.published < before.published:
        raise SourceError(
            name,
            told("live.gate.older", published=parsed.published, held=before.published),
            told("live.remedy.look", source=plan.source_id),
        )
    for kind in LIVE:
        _few_lost(before.frames()[kind], parsed.frames()[kind], kind=kind, plan=plan, name=name)


def _figures(
    parsed: SourceRows, *, plan: LiveSource, core: Mapping[str, pl.DataFrame], today: dt.date, name: str
) -> pl.DataFrame:
    """Return the figures in canonical units with the key of their row.

    Raises:
        SourceError: A figure breaks a rule that every printed figure keeps.
    """
    at = dt.datetime.combine(today, dt.time(), dt.UTC)
    state = State(source_id=plan.source_id, part="", snapshot_id=NEW, fetched_at=at, day=today, frames=parsed.frames())
    figures = replay([state]).vintages["figures"]
    rows = live_observations(figures, [plan])
    document = pl.DataFrame(
        {"document_id": [document_id(plan.source_id, NEW)], "grade": ["A"], "published": [today]},
        schema={"document_id": pl.String, "grade": pl.String, "published": pl.Date},
    )
    made, issues = candidates_from_raw(rows, **core, document=document, today=today)
    if issues:
        row = rows.row(by_predicate=pl.col("line") == issues[0].line, named=True)
        raise SourceError(
            f"{name}, {row['row_id'].partition('@')[0]}",
            told("live.gate.broken", message=issues[0].message, more=more(len(issues))),
            issues[0].remedy,
        )
    series = figures.select(observation_id=pl.format("{}:{}@{}", "source_id", "record_key", "snapshot_id"), of="series")
    return made.join(series, on="observation_id", how="left")


def _compared(figures: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return figures and counts of joint works in the form in which they are compared."""
    census = pl.col("flags").list.contains("census")
    return pl.concat(
        [
            figures.with_columns(near=pl.when(census).then(CENSUS_NEAR).otherwise(NEAR), least=0).select(COMPARED),
            pairs.with_columns(near=NEAR, least=FEW_WORKS).select(COMPARED),
        ]
    )


def _plausible(new: pl.DataFrame, *, indicator: pl.DataFrame, name: str) -> None:
    odd = out_of_range(new, indicator=indicator)
    if odd.height:
        first = odd.row(0, named=True)
        raise SourceError(
            f"{name}, {first['observation_id'].partition('@')[0]}",
            told(
                "live.gate.implausible",
                value=first["value"],
                unit=first["unit"],
                least=first["plausible_min"],
                most=first["plausible_max"],
                indicator=first["indicator_id"],
                more=more(odd.height),
            ),
            told("live.remedy.widen"),
        )


def _same_unit(old: pl.DataFrame, new: pl.DataFrame, *, plan: LiveSource, name: str) -> None:
    """Raise if any figure jumped against the one in force in its place."""
    both = new.select(COMPARED).join(
        old.select("observation_id", before="value"), on="observation_id", maintain_order="left"
    )
    jumped = _jumps(both)
    if jumped.height:
        first = jumped.row(0, named=True)
        of = both.filter(pl.col("of") == first["of"]).height
        count = jumped.filter(pl.col("of") == first["of"]).height
        raise SourceError(
            f"{name}, {_cell(first)}",
            told("live.gate.jumped", factor=_factor(first), count=count, of=of),
            told("live.remedy.look", source=plan.source_id),
        )


def _like_neighbours(
    added: pl.DataFrame, in_force: Sequence[pl.DataFrame], new: pl.DataFrame, *, plan: LiveSource, name: str
) -> None:
    """Raise if any added figure is a power of ten away from its nearest year: in force, or else of the answer."""
    known = [f.select(*COMPARED, rank=pl.lit(0)) for f in in_force] + [new.select(*COMPARED, rank=pl.lit(1))]
    near = (
        added.select(COMPARED)
        .join(pl.concat(known), on=["of", "geo_code"], suffix="_near", maintain_order="left_right")
        .with_columns(apart=(pl.col("period_end") - pl.col("period_end_near")).dt.total_days().abs())
        .filter((pl.col("apart") > 0) & (pl.col("apart") <= pl.col("near") * 366))
        .sort("rank", "apart", "period_end_near", maintain_order=True)
        .unique("observation_id", keep="first", maintain_order=True)
        .sort("observation_id")
    )
    jumped = _jumps(near.rename({"value_near": "before"}))
    if jumped.height:
        first = jumped.row(0, named=True)
        raise SourceError(
            f"{name}, {_cell(first)}",
            told("live.gate.neighbour", factor=_factor(first), year=first["period_end_near"].year),
            told("live.remedy.look", source=plan.source_id),
        )


def _like_facts(ratios: pl.DataFrame, *, plan: LiveSource, name: str) -> None:
    """Raise if the figures of a new series are a power of ten away from the facts, in the median."""
    off = ratios.filter(pl.col("power").abs() >= POWER)
    if off.height:
        first = off.row(0, named=True)
        way = told("live.gate.larger" if first["power"] > 0 else "live.gate.smaller")
        raise SourceError(
            f"{name}, {_cell(first)}",
            told(
                "live.gate.facts",
                times=10 ** abs(first["power"]),
                way=way,
                compared=first["compared"],
                value=first["value"],
                fact=first["fact"],
                unit=first["unit"],
                fact_id=first["fact_id"],
                document=first["document_id"],
            ),
            told("live.remedy.look", source=plan.source_id),
        )


def _jumps(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of `value` and `before` that lie a power of ten apart, or of which one is zero."""
    value, before = pl.col("value").abs(), pl.col("before").abs()
    apart = (value.log10() - before.log10()).abs() >= POWER
    counts = pl.max_horizontal(value, before) >= pl.col("least")
    return pairs.filter(counts & (((value == 0) != (before == 0)) | ((value > 0) & (before > 0) & apart)))


def _factor(row: dict[str, Any]) -> str:
    value, before = row["value"], row["before"]
    if value == 0 or before == 0:
        return told("live.gate.against", value=value, before=before)
    way, factor = ("larger", value / before) if abs(value) > abs(before) else ("smaller", before / value)
    return told("live.gate.factor", value=value, before=before, way=told(f"live.gate.{way}"), factor=abs(factor))


def _cell(row: dict[str, Any]) -> str:
    return f"series {row['of']}, {row['observation_id'].partition(':')[2].partition('@')[0]}"


def _few_lost(old: pl.DataFrame, new: pl.DataFrame, *, kind: str, plan: LiveSource, name: str) -> None:
    lost = old.join(new, on="record_key", how="anti")["record_key"].to_list()
    if len(lost) > max(FEW, MANY_LOST * old.height):
        raise SourceError(
            name,
            told(
                "live.gate.lost",
                n=len(lost),
                held=old.height,
                kind=told(f"live.kind.{kind}"),
                names=", ".join(lost[:3]),
            ),
            told("live.remedy.look", source=plan.source_id),
        )
