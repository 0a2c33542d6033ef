"""The command `communique extract`: it reads files and prints or writes what they say. Nothing is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import click

from g60_pipeline.cli.common import Language, argument, as_json, command, examples, lang, option, year
from g60_pipeline.errors import G60Error, UsageError
from g60_pipeline.ingest.communique.proposals import COLUMNS, Proposal, proposals
from g60_pipeline.ingest.communique.subject import names_of
from g60_pipeline.ingest.communique.text.read import content_of, read_document
from g60_pipeline.reader import screens
from g60_pipeline.whole_files import write_named
from g60_pipeline.wording import say


@command(
    epilog=examples(
        "g60 communique extract suzhou_2024.html",
        "g60 communique extract documents/*.pdf --csv proposals.csv",
        "g60 communique extract report.docx --geo 湖州 --year 2023 --json",
    )
)
@argument(
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    nargs=-1,
    required=True,
)
@option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path))
@option("--geo", "place")
@year
@lang
@as_json
def extract(
    files: tuple[Path, ...],
    *,
    csv_file: Path | None,
    place: str | None,
    year: int | None,
    lang: Language,
    as_json: bool,
) -> None:
    """List what documents say, without review; nothing enters the warehouse."""
    found: list[tuple[str, Proposal]] = []
    refused: list[G60Error] = []
    for path in files:
        try:
            found += [(path.stem, proposal) for proposal in _proposals(path, place=place, year=year)]
        except G60Error as error:
            refused.append(error)
    if csv_file is not None:
        _write(csv_file, found)
    elif as_json:
        screens.print_json([dict(zip(COLUMNS, proposal.row(doc), strict=True)) for doc, proposal in found])
    else:
        columns = ("document", "indicator", "period", "value", "rule", "sentence")
        labels = [say(f"communique.column.{column}", lang) for column in columns]
        grid = screens.table(*labels, right=(labels[3],))
        for doc, proposal in found:
            value = proposal.value + proposal.unit
            others = "; ".join(proposal.elsewhere)
            cell = screens.over(value, f"≠ {others}") if others else value
            grid.add_row(doc, proposal.indicator, str(proposal.year), cell, proposal.rule, proposal.marked)
        screens.show(grid)
    for fault in refused:
        click.echo(screens.harmless(fault.message(lang)), err=True)
    if csv_file is not None:
        read = len(files) - len(refused)
        line = say("communique.extracted", lang, file=csv_file, n=len(found), read=read, files=len(files))
        click.echo(line, err=True)
    if refused:
        raise click.exceptions.Exit(1)


def _proposals(path: Path, *, place: str | None, year: int | None) -> Iterator[Proposal]:
    text = read_document(content_of(path), name=path.name)
    yield from proposals(text, name=path.name, year=year, places=names_of(place) if place else ())


def _write(path: Path, found: list[tuple[str, Proposal]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(proposal.row(doc) for doc, proposal in found)
    try:
        write_named(path, text.getvalue().encode())
    except OSError as error:
        raise UsageError.of("file.not_written", str(path), reason=error.strerror) from error
