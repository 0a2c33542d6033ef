"""The command `communique extract`: it reads files and prints or writes what they say. Nothing is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import click

from g60_pipeline.cli.common import argument, as_json, examples, option, year
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.proposals import COLUMNS, Proposal, proposals
from g60_pipeline.ingest.communique.subject import names_of
from g60_pipeline.ingest.communique.text.read import content_of, read_document
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import UsageError


@click.command(
    epilog=examples(
        "g60 communique extract suzhou_2024.html",
        "g60 communique extract documents/*.pdf --csv proposals.csv",
        "g60 communique extract report.docx --place 湖州 --year 2023 --json",
    )
)
@argument(
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    nargs=-1,
    required=True,
    help="HTML, PDF, DOCX, XLSX or text files.",
)
@option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="File to write all proposals to.")
@option("--place", help="Place the documents are about, where they do not say it.")
@year
@as_json
def extract(
    files: tuple[Path, ...], *, csv_file: Path | None, place: str | None, year: int | None, as_json: bool
) -> None:
    """List what documents say, without review; nothing enters the warehouse.

    A file that can not be read is named, and the others are read all the same. Exit codes: 0 done, 1 some file was not
    read, 2 wrong usage.
    """
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
        grid = screens.table("Document", "Indicator", "Period", "Value", "Rule", "Sentence", right=("Value",))
        for doc, proposal in found:
            value = proposal.value + proposal.unit
            others = "; ".join(proposal.elsewhere)
            cell = screens.over(value, f"≠ {others}") if others else value
            grid.add_row(doc, proposal.indicator, str(proposal.year), cell, proposal.rule, proposal.marked)
        screens.show(grid)
    for fault in refused:
        click.echo(screens.harmless(f"{fault.subject}: {fault.rule}.\n{fault.remedy}."), err=True)
    if csv_file is not None:
        read = len(files) - len(refused)
        click.echo(f"{csv_file}: {len(found)} proposals from {read} of {len(files)} files.", err=True)
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
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
    except OSError as error:
        rule = f"it can not be written ({error.strerror})"
        raise UsageError(str(path), rule, "Name a file in a folder you may write to") from error
