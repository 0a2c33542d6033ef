"""Commands for the analyst's own figures and claims: inbox template, check, list.

What checks rows is imported where it is used.
"""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from g60_pipeline.builds.inbox import inbox_status
from g60_pipeline.builds.preconditions import passed_over
from g60_pipeline.cli.common import Group, argument, as_json, examples, from_here, option, own_command, settings
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import UsageError
from g60_pipeline.reader.words import measured
from g60_pipeline.settings import inbox_label

if TYPE_CHECKING:
    from rich.console import RenderableType

    from g60_pipeline.cli.dry_run import DryRun

FIGURE_HINTS: Final = {
    "row_id": "Any name of your own, once per file.",
    "geo_code": 'Six digits, such as 320500 for Suzhou 苏州; `g60 sql "FROM core.geography"` lists them.',
    "indicator_id": 'Such as gdp; `g60 sql "FROM core.indicator"` lists them.',
    "basis": 'Such as current_prices; `g60 sql "FROM core.indicator_basis"` lists them.',
    "period_kind": "year, date, part_year or census.",
    "period": "year: 2023; date and census: 2023-12-31 (a bare month twice: 2023-12/2023-12); "
    "part_year: 2023-01/2023-06.",
    "value": "Digits as printed with at most one point: no separators, percent signs or '>'.",
    "unit": 'Unit as printed, by its name: 亿元 is cny_100m; `g60 sql "FROM core.unit"` lists them.',
}
"""What to write into a file of figures, where the contract's description does not say enough."""

CLAIM_HINTS: Final = {
    "claim_id": "Any name of your own, once per file.",
    "indicator_id": FIGURE_HINTS["indicator_id"],
    "basis": "Only where the claim says which; else every basis of the indicator is tested.",
    "geo_code": "G60 for the corridor, else the code of a place as six digits.",
    "value": "Digits as printed with at most one point; 0.2 for 1/5.",
    "unit": f"{FIGURE_HINTS['unit']} Of 1/n it is ratio.",
    "ratio_n": "n where the claim is printed as 1/n.",
    "precision": "One unit of the last printed digit: 1 for 48, 0.1 for 4.8; nothing for 1/n.",
    "period_start": "YYYY, YYYY-MM or YYYY-MM-DD, where the claim is of a period: 2018 for growth from 2018 to 2022.",
    "period_end": "Likewise: 2022.",
    "as_of": "Day the claim speaks of, as far as known; nothing where the day of publication says it.",
    "scope_as_printed": "nine_cities, nine_cities_songjiang_listed, nine_cities_shanghai_listed, or its own words.",
    "printed": "The form it was printed in, such as 'more than 1/5'.",
}
"""The same for a file of claims."""

DOCUMENT_HINTS: Final = {
    "publisher": "Publisher of the document it was printed in.",
    "document_title": "Its title.",
    "published": "Its date as far as known: YYYY, YYYY-MM or YYYY-MM-DD.",
    "url": "Its full address, or nothing.",
    "grade": "A official site, B established press, C re-post, D copy naming its document, U copy naming none.",
}
"""The same for the document of either."""

HINTS: Final = {"figures": FIGURE_HINTS | DOCUMENT_HINTS, "claims": CLAIM_HINTS | DOCUMENT_HINTS}
"""Kind of file -> column -> what to write."""


@click.group(cls=Group)
def inbox() -> None:
    """Add figures and claims of your own."""


@inbox.command(
    epilog=examples(
        "g60 inbox template -o inbox/mine.csv",
        "g60 inbox template claims -o inbox/claims.csv",
        "g60 inbox template --json",
    )
)
@argument(
    "kind",
    type=click.Choice(["figures", "claims"]),
    default="figures",
    help="What the file is to hold: figures, where nothing is said.",
)
@option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="New file to write it to; its folder is made.",
)
@as_json
def template(kind: Literal["figures", "claims"], *, output: Path | None, as_json: bool) -> None:
    """Print the header of an inbox file; the meaning of each column is printed on standard error."""
    from g60_pipeline.contracts import core_table  # noqa: PLC0415
    from g60_pipeline.ingest.inbox import KINDS  # noqa: PLC0415  - Polars and the contracts take a while to load

    form = KINDS[kind]
    columns = core_table(f"raw.{form.name}").schema.columns()
    names = form.template.strip().split(",")
    descriptions = {name: HINTS[kind].get(name) or _with_words(name, columns[name].description or "") for name in names}
    if output is not None:
        _write_new(output, form.template)
    if as_json:
        rows = [{"column": n, "required": n in form.required, "description": descriptions[n]} for n in names]
        screens.print_json({"header": form.template.strip(), "columns": rows})
        return
    if output is None:
        screens.data_out().write(form.template)
    grid = screens.table("Column", "Needed", "What it holds")
    for name in names:
        grid.add_row(name, "yes" if name in form.required else "", descriptions[name])
    note = (
        "A row names its document by publisher, document_title and grade; "
        "a column document_id may name one of core.document instead."
    )
    screens.show(grid, screens.text(note), *_written(output), stderr=True)


