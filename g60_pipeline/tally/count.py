"""Counts records by place, year and kind, on any engine. Written once, in Narwhals.

An example, of four rows with a column `identifier`:

    A1  江苏省苏州市工业园区星湖街328号  2023-05-06      a record of Suzhou, 2023
    A1  江苏省苏州市工业园区星湖街328号  2023-05-06      the same once more: a duplicate
    A2  上海市松江区九亭镇               2023/6/1        a record of Shanghai, and of Songjiang
    A3  (no address)                     20230701        unplaced: it may lie anywhere

The rows are read once: what counts of them - identifier, address up to its first digit, year, kind, amount - is written
to Parquet. The addresses that differ are then placed by the rules of the catalog, and the rows are joined with what
came out. An engine that groups in memory counts one part of the identifiers after the other.
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
from g60_pipeline.normalize.addresses import PLACED, place
from g60_pipeline.tally.engines import Engine, Format, Frame

READ: Final = 48
"""Characters of an address that are read, at most: what comes first decides."""

CENTS: Final = 100
"""Amounts are added up as whole hundredths, so that the order in which they come changes nothing."""

YEARS: Final = 10_000
PLACES: Final = 1_000
"""Factors of the number that says kind, place and year of a record at once."""

_HOUSE_NUMBER: Final = "(?s)[0-9０-９].*$"
_DATE: Final = "^(19|20)[0-9]{2}([^0-9].*|[0-9]{2}|[0-9]{4})?$"
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
    rows = _stored(engine, given.select(**_what_counts(given, kind.columns)), f"{work}/rows.parquet")
    pieces = [_collected(piece.group_by("address").agg(rows=nw.len())) for piece in engine.pieces(rows)]
    if not any(piece.height for piece in pieces):
        raise G60Error.of("tally.no_rows")
    addresses = pl.concat(pieces).group_by("address").sum().sort("address")
    kind_names = _collected(rows.select("kind").unique()).get_column("kind").drop_nulls().sort()
    places = place(addresses["address"], rules)
    numbered = places.select(*PLACED).unique().sort(pl.all())
    if numbered.height >= PLACES:
        raise G60Error.of("tally.too_many_places", n=numbered.height, most=PLACES - 1)
    numbered = numbered.with_row_index("place")
    by_address = places.join(numbered, on=[*PLACED], nulls_equal=True)
    with_place = _joined(engine, rows, by_address.select("address", "place"), path=f"{work}/places.parquet")
    numbers = range(1, len(kind_names) + 1)
    by_kind = pl.DataFrame({"kind": kind_names, "number": numbers}, schema={"kind": pl.String, "number": pl.Int64})
    with_kind = _joined(engine, with_place, by_kind, path=f"{work}/kinds.parquet")
    cells = with_kind.select(
        "identifier",
        "amount",
        cell=(nw.col("number").fill_null(0).cast(nw.Int64) * PLACES + nw.col("place").cast(nw.Int64)) * YEARS
        + nw.col("year").fill_null(0).cast(nw.Int64),
    )
    parts = engine.parts(cells, by="identifier", work=work)
    counted = [_counted(part, several_places=kind.several_places) for part in parts]
    total = pl.concat(counted).group_by("cell", "has_identifier").sum()
    unplaced = addresses.with_columns(pl.col("rows").cast(pl.Int64)).filter(places["is_open"])
    return Counts(
        _decoded(total.filter(pl.col("cell") >= 0), numbered, kind_names),
        rows=_size(total["rows"]),
        duplicates=_size(total.filter(pl.col("cell") >= 0).select(pl.col("rows") - pl.col("records")).to_series()),
        contradictions=_size(total.filter(pl.col("cell") < 0)["records"]),
        unplaced=unplaced.sort("rows", "address", descending=[True, False]),
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
        if name is None:
            return nw.lit(None, nw.String)
        plain = nw.col(name).cast(nw.String).str.strip_chars()
        return nw.when(plain != "").then(plain)

    date, amount = named("date"), named("amount")
    day = schema[date or ""]
    year = nw.col(date or "").dt.year() if isinstance(day, nw.Date | nw.Datetime) else _year(text(date))
    money = text(amount)
    hundredths = (nw.when(money.str.contains(_AMOUNT)).then(money).cast(nw.Float64) * CENTS).round(0).cast(nw.Int64)
    return {
        "identifier": text(named("identifier")),
        "address": text(named("address")).str.replace_all(_HOUSE_NUMBER, "").str.slice(0, READ).fill_null(""),
        "kind": text(named("kind")),
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
    judged = records.with_columns(cell=nw.when(agrees).then(nw.col("cell")).otherwise(-1))
    identified = _summed(judged, rows=nw.col("rows").sum())
    anonymous = _summed(cells.filter(nw.col("identifier").is_null()), rows=nw.len())
    both = [(_collected(identified), True), (_collected(anonymous), False)]
    return pl.concat(frame.with_columns(pl.all().cast(pl.Int64), has_identifier=has) for frame, has in both)


def _summed(records: Frame, *, rows: nw.Expr) -> Frame:
    without_amount = nw.col("amount").is_null().cast(nw.Int64).sum()
    sums = {"rows": rows, "amount": nw.col("amount").sum(), "without_amount": without_amount}
    return records.group_by("cell").agg(records=nw.len(), **sums)


def _decoded(total: pl.DataFrame, places: pl.DataFrame, kinds: pl.Series) -> pl.DataFrame:
    code = pl.col("cell") // YEARS
    names = pl.DataFrame(
        {"kind": [None, *kinds], "number": range(len(kinds) + 1)}, schema_overrides={"kind": pl.String}
    )
    return (
        total.with_columns(
            number=code // PLACES,
            place=(code % PLACES).cast(pl.UInt32),
            year=pl.when(pl.col("cell") % YEARS > 0).then(pl.col("cell") % YEARS),
            without_identifier=pl.when(pl.col("has_identifier")).then(0).otherwise("records"),
        )
        .join(names, on="number")
        .join(places, on="place")
        .group_by("kind", *PLACED, "year")
        .agg(pl.col("records", "amount", "without_amount", "without_identifier").sum())
        .sort(pl.all())
    )


def _stored(engine: Engine, frame: Frame, path: str) -> Frame:
    frame.sink_parquet(path)
    return engine.open([path], "parquet")


def _joined(engine: Engine, frame: Frame, lookup: pl.DataFrame, *, path: str) -> Frame:
    lookup.write_parquet(path)
    return frame.join(engine.open([path], "parquet"), on=lookup.columns[0], how="left")


def _collected(frame: Frame) -> pl.DataFrame:
    found = pl.from_arrow(frame.collect("pyarrow").to_native())
    assert isinstance(found, pl.DataFrame)  # noqa: S101 - a table makes a frame
    return found


def _size(numbers: pl.Series) -> int:
    return int(numbers.sum())
