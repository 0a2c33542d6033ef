"""The commands on live sources, as Typer sees them: refresh, and the archive. What they do stands in `live_work`.

They are kept apart so that other commands start without loading the catalog and the contracts.
"""

from __future__ import annotations

from typing import Annotated

import typer

from g60_pipeline.cli.common import Json, Lang, examples

Source = Annotated[str | None, typer.Argument(help="One live source, such as worldbank; all of them without one.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(
        epilog=examples(
            "g60 refresh",
            "g60 refresh worldbank wikidata",
            "g60 refresh openalex --part 2019 --part 2020",
            "g60 refresh worldbank --accept",
        )
    )(refresh)
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look at what live sources answered.")
    group.command("list", epilog=examples("g60 archive list", "g60 archive list worldbank"))(list_)
    group.command(epilog=examples("g60 archive log", "g60 archive log sse_star --json"))(log)
    group.command(epilog=examples("g60 archive verify"))(verify)
    app.add_typer(group, name="archive")


def refresh(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Live sources; those that need no consent of yours when none is named.", show_default=False
        ),
    ] = None,
    *,
    part: Annotated[
        list[str] | None, typer.Option(help="Part of the one source named, such as a year; may stand several times.")
    ] = None,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="You have looked: take a jump of a unit, or the loss of many rows, as it is."),
    ] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Ask even where a source wanted to be left alone, which is for a day at most.")
    ] = False,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Ask live sources, archive their answers, and build what changed.

    A source that fails leaves its last good snapshot in force and does not keep the others. Exit codes: 0 done, 1 some
    source failed, 2 wrong usage.
    """
    from g60_pipeline.cli import live_work  # noqa: PLC0415  - loads catalog and contracts

    live_work.refresh(sources or [], parts=part or [], accept=accept, at_once=now, lang=lang, as_json=as_json)


def list_(source: Source = None, *, lang: Lang = "en", as_json: Json = False) -> None:
    """List the snapshots, the newest first."""
    from g60_pipeline.cli import live_work  # noqa: PLC0415

    live_work.list_snapshots(source, lang=lang, as_json=as_json)


def log(source: Source = None, *, lang: Lang = "en", as_json: Json = False) -> None:
    """Show how the newest refreshes ended."""
    from g60_pipeline.cli import live_work  # noqa: PLC0415

    live_work.show_log(source, lang=lang, as_json=as_json)


def verify(*, lang: Lang = "en", as_json: Json = False) -> None:
    """Look for damaged and missing files.

    Exit code 1 when there are any; each comes with a remedy.
    """
    from g60_pipeline.cli import live_work  # noqa: PLC0415

    live_work.verify(lang=lang, as_json=as_json)
