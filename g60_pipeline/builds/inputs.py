"""Which inputs of the publication in force are no longer there, or no longer whole.

A single file that is missing from a folder with others is let go, and said: deleting a file is how a user takes figures
out. A folder that is gone or empty stops the build even if it had one file only, because a share that is not mounted
looks like that; a source of the archive stops it too, because nobody deletes one by hand. `--without` settles both.

Rows follow the same rule. Those taken out of the middle of a file, or replaced by others, are let go and said; where
the last ones are gone and nothing has come, the file looks like one that was cut off, and the build stops until
somebody says `--without FILE:gone`.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from g60_pipeline.builds.made_of import PublishedInputs
from g60_pipeline.builds.refusal import Refusal, some
from g60_pipeline.errors import G60Error
from g60_pipeline.settings import (
    CORRIDOR_SUFFIXES,
    CSV,
    INBOX_SUFFIXES,
    UNSEEN,
    Settings,
    files_of,
    inbox_label,
    others_than,
)
from g60_pipeline.wording import told

if TYPE_CHECKING:
    from g60_pipeline.ingest.live.archive import Archive

ARCHIVE, CORRECTIONS, CORRIDORS, INBOX = "archive", "corrections", "corridors", "inbox"

SUFFIXES: Final = {CORRECTIONS: (CSV,), INBOX: INBOX_SUFFIXES, CORRIDORS: CORRIDOR_SUFFIXES}
"""How the names of the files of a folder end."""

GONE: Final = ":gone"
"""What follows the name of a file where somebody says that the rows it lacks are gone for good."""

_ARCHIVED: Final = frozenset({"attempts", "log", "objects", "snapshots"})
"""Folders of which an archive that was ever used has one; the open incidents may lie beside an unmounted one."""


def vanished(settings: Settings, known: PublishedInputs) -> Iterator[Refusal]:
    """Yield the inputs of the publication in force that can not be read now, or were cut off."""
    for kind, folder in folders(settings).items():
        if not settings.is_without(kind):
            yield from _vanished_files(kind, folder, settings=settings, known=known)
    if not settings.is_without(ARCHIVE):
        yield from _vanished_sources(settings, known)


def departures(settings: Settings, known: PublishedInputs) -> Iterator[tuple[str, str]]:
    """Yield the files that have left, or have lost rows, while their folder can be read, and what leaves with each."""
    for kind, folder in folders(settings).items():
        try:
            found = _found(kind, folder)
        except G60Error:
            found = {}
        for name in sorted(f for f in known.files if f.startswith(f"{kind}/")):
            if name not in found:
                yield name, told(f"build.left.{kind}", name=name, n=known.taken.get(name, 0))
            elif not settings.is_without(kind, name):
                with contextlib.suppress(G60Error):
                    gone, _ = _lost_rows(name, found[name], known)
                    if gone:
                        yield name, told("build.left.rows", name=name, share=_share(gone, name, known))


def passed_over(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield what lies in the folders of files that people type and is not read, and what is said of it."""
    for kind, folder in folders(settings).items():
        suffixes = SUFFIXES[kind]
        endings = suffixes if kind == INBOX else suffixes[:1]
        ending = (" or ".join(endings), " 或 ".join(endings))
        try:
            others = others_than(folder, *suffixes)
        except OSError:
            continue  # that stops a build
        for path in others:
            name = f"{kind}/{path.name}".encode("utf-8", "backslashreplace").decode("utf-8")
            why = "hidden" if path.name.startswith(UNSEEN) else "not_read"
            yield name, told(f"build.{why}", name=name, kind=kind, suffix=ending)
    with contextlib.suppress(G60Error):  # that stops a build
        for name, path in _found(INBOX, settings.inbox).items():
            if path.is_symlink() and not path.exists():
                yield name, told("build.link_to_nowhere", name=name, target=path.readlink())
            elif not path.is_file():
                yield name, told("build.no_file", name=name)


def folders(settings: Settings) -> dict[str, Path]:
    """Return the folders of files that people type, by kind."""
    return {CORRECTIONS: settings.corrections_dir, INBOX: settings.inbox, CORRIDORS: settings.corridors_dir}


def archive_of(settings: Settings) -> Archive | None:
    """Return the archive; None where nothing was ever fetched."""
    if not is_filled(settings.archive_dir):
        return None
    from g60_pipeline.ingest.live.archive import Archive  # noqa: PLC0415  - only where something was ever fetched

    return Archive(settings.archive_dir)


