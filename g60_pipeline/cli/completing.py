"""What the shell completes: names of indicators, places and corridors, as the published warehouse has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click

from g60_pipeline.cli.common import settings
from g60_pipeline.errors import G60Error
from g60_pipeline.language import language
from g60_pipeline.reader.database import Row, open_warehouse

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Completer = Callable[[click.Context, click.Parameter, str], list["CompletionItem"]]

ONE_WORD: Final = re.compile(r"[\w.-]+")
"""What a shell takes as one word without quotes."""

_INDICATORS: Final = "SELECT indicator_id AS name, name_en, name_zh, aliases FROM core.indicator ORDER BY indicator_id"
_CORRIDORS: Final = "SELECT corridor_id AS name, name_en, name_zh, aliases FROM core.corridor ORDER BY corridor_id DESC"
_PLACES: Final = """
SELECT name_en AS name, name_en, name_zh, list_append(aliases, geo_code) AS aliases FROM core.geography
ORDER BY geo_code NOT IN (SELECT geo_code FROM core.corridor_member WHERE version = 'metrics'), geo_code"""

_METRICS: Final = """
SELECT table_name AS name, comment AS name_en, comment AS name_zh, [] AS aliases FROM duckdb_tables()
WHERE schema_name = 'metrics' ORDER BY ALL"""
_CLAIMS: Final = """
SELECT claim_id AS name, any_value(statement_en) AS name_en, any_value(statement_zh) AS name_zh, [] AS aliases
FROM analysis.claims GROUP BY ALL ORDER BY claim_id"""


def _completer(sql: str) -> Completer:
    """Return what completes a value: of each thing listed the first name that begins like it and is one word."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415  - only where a shell asks

        try:
            with open_warehouse(settings()) as warehouse:
                rows = warehouse.rows(sql)
        except G60Error:  # a shell that asks for words is no place for a message
            return []
        named = [(name, row[f"name_{language()}"]) for row in rows if (name := _begun(row, incomplete))]
        return [CompletionItem(name, help=title) for name, title in named]

    return complete


def _begun(row: Row, incomplete: str) -> str | None:
    names = (row["name"], row["name_zh"], *row["aliases"])
    begun = incomplete.casefold()
    return next((name for name in names if name.casefold().startswith(begun) and ONE_WORD.fullmatch(name)), None)


INDICATOR: Final = _completer(_INDICATORS)
PLACE: Final = _completer(_PLACES)
CORRIDOR: Final = _completer(_CORRIDORS)
METRIC: Final = _completer(_METRICS)
CLAIM: Final = _completer(_CLAIMS)
