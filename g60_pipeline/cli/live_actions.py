"""What `g60 refresh` does, and the commands that look at the archive."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from g60_pipeline.catalog import load_catalog
from g60_pipeline.cli.common import argument, as_json, command, examples, lang, settings
from g60_pipeline.cli.operate import failed_line, run_build
from g60_pipeline.errors import UsageError
from g60_pipeline.ingest.live.archive import Archive
from g60_pipeline.ingest.live.http.settings import NetworkSettings, NoSuchSettingError
from g60_pipeline.ingest.live.registry import connector
from g60_pipeline.ingest.live.replay import TIME_ZONE
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.reader.words import Words
from g60_pipeline.report import outcome, refreshed
from g60_pipeline.wording import Language, in_language, say

source = argument("source", required=False)

if TYPE_CHECKING:
    from g60_pipeline.builds.result import BuildResult
    from g60_pipeline.orchestration.refresh_run import RefreshResult


def refresh(
    sources: list[str], *, parts: list[str], accept: bool, at_once: bool, lang: Language, as_json: bool
) -> None:
    """Ask the sources, or without names those that need no consent, and build what changed; then show what did.

    Raises:
        UsageError: There is no such source or setting, or parts were named that do not go with it.
        G60Error: A setting of the network is wrong; no request was sent.
        click.exceptions.Exit: Code 1 where a source or the build failed.
    """
    catalog, words, home = load_catalog(), Words(lang), settings()
    known = {plan.source_id: plan for plan in catalog.live}
    for name in sources:
        if name not in known:
            raise UsageError.of("source.unknown", name, known=", ".join(known))
    names = list(dict.fromkeys(sources or [n for n, plan in known.items() if plan.schedule.running]))
    if (parts or accept) and len(sources) != 1:
        option = "--part" if parts else "--accept"
        raise UsageError.of("source.one", option, source=names[0], option=option)
    for part in parts:
        refused = connector(names[0]).refused(part, known[names[0]], today=dt.datetime.now(TIME_ZONE).date())
        if refused is not None:
            raise UsageError.of("source.part", f"--part {part}", source=names[0], refused=refused)
    try:
        NetworkSettings.checked(home.home, catalog.live)
    except NoSuchSettingError as error:
        raise UsageError(error.subject, error.rule, error.remedy) from error
    done = _ask(names, parts=parts, accept=accept, at_once=at_once, words=words)
    built = run_build(home, ()) if done.changed or _unread() else None
    left_out = [n for n, plan in known.items() if not plan.schedule.running] if not sources else []
    if as_json:
        screens.print_json(_as_json(done, built) | {"not_asked": left_out})
    else:
        not_begun = [(f.step, f.message) for f in done.not_begun]
        shown = refreshed.names_of(catalog, words)
        screens.show(*refreshed.changes_screen(done.attempts, not_begun, names=shown, words=words))
        if left_out:
            screens.show(screens.text(words.label("consent").format(names=", ".join(left_out))))
        _tell_build(built, done, words)
    if done.failed or (built is not None and not built.success):
        raise click.exceptions.Exit(1)


@command("list", epilog=examples("g60 archive list", "g60 archive list worldbank"))
@source
@lang
@as_json
def list_(source: str | None, *, lang: Language, as_json: bool) -> None:
    """List the snapshots, the newest first."""
    archive, sources = _archive(source)
    snapshots = [s for name in sources for s in archive.history(name)[0]]
    if as_json:
        found = [{"snapshot_id": s.snapshot_id} | s.model_dump(mode="json") for s in snapshots]
        screens.print_json({"snapshots": found})
    elif snapshots:
        words = Words(lang)
        screens.show(refreshed.snapshots_screen(archive, sources, names=_names(words), words=words))
    else:
        screens.show(screens.text(Words(lang).label("archive_empty")))


@command(epilog=examples("g60 archive log", "g60 archive log sse_star --json"))
@source
@lang
@as_json
def log(source: str | None, *, lang: Language, as_json: bool) -> None:
    """Show how the newest refreshes ended."""
    archive, sources = _archive(source)
    attempts = [a for name in sources for a in archive.attempts(name)]
    if as_json:
        screens.print_json({"refreshes": [refreshed.as_json(a) for a in attempts]})
    elif attempts:
        words = Words(lang)
        screens.show(refreshed.log_screen(attempts, names=_names(words), words=words))
    else:
        screens.show(screens.text(Words(lang).label("archive_empty")))


@command(epilog=examples("g60 archive verify"))
@lang
@as_json
def verify(*, lang: Language, as_json: bool) -> None:
    """Look for damaged and missing files."""
    archive, words = Archive(settings().archive_dir), Words(lang)
    damages = archive.verify()
    files, size = archive.size()
    strays = archive.strays()
    if as_json:
        found = [{"file": d.file, "rule": d.rule, "remedy": d.remedy} for d in damages]
        screens.print_json({"whole": not damages, "bodies": files, "bytes": size, "damages": found, "strays": strays})
    elif damages:
        screens.show(refreshed.damages_screen(damages, words=words))
    else:
        screens.show(screens.text(words.label("archive_whole").format(files=files, size=size / 1e6)))
    if strays and not as_json:
        screens.show(screens.titled(words.label("archive_strays"), *map(screens.text, strays)))
    if damages:
        raise click.exceptions.Exit(1)


def _ask(names: list[str], *, parts: list[str], accept: bool, at_once: bool, words: Words) -> RefreshResult:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = screens.console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(words.label("loading_dagster"), total=None)
        from g60_pipeline.orchestration.refresh_run import refresh_sources  # noqa: PLC0415  - over a second to load

        return refresh_sources(
            settings(),
            names,
            parts=parts,
            accept=accept,
            at_once=at_once,
            on_request=lambda name: progress.update(task, description=name),
        )


def _unread() -> list[str]:
    """Return the snapshots that are not published: of this refresh, or of one before whose build did not come about."""
    from g60_pipeline.orchestration.sensors import unread_snapshots  # noqa: PLC0415  - loaded by now

    return unread_snapshots(settings())


def _tell_build(built: BuildResult | None, done: RefreshResult, words: Words) -> None:
    if built is None:
        if not done.failed:
            screens.show(screens.text(words.label("nothing_new").format(seconds=done.seconds)))
        return
    if not built.success:
        for failure in built.failures:
            click.echo(screens.harmless(failed_line(failure, words.language)), err=True)
        click.echo(say("label.not_published", words.language, run=built.run_id), err=True)
        return
    for text in built.leaving:
        screens.show(screens.text(f"{in_language(text, words.language)}{words.stop}".rstrip()))
    with open_warehouse(settings()) as warehouse:
        screens.show(outcome.published_line(warehouse, words, published=built.published, seconds=built.seconds))


def _as_json(done: RefreshResult, built: BuildResult | None) -> dict[str, Any]:
    return {
        "run_ids": list(done.run_ids),
        "seconds": done.seconds,
        "failed": done.failed,
        "sources": [refreshed.as_json(a) for a in done.attempts],
        "not_begun": [{"source": f.step, "message": f.message} for f in done.not_begun],
        "build": None
        if built is None
        else {"success": built.success, "published": built.published, "run_id": built.run_id},
    }


def _archive(source: str | None) -> tuple[Archive, list[str]]:
    known = [plan.source_id for plan in load_catalog().live]
    if source is not None and source not in known:
        raise UsageError.of("source.unknown", source, known=", ".join(known))
    return Archive(settings().archive_dir), [source] if source else known


def _names(words: Words) -> dict[str, str]:
    return refreshed.names_of(load_catalog(), words)
