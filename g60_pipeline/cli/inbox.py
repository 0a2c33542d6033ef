"""Commands for the analyst's own figures and claims: inbox template, check, list.

What checks rows is imported where it is used.
"""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from g60_pipeline.builds.inbox_status import inbox_status
from g60_pipeline.builds.preconditions import passed_over
from g60_pipeline.cli.common import (
    Group,
    Language,
    argument,
    as_json,
    examples,
    from_here,
    lang,
    option,
    own_command,
    settings,
)
from g60_pipeline.errors import UsageError
from g60_pipeline.reader import screens
from g60_pipeline.reader.words import Words, measured
from g60_pipeline.settings import inbox_label
from g60_pipeline.whole_files import write_named
from g60_pipeline.wording import entries, in_language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from g60_pipeline.cli.cell_readings import CellReading
    from g60_pipeline.cli.dry_run import AcceptedClaim, AcceptedFigure, DryRun
    from g60_pipeline.reader.grid import Cell

Kind = Literal["figures", "claims"]


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
@argument("kind", type=click.Choice(["figures", "claims"]), default="figures")
@option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path))
@lang
@as_json
def template(kind: Kind, *, output: Path | None, lang: Language, as_json: bool) -> None:
    """Print the header of an inbox file; the meaning of each column is printed on standard error."""
    from g60_pipeline.contracts import core_table  # noqa: PLC0415
    from g60_pipeline.ingest.inbox import KINDS  # noqa: PLC0415  - Polars and the contracts take a while to load

    form = KINDS[kind]
    columns = core_table(f"raw.{form.name}").schema.columns()
    names = form.template.strip().split(",")
    descriptions = {name: _hint(kind, name, columns[name].description or "", lang=lang) for name in names}
    if output is not None:
        _write_new(output, form.template)
    if as_json:
        rows = [{"column": n, "required": n in form.required, "description": descriptions[n]} for n in names]
        screens.print_json({"header": form.template.strip(), "columns": rows})
        return
    if output is None:
        screens.data_out().write(form.template)
    grid = screens.table(*_headings(lang, "column", "needed", "holds"))
    for name in names:
        grid.add_row(name, say("inbox.needed", lang) if name in form.required else "", descriptions[name])
    screens.show(grid, screens.text(say("inbox.note", lang)), *_written(output, lang), stderr=True)


@inbox.command(epilog=examples("g60 inbox check mine.csv", "g60 inbox check inbox/*.csv --json"))
@argument(
    "files",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    nargs=-1,
    required=True,
)
@lang
@as_json
def check(files: tuple[Path, ...], *, lang: Language, as_json: bool) -> None:
    """Show how files are read and what they would do; exit code 1 when a row is refused."""
    notes = screens.console(stderr=True)
    with notes.status(say("inbox.checking", lang)) if notes.is_terminal else nullcontext():
        from g60_pipeline.cli.dry_run import dry_run  # noqa: PLC0415  - Polars and the contracts take a while to load

        done = dry_run(settings(), list(files))
    if as_json:
        screens.print_json(done.as_json())
    else:
        screens.show(*_check_screen(done, lang))
    if done.refused:
        raise click.exceptions.Exit(1)


@inbox.command("list", epilog=examples("g60 inbox list", "g60 inbox list --json"))
@lang
@as_json
def list_files(*, lang: Language, as_json: bool) -> None:
    """List the files of the inbox and what is in the warehouse of them."""
    home = settings()
    found = inbox_status(home)
    not_read = [told for told in passed_over(home) if told.startswith("inbox/")]
    if as_json:
        screens.print_json({"inbox": str(home.inbox), "files": [f.as_json() for f in found], "not_read": not_read})
        return
    if not_read:
        screens.show(*(screens.text(f"{in_language(told, lang)}{Words(lang).stop.strip()}") for told in not_read))
    if not found:
        begin = f"{own_command()} inbox template -o {from_here(home.inbox / 'mine.csv')}"
        screens.show(screens.text(say("inbox.empty", lang, inbox=str(home.inbox), begin=begin)))
        return
    counts = _headings(lang, "figures", "chosen", "claims", "rows_refused")
    grid = screens.table(*_headings(lang, "file", "changed", "state"), *counts, right=counts)
    for file in found:
        state = say("inbox.current" if file.current else "inbox.changed", lang)
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


