"""Commands that show what is in the published warehouse: show, claims, wanted, landscape, coverage."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from g60_pipeline.cli.as_of import about, as_of_option, day_of, known_by, open_as_of
from g60_pipeline.cli.common import Language, argument, as_json, command, examples, lang, option, year
from g60_pipeline.cli.completing import CLAIM, CORRIDOR, INDICATOR, PLACE
from g60_pipeline.cli.hand_out import Way, hand_out, handed_out
from g60_pipeline.errors import UsageError
from g60_pipeline.reader import screens
from g60_pipeline.reader.names import find_corridor, find_place
from g60_pipeline.reader.words import Words
from g60_pipeline.report import claims as audit
from g60_pipeline.report import coverage as grid
from g60_pipeline.report import headline, landscape
from g60_pipeline.report import wanted as missing
from g60_pipeline.report.indicator import find, screen
from g60_pipeline.report.indicator_rows import place_profile
from g60_pipeline.report.place_tables import profile_screen

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType


@command(
    epilog=examples(
        "g60 show",
        "g60 show star_listed",
        "g60 show gdp --year 2022",
        "g60 show gdp --geo 苏州 --geo 杭州 --year 2020",
        "g60 show population_resident --basis resident_census --lang zh",
        "g60 show 科创板 --date 2023-12-31",
        "g60 show --geo Hefei",
        "g60 show --corridor g60_songjiang --json",
        "g60 show gdp --geo Hefei --as-of 2024-06-30",
        "g60 show gdp --year 2022 -o gdp.xlsx",
    )
)
@argument(
    "indicator",
    required=False,
    shell_complete=INDICATOR,
)
@option("--corridor", shell_complete=CORRIDOR)
@option(
    "--geo",
    multiple=True,
    shell_complete=PLACE,
)
@year
@option("--date", metavar="DAY")
@option("--basis")
@as_of_option
@lang
@handed_out
def show(
    indicator: str | None,
    *,
    corridor: str | None,
    geo: tuple[str, ...],
    year: int | None,
    date: str | None,
    basis: str | None,
    as_of: str | None,
    lang: Language,
    way: Way,
) -> None:
    """Show shares, totals, figures and citations."""
    words = Words(lang)
    if date and year:
        raise UsageError.of("show.date_and_year")
    day = day_of(date, name="--date") if date else None
    data: dict[str, Any]
    table: list[Any]
    parts: Callable[[], list[RenderableType]]
    with open_as_of(as_of) as (warehouse, known):
        if indicator:
            found = find(warehouse, indicator, words, basis=basis, corridor=corridor, places=geo, year=year, day=day)
            data, parts = found.as_json(), lambda: screen(found, words)
            table = [*found.corridor_rows, *found.place_rows, *found.other_rows]
        elif basis:
            raise UsageError.of("show.basis_alone")
        elif geo and corridor:
            raise UsageError.of("show.place_and_corridor")
        elif geo:
            places = {place["geo_code"]: place for place in (find_place(warehouse, name) for name in geo)}
            profiles = {code: place_profile(warehouse, geo_code=code, year=year, day=day) for code in places}
            table = [row for rows in profiles.values() for row in rows]
            data = {"places": list(places.values()), "figures": table}
            parts = lambda: [p for code, rows in profiles.items() for p in profile_screen(places[code], rows, words)]  # noqa: E731
        elif corridor or year or day:
            scope = find_corridor(warehouse, corridor)["corridor_id"] if corridor else None
            table = headline.newest_shares(warehouse, corridor=scope, year=year, day=day)
            data, parts = {"shares": table}, lambda: headline.shares_screen(warehouse, table, words, year=year)
        else:
            table = headline.headline(warehouse)
            data, parts = {"headline": table}, lambda: headline.screen(warehouse, table, words, as_of=as_of)
        if way.is_file:
            hand_out(way, rows=table, parts=parts)
        elif way.is_json:
            shown = {"date": day} if day else {}
            screens.print_json({"build_id": warehouse.build_id()} | shown | about(known) | data)
        else:
            head = known_by(known, words)
            if day:
                head.append(screens.text(words.label("by_day").format(day=day.isoformat()), "bold"))
            screens.show(*head, *parts(), screens.text(f"g60_pipeline {warehouse.build_id()}", "dim"))


@command(
    epilog=examples(
        "g60 claims --lead",
        "g60 claims --verdict contradicted --scope g60_shanghai",
        "g60 claims --claim C107 --lang zh",
        "g60 claims --lead --format md",
    )
)
@option("--lead", is_flag=True)
@option("--verdict")
@option("--scope", shell_complete=CORRIDOR)
@option("--claim", shell_complete=CLAIM)
@as_of_option
@lang
@handed_out
def claims(
    *,
    lead: bool,
    verdict: str | None,
    scope: str | None,
    claim: str | None,
    as_of: str | None,
    lang: Language,
    way: Way,
) -> None:
    """Show what published claims are worth."""
    words = Words(lang)
    with open_as_of(as_of) as (warehouse, known):
        found = audit.claim_rows(warehouse, lead=lead, verdict=verdict, scope=scope, claim=claim)
        rows = audit.with_names(warehouse, found)

        def parts() -> list[RenderableType]:
            if claim and rows:
                return audit.claim_screen(warehouse, rows, words)
            return audit.screen(warehouse, rows, words, every_basis=verdict is not None or claim is not None)

        if way.is_file:
            hand_out(way, rows=rows, parts=parts)
        elif way.is_json:
            screens.print_json({"build_id": warehouse.build_id()} | about(known) | {"claims": rows})
        else:
            screens.show(*known_by(known, words), *parts())


@command(
    "wanted",
    epilog=examples(
        "g60 wanted",
        "g60 wanted --claim C105 --scope g60_songjiang",
        "g60 wanted --geo 苏州 --lang zh",
        "g60 wanted --tier printed --all",
    ),
)
@option("--claim", shell_complete=CLAIM)
@option("--scope", shell_complete=CORRIDOR)
@option("--geo", shell_complete=PLACE)
@option("--indicator", shell_complete=INDICATOR)
@option("--tier")
@option("--all", "everything", is_flag=True)
@as_of_option
@lang
@as_json
def show_wanted(
    *,
    claim: str | None,
    scope: str | None,
    geo: str | None,
    indicator: str | None,
    tier: str | None,
    everything: bool,
    as_of: str | None,
    lang: Language,
    as_json: bool,
) -> None:
    """Show which missing figures to look up next, and where."""
    with open_as_of(as_of) as (warehouse, known):
        rows = missing.wanted_rows(warehouse, claim=claim, scope=scope, place=geo, tier=tier, indicator=indicator)
        if as_json:
            screens.print_json({"build_id": warehouse.build_id()} | about(known) | {"wanted": rows})
        else:
            words = Words(lang)
            screens.show(*known_by(known, words), *missing.screen(rows, words, everything=everything))


@command("landscape", epilog=examples("g60 landscape", "g60 landscape --corridor g60_shanghai --lang zh"))
@option("--corridor", shell_complete=CORRIDOR)
@as_of_option
@lang
@as_json
def show_landscape(*, corridor: str | None, as_of: str | None, lang: Language, as_json: bool) -> None:
    """Show the gradient of the cities and their strongest links, in words to quote."""
    with open_as_of(as_of) as (warehouse, known):
        found = landscape.landscape(warehouse, corridor=corridor)
        if as_json:
            screens.print_json({"build_id": warehouse.build_id()} | about(known) | {"landscape": found})
        else:
            words = Words(lang)
            parts = landscape.screen(warehouse, found, words)
            screens.show(*known_by(known, words), *parts, screens.text(f"g60_pipeline {warehouse.build_id()}", "dim"))


@command(
    epilog=examples(
        "g60 coverage",
        "g60 coverage --indicator rd_expenditure",
        "g60 coverage --geo 芜湖",
        "g60 coverage --year 2020",
    )
)
@option("--indicator", shell_complete=INDICATOR)
@option("--geo", shell_complete=PLACE)
@year
@as_of_option
@lang
@handed_out
def coverage(
    *,
    indicator: str | None,
    geo: str | None,
    year: int | None,
    as_of: str | None,
    lang: Language,
    way: Way,
) -> None:
    """Show what is filled, and by what grade."""
    asked: dict[str, Any] = {"indicator": indicator, "place": geo, "year": year}
    with open_as_of(as_of) as (warehouse, known):
        rows = grid.coverage_rows(warehouse, **asked)
        screen_of = partial(grid.screen, warehouse, rows, Words(lang), **asked)
        if way.is_file:
            hand_out(way, rows=rows, parts=screen_of)
        elif way.is_json:
            screens.print_json({"build_id": warehouse.build_id()} | about(known) | {"coverage": rows})
        else:
            screens.show(*known_by(known, Words(lang)), *screen_of())
