"""What must hold before a build: the clock, and the inputs the last publication was made of.

One list for three readers: the build of the command line and that of Dagster, which are refused, and `g60 doctor`. What
was there at the last publication and can not be read now stops a build, unless somebody says that it is gone.

A single file that is missing from a folder with others is let go, and said: deleting a file is how a user takes figures
out. A folder that is gone or empty stops the build even if it held one file only, because a share that is not mounted
looks like that; a source of the archive stops it too, because nobody deletes one by hand. `--without` settles both.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from g60_pipeline.builds.made_of import Known, published
from g60_pipeline.errors import G60Error
from g60_pipeline.reader.database import UsageError
from g60_pipeline.settings import Settings, corridor_files, csv_files, inbox_label, live_sources

if TYPE_CHECKING:
    from g60_pipeline.ingest.live.archive import Archive

CHINA: Final = ZoneInfo("Asia/Shanghai")
"""Days are counted where the publishers are."""

ARCHIVE, CORRECTIONS, CORRIDORS, INBOX = "archive", "corrections", "corridors", "inbox"

_ARCHIVED: Final = frozenset({"attempts", "log", "objects", "snapshots"})
"""Folders of which an archive that was ever used has one; the open incidents may lie beside an unmounted one."""

RIGHT: Final = "where it is right now and was ahead then, "
"""What has to hold for a way out besides setting the clock."""


@dataclass(frozen=True)
class Refusal:
    """Why a build may not run, in the three parts of every message."""

    subject: str
    rule: str
    way_out: str
    name: str = ""
    """How its user says that it is gone: `archive`, `corrections`, `inbox`, a file or a live source; not the clock."""

    @property
    def remedy(self) -> str:
        """Return what to do about it."""
        return f"{self.way_out}; if it is gone: `g60 build --without {self.name}`" if self.name else self.way_out


def present() -> dt.datetime:
    """Return the time."""
    return dt.datetime.now(dt.UTC)


def check(settings: Settings, *, clock_is_right: bool = False) -> list[str]:
    """Return which files are no longer there, in words, or refuse the build.

    Args:
        settings: Where things are kept, and which inputs somebody has said to be gone.
        clock_is_right: A person has looked: what bears a later day was made when the clock was ahead. A publication
            of such a day is made anew, so that this is said once.

    Raises:
        UsageError: An input was said to be gone that is there.
        G60Error: The clock is wrong, or an input has vanished.
    """
    known = published(settings)
    check_without(settings)
    found = list(_refusals(settings, known, clock_is_right=clock_is_right))
    if found:
        first = found[0]
        more = f" ({len(found) - 1} more: `g60 doctor` names all)" if len(found) > 1 else ""
        raise G60Error(first.subject, first.rule, f"{first.remedy}{more}")
    if clock_is_right and known.built_at is not None and known.built_at > present():
        os.utime(settings.database)  # no longer as it was published: it is made anew, with the time of now
    return [told for _, told in _departures(settings, known)]


def departures(settings: Settings) -> list[str]:
    """Return which files the publication in force was made of and that are no longer there, in words."""
    return [told for _, told in _departures(settings, published(settings))]


def findings(settings: Settings) -> list[tuple[str, Literal["ok", "note", "wrong"], str, str]]:
    """Return for `g60 doctor` what a build would be refused for or say: what was looked at, state, detail, remedy."""
    known = published(settings)
    found: list[tuple[str, Literal["ok", "note", "wrong"], str, str]] = []
    found += [(r.subject, "wrong", r.rule, r.remedy) for r in _refusals(settings, known, clock_is_right=False)]
    found += [
        (s, "note", told, f"Run `g60 refresh {s}`") for s, told in _times_to_come(settings) if s not in str(found)
    ]
    found += [
        (name, "note", told, "Put it back, if you did not take it away") for name, told in _departures(settings, known)
    ]
    return found or [("before a build", "ok", "the clock is right, and every input of the last one is there", "")]


def check_without(settings: Settings) -> None:
    """Refuse to leave out what is there.

    Raises:
        UsageError: An input that was said to be gone is there and can be read, or bears a name no input has.
    """
    if not settings.without:
        return
    plain = replace(settings, without=frozenset())
    gone = {refusal.name for refusal in _vanished(plain, published(settings))}
    folders = {ARCHIVE: settings.archive_dir, **_folders(settings)}
    sources = live_sources()
    for name in sorted(settings.without - gone):
        kind, _, file = name.partition("/")
        if name in folders or (kind in _folders(settings) and file):
            is_there = (settings.home / name).is_file() if file else _is_filled(folders[name])
        elif name in sources:
            is_there = name in _sources_held(settings)
        else:
            choice = f"{', '.join(folders)}, a file such as inbox/mine.csv, or a live source ({', '.join(sources)})"
            raise UsageError(f"--without {name}", "no input has that name", f"Name one of {choice}")
        if is_there:
            rule = "it is there and can be read, so it is not left out"
            raise UsageError(
                f"--without {name}", rule, "Leave the option out; to take figures out, move their file away"
            )


def _refusals(settings: Settings, known: Known, *, clock_is_right: bool) -> Iterator[Refusal]:
    yield from _clock(settings, known, is_right=clock_is_right)
    yield from _vanished(settings, known)


def _clock(settings: Settings, known: Known, *, is_right: bool) -> Iterator[Refusal]:
    """Yield what contradicts the clock. That of the package's own documents no one can overrule."""
    now = present()
    today, shown = _day(now), f"it shows {_day(now)}"
    newest, document = newest_document()
    if today < newest:
        rule = f"{shown}, but this package holds a document of {newest} ({document}): its figures would be refused"
        yield Refusal("the clock", rule, "Set the clock of this machine")
        return
    if is_right:
        return
    if known.built_at is not None and _day(known.built_at) > today:
        rule = f"{shown}, but the warehouse in force was published on {_day(known.built_at)}"
        yield Refusal("the clock", rule, f"Set it; {RIGHT}run `g60 build --clock-is-right`")
    if settings.is_without(ARCHIVE) or not _is_filled(settings.archive_dir):
        return
    from g60_pipeline.ingest.live.archive.order import ahead  # noqa: PLC0415  - only where something was ever fetched

    archive = _archive(settings)
    for source_id in archive.sources():
        for snapshot in ahead(archive.history(source_id)[0], archive.attempts(source_id), now=now):
            # A publication older than a snapshot it holds was made by somebody who said that the clock was right.
            accepted = snapshot.snapshot_id in known.snapshots and known.built_at < snapshot.fetched_at  # type: ignore[operator]  # a publication with snapshots has a time
            if not accepted and not settings.is_without(source_id):
                rule = f"{shown}, but snapshot {snapshot.snapshot_id} of {source_id} was fetched on "
                way_out = (
                    f"run `g60 refresh {source_id}`, whose answer bears the right day, or `g60 build --clock-is-right`"
                )
                yield Refusal("the clock", f"{rule}{_day(snapshot.fetched_at)}", f"Set it; {RIGHT}{way_out}")


