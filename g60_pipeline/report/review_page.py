"""The page of open proposals: a person judges figures with a key and downloads the decisions.

It is one file, needs no network, and is no page of the site, which shows what was published; it looks like one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from markupsafe import Markup

from g60_pipeline.report.site.environment import templates
from g60_pipeline.wording import Language, say

ASSETS: Final = files("g60_pipeline.report.site") / "assets"


def render(proposals: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Return the page.

    Args:
        proposals: What waits, each with its names, sentence, figure, what is stored, neighbours and doubts.
        language: Language of the words around.
    """
    style, script = _asset("site.css") + _asset("review.css"), _asset("review.js")
    return (
        templates()
        .get_template("review.html.jinja")
        .render(
            proposals=proposals,
            lang=language,
            t=lambda key, **values: say(f"communique.page.{key}", language, **values),
            style=style,
            script=script,
        )
    )


def _asset(name: str) -> Markup:
    return Markup((ASSETS / name).read_text(encoding="utf-8"))  # noqa: S704  - a file of the package
