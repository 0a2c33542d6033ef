"""Stores bodies by content, snapshots and attempts by name; finds what is damaged. What rows mean is not known here."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import ValidationError

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import order
from g60_pipeline.ingest.live.archive.records import MEND, Attempt, Damage, Snapshot, SnapshotWithAnswers
from g60_pipeline.ingest.live.archive.strays import own, strays
from g60_pipeline.whole_files import write_whole
from g60_pipeline.wording import told

UNREAD: Final = told("live.remedy.unread")
"""Remedy for the record of a refresh, and for an answer that only such a record names."""


class BusyError(G60Error):
    """Another refresh of the source is running: nothing is wrong with it."""


class Archive:
    """The archive under one folder. Files are written beside their place and renamed; nothing is ever overwritten."""

    def __init__(self, root: Path) -> None:
        """Name the folder; it is made when something is kept."""
        self.root = root

    def put(self, content: bytes) -> str:
        """Store a body and return its SHA-256. One that is there is not written again; a damaged one is replaced."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._object(digest)
        if not (path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content):
            _write(path, content)
        return digest

    def get(self, digest: str) -> bytes:
        """Return a body.

        Raises:
            G60Error: It is missing, or no longer what its name says.
        """
        path = self._object(digest)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise G60Error(self._label(path), told("live.archive.not_read", reason=error.strerror), MEND) from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise G60Error(self._label(path), told("live.archive.other_content"), MEND)
        return content

    def add(self, snapshot: Snapshot) -> str:
        """Store a snapshot whose bodies are stored already, and return its identifier."""
        name = snapshot.snapshot_id
        _write(self._snapshot(snapshot.source_id, name), snapshot.model_dump_json().encode())
        return name

    def sources(self) -> list[str]:
        """Return the sources that have snapshots or were ever asked."""
        held = {folder.name for folder in (self.root / "snapshots").glob("*") if folder.is_dir()}
        asked = {file.parent.name for file in own(self.root, "attempts/*/*")}
        return sorted(held | asked | {file.stem for file in own(self.root, "log/*.jsonl")})

    def history(self, source_id: str) -> tuple[list[Snapshot], list[Damage]]:
        """Return the snapshots of a source whose records are whole, oldest first, and what is damaged or missing."""
        held: dict[str, Snapshot] = {}
        damages: list[Damage] = []
        for path in own(self.root, f"snapshots/{source_id}/*.json"):
            try:
                snapshot = Snapshot.model_validate_json(path.read_bytes())
                intact = snapshot.snapshot_id == path.stem
            except (ValidationError, OSError):
                intact = False
            if intact and snapshot.source_id == source_id:
                held[path.stem] = snapshot
            elif intact:  # no snapshot of this source is lost, so that none is named
                rule = told("live.archive.of_another", source=snapshot.source_id)
                remedy = told("live.remedy.move_home", source=snapshot.source_id)
                damages.append(Damage(self._label(path), rule, source_id=source_id, remedy=remedy))
            else:
                rule = told("live.archive.record_damaged")
                damages.append(Damage(self._label(path), rule, source_id=source_id, snapshot_id=path.stem))
        known = {d.snapshot_id for d in damages} | held.keys()
        named = [name for attempt in self.attempts(source_id) for name in attempt.snapshots]
        linked = [s.previous for s in held.values() if s.previous]
        damages += [
            Damage(
                self._label(self._snapshot(source_id, name)),
                told("live.archive.record_missing"),
                source_id=source_id,
                snapshot_id=name,
            )
            for name in dict.fromkeys([*named, *linked])
            if name not in known
        ]
        return order.in_order(held), damages

    def whole(self, source_id: str) -> tuple[list[SnapshotWithAnswers], list[Damage]]:
        """Return the snapshots of a source that are whole, bodies and all, oldest first, and what is damaged."""
        snapshots, damages = self.history(source_id)
        bodies: dict[str, bytes] = {}
        found: list[SnapshotWithAnswers] = []
        for snapshot in snapshots:
            try:
                for record in snapshot.answers:
                    if record.sha256 not in bodies:
                        bodies[record.sha256] = self.get(record.sha256)
            except G60Error as error:
                damages.append(
                    Damage(
                        error.subject,
                        error.rule,
                        source_id=source_id,
                        part=snapshot.part,
                        snapshot_id=snapshot.snapshot_id,
                    )
                )
                continue
            found.append(_with_answers(snapshot, bodies.__getitem__))
        return found, damages

    def in_force(self, source_id: str) -> dict[str, SnapshotWithAnswers]:
        """Return the newest whole snapshot of every part of a source."""
        found: dict[str, SnapshotWithAnswers] = {}
        for snapshot in reversed(self.history(source_id)[0]):
            if snapshot.part not in found:
                with contextlib.suppress(G60Error):
                    found[snapshot.part] = _with_answers(snapshot, self.get)
        return found

    def note(self, attempt: Attempt) -> None:
        """Store the record of a refresh, under the next number of its source and the hash of its content."""
        content = attempt.model_dump_json().encode()
        files = own(self.root, f"attempts/{attempt.source_id}/*.json")
        number = int(files[-1].name.partition("-")[0]) + 1 if files else 1
        name = f"{number:06}-{hashlib.sha256(content).hexdigest()[:12]}.json"
        _write(self.root / "attempts" / attempt.source_id / name, content)

    def attempts(self, source_id: str) -> list[Attempt]:
        """Return the refreshes of a source in the order in which they ran; damaged records are passed over."""
        return self._attempts(source_id)[0]

    def _attempts(self, source_id: str) -> tuple[list[Attempt], list[Damage]]:
        """Return the refreshes of a source in order, and the records that are damaged."""
        found: list[Attempt] = []
        damages: list[Damage] = []
        for path in own(self.root, f"log/{source_id}.jsonl"):
            for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
                found += (attempt := _attempt(line))
                if line and not attempt:
                    rule = told("live.archive.no_record", line=number)
                    damages.append(Damage(self._label(path), rule, source_id=source_id, remedy=UNREAD))
        for path in own(self.root, f"attempts/{source_id}/*.json"):
            content = path.read_bytes()
            intact = path.stem.endswith(hashlib.sha256(content).hexdigest()[:12])
            found += (attempt := _attempt(content) if intact else [])
            if not attempt:
                rule = told("live.archive.refresh_damaged")
                damages.append(Damage(self._label(path), rule, source_id=source_id, remedy=UNREAD))
        return found, damages

    def _unread(self, source_id: str) -> list[Damage]:
        """Return what is damaged of the records of refreshes, and missing of the answers that only they name."""
        attempts, damages = self._attempts(source_id)
        named = dict.fromkeys(record.sha256 for attempt in attempts for record in attempt.received())
        gone = [body for body in map(self._object, named) if not body.is_file()]
        rule = told("live.archive.answer_missing")
        return damages + [Damage(self._label(body), rule, source_id=source_id, remedy=UNREAD) for body in gone]

    def verify(self) -> list[Damage]:
        """Return everything that is damaged or missing: bodies, records, and what the records name."""
        damages: list[Damage] = []
        for source_id in self.sources():
            of_snapshots = self.whole(source_id)[1]
            known = {d.file for d in of_snapshots}
            damages += of_snapshots + [d for d in self._unread(source_id) if d.file not in known]
        known = {d.file for d in damages}
        for path in own(self.root, "objects/*/*"):
            label = self._label(path)
            if path.is_dir():
                damages.append(Damage(label, told("live.archive.no_file"), remedy=told("live.remedy.move_away")))
            elif label not in known:
                try:
                    self.get(path.name)
                except G60Error as error:
                    damages.append(Damage(label, error.rule))
        return damages

    def strays(self) -> list[str]:
        """Return what lies in the archive and does not belong to it; it is never read and does no harm.

        Raises:
            OSError: A folder can not be read.
        """
        return [self._label(path) for path in strays(self.root)]

    def size(self) -> tuple[int, int]:
        """Return the number of stored bodies and their bytes."""
        sizes = [path.stat().st_size for path in own(self.root, "objects/*/*") if path.is_file()]
        return len(sizes), sum(sizes)

    @contextlib.contextmanager
    def refreshing(self, source_id: str) -> Iterator[None]:
        """Hold the lock of a source: two refreshes of one never run at once.

        Raises:
            BusyError: Another refresh of it is running.
            G60Error: The folder can not be written to.
        """
        path = self.root / "locks" / f"{source_id}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path, thread_local=False)
            lock.acquire(timeout=0)
        except Timeout as error:
            raise BusyError.of("archive.busy", source_id) from error
        except OSError as error:
            raise G60Error.of("archive.not_written", str(self.root), reason=error.strerror) from error
        try:
            yield
        finally:
            lock.release()

    def _object(self, digest: str) -> Path:
        return self.root / "objects" / digest[:2] / digest

    def _snapshot(self, source_id: str, name: str) -> Path:
        return self.root / "snapshots" / source_id / f"{name}.json"

    def _label(self, path: Path) -> str:
        return f"archive/{path.relative_to(self.root)}"


def _with_answers(snapshot: Snapshot, body: Callable[[str], bytes]) -> SnapshotWithAnswers:
    answers = {r.key: r.answer(body(r.sha256), source_id=snapshot.source_id) for r in snapshot.answers}
    return SnapshotWithAnswers(snapshot, answers)


def _attempt(content: bytes) -> list[Attempt]:
    """Return the record of a refresh; nothing where it is none."""
    try:
        return [Attempt.model_validate_json(content)]
    except ValidationError:
        return []


def _write(path: Path, content: bytes) -> None:
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content, durable=True)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an error with a remedy."""
    try:
        yield
    except OSError as error:
        raise G60Error.of("archive.no_room", str(path), reason=error.strerror) from error
