"""From counts to rows of an inbox file: a figure, or its lower and upper end where records may belong to a place.

Of 1,000 records of Suzhou in 2023, 12 without a day in Suzhou and 5 without a readable address, the rows say at least
1,000 and at most 1,017. Where nothing is open, one row says 1,000.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from g60_pipeline.catalog.record_models import RecordKind, RecordSeries
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.inbox import KINDS
from g60_pipeline.normalize.address_finder import SHANGHAI
from g60_pipeline.tally.count import CENTS, Counts
from g60_pipeline.wording import say

MOST_KINDS: Final = 20
"""Kinds of records that a message names."""


@dataclass(frozen=True)
class Source:
    """The document the records are from, as its rows name it."""

    publisher: str
    title: str
    published: str
    url: str
    grade: str


@dataclass(frozen=True)
class Figure:
    """What the records say of a place and year: at least `low`, at most `high` (null where nothing limits it)."""

    series: RecordSeries
    geo_code: str
    year: int
    low: int
    high: int | None


def figures(counts: Counts, kind: RecordKind, *, places: Sequence[str], years: range) -> list[Figure]:
    """Return the figures of the places and years that the files cover whole, by series, place and year.

    Args:
        counts: What was counted.
        kind: What the records are.
        places: Codes of cities or districts.
        years: Years.

    Raises:
        G60Error: None of the records is of the kinds a series counts: there would be zeros where the words are others.
    """
    there = counts.cells.filter(pl.col("kind").is_not_null())["kind"].unique().sort().to_list()
    for series in kind.series:
        if series.kinds and there and not set(series.kinds) & set(there):
            listed = {"kinds": ", ".join(series.kinds), "there": ", ".join(there[:MOST_KINDS])}
            raise G60Error.of("tally.no_kind", series.indicator_id, records=kind.records, **listed)
    return [
        Figure(series, place, year, *_ends(counts, kind, series, place=place, year=year))
        for series in kind.series
        for place in places
        for year in years
    ]


def of_no_kind(counts: Counts, kind: RecordKind) -> list[tuple[str, int]]:
    """Return the kinds that no series names, with their records, most first; nothing where no series asks for kinds."""
    named = {name for series in kind.series for name in series.kinds}
    if not named:
        return []
    others = counts.cells.filter(pl.col("kind").is_not_null() & ~pl.col("kind").is_in(named))
    return others.group_by("kind").agg(pl.col("records").sum()).sort("records", "kind", descending=[True, False]).rows()


def inbox_file(found: Sequence[Figure], kind: RecordKind, source: Source, *, locator: str) -> str:
    """Return the inbox file of figures: CSV, with the source as the document of every row."""
    text = io.StringIO(newline="")
    columns = KINDS["figures"].template.strip().split(",")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    document = {
        "publisher": source.publisher,
        "document_title": source.title,
        "published": source.published,
        "url": source.url,
        "grade": source.grade,
        "locator": locator,
    }
    writer.writerows({**row, **document} for figure in found for row in _rows(figure, kind))
    return text.getvalue()


def _ends(counts: Counts, kind: RecordKind, series: RecordSeries, *, place: str, year: int) -> tuple[int, int | None]:
    of_kind = pl.col("kind").is_in(series.kinds) if series.kinds else pl.lit(value=True)
    maybe_kind = of_kind | pl.col("kind").is_null() if series.kinds else pl.lit(value=True)
    here = (
        pl.col("district_code") == place if place != SHANGHAI and _is_district(place) else pl.col("geo_code") == place
    )
    province = f"{place[:2]}0000"
    open_here = pl.col("is_open") & (pl.col("province").is_null() | (pl.col("province") == province))
    then = pl.col("year") == year
    if series.period == "year_end":
        then = (pl.col("year") <= year) & (pl.col("year") > year - (series.valid_years or year))
    sure = of_kind.fill_null(value=False) & here.fill_null(value=False) & then.fill_null(value=False)
    may = maybe_kind & (here.fill_null(value=False) | open_here) & (then | pl.col("year").is_null())
    repeated = pl.col("without_identifier") if kind.columns.identifier else pl.lit(0)
    sums = counts.cells.select(
        low=(pl.col("records") - repeated).filter(sure).sum(),
        high=pl.col("records").filter(may).sum(),
        amount=pl.col("amount").filter(sure).sum(),
        most=pl.col("amount").filter(may).sum(),
        unknown=(pl.col("without_amount") + repeated).filter(may).sum(),
    ).row(0, named=True)
    if series.unit is None:
        return int(sums["low"]), int(sums["high"]) + counts.contradictions
    is_known = not sums["unknown"] and not counts.contradictions
    return int(sums["amount"]), int(sums["most"]) if is_known else None


def _is_district(place: str) -> bool:
    return not place.endswith("00")


def _rows(figure: Figure, kind: RecordKind) -> Iterator[dict[str, str]]:
    series = figure.series
    if figure.low == figure.high:
        ends = [("", figure.low)]
    else:
        ends = [("lower_bound", figure.low)] if figure.low else []
        ends += [("upper_bound", figure.high)] if figure.high is not None else []
    is_end = series.period == "year_end"
    for flag, number in ends:
        value = str(number) if series.unit is None else f"{number // CENTS}.{number % CENTS:02d}"
        parts = (series.indicator_id, series.basis, figure.geo_code, str(figure.year), flag)
        yield {
            "row_id": "-".join(part for part in parts if part),
            "geo_code": figure.geo_code,
            "indicator_id": series.indicator_id,
            "basis": series.basis,
            "period_kind": "date" if is_end else "year",
            "period": f"{figure.year}-12-31" if is_end else str(figure.year),
            "value": value,
            "unit": series.unit or "count",
            "flags": flag,
            "note": say("tally.note", "en", kind=kind.name_en)
            if not flag
            else say(f"tally.{flag}", "en", kind=kind.name_en),
        }
