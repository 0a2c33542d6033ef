"""What the server of `g60 ui` answers besides Dagster's UI: the last builds first, the site, charts on request."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from g60_pipeline.errors import G60Error
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.settings import Settings
from g60_pipeline.wording import LANGUAGES

FIRST: Final = "/runs"
"""Page of Dagster's UI with the last builds."""

NO_SITE: Final = "There is no site yet. Run `g60 report`, or materialize the asset `publish/report`."
"""Answer where the site was not written."""


SVG: Final = "image/svg+xml"
"""Media type of a chart."""


FIXED_SIZE: Final = re.compile(r'^(<svg [^>]*?)\s+width="[\d.]+" height="[\d.]+"')
"""Size of a drawing in pixels: on a page of Dagster it takes the room there is."""


def _in_words(text: str) -> str:
    """Return a picture of a sentence: a page that shows a chart shows why there is none."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="28" font-family="sans-serif" font-size="13">'
        f'<text x="0" y="18" fill="#5f6b7a">{escape(text)}</text></svg>'
    )


class _Site(StaticFiles):
    """The files of the site; a folder that is not there is an answer, no failure."""

    async def check_config(self) -> None:
        try:
            await super().check_config()
        except RuntimeError as error:
            raise HTTPException(404, NO_SITE) from error


def routes(settings: Settings) -> list[BaseRoute]:
    """Return the routes to put before those of Dagster's UI."""

    def first(_: Request) -> Response:
        return RedirectResponse(FIRST)

    def chart(request: Request) -> Response:
        language, indicator = request.path_params["language"], request.path_params["indicator"]
        if language not in LANGUAGES:
            raise HTTPException(404, f"{language} is no language of the site: {', '.join(LANGUAGES)}")
        from g60_pipeline.report.charts import render  # noqa: PLC0415  - Altair and vl-convert, only once asked for
        from g60_pipeline.report.site.asked import drawn  # noqa: PLC0415

        try:
            with open_warehouse(settings) as warehouse:
                _, found = drawn(warehouse, indicator, language)
        except G60Error as error:
            return Response(_in_words(f"{error.rule}. {error.remedy}"), media_type=SVG)
        drawing = FIXED_SIZE.sub(r'\1 width="100%"', render.svg(found.specification()), count=1)
        return Response(drawing, media_type=SVG)

    return [
        Route("/", first),
        Mount("/report", _Site(directory=settings.report_dir, html=True, check_dir=False)),
        Route("/chart/{language}/{indicator}.svg", chart),
    ]
