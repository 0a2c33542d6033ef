"""Commands on what live sources answered: list, log and verify the archive. Asking the sources is `g60 refresh`."""

from __future__ import annotations

from typing import Annotated

import typer

from g60_pipeline.archive import Archive
from g60_pipeline.catalog import load_catalog
from g60_pipeline.cli.common import Json, Lang, examples, settings
from g60_pipeline.report import refreshed, screens
from g60_pipeline.report.database import UsageError
from g60_pipeline.report.words import Words

Source = Annotated[str | None, typer.Argument(help="One live source, such as worldbank; all of them without one.")]


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look at what live sources answered.")
    group.command("list", epilog=examples("g60 archive list", "g60 archive list worldbank"))(list_)
    group.command(epilog=examples("g60 archive log", "g60 archive log sse_star --json"))(log)
    group.command(epilog=examples("g60 archive verify"))(verify)
    app.add_typer(group, name="archive")


def list_(source: Source = None, *, lang: Lang = "en", as_json: Json = False) -> None:
    """List the snapshots, the newest first."""
    archive, sources = _archive(source)
    held = [s for name in sources for s in archive.history(name)[0]]
    if as_json:
        found = [{"snapshot_id": s.snapshot_id} | s.model_dump(mode="json") for s in held]
        screens.print_json({"snapshots": found})
    elif held:
        words = Words(lang)
        screens.show(refreshed.snapshots_screen(archive, sources, names=_names(words), words=words))
    else:
        screens.show(screens.text(Words(lang).label("archive_empty")))


def log(source: Source = None, *, lang: Lang = "en", as_json: Json = False) -> None:
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


def verify(*, lang: Lang = "en", as_json: Json = False) -> None:
    """Look for damaged and missing files.

    Exit code 1 when there are any; each comes with a remedy.
    """
    archive, words = Archive(settings().archive_dir), Words(lang)
    damages = archive.verify()
    files, size = archive.size()
    if as_json:
        found = [{"file": d.file, "rule": d.rule, "remedy": d.remedy} for d in damages]
        screens.print_json({"whole": not damages, "bodies": files, "bytes": size, "damages": found})
    elif damages:
        screens.show(refreshed.damages_screen(damages, words=words))
    else:
        screens.show(screens.text(words.label("archive_whole").format(files=files, size=size / 1e6)))
    if damages:
        raise typer.Exit(1)


def _archive(source: str | None) -> tuple[Archive, list[str]]:
    known = [plan.source_id for plan in load_catalog().live]
    if source is not None and source not in known:
        raise UsageError(source, "it is not a live source", f"Choose among {', '.join(known)}")
    return Archive(settings().archive_dir), [source] if source else known


def _names(words: Words) -> dict[str, str]:
    return refreshed.names_of(load_catalog(), words)
