"""Corrections of published figures: reviewed, with a reason and a document, and with a guard.

The guard is the value of the row at the time of the review. Once the row has another value, or is gone, the source
has been corrected, and the correction would be wrong: the build fails until a person removes it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, Final

import polars as pl

from g60_pipeline.contracts.core.ledger import Correction
from g60_pipeline.contracts.frames import frame_of
from g60_pipeline.contracts.issues import Issue
from g60_pipeline.errors import G60Error
from g60_pipeline.normalize.expressions import NUMBER
from g60_pipeline.normalize.observations import observation_id
from g60_pipeline.wording import told

COLUMNS: Final = ("value", "unit", "period", "basis", "geo_code", "indicator_id", "status", "round")
"""Columns of a figure that may be corrected."""

AT: Final = "@"
"""Separator of the key of a live figure and the snapshot it was read from."""

FLAG: Final = "corrected"
"""Flag of a figure that differs from its source."""

Row = dict[str, Any]


def corrected(
    rows: pl.DataFrame, correction: pl.DataFrame, *, document: pl.DataFrame, today: dt.date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return figures with the corrections applied, and `core.correction`.

    Args:
        rows: Figures in the form of `raw.observation`, printed and live.
        correction: `raw.correction`.
        document: `core.document`.
        today: Last day of a review.

    Raises:
        G60Error: A correction is not complete, not unique, names what does not exist, or its source has been corrected.
    """
    known = set(document["document_id"])
    made: list[Row] = []
    result = rows
    for row in correction.iter_rows(named=True):
        where = told("error.correction.at_line", file=row["file"], line=row["line"], name=row["correction_id"] or "?")
        _check(row, where, made=made, documents=known, today=today)
        name = observation_id()
        named = ((name == row["row_id"]) | name.str.starts_with(f"{row['row_id']}{AT}")).fill_null(value=False)
        found = rows.filter(named).with_columns(name=name).sort("name")
        if found.is_empty():
            raise G60Error.of("correction.gone", where, row=row["row_id"])
        if found.height > 1 and AT not in found["name"][0]:
            raise G60Error.of("correction.several", where, n=found.height, row=row["row_id"])
        now = found[row["column"]][-1]
        if now != row["printed"]:
            said = told(
                "error.correction.now_says", column=row["column"], row=row["row_id"], now=now, printed=row["printed"]
            )
            raise G60Error.of("correction.mended", where, said=said)
        affected = named & (pl.col(row["column"]) == row["printed"])
        ids = found.filter(pl.col(row["column"]) == row["printed"])["name"].to_list()
        result = result.with_columns(
            pl.when(affected).then(pl.lit(row["corrected"])).otherwise(row["column"]).alias(row["column"])
        )
        made.append(row | {"column_name": row["column"], "row_ids": ids})
    typed = [row | {"reviewed": dt.date.fromisoformat(row["reviewed"])} for row in made]
    return result, frame_of(Correction, typed).sort(Correction.primary_key())


def with_corrections(candidates: pl.DataFrame, correction: pl.DataFrame) -> pl.DataFrame:
    """Return candidates that say which of them were corrected: a flag, the printed value and unit, and the entry.

    Args:
        candidates: Candidates made of corrected figures.
        correction: `core.correction`.
    """
    entries = correction.explode("row_ids", keep_nulls=False, empty_as_null=False).select(
        "correction_id", "column_name", "printed", observation_id="row_ids"
    )
    by_figure = entries.group_by("observation_id").agg(
        entries=pl.col("correction_id").sort().str.join(", "),
        **{
            f"printed_{name}": pl.col("printed").filter(pl.col("column_name") == name).first()
            for name in ("value", "unit")
        },
    )
    joined = candidates.join(by_figure, on="observation_id", how="left", maintain_order="left")
    touched = pl.col("entries").is_not_null()
    flag = pl.when(touched).then(pl.lit([FLAG])).otherwise(pl.lit([], dtype=pl.List(pl.String)))
    return joined.with_columns(
        flags=pl.concat_list("flags", flag).list.unique().list.sort(),
        value_as_published=pl.coalesce("printed_value", "value_as_published"),
        unit_as_published=pl.coalesce("printed_unit", "unit_as_published"),
        origin=pl.when(touched).then(pl.format("{}; corrected by {}", "origin", "entries")).otherwise("origin"),
    ).select(candidates.columns)


def check_kept(
    candidates: pl.DataFrame, correction: pl.DataFrame, *, rows: pl.DataFrame, issues: Iterable[Issue]
) -> None:
    """Refuse a correction whose figure breaks a rule as it is corrected: it would name a figure that is not there.

    Args:
        candidates: Figures that have kept every rule.
        correction: `core.correction`.
        rows: Corrected figures in the form of `raw.observation`.
        issues: Why figures were refused.

    Raises:
        G60Error: A figure is refused; the message names its correction and the rule.
    """
    kept = set(candidates["observation_id"])
    for entry in correction.iter_rows(named=True):
        lost = next((name for name in entry["row_ids"] if name not in kept), None)
        if lost is None:
            continue
        file, line = rows.filter(observation_id() == lost).select("file", "line").row(0)
        own = [issue for issue in issues if (issue.file, issue.line) == (file, line)]
        by_column = [issue for issue in own if issue.column == entry["column_name"]]
        said = told("error.correction.is", column=entry["column_name"], row=lost, corrected=entry["corrected"])
        for issue in (*by_column, *own):
            raise G60Error.of(
                "correction.refused",
                told("error.correction.at", file=entry["file"], name=entry["correction_id"]),
                said=said,
                message=issue.message,
                broken=issue.rule,
                remedy=issue.remedy,
            )


def _check(row: Row, where: str, *, made: list[Row], documents: set[str], today: dt.date) -> None:
    empty = [n for n in ("correction_id", "row_id", "column", "printed", "corrected", "reason_en", "reason_zh",
                         "document_id", "author", "reviewed") if row[n] is None]  # fmt: skip
    if empty:
        raise G60Error.of("correction.empty", where, column=empty[0])
    if row["column"] not in COLUMNS:
        raise G60Error.of("correction.column", where, column=row["column"], known=", ".join(COLUMNS))
    if row["printed"] == row["corrected"]:
        raise G60Error.of("correction.nothing", where)
    if row["document_id"] not in documents:
        raise G60Error.of("correction.no_document", where, document=row["document_id"])
    if row["column"] == "value" and not _is_number(row["corrected"]):
        raise G60Error(
            where, told("error.correction.no_number", corrected=row["corrected"]), told("error.correction.digits")
        )
    if not _is_day(row["reviewed"]):
        raise G60Error.of("correction.no_day", where, reviewed=row["reviewed"])
    if row["reviewed"] > today.isoformat():
        raise G60Error.of("correction.future", where, reviewed=row["reviewed"], today=today)
    for other in made:
        if other["correction_id"] == row["correction_id"]:
            raise G60Error.of("correction.twice", where)
        if (other["row_id"], other["column_name"]) == (row["row_id"], row["column"]):
            raise G60Error.of("correction.corrected_twice", where, column=row["column"], row=row["row_id"])


def _is_number(text: str) -> bool:
    return re.fullmatch(NUMBER, text) is not None


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and dt.date.fromisoformat(text) is not None
    except ValueError:
        return False
