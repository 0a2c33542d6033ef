"""Whether new rows of a live source are believed. What is refused never becomes a snapshot.

Rows must keep every rule a printed figure keeps and lie in the plausible range of their indicator; a series may not
have jumped by a power of ten, nor a source have lost many of its rows. A person who has looked may accept the latter.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

import polars as pl

from g60_pipeline.catalog import Catalog, LiveSource
from g60_pipeline.network.messages import SourceError
from g60_pipeline.normalize.catalog_tables import CATALOG_TABLES
from g60_pipeline.normalize.live import live_observations
from g60_pipeline.normalize.observations import candidates_from_raw
from g60_pipeline.normalize.vintages import State, replay
from g60_pipeline.replay import document_id
from g60_pipeline.sources.connector import Parsed
from g60_pipeline.tables.live import LIVE

NEW: Final = "answer"
"""Stands for the snapshot that is being judged."""

MANY_LOST: Final = 0.2
"""Share of the rows held that may be missing from a newer answer."""

FEW: Final = 3
"""That many rows may always be missing."""

POWER: Final = 1.0
"""Median change of a series, as a power of ten, from which its unit is taken to have changed."""

LOOK: Final = "Compare with the source's page. If it is right, run `g60 refresh --accept {source}`"
"""Remedy where a person may decide."""


def judge(
    parsed: Parsed, *, part: str, plan: LiveSource, catalog: Catalog, held: Parsed | None, today: dt.date, accept: bool
) -> None:
    """Raise unless what was parsed may become the snapshot in force.

    Args:
        parsed: New rows of a part.
        part: The part.
        plan: The source's entry of the catalog.
        catalog: The whole catalog.
        held: What the snapshot in force says; None where there is none.
        today: Last day a figure or document may be of.
        accept: A person has looked: jumps and losses are let pass.

    Raises:
        SourceError: Rows break a rule; the message names the first of them and how many there are.
    """
    name = f"{plan.source_id}, part {part}" if part else plan.source_id
    if parsed.published is not None and parsed.published > today:
        rule = f"the document says it was published on {parsed.published}, after {today}"
        raise SourceError(name, rule, "Look at the archived answer; nothing of it was used")
    for kind, frame in parsed.frames().items():
        _, failures = LIVE[kind].filter(frame)
        if len(failures):
            raise SourceError(name, f"{kind} break their contract: {failures.counts()}", "Mend the connector")
    if not sum(f.height for f in parsed.frames().values()) and not parsed.warnings:
        raise SourceError(name, "the answer holds no rows", "Look at the archived answer; nothing of it was used")
    new = _figures(parsed, plan=plan, catalog=catalog, today=today, name=name)
    _plausible(new, catalog=catalog, name=name)
    if held is None or accept:
        return
    old = _figures(held, plan=plan, catalog=catalog, today=today, name=name)
    _same_unit(old, new, plan=plan, name=name)
    for kind in LIVE:
        _few_lost(held.frames()[kind], parsed.frames()[kind], kind=kind, plan=plan, name=name)


def _figures(parsed: Parsed, *, plan: LiveSource, catalog: Catalog, today: dt.date, name: str) -> pl.DataFrame:
    """Return the figures in canonical units with the key of their row.

    Raises:
        SourceError: A figure breaks a rule that every printed figure keeps.
    """
    at = dt.datetime.combine(today, dt.time(), dt.UTC)
    state = State(source_id=plan.source_id, part="", snapshot_id=NEW, fetched_at=at, day=today, frames=parsed.frames())
    figures = replay([state]).vintages["figures"]
    rows = live_observations(figures, catalog.live)
    core = {n: CATALOG_TABLES[n](catalog) for n in ("geography", "indicator", "indicator_basis", "unit")}
    paper = pl.DataFrame(
        {"document_id": [document_id(plan.source_id, NEW)], "grade": ["A"], "published": [today]},
        schema={"document_id": pl.String, "grade": pl.String, "published": pl.Date},
    )
    made, issues = candidates_from_raw(rows, **core, document=paper, today=today)
    if issues:
        more = f" (and {len(issues) - 1} more)" if len(issues) > 1 else ""
        row = rows.row(by_predicate=pl.col("line") == issues[0].line, named=True)
        raise SourceError(f"{name}, {row['row_id'].partition('@')[0]}", issues[0].message + more, issues[0].remedy)
    series = figures.select(observation_id=pl.format("{}:{}@{}", "source_id", "record_key", "snapshot_id"), of="series")
    return made.join(series, on="observation_id", how="left")


def _plausible(new: pl.DataFrame, *, catalog: Catalog, name: str) -> None:
    ranges = CATALOG_TABLES["indicator"](catalog).select("indicator_id", "plausible_min", "plausible_max")
    odd = new.join(ranges, on="indicator_id").filter(
        (pl.col("value") < pl.col("plausible_min")) | (pl.col("value") > pl.col("plausible_max"))
    )
    if odd.height:
        first = odd.row(0, named=True)
        more = f" (and {odd.height - 1} more)" if odd.height > 1 else ""
        rule = (
            f"{first['value']:g} {first['unit']} lies outside {first['plausible_min']:g} to "
            f"{first['plausible_max']:g}, the plausible range of {first['indicator_id']}{more}"
        )
        remedy = "Compare with the source's page. If it is right, widen `plausible` of the indicator in the catalog"
        raise SourceError(f"{name}, {first['observation_id'].partition('@')[0]}", rule, remedy)


def _same_unit(old: pl.DataFrame, new: pl.DataFrame, *, plan: LiveSource, name: str) -> None:
    both = old.join(new, on=["observation_id"], suffix="_new").filter((pl.col("value") > 0) & (pl.col("value_new") > 0))
    jumps = both.group_by("of").agg(power=(pl.col("value_new").log10() - pl.col("value").log10()).median()).sort("of")
    for series, power in jumps.iter_rows():
        if abs(power) >= POWER:
            factor = math.pow(10, abs(power))
            way = "larger" if power > 0 else "smaller"
            rule = f"its figures are {factor:,.0f} times {way} than those held: its unit seems to have changed"
            raise SourceError(f"{name}, series {series}", rule, LOOK.format(source=plan.source_id))


def _few_lost(old: pl.DataFrame, new: pl.DataFrame, *, kind: str, plan: LiveSource, name: str) -> None:
    lost = old.join(new, on="record_key", how="anti")["record_key"].to_list()
    if len(lost) > max(FEW, MANY_LOST * old.height):
        rule = f"{len(lost)} of {old.height} {kind} held are missing, {', '.join(lost[:3])} among them"
        raise SourceError(name, rule, LOOK.format(source=plan.source_id))
