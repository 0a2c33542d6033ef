"""Commands that write what can be passed on: the site, and single charts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from g60_pipeline.cli.common import (
    Language,
    argument,
    as_json,
    command,
    examples,
    from_here,
    lang,
    option,
    settings,
    year,
)
from g60_pipeline.cli.completing import CORRIDOR, INDICATOR, PLACE
from g60_pipeline.errors import UsageError
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.reader.words import Words
from g60_pipeline.whole_files import write_named

FORMS: Final = ("svg", "png", "html")
"""Files a chart can be."""


@command(epilog=examples("g60 report", "g60 report --to /srv/www/g60"))
@option("--to", "folder", type=click.Path(file_okay=False, path_type=Path))
@lang
@as_json
def report(*, folder: Path | None, lang: Language, as_json: bool) -> None:
    """Write the site: static pages in English and Chinese that open from disk."""
    from g60_pipeline.report.site.build import build  # noqa: PLC0415  - only this command needs templates

    home = settings()
    with open_warehouse(home) as warehouse:
        done = build(warehouse, folder or home.report_dir)
    if as_json:
        found = {"folder": str(done.folder), "pages": done.pages, "written": done.written}
        screens.print_json(found | {"bytes": done.size, "seconds": done.seconds})
    else:
        start = from_here(done.folder / "index.html")
        words = Words(lang)
        line = words.label("site_written").format(
            pages=done.pages, written=done.written, size=done.size / 1e6, seconds=done.seconds
        )
        screens.show(screens.text(line), screens.text(words.label("site_open").format(start=start)))


@command(
    epilog=examples(
        "g60 chart gdp",
        "g60 chart 科创板 --corridor g60_songjiang -o star.png",
        "g60 chart gdp --geo 苏州 --geo 杭州 --lang zh -o gdp.svg",
        "g60 chart gdp --year 2022 -o gdp-2022.html",
    )
)
@argument("indicator", shell_complete=INDICATOR)
@option(
    "--geo",
    multiple=True,
    shell_complete=PLACE,
)
@option("--corridor", shell_complete=CORRIDOR)
@year
@option("--basis")
@option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
)
@lang
def chart(
    indicator: str,
    *,
    geo: tuple[str, ...],
    corridor: str | None,
    year: int | None,
    basis: str | None,
    output: Path | None,
    lang: Language,
) -> None:
    """Draw an indicator: places over the years, one year of all places, or the totals of a corridor."""
    from g60_pipeline.report.charts import render  # noqa: PLC0415  - Altair and vl-convert, only here
    from g60_pipeline.report.site.asked import drawn  # noqa: PLC0415

    form = output.suffix.lower().removeprefix(".") if output else FORMS[0]
    if form not in FORMS:
        raise UsageError.of("chart.form", str(output))
    with open_warehouse(settings()) as warehouse:
        name, found = drawn(warehouse, indicator, lang, basis=basis, corridor=corridor, places=geo, year=year)
    specification = found.specification()
    file = output or Path(f"{name}.svg")
    if form == "png":
        write_named(file, render.png(specification))
    else:
        text = render.html(specification) if form == "html" else render.svg(specification)
        write_named(file, text.encode())
    screens.show(screens.text(from_here(file.resolve())))
