"""The commands on live sources as the list of commands shows them; what they do is loaded later: `live_actions`."""

from __future__ import annotations

import click

from g60_pipeline.cli.common import Group, Language, argument, as_json, command, examples, lang, option


@command(
    epilog=examples(
        "g60 refresh",
        "g60 refresh worldbank wikidata",
        "g60 refresh openalex --part 2019 --part 2020",
        "g60 refresh worldbank --accept",
    )
)
@argument("sources", nargs=-1)
@option("--part", multiple=True)
@option("--accept", is_flag=True)
@option("--now", is_flag=True)
@lang
@as_json
def refresh(
    sources: tuple[str, ...], *, part: tuple[str, ...], accept: bool, now: bool, lang: Language, as_json: bool
) -> None:
    """Ask live sources, archive their answers, and build what changed."""
    from g60_pipeline.cli import live_actions  # noqa: PLC0415  - loads catalog and contracts

    live_actions.refresh(list(sources), parts=list(part), accept=accept, at_once=now, lang=lang, as_json=as_json)


@click.group(
    cls=Group, imported={"list": "live_actions:list_", "log": "live_actions:log", "verify": "live_actions:verify"}
)
def archive() -> None:
    """Look at what live sources answered."""
