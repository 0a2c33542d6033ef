"""The command that runs a reader's own SQL: sql."""

from __future__ import annotations

import codecs
import io
import sys
from typing import TYPE_CHECKING, Final

import click

from g60_pipeline.cli.as_of import as_of_option, home_as_of, known_by
from g60_pipeline.cli.common import Language, argument, command, examples, lang, not_text, option
from g60_pipeline.cli.hand_out import Way, hand_out, handed_out
from g60_pipeline.reader import screens
from g60_pipeline.reader.words import Words
from g60_pipeline.report import query
from g60_pipeline.wording import say, told

if TYPE_CHECKING:
    from g60_pipeline.reader.grid import Grid

UNCUT: Final = 100_000
"""Width of a piped table: no cell of a result wraps there."""

LAID_OUT: Final = 500
LAID_OUT_CHARACTERS: Final = 1_000_000
"""Rows and characters up to which a table is laid out in the width there is; laying out more takes seconds."""


@command(
    epilog=examples(
        'g60 sql "FROM analysis.about"',
        'g60 sql "DESCRIBE core.observation"',
        "g60 sql \"SELECT year, gdp FROM analysis.city_year WHERE name_en = 'Suzhou'\" --format csv",
        'g60 sql "PIVOT analysis.city_year ON year USING any_value(gdp) GROUP BY name_en" --format csv',
        "g60 sql - < query.sql",
    )
)
@argument("statement")
@handed_out
@option("--timeout", type=click.FloatRange(0.1, 3600), default=30.0)
@option("--memory", default="1GB")
@option("--max-rows", type=click.IntRange(min=1), default=10_000)
@as_of_option
@lang
def sql(
    statement: str,
    *,
    way: Way,
    timeout: float,
    memory: str,
    max_rows: int,
    as_of: str | None,
    lang: Language,
) -> None:
    """Ask the warehouse in SQL: one read, such as a SELECT."""
    text = _piped() if statement == "-" else statement
    limits = query.Limits(seconds=timeout, memory=memory, max_rows=max_rows)
    with home_as_of(as_of) as (home, known):
        result = query.run(home, text, limits)
    screens.show(*known_by(known, Words(lang)), stderr=True)
    if way.is_json:
        screens.print_json(query.as_json(result))
    elif way.form == "csv" and way.output is None:
        query.write_csv(result, screens.data_out())
    elif way.is_file:
        hand_out(way, rows=query.as_json(result), parts=lambda: [_grid(result)])
    elif len(result.rows) > LAID_OUT or result.characters > LAID_OUT_CHARACTERS:
        query.write_aligned(result, sys.stdout)
    else:
        screens.console(width=UNCUT).print(_grid(result))
    if result.cut:
        click.echo(say("label.sql_cut", lang, n=max_rows), err=True)


def _grid(result: query.Result) -> Grid:
    grid = screens.table(*result.columns, right=tuple(result.numbers))
    for row in result.rows:
        grid.add_row(*(screens.text(query.as_text(value)) for value in row))
    return grid


def _piped() -> str:
    """Return what is piped in: UTF-8, or what the locale says.

    Raises:
        UsageError: It is not text in that encoding.
    """
    stream = sys.stdin
    if isinstance(stream, io.TextIOWrapper):
        named = codecs.lookup(stream.encoding).name
        stream.reconfigure(encoding="utf-8-sig" if named in {"utf-8", "ascii"} else named, errors="strict")
    try:
        return stream.read()
    except UnicodeDecodeError as error:
        raise not_text(told("error.a.standard_input")) from error