@inbox.command(epilog=examples("g60 inbox check mine.csv", "g60 inbox check inbox/*.csv --json"))
@argument(
    "files",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    nargs=-1,
    required=True,
    help="CSV files.",
)
@as_json
def check(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Show what files would do, without writing anything; exit code 1 when a row is refused."""
    notes = screens.console(stderr=True)
    with notes.status("Checking …") if notes.is_terminal else nullcontext():
        from g60_pipeline.cli.dry_run import dry_run  # noqa: PLC0415  - Polars and the contracts take a while to load

        done = dry_run(settings(), list(files))
    if as_json:
        screens.print_json(done.as_json())
    else:
        screens.show(*_check_screen(done))
    if done.refused:
        raise click.exceptions.Exit(1)


@inbox.command("list", epilog=examples("g60 inbox list", "g60 inbox list --json"))
@as_json
def list_files(*, as_json: bool) -> None:
    """List the files of the inbox and what is in the warehouse of them."""
    home = settings()
    found = inbox_status(home)
    not_read = [told for told in passed_over(home) if told.startswith("inbox/")]
    if as_json:
        screens.print_json({"inbox": str(home.inbox), "files": [f.as_json() for f in found], "not_read": not_read})
        return
    if not_read:
        screens.show(*(screens.text(f"{told}.") for told in not_read))
    if not found:
        begin = f"{own_command()} inbox template -o {from_here(home.inbox / 'mine.csv')}"
        screens.show(screens.text(f"{home.inbox} holds no CSV file. Begin one: {begin}"))
        return
    counts = ("Figures", "Chosen", "Claims", "Rows refused")
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
            str(file.claims),
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
    if done.claims:
        grid = screens.table("File", "Line", "Claim", "What it says", "Stands for", "Verdict", right=("Line",))
        for claim in done.claims:
            verdicts = "\n".join(f"{scope}: {verdict.replace('_', ' ')}" for scope, verdict in claim.verdicts.items())
            says = screens.over(claim.statement_en, claim.statement_zh)
            stands_for = measured(claim.claimed_unit, None, low=claim.claimed_low, high=claim.claimed_high)
            unit = "" if claim.claimed_unit == "ratio" else f" {claim.claimed_unit}"
            grid.add_row(claim.file, str(claim.line), claim.claim_id, says, f"{stands_for}{unit}", verdicts or "–")
        parts.append(screens.titled("Accepted claims", grid))
    if done.warnings:
        grid = screens.table("File", "Line", "Row", "To look at", right=("Line",))
        for warned in done.warnings:
            grid.add_row(warned.file, str(warned.line), warned.row_id, warned.warning)
        parts.append(screens.titled("Warnings", grid))
    chosen = sum(row.chosen for row in done.accepted)
    refused = len({(row["file"], row["line"]) for row in done.refused})
    claims = f", {len(done.claims)} claims accepted" if done.claims else ""
    words = f"{len(done.accepted)} rows accepted ({chosen} would be chosen){claims}, {refused} refused, "
    words += f"{len(done.warnings)} warnings."
    return [*parts, screens.text(f"{words} Nothing was written.")]


def _write_new(path: Path, text: str) -> None:
    if path.exists():
        raise UsageError(str(path), "it is there already, and nothing is written over", "Name a new file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        rule = f"it can not be written ({error.strerror})"
        raise UsageError(str(path), rule, "Name a file in a folder you may write to") from error


def _written(path: Path | None) -> list[RenderableType]:
    """Return where a new file is, and where it has to go if that is not the inbox."""
    if path is None:
        return []
    inbox = settings().inbox
    where = "" if path.resolve().parent == inbox else f" The inbox is {inbox}: put it there once it is filled."
    return [screens.text(f"Written: {path}.{where} Fill it, then `g60 inbox check {shlex.quote(str(path))}`.")]


def _with_words(name: str, description: str) -> str:
    """Return a description with the words a closed list allows."""
    from g60_pipeline.contracts import vocabulary  # noqa: PLC0415

    lists = {
        "flags": vocabulary.PUBLISHED_FLAGS,
        "measure": vocabulary.CLAIM_MEASURES,
        "form": vocabulary.CLAIM_FORMS,
        "end_form": ("point", "more_than", "nearly"),
    }
    return f"{description} Known are {', '.join(lists[name])}." if name in lists else description
