"""Commands that list what there is: indicators, places."""

from __future__ import annotations

from g60_pipeline.cli.common import Language, argument, command, examples, lang, settings
from g60_pipeline.cli.hand_out import Way, hand_out, handed_out
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.reader.words import Words
from g60_pipeline.report import listing


@command(epilog=examples("g60 indicators", "g60 indicators 专利", "g60 indicators R&D --json"))
@argument("text", required=False)
@lang
@handed_out
def indicators(text: str | None, *, lang: Language, way: Way) -> None:
    """List the indicators: names, unit, years and places held, kinds of documents."""
    words = Words(lang)
    with open_warehouse(settings()) as warehouse:
        rows = listing.indicator_list(warehouse, text)
        if way.is_file:
            hand_out(way, rows=rows, parts=lambda: listing.indicators_screen(rows, words))
        elif way.is_json:
            screens.print_json({"build_id": warehouse.build_id(), "indicators": rows})
        else:
            screens.show(*listing.indicators_screen(rows, words))


@command(epilog=examples("g60 places", "g60 places 松江", "g60 places zhejiang --lang zh"))
@argument("text", required=False)
@lang
@handed_out
def places(text: str | None, *, lang: Language, way: Way) -> None:
    """List the corridors and places: codes, names, which corridors they belong to, how much is held."""
    words = Words(lang)
    with open_warehouse(settings()) as warehouse:
        rows = listing.place_list(warehouse, text)
        if way.is_file:
            hand_out(way, rows=rows, parts=lambda: listing.places_screen(rows, words))
        elif way.is_json:
            screens.print_json({"build_id": warehouse.build_id(), "places": rows})
        else:
            screens.show(*listing.places_screen(rows, words))
