"""Colours and type of all charts. The colours are those of Okabe and Ito, which colour-blind readers tell apart."""

from __future__ import annotations

from typing import Any, Final

BLUE: Final = "#0072B2"
ORANGE: Final = "#D55E00"
GREEN: Final = "#009E73"
SKY: Final = "#56B4E9"
AMBER: Final = "#E69F00"
PINK: Final = "#CC79A7"
GREY: Final = "#8A8F98"

SCOPE_COLOURS: Final = {"g60_songjiang": BLUE, "g60_shanghai": ORANGE}
"""Colour of each reading of the corridor."""

PATH_COLOURS: Final = {
    "innovation_hub": BLUE,
    "industrial_chain": AMBER,
    "shared_platform": GREEN,
    "element_circulation": PINK,
}
"""Colour of each path of collaboration."""

PLACE_COLOURS: Final = (AMBER, ORANGE, SKY, GREEN, PINK, BLUE, GREY, "#80604D", "#A89200", "#7B5EA7")
"""Colours of places in the order of the official list; every line also bears its name."""

DASHES: Final = ([5, 2], [1, 0], [5, 2], [1, 0], [5, 2], [1, 0], [5, 2], [1, 0], [5, 2], [1, 0])
"""Dashes of the same places."""

FONT: Final = (
    "Liberation Sans, Helvetica Neue, Arial, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Droid Sans Fallback, "
    "sans-serif"
)
"""Fonts in order of preference; the last Chinese one comes with the package, for pictures made by the command."""

INK: Final = {"light": ("#1d2129", "#5c6470", "#e4e6ea"), "dark": ("#e8eaed", "#a3abb6", "#363c46")}
"""Text, quiet text and grid lines on light and dark ground."""


def config(ground: str = "light") -> dict[str, Any]:
    """Return the Vega-Lite configuration for light or dark ground."""
    text, quiet, grid = INK[ground]
    return {
        "background": "white" if ground == "light" else None,
        "font": FONT,
        "padding": 4,
        "view": {"stroke": None},
        "axis": {
            "labelColor": quiet,
            "titleColor": quiet,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "domainColor": grid,
            "tickColor": grid,
            "gridColor": grid,
            "labelLimit": 260,
        },
        "legend": {
            "labelColor": text,
            "labelFontSize": 12,
            "title": None,
            "orient": "top",
            "symbolStrokeWidth": 3,
            "labelLimit": 400,
        },
        "title": {
            "anchor": "start",
            "color": text,
            "subtitleColor": quiet,
            "fontSize": 16,
            "subtitleFontSize": 12,
            "fontWeight": 600,
            "offset": 12,
            "lineHeight": 20,
            "subtitleLineHeight": 16,
        },
        "text": {"color": text, "fontSize": 12},
        "rule": {"color": quiet},
    }
