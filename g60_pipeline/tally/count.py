"""Counts records by place, year and kind, on any engine. Written once, in Narwhals.

An example, of four rows with a column `identifier`:

    A1  江苏省苏州市工业园区星湖街328号  2023-05-06      a record of Suzhou, 2023
    A1  江苏省苏州市工业园区星湖街328号  2023-05-06      the same once more: a duplicate
    A2  上海市松江区九亭镇               2023/6/1        a record of Shanghai, and of Songjiang
    A3  (no address)                     20230701        unplaced: it may lie anywhere

The files are read twice. First for the beginnings of addresses and the kinds there are, which get numbers (`numbers`).
Then what counts of the rows - identifier, amount, the number of kind, place and year, the address where it must be read
whole - is written to Parquet; by an engine that groups in memory in parts of the identifiers, counted one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import narwhals as nw
import polars as pl

from g60_pipeline.catalog.addresses import AddressRules
from g60_pipeline.catalog.record_models import RecordColumns, RecordKind
from g60_pipeline.errors import G60Error
from g60_pipeline.normalize.addresses import PLACED
from g60_pipeline.tally.engines import Engine, Frame
from g60_pipeline.tally.files import Format
from g60_pipeline.tally.numbers import Numbers, collected

READ: Final = 48
"""Characters of an address that are read, at most: what comes first decides."""

CENTS: Final = 100
"""Amounts are added up as whole hundredths, so that the order in which they come changes nothing."""

_MONTH: Final = "(0?[1-9]|1[0-2])"
_DAY: Final = "(0?[1-9]|[12][0-9]|3[01])"
_DATE: Final = (
    "^(19|20)[0-9]{2}"
    "([^0-9]*|[.]0+"
    f"|[^0-9]+{_MONTH}([^0-9]+{_DAY}([^0-9].*)?|[^0-9]*)"
    "|(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([^0-9].*)?)$"
)
"""A year, alone or with a month and a day there can be.

