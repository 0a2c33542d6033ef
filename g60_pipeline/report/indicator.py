"""The screens of `g60 show` beyond the headline: one indicator, one place. Their rows come from `figures`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from g60_pipeline.report import figures, screens
from g60_pipeline.report.citation import Citations
from g60_pipeline.report.database import Row, UsageError, Warehouse
from g60_pipeline.report.names import corridors, find_corridor, find_indicator, find_place, one_of
from g60_pipeline.report.words import Words, interval, number

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True)
class Wanted:
    """What was asked for, by any names."""

    indicator: str
    basis: str | None = None
    corridor: str | None = None
    place: str | None = None
    year: int | None = None


@dataclass(frozen=True)
class Found:
    """What is held for it: corridor rows and place rows, each with its citation."""

    build_id: str
    indicator: Row
    basis: Row
    other_bases: list[Row]
    corridors: list[Row]
    places: list[Row]
    corridor_rows: list[Row]
    place_rows: list[Row]
    held_for: list[Row]
    names: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return everything as one object; column names are those of the warehouse."""
        return {
            "build_id": self.build_id,
            "indicator": self.indicator,
            "basis": self.basis,
            "other_bases": [b["basis"] for b in self.other_bases],
            "corridors": self.corridor_rows,
            "places": self.place_rows,
        }


def find(warehouse: Warehouse, wanted: Wanted, words: Words) -> Found:
    """Return what the warehouse holds of an indicator.

    Without a place the corridors are shown, with what sources publish for the corridor as a whole; a place comes beside
    them. Without a basis it is the default one, or the one with most figures where the default has none.

    Raises:
        UsageError: An indicator, basis, corridor or place is not known.
    """
    indicator = find_indicator(warehouse, wanted.indicator)
    asked = find_place(warehouse, wanted.place) if wanted.place else None
    geo_code = asked["geo_code"] if asked else None
    known = figures.bases(warehouse, indicator["indicator_id"], geo_code=geo_code)
    basis = _basis(known, wanted.basis)
    shown = corridors(warehouse)
    if wanted.corridor:
        name = find_corridor(warehouse, wanted.corridor)["corridor_id"]
        shown = [c for c in shown if c["corridor_id"] == name]
    totals = [
        row
        for corridor in shown
        for row in figures.corridor_rows(
            warehouse, indicator, basis["basis"], corridor=corridor["corridor_id"], year=wanted.year
        )
    ]
    places = [asked] if asked else _as_published(warehouse, shown)
    own = [
        row
        for place in places
        for row in figures.place_rows(
            warehouse, indicator, basis["basis"], geo_code=place["geo_code"], year=wanted.year
        )
    ]
    ids = {i for row in totals for i in row["input_ids"]} | {row["observation_id"] for row in own}
    citations = Citations(warehouse, words, ids)
    by_corridor = {c["corridor_id"]: c for c in shown}
    by_place = {p["geo_code"]: p for p in places}
    for row in totals:
        scope = by_corridor[row["corridor_id"]]
        row["citation"] = citations.of_corridor(row, corridor=scope, indicator=indicator, basis=basis)
    for row in own:
        place = by_place[row["geo_code"]]
        row["citation"] = citations.of_figure(row, place=place, indicator=indicator, basis=basis)
    return Found(
        build_id=warehouse.build_id(),
        indicator=indicator,
        basis=basis,
        other_bases=[b for b in known if b["basis"] != basis["basis"] and b["figures"]],
        corridors=shown,
        places=places,
        corridor_rows=totals,
        place_rows=own,
        names={
            p["geo_code"]: words.both(p["name_en"], p["short_zh"])
            for p in warehouse.rows("SELECT geo_code, name_en, short_zh FROM core.geography")
        },
        held_for=figures.places_with_figures(warehouse, indicator["indicator_id"], basis["basis"]),
    )


def screen(found: Found, words: Words) -> list[RenderableType]:
    """Return the screen of an indicator: a table per corridor and place, and a citation for the newest of each."""
    indicator, basis = found.indicator, found.basis
    head = f"{indicator['indicator_id']}  {words.both(indicator['name_en'], indicator['name_zh'])}"
    lines = [
        words.first(indicator["definition_en"], indicator["definition_zh"]),
        f"{words.label('basis')}: {basis['basis']} – {words.both(basis['name_en'], basis['name_zh'])}",
        f"{words.label('unit')}: {words.both(basis['symbol_en'], basis['symbol_zh'])}",
    ]
    if found.other_bases:
        others = ", ".join(f"{b['basis']} ({b['figures']})" for b in found.other_bases)
        lines.append(f"{words.label('bases')} (--basis): {others}")
    parts: list[RenderableType] = [screens.titled(head, *(screens.text(line) for line in lines))]
    cited: list[tuple[str, str]] = []
    for corridor in found.corridors:
        rows = [r for r in found.corridor_rows if r["corridor_id"] == corridor["corridor_id"]]
        name = words.both(corridor["name_en"], corridor["name_zh"])
        if rows:
            parts.append(_corridor_table(f"{name} [{corridor['corridor_id']}]", rows, found=found, words=words))
            best = max(rows, key=lambda r: (r["value"] is not None, r["period_end"]))
            cited.append((corridor["corridor_id"], best["citation"]["text"]))
    for place in found.places:
        rows = [r for r in found.place_rows if r["geo_code"] == place["geo_code"]]
        title = f"{words.both(place['name_en'], place['name_zh'])} [{place['geo_code']}]"
        if rows:
            parts.append(_place_table(title, rows, found=found, words=words))
            cited.append((place["geo_code"], max(rows, key=lambda r: r["period_end"])["citation"]["text"]))
        elif place["level"] != "corridor":
            parts.append(screens.text(f"{title}: {words.label('no_figures')}."))
    if not found.corridor_rows and not found.place_rows:
        parts.append(screens.text(f"{words.label('no_figures')}."))
    if found.held_for:
        held = ", ".join(
            f"{words.both(p['name_en'], p['short_zh'])} {p['first']}–{p['last']} ({p['figures']})"
            for p in found.held_for
        )
        parts.append(screens.text(f"{words.label('places_with')} (--geo): {held}"))
    for name, text in cited:
        parts.append(screens.text(f"{words.label('citation')} ({name}):\n{text}"))
    return parts


