"""Pictures and pages of a chart, made by vl-convert without a browser or a network."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

import vl_convert


@lru_cache
def _fonts() -> None:
    """Let vl-convert find the Chinese font of the package."""
    with as_file(files("g60_pipeline.report.charts") / "fonts") as folder:
        vl_convert.register_font_directory(str(folder))


def svg(specification: dict[str, Any]) -> str:
    """Return a chart as SVG."""
    _fonts()
    return str(vl_convert.vegalite_to_svg(specification))


def png(specification: dict[str, Any]) -> bytes:
    """Return a chart as PNG, at twice the size of a screen's pixels."""
    _fonts()
    return bytes(vl_convert.vegalite_to_png(specification, scale=2))


def html(specification: dict[str, Any]) -> str:
    """Return a chart as a page that holds all it needs."""
    return str(vl_convert.vegalite_to_html(specification, bundle=True))


def runtime() -> str:
    """Return Vega, Vega-Lite and their embedding as one script for pages, which call `vegaEmbed`."""
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
