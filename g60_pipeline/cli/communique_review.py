"""The command `communique review`: what waits is shown, decided by a person, a pipe, or a stated precision."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import click

from g60_pipeline.catalog import load_catalog
from g60_pipeline.cli.common import Language, as_json, command, examples, lang, option, settings
from g60_pipeline.errors import UsageError
from g60_pipeline.ingest.communique.decision_files import ACCEPTED
from g60_pipeline.ingest.communique.decisions import REJECT, Decision, digest_of
from g60_pipeline.ingest.communique.decisions import read as read_decisions
from g60_pipeline.ingest.communique.places import place_named
from g60_pipeline.ingest.communique.ranges import Doubt, StoredFigure
from g60_pipeline.ingest.communique.review import PendingProposal, Review, StoredOf
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.report import review_page
from g60_pipeline.whole_files import write_named
from g60_pipeline.wording import say

NUMBER: Final = re.compile(r"-?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?")
"""How a corrected value is typed: commas only between thousands, so that `150,5` is not read as 1505."""


@command(
    epilog=examples(
        "g60 communique review",
        "g60 communique review --geo 苏州 --lang zh",
        "g60 communique review --accept sure --precision 0.99",
        "g60 communique review --html review.html",
        "g60 communique review --decisions decisions.csv",
        "g60 communique review --json",
    )
)
@option("--geo", "place")
@option("--accept", type=click.Choice(["sure"]))
@option(
    "--precision",
    type=click.FloatRange(0.5, 1.0),
    default=0.99,
)
@option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
)
@option(
    "--decisions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@lang
@as_json
def review(
    *,
    place: str | None,
    accept: str | None,
    precision: float,
    html: Path | None,
    decisions: Path | None,
    lang: Language,
    as_json: bool,
) -> None:
    """Judge proposals one by one: a accept, c correct, r reject, s skip, q quit."""
    ways = {"--accept": accept, "--html": html, "--decisions": decisions}
    if len(given := [name for name, value in ways.items() if value is not None]) > 1:
        raise UsageError.of("communique.one_way", ", ".join(given))
    home = settings()
    catalog = load_catalog(home.own_corridors)
    only = place_named(place, catalog.geographies).geo_code if place else None
    if not home.database.exists():
        click.echo(say("communique.no_warehouse", lang), err=True)
    desk = Review(home.documents_dir, home.inbox, catalog, _stored_of())
    found = desk.pending(geo_code=only)
    if decisions is not None:
        _enter(desk, read_decisions(decisions, found), left=len(found), lang=lang, as_json=as_json)
        return
    if as_json and accept is None:
        screens.print_json([_as_json(waiting) for waiting in found])
        return
    if not found:
        screens.show(screens.text(say("communique.none_waits", lang)))
        return
    if html is not None:
        _write_page(html, found, lang=lang)
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
    _show_counts(counts, left=len(found) - sum(counts.values()), lang=lang, as_json=as_json)


def _show_counts(counts: dict[str, int], *, left: int, lang: Language, as_json: bool) -> None:
    if as_json:
        screens.print_json({**counts, "left": left})
        return
    numbers: dict[str, Any] = {name: str(n) for name, n in counts.items()}
    file = f"inbox/{ACCEPTED}"
    click.echo(say("communique.done", lang, **numbers, left=str(left), file=file))


def _enter(desk: Review, decided: list[Decision], *, left: int, lang: Language, as_json: bool) -> None:
    """Enter the decisions of a file, which was checked whole."""
    counts = {"accepted": 0, "corrected": 0, "rejected": 0}
    for decision in decided:
        if decision.choice == REJECT:
            desk.reject(decision.waiting, now=_now())
            counts["rejected"] += 1
        else:
            desk.accept(decision.waiting, corrected=decision.value)
            counts["accepted" if decision.value is None else "corrected"] += 1
    _show_counts(counts, left=left - len(decided), lang=lang, as_json=as_json)


def _write_page(file: Path, found: list[PendingProposal], *, lang: Language) -> None:
    """Write the page of what waits."""
    try:
        write_named(file, review_page.render([_for_page(w, lang=lang) for w in found], lang).encode())
    except OSError as error:
        raise UsageError.of("file.not_written", str(file), reason=error.strerror) from error
    click.echo(say("communique.page.written", lang, file=str(file), n=str(len(found))))


def _for_page(waiting: PendingProposal, *, lang: Language) -> dict[str, Any]:
    proposal, indicator, place = waiting.proposal, waiting.indicator, waiting.place
    basis = next(b for b in indicator.bases if b.basis == waiting.filed.basis)
    names = {g.geo_code: g.short_zh if lang == "zh" else g.name_en for g in load_catalog(None).geographies}
    return {
        "row_id": waiting.row_id,
        "digest": digest_of(waiting),
        "names": [indicator.name_zh, indicator.name_en][:: 1 if lang == "zh" else -1],
        "basis": basis.name_zh if lang == "zh" else basis.name_en,
        "places": [place.name_zh, place.name_en][:: 1 if lang == "zh" else -1],
        "year": proposal.year,
        "value": proposal.value,
        "unit": proposal.unit,
        "before": proposal.sentence[: proposal.start],
        "figure": proposal.sentence[proposal.start : proposal.end],
        "after": proposal.sentence[proposal.end :],
        "title": waiting.document.title,
        "url": waiting.document.url,
        "where": proposal.where,
        "rule": proposal.rule,
        "confidence": f"{proposal.confidence:.0%}",
        "stored": waiting.stored,
        "neighbours": [(names.get(s.geo_code, s.geo_code), s.year, s.printed) for s in waiting.neighbours],
        "doubts": [say(doubt.key, lang, **_values(doubt)) for doubt in waiting.doubts],
    }


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
    value = value.strip()
    if not NUMBER.fullmatch(value):
        raise UsageError.of("communique.no_number", repr(value))
    return value.replace(",", "")


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
