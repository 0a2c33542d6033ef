"""The command that shows the rows the checks of a build warn of: warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.cli.common import Language, argument, as_json, command, examples, lang, option, own_command, settings
from g60_pipeline.reader import screens
from g60_pipeline.reader.names import one_of
from g60_pipeline.reader.words import Words, number
from g60_pipeline.wording import LANGUAGES

if TYPE_CHECKING:
    import polars as pl
    from rich.console import RenderableType

    from g60_pipeline.orchestration.checks import TableCheck

SHOWN: Final = 50
"""Rows that are shown; `--all` shows every one."""


@command(
    "warnings", epilog=examples("g60 warnings", "g60 warnings coverage --lang zh", "g60 warnings yearly_jump --json")
)
@argument("check", required=False)
@option("--table")
@option("--all", "every", is_flag=True)
@lang
@as_json
def warnings(check: str | None, *, table: str | None, every: bool, lang: Language, as_json: bool) -> None:
    """Show the rows of the tables as last built that a check warns of, and what to do about them."""
    from g60_pipeline.orchestration.checks import CHECKS, SOUND  # noqa: PLC0415  - Dagster takes over a second to load
    from g60_pipeline.publish.storage import read_table  # noqa: PLC0415
    from g60_pipeline.steps import Context  # noqa: PLC0415
    from g60_pipeline.tables import TABLES  # noqa: PLC0415

    words, home, known = Words(lang), settings(), (*CHECKS, *SOUND)
    name = one_of(check, list(dict.fromkeys(c.name for c in known)), what="check") if check else None
    wanted = one_of(table, list(dict.fromkeys(c.table for c in known)), what="table") if table else None
    chosen = [c for c in known if name in (None, c.name) and wanted in (None, c.table)]
    today = Context.now(home).today
    tables = {read: read_table(home, TABLES[read]) for read in dict.fromkeys(r for c in chosen for r in c.reads)}
    found = [(c, c.find(tables, today)) for c in chosen]
    warned = [(c, rows) for c, rows in found if rows.height]
    if as_json:
        screens.print_json({"warnings": [_as_json(c, rows, lang) for c, rows in warned]})
    elif not warned:
        screens.show(screens.text(words.label("no_warnings")))
    elif name is None:
        grid = screens.table(*(words.label(c) for c in ("check", "asset", "rows", "show_them")))
        for c, rows in warned:
            grid.add_row(words.word(c.name), c.table, number(rows.height), f"{own_command()} warnings {c.name}")
        screens.show(grid)
    else:
        screens.show(*(_screen(c, rows, every=every, words=words) for c, rows in warned))


def _as_json(check: TableCheck, rows: pl.DataFrame, language: Language) -> dict[str, Any]:
    return {
        "check": check.name,
        "table": check.table,
        "description": check.description(language),
        "remedy": check.remedy(language),
        "rows": rows.to_dicts(),
    }


def _screen(check: TableCheck, rows: pl.DataFrame, *, every: bool, words: Words) -> RenderableType:
    rows = _in_language(rows, words.language)
    shown, grid = rows if every else rows.head(SHOWN), screens.table(*rows.columns)
    for row in shown.iter_rows():
        grid.add_row(*(_cell(value) for value in row))
    left = rows.height - shown.height
    more = [screens.text(words.label("warnings_more").format(n=left))] if left else []
    head = f"{words.word(check.name)} [{check.table}]{words.colon}{check.description(words.language)}"
    return screens.titled(head, screens.text(f"→ {check.remedy(words.language)}", "dim"), grid, *more)


def _in_language(rows: pl.DataFrame, language: Language) -> pl.DataFrame:
    """Return rows with the words of one language: `note_zh` of `note_en` and `note_zh`, as `note`."""
    words = [name.removesuffix("_en") for name in rows.columns if name.endswith("_en")]
    of_both = [name for name in words if f"{name}_zh" in rows.columns]
    others = [f"{name}_{other}" for name in of_both for other in LANGUAGES if other != language]
    return rows.drop(others).rename({f"{name}_{language}": name for name in of_both})


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "–" if value is None else str(value)
