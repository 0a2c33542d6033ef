"""Commands for the analyst's own figures: inbox template, check, list. What judges rows is loaded where it is used."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from g60_pipeline.cli.common import Json, QuickCommand, QuickGroup, examples, settings
from g60_pipeline.report import screens
from g60_pipeline.report.inbox import inbox_status
from g60_pipeline.settings import inbox_label

if TYPE_CHECKING:
    from rich.console import RenderableType

    from g60_pipeline.cli.dry_run import DryRun

HINTS: Final = {
    "row_id": "Any name of your own, once per file.",
    "geo_code": 'Six digits, such as 320500 for Suzhou 苏州; `g60 sql "FROM core.geography"` lists them.',
    "indicator_id": 'Such as gdp; `g60 sql "FROM core.indicator"` lists them.',
    "basis": 'Such as current_prices; `g60 sql "FROM core.indicator_basis"` lists them.',
    "period_kind": "year, date, part_year or census.",
    "period": "year: 2023; date and census: 2023-12-31 (a bare month twice: 2023-12/2023-12); "
    "part_year: 2023-01/2023-06.",
    "value": "Digits as printed with at most one point: no separators, percent signs or '>'.",
    "unit": 'Unit as printed, by its name: 亿元 is cny_100m; `g60 sql "FROM core.unit"` lists them.',
    "publisher": "Publisher of the document the figure was printed in.",
    "document_title": "Its title.",
    "published": "Its date as far as known: YYYY, YYYY-MM or YYYY-MM-DD.",
    "url": "Its full address, or nothing.",
    "grade": "A official site, B established press, C re-post, D copy naming its document, U copy naming none.",
}
"""What to write, where the contract's description does not say enough."""

app = typer.Typer(cls=QuickGroup, no_args_is_help=True, rich_markup_mode=None)


def register(parent: typer.Typer) -> None:
    """Add the group of commands to the application."""
    parent.add_typer(app, name="inbox", help="Add figures of your own.")


@app.command(epilog=examples("g60 inbox template > inbox/mine.csv", "g60 inbox template --json"))
def template(*, as_json: Json = False) -> None:
    """Print the header of an inbox file; what each column holds is told on standard error."""
    from g60_pipeline.sources.inbox import REQUIRED  # noqa: PLC0415  - Polars and the contracts take a while to load
    from g60_pipeline.sources.inbox import template as header  # noqa: PLC0415
    from g60_pipeline.tables import table  # noqa: PLC0415

    columns = table("raw.observation").schema.columns()
    names = header().strip().split(",")
    told = {name: HINTS.get(name) or _with_words(name, columns[name].description or "") for name in names}
    if as_json:
        rows = [{"column": n, "required": n in REQUIRED, "description": told[n]} for n in names]
        screens.print_json({"header": header().strip(), "columns": rows})
        return
    screens.data_out().write(header())
    grid = screens.table("Column", "Needed", "What it holds")
    for name in names:
        grid.add_row(name, "yes" if name in REQUIRED else "", told[name])
    note = (
        "A row names its document by publisher, document_title and grade; "
        "a column document_id may name one of core.document instead."
    )
    screens.show(grid, screens.text(note), stderr=True)


@app.command(epilog=examples("g60 inbox check mine.csv", "g60 inbox check inbox/*.csv --json"))
def check(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV files.")],
    *,
    as_json: Json = False,
) -> None:
    """Tell what files would do, without writing anything; exit code 1 when a row is refused."""
    notes = screens.console(stderr=True)
    with notes.status("Checking …") if notes.is_terminal else nullcontext():
        from g60_pipeline.cli.dry_run import dry_run  # noqa: PLC0415  - Polars and the contracts take a while to load

        done = dry_run(settings(), files)
    if as_json:
        screens.print_json(done.as_json())
    else:
        screens.show(*_check_screen(done))
    if done.refused:
        raise typer.Exit(1)


@app.command(cls=QuickCommand, name="list", epilog=examples("g60 inbox list", "g60 inbox list --json"))
def list_files(*, as_json: Json = False) -> None:
    """List the files of the inbox and what the warehouse holds of them."""
    home = settings()
    found = inbox_status(home)
    if as_json:
        screens.print_json({"inbox": str(home.inbox), "files": [f.as_json() for f in found]})
        return
    if not found:
        screens.show(
            screens.text(f"{home.inbox} holds no CSV file. Begin one: g60 inbox template > {home.inbox}/mine.csv")
        )
        return
    counts = ("Figures", "Chosen", "Rows refused")
    grid = screens.table("File", "Changed", "State", *counts, right=counts)
    for file in found:
        state = "in the warehouse" if file.current else "not in the warehouse as it is now: run `g60 build`"
        changed = f"{file.modified:%Y-%m-%d %H:%M} UTC"
        grid.add_row(
            inbox_label(file.path).removeprefix("inbox/"),
            changed,
            state,
            str(file.figures),
            str(file.chosen),
            str(file.refused),
        )
    screens.show(screens.titled(str(home.inbox), grid))


def _check_screen(done: DryRun) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if done.refused:
        grid = screens.table("File", "Line", "Column", "Rule", "Remedy", right=("Line",))
        for row in done.refused:
            line = "–" if row["line"] is None else str(row["line"])
            grid.add_row(
                row["file"], line, row["column_name"] or "–", f"{row['message']} [{row['rule']}]", row["remedy"]
            )
        parts.append(screens.titled("Refused", grid))
    if done.accepted:
        grid = screens.table("File", "Line", "Row", "Figure", "Value", "What becomes of it", right=("Line", "Value"))
        for own in done.accepted:
            place = f"{own.geo_code} {own.place_en} {own.place_zh}"
            figure = screens.over(place, f"{own.indicator_id}, {own.basis}, {own.period_end}")
            becomes = f"chosen{f' before {own.rival}' if own.rival else ''}: {own.reason}" if own.chosen else own.reason
            grid.add_row(own.file, str(own.line), own.row_id, figure, f"{own.value:,.10g} {own.unit}", becomes)
        parts.append(screens.titled("Accepted", grid))
    if done.warnings:
        grid = screens.table("File", "Line", "Row", "To look at", right=("Line",))
        for warned in done.warnings:
            grid.add_row(warned.file, str(warned.line), warned.row_id, warned.warning)
        parts.append(screens.titled("Warnings", grid))
    chosen = sum(row.chosen for row in done.accepted)
    refused = len({(row["file"], row["line"]) for row in done.refused})
    words = f"{len(done.accepted)} rows accepted ({chosen} would be chosen), {refused} refused, "
    words += f"{len(done.warnings)} warnings."
    return [*parts, screens.text(f"{words} Nothing was written.")]


def _with_words(name: str, description: str) -> str:
    from g60_pipeline.tables.vocabulary import PUBLISHED_FLAGS  # noqa: PLC0415

    return f"{description} Known are {', '.join(PUBLISHED_FLAGS)}." if name == "flags" else description
