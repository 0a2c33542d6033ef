"""The command that compares two published warehouses: diff."""

from __future__ import annotations

from pathlib import Path

import click

from g60_pipeline.cli.common import Language, argument, as_json, examples, lang, option
from g60_pipeline.reader import screens
from g60_pipeline.reader.words import Words
from g60_pipeline.report import diff_screen
from g60_pipeline.report.diff import difference


@click.command(
    epilog=examples("g60 diff yesterday.duckdb warehouse/g60.duckdb", "g60 diff old.duckdb new.duckdb --all --json")
)
@argument("old", type=click.Path(path_type=Path), help="Published warehouse of before.")
@argument("new", type=click.Path(path_type=Path), help="Published warehouse of after.")
@option("--all", "every", is_flag=True, help="List every changed number.")
@lang
@as_json
def diff(old: Path, new: Path, *, every: bool, lang: Language, as_json: bool) -> None:
    """Show which published numbers differ between two warehouses, and through which inputs."""
    found = difference(old, new)
    if as_json:
        screens.print_json(found.as_json())
    else:
        screens.show(*diff_screen.screen(found, Words(lang), every=every))
