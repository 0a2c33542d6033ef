"""Warnings on tables: what a reader should look at, and what to do. Which rows those are is found in `metrics`.

A check runs inside the step of its asset. A warning stops nothing; what must not be published is a contract, or one of
the two checks of the publication in `assets`.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import dagster as dg
import polars as pl

from g60_pipeline.contracts import issues
from g60_pipeline.metrics import calendar, plausibility
from g60_pipeline.normalize.reasons import in_words
from g60_pipeline.normalize.scale import out_of_range, unlike_neighbours
from g60_pipeline.orchestration.asset_metadata import rows_value
from g60_pipeline.orchestration.sound import unsound
from g60_pipeline.steps import Tables
from g60_pipeline.tables import TABLES, table
from g60_pipeline.wording import Language, say

FAR_KM: Final = 30.0
"""Distance from which two points are not of one city."""

TODAY, OWN = "today", "frame"
"""Parameters of a check that are no names of tables: the day, and the table the check is on."""

SAMPLE_ROWS: Final = 10
"""Offending rows a check shows."""


@dataclass(frozen=True)
class TableCheck:
    """One warning on a table, and the function that finds the offending rows.

    The parameters of the function are the tables it reads: `frame` the one the check is on, others of the metrics or
    else of core. `today` is the day. What it looks for and what to do is in the catalogue of words, under its name.
    """

    name: str
    table: str
    rows: Callable[..., pl.DataFrame]

    def description(self, language: Language = "en") -> str:
        """Return what it looks for."""
        return say(f"check.{self.name}.description", language)

    def remedy(self, language: Language = "en") -> str:
        """Return what to do about the rows it finds."""
        return say(f"check.{self.name}.remedy", language)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the tables it reads."""
        return tuple(self._parameters().values())

    def find(self, tables: Tables, today: dt.date) -> pl.DataFrame:
        """Return the offending rows."""
        given: dict[str, Any] = {name: tables[full_name] for name, full_name in self._parameters().items()}
        if TODAY in inspect.signature(self.rows).parameters:
            given[TODAY] = today
        return self.rows(**given)

    def _parameters(self) -> dict[str, str]:
        names = [name for name in inspect.signature(self.rows).parameters if name != TODAY]
        return {name: self.table if name == OWN else _full_name(name) for name in names}

    @property
    def key(self) -> dg.AssetCheckKey:
        """Return its name in Dagster."""
        return dg.AssetCheckKey(asset_key(self.table), self.name)

    @property
    def spec(self) -> dg.AssetCheckSpec:
        """Return its definition in Dagster."""
        return dg.AssetCheckSpec(self.name, asset=asset_key(self.table), description=self.description())

    def evaluate(self, rows: pl.DataFrame) -> dg.AssetCheckResult:
        """Return what Dagster shows of the rows `find` found."""
        return result(self.key, rows, remedy=self.remedy(), severity=dg.AssetCheckSeverity.WARN)


def _full_name(name: str) -> str:
    return f"metrics.{name}" if f"metrics.{name}" in TABLES else table(f"core.{name}").full_name


def asset_key(full_name: str) -> dg.AssetKey:
    """Return the asset key of a table."""
    return dg.AssetKey(full_name.split("."))


def result(
    key: dg.AssetCheckKey, rows: pl.DataFrame, *, remedy: str, severity: dg.AssetCheckSeverity
) -> dg.AssetCheckResult:
    """Return a check's result: passed where there are no rows, else with their number, some of them and the remedy."""
    found: dict[str, dg.MetadataValue] = {"count": dg.MetadataValue.int(rows.height)}
    if rows.height:
        found |= {
            "rows": rows_value(rows.head(SAMPLE_ROWS)),
            "remedy": dg.MetadataValue.text(remedy),
        }
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=rows.is_empty(),
        severity=severity,
        description=f"{rows.height} rows to look at" if rows.height else "nothing to look at",
        metadata=found,
    )


CHECKS: Final = (
    TableCheck(
        name="figures_are_held_when_due",
        table="core.observation",
        rows=calendar.due_and_not_held,
    ),
    TableCheck(
        name="firms_are_placed",
        table="core.star_listing",
        rows=lambda star_unplaced: in_words(star_unplaced, "reason", "remedy"),
    ),
    TableCheck(
        name="coordinates_agree",
        table="core.coordinate",
        rows=lambda coordinate: coordinate.filter(pl.col("kilometres_apart") > FAR_KM),
    ),
    TableCheck(
        name="answers_without_remarks",
        table="core.snapshot",
        rows=lambda snapshot: snapshot.filter((pl.col("state") == "in force") & pl.col("note_en").is_not_null()).select(
            "source_id", "part", "snapshot_id", "note_en", "note_zh"
        ),
    ),
    TableCheck(
        name="archive_is_whole",
        table="core.snapshot",
        rows=lambda snapshot: snapshot.filter(~pl.col("state").is_in(["in force", "superseded"])).select(
            "source_id", "part", "snapshot_id", "state", "note_en", "note_zh"
        ),
    ),
    TableCheck(
        name="plausible_range",
        table="core.observation_candidate",
        rows=out_of_range,
    ),
    TableCheck(
        name="like_its_neighbours",
        table="core.observation",
        rows=unlike_neighbours,
    ),
    TableCheck(
        name="unresolved_disagreement",
        table="core.observation",
        rows=plausibility.disagreements,
    ),
    TableCheck(
        name="star_tally_agrees_with_press",
        table="core.observation",
        rows=plausibility.tally_against_press,
    ),
    TableCheck(
        name="quarantine_is_empty",
        table="core.quarantine",
        rows=lambda quarantine: issues.in_words(quarantine).drop("quarantine_id"),
    ),
    TableCheck(
        name="yearly_jump",
        table="metrics.growth",
        rows=plausibility.yearly_jumps,
    ),
    TableCheck(
        name="figures_can_hold_together",
        table="metrics.bound",
        rows=lambda frame, observation_candidate: plausibility.contradictions(frame, candidate=observation_candidate),
    ),
    TableCheck(
        name="members_within_province",
        table="metrics.corridor_total",
        rows=plausibility.parts_over_whole,
    ),
    TableCheck(
        name="coverage",
        table="metrics.corridor_total",
        rows=plausibility.gaps,
    ),
)
"""Warnings on what tables say."""


SOUND: Final = tuple(
    TableCheck(
        name="rows_are_sound",
        table=of.full_name,
        rows=partial(unsound, of),
    )
    for of in TABLES.values()
    if of.layer == "metrics"
)
"""Warnings on what must hold of every metric table."""


def checks_of(full_name: str) -> list[TableCheck]:
    """Return the warnings on a table."""
    return [check for check in (*CHECKS, *SOUND) if check.table == table(full_name).full_name]
