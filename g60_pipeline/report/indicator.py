"""What `g60 show` prints of one indicator: rows from `indicator_rows`, tables of places from `place_tables`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from g60_pipeline.errors import UsageError
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.names import corridors, find_corridor, find_indicator, find_place, members, one_of
from g60_pipeline.reader.words import Words, interval, number
from g60_pipeline.report import indicator_rows, place_tables
from g60_pipeline.report.citation import Citations
from g60_pipeline.report.sparkline import of_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType


@dataclass(frozen=True)
class IndicatorReport:
    """What the warehouse has of it: corridor rows and place rows, each with its citation."""

    build_id: str
    indicator: Row
    basis: Row
    other_bases: list[Row]
    corridors: list[Row]
    places: list[Row]
    members: list[Row]
    corridor_rows: list[Row]
    place_rows: list[Row]
    other_rows: list[Row]
    """Figures on other bases, of places and years for which the basis shown has no value."""
    assumed: list[Row]
    """Of the places and members shown, what assumptions leave of figures that nobody has entered."""
    implied: dict[str, Row]
    """Between what the figure of a member lies by what else is printed, where none is stored."""
    taken_instead: list[Row]
    """Figures of members that enter the totals shown where another one is chosen and listed."""
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
            "places": [row for row in self.place_rows if row["geo_code"] in {p["geo_code"] for p in self.places}],
            "members": [
                {name: member[name] for name in ("geo_code", "name_en", "name_zh")}
                | {"held": place_tables.availability(self.of(member), basis=self.basis), "figures": self.of(member)}
                | {"in_totals": [row["value"] for row in self.taken_instead if row["geo_code"] == member["geo_code"]]}
                | {"implied": self.implied.get(member["geo_code"]) if not self.of(member) else None}
                for member in self.members
            ],
            "places_on_other_bases": self.other_rows,
            "places_under_assumptions": self.assumed,
        }

    def of(self, place: Row) -> list[Row]:
        """Return the rows of a place, those on other bases among them, by date."""
        rows = [row for row in (*self.place_rows, *self.other_rows) if row["geo_code"] == place["geo_code"]]
        return sorted(rows, key=lambda row: (row["period_end"], row["period_kind"]))


def find(
    warehouse: Warehouse,
    name: str,
    words: Words,
    *,
    basis: str | None,
    corridor: str | None,
    places: Sequence[str],
    year: int | None,
    day: dt.date | None,
) -> IndicatorReport:
    """Return what the warehouse has of an indicator, by any names.

    Without a place the corridors are shown, with what sources publish for the corridor as a whole, and of one year
    their members; places that are named come beside them. Without a basis it is the default one, or the one with most
    figures where the default has none; where it has no value of a place and year, other bases stand in, marked.

    Raises:
        UsageError: An indicator, basis, corridor or place is not known.
    """
    indicator = find_indicator(warehouse, name)
    named_places = list({p["geo_code"]: p for p in (find_place(warehouse, place) for place in places)}.values())
    known = indicator_rows.bases(warehouse, indicator["indicator_id"], geo_codes=[p["geo_code"] for p in named_places])
    chosen = _basis(known, basis)
    shown = [find_corridor(warehouse, corridor)] if corridor else corridors(warehouse)
    totals = [
        row
        for scope in shown
        for row in indicator_rows.corridor_rows(
            warehouse, indicator, chosen["basis"], corridor=scope["corridor_id"], year=year, day=day
        )
    ]
    of_year = (year or day) is not None and not named_places
    shown_places = named_places or _as_published(warehouse, shown)
    inside = members(warehouse, [c["corridor_id"] for c in shown]) if of_year else []
    by_place = {p["geo_code"]: p for p in (*shown_places, *inside)}
    of_basis = basis and chosen["basis"]
    rows = indicator_rows.place_rows(warehouse, indicator, geo_codes=list(by_place), basis=of_basis, year=year, day=day)

    def when(row: Row) -> tuple[str, int | None]:
        """Return the place and year of a figure; by a day there is one period, whatever its year."""
        return row["geo_code"], None if day else row["year"]

    own = [row for row in rows if row["basis"] == chosen["basis"]]
    valued = {when(r) for r in own if not r["bound"] and r["period_kind"] != "part_year"}
    others = [r for r in rows if r["basis"] != chosen["basis"] and when(r) not in valued]
    ids = {i for row in totals for i in row["input_ids"]} | {row["observation_id"] for row in rows}
    citations = Citations(warehouse, words, ids)
    by_corridor = {c["corridor_id"]: c for c in shown}
    by_basis = {b["basis"]: b for b in known}
    for row in totals:
        scope = by_corridor[row["corridor_id"]]
        row["citation"] = citations.of_corridor(row, corridor=scope, indicator=indicator, basis=chosen)
    for row in (*own, *others):
        place, its_basis = by_place[row["geo_code"]], by_basis[row["basis"]]
        row["citation"] = citations.of_figure(row, place=place, indicator=indicator, basis=its_basis)
    return IndicatorReport(
        build_id=warehouse.build_id(),
        indicator=indicator,
        basis=chosen,
        other_bases=[b for b in known if b["basis"] != chosen["basis"] and b["figures"]],
        corridors=shown,
        places=shown_places,
        members=inside,
        corridor_rows=totals,
        place_rows=own,
        other_rows=others,
        assumed=indicator_rows.assumed_of_places(
            warehouse, indicator["indicator_id"], chosen["basis"], geo_codes=list(by_place), year=year
        ),
        implied=indicator_rows.implied(warehouse, indicator, chosen, geo_codes=list(by_place), year=year),
        taken_instead=indicator_rows.taken_instead(
            warehouse, totals, geo_codes=[member["geo_code"] for member in inside]
        ),
        names={
            p["geo_code"]: words.both(p["name_en"], p["short_zh"])
            for p in warehouse.rows("SELECT geo_code, name_en, short_zh FROM core.geography")
        },
        held_for=indicator_rows.places_with_figures(warehouse, indicator["indicator_id"], chosen["basis"]),
    )


def screen(found: IndicatorReport, words: Words) -> list[RenderableType]:
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
    parts: list[RenderableType] = [screens.titled(head, *lines)]
    cited: list[tuple[str, str]] = []
    for corridor in found.corridors:
        rows = [r for r in found.corridor_rows if r["corridor_id"] == corridor["corridor_id"]]
        name = words.both(corridor["name_en"], corridor["name_zh"])
        if rows:
            parts.append(_corridor_table(f"{name} [{corridor['corridor_id']}]", rows, found=found, words=words))
            best = max(rows, key=lambda r: (r["value"] is not None, r["period_end"]))
            cited.append((corridor["corridor_id"], best["citation"]["text"]))
    if any(found.of(member) for member in found.members):
        by_member = [(member, found.of(member)) for member in found.members]
        parts.append(place_tables.members_table(by_member, basis=found.basis, implied=found.implied, words=words))
        if found.taken_instead:
            taken = words.listed(f"{found.names[r['geo_code']]} {number(r['value'])}" for r in found.taken_instead)
            parts.append(screens.text(words.label("taken_instead", taken=taken), "dim"))
        parts += [line for member in found.members for line in _assumed_of(member, found, words)]
    for place in found.places:
        rows = found.of(place)
        title = f"{words.both(place['name_en'], place['name_zh'])} [{place['geo_code']}]"
        if rows:
            parts.append(place_tables.place_table(title, rows, basis=found.basis, words=words))
            parts += _assumed_of(place, found, words)
            best = max(rows, key=lambda r: (r["basis"] == found.basis["basis"], r["period_end"]))
            cited.append((place["geo_code"], best["citation"]["text"]))
        elif place["level"] != "corridor":
            parts.append(screens.text(f"{title}: {words.label('no_figures')}."))
    if not found.corridor_rows and not found.place_rows and not found.other_rows:
        parts.append(screens.text(f"{words.label('no_figures')}."))
    if found.held_for:
        places = ", ".join(
            f"{words.both(p['name_en'], p['short_zh'])} {p['first']}–{p['last']} ({p['figures']})"
            for p in found.held_for
        )
        parts.append(screens.text(f"{words.label('places_with')} (--geo): {places}"))
    for name, text in cited:
        parts.append(screens.text(f"{words.label('citation')} ({name}):\n{text}"))
    return parts


def _basis(known: list[Row], name: str | None) -> Row:
    if name:
        basis = one_of(name, [b["basis"] for b in known], what="basis")
        return next(b for b in known if b["basis"] == basis)
    if not known:
        raise UsageError.of("show.no_basis")
    return known[0] if known[0]["figures"] else max(known, key=lambda b: b["figures"])


def _as_published(warehouse: Warehouse, shown: list[Row]) -> list[Row]:
    codes = dict.fromkeys(c["as_published_code"] for c in shown if c["as_published_code"])
    return [find_place(warehouse, code) for code in codes]


def _corridor_table(title: str, rows: list[Row], *, found: IndicatorReport, words: Words) -> RenderableType:
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
        if row["assumed_tier"]:
            assumed = _assumed(row, unit, words)
            grid.add_row(*(assumed.get(c, "") for c in columns))
    return screens.titled(title, grid, *of_rows(rows, words), *_without(rows, found, words))


def _assumed(row: Row, unit: str, words: Words) -> dict[str, str]:
    """Return the cells of what assumptions leave of a total and a share, below the row of what is printed."""
    figure = interval(None, row["assumed_low"], row["assumed_high"])
    return {
        "period": f"  {words.word(row['assumed_tier'], 'short_tier')}",
        "total": figure,
        "value": figure,
        "unit": unit,
        "share": words.share(None, row["assumed_share_low"], row["assumed_share_high"]),
    }


def _assumed_of(place: Row, found: IndicatorReport, words: Words) -> list[RenderableType]:
    """Return a line about the figures of a place that nobody has entered, where assumptions say something of them."""
    ends = [
        words.label(
            "assumed_end",
            period=words.period(row["period_kind"], row["period_end"]),
            ends=interval(None, row["low"], row["high"]),
            tier=words.word(row["tier"], "short_tier"),
        )
        for row in found.assumed
        if row["geo_code"] == place["geo_code"]
    ]
    name = found.names[place["geo_code"]]
    line = words.label("assumed_line", place=name, ends=words.listed(ends))
    return [screens.text(line, "dim")] if ends else []


def _without(rows: list[Row], found: IndicatorReport, words: Words) -> list[RenderableType]:
    """Return a line per set of members with a bound, an estimate or nothing; without members a line per reason."""
    periods: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        partly = {"bound_only": row["members_bound_only"], "estimate_only": row["members_estimate_only"]}
        nothing = [code for code in row["members_missing"] if not any(code in codes for codes in partly.values())]
        lines = [
            (f"{words.label(label).capitalize()} ", words.listed(found.names[code] for code in codes))
            for label, codes in {"missing": nothing, **partly}.items()
            if codes
        ]
        if row["reason_code"] and not row["members_missing"]:
            lines.append(("", words.first(row["reason_en"], row["reason_zh"])))
        for line in lines:
            periods.setdefault(line, []).append(words.period(row["period_kind"], row["period_end"]))
    return [
        screens.text(f"{head}{words.listed(dates)}{words.colon}{what}", "dim")
        for (head, what), dates in periods.items()
    ]
