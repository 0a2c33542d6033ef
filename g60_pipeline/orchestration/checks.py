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
from g60_pipeline.orchestration.asset_metadata import rows_value
from g60_pipeline.orchestration.sound import unsound
from g60_pipeline.steps import Tables
from g60_pipeline.tables import TABLES, Table, table

FAR_KM: Final = 30.0
"""Distance from which two points are not of one city."""

SAMPLE_ROWS: Final = 10
"""Offending rows a check shows."""


@dataclass(frozen=True)
class TableCheck:
    """One warning: the table it is on, the tables it reads, and the function that finds the offending rows."""

    name: str
    table: str
    description: str
    remedy: str
    reads: tuple[str, ...]
    find: Callable[[Tables, dt.date], pl.DataFrame]

    @property
    def key(self) -> dg.AssetCheckKey:
        """Return its name in Dagster."""
        return dg.AssetCheckKey(asset_key(self.table), self.name)

    @property
    def spec(self) -> dg.AssetCheckSpec:
        """Return its definition in Dagster."""
        return dg.AssetCheckSpec(self.name, asset=asset_key(self.table), description=self.description)

    def evaluate(self, rows: pl.DataFrame) -> dg.AssetCheckResult:
        """Return what Dagster shows of the rows `find` found."""
        return result(self.key, rows, remedy=self.remedy, severity=dg.AssetCheckSeverity.WARN)


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
        description="There are rows, no key stands twice, low <= value <= high, and shares are within 0 and 1.",
        remedy="Have the row explained (`g60 explain`): a figure it was made of, or its formula, is wrong",
        reads=(of.full_name,),
        find=lambda t, _: unsound(of, t[of.full_name]),
    )


CHECKS: Final = (
    TableCheck(
        name="figures_are_held_when_due",
        table="core.observation",
        description="China's figure of every year that should be out by the release calendar is held.",
        remedy="Refresh the source, or enter the figure from the publisher's document (`g60 inbox template`)",
        reads=("core.observation", "core.indicator"),
        find=lambda t, today: calendar.due_and_not_held(
            t["core.observation"], indicator=t["core.indicator"], today=today
        ),
    ),
    TableCheck(
        name="firms_are_placed",
        table="core.star_listing",
        description="Every firm of the exchange's list in the corridor's provinces has a city, in Shanghai a district.",
        remedy="Each row says what to do; a rule goes into catalog/address_rules.yaml",
        reads=("core.star_unplaced",),
        find=lambda t, _: t["core.star_unplaced"],
    ),
    TableCheck(
        name="coordinates_agree",
        table="core.coordinate",
        description="Coordinates of the catalog lie within 30 km of those a live source gives.",
        remedy="Look at both on a map: a city's point may be its centre or its seat, a wrong place is far away",
        reads=("core.coordinate",),
        find=lambda t, _: t["core.coordinate"].filter(pl.col("kilometres_apart") > FAR_KM),
    ),
    TableCheck(
        name="answers_without_remarks",
        table="core.snapshot",
        description="The connectors found nothing odd about the answers in force.",
        remedy="Look at the archived answer; its rows were taken",
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
        description="Every snapshot of the archive can be read.",
        remedy="`g60 archive verify` names the files; until they are mended the last good snapshot is in force",
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
        description="Every figure lies within the plausible range of its indicator.",
        remedy="Compare with the document: a unit or a decimal point is often misread. If the figure is right, "
        "widen `plausible` of the indicator in the catalog",
        reads=("core.observation_candidate", "core.indicator"),
        find=lambda t, _: plausibility.out_of_range(t["core.observation_candidate"], indicator=t["core.indicator"]),
    ),
    TableCheck(
        name="like_its_neighbours",
        table="core.observation",
        description="No figure is several times larger or smaller than the nearest ones of its series.",
        remedy="Compare value and unit with the document: a decimal point, or a share filed for a percentage. If the "
        "figure is right, add the flag unit_confirmed",
        reads=("core.observation_candidate", "core.indicator_basis"),
        find=lambda t, _: unlike_neighbours(t["core.observation_candidate"], indicator_basis=t["core.indicator_basis"]),
    ),
    TableCheck(
        name="unresolved_disagreement",
        table="core.observation",
        description="No chosen figure differs by more than 2 % from a rival, or by 20 % from one of another round.",
        remedy="Find out which document is right, or which revision each stands for, and give its round or status; by "
        "20 % no revision differs: a unit or a decimal point is misread",
        reads=("core.observation_candidate",),
        find=lambda t, _: plausibility.disagreements(t["core.observation_candidate"]),
    ),
    TableCheck(
        name="star_tally_agrees_with_press",
        table="core.observation",
        description="The listing records give the numbers of STAR Market firms the press printed for the same day.",
        remedy="Look for firms missing or misplaced in the listing records, or a press date that is not the day meant",
        reads=("core.observation_candidate", "core.star_listing"),
        find=lambda t, _: plausibility.tally_against_press(
            t["core.observation_candidate"], star_listing=t["core.star_listing"]
        ),
    ),
    TableCheck(
        name="quarantine_is_empty",
        table="core.quarantine",
        description="No row was refused.",
        remedy="Mend each row as its own remedy says; `g60 inbox check FILE` tests a file before it is loaded",
        reads=("core.quarantine",),
        find=lambda t, _: t["core.quarantine"].select(
            "file", "line", "column_name", "value", "rule", "message", "remedy"
        ),
    ),
    TableCheck(
        name="yearly_jump",
        table="metrics.growth",
        description="No figure changes more within a year than its indicator allows.",
        remedy="Compare both ends with their documents; if the series breaks there, record it in facts/breaks.csv",
        reads=("metrics.growth", "core.indicator"),
        find=lambda t, _: plausibility.yearly_jumps(t["metrics.growth"], indicator=t["core.indicator"]),
    ),
    TableCheck(
        name="members_within_province",
        table="metrics.corridor_total",
        description="Cities do not add up to more than their province, nor provinces to more than China.",
        remedy="Compare the figures with their documents: one of them counts something else, and needs its own basis",
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
        description="In the newest year of each headline indicator every member of the corridor reports.",
        remedy="Add the figures of the missing members to the inbox (`g60 inbox template`), each with its document",
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