2023.0 is a year, too: so one is written where a column of years has gaps and is of floating point.
Six digits are none: 200709 may be July of 2007 or a day of 2020.
"""
_AMOUNT: Final = r"^[0-9]+(\.[0-9]+)?$"


@dataclass(frozen=True)
class Counts:
    """What was counted.

    `cells`: one row for each kind, place and year, with `kind` (null where it is not told apart), `geo_code`,
    `district_code`, `is_open`, `province` (as `normalize.addresses.place` gives them), `year` (null where no day can be
    read), `records` (different ones), `amount` in hundredths, `without_amount` records, `without_identifier` of them.
    `rows` were read; `duplicates` of them say the same again; `contradictions` are records whose rows differ.
    `unplaced`: each `address`, up to its first digit, that leaves a place open, and its `rows`; most first.
    `has_amounts`: whether the kind of records has amounts, so that one that can not be read is missing.
    """

    cells: pl.DataFrame
    rows: int
    duplicates: int
    contradictions: int
    unplaced: pl.DataFrame
    has_amounts: bool = False


def count(
    engine: Engine,
    paths: list[str],
    form: Format,
    *,
    kind: RecordKind,
    rules: AddressRules,
    work: str,
) -> Counts:
    """Return the records of files by place, year and kind.

    Args:
        engine: What reads them.
        paths: The files.
        form: Their form.
        kind: Which of their columns mean what, and whether a record counts in each place it is there for.
        rules: Rules that place an address.
        work: Folder for what is kept for the time of the count, one that all machines of the engine can reach.

    Raises:
        G60Error: A column is missing.
    """
    if "://" not in work:
        Path(work).mkdir(parents=True, exist_ok=True)
    given = engine.open(paths, form)
    rows = given.select(**_what_counts(given, kind.columns))
    numbers = Numbers(engine, rules, work)
    parts = engine.parts(numbers.numbered(rows), by="identifier", work=work)
    counted = [_counted(numbers.placed(part), several_places=kind.several_places) for part in parts]
    if not any(part.height for part in counted):
        raise G60Error.of("tally.no_rows")
    total = pl.concat(counted).group_by("cell", "has_identifier").sum()
    placed = total.filter(pl.col("cell") >= 0)
    return Counts(
        _by_place(numbers.said(placed)),
        rows=_size(total["rows"]),
        duplicates=_size(placed["rows"] - placed["records"]),
        contradictions=_size(total.filter(pl.col("cell") < 0)["records"]),
        unplaced=numbers.open_addresses(),
        has_amounts=kind.columns.amount is not None,
    )


def _what_counts(frame: Frame, columns: RecordColumns) -> dict[str, nw.Expr]:
    schema = frame.collect_schema()

    def named(role: str) -> str | None:
        names: tuple[str, ...] | None = getattr(columns, role)
        found = next((name for name in names or () if name in schema), None)
        if names and found is None:
            listed = {"columns": ", ".join(schema.names()[:30]), "known": ", ".join(names)}
            raise G60Error.of("tally.no_column", role=role, **listed)
        return found

    def text(name: str | None) -> nw.Expr:
        return nw.lit(None, nw.String) if name is None else nw.col(name).cast(nw.String).str.strip_chars()

    def name(role: str) -> nw.Expr:
        return nw.when(text(named(role)) != "").then(text(named(role)))

    date, amount = named("date"), named("amount")
    day = schema[date or ""]
    year = nw.col(date or "").dt.year() if isinstance(day, nw.Date | nw.Datetime) else _year(text(date))
    money = text(amount)
    hundredths = (nw.when(money.str.contains(_AMOUNT)).then(money).cast(nw.Float64) * CENTS).round(0).cast(nw.Int64)
    return {
        "identifier": name("identifier"),
        "address": text(named("address")).str.slice(0, READ),
        "kind": name("kind"),
        "year": year.cast(nw.Int64),
        "amount": hundredths if amount else nw.lit(None, nw.Int64),
    }


def _year(text: nw.Expr) -> nw.Expr:
    return nw.when(text.str.contains(_DATE)).then(text.str.slice(0, 4)).cast(nw.Int64)


def _counted(cells: Frame, *, several_places: bool) -> pl.DataFrame:
    """Return the number of records by cell; those whose rows contradict each other are in the cell -1."""
    amounts = {"amount": nw.col("amount").min(), "other_amount": nw.col("amount").max()}
    whole = cells.filter(~nw.col("identifier").is_null())
    if several_places:
        records = whole.group_by("identifier", "cell").agg(rows=nw.len(), **amounts)
        agrees = nw.lit(value=True)
    else:
        of_cell = {"cell": nw.col("cell").min(), "other_cell": nw.col("cell").max()}
        records = whole.group_by("identifier").agg(**of_cell, rows=nw.len(), **amounts)
        agrees = nw.col("cell") == nw.col("other_cell")
    agrees = agrees & (nw.col("amount").fill_null(-1) == nw.col("other_amount").fill_null(-1))
    judged = records.with_columns(
        cell=nw.when(agrees).then(nw.col("cell")).otherwise(-1), has_identifier=nw.lit(value=True)
    )
    alone = cells.filter(nw.col("identifier").is_null()).with_columns(
        rows=nw.lit(1).cast(judged.collect_schema()["rows"]), has_identifier=nw.lit(value=False)
    )
    columns = ("cell", "has_identifier", "rows", "amount")
    summed = nw.concat([judged.select(*columns), alone.select(*columns)]).group_by("cell", "has_identifier")
    without_amount = nw.col("amount").is_null().cast(nw.Int64).sum()
    sums = {"rows": nw.col("rows").sum(), "amount": nw.col("amount").sum(), "without_amount": without_amount}
    counted = collected(summed.agg(records=nw.len(), **sums))
    return counted.with_columns(pl.exclude("has_identifier").cast(pl.Int64))


def _by_place(records: pl.DataFrame) -> pl.DataFrame:
    repeated = pl.when(pl.col("has_identifier")).then(0).otherwise("records")
    sums = ("records", "amount", "without_amount", "without_identifier")
    summed = records.with_columns(without_identifier=repeated).group_by("kind", *PLACED, "year")
    return summed.agg(pl.col(*sums).sum()).sort(pl.all())


def _size(numbers: pl.Series) -> int:
    return int(numbers.sum())
