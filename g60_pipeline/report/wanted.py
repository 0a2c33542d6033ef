"""What to look up next: missing figures by what they would narrow, and where they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from g60_pipeline.normalize.printed import percent
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.names import find_corridor, find_indicator, find_place, one_of
from g60_pipeline.reader.words import Words, interval, number
from g60_pipeline.report.claims import find_claim

if TYPE_CHECKING:
    from rich.console import RenderableType

    from g60_pipeline.reader.grid import Over

SHOWN: Final = 12
"""Figures shown where not all are asked for."""

NOTHING: Final = 1e-8
"""Part of today's width below which nothing is left open: ends are rounded outward."""

PUBLISHED: Final = """
    SELECT w.*, i.name_en, i.name_zh, g.name_en AS place_en, g.name_zh AS place_zh, n.name_en AS number_en,
           n.name_zh AS number_zh, r.name_en AS corridor_en, r.name_zh AS corridor_zh, c.statement_en, c.statement_zh,
           c.lead, d.title AS printed_title, d.publisher AS printed_publisher, u.symbol_en, u.symbol_zh,
           nu.symbol_en AS number_symbol_en, nu.symbol_zh AS number_symbol_zh, b.unit AS number_unit
    FROM metrics.wanted AS w
    JOIN core.indicator AS i USING (indicator_id)
    JOIN core.geography AS g ON g.geo_code = w.geo_code
    JOIN core.indicator AS n ON n.indicator_id = w.number_indicator_id
    JOIN core.corridor AS r ON r.corridor_id = w.corridor
    JOIN core.unit AS u ON u.unit = w.unit
    JOIN metrics.bound AS b ON b.metric_id = w.parent_ids[1]
    JOIN core.unit AS nu ON nu.unit = b.unit
    LEFT JOIN analysis.claims AS c ON c.claim_id = w.claim_id AND c.scope = w.corridor AND c.position = 1
    LEFT JOIN core.document AS d ON d.document_id = w.printed_in"""


def wanted_rows(
    warehouse: Warehouse,
    *,
    claim: str | None = None,
    scope: str | None = None,
    place: str | None = None,
    tier: str | None = None,
    indicator: str | None = None,
) -> list[Row]:
    """Return one row a missing figure: the number it narrows most, those of claims first, and how many more it narrows.

    Raises:
        UsageError: The claim, corridor, place, indicator or tier is not known.
    """
    held = warehouse.rows("SELECT DISTINCT tier FROM metrics.wanted ORDER BY tier = 'printed'")
    tiers = [row["tier"] for row in held]
    return warehouse.rows(
        f"""WITH named AS ({PUBLISHED})
            SELECT *, count(*) OVER figure - 1 AS narrows_more
            FROM named
            WHERE tier = $tier
              AND (CAST($claim AS VARCHAR) IS NULL OR claim_id = $claim)
              AND (CAST($scope AS VARCHAR) IS NULL OR corridor = $scope)
              AND (CAST($place AS VARCHAR) IS NULL OR geo_code = $place)
              AND (CAST($indicator AS VARCHAR) IS NULL OR indicator_id = $indicator)
            WINDOW figure AS (PARTITION BY geo_code, indicator_id, basis, period_end)
            QUALIFY row_number() OVER (figure ORDER BY claim_id IS NULL, part_removed DESC, metric_id) = 1
            ORDER BY claim_id IS NULL, part_removed DESC, metric_id""",  # noqa: S608  - a fragment of our own
        {
            "scope": find_corridor(warehouse, scope)["corridor_id"] if scope else None,
            "place": find_place(warehouse, place)["geo_code"] if place else None,
            "indicator": find_indicator(warehouse, indicator)["indicator_id"] if indicator else None,
            "claim": find_claim(warehouse, claim) if claim else None,
            "tier": one_of(tier, tiers, what="tier") if tier else next(iter(tiers), None),
        },
    )


def screen(rows: list[Row], words: Words, *, everything: bool) -> list[RenderableType]:
    """Return the figures to look up, most useful first, with the lines for the inbox below.

    Args:
        rows: Of `wanted_rows`.
        words: Language.
        everything: Whether all of them are shown.
    """
    if not rows:
        return [screens.text(words.label("nothing_wanted"))]
    shown = rows if everything else rows[:SHOWN]
    labels = [words.label(key) for key in ("wanted_figure", "wanted_narrows", "wanted_removed", "wanted_where")]
    grid = screens.table(*labels, keep=tuple(labels[2:3]))
    for row in shown:
        grid.add_row(figure(row, words), narrowed(row, words), removed(row, words), where(row, words))
    assumed = words.label("wanted_tier", tier=words.word(rows[0]["tier"], "tier"))
    notes = [words.label("wanted_note"), assumed]
    if len(shown) < len(rows):
        notes.append(words.label("wanted_more", n=len(rows) - len(shown)))
    lines = "\n".join(row["inbox_line"] for row in shown)
    return [
        screens.titled(words.label("wanted"), grid, *(screens.text(note, "dim") for note in notes)),
        screens.titled(words.label("wanted_lines"), lines),
    ]


def figure(row: Row, words: Words) -> Over:
    """Return the missing figure, and between what it lies."""
    name = words.both(row["name_en"], row["name_zh"])
    period = words.period(row["period_kind"], row["period_end"])
    place = words.both(row["place_en"], row["place_zh"])
    inside = words.amount(interval(None, row["low"], row["high"]), row["symbol_en"], row["symbol_zh"])
    return screens.over(f"{place}, {name}, {period}", inside)


def narrowed(row: Row, words: Words) -> Over:
    """Return the number a figure narrows: its claim, or the share of China, in which corridor."""
    name = words.both(row["number_en"], row["number_zh"])
    claim = words.first(row["statement_en"], row["statement_zh"])
    what = f"{row['claim_id']} {claim}" if row["claim_id"] else f"{words.label('shares')}: {name}"
    more = words.label("wanted_also", n=row["narrows_more"]) if row["narrows_more"] else ""
    return screens.over(what, f"{words.first(row['corridor_en'], row['corridor_zh'])}{more}")


def removed(row: Row, words: Words) -> Over:
    """Return how wide the number is, and how wide it would be."""
    today, left = (wide(row[name], row, words) for name in ("width", "width_left"))
    return screens.over(f"{today} → {left}", f"−{percent(row['part_removed'])}")


def wide(width: float, row: Row, words: Words) -> str:
    """Return a width of the number a figure narrows, with its unit; of a share or growth in points."""
    width = width if width > NOTHING * row["width"] else 0.0
    if row["number_unit"] == "ratio":
        return words.label("points", n=number(100 * width))
    return words.amount(number(width), row["number_symbol_en"], row["number_symbol_zh"])


def where(row: Row, words: Words) -> str:
    """Return where a figure is printed: by whom, in what, when, on which page, and the document that had the like."""
    kind = words.word(row["printed_kind"], "printed_kind")
    first = ", ".join(part for part in (row["publisher_zh"], kind, appeared(row, words)) if part)
    return "\n".join(part for part in (first, row["list_url"], like(row, words)) if part) or "–"


def appeared(row: Row, words: Words) -> str:
    """Return the month in which a document like the one wanted came out, or nothing."""
    year, month = row["release_year"], row["release_month"]
    return words.label("wanted_out", when=f"{year}-{month:02}") if year and month else ""


def like(row: Row, words: Words) -> str:
    """Return the document that had the like, or nothing."""
    return words.label("wanted_like", title=row["printed_title"]) if row["printed_title"] else ""
