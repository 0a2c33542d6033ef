"""What a build has done: published or not, rows, warnings, refused rows; then the headline. What changed: `since`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.builds import inbox_status
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.names import corridors
from g60_pipeline.reader.words import Words, number
from g60_pipeline.report import claims, headline, landscape
from g60_pipeline.wording import say

if TYPE_CHECKING:
    from rich.console import RenderableType

NEXT: Final = (
    "show gdp --year 2022{lang}",
    "claims --claim C107{lang}",
    "inbox template -o {inbox}/own.csv",
)
"""Commands to try after a build: figures of the nine cities, one claim in full, figures of one's own."""

EVERYWHERE: Final = "rows_are_sound"
"""The check that is made of every metric table: its rows are asked for by the table."""

REFUSED_SHOWN: Final = 20
"""How many refused rows are listed; the others are counted."""


def as_json(warehouse: Warehouse) -> dict[str, Any]:
    """Return what is published now: build, rows per table, refused rows, headline, lead claims, gradient and links."""
    return {
        "build_id": warehouse.build_id(),
        "rows": _rows(warehouse),
        "quarantine": _quarantine(warehouse),
        "inbox": list(inbox_status.taken(warehouse).values()),
        "headline": headline.headline(warehouse),
        "lead_claims": claims.claim_rows(warehouse, lead=True),
        "landscape": landscape.landscape(warehouse),
    }


def screen(
    warehouse: Warehouse,
    words: Words,
    *,
    published: bool,
    seconds: float,
    warnings: list[tuple[str, str, int]],
    command: str,
) -> list[RenderableType]:
    """Return the summary of a build: published or not, its inbox, warnings, refused rows.

    Args:
        warehouse: The warehouse in force after it.
        words: The reader's language.
        published: Whether the build published a new file.
        seconds: How long it took.
        warnings: Check, asset and number of rows of every check that warns.
        command: How `g60` is called here.
    """
    parts: list[RenderableType] = [published_line(warehouse, words, published=published, seconds=seconds)]
    parts += _inbox_line(warehouse, words)
    if warnings:
        grid = screens.table(
            *(words.label(c) for c in ("check", "asset", "rows", "show_them")), right=(words.label("rows"),)
        )
        for check, asset, count in warnings:
            shows = f"{command} warnings {check}" + (f" --table {asset}" if check == EVERYWHERE else "")
            grid.add_row(words.word(check), asset, number(count), shows)
        parts.append(screens.titled(words.label("warnings"), grid))
    refused = _quarantine(warehouse)
    if refused:
        grid = screens.table(*(words.label(c) for c in ("file", "line", "column", "rule", "remedy")))
        for row in refused[:REFUSED_SHOWN]:
            said = (row[f"{name}_{words.language}"] for name in ("message", "remedy"))
            grid.add_row(row["file"], str(row["line"] or "–"), row["column_name"] or "–", *said)
        title = words.label("refused", n=len(refused))
        parts.append(screens.titled(title, grid))
        if len(refused) > REFUSED_SHOWN:
            parts.append(screens.text(words.label("refused_more", n=len(refused) - REFUSED_SHOWN)))
    return parts


def first_headline(warehouse: Warehouse, words: Words) -> list[RenderableType]:
    """Return the shares of the common year and the lead claims, as they are shown after the first publication."""
    rows = claims.claim_rows(warehouse, lead=True)
    shares = headline.screen(warehouse, headline.headline(warehouse), words)[:1]
    return [*shares, claims.short_screen(warehouse, rows, words=words)]


def short_headline(warehouse: Warehouse, words: Words, *, command: str) -> RenderableType:
    """Return how the lead claims fare in each scope, a line each, and where the headline is shown."""
    rows = claims.first_of_each(claims.claim_rows(warehouse, lead=True))
    lines = [
        say("since.lead", words.language, corridor=words.both(c["name_en"], c["name_zh"]), counts=counts)
        for c in corridors(warehouse)
        if (counts := claims.counts([row for row in rows if row["scope"] == c["corridor_id"]], words))
    ]
    lines.append(say("since.lead_more", words.language, command=command))
    return screens.titled(lines[0], *lines[1:])


def next_steps(command: str, words: Words, *, inbox: str) -> RenderableType:
    """Return three commands to try after a build.

    Args:
        command: How `g60` is called here.
        words: The reader's language.
        inbox: The folder of the inbox, as it is typed here.
    """
    lang = " --lang zh" if words.language == "zh" else ""
    lines = [f"  {command} {arguments.format(lang=lang, inbox=inbox)}" for arguments in NEXT]
    return screens.titled(words.label("next"), *lines)


def published_line(warehouse: Warehouse, words: Words, *, published: bool, seconds: float) -> RenderableType:
    """Return whether a build published a new file, and how much is in it."""
    rows = _rows(warehouse)
    head = words.label("published" if published else "unchanged", build=warehouse.build_id(), seconds=seconds)
    total = words.label("tables_rows", tables=len(rows), rows=number(sum(rows.values())))
    return screens.titled(head, screens.text(total))


def _inbox_line(warehouse: Warehouse, words: Words) -> list[RenderableType]:
    """Return how many rows of the inbox were taken and refused; nothing where it is empty."""
    files = inbox_status.taken(warehouse)
    if not files:
        return []
    sums = {count: sum(row[count] for row in files.values()) for count in ("figures", "chosen", "claims", "refused")}
    line = words.label("inbox", **sums)
    more = f" {words.label('inbox_refused')}" if sums["refused"] else ""
    return [screens.text(f"{line}{more}")]


def _rows(warehouse: Warehouse) -> dict[str, int]:
    names = warehouse.rows(
        """SELECT schema_name || '.' || table_name AS name FROM duckdb_tables()
           WHERE schema_name IN ('core', 'metrics') ORDER BY name"""
    )
    counts = " UNION ALL ".join(f"SELECT '{t['name']}' AS name, count(*) AS n FROM {t['name']}" for t in names)  # noqa: S608  - names of our own catalog
    return {row["name"]: row["n"] for row in warehouse.rows(f"{counts} ORDER BY name")}


def _quarantine(warehouse: Warehouse) -> list[Row]:
    return warehouse.rows("SELECT * FROM analysis.refused ORDER BY file, line NULLS FIRST, column_name")
