"""The command that sets places side by side: compare."""

from __future__ import annotations

from g60_pipeline.cli.as_of import about, as_of_option, known_by, open_as_of
from g60_pipeline.cli.common import Language, argument, command, examples, lang, option, year
from g60_pipeline.cli.completing import CORRIDOR, INDICATOR, PLACE
from g60_pipeline.cli.hand_out import Way, hand_out, handed_out
from g60_pipeline.reader import screens
from g60_pipeline.reader.words import Words
from g60_pipeline.report import compare as side_by_side
from g60_pipeline.report.compare_screen import screen


@command(
    epilog=examples(
        "g60 compare 苏州 杭州",
        "g60 compare Suzhou Hangzhou Hefei --indicator gdp --indicator 研发 --year 2022",
        "g60 compare --indicator 高企 --corridor g60_shanghai --lang zh",
        "g60 compare Suzhou Wuhu -o suzhou-wuhu.xlsx",
    )
)
@argument("city", nargs=-1, shell_complete=PLACE)
@option(
    "--indicator",
    multiple=True,
    shell_complete=INDICATOR,
)
@option("--corridor", shell_complete=CORRIDOR)
@year
@as_of_option
@lang
@handed_out
def compare(
    city: tuple[str, ...],
    *,
    indicator: tuple[str, ...],
    corridor: str | None,
    year: int | None,
    as_of: str | None,
    lang: Language,
    way: Way,
) -> None:
    """Set places side by side: figures, per head, rank among the members, part of the corridor."""
    words = Words(lang)
    with open_as_of(as_of) as (warehouse, known):
        found = side_by_side.compare(warehouse, city, indicators=indicator, corridor=corridor, year=year)
        if way.is_file:
            hand_out(way, rows=found.rows, parts=lambda: screen(found, words))
        elif way.is_json:
            built = {"build_id": warehouse.build_id()} | about(known)
            screens.print_json(built | found.as_json())
        else:
            end = screens.text(f"g60_pipeline {warehouse.build_id()}", "dim")
            screens.show(*known_by(known, words), *screen(found, words), end)