def newest_document() -> tuple[str, str]:
    """Return the day of the newest document of the package, as far as it is printed, and its identifier."""
    text = (files("g60_pipeline") / "facts" / "documents.csv").read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return max((f"{row['published']}-01-01"[:10], row["document_id"]) for row in rows if row["published"])


def _vanished(settings: Settings, known: Known) -> Iterator[Refusal]:
    """Yield the inputs of the publication in force that can not be read now."""
    for kind, folder in _folders(settings).items():
        if not settings.is_without(kind):
            yield from _vanished_files(kind, folder, settings=settings, known=known)
    if not settings.is_without(ARCHIVE):
        yield from _vanished_sources(settings, known)


def _folders(settings: Settings) -> dict[str, Path]:
    """Return the folders of files that people type, by kind."""
    return {CORRECTIONS: settings.corrections_dir, INBOX: settings.inbox, CORRIDORS: settings.corridors_dir}


def _files(kind: str, folder: Path) -> list[Path]:
    return corridor_files(folder) if kind == CORRIDORS else csv_files(folder)


def _vanished_files(kind: str, folder: Path, *, settings: Settings, known: Known) -> Iterator[Refusal]:
    try:
        found = {_label(kind, path): path for path in _files(kind, folder)}
    except G60Error as error:
        yield Refusal(error.subject, error.rule, error.remedy, name=kind)
        return
    held = sorted(f for f in known.files if f.startswith(f"{kind}/") and not settings.is_without(f))
    if held and not found:
        state = f"it holds no {'YAML' if kind == CORRIDORS else 'CSV'} file" if folder.is_dir() else "it is not there"
        rule = f"{state}, but the warehouse in force was built with {_some(held)}"
        yield Refusal(str(folder), rule, "Bring it back, or mount it", name=kind)
        return
    for name in held:
        fault = _fault(found[name], rows=known.rows.get(name, 0)) if name in found else None
        if fault:
            yield Refusal(name, f"{fault}, and the warehouse in force was built with it", "Mend it", name=name)


