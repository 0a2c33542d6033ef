"""The forms of charts: Altair charts without data. What their fields are called is written with each.

Colours come with the rows, so that a place or a reading of the corridor has one colour on every chart.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import altair as alt

from g60_pipeline.report.charts.theme import PATH_COLOURS, SCOPE_COLOURS

BREAK: Final = "break-paths-show-path-domains"
"""A year without a value is a gap in the line."""

Form = alt.Chart | alt.LayerChart | alt.FacetChart
"""What a function of this module returns."""

_OWN_COLOUR: Final = alt.Color("colour:N", scale=None, legend=None)
_AMOUNT: Final = alt.Axis(format=",~f", tickCount=5, title=None, domain=False, ticks=False)
_TIP: Final = [alt.Tooltip("tip:N")]
_EMPTY: Final = alt.Data(values=[])  # type: ignore[no-untyped-call]  # Altair leaves it untyped


_SHAPE: Final = alt.Shape("shape:N", scale=None, legend=None)


def _years(field: str = "year", *, few: bool = False) -> alt.X:
    count = 4 if few else alt.Undefined
    axis = alt.Axis(
        format="d", tickMinStep=1, tickCount=count, title=None, grid=False, labelFlush=True, labelOverlap=True
    )
    return alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(zero=False, nice=False, padding=12))


def _amount(field: str = "value", *, zero: bool = True) -> alt.Y:
    return alt.Y(f"{field}:Q", axis=_AMOUNT, scale=alt.Scale(zero=zero))


def _named(field: str = "row", *, padding: int = 8, scale: Any = alt.Undefined) -> alt.Y:
    """Return a scale of names, one below the other in the order of the rows."""
    axis = alt.Axis(title=None, domain=False, ticks=False, labelPadding=padding)
    return alt.Y(f"{field}:N", sort=None, axis=axis, scale=scale)


def lines() -> Form:
    """Return lines of places over years, named at their end; bounds and estimates are hollow signs.

    Fields: place, year, value, bound with its shape, colour, dash, label with label_y, tip.
    """
    base = alt.Chart(_EMPTY).encode(x=_years())
    line = base.mark_line(strokeWidth=2, invalid=BREAK).encode(
        y=_amount(zero=False),
        color=_OWN_COLOUR,
        detail="place:N",
        strokeDash=alt.StrokeDash("dash:N", scale=None, legend=None),
    )
    dots = base.mark_point(filled=True, size=26, opacity=1).encode(
        y=_amount(zero=False), color=_OWN_COLOUR, tooltip=_TIP
    )
    signs = base.mark_point(filled=False, size=46, strokeWidth=1.6).encode(
        y=_amount("bound", zero=False),
        color=_OWN_COLOUR,
        shape=_SHAPE,
        tooltip=_TIP,
    )
    names = (
        alt.Chart(_EMPTY)
        .mark_text(align="left", dx=8, fontSize=12)
        .encode(x=alt.value("width"), y=_amount("label_y", zero=False), text="label:N", color=_OWN_COLOUR)
        .transform_filter("isValid(datum.label)")
    )
    return alt.layer(line, dots, signs, names)


def bands() -> Form:
    """Return intervals over years: a bar from end to end, a dot for a value, a triangle where one end is open.

    Fields: series, year, place in the year (x), value, low, high, open with its shape, tip. The series are the two
    readings of the corridor, each with a row at least, so that each keeps its colour.
    """
    colour = alt.Color("series:N", sort=None, scale=alt.Scale(range=list(SCOPE_COLOURS.values())))
    base = alt.Chart(_EMPTY).encode(x=_years("x"), color=colour)
    ends = (
        base.mark_rule(strokeWidth=7, opacity=0.4, strokeCap="butt", clip=True)
        .encode(y=_amount("low"), y2="high:Q", tooltip=_TIP)
        .transform_filter("isValid(datum.low) && isValid(datum.high)")
    )
    line = base.mark_line(strokeWidth=1.2, opacity=0.6, invalid=BREAK).encode(y=_amount())
    dots = base.mark_point(filled=True, size=44, opacity=1).encode(y=_amount(), tooltip=_TIP)
    signs = base.mark_point(filled=False, size=60, strokeWidth=1.8).encode(
        y=_amount("open"), shape=_SHAPE, tooltip=_TIP
    )
    return alt.layer(ends, line, dots, signs)


def strips() -> Form:
    """Return intervals below each other, with the claimed one as a band behind them.

    Fields: row, low, high, value, colour, claimed (whether it is the claimed interval), tip, none (what is written
    where there is no interval).
    """
    x = alt.X("low:Q", axis=alt.Axis(format=",~f", tickCount=6, title=None), scale=alt.Scale(zero=False, padding=14))
    row = _named(scale=alt.Scale(padding=0.35))
    base = alt.Chart(_EMPTY).encode(color=_OWN_COLOUR, tooltip=_TIP)
    claimed = (
        base.mark_rect(opacity=0.28, minBandSize=3, stroke="#8A8F98", strokeWidth=1)
        .encode(x=x, x2="high:Q")
        .transform_filter("datum.claimed")
    )
    bars = base.mark_bar(height=11, cornerRadius=2, opacity=0.75).encode(x=x, x2="high:Q", y=row)
    points = (
        base.mark_point(filled=True, shape="diamond", size=130, opacity=1)
        .encode(x=alt.X("value:Q"), y=row)
        .transform_filter("isValid(datum.value)")
    )
    none = (
        alt.Chart(_EMPTY)
        .mark_text(align="left", fontStyle="italic")
        .encode(x=alt.value(6), y=row, text="none:N")
        .transform_filter("isValid(datum.none)")
    )
    return alt.layer(claimed, bars, points, none)


def dots() -> Form:
    """Return one value of each place as a dot on a line from zero; bounds and estimates are hollow signs.

    Fields: place, value, bound with its shape, colour, tip.
    """
    amount = alt.Axis(format=",~f", tickCount=6, title=None, orient="top", domain=False, ticks=False)
    base = alt.Chart(_EMPTY).encode(y=_named("place"), color=_OWN_COLOUR, tooltip=_TIP)
    stems = base.mark_bar(height=2).encode(x=alt.X("value:Q", axis=amount))
    points = base.mark_point(filled=True, size=110, opacity=1).encode(x=alt.X("value:Q", axis=amount))
    signs = base.mark_point(filled=False, size=110, strokeWidth=2).encode(x=alt.X("bound:Q", axis=amount), shape=_SHAPE)
    return alt.layer(stems, points, signs)


def small() -> Form:
    """Return one line among grey ones, small. Fields: place, year, value, focus, tip."""
    base = alt.Chart(_EMPTY).encode(x=_years(few=True), y=_amount(zero=False))
    others = (
        base.mark_line(strokeWidth=1, color="#8A8F98", opacity=0.55, invalid=BREAK)
        .encode(detail="place:N")
        .transform_filter("!datum.focus")
    )
    own = base.mark_line(strokeWidth=2.5, invalid=BREAK).encode(color=_OWN_COLOUR).transform_filter("datum.focus")
    dots = (
        base.mark_point(filled=True, size=22, opacity=1)
        .encode(color=_OWN_COLOUR, tooltip=_TIP)
        .transform_filter("datum.focus")
    )
    return alt.layer(others, own, dots)


def heat() -> Form:
    """Return a matrix of coloured cells with a text each. Fields: row, column, text, fill, ink, tip."""
    base = alt.Chart(_EMPTY).encode(
        x=alt.X(
            "column:N", sort=None, axis=alt.Axis(orient="top", title=None, labelAngle=-35, domain=False, ticks=False)
        ),
        y=_named(padding=6),
        tooltip=_TIP,
    )
    cells = base.mark_rect(cornerRadius=2, stroke="white", strokeWidth=1, strokeOpacity=0.4).encode(
        color=alt.Color("fill:N", scale=None, legend=None)
    )
    words = base.mark_text(fontSize=11).encode(text="text:N", color=alt.Color("ink:N", scale=None, legend=None))
    return alt.layer(cells, words)


def ranks() -> Form:
    """Return ranks as intervals: 5 to 95 % of the draws as a bar, best and worst as a line, the rank as a dot.

    Fields: row, rank, low, high, best, worst, colour, tip.
    """
    x = alt.X(
        "low:Q",
        axis=alt.Axis(format="d", tickMinStep=1, title=None, orient="top"),
        scale=alt.Scale(zero=False, nice=False, padding=16),
    )
    base = alt.Chart(_EMPTY).encode(y=_named(), color=_OWN_COLOUR, tooltip=_TIP)
    reach = base.mark_rule(strokeWidth=1.5).encode(x=alt.X("best:Q"), x2="worst:Q")
    bars = base.mark_bar(height=11, cornerRadius=2, opacity=0.4).encode(x=x, x2="high:Q")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(x=alt.X("rank:Q"))
    return alt.layer(reach, bars, dots)


_HALOS: Final[tuple[dict[str, Any], ...]] = (
    {"stroke": alt.expr("ground"), "strokeWidth": 4, "strokeJoin": "round"},
    {},
)
"""A name is written twice: a rim in the colour of the ground, so that it can be read across lines, then itself."""

_SIDES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("!datum.left", {"align": "left", "dx": 10}),
    ("datum.left", {"align": "right", "dx": -10}),
)


def network() -> Form:
    """Return places on a plain projection with the links between them; `path` and `until` choose among the links.

    Fields of a place: place, x, y, dx, dy, colour. Fields of a link: x, y, x2, y2, weight, path, year, colour, tip.
    """
    plain = alt.Scale(zero=False, nice=False, padding=24)
    x, y = alt.X("x:Q", axis=None, scale=plain), alt.Y("y:Q", axis=None, scale=plain)
    shown = "isValid(datum.path) && (path == 'all' || datum.path == path) && datum.year <= until"
    links = (
        alt.Chart(_EMPTY)
        .transform_filter(shown)
        .transform_aggregate(weight="sum(weight)", groupby=["x", "y", "x2", "y2", "path", "colour", "tip"])
        .mark_rule(opacity=0.55, strokeCap="round")
        .encode(
            x=x,
            y=y,
            x2="x2:Q",
            y2="y2:Q",
            color=_OWN_COLOUR,
            strokeWidth=alt.StrokeWidth("weight:Q", scale=alt.Scale(domain=[0, 6], range=[1, 12]), legend=None),
            order=alt.Order("order:Q"),
            tooltip=_TIP,
        )
    )
    places = alt.Chart(_EMPTY).transform_filter("isValid(datum.place)").encode(x=x, y=y)
    dots = places.mark_point(filled=True, size=110, opacity=1).encode(color=_OWN_COLOUR)
    names = [
        places.transform_filter(side).mark_text(**look, fontSize=13, fontWeight=600, **halo).encode(text="place:N")
        for halo in _HALOS
        for side, look in _SIDES
    ]
    return alt.layer(links, dots, *names).add_params(
        alt.param(name="path", value="all"),
        alt.param(name="until", value=9999),
        alt.param(name="ground", value="white"),
    )


def bars() -> Form:
    """Return counts by year, stacked. Fields: series (the paths, each with a row) in their order, year, value, tip."""
    bar: alt.Chart = alt.Chart(_EMPTY).mark_bar()
    return bar.encode(
        x=alt.X("year:O", axis=alt.Axis(title=None, labelAngle=0)),
        y=_amount(),
        color=alt.Color("series:N", sort=None, scale=alt.Scale(range=list(PATH_COLOURS.values()))),
        order=alt.Order("order:Q"),
        tooltip=_TIP,
    )


KINDS: Final[dict[str, Callable[[], Form]]] = {
    f.__name__: f for f in (lines, bands, strips, dots, small, heat, ranks, network, bars)
}
"""Every form by name."""


@lru_cache
def form(kind: str) -> dict[str, Any]:
    """Return a form as a Vega-Lite specification without data. Copy it before it is filled."""
    made: dict[str, Any] = KINDS[kind]().to_dict()
    made.pop("config", None)
    made.pop("datasets", None)
    return _without_data(made)


def _without_data(spec: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in spec.items() if key not in {"data", "$schema"}}
    if "layer" in kept:
        kept["layer"] = [_without_data(layer) for layer in kept["layer"]]
    return kept
