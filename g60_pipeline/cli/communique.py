"""Commands for documents of statistical bureaus, as click sees them. What they do is in `communique_work`."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import click

from g60_pipeline.cli.common import Group, Language, argument, as_json, examples, lang, option, year

Kind = Literal["communique", "work_report", "rd_bulletin", "yearbook_table"]
KINDS: Final[tuple[Kind, ...]] = ("communique", "work_report", "rd_bulletin", "yearbook_table")
"""Kinds of documents; `ingest.communique.subject` has the same, and is not loaded for the help."""


@click.group(cls=Group)
def communique() -> None:
    """Read figures out of communiques, reports and yearbook tables, and review them."""


@communique.command(
    epilog=examples(
        "g60 communique add suzhou_2024.pdf --place 苏州 --year 2024",
        "g60 communique add https://tjj.example.gov.cn/2024.html --place 芜湖 --year 2024",
        "g60 communique add saved.html --place 湖州 --year 2024 --url https://tjj.example.gov.cn/2024.html",
        "g60 communique add report.docx --place 合肥 --year 2024 --kind work_report",
    )
)
@argument("document", help="File, or address of a page or file.")
@option("--place", required=True, help="Place it is about: code or name.")
@option("--year", type=click.IntRange(1949, 2100), required=True, help="Year its figures are of.")
@option("--kind", type=click.Choice(KINDS), default="communique", help="What it is.")
@option("--url", help="Address a file was saved from: by it its figures are graded.")
@lang
@as_json
def add(document: str, *, place: str, year: int, kind: Kind, url: str | None, lang: Language, as_json: bool) -> None:
    """Keep a document as received, and propose its figures for review.

    It is refused where its title names another place or year, where it is a scan, encrypted or damaged. One that is
    there already changes nothing; a newer edition is kept beside the older one, and what it says otherwise is printed.
    """
    from g60_pipeline.cli import communique_work  # noqa: PLC0415  - loads the rules

    communique_work.add(document, place=place, year=year, kind=kind, url=url, lang=lang, as_json=as_json)


@communique.command(epilog=examples("g60 communique collect --place 苏州", "g60 communique collect --year 2024"))
@option("--place", help="Only this place; all whose list page is known without it.")
@option(
    "--year", type=click.IntRange(1949, 2100), help="Year of the figures; last year without it.", show_default=False
)
@lang
@as_json
def collect(*, place: str | None, year: int | None, lang: Language, as_json: bool) -> None:
    """Ask the bureaus for their communique, and keep what is new for review.

    Each is asked for its list page and, where that has a new title, for one page or file. No bureau has been asked yet
    by this version: the first run may show that an address is another one. Exit codes: 0 done, 1 some bureau failed.
    """
    from g60_pipeline.cli import communique_work  # noqa: PLC0415

    communique_work.collect(place=place, year=year, lang=lang, as_json=as_json)


@communique.command("list", epilog=examples("g60 communique list", "g60 communique list --json"))
@as_json
def list_(*, as_json: bool) -> None:
    """List the documents that were added."""
    from g60_pipeline.cli import communique_work  # noqa: PLC0415

    communique_work.list_documents(as_json=as_json)


@communique.command(
    epilog=examples(
        "g60 communique review",
        "g60 communique review --place 苏州 --lang zh",
        "g60 communique review --accept sure --precision 0.99",
        "g60 communique review --html review.html",
        "g60 communique review --decisions decisions.csv",
        "g60 communique review --json",
    )
)
@option("--place", help="Only this place.")
@option("--accept", type=click.Choice(["sure"]), help="Take what is sure and in no doubt, without asking.")
@option(
    "--precision",
    type=click.FloatRange(0.5, 1.0),
    default=0.99,
    help="How sure a rule must be for --accept sure: the share of its figures that are right.",
)
@option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what waits as a page, where it is judged with the same keys.",
)
@option(
    "--decisions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Enter the decisions that such a page downloaded.",
)
@lang
@as_json
def review(
    *,
    place: str | None,
    accept: str | None,
    precision: float,
    html: Path | None,
    decisions: Path | None,
    lang: Language,
    as_json: bool,
) -> None:
    """Judge proposals one by one: a accept, c correct, r reject, s skip, q quit.

    Keys may come from a pipe, one a line, a corrected value on the line after c. What was accepted is in
    inbox/communiques.csv, which the next build takes in; what was rejected is not shown again. A file of decisions is
    entered whole or not at all: one about a proposal that has changed since is refused.
    """
    from g60_pipeline.cli import communique_review  # noqa: PLC0415

    communique_review.review(
        place=place,
        accept=accept,
        precision=precision,
        html=html,
        decisions=decisions,
        lang=lang,
        as_json=as_json,
    )


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
    from g60_pipeline.cli import communique_extract  # noqa: PLC0415  - loads the rules

    communique_extract.extract(list(files), csv_file=csv_file, place=place, year=year, as_json=as_json)