def _fault(path: Path, *, rows: int) -> str | None:
    """Return why a file that was read before can not be read now; one of which a build took rows may not be empty."""
    try:
        with path.open("rb") as file:
            return "it is empty now" if rows and not file.read(1) else None
    except OSError as error:
        return f"it can not be read ({error.strerror or error})"


def _vanished_sources(settings: Settings, known: Known) -> Iterator[Refusal]:
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
        rule = f"the archive can not be read ({error.strerror or error})"
        yield Refusal(str(folder), rule, "Mend its rights, or mount it", name=ARCHIVE)
        return
    if wanted and not filled:
        rule = (
            f"the archive is gone or empty, but the warehouse in force rests on its snapshots of {_some(list(wanted))}"
        )
        yield Refusal(str(folder), rule, "Bring it back, or mount it", name=ARCHIVE)
        return
    for source_id, parts in wanted.items():
        archive = _archive(settings)
        held = archive.in_force(source_id)
        lost = [part for part in parts if part not in held]
        if lost:
            which = f" of {_some(lost)}" if any(lost) else ""
            rule = f"the archive holds no whole snapshot of it{which}, but the warehouse in force rests on one"
            remedy = f"Bring archive/snapshots/{source_id} and archive/objects back from a backup, or run "
            yield Refusal(source_id, rule, f"{remedy}`g60 refresh {source_id}`", name=source_id)
            continue
        unheard = [name for (source, _), name in known.in_force.items() if source == source_id]
        unheard = [name for name in unheard if name not in _heard_of(archive, source_id)]
        if unheard:
            rule = f"the archive knows nothing of snapshot {_some(unheard)}, on which the warehouse in force rests: "
            remedy = f"Bring the newer archive back, or run `g60 refresh {source_id}`"
            yield Refusal(source_id, f"{rule}it is older than that", remedy, name=source_id)


def _heard_of(archive: Archive, source_id: str) -> set[str]:
    """Return the snapshots of which a record, damaged or not, or an entry of the log is there."""
    snapshots, damages = archive.history(source_id)
    logged = {name for attempt in archive.attempts(source_id) for name in attempt.snapshots}
    return logged | {s.snapshot_id for s in snapshots} | {d.snapshot_id for d in damages if d.snapshot_id}


def still_there(settings: Settings) -> None:
    """Refuse to publish what was made while an input of the publication in force went away.

    Raises:
        G60Error: An input has vanished since the build began.
    """
    for refusal in _vanished(settings, published(settings)):
        raise G60Error(refusal.subject, f"{refusal.rule}; it went away during the build", refusal.remedy)


def _departures(settings: Settings, known: Known) -> Iterator[tuple[str, str]]:
    """Yield the files that are no longer there while their folder can be read, and what leaves with each."""
    for kind, folder in _folders(settings).items():
        try:
            found = {_label(kind, path) for path in _files(kind, folder)}
        except G60Error:
            found = set()
        for name in sorted(f for f in known.files - found if f.startswith(f"{kind}/")):
            figures = f"{known.rows.get(name, 0)} figures and claims leave"
            leaves = {INBOX: figures, CORRECTIONS: "its corrections leave", CORRIDORS: "its corridor leaves"}[kind]
            yield name, f"{name} is no longer there: {leaves}"


def _times_to_come(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the sources whose snapshots or waits bear a time still to come, and what is said of each."""
    if not _is_filled(settings.archive_dir):
        return
    from g60_pipeline.ingest.live.archive.order import times_to_come  # noqa: PLC0415  - only where something was ever fetched

    archive = _archive(settings)
    for source_id in archive.sources():
        for told in times_to_come(archive.history(source_id)[0], archive.attempts(source_id), now=present()):
            yield source_id, told


def _archive(settings: Settings) -> Archive:
    from g60_pipeline.ingest.live.archive import Archive  # noqa: PLC0415  - only where something was ever fetched

    return Archive(settings.archive_dir)


def _sources_held(settings: Settings) -> list[str]:
    return _archive(settings).sources() if _is_filled(settings.archive_dir) else []


def _is_filled(folder: Path) -> bool:
    """Return whether a folder can be looked into and holds files of its kind."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return False
    return not _ARCHIVED.isdisjoint(names) or any(name.lower().endswith((".csv", ".yaml", ".yml")) for name in names)


def _label(kind: str, path: Path) -> str:
    return inbox_label(path) if kind == INBOX else f"{kind}/{path.name}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _day(moment: dt.datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d}"
