"""The command that writes files to pass on: export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from g60_pipeline.cli.common import Language, argument, as_json, command, examples, from_here, lang, option, settings
from g60_pipeline.errors import UsageError
from g60_pipeline.reader import screens
from g60_pipeline.reader.words import Words
from g60_pipeline.wording import say

FORMS = ("xlsx", "csv", "parquet", "datapackage", "sdmx", "metadata", "release")
TERMS = ("open", "ask", "closed")
"""What `g60_pipeline.export` calls them; the command names them without loading it."""


@command(
    epilog=examples(
        "g60 export xlsx                      g60.xlsx: a sheet per theme, claims, sources, flags",
        "g60 export xlsx --terms ask --lang zh --to 走廊.xlsx",
        "g60 export csv --excel --to folder   CSV that Excel opens with a double click",
        "g60 export datapackage               CSV with a descriptor of every column",
        "g60 export release                   all of it, with what changed since the release before",
    )
)
@argument("form", type=click.Choice(FORMS))
@option("--to", type=click.Path(path_type=Path))
@option(
    "--terms",
    type=click.Choice(TERMS),
    default="open",
)
@option("--excel", is_flag=True)
@option(
    "--since",
    type=click.Path(exists=True, path_type=Path),
)
@lang
@as_json
def export(
    form: str, *, to: Path | None, terms: str, excel: bool, since: Path | None, lang: Language, as_json: bool
) -> None:
    """Write the warehouse as files to pass on, with citation and checksums."""
    if excel and form != "csv":
        raise UsageError.of("export.excel", "--excel")
    if since and form != "release":
        raise UsageError.of("export.since", "--since")
    from g60_pipeline.export.write import export as write  # noqa: PLC0415  - Polars and the writers, only here

    words = Words(lang)
    done = write(settings(), form, to=to, terms=terms, words=words, excel=excel, since=since)  # type: ignore[arg-type]
    if as_json:
        changes = done.changes and vars(done.changes)
        told = {"path": str(done.path), "files": done.files, "bytes": done.size, "left_out": done.left_out}
        screens.print_json(told | ({"changes": changes} if form == "release" else {}))
        return
    lines = [
        say("export.files", lang, files=done.files, size=done.size / 1e6),
        done.notice,
    ]
    if done.left_out:
        counts = words.listed(f"{table} {rows:,}" for table, rows in done.left_out.items())
        lines.append(f"{say('export.by_table', lang)}{words.colon}{counts}")
    if form == "release":
        lines.append(
            say("export.since", lang, **_counts(done.changes)) if done.changes else say("export.first_release", lang)
        )
    screens.show(screens.titled(from_here(done.path.resolve()), *map(screens.text, lines)))


def _counts(changes: object) -> dict[str, Any]:
    found = dict(vars(changes))
    return {"build": found.pop("since")} | found
