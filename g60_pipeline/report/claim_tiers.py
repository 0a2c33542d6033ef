"""What a claim is worth under the assumptions of a tier of bounds, and how its numbers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from g60_pipeline.normalize.printed import percent
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import Words, measured

if TYPE_CHECKING:
    from rich.console import RenderableType

PRINTED: Final = "printed"
"""Tier that assumes nothing: it is in the figure of the audit."""


def with_unit(row: Row, *, prefix: str, units: dict[str, Row], words: Words) -> str:
    """Return `value` or `claimed` with its unit, a single number where both ends are equal."""
    low, high = row[f"{prefix}_low"], row[f"{prefix}_high"]
    exact = row["value"] if prefix == "value" else low if low == high else None
    text = measured(row["unit"], exact, low=low, high=high)
    if row["unit"] == "ratio" or text == "–":
        return text
    unit = units[row["unit"]]
    return words.amount(text, unit["symbol_en"], unit["symbol_zh"])


def line(bound: Row, units: dict[str, Row], words: Words) -> str:
    """Return what a claim is worth under the assumptions of a tier, in one line."""
    return words.label(
        "tier_line",
        verdict=words.word(bound["verdict"]),
        interval=_interval(bound, units, words),
        when=bound["period_end"].isoformat(),
        assumption=assumption(bound, words),
    )


def statement(row: Row, words: Words) -> str:
    """Return the identifier and the statement of a claim."""
    return f"{row['claim_id']}  {words.first(row['statement_en'], row['statement_zh'])}"


def assumption(bound: Row, words: Words) -> str:
    """Return what a tier assumes of a claim's number, with its limits."""
    if not bound["rise"]:
        return words.word(bound["tier"], "tier")
    fall = words.label("tier_fall", limit=percent(bound["fall"])) if bound["fall"] else words.label("tier_no_fall")
    return words.label("tier_limits", fall=fall, rise=percent(bound["rise"]))


def table(shown: list[Row], *, names: dict[str, str], units: dict[str, Row], words: Words) -> RenderableType | None:
    """Return what each tier beyond what is printed says of the claims shown; None where none says anything."""
    rows = [(row, bounds) for row in shown if (bounds := _beyond_print(row))]
    if not rows:
        return None
    grid = screens.table(*(words.label(key) for key in ("claim", "scope", "verdict", "figure")))
    last = None
    for row, bounds in rows:
        if last is not None and last != row["claim_id"]:
            grid.add_section()
        for number, bound in enumerate(bounds):
            grid.add_row(
                statement(row, words) if last != row["claim_id"] else "",
                names[row["scope"]] if number == 0 else "",
                words.word(bound["verdict"]),
                screens.over(_interval(bound, units, words), assumption(bound, words)),
            )
            last = row["claim_id"]
    return screens.titled(words.label("under_assumptions"), grid)


def _beyond_print(row: Row) -> list[Row]:
    """Return the bounds of a claim that rest on assumptions; of a number that is known exactly there are none."""
    return [bound for bound in row["bounds"] if bound["tier"] != PRINTED] if row["value"] is None else []


def _interval(bound: Row, units: dict[str, Row], words: Words) -> str:
    known = {"unit": bound["unit"], "value": None, "value_low": bound["low"], "value_high": bound["high"]}
    return with_unit(known, prefix="value", units=units, words=words)
