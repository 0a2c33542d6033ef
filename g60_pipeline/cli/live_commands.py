"""The commands on live sources as the list of commands shows them; what they do is loaded later: `live_actions`."""

from __future__ import annotations

import click

from g60_pipeline.cli.common import Group, Language, argument, as_json, examples, lang, option


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


@click.group(
    cls=Group, imported={"list": "live_actions:list_", "log": "live_actions:log", "verify": "live_actions:verify"}
)
def archive() -> None:
    """Look at what live sources answered."""
