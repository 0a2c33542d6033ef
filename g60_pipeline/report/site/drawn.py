"""Charts of the series of an indicator, in one language: what the site shows and `g60 chart` draws."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import bounded, measured
from g60_pipeline.report.charts.chart import Chart, decades, spread
from g60_pipeline.report.charts.theme import BLUE, DASHES, PLACE_COLOURS
from g60_pipeline.report.site.course import course, parted, with_gaps
from g60_pipeline.report.site.data import SCOPES, Series, is_exact
from g60_pipeline.report.site.page import Site

VAGUE: Final = 3.0
"""High over low of an interval from which on it does not stretch a scale."""

ROOM: Final = 1.25
"""Part of the largest known number at which a scale ends."""

FEW_SOURCES: Final = 3
"""Sources a chart names; the others are counted."""

WIDE: Final = 10
"""Largest over smallest value from which a logarithmic scale is used: on a plain one small cities are one line."""

LINE_OF_LABELS: Final = 15
"""Pixels between two names at the end of lines."""

BESIDE: Final = 0.14
"""Part of a year by which the two readings of the corridor are drawn apart."""

SIGNS: Final = {"lower_bound": "triangle-up", "upper_bound": "triangle-down", "estimated_by_source": "circle"}
"""Sign of a figure that is no value."""


def place_lines(site: Site, series: Series, places: Sequence[str], *, height: int = 420) -> Chart | None:
    """Return the lines of places over the years; None where no place has two values."""
    found = site.data.annual.get(series, {})
    held = {code: [row for (geo, _), row in sorted(found.items()) if geo == code] for code in places}
    exact = {code: {r["year"]: r["value"] for r in rows if is_exact(r)} for code, rows in held.items()}
    if not any(len(years) > 1 for years in exact.values()):
        return None
    rows = [row for code in places for row in held[code]]
    every = [row["value"] for row in rows]
    ticks = _ticks(every)
    values: list[dict[str, Any]] = []
    ends = _name_ends(exact, height=height, logarithmic=bool(ticks))
    unit = site.unit(site.data.bases[series]["unit"])
    for position, code in enumerate(places):
        name = site.place(code)
        look: dict[str, Any] = {"place": name, "colour": colour(site, code), "dash": DASHES[position % len(DASHES)]}
        for year, row in course(site, series, held[code]):
            point: dict[str, Any] = {**look, "year": year}
            values.append(point | _number(site, row) | _tip(site, row, unit=unit) if row else point)
        if code in ends:
            values.append({**look, "label": name, "label_y": ends[code], "year": max(exact[code])})
    return Chart(
        kind="lines",
        title=site.of(site.indicator(series[0]), site.t("by_city")),
        notes=notes(site, rows, unit, logarithmic=bool(ticks), more=parted(site, values)),
        values=values,
        columns=_columns(site, "place", "year", "value", "bound", "what", "unit"),
        unit=unit,
        height=height,
        ticks=ticks,
    )


def corridor_bands(
    site: Site, rows: Sequence[Row], title: str, *, name: str = "value", scopes: Sequence[str] = SCOPES
) -> Chart | None:
    """Return the yearly intervals of the two readings of the corridor; None without any.

    Args:
        site: The site.
        rows: Rows of `metrics.corridor_total` or `metrics.national_share` of one series.
        title: What the chart is of.
        name: Column of the number: `value` or `share`.
        scopes: Corridors that are drawn.
    """
    share = name == "share"
    factor, unit = (100, "%") if share else (1, site.unit(rows[0]["unit"]) if rows else "")
    domain = SCOPES if set(scopes) <= set(SCOPES) else scopes
    values: list[dict[str, Any]] = [{"series": site.scope(scope)} for scope in domain]
    for position, scope in enumerate(domain):
        own = {row["year"]: row for row in rows if row["corridor_id"] == scope and scope in scopes}
        for year in with_gaps(own):
            point: dict[str, Any] = {"series": site.scope(scope), "year": year, "x": year + BESIDE * (2 * position - 1)}
            row = own.get(year)
            if row is not None:
                value, low, high = (
                    None if row[c] is None else factor * row[c] for c in (name, f"{name}_low", f"{name}_high")
                )
                point |= {"value": value, "low": low, "high": high, "id": row["metric_id"]}
                if value is None and (low is None) != (high is None):
                    point |= (
                        {"open": low, "shape": "triangle-up"}
                        if high is None
                        else {"open": high, "shape": "triangle-down"}
                    )
                text = measured(
                    "ratio" if share else row["unit"], row[name], low=row[f"{name}_low"], high=row[f"{name}_high"]
                )
                members = f" ({row['members_reporting']}/{row['members_expected']})"
                point["tip"] = (
                    f"{site.scope(scope)} {year}{site.words.colon}{text}{'' if share else f' {unit}'}{members}"
                )
            values.append(point)
    if not any("id" in point for point in values):
        return None
    drawn = [row for row in rows if row["corridor_id"] in scopes]
    most = scale_end(values)
    more = [site.t("bars_are_intervals"), *([site.t("bars_are_cut")] if most else [])]
    return Chart(
        kind="bands",
        title=title,
        notes=notes(site, drawn, unit, more=site.words.listed(more)),
        most=most,
        values=values,
        columns=_columns(site, "series", "year", "value", "low", "high", "unit"),
        unit=unit,
        height=260,
    )


def scale_end(points: Iterable[Mapping[str, Any]]) -> float | None:
    """Return where a scale ends that shows all but vague intervals; None where that is everything.

    An interval of up to all of China says little, and beside it nothing else could be told apart.

        >>> scale_end([{"value": 8.0}, {"low": 6.0, "high": 9.0}, {"low": 8.0, "high": 140.0}])
        11.25
    """
    ends: list[float] = [0.0]
    vague: list[float] = [0.0]
    for point in points:
        low, high = point.get("low"), point.get("high")
        is_vague = low is not None and high is not None and high > VAGUE * low
        ends += [end for end in (point.get("value"), point.get("open"), low, None if is_vague else high) if end]
        vague += [high or 0.0] if is_vague else []
    end = ROOM * max(ends)
    return end if end and max(vague) > end else None


def one_year(site: Site, series: Series, places: Sequence[str], *, year: int) -> Chart | None:
    """Return one year of places, the largest first; None where no place has a figure of it."""
    held = site.data.annual.get(series, {})
    rows = sorted((held[code, year] for code in places if (code, year) in held), key=lambda row: -row["value"])
    unit = site.unit(site.data.bases[series]["unit"])
    if not rows:
        return None
    return Chart(
        kind="dots",
        title=site.of(site.indicator(series[0]), str(year)),
        notes=notes(site, rows, unit),
        values=[
            {"place": site.place(row["geo_code"]), "colour": colour(site, row["geo_code"])}
            | _tip(site, row, unit=unit)
            | _number(site, row)
            for row in rows
        ],
        columns=_columns(site, "place", "value", "bound", "what", "unit"),
        unit=unit,
        height=30 * len(rows),
    )


def small_multiple(site: Site, series: Series, focus: str, *, among: Sequence[str]) -> Chart | None:
    """Return the line of one place among grey ones; None where the place has fewer than two values."""
    found = {key: row for key, row in site.data.annual.get(series, {}).items() if is_exact(row) and key[0] in among}
    own = [row for (geo, _), row in found.items() if geo == focus]
    if len(own) < 2:
        return None
    unit = site.unit(site.data.bases[series]["unit"])
    values: list[dict[str, Any]] = []
    for code in among:
        for year, row in course(site, series, [row for (geo, _), row in found.items() if geo == code]):
            point: dict[str, Any] = {"place": site.place(code), "year": year}
            if row:
                point["value"] = row["value"]
            if code == focus:
                point |= {"focus": True, "colour": BLUE}
                point |= _tip(site, row, unit=unit) if row else {}
            values.append(point)
    ticks = _ticks([row["value"] for row in found.values()])
    return Chart(
        kind="small",
        title=site.indicator(series[0]),
        notes=notes(site, list(found.values()), unit, logarithmic=bool(ticks), more=parted(site, values)),
        values=values,
        columns=_columns(site, "place", "year", "value", "unit"),
        unit=unit,
        height=130,
        ticks=ticks,
        shared=series[0],
    )


def colour(site: Site, code: str) -> str:
    """Return the colour of a place, the same on every chart."""
    order = [member["geo_code"] for member in site.data.members]
    return PLACE_COLOURS[order.index(code) % len(PLACE_COLOURS)] if code in order else "#8A8F98"


def notes(site: Site, rows: Sequence[Row], unit: str, *, logarithmic: bool = False, more: str = "") -> tuple[str, ...]:
    """Return what is below a title: unit, years and scale; flags; sources."""
    years = sorted({row["year"] for row in rows})
    span = "" if not years else str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    scale = site.t("log_scale") if logarithmic else ""
    first = " · ".join(part for part in (unit, span, scale, more) if part)
    flags = site.flags(sorted({flag for row in rows for flag in row["flags"]}))
    lines = [first, f"{site.words.label('flags')}{site.words.colon}{flags}" if flags else ""]
    lines.append(source_line(site, rows))
    return tuple(line for line in lines if line)


def source_line(site: Site, rows: Iterable[Row]) -> str:
    """Return the sources of figures, or of the figures behind metric rows: those with most first."""
    held: Counter[str] = Counter()
    for row in rows:
        ids = row.get("input_ids")
        figures = [row] if ids is None else [site.data.figure_of[i] for i in ids if i in site.data.figure_of]
        held.update(figure["document_id"] for figure in figures)
    names: Counter[str] = Counter()
    for document_id, n in held.items():
        names[site.first(site.data.documents[document_id], "source")] += n
    shown = [name for name, _ in names.most_common(FEW_SOURCES)]
    more = len(names) - len(shown)
    tail = site.t("and_more_sources", n=more) if more > 0 else ""
    return f"{site.words.label('source')}{site.words.colon}{site.words.listed(shown)}{tail}" if shown else ""


def _columns(site: Site, *names: str) -> dict[str, str]:
    return {name: site.t(f"column.{name}") for name in names} | {"id": "id"}


def _number(site: Site, row: Row) -> dict[str, Any]:
    """Return the fields of a figure: a value, or a bound or estimate with its sign and what it is."""
    flag = next((flag for flag in row["flags"] if flag in SIGNS), None)
    return {"bound": row["value"], "shape": SIGNS[flag], "what": site.word(flag)} if flag else {"value": row["value"]}


def _tip(site: Site, row: Row, *, unit: str) -> dict[str, str]:
    """Return the fields of what a reader sees of a figure, and finds it by."""
    flags = f" ({site.flags(row['flags'])})" if row["flags"] else ""
    when = f"{site.place(row['geo_code'])} {row['year']}"
    tip = f"{when}{site.words.colon}{bounded(row['value'], row['flags'])} {unit}{flags}"
    return {"id": row["observation_id"], "tip": tip}


def _ticks(values: Sequence[float]) -> list[float]:
    """Return the ticks of a logarithmic scale; none where a plain scale shows the values well."""
    wide = bool(values) and min(values) > 0 and max(values) / min(values) > WIDE
    return decades(min(values), max(values)) if wide else []


def _name_ends(exact: dict[str, dict[int, float]], *, height: int, logarithmic: bool) -> dict[str, float]:
    """Return where the name of each line goes, in the unit of the values: near its newest value, none on another."""
    newest = {code: years[max(years)] for code, years in exact.items() if years}
    scale = math.log if logarithmic else float
    back = math.exp if logarithmic else float
    every = [scale(value) for years in exact.values() for value in years.values()]
    low, high = min(every), max(every)
    apart = (high - low) * LINE_OF_LABELS / height
    found = spread([scale(v) for v in newest.values()], low=low, high=high, apart=apart)
    return {code: float(f"{back(y):.6g}") for code, y in zip(newest, found, strict=True)}
