"""Commands that keep documents of statistical bureaus: add, collect, list. Their review: `communique_review`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, get_args

import click

from g60_pipeline.builds import clock
from g60_pipeline.catalog import load_catalog
from g60_pipeline.catalog.models import Geography
from g60_pipeline.cli.common import Language, argument, as_json, command, examples, lang, option, settings
from g60_pipeline.errors import G60Error, UsageError
from g60_pipeline.ingest.communique import review as reviews
from g60_pipeline.ingest.communique.bureaus import bureaus
from g60_pipeline.ingest.communique.collect import collect as collect_from
from g60_pipeline.ingest.communique.fetch import fetched, is_address
from g60_pipeline.ingest.communique.places import names_above, names_in, place_named
from g60_pipeline.ingest.communique.proposals import proposals
from g60_pipeline.ingest.communique.store import About, StoredDocument, keep, received, replaced_by, text_of
from g60_pipeline.ingest.communique.subject import Kind
from g60_pipeline.ingest.communique.text.read import content_of
from g60_pipeline.reader import screens
from g60_pipeline.wording import say


@command(
    epilog=examples(
        "g60 communique add suzhou_2024.pdf --geo 苏州 --year 2024",
        "g60 communique add https://tjj.example.gov.cn/2024.html --geo 芜湖 --year 2024",
        "g60 communique add saved.html --geo 湖州 --year 2024 --url https://tjj.example.gov.cn/2024.html",
        "g60 communique add report.docx --geo 合肥 --year 2024 --kind work_report",
    )
)
@argument("document")
@option("--geo", "place", required=True)
@option("--year", type=click.IntRange(1949, 2100), required=True)
@option("--kind", type=click.Choice(get_args(Kind)), default="communique")
@option("--url")
@lang
@as_json
def add(document: str, *, place: str, year: int, kind: Kind, url: str | None, lang: Language, as_json: bool) -> None:
    """Keep a document as received, and propose its figures for review."""
    home = settings()
    catalog = load_catalog(home.own_corridors)
    geography = place_named(place, catalog.geographies)
    if is_address(document):
        content, name, url = fetched(document, home=home.home), document.rstrip("/").rpartition("/")[2], document
    else:
        content, name = content_of(Path(document)), Path(document).name
    about = About(geography, year, kind, url, names_above(geography, catalog.geographies))
    one, is_new = keep(home.documents_dir, content, name=name, about=about, now=_now())
    waiting = list(reviews.readings(home.documents_dir, one, place=geography, within=about.within))
    older = replaced_by(one, received(home.documents_dir)) if is_new else None
    changes = _changes(home.documents_dir, older=older, newer=one, place=geography) if older else []
    if as_json:
        screens.print_json(
            {
                "document": vars(one),
                "is_new": is_new,
                "proposals": len(waiting),
                "differences": [list(c) for c in changes],
            }
        )
        return
    words: dict[str, Any] = {
        "name": name,
        "place": geography.name_zh,
        "year": str(year),
        "day": one.added[:10],
        "n": str(len(waiting)),
    }
    words["kind"] = say(f"communique.kind.{kind}", lang)
    screens.show(screens.text(say("communique.added" if is_new else "communique.there", lang, **words)))
    if older is None:
        return
    day = older.added[:10]
    if not changes:
        screens.show(screens.text(say("communique.newer_same", lang, name=older.name, day=day)))
        return
    labels = [say(f"communique.column.{column}", lang) for column in ("figure", "before", "now")]
    grid = screens.table(*labels, right=tuple(labels[1:]))
    for figure, before, after in changes:
        grid.add_row(figure, before or say("communique.nothing", lang), after or say("communique.nothing", lang))
    screens.show(screens.titled(say("communique.newer", lang, name=older.name, day=day), grid))


@command(epilog=examples("g60 communique collect --geo 苏州", "g60 communique collect --year 2024"))
@option("--geo", "place")
@option("--year", type=click.IntRange(1949, 2100), show_default=False)
@lang
@as_json
def collect(*, place: str | None, year: int | None, lang: Language, as_json: bool) -> None:
    """Ask the bureaus for their communique, and keep what is new for review."""
    home = settings()
    places = {p.geo_code: p for p in load_catalog(home.own_corridors).geographies}
    only = place_named(place, tuple(places.values())).geo_code if place else None
    wanted = [bureau for bureau in bureaus() if only in {None, bureau.geo_code} and (only or bureau.list_url)]
    if not wanted:
        raise UsageError.of("communique.no_bureau", f"--geo {place}")
    of_year = year or clock.present().astimezone(clock.CHINA).year - 1
    asked: list[dict[str, Any]] = []
    refused: list[G60Error] = []
    for bureau in wanted:
        geography = places[bureau.geo_code]
        try:
            done = collect_from(bureau, geography, year=of_year, home=home.home, folder=home.documents_dir, now=_now())
        except G60Error as error:
            refused.append(error)
            continue
        state = "none" if done.document is None else ("new" if done.is_new else "known")
        asked.append({"place": geography.name_zh, "year": of_year, "state": state, "asked": list(done.asked)})
        if not as_json:
            words: dict[str, Any] = {"publisher": bureau.publisher_zh, "year": str(of_year)}
            screens.show(screens.text(say(f"communique.collected.{state}", lang, **words)))
    if as_json:
        screens.print_json(asked)
    for fault in refused:
        click.echo(screens.harmless(fault.message(lang)), err=True)
    if refused:
        raise click.exceptions.Exit(1)


@command("list", epilog=examples("g60 communique list", "g60 communique list --lang zh", "g60 communique list --json"))
@lang
@as_json
def list_(*, lang: Language, as_json: bool) -> None:
    """List the documents that were added."""
    found = received(settings().documents_dir)
    if as_json:
        screens.print_json([vars(document) for document in found])
        return
    columns = ("place", "year", "kind", "title", "name", "added", "sha256")
    labels = [say(f"communique.column.{column}", lang) for column in columns]
    grid = screens.table(*labels, right=(labels[1],))
    for one in found:
        kind = say(f"communique.kind.{one.kind}", lang)
        grid.add_row(one.geo_code, str(one.year), kind, one.title, one.name, one.added[:10], one.sha256[:12])
    screens.show(grid)


def _changes(
    folder: Path, *, older: StoredDocument, newer: StoredDocument, place: Geography
) -> list[tuple[str, str, str]]:
    names = names_in(place)
    said = [
        proposals(text_of(folder, one), name=one.name, year=one.year, places=names, kind=one.kind)
        for one in (older, newer)
    ]
    return reviews.differences(*said)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
