"""Commands for documents of statistical bureaus, as click sees them. What they do is in `communique_work`."""

from __future__ import annotations

from pathlib import Path

import click

from g60_pipeline.cli.common import Group, argument, as_json, examples, option, year


@click.group(cls=Group)
def communique() -> None:
    """Read figures out of communiques, reports and yearbook tables."""


@communique.command(
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
    from g60_pipeline.cli import communique_work  # noqa: PLC0415  - loads the rules

    communique_work.extract(list(files), csv_file=csv_file, place=place, year=year, as_json=as_json)
