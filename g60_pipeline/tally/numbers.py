"""Rows in words become rows in numbers: a number says kind, place and year of a record at once, its `cell`.

The first signs of an address mostly say where it lies. Only where they do not is it kept, and read up to its first
digit:

    江苏省苏州市|工业园区星湖街328号     all addresses with this beginning lie in Suzhou
    上海市某路3|号                      must be read, and leaves open where in Shanghai it lies
"""

from __future__ import annotations

from typing import Final

import narwhals as nw
import polars as pl

from g60_pipeline.catalog.addresses import AddressRules
from g60_pipeline.errors import G60Error
from g60_pipeline.normalize.addresses import PLACED, place, place_beginnings
from g60_pipeline.tally.engines import Engine, Frame

PLACES: Final = 1_000
"""Places that are told apart, at most."""

YEARS: Final = 10_000
"""Factors of a cell."""

BEGINNING: Final = 6
"""First signs of an address that are read first: as many as a province and a city of three signs each have."""

_HOUSE_NUMBER: Final = "(?s)[0-9０-９].*$"
_OPEN: Final = list(PLACED).index("is_open")


class Numbers:
    """The numbers given so far; lookups are written to a folder that all machines of the engine can reach."""

    def __init__(self, engine: Engine, rules: AddressRules, work: str) -> None:
        """Begin without any."""
        self._engine, self._rules, self._work = engine, rules, work
        self._kinds: list[str] = []
        self._places: dict[tuple[object, ...], int] = {}
        self._addresses = pl.DataFrame(schema={"address": pl.String, "place": pl.Int64})
        self._rows = [pl.DataFrame(schema={"address": pl.String, "rows": pl.Int64})]

    def numbered(self, rows: Frame) -> Frame:
        """Return `identifier`, `amount`, `cell` and `address`; where an address is there, `cell` lacks its place.

        Args:
            rows: Records with `identifier`, `address`, `kind`, `year` and `amount`.
        """
        begun = rows.with_columns(beginning=nw.col("address").str.slice(0, BEGINNING))
        there = collected(begun.select("beginning", "kind").unique())
        beginnings = there["beginning"].unique().drop_nulls()
        self._kinds = there["kind"].unique().drop_nulls().sort().to_list()
        places = self._numbers_of(place_beginnings(beginnings, self._rules))
        kinds = pl.DataFrame({"kind": self._kinds}, schema={"kind": pl.String})
        begun = self._joined(begun, pl.DataFrame({"beginning": beginnings, "place": places}).drop_nulls())
        begun = self._joined(begun, kinds.with_columns(number=pl.int_range(1, pl.len() + 1)))
        unlisted = nw.when(~nw.col("kind").is_null()).then(len(self._kinds) + 1)
        number, lies = nw.coalesce("number", unlisted, nw.lit(0)), nw.col("place").fill_null(0)
        cell = (number * PLACES + lies) * YEARS + nw.col("year").fill_null(0)
        address = nw.when(nw.col("place").is_null()).then(nw.col("address").fill_null(""))
        return begun.select("identifier", "amount", cell=cell, address=address)

    def placed(self, part: Frame) -> Frame:
        """Return `identifier`, `amount` and whole `cell` of a part, its addresses read where they are there.

        Raises:
            G60Error: There are more places than a number can say.
        """
        columns = ("identifier", "amount", "cell")
        said = part.filter(nw.col("address").is_null()).select(*columns)
        address = nw.col("address").str.replace_all(_HOUSE_NUMBER, "")
        unsaid = part.filter(~nw.col("address").is_null()).select(*columns, address=address)
        there = collected(unsaid.group_by("address").agg(rows=nw.len()))
        known = self._addresses.join(there, on="address", how="semi")
        new = there.select("address").join(known, on="address", how="anti")
        found = new.with_columns(place=self._numbers_of(place(new["address"], self._rules)))
        self._addresses.extend(found)
        here = known.extend(found)
        is_open = [number for lies, number in self._places.items() if lies[_OPEN]]
        opened = here.filter(pl.col("place").is_in(is_open))
        self._rows.append(there.cast({"rows": pl.Int64}).join(opened, on="address", how="semi"))
        cell = nw.col("cell") + nw.col("place") * YEARS
        return nw.concat([said, self._joined(unsaid, here).with_columns(cell=cell).select(*columns)])

    def said(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return rows with what their `cell` says: `kind`, `year`, and a place as `normalize.addresses.place` does.

        Raises:
            G60Error: A kind is there now that was not when the rows were read for the kinds there are.
        """
        cell = pl.col("cell")
        number, lies, year = cell // (PLACES * YEARS), cell // YEARS % PLACES, cell % YEARS
        kinds = pl.DataFrame({"kind": [None, *self._kinds]}, schema={"kind": pl.String})
        if not cells.filter(number >= kinds.height).is_empty():
            raise G60Error.of("tally.changed")
        places = pl.DataFrame(list(self._places), schema=PLACED, orient="row")
        return (
            cells.with_columns(number=number, place=lies, year=pl.when(year > 0).then(year))
            .join(kinds.with_columns(number=pl.int_range(pl.len())), on="number")
            .join(places.with_columns(place=pl.int_range(pl.len())), on="place")
        )

    def open_addresses(self) -> pl.DataFrame:
        """Return each `address`, up to its first digit, that leaves a place open, and its `rows`; most first."""
        total = pl.concat(self._rows).group_by("address").sum()
        return total.sort("rows", "address", descending=[True, False])

    def _numbers_of(self, places: pl.DataFrame) -> pl.Series:
        rows = places.select(*PLACED).iter_rows()
        found = [None if row[_OPEN] is None else self._places.setdefault(row, len(self._places)) for row in rows]
        if len(self._places) >= PLACES:
            raise G60Error.of("tally.too_many_places", n=len(self._places), most=PLACES - 1)
        return pl.Series(found, dtype=pl.Int64)

    def _joined(self, frame: Frame, lookup: pl.DataFrame) -> Frame:
        column = lookup.columns[0]
        path = f"{self._work}/{column}.parquet"
        lookup.write_parquet(path)
        return frame.join(self._engine.open([path], "parquet"), on=column, how="left")


def collected(frame: Frame) -> pl.DataFrame:
    """Return rows that an engine has read."""
    found = pl.from_arrow(frame.collect("pyarrow").to_native())
    assert isinstance(found, pl.DataFrame)  # noqa: S101 - a table makes a frame
    return found
