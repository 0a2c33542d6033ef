"""The command `communique review`: what waits is shown, decided by a person, a pipe, or a stated precision."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import click

from g60_pipeline.catalog import load_catalog
from g60_pipeline.cli.common import Language, as_json, examples, lang, option, settings
from g60_pipeline.ingest.communique import review as reviews
from g60_pipeline.ingest.communique.places import place_named
from g60_pipeline.ingest.communique.ranges import Doubt, StoredFigure
from g60_pipeline.ingest.communique.review import PendingProposal, Review, StoredOf
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import UsageError, open_warehouse
from g60_pipeline.wording import say

NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
"""How a corrected value is typed."""


@click.command(
    epilog=examples(
        "g60 communique review",
        "g60 communique review --place 苏州 --lang zh",
        "g60 communique review --accept sure --precision 0.99",
        "g60 communique review --json",
    )
)
@option("--place", help="Only this place.")
@option("--accept", type=click.Choice(["sure"]), help="Take what is sure and in no doubt, without asking.")
@option(
    "--precision",
    type=click.FloatRange(0.5, 1.0),
    default=0.99,
    help="How sure a rule must be for --accept sure: the share of its figures that are right.",
)
@lang
@as_json
def review(*, place: str | None, accept: str | None, precision: float, lang: Language, as_json: bool) -> None:
    """Judge proposals one by one: a accept, c correct, r reject, s skip, q quit.

    Keys may come from a pipe, one a line, a corrected value on the line after c. What was accepted is in
    inbox/communiques.csv, which the next build takes in; what was rejected is not shown again.
    """
    home = settings()
    catalog = load_catalog(home.own_corridors)
    only = place_named(place, catalog.geographies).geo_code if place else None
    if not home.database.exists():
        click.echo(say("communique.no_warehouse", lang), err=True)
    desk = Review(home.documents_dir, home.inbox, catalog, _stored_of())
    found = desk.pending(geo_code=only)
    if as_json and accept is None:
        screens.print_json([_as_json(waiting) for waiting in found])
        return
    if not found:
        screens.show(screens.text(say("communique.none_waits", lang)))
        return
    counts = {"accepted": 0, "corrected": 0, "rejected": 0}
    if accept is not None:
        for waiting in found:
            if waiting.is_sure and waiting.proposal.confidence >= precision:
                desk.accept(waiting)
                counts["accepted"] += 1
    else:
        click.echo(say("communique.waiting", lang, n=str(len(found))))
        for waiting in found:
            if not _decide(desk, waiting, counts, lang=lang):
                break
    left = len(found) - sum(counts.values())
    if as_json:
        screens.print_json({**counts, "left": left})
        return
    numbers: dict[str, Any] = {name: str(n) for name, n in counts.items()}
    file = f"inbox/{reviews.ACCEPTED}"
    click.echo(say("communique.done", lang, **numbers, left=str(left), file=file))


def _decide(desk: Review, waiting: PendingProposal, counts: dict[str, int], *, lang: Language) -> bool:
    """Ask about one proposal; false where the person wants to stop."""
    for line in _lines(waiting, lang=lang):
        click.echo(screens.harmless(line))
    while True:
        key = _key(say("communique.keys", lang))
        if key in {"q", ""}:
            return False
        if key == "s":
            return True
        if key == "a":
            desk.accept(waiting)
            counts["accepted"] += 1
            return True
        if key == "r":
            desk.reject(waiting, now=_now())
            counts["rejected"] += 1
            return True
        if key == "c":
            desk.accept(waiting, corrected=_value(lang))
            counts["corrected"] += 1
            return True


def _lines(waiting: PendingProposal, *, lang: Language) -> Iterator[str]:
    proposal, target = waiting.proposal, waiting.filed
    words: dict[str, Any] = {
        "indicator": waiting.indicator.name_zh if lang == "zh" else waiting.indicator.name_en,
        "basis": f"{target.indicator_id}, {target.basis}",
        "place": waiting.place.name_zh if lang == "zh" else waiting.place.name_en,
        "year": str(proposal.year),
        "value": proposal.value,
        "unit": proposal.unit,
    }
    yield ""
    yield say("communique.where", lang, title=waiting.document.title, where=proposal.where)
    yield f"  {proposal.marked}"
    yield say("communique.proposal", lang, **words)
    yield f"  {say('communique.rule', lang, rule=proposal.rule, confidence=f'{proposal.confidence:.0%}')}"
    stored = waiting.stored
    if stored is None:
        yield f"  {say('communique.not_stored', lang)}"
    else:
        yield f"  {say('communique.stored', lang, printed=stored.printed, document=stored.document)}"
    for doubt in waiting.doubts:
        yield f"  ! {say(doubt.key, lang, **_values(doubt))}"


def _values(doubt: Doubt) -> dict[str, Any]:
    return dict(doubt.values)


def _key(prompt: str) -> str:
    """Return the key of a decision: one press in a terminal, the first sign of a line from a pipe."""
    if sys.stdin.isatty():
        click.echo(f"{prompt}: ", nl=False)
        key = click.getchar()
        click.echo(key)
        return key
    click.echo(prompt)
    return sys.stdin.readline().strip()[:1]


def _value(lang: Language) -> str:
    prompt = say("communique.correct", lang)
    value = click.prompt(prompt) if sys.stdin.isatty() else sys.stdin.readline()
    value = value.strip().replace(",", "")
    if not NUMBER.fullmatch(value):
        raise UsageError(
            repr(value), "it is no number as printed", "Write digits with at most one point, such as 1234.5"
        )
    return value


def _stored_of() -> StoredOf:
    """Return what looks figures up in the published warehouse; nothing is found where there is none."""
    home = settings()

    @cache
    def find(indicator_id: str, basis: str) -> tuple[StoredFigure, ...]:
        if not home.database.exists():
            return ()
        with open_warehouse(home) as warehouse:
            rows = warehouse.rows(
                "SELECT o.geo_code, year(o.period_end) AS year, o.value, o.value_as_published, "
                "coalesce(u.symbol_zh, o.unit_as_published) AS unit, d.title "
                "FROM core.observation o LEFT JOIN core.document d USING (document_id) "
                "LEFT JOIN core.unit u ON u.unit = o.unit_as_published "
                "WHERE o.indicator_id = $indicator AND o.basis = $basis AND month(o.period_end) = 12",
                {"indicator": indicator_id, "basis": basis},
            )
        return tuple(
            StoredFigure(
                r["geo_code"], r["year"], r["value"], f"{r['value_as_published']}{r['unit']}", r["title"] or ""
            )
            for r in rows
        )

    return find


def _as_json(waiting: PendingProposal) -> dict[str, Any]:
    proposal, target = waiting.proposal, waiting.filed
    return {
        "geo_code": waiting.place.geo_code,
        "indicator_id": target.indicator_id,
        "basis": target.basis,
        "year": proposal.year,
        "value": proposal.value,
        "unit": target.unit,
        "printed": f"{proposal.value}{proposal.unit}",
        "flags": list(target.flags),
        "sentence": proposal.sentence,
        "start": proposal.start,
        "end": proposal.end,
        "where": proposal.where,
        "document": waiting.document.sha256,
        "title": waiting.document.title,
        "rule": proposal.rule,
        "confidence": proposal.confidence,
        "stored": None if waiting.stored is None else waiting.stored.printed,
        "doubts": [say(doubt.key, "en", **_values(doubt)) for doubt in waiting.doubts],
    }


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
