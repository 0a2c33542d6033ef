"""Tables of places for `g60 show`: figures of one place, of all members in one year, the newest of every series.

A place with no more than a bound is shown with it, and a figure on another basis with the name of that basis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import Words, bounded, interval
from g60_pipeline.report.indicator_rows import newest
from g60_pipeline.report.sparkline import of_rows
from g60_pipeline.wording import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

Availability = Literal["value", "bound_only", "other_basis", "nothing"]
"""What there is of a member for a year: a value, only a bound, only figures on another basis, nothing."""


def profile_screen(place: Row, rows: list[Row], words: Words) -> list[RenderableType]:
    """Return the screen of a place: the newest figure of every series."""
    title = f"{words.both(place['name_en'], place['name_zh'])} [{place['geo_code']}]"
    columns = ("indicator", "period", "value", "unit", "share", "grade", "round", "flags")
    labels = [words.label(c) for c in columns]
    grid = screens.table(*labels, right=(words.label("value"),))
    for row in rows:
        cells = _cells(row, words)
        name = screens.over(words.both(row["name_en"], row["name_zh"]), words.first(row["basis_en"], row["basis_zh"]))
        grid.add_row(name, *(cells[c] for c in columns[1:]))
    return [screens.titled(title, grid, *_footnote(rows, words))]


def place_table(title: str, rows: list[Row], *, basis: Row, words: Words) -> RenderableType:
    """Return the figures of one place by date; those on another basis than the one shown name theirs."""
    columns = ["period", "value", "unit", "other_basis", "share", "grade", "round", "status", "flags", "document"]
    course = of_rows([row for row in rows if row["basis"] == basis["basis"]], words)
    return _table(title, columns, [("", row) for row in rows], basis=basis, words=words, course=course)


def members_table(
    by_member: Sequence[tuple[Row, list[Row]]], *, basis: Row, implied: Mapping[str, Row], words: Words
) -> RenderableType:
    """Return one year of all members: the figure of each, and where it is no value those on other bases too.

    Of other bases those of the same kind, stock or flow, come first.

    Args:
        by_member: Each member with its rows of the year.
        basis: The basis shown, a row of `figures.bases`.
        implied: Of `indicator_rows.implied`, shown where no figure is stored.
        words: The reader's language.
    """
    shown: list[tuple[str, Row | None]] = []
    nothing: dict[str, Row] = {}
    for member, rows in by_member:
        name = words.both(member["name_en"], member["short_zh"])
        of_basis = {row["basis"]: newest(r for r in rows if r["basis"] == row["basis"]) for row in rows}
        ordered = sorted(
            of_basis.values(), key=lambda row: (row["basis"] != basis["basis"], row["kind"] != basis["kind"])
        )
        shown += [(name, row) for row in ordered[:1]] + [("", row) for row in ordered[1:]] or [(name, None)]
        if not rows and member["geo_code"] in implied:
            nothing[name] = implied[member["geo_code"]]
    years = sorted({row["year"] for _, row in shown if row is not None})
    columns = ["place", "period", "value", "unit", "other_basis", "grade", "round", "flags", "document"]
    return _table(
        f"{words.label('members')} – {', '.join(map(str, years))}",
        columns,
        shown,
        basis=basis,
        words=words,
        implied=nothing,
    )


def availability(rows: list[Row], *, basis: Row) -> Availability:
    """Return what the rows of a member for a year are."""
    own = [row for row in rows if row["basis"] == basis["basis"]]
    if any(not row["bound"] for row in own):
        return "value"
    return "bound_only" if own else "other_basis" if rows else "nothing"


def _table(
    title: str,
    columns: list[str],
    shown: Sequence[tuple[str, Row | None]],
    *,
    basis: Row,
    words: Words,
    course: Sequence[RenderableType] = (),
    implied: Mapping[str, Row] | None = None,
) -> RenderableType:
    """Return a table of figures, each behind the name of its place; empty columns are left out."""
    rows = [row for _, row in shown if row is not None]
    others = any(row["basis"] != basis["basis"] for row in rows)
    if not others:
        columns.remove("other_basis")
    if "share" in columns and not any(r["share"] or r["share_low"] or r["share_high"] for r in rows):
        columns.remove("share")
    labels = {column: words.label(column) for column in columns}
    grid = screens.table(*labels.values(), right=(labels["value"],), keep=(labels["period"],))
    for name, row in shown:
        cells = _nothing((implied or {}).get(name), words) if row is None else _cells(row, words)
        if row is not None and row["basis"] != basis["basis"]:
            cells["other_basis"] = words.first(row["basis_en"], row["basis_zh"])
        cells["place"] = name
        grid.add_row(*(cells.get(column, "") for column in columns))
        for loser in row.get("contradicted", []) if row is not None else []:
            cells = _contradicted(loser, words)
            grid.add_row(*(cells.get(column, "") for column in columns))
    notes = [screens.text(note, "dim") for note in _notes_of_bases(rows, basis=basis, words=words)]
    return screens.titled(title, grid, *course, *(_footnote(rows, words) if "share" in columns else []), *notes)


def _notes_of_bases(rows: list[Row], *, basis: Row, words: Words) -> list[str]:
    """Return what a figure on another basis is to the one shown: the same number, or something else."""
    others = {row["basis"] for row in rows} - {basis["basis"]}
    notes = []
    if basis["stand_in_basis"] in others:
        reason = words.first(basis["stand_in_reason_en"], basis["stand_in_reason_zh"])
        notes.append(words.label("same_number_note", basis=basis["stand_in_basis"], reason=reason))
    if others - {basis["stand_in_basis"]}:
        notes.append(words.label("other_basis_note"))
    return notes


def _nothing(implied: Row | None, words: Words) -> dict[str, str]:
    """Return the cells of a place without a figure: between what it lies by what else is printed."""
    if implied is None:
        return {"value": words.label("no_figure")}
    inside = interval(None, implied["low"], implied["high"])
    marks = words.listed((say("compare.implied", words.language), *map(words.word, implied["flags"])))
    return {"value": f"{words.label('no_figure')}\n{inside}", "flags": f"\n{marks}"}


def _contradicted(loser: Row, words: Words) -> dict[str, str]:
    """Return the cells of a figure that a document of better grade contradicts."""
    value = bounded(loser["value"], loser["flags"])
    return {
        "value": f"{value}\n{words.label('contradicted')}",
        "grade": loser["grade"],
        "flags": words.words(loser["flags"]),
        "document": loser["document_id"],
    }


def _cells(row: Row, words: Words) -> dict[str, str]:
    text = words.share(row["share"], row["share_low"], row["share_high"])
    value = bounded(row["value"], row["flags"])
    return {
        "period": words.period(row["period_kind"], row["period_end"], row["period_start"]),
        "value": f"{value}\n{words.label('bound_only')}" if row["bound"] else value,
        "unit": words.first(row["symbol_en"], row["symbol_zh"]),
        "share": f"{text} *" if row["share_of_this_figure"] is False else text,
        "grade": row["grade"],
        "round": words.word(row["round"]),
        "status": words.word(row["status"]),
        "flags": words.words(row["flags"]),
        "document": row["document_id"],
    }


def _footnote(rows: list[Row], words: Words) -> list[RenderableType]:
    if any(r["share_of_this_figure"] is False and (r["share"] or r["share_low"] or r["share_high"]) for r in rows):
        return [screens.text(words.label("other_figure"), "dim")]
    return []