def profile_screen(place: Row, rows: list[Row], words: Words) -> list[RenderableType]:
    """Return the screen of a place: the newest figure of every series."""
    title = f"{words.both(place['name_en'], place['name_zh'])} [{place['geo_code']}]"
    columns = ("indicator", "period", "value", "unit", "share", "grade", "round", "flags")
    labels = [words.label(c) for c in columns]
    grid = screens.table(*labels, right=(words.label("value"),), keep=(words.label("value"),))
    for row in rows:
        grid.add_row(
            screens.over(words.both(row["name_en"], row["name_zh"]), words.first(row["basis_en"], row["basis_zh"])),
            words.period(row["period_kind"], row["period_end"], row["period_start"]),
            number(row["value"]),
            words.first(row["symbol_en"], row["symbol_zh"]),
            _share(row, words),
            row["grade"],
            words.word(row["round"]),
            words.words(row["flags"]),
        )
    return [screens.titled(title, grid, *_footnote(rows, words))]


def _basis(known: list[Row], name: str | None) -> Row:
    if name:
        wanted = one_of(name, [b["basis"] for b in known], what="basis")
        return next(b for b in known if b["basis"] == wanted)
    if not known:
        raise UsageError("the indicator", "it has no basis", "Run `g60 build`")
    return known[0] if known[0]["figures"] else max(known, key=lambda b: b["figures"])


def _as_published(warehouse: Warehouse, shown: list[Row]) -> list[Row]:
    codes = dict.fromkeys(c["as_published_code"] for c in shown if c["as_published_code"])
    return [find_place(warehouse, code) for code in codes]


def _corridor_table(title: str, rows: list[Row], *, found: Found, words: Words) -> RenderableType:
    columns: tuple[str, ...] = ("period", "total", "unit", "share", "members", "grade", "round", "flags")
    if not any(r["share"] or r["share_low"] or r["share_high"] for r in rows):
        columns = tuple(c for c in columns if c != "share")
    if all(r["members_expected"] is None for r in rows):
        columns = tuple("value" if c == "total" else c for c in columns if c != "members")
    labels = [words.label(c) for c in columns]
    grid = screens.table(*labels, right=(words.label("total"), words.label("value")), keep=tuple(labels[:1]))
    unit = words.first(found.basis["symbol_en"], found.basis["symbol_zh"])
    for row in rows:
        figure = interval(row["value"], row["value_low"], row["value_high"])
        rounds = words.word(row["round"])
        if row["share_round"] is not None and row["share_round"] != row["round"]:
            rounds += f" ({words.label('share')}: {words.word(row['share_round'])})"
        cells = {
            "period": words.period(row["period_kind"], row["period_end"]),
            "total": figure,
            "value": figure,
            "unit": unit,
            "share": words.share(row["share"], row["share_low"], row["share_high"]),
            "members": f"{row['members_reporting']}/{row['members_expected']}",
            "grade": row["grade"] or "–",
            "round": rounds,
            "flags": words.words(row["flags"]),
        }
        grid.add_row(*(cells[c] for c in columns))
    return screens.titled(title, grid, *_without(rows, found, words))


def _without(rows: list[Row], found: Found, words: Words) -> list[RenderableType]:
    """Return a line per set of missing members: who they are, and in which periods."""
    periods: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        if row["members_missing"]:
            periods.setdefault(tuple(row["members_missing"]), []).append(
                words.period(row["period_kind"], row["period_end"])
            )
    lines: list[RenderableType] = []
    for codes, when in periods.items():
        names = ", ".join(found.names[code] for code in codes)
        lines.append(screens.text(f"{words.label('missing')} {', '.join(when)}: {names}", "dim"))
    return lines


def _place_table(title: str, rows: list[Row], *, found: Found, words: Words) -> RenderableType:
    columns: tuple[str, ...] = ("period", "value", "unit", "share", "grade", "round", "status", "flags", "document")
    if not any(r["share"] or r["share_low"] or r["share_high"] for r in rows):
        columns = tuple(c for c in columns if c != "share")
    labels = [words.label(c) for c in columns]
    grid = screens.table(*labels, right=(words.label("value"),), keep=tuple(labels[:2]))
    unit = words.first(found.basis["symbol_en"], found.basis["symbol_zh"])
    for row in rows:
        cells = {
            "period": words.period(row["period_kind"], row["period_end"], row["period_start"]),
            "value": number(row["value"]),
            "unit": unit,
            "share": _share(row, words),
            "grade": row["grade"],
            "round": words.word(row["round"]),
            "status": words.word(row["status"]),
            "flags": words.words(row["flags"]),
            "document": row["document_id"],
        }
        grid.add_row(*(cells[c] for c in columns))
    return screens.titled(title, grid, *_footnote(rows, words))


def _share(row: Row, words: Words) -> str:
    text = words.share(row["share"], row["share_low"], row["share_high"])
    return f"{text} *" if row["share_of_this_figure"] is False else text


def _footnote(rows: list[Row], words: Words) -> list[RenderableType]:
    if any(r["share_of_this_figure"] is False for r in rows):
        return [screens.text(words.label("other_figure"), "dim")]
    return []
