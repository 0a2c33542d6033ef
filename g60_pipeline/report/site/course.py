"""The course of a series over the years: where a line is drawn through, and where it parts.

It parts where years are missing, and where the series breaks: no growth rate crosses a break, nor does a line.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from g60_pipeline.reader.database import Row
from g60_pipeline.report.site.data import Series, is_exact
from g60_pipeline.report.site.page import Site

UNKNOWN: Final = "unknown"
"""Round of a figure that does not say which it is of."""

BEFORE: Final = 0.5
"""Part of a year before the first one behind a break at which a line parts."""


def with_gaps(years: Iterable[int]) -> list[int]:
    """Return years in order with one that is missing wherever some are: it breaks the line.

    >>> with_gaps([2014, 2010, 2011])
    [2010, 2011, 2012, 2014]
    """
    held = sorted(set(years))
    return sorted({*held, *(year + 1 for year, later in itertools.pairwise(held) if later > year + 1)})


def course(site: Site, series: Series, rows: Sequence[Row]) -> list[tuple[float, Row | None]]:
    """Return the figures of one place by year; nothing where years are missing, and before a year in which it breaks.

    Args:
        site: The site.
        series: The series.
        rows: Its figures of one place.
    """
    held = {row["year"]: row for row in rows}
    found: list[tuple[float, Row | None]] = [(year, held.get(year)) for year in with_gaps(held)]
    for before, year in itertools.pairwise(sorted(held)):
        if year == before + 1 and _is_broken(site, series, before=held[before], after=held[year]):
            found.append((year - BEFORE, None))
    return sorted(found, key=lambda point: point[0])


def _is_broken(site: Site, series: Series, *, before: Row, after: Row) -> bool:
    """Return whether a series breaks between two figures, by the rule by which no growth rate crosses a break."""
    rounds = {before["round"], after["round"]}
    return any(
        before["year"] < cut["first_period"] <= after["year"]
        and cut["geo_code"] in {"*", after["geo_code"]}
        and (cut["round"] is None or cut["round"] in rounds or UNKNOWN in rounds)
        for cut in site.data.breaks.get(series, [])
    )


def parted(site: Site, values: Sequence[Mapping[str, Any]]) -> str:
    """Return a note of the years before which lines part because their series breaks; nothing where none does."""
    years = sorted({round(point["year"] + BEFORE) for point in values if point["year"] % 1})
    return site.t("parted_at", years=site.words.listed([str(year) for year in years])) if years else ""


def shared_rows(site: Site) -> dict[str, dict[str, list[tuple[float, float | None]]]]:
    """Return the years and values of every place by indicator, on the basis it is shown on: what small charts share."""
    found: dict[str, dict[str, list[tuple[float, float | None]]]] = {}
    for indicator_id in site.data.indicators:
        series = (indicator_id, site.data.default_basis(indicator_id))
        rows = site.data.annual.get(series, {})
        for code in (member["geo_code"] for member in site.data.members):
            held = [row for (geo, _), row in rows.items() if geo == code and is_exact(row)]
            if held:
                line = [(year, row["value"] if row else None) for year, row in course(site, series, held)]
                found.setdefault(indicator_id, {})[site.place(code)] = line
    return found
