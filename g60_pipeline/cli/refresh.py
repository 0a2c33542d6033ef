"""The command that asks live sources and builds what changed. What a refresh does stands in `g60_pipeline.refresh`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from g60_pipeline.catalog import load_catalog
from g60_pipeline.cli.common import Json, Lang, examples, settings
from g60_pipeline.cli.operate import run_build
from g60_pipeline.report import outcome, refreshed, screens
from g60_pipeline.report.database import UsageError, open_warehouse
from g60_pipeline.report.words import Words
from g60_pipeline.sources.connector import UNDIVIDED
from g60_pipeline.sources.registry import connector

if TYPE_CHECKING:
    from g60_pipeline.orchestration.refresh_run import Refreshed
    from g60_pipeline.orchestration.run import BuildResult


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(
        epilog=examples(
            "g60 refresh",
            "g60 refresh worldbank wikidata",
            "g60 refresh openalex --part 2019 --part 2020",
            "g60 refresh worldbank --accept",
        )
    )(refresh)


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
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Ask live sources, archive their answers, and build what changed.

    A source that fails leaves its last good snapshot in force and does not keep the others. Exit codes: 0 done, 1 some
    source failed, 2 wrong usage.
    """
    catalog, words, home = load_catalog(), Words(lang), settings()
    known = {plan.source_id: plan for plan in catalog.live}
    for name in sources or []:
        if name not in known:
            raise UsageError(name, "it is not a live source", f"Choose among {', '.join(known)}")
    names = list(dict.fromkeys(sources or [n for n, plan in known.items() if plan.schedule.running]))
    if (part or accept) and (sources is None or len(names) != 1):
        option = "--part" if part else "--accept"
        raise UsageError(option, "it goes with one source", f"Name it: g60 refresh {names[0]} {option} …")
    if part and connector(names[0]).parts(known[names[0]], today=dt.datetime.now(dt.UTC).date()) == UNDIVIDED:
        raise UsageError("--part", f"{names[0]} is not divided into parts", f"Run g60 refresh {names[0]}")
    done = _ask(names, parts=part or [], accept=accept)
    built = run_build(home, None) if done.changed else None
    left_out = [n for n, plan in known.items() if not plan.schedule.running] if not sources else []
    if as_json:
        screens.print_json(_as_json(done, built) | {"not_asked": left_out})
    else:
        not_begun = [(f.step.removeprefix("fetch_"), f.message) for f in done.not_begun]
        shown = refreshed.names_of(catalog, words)
        screens.show(*refreshed.changes_screen(done.attempts, not_begun, names=shown, words=words))
        if left_out:
            screens.show(screens.text(words.label("consent").format(names=", ".join(left_out))))
        _tell_build(built, done, words)
    if done.failed or (built is not None and not built.success):
        raise typer.Exit(1)


def _ask(names: list[str], *, parts: list[str], accept: bool) -> Refreshed:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = screens.console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("loading Dagster", total=None)
        from g60_pipeline.orchestration.refresh_run import refresh_sources  # noqa: PLC0415  - over a second to load

        return refresh_sources(
            settings(),
            names,
            parts=parts,
            accept=accept,
            on_request=lambda name: progress.update(task, description=name),
        )


def _tell_build(built: BuildResult | None, done: Refreshed, words: Words) -> None:
    if built is None:
        if not done.failed:
            screens.show(screens.text(words.label("nothing_new").format(seconds=done.seconds)))
        return
    if not built.success:
        for failure in built.failures:
            typer.echo(f"{failure.step or 'the build'} failed: {failure.message}", err=True)
        typer.echo(f"Nothing was published. `g60 ui` shows run {built.run_id}.", err=True)
        return
    with open_warehouse(settings()) as warehouse:
        screens.show(outcome.published_line(warehouse, words, published=built.published, seconds=built.seconds))


def _as_json(done: Refreshed, built: BuildResult | None) -> dict[str, Any]:
    return {
        "run_id": done.run_id,
        "seconds": done.seconds,
        "failed": done.failed,
        "sources": [refreshed.as_json(a) for a in done.attempts],
        "not_begun": [{"source": f.step.removeprefix("fetch_"), "message": f.message} for f in done.not_begun],
        "build": None
        if built is None
        else {"success": built.success, "published": built.published, "run_id": built.run_id},
    }
