"""The commands on live sources, as click sees them: refresh, and the archive. What they do: `live_actions`.

They are kept apart so that other commands start without loading the catalog and the contracts.
"""

from __future__ import annotations

from typing import Final

import click

from g60_pipeline.cli.common import Language, argument, as_json, examples, lang, option

source: Final = argument("source", required=False, help="One live source, such as worldbank; all of them without one.")


@click.command(
    epilog=examples(
        "g60 refresh",
        "g60 refresh worldbank wikidata",
        "g60 refresh openalex --part 2019 --part 2020",
        "g60 refresh worldbank --accept",
    )
)
@argument("sources", nargs=-1, help="Live sources; those that need no consent of yours when none is named.")
@option("--part", multiple=True, help="Part of the one source named, such as a year; may be given several times.")
@option("--accept", is_flag=True, help="You have looked: take a jump of a unit, or the loss of many rows, as it is.")
@option("--now", is_flag=True, help="Ask even where a source wanted to be left alone, which is for a day at most.")
@lang
@as_json
def refresh(
    sources: tuple[str, ...], *, part: tuple[str, ...], accept: bool, now: bool, lang: Language, as_json: bool
) -> None:
    """Ask live sources, archive their answers, and build what changed.

    A source that fails leaves its last good snapshot in force and does not keep the others. Exit codes: 0 done, 1 some
    source failed, 2 wrong usage.
    """
    from g60_pipeline.cli import live_actions  # noqa: PLC0415  - loads catalog and contracts

    live_actions.refresh(list(sources), parts=list(part), accept=accept, at_once=now, lang=lang, as_json=as_json)


@click.group()
def archive() -> None:
    """Look at what live sources answered."""


@archive.command("list", epilog=examples("g60 archive list", "g60 archive list worldbank"))
@source
@lang
@as_json
def list_(source: str | None, *, lang: Language, as_json: bool) -> None:
    """List the snapshots, the newest first."""
    from g60_pipeline.cli import live_actions  # noqa: PLC0415

    live_actions.list_snapshots(source, lang=lang, as_json=as_json)


@archive.command(epilog=examples("g60 archive log", "g60 archive log sse_star --json"))
@source
@lang
@as_json
def log(source: str | None, *, lang: Language, as_json: bool) -> None:
    """Show how the newest refreshes ended."""
    from g60_pipeline.cli import live_actions  # noqa: PLC0415

    live_actions.show_log(source, lang=lang, as_json=as_json)


@archive.command(epilog=examples("g60 archive verify"))
@lang
@as_json
def verify(*, lang: Language, as_json: bool) -> None:
    """Look for damaged and missing files.

    Exit code 1 when there are any; each comes with a remedy.
    """
    from g60_pipeline.cli import live_actions  # noqa: PLC0415

    live_actions.verify(lang=lang, as_json=as_json)