def _check_screen(done: DryRun, lang: Language) -> list[RenderableType]:
    parts: list[RenderableType] = []

    def add(title: str, names: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]) -> None:
        if rows:
            right = _headings(lang, *(name for name in names if name in {"line", "value", "cells"}))
            grid = screens.table(*_headings(lang, *names), right=right)
            for row in rows:
                grid.add_row(*row)
            parts.append(screens.titled(say(f"inbox.title.{title}", lang), grid))

    add("refused", ("file", "line", "column", "rule", "remedy"), [_refused(row, lang) for row in done.refused])
    add("readings", ("column", "written", "read_as", "cells"), [_reading(cell, lang) for cell in done.readings])
    names = ("file", "line", "row", "figure", "value", "becomes")
    add("accepted", names, [_accepted(own, lang) for own in done.accepted])
    names = ("file", "line", "claim", "says", "stands_for", "verdict")
    add("claims", names, [_claim(claim, lang) for claim in done.claims])
    warned = [(w.file, str(w.line), w.row_id, in_language(w.warning, lang)) for w in done.warnings]
    add("warnings", ("file", "line", "row", "look_at"), warned)
    numbers: dict[str, Any] = {
        "accepted": len(done.accepted),
        "chosen": sum(row.chosen for row in done.accepted),
        "refused": len({(row["file"], row["line"]) for row in done.refused}),
        "warnings": len(done.warnings),
    }
    key = "inbox.summary_claims" if done.claims else "inbox.summary"
    return [*parts, screens.text(say(key, lang, **numbers, claims=len(done.claims)))]


def _refused(row: dict[str, Any], lang: Language) -> tuple[str, ...]:
    line = "–" if row["line"] is None else str(row["line"])
    message, remedy = (row[f"{name}_{lang}"] for name in ("message", "remedy"))
    return row["file"], line, row["column_name"] or "–", f"{message} [{row['rule']}]", remedy


def _accepted(own: AcceptedFigure, lang: Language) -> tuple[Cell, ...]:
    place = f"{own.geo_code} {own.place_en} {own.place_zh}"
    months = f"{own.period_start[:7]}/{own.period_end[:7]}" if own.period_kind == "part_year" else own.period_end
    figure = screens.over(place, f"{own.indicator_id}, {own.basis}, {months}")
    becomes = reason = in_language(own.reason, lang)
    if own.chosen and own.rival:
        becomes = say("inbox.chosen_before", lang, rival=own.rival, reason=reason)
    elif own.chosen:
        becomes = say("inbox.chosen", lang, reason=reason)
    value = f"{own.value:,.10g} {own.unit}"
    return own.file, str(own.line), own.row_id, figure, screens.over(own.typed, value) if own.typed else value, becomes


def _reading(cell: CellReading, lang: Language) -> tuple[Cell, ...]:
    names = " ".join(dict.fromkeys(name for name in (cell.name_en, cell.name_zh) if name))
    read_as = f"{cell.read} ({names})" if names else cell.read
    if cell.not_meant:
        read_as = say("inbox.not_meant", lang, read_as=read_as, others=", ".join(cell.not_meant))
    return cell.column, cell.typed, read_as, str(cell.rows)


def _claim(claim: AcceptedClaim, lang: Language) -> tuple[Cell, ...]:
    words = Words(lang)
    verdicts = "\n".join(f"{scope}{words.colon}{words.word(verdict)}" for scope, verdict in claim.verdicts.items())
    says = screens.over(claim.statement_en, claim.statement_zh)
    stands_for = measured(claim.claimed_unit, None, low=claim.claimed_low, high=claim.claimed_high)
    unit = "" if claim.claimed_unit == "ratio" else f" {claim.claimed_unit}"
    return claim.file, str(claim.line), claim.claim_id, says, f"{stands_for}{unit}", verdicts or "–"


def _headings(lang: Language, *names: str) -> tuple[str, ...]:
    return tuple(say(f"inbox.heading.{name}", lang) for name in names)


def _write_new(path: Path, text: str) -> None:
    if path.exists():
        raise UsageError.of("file.is_there", str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_named(path, text.encode())
    except OSError as error:
        raise UsageError.of("file.not_written", str(path), reason=error.strerror) from error


def _written(path: Path | None, lang: Language) -> list[RenderableType]:
    """Return where a new file is, and where it has to go if that is not the inbox."""
    if path is None:
        return []
    inbox = settings().inbox
    key = "inbox.is_at" if path.resolve().parent == inbox else "inbox.elsewhere"
    values: dict[str, Any] = {"path": str(path), "inbox": str(inbox), "typed": shlex.quote(str(path))}
    return [screens.text(say(key, lang, **values))]


def _hint(kind: Kind, name: str, description: str, *, lang: Language) -> str:
    """Return what to write into a column: its hint, else what the contract says of it, with the words it may hold."""
    from g60_pipeline.contracts import vocabulary  # noqa: PLC0415

    hints = entries("inbox")
    for key in (f"hint.{kind}.{name}", f"hint.document.{name}"):
        if key in hints:
            return say(f"inbox.{key}", lang)
    lists = {
        "flags": vocabulary.PUBLISHED_FLAGS,
        "measure": vocabulary.CLAIM_MEASURES,
        "form": vocabulary.CLAIM_FORMS,
        "end_form": ("point", "more_than", "nearly"),
    }
    known = f" {say('inbox.known', lang, words=', '.join(lists[name]))}" if name in lists else ""
    return f"{_described(name, description, lang)}{known}"


def _described(name: str, description: str, lang: Language) -> str:
    from g60_pipeline.contracts.roles import label_zh  # noqa: PLC0415

    label = label_zh(name, None) if lang == "zh" else None
    return f"{label}。" if label else description
