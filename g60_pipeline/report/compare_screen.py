"""Places side by side as a screen: one table, the places of an indicator below one another."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.normalize.printed import percent, percentage
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import Words, bounded, interval, number
from g60_pipeline.report.compare import Comparison
from g60_pipeline.wording import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from g60_pipeline.reader.grid import Over

YEAR_END: Final = (12, 31)


def screen(found: Comparison, words: Words) -> list[RenderableType]:
    """Return the screen: one table, the places of an indicator below one another."""
    keys = ("indicator", "place", "value", "compare_held", "compare_per_head", "compare_rank", "compare_part", "flags")
    labels = [words.label(key) for key in keys]
    grid = screens.table(*labels, right=tuple(labels[i] for i in (2, 4)), keep=(labels[5],))
    for _, rows in groupby(found.rows, key=itemgetter("indicator_id")):
        if grid.rows:
            grid.add_section()
        for position, row in enumerate(rows):
            grid.add_row(
                _indicator(row, words) if position == 0 else "",
                words.both(row["place_en"], row["place_zh"]),
                _value(row),
                _mark(row, words),
                _of(_per_head(row), row, row["per_10k_of"], words=words),
                _rank(row, words),
                _of(_part(row), row, row["part_of"], words=words),
                words.words(row["flags"]),
            )
    corridor = found.corridor
    name = words.both(corridor["name_en"], corridor["name_zh"])
    note = words.label("compare_note", corridor=name)
    return [grid, screens.text(note, "dim")] if found.rows else [screens.text(f"{words.label('no_figures')}.")]


def _indicator(row: Row, words: Words) -> Over:
    unit, basis = words.first(row["symbol_en"], row["symbol_zh"]), words.first(row["basis_en"], row["basis_zh"])
    remarks = words.listed(part for part in (str(row["year"] or ""), unit, basis) if part)
    return screens.over(words.both(row["name_en"], row["name_zh"]), remarks)


def _value(row: Row) -> str:
    if row["held"] in {"bound_only", "implied"}:
        return interval(None, row["low"], row["high"])
    return bounded(row["value"], row["flags"]) if row["value"] is not None else "–"


def _mark(row: Row, words: Words) -> str:
    """Return what the figure is where it is not a value of the year and basis."""
    if row["held"] == "value":
        return ""
    day = row["period_end"]
    basis = words.first(row["held_basis_en"], row["held_basis_zh"])
    text = say(f"compare.{row['held']}", words.language, year=day.year if day else "", basis=basis)
    return text if day is None or (day.month, day.day) == YEAR_END else words.listed((text, day.isoformat()))


def _rank(row: Row, words: Words) -> str:
    best, worst = row["rank_best"], row["rank_worst"]
    if best is None:
        return "–"
    shown = str(best) if best == worst else f"{best}–{worst}"
    return say("compare.rank", words.language, rank=shown, n=row["ranked"])


def _per_head(row: Row) -> str:
    return interval(row["per_10k"], row["per_10k_low"], row["per_10k_high"])


def _of(text: str, row: Row, figure: float | None, *, words: Words) -> Any:
    """Return a number made of a figure, with that figure below it where it is not the value of the row."""
    if text == "–" or figure is None or figure == row["value"]:
        return text
    return screens.over(text, say("compare.of", words.language, figure=number(figure)))


def _part(row: Row) -> str:
    if row["part"] is not None:
        return percent(row["part"])
    low, high = row["part_low"], row["part_high"]
    if low is not None and high is not None:
        return f"{percentage(low)}–{percent(high)}"
    if low is not None:
        return f"≥ {percent(low)}"
    return f"≤ {percent(high)}" if high is not None else "–"
