"""Warnings on tables: what a reader should look at, and what to do. Which rows those are is found in `metrics`.

A check runs inside the step of its asset. A warning stops nothing; what must not be published is a contract, or one of
the two checks of the publication in `assets`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import dagster as dg
import polars as pl

from g60_pipeline.metrics import calendar, plausibility
from g60_pipeline.normalize.scale import unlike_neighbours
from g60_pipeline.orchestration.columns import rows_value
from g60_pipeline.orchestration.sound import unsound
from g60_pipeline.steps import Tables
from g60_pipeline.tables import TABLES, Table, table
from g60_pipeline.wording import Language, say

FAR_KM: Final = 30.0
"""Distance from which two points are not of one city."""

SAMPLE_ROWS: Final = 10
"""Offending rows a check shows."""


@dataclass(frozen=True)
class TableCheck:
    """One warning: the table it is on, the tables it reads, and the function that finds the offending rows.

    What it looks for and what to do is in the catalogue of words, under its name.
    """

    name: str
    table: str
    reads: tuple[str, ...]
    find: Callable[[Tables, dt.date], pl.DataFrame]

    def description(self, language: Language = "en") -> str:
        """Return what it looks for."""
        return say(f"check.{self.name}.description", language)

    def remedy(self, language: Language = "en") -> str:
        """Return what to do about the rows it finds."""
        return say(f"check.{self.name}.remedy", language)

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


def _sound(of: Table) -> TableCheck:
    return TableCheck(
        name="rows_are_sound",
        table=of.full_name,
        reads=(of.full_name,),
        find=lambda t, _: unsound(of, t[of.full_name]),
    )


CHECKS: Final = (
    TableCheck(
        name="figures_are_held_when_due",
        table="core.observation",
        reads=("core.observation", "core.indicator"),
        find=lambda t, today: calendar.due_and_not_held(
            t["core.observation"], indicator=t["core.indicator"], today=today
        ),
    ),
    TableCheck(
        name="firms_are_placed",
        table="core.star_listing",
        reads=("core.star_unplaced",),
        find=lambda t, _: t["core.star_unplaced"],
    ),
    TableCheck(
        name="coordinates_agree",
        table="core.coordinate",
        reads=("core.coordinate",),
        find=lambda t, _: t["core.coordinate"].filter(pl.col("kilometres_apart") > FAR_KM),
    ),
    TableCheck(
        name="answers_without_remarks",
        table="core.snapshot",
        reads=("core.snapshot",),
        find=lambda t, _: (
            t["core.snapshot"]
            .filter((pl.col("state") == "in force") & pl.col("note").is_not_null())
            .select("source_id", "part", "snapshot_id", "note")
        ),
    ),
    TableCheck(
        name="archive_is_whole",
        table="core.snapshot",
        reads=("core.snapshot",),
        find=lambda t, _: (
            t["core.snapshot"]
            .filter(~pl.col("state").is_in(["in force", "superseded"]))
            .select("source_id", "part", "snapshot_id", "state", "note")
        ),
    ),
    TableCheck(
        name="plausible_range",
        table="core.observation_candidate",
        reads=("core.observation_candidate", "core.indicator"),
        find=lambda t, _: plausibility.out_of_range(t["core.observation_candidate"], indicator=t["core.indicator"]),
    ),
    TableCheck(
        name="like_its_neighbours",
        table="core.observation",
        reads=("core.observation_candidate", "core.indicator_basis"),
        find=lambda t, _: unlike_neighbours(t["core.observation_candidate"], indicator_basis=t["core.indicator_basis"]),
    ),
    TableCheck(
        name="unresolved_disagreement",
        table="core.observation",
        reads=("core.observation_candidate",),
        find=lambda t, _: plausibility.disagreements(t["core.observation_candidate"]),
    ),
    TableCheck(
        name="star_tally_agrees_with_press",
        table="core.observation",
        reads=("core.observation_candidate", "core.star_listing"),
        find=lambda t, _: plausibility.tally_against_press(
            t["core.observation_candidate"], star_listing=t["core.star_listing"]
        ),
    ),
    TableCheck(
        name="quarantine_is_empty",
        table="core.quarantine",
        reads=("core.quarantine",),
        find=lambda t, _: t["core.quarantine"].select(
            "file", "line", "column_name", "value", "rule", "message", "remedy"
        ),
    ),
    TableCheck(
        name="yearly_jump",
        table="metrics.growth",
        reads=("metrics.growth", "core.indicator"),
        find=lambda t, _: plausibility.yearly_jumps(t["metrics.growth"], indicator=t["core.indicator"]),
    ),
    TableCheck(
        name="members_within_province",
        table="metrics.corridor_total",
        reads=("core.observation_candidate", "core.indicator_basis", "core.geography"),
        find=lambda t, _: plausibility.parts_over_whole(
            t["core.observation_candidate"],
            indicator_basis=t["core.indicator_basis"],
            geography=t["core.geography"],
        ),
    ),
    TableCheck(
        name="coverage",
        table="metrics.corridor_total",
        reads=("metrics.corridor_total", "core.corridor_member", "core.indicator", "core.indicator_basis"),
        find=lambda t, _: plausibility.gaps(
            t["metrics.corridor_total"],
            corridor_member=t["core.corridor_member"],
            indicator=t["core.indicator"],
            indicator_basis=t["core.indicator_basis"],
        ),
    ),
)
"""Warnings on what tables say."""

SOUND: Final = tuple(_sound(t) for t in TABLES.values() if t.layer == "metrics")
"""Warnings on what must hold of every metric table."""


def checks_of(full_name: str) -> list[TableCheck]:
    """Return the warnings on a table."""
    return [check for check in (*CHECKS, *SOUND) if check.table == table(full_name).full_name]
