"""Commands that run things: build, doctor, ui. Dagster is imported only where a build or the UI is asked for."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from g60_pipeline.builds import preconditions, unchanged
from g60_pipeline.cli.common import Language, as_json, command, examples, from_here, lang, option, own_command, settings
from g60_pipeline.cli.language import language
from g60_pipeline.doctor import home as health
from g60_pipeline.errors import G60Error, UsageError
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.reader.site_manifest import is_outdated
from g60_pipeline.reader.words import Words
from g60_pipeline.report import outcome, since
from g60_pipeline.wording import in_language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from g60_pipeline.builds.result import BuildResult, StepFailure
    from g60_pipeline.reader.database import Warehouse
    from g60_pipeline.settings import Settings

PUBLICATION: Final = "publish.warehouse"
"""Table whose building is the publication."""


@command(
    epilog=examples("g60 build", "g60 build --select core.observation --select publish.warehouse", "g60 build --json")
)
@option("--select", multiple=True)
@option(
    "--without",
    multiple=True,
)
@option("--clock-is-right", is_flag=True)
@lang
@as_json
def build(
    *, select: tuple[str, ...], without: tuple[str, ...], clock_is_right: bool, lang: Language, as_json: bool
) -> None:
    """Build the warehouse and publish it."""
    home = replace(settings(), without=frozenset(without))
    preconditions.check_without(home)
    inputs = None if select or without or clock_is_right else unchanged.inputs_hash(home)
    try:
        result = unchanged.last_build(home, inputs) or run_build(home, select, clock_is_right=clock_is_right)
    except G60Error as error:
        if error.subject in select:
            raise UsageError(error.subject, error.rule, error.remedy) from error
        raise
    if not result.success:
        if as_json:
            screens.print_json(_as_json(result))
        for failure in result.failures:
            click.echo(screens.harmless(failed_line(failure, lang)), err=True)
        click.echo(say("label.not_published", lang, run=result.run_id), err=True)
        raise click.exceptions.Exit(1)

    unchanged.remember(home, inputs, result)
    if select and PUBLICATION not in select:
        if as_json:
            screens.print_json(_as_json(result))
        else:
            click.echo(say("label.built_part", lang, tables=", ".join(select), seconds=result.seconds))
        return
    with open_warehouse(home) as warehouse:
        if as_json:
            changes = since.changes_since(home.previous, home.database) if result.published else None
            changed = {"changes": changes.as_json()} if changes else {}
            not_read = {"not_read": preconditions.passed_over(home)}
            screens.print_json(_as_json(result) | not_read | outcome.as_json(warehouse) | changed)
        else:
            screens.show(*_outcome(warehouse, home, result, words=Words(lang)))


@command(epilog=examples("g60 doctor", "g60 doctor --lang zh", "g60 doctor --json"))
@lang
@as_json
def doctor(*, lang: Language, as_json: bool) -> None:
    """Look at the health of the warehouse."""
    findings = [finding.in_language(lang) for finding in health.examine(settings())]
    wrong = [f for f in findings if f.state == "wrong"]
    if as_json:
        screens.print_json({"healthy": not wrong, "findings": [f.as_json() for f in findings]})
    else:
        grid = screens.table("", say("doctor.looked_at", lang), say("doctor.found", lang))
        for finding in findings:
            found = screens.over(finding.detail, f"→ {finding.remedy}") if finding.remedy else finding.detail
            grid.add_row(say(f"doctor.state.{finding.state}", lang), finding.title(lang), found)
        verdict = say("doctor.wrong", lang, n=len(wrong)) if wrong else say("doctor.healthy", lang)
        screens.show(grid, screens.text(verdict))
    if wrong:
        raise click.exceptions.Exit(1)


@command(epilog=examples("g60 ui", "g60 ui --port 3001"))
@lang
@option("--host", default="127.0.0.1")
@option("--port", type=click.IntRange(1, 65535), default=3000)
def ui(*, host: str, port: int, lang: Language) -> None:
    """Open the Dagster UI; Ctrl-C ends it."""
    from g60_pipeline.orchestration import ui as processes  # noqa: PLC0415  - Dagster takes over a second to load

    shown = f"[{host}]" if ":" in host else host

    def on_ready() -> None:
        click.echo(say("label.ui", lang, url=f"http://{shown}:{port}"))
        sys.stdout.flush()

    processes.serve(settings(), host=host, port=port, on_ready=on_ready)


def failed_line(failure: StepFailure, lang: Language) -> str:
    """Return the line on a step of a build that failed."""
    step, message = failure.step or say("label.the_build", lang), in_language(failure.message, lang)
    return say("label.step_failed", lang, step=step, message=message)


def run_build(home: Settings, select: Sequence[str], *, clock_is_right: bool = False) -> BuildResult:
    """Build with a progress bar on standard error, where that is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = screens.console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(say("label.loading_dagster", language()), total=None)
        from g60_pipeline.orchestration.build_run import build as run_build  # noqa: PLC0415  - over a second to load
        from g60_pipeline.steps import STEPS  # noqa: PLC0415

        started: list[str] = []

        def on_step(name: str) -> None:
            started.append(name)
            total = None if select else max(len(STEPS) + 1, len(started))
            progress.update(task, description=name, completed=len(started) - 1, total=total)

        return run_build(home, selection=list(select) or None, clock_is_right=clock_is_right, on_step=on_step)


def _outcome(warehouse: Warehouse, home: Settings, result: BuildResult, *, words: Words) -> list[RenderableType]:
    """Return what a build did, what changed by it, and the headline: in full after the first publication only."""
    command = own_command()
    warnings = [(w.check, w.asset, w.count) for w in result.warnings]
    parts: list[RenderableType] = [
        screens.text(f"{in_language(text, words.language)}{words.stop}".rstrip())
        for text in (*result.leaving, *preconditions.passed_over(home))
    ]
    if is_outdated(home.report_dir, warehouse.build_id()):
        parts.append(screens.text(words.label("site_outdated").format(folder=home.report_dir)))
    parts += outcome.screen(
        warehouse, words, published=result.published, seconds=result.seconds, warnings=warnings, command=command
    )
    if result.published and not home.previous.exists():
        next_steps = outcome.next_steps(command, words, inbox=from_here(home.inbox))
        return [*parts, *outcome.first_headline(warehouse, words), next_steps]
    parts.append(outcome.short_headline(warehouse, words, command=command))
    changes = since.screen(home.previous, home.database, words, command=command) if result.published else []
    return [*parts, *changes]


def _as_json(result: BuildResult) -> dict[str, Any]:
    return {
        "success": result.success,
        "published": result.published,
        "seconds": result.seconds,
        "run_id": result.run_id,
        "failures": [{"step": f.step, "message": f.message} for f in result.failures],
        "no_longer_there": list(result.leaving),
        "warnings": [{"check": w.check, "asset": w.asset, "count": w.count} for w in result.warnings],
    }
