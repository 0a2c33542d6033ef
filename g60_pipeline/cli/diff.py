"""The command that compares two published warehouses: diff."""

from __future__ import annotations

from pathlib import Path

import click

from g60_pipeline.cli.common import Language, argument, as_json, command, examples, lang, option, settings
from g60_pipeline.errors import UsageError
from g60_pipeline.reader import screens
from g60_pipeline.reader.words import Words
from g60_pipeline.report import diff_screen
from g60_pipeline.report.diff import difference


@command(
    epilog=examples(
        "g60 diff                                  the last publication and the one before",
        "g60 diff yesterday.duckdb --all",
        "g60 diff old.duckdb new.duckdb --json",
    )
)
@argument("old", type=click.Path(path_type=Path), required=False)
@argument("new", type=click.Path(path_type=Path), required=False)
@option("--all", "every", is_flag=True)
@lang
@as_json
def diff(old: Path | None, new: Path | None, *, every: bool, lang: Language, as_json: bool) -> None:
    """Show which published numbers differ between two warehouses, and through which inputs."""
    home = settings()
    if old is None and not home.previous.exists():
        raise UsageError.of("diff.none_before", str(home.previous))
    found = difference(old or home.previous, new or home.database)
    if as_json:
        screens.print_json(found.as_json())
    else:
        screens.show(*diff_screen.screen(found, Words(lang), every=every))
