"""Where a figure is printed that nobody has entered: by whom, in what, when, and the line of the inbox it makes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from g60_pipeline.ingest.communique.bureaus import bureaus
from g60_pipeline.ingest.inbox import FIGURES
from g60_pipeline.metrics.bounds.cells import Cell, is_year_end

Row = dict[str, Any]
Publishers = Mapping[str | None, tuple[str, str | None, int | None]]
"""By source and by place: who publishes, the page that lists the documents, and the usual month of communiques."""

COMMUNIQUE: Final = "communique"
AT_ONCE: Final = (12, 0)
"""Month and lag in the release calendar of what is public on its own day."""
OF_BUREAUS: Final = (COMMUNIQUE, "rd_bulletin", "yearbook")
"""Documents that the bureau of a place prints, unless the catalog names another source."""


@dataclass(frozen=True)
class Print:
    """What the tables say of where figures are printed."""

    documents: Mapping[tuple[str, str], Mapping[str, list[tuple[str, int, str]]]]
    indicators: Mapping[str, Row]
    publishers: Publishers

    @classmethod
    def of(
        cls, candidate: pl.DataFrame, *, indicator: pl.DataFrame, source: pl.DataFrame, geography: pl.DataFrame
    ) -> Print:
        """Return it from the tables of core of these names."""
        return cls(
            documents=_documents(candidate),
            indicators={row["indicator_id"]: row for row in indicator.iter_rows(named=True)},
            publishers=_publishers(source, geography),
        )

    def columns(self, cell: Cell, unit: str) -> Row:
        """Return the columns of `metrics.wanted` about where a figure is printed."""
        of = self.indicators[cell.indicator]
        by = of["printed_source_id"] or (cell.place if of["printed_kind"] in OF_BUREAUS else None)
        publisher, page, month = self.publishers.get(by, (None, None, None))
        year, month = _out(of, cell, month)
        return {
            "printed_kind": of["printed_kind"],
            "publisher_zh": publisher,
            "list_url": page,
            "release_month": month,
            "release_year": year,
            "printed_in": self._like(cell),
            "inbox_line": inbox_line(cell, unit, publisher=publisher or ""),
        }

    def _like(self, cell: Cell) -> str | None:
        """Return the document that printed the same of the place, else of another one: best grade, nearest year."""
        of_series = self.documents.get((cell.indicator, cell.basis), {})
        held = of_series.get(cell.place) or [one for found in of_series.values() for one in found]
        ranked = sorted((grade, abs(year - cell.day.year), name) for grade, year, name in held)
        return ranked[0][2] if ranked else None


def _out(indicator: Row, cell: Cell, communique_month: int | None) -> tuple[int | None, int | None]:
    """Return year and month in which a place's figure is usually out: at once, with the communique, by the calendar."""
    month, lag = indicator["release_month"], indicator["release_lag_years"]
    if (month, lag) == AT_ONCE:
        return cell.day.year, cell.day.month
    if indicator["printed_kind"] == COMMUNIQUE:
        month = indicator["release_month_places"] or communique_month
        return (cell.day.year + (lag or 1), month) if month else (None, None)
    return (None, None) if lag is None else (cell.day.year + lag, month)


def _publishers(source: pl.DataFrame, geography: pl.DataFrame) -> Publishers:
    """Return who publishes, by source and by place; of a province the source that is named after it."""
    sources = source.select("source_id", "publisher_zh", "url").rows()
    provinces = geography.filter(level="province").select("geo_code", "name_zh").rows()
    found: dict[str | None, tuple[str, str | None, int | None]] = {name: (by, url, None) for name, by, url in sources}
    found |= {code: (by, url, None) for code, place in provinces for _, by, url in sources if by.startswith(place)}
    return found | {bureau.geo_code: (bureau.publisher_zh, bureau.list_url, bureau.month) for bureau in bureaus()}


def inbox_line(cell: Cell, unit: str, *, publisher: str) -> str:
    """Return the line of an inbox file for a figure, with the value, the title and the address left out."""
    year, day = str(cell.day.year), cell.day.isoformat()
    kind, period = ("year", year) if is_year_end(cell.day) else ("date", day)
    filled = {
        "row_id": f"{cell.place}-{cell.indicator}-{cell.basis}-{period}",
        "geo_code": cell.place,
        "indicator_id": cell.indicator,
        "basis": cell.basis,
        "period_kind": kind,
        "period": period,
        "unit": unit,
        "publisher": publisher,
        "grade": "A",
    }
    line = io.StringIO()
    names = FIGURES.template.strip().split(",")
    csv.writer(line, lineterminator="").writerow([filled.get(name, "") for name in names])
    return line.getvalue()


def _documents(candidate: pl.DataFrame) -> dict[tuple[str, str], dict[str, list[tuple[str, int, str]]]]:
    found: dict[tuple[str, str], dict[str, list[tuple[str, int, str]]]] = {}
    columns = ("indicator_id", "basis", "geo_code", "grade", "year", "document_id")
    for indicator, basis, place, grade, year, document in candidate.select(columns).unique().sort(columns).iter_rows():
        if document is not None:
            found.setdefault((indicator, basis), {}).setdefault(place, []).append((grade, year, document))
    return found
