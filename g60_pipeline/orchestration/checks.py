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

from g60_pipeline.metrics import calendar, plausibility
from g60_pipeline.normalize.scale import unlike_neighbours
from g60_pipeline.orchestration.asset_metadata import rows_value
from g60_pipeline.orchestration.sound import unsound
from g60_pipeline.steps import Tables
from g60_pipeline.tables import TABLES, table

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
    else of core. `today` is the day.
    """

    name: str
    table: str
    description: str
    remedy: str
    rows: Callable[..., pl.DataFrame]

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
        return dg.AssetCheckSpec(self.name, asset=asset_key(self.table), description=self.description)

    def evaluate(self, rows: pl.DataFrame) -> dg.AssetCheckResult:
        """Return what Dagster shows of the rows `find` found."""
        return result(self.key, rows, remedy=self.remedy, severity=dg.AssetCheckSeverity.WARN)


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
        description="China's figure of every year that should be out by the release calendar is held.",
        remedy="Refresh the source, or enter the figure from the publisher's document (`g60 inbox template`)",
        rows=calendar.due_and_not_held,
    ),
    TableCheck(
        name="firms_are_placed",
        table="core.star_listing",
        description="Every firm of the exchange's list in the corridor's provinces has a city, in Shanghai a district.",
        remedy="Each row says what to do; a rule goes into catalog/address_rules.yaml",
        rows=lambda star_unplaced: star_unplaced,
    ),
    TableCheck(
        name="coordinates_agree",
        table="core.coordinate",
        description="Coordinates of the catalog lie within 30 km of those a live source gives.",
        remedy="Look at both on a map: a city's point may be its centre or its seat, a wrong place is far away",
        rows=lambda coordinate: coordinate.filter(pl.col("kilometres_apart") > FAR_KM),
    ),
    TableCheck(
        name="answers_without_remarks",
        table="core.snapshot",
        description="The connectors found nothing odd about the answers in force.",
        remedy="Look at the archived answer; its rows were taken",
        rows=lambda snapshot: snapshot.filter((pl.col("state") == "in force") & pl.col("note").is_not_null()).select(
            "source_id", "part", "snapshot_id", "note"
        ),
    ),
    TableCheck(
        name="archive_is_whole",
        table="core.snapshot",
        description="Every snapshot of the archive can be read.",
        remedy="`g60 archive verify` names the files; until they are mended the last good snapshot is in force",
        rows=lambda snapshot: snapshot.filter(~pl.col("state").is_in(["in force", "superseded"])).select(
            "source_id", "part", "snapshot_id", "state", "note"
        ),
    ),
    TableCheck(
        name="plausible_range",
        table="core.observation_candidate",
        description="Every figure lies within the plausible range of its indicator.",
        remedy="Compare with the document: a unit or a decimal point is often misread. If the figure is right, "
        "widen `plausible` of the indicator in the catalog",
        rows=plausibility.out_of_range,
    ),
    TableCheck(
        name="like_its_neighbours",
        table="core.observation",
        description="No figure is several times larger or smaller than the nearest ones of its series.",
        remedy="Compare value and unit with the document: a decimal point, or a share filed for a percentage. If the "
        "figure is right, add the flag unit_confirmed",
        rows=unlike_neighbours,
    ),
    TableCheck(
        name="unresolved_disagreement",
        table="core.observation",
        description="No chosen figure differs by more than 2 % from a rival, or by 20 % from one of another round.",
        remedy="Find out which document is right, or which revision each stands for, and give its round or status; by "
        "20 % no revision differs: a unit or a decimal point is misread",
        rows=plausibility.disagreements,
    ),
    TableCheck(
        name="star_tally_agrees_with_press",
        table="core.observation",
        description="The listing records give the numbers of STAR Market firms the press printed for the same day.",
        remedy="Look for firms missing or misplaced in the listing records, or a press date that is not the day meant",
        rows=plausibility.tally_against_press,
    ),
    TableCheck(
        name="quarantine_is_empty",
        table="core.quarantine",
        description="No row was refused.",
        remedy="Mend each row as its own remedy says; `g60 inbox check FILE` tests a file before it is loaded",
        rows=lambda quarantine: quarantine.select("file", "line", "column_name", "value", "rule", "message", "remedy"),
    ),
    TableCheck(
        name="yearly_jump",
        table="metrics.growth",
        description="No figure changes more within a year than its indicator allows.",
        remedy="Compare both ends with their documents; if the series breaks there, record it in facts/breaks.csv",
        rows=plausibility.yearly_jumps,
    ),
    TableCheck(
        name="figures_can_hold_together",
        table="metrics.bound",
        description="No printed figures, sums, identities and assumptions contradict each other.",
        remedy="Compare the figures named together with their documents. If all are right, an identity or a limit in "
        "catalog/bounds.yaml is too narrow; until then nothing is known of the numbers they restrict",
        rows=lambda frame, observation_candidate: plausibility.contradictions(frame, candidate=observation_candidate),
    ),
    TableCheck(
        name="members_within_province",
        table="metrics.corridor_total",
        description="Cities do not add up to more than their province, nor provinces to more than China.",
        remedy="Compare the figures with their documents: one of them counts something else, and needs its own basis",
        rows=plausibility.parts_over_whole,
    ),
    TableCheck(
        name="coverage",
        table="metrics.corridor_total",
        description="In the newest year of each headline indicator every member of the corridor reports.",
        remedy="Add the figures of the missing members to the inbox (`g60 inbox template`), each with its document",
        rows=plausibility.gaps,
    ),
)
"""Warnings on what tables say."""


SOUND: Final = tuple(
    TableCheck(
        name="rows_are_sound",
        table=of.full_name,
        description="There are rows, no key stands twice, low <= value <= high, and shares are within 0 and 1.",
        remedy="Have the row explained (`g60 explain`): a figure it was made of, or its formula, is wrong",
        rows=partial(unsound, of),
    )
    for of in TABLES.values()
    if of.layer == "metrics"
)
"""Warnings on what must hold of every metric table."""


def checks_of(full_name: str) -> list[TableCheck]:
    """Return the warnings on a table."""
    return [check for check in (*CHECKS, *SOUND) if check.table == table(full_name).full_name]
