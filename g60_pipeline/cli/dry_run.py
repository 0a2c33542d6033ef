"""What an inbox file would do if it were built now: rows refused, figures chosen or losing to whom, claims audited.

Runs the steps of the graph in memory; nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from g60_pipeline.cli.cell_readings import CellReading, cell_readings
from g60_pipeline.contracts.issues import Issue, in_words, issues_frame
from g60_pipeline.contracts.vocabulary import VERDICTS
from g60_pipeline.errors import UsageError
from g60_pipeline.ingest.facts import ENTERED, read_facts
from g60_pipeline.ingest.inbox import Rows, read_inbox, read_inbox_file, together
from g60_pipeline.ingest.readings import Reading
from g60_pipeline.metrics.plausibility import disagreements, yearly_jumps
from g60_pipeline.normalize.choose import SERIES
from g60_pipeline.normalize.expressions import filed_as
from g60_pipeline.normalize.scale import out_of_range, unlike_neighbours
from g60_pipeline.reader.reasons import reason
from g60_pipeline.settings import Settings, inbox_label
from g60_pipeline.steps import Context, run_steps
from g60_pipeline.tables import table
from g60_pipeline.wording import BilingualText, told

OF_FIGURES: Final = ("core.quarantine", "metrics.growth")
"""Tables from which all is learnt about single figures, with those behind them."""

OF_CLAIMS: Final = (*OF_FIGURES, "metrics.claim_audit")
"""Tables from which all is learnt about claims too."""

BOUNDS: Final = ("metrics.bound", "metrics.bound_constraint")
"""Tables that only claims need: they narrow totals without a value, and nothing is said of these about a figure."""


@dataclass(frozen=True)
class AcceptedFigure:
    """One row that passes: the figure it becomes, and whether it would be chosen."""

    file: str
    line: int
    row_id: str
    place_en: str
    place_zh: str
    geo_code: str
    indicator_id: str
    basis: str
    period_kind: str
    period_start: str
    period_end: str
    value: float
    unit: str
    typed: str | None
    """Value and unit as they are written in the file, where they are read as something else."""
    chosen: bool
    reason: str
    rival: str | None
    """Figure it is chosen before, or loses to; empty when it is the only one."""


@dataclass(frozen=True)
class AcceptedClaim:
    """One claim that passes: the interval it means, and the verdict of the audit."""

    file: str
    line: int
    claim_id: str
    statement_en: str
    statement_zh: str
    claimed_low: float | None
    claimed_high: float | None
    claimed_unit: str
    verdicts: dict[str, str]
    """Corridor or place -> verdict, on the basis that decides most."""


@dataclass(frozen=True)
class FigureWarning:
    """One figure to look at, and why."""

    file: str
    line: int
    row_id: str
    warning: str


@dataclass(frozen=True)
class DryRun:
    """What the files would do."""

    files: list[str]
    accepted: list[AcceptedFigure]
    claims: list[AcceptedClaim]
    refused: list[dict[str, Any]]
    warnings: list[FigureWarning]
    readings: list[CellReading]
    """Each once, in the order in which they first occur."""

    def as_json(self) -> dict[str, Any]:
        """Return everything as one object."""
        return {
            "files": self.files,
            "accepted": [asdict(a) for a in self.accepted],
            "claims": [asdict(c) for c in self.claims],
            "refused": self.refused,
            "warnings": [asdict(w) for w in self.warnings],
            "readings": [asdict(r) for r in self.readings],
        }


def dry_run(settings: Settings, paths: Sequence[Path]) -> DryRun:
    """Return what files would do beside the facts and the rest of the inbox.

    A file with the name of one in the inbox is taken as its new version.

    Raises:
        UsageError: Two of the files have one name.
        G60Error: A file can not be opened.
    """
    names = [path.name for path in paths]
    if len(set(names)) < len(names):
        raise UsageError.of("file.one_name")
    readings: list[Reading] = []
    checked = [read_inbox_file(path, on_reading=readings.append) for path in paths]
    others, _ = read_inbox([path for path in settings.inbox_files() if path.name not in names])
    issues = [issue for _, found in checked for issue in found]
    own = together([rows for rows, _ in checked])
    tables = _run(settings, together([others, own]), issues, claims=not own["claim"].is_empty())
    labels = [inbox_label(path) for path in paths]
    refused = pl.concat([tables[f"issue.{name}"] for name in ("inbox", "document", *ENTERED)])
    ours = refused.filter(pl.col("file").is_in(labels)).drop("quarantine_id").sort("file", "line", nulls_last=False)
    figures = _own_figures(tables, labels)
    typed = {(r.file, r.line, r.column): r.typed for r in readings}
    return DryRun(
        files=labels,
        accepted=[_accepted(row, typed) for row in figures.iter_rows(named=True)],
        claims=_own_claims(tables, own["claim"]),
        refused=in_words(ours).to_dicts(),
        warnings=_warnings(tables, figures),
        readings=cell_readings(readings, tables),
    )


def _run(settings: Settings, own: Rows, issues: list[Issue], *, claims: bool) -> dict[str, pl.DataFrame]:
    rows = together([{name: read_facts(name) for name in ENTERED}, own])
    given = {f"raw.{name}": frame for name, frame in rows.items()} | {"issue.inbox": issues_frame(issues)}
    if not claims:
        given |= {name: table(name).schema.create_empty() for name in BOUNDS}
    return run_steps(Context.now(settings), given=given, wanted=OF_CLAIMS if claims else OF_FIGURES)


def _own_claims(tables: dict[str, pl.DataFrame], own: pl.DataFrame) -> list[AcceptedClaim]:
    if own.is_empty():
        return []
    filed = own.select("file", "line", row="claim_id", claim_id=filed_as("claim_id")).unique("claim_id", keep="first")
    verdicts: dict[str, dict[str, str]] = {}
    decided = pl.col("verdict").replace_strict({v: i for i, v in enumerate(VERDICTS)})
    for row in tables["metrics.claim_audit"].sort(decided, "basis").iter_rows(named=True):
        verdicts.setdefault(row["claim_id"], {}).setdefault(row["corridor_id"] or row["geo_code"], row["verdict"])
    columns = ("statement_en", "statement_zh", "claimed_low", "claimed_high", "claimed_unit")
    accepted = tables["core.claim"].join(filed, on="claim_id").sort("file", "line")
    return [
        AcceptedClaim(
            file=row["file"],
            line=row["line"],
            claim_id=row["row"],
            verdicts=verdicts.get(row["claim_id"], {}),
            **{c: row[c] for c in columns},
        )
        for row in accepted.iter_rows(named=True)
    ]


def _own_figures(tables: dict[str, pl.DataFrame], labels: Sequence[str]) -> pl.DataFrame:
    places = tables["core.geography"].select("geo_code", place_en="name_en", place_zh="name_zh")
    candidates = tables["core.observation_candidate"]
    runner_up = (
        candidates.filter(~pl.col("chosen"))
        .unique(SERIES, keep="first", maintain_order=True)
        .select(*SERIES, runner_up="observation_id")
    )
    winner = candidates.filter("chosen").select(*SERIES, winner="observation_id")
    line = pl.col("origin").str.extract(r"^(.+), line (\d+)$", 2).cast(pl.Int64)
    return (
        candidates.with_columns(file=pl.col("origin").str.extract(r"^(.+), line \d+$", 1), line=line)
        .filter(pl.col("file").is_in(list(labels)))
        .join(winner, on=SERIES, how="left")
        .join(runner_up, on=SERIES, how="left")
        .join(places, on="geo_code", how="left")
        .select(
            "file",
            "line",
            pl.col("observation_id").str.strip_prefix(pl.col("file") + "#").alias("row_id"),
            "place_en",
            "place_zh",
            "geo_code",
            "indicator_id",
            "basis",
            "period_kind",
            pl.col("period_start", "period_end").cast(pl.String),
            "value",
            "unit",
            "value_as_published",
            "unit_as_published",
            "chosen",
            "reason_code",
            "reason_args",
            pl.when("chosen").then("runner_up").otherwise("winner").alias("rival"),
        )
        .sort("file", "line")
    )


def _accepted(row: dict[str, Any], typed: Mapping[tuple[str, int, str], str]) -> AcceptedFigure:
    """Return a row that passes; `typed` has what is written in a cell by its file, line and column."""
    why = BilingualText(*(reason(row) or ("", "")))
    cells = {column: typed.get((row["file"], row["line"], column)) for column in ("value", "unit")}
    written = (
        " ".join(cells[column] or row[f"{column}_as_published"] for column in cells) if any(cells.values()) else None
    )
    left_out = ("reason_code", "reason_args", "value_as_published", "unit_as_published")
    fields = {name: value for name, value in row.items() if name not in left_out}
    return AcceptedFigure(**fields, typed=written, reason=why)


def _warnings(tables: dict[str, pl.DataFrame], figures: pl.DataFrame) -> list[FigureWarning]:
    own = {f"{row['file']}#{row['row_id']}": row for row in figures.iter_rows(named=True)}
    candidates, indicator = tables["core.observation_candidate"], tables["core.indicator"]
    found: list[tuple[str, BilingualText]] = []
    for row in out_of_range(candidates, indicator=indicator).iter_rows(named=True):
        limits = {"least": row["plausible_min"], "most": row["plausible_max"]}
        words = told("inbox.warning.out_of_range", value=row["value"], unit=row["unit"], **limits)
        found.append((row["observation_id"], words))
    for row in disagreements(candidates).iter_rows(named=True):
        for mine, other, value in (
            (row["observation_id"], row["rival_id"], row["rival_value"]),
            (row["rival_id"], row["observation_id"], row["value"]),
        ):
            by = {"by": row["difference"], "other": other, "value": value, "unit": row["unit"]}
            found.append((mine, told("inbox.warning.differs", **by)))
    for row in unlike_neighbours(candidates, indicator_basis=tables["core.indicator_basis"]).iter_rows(named=True):
        near = {name: row[name] for name in ("value", "unit", "neighbours")}
        words = told("inbox.warning.unlike", **near)
        found.append((row["observation_id"], words))
    growth = tables["metrics.growth"]
    inputs = dict(growth.select("metric_id", "input_ids").iter_rows())
    for row in yearly_jumps(growth, indicator=indicator).iter_rows(named=True):
        words = told(
            "inbox.warning.jump",
            place=row["geo_code"] or row["corridor_id"],
            year=row["period_end"].year,
            change=row["value"],
            before=row["base_value"],
            value=row["end_value"],
            usual=row["max_yearly_change"],
        )
        found += [(i, words) for i in inputs[row["metric_id"]]]
    rows = [(own[i], words) for i, words in found if i in own]
    warned = [FigureWarning(row["file"], row["line"], row["row_id"], words) for row, words in rows]
    return sorted(dict.fromkeys(warned), key=lambda w: (w.file, w.line))
