"""Commands that list what there is: indicators, places."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from g60_pipeline.cli.common import Language, argument, command, examples, lang, settings
from g60_pipeline.cli.hand_out import Way, hand_out, handed_out
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row, open_warehouse
from g60_pipeline.reader.words import Words
from g60_pipeline.report import listing

if TYPE_CHECKING:
    from rich.console import RenderableType

    Screen = Callable[[list[Row], Words], list[RenderableType]]


@command(epilog=examples("g60 indicators", "g60 indicators 专利", "g60 indicators R&D --json"))
@argument("text", required=False)
@lang
@handed_out
def indicators(text: str | None, *, lang: Language, way: Way) -> None:
    """List the indicators: names, unit, years and places stored, kinds of documents."""
    with open_warehouse(settings()) as warehouse:
        rows = listing.indicator_list(warehouse, text)
        _show(
            way, "indicators", rows, screen=listing.indicators_screen, words=Words(lang), build_id=warehouse.build_id()
        )


@command(epilog=examples("g60 places", "g60 places 松江", "g60 places zhejiang --lang zh"))
@argument("text", required=False)
@lang
@handed_out
def places(text: str | None, *, lang: Language, way: Way) -> None:
    """List the corridors and places: codes, names, which corridors they belong to, how much is stored."""
    with open_warehouse(settings()) as warehouse:
        rows = listing.place_list(warehouse, text)
        _show(way, "places", rows, screen=listing.places_screen, words=Words(lang), build_id=warehouse.build_id())


def _show(way: Way, name: str, rows: list[Row], *, screen: Screen, words: Words, build_id: str) -> None:
    """Hand a list out in the way asked for: as a file, as JSON under a name, or on the screen."""
    if way.is_file:
        hand_out(way, rows=rows, parts=lambda: screen(rows, words))
    elif way.is_json:
        screens.print_json({"build_id": build_id, name: rows})
    else:
        screens.show(*screen(rows, words))