def is_filled(folder: Path) -> bool:
    """Return whether a folder can be looked into and holds files of its kind."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return False
    return not _ARCHIVED.isdisjoint(names) or any(
        name.lower().endswith((*INBOX_SUFFIXES, *CORRIDOR_SUFFIXES)) for name in names
    )


def _found(kind: str, folder: Path) -> dict[str, Path]:
    """Return the files of a folder by label.

    Raises:
        G60Error: The folder can not be looked into.
    """
    paths = files_of(folder, *SUFFIXES[kind])
    return {inbox_label(path) if kind == INBOX else f"{kind}/{path.name}": path for path in paths}


def _vanished_files(kind: str, folder: Path, *, settings: Settings, known: PublishedInputs) -> Iterator[Refusal]:
    try:
        found = _found(kind, folder)
    except G60Error as error:
        yield Refusal(error.subject, error.rule, error.remedy, name=kind)
        return
    held = sorted(f for f in known.files if f.startswith(f"{kind}/") and not settings.is_without(f))
    if held and not found:
        none = {CORRIDORS: "none_yaml", CORRECTIONS: "none_csv", INBOX: "none_own"}[kind]
        rule = told(f"build.file.{none if folder.is_dir() else 'not_there'}", names=some(held))
        yield Refusal(str(folder), rule, told("build.file.bring_back"), name=kind)
        return
    for name in held:
        fault = _fault(found[name], rows=known.taken.get(name, 0)) if name in found else None
        if fault:
            yield Refusal(name, fault, told("build.file.mend"), name=name)
        elif name in found and not settings.is_without(f"{name}{GONE}"):
            yield from _cut(name, found[name], known)


def _fault(path: Path, *, rows: int) -> str | None:
    """Return why a file that was read before can not be read now; one of which a build took rows may not be empty."""
    try:
        with path.open("rb") as file:
            return told("build.file.empty") if rows and not file.read(1) else None
    except OSError as error:
        return told("build.file.not_read", reason=error.strerror or error)


def _cut(name: str, path: Path, known: PublishedInputs) -> Iterator[Refusal]:
    """Yield why the rows that a file has lost stop a build."""
    try:
        gone, is_cut = _lost_rows(name, path, known)
    except G60Error as error:
        rule = told("build.file.not_rows", rule=error.rule, n=len(known.rows[name]))
        yield Refusal(name, rule, error.remedy, name=f"{name}{GONE}")
        return
    if is_cut:
        rule = told("build.file.cut", share=_share(gone, name, known))
        yield Refusal(name, rule, told("build.file.bring_rows_back"), name=f"{name}{GONE}")


def _lost_rows(name: str, path: Path, known: PublishedInputs) -> tuple[int, bool]:
    """Return how many rows a file has lost since the publication in force, and whether that looks like a cut.

    It does where none has come, and those that are gone were the last ones.

    Raises:
        G60Error: Nothing can be read of it now.
    """
    then = known.rows.get(name, [])
    try:
        if not then or hashlib.sha256(path.read_bytes()).hexdigest() == known.hashes.get(name):
            return 0, False
        from g60_pipeline.ingest.own_rows import rows_in  # noqa: PLC0415  - Polars, only for a file that has changed

        now = set(rows_in(name, path))
    except OSError:
        return 0, False  # whoever reads it says so
    gone = [row for row in then if row not in now]
    return len(gone), bool(gone) and now < set(then) and gone == then[len(then) - len(gone) :]


def _share(gone: int, name: str, known: PublishedInputs) -> str:
    what = "members" if name.startswith(f"{CORRIDORS}/") else "rows"
    return told(f"build.share.{what}", gone=gone, n=len(known.rows[name]))


def _vanished_sources(settings: Settings, known: PublishedInputs) -> Iterator[Refusal]:
    wanted: dict[str, list[str]] = {}
    for source_id, part in sorted(known.in_force):
        if not settings.is_without(source_id):
            wanted.setdefault(source_id, []).append(part)
    folder = settings.archive_dir
    try:
        filled = not _ARCHIVED.isdisjoint(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        filled = False
    except OSError as error:
        rule = told("build.archive.not_read", reason=error.strerror or error)
        yield Refusal(str(folder), rule, told("build.archive.rights"), name=ARCHIVE)
        return
    if wanted and not filled:
        rule = told("build.archive.gone", names=some(list(wanted)))
        yield Refusal(str(folder), rule, told("build.file.bring_back"), name=ARCHIVE)
        return
    if not wanted:
        return
    from g60_pipeline.ingest.live.archive import Archive  # noqa: PLC0415  - only where something was ever fetched

    archive = Archive(folder)
    for source_id, parts in wanted.items():
        held = archive.in_force(source_id)
        lost = [part for part in parts if part not in held]
        if lost:
            rule = told("build.archive.lost")
            if any(lost):
                rule = told("build.archive.lost_parts", parts=some(lost))
            yield Refusal(source_id, rule, told("build.archive.backup", source=source_id), name=source_id)
            continue
        unheard = [name for (source, _), name in known.in_force.items() if source == source_id]
        unheard = [name for name in unheard if name not in _heard_of(archive, source_id)]
        if unheard:
            rule, remedy = told("build.archive.older", names=some(unheard)), "build.archive.newer_back"
            yield Refusal(source_id, rule, told(remedy, source=source_id), name=source_id)


def _heard_of(archive: Archive, source_id: str) -> set[str]:
    """Return the snapshots of which a record, damaged or not, or an entry of the log is there."""
    snapshots, damages = archive.history(source_id)
    logged = {name for attempt in archive.attempts(source_id) for name in attempt.snapshots}
    return logged | {s.snapshot_id for s in snapshots} | {d.snapshot_id for d in damages if d.snapshot_id}
