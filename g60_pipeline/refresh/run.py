"""The refresh of one source from the first request to the record of how it ended."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from g60_pipeline import __version__
from g60_pipeline.catalog import Catalog, LiveSource, load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import AnswerRecord, Archive, Attempt, Changes, Ending, Snapshot, Trouble
from g60_pipeline.ingest.live.archive.order import times_to_come
from g60_pipeline.ingest.live.connector import Job, Parsed
from g60_pipeline.ingest.live.http.client import Client
from g60_pipeline.ingest.live.http.messages import Answer, SourceError
from g60_pipeline.ingest.live.http.settings import NetworkSettings
from g60_pipeline.ingest.live.registry import connector
from g60_pipeline.ingest.live.replay import TIME_ZONE, checked, parse, rows_hash
from g60_pipeline.ingest.live.vintages import State, older_edition, replay
from g60_pipeline.refresh.gate import judge
from g60_pipeline.refresh.session import Session, resumable_answers
from g60_pipeline.settings import Settings

Clock = Callable[[], dt.datetime]


class NoSuchPartError(G60Error):
    """A part was named that the source does not have: nothing is wrong with the source."""


def utc_now() -> dt.datetime:
    """Return the time."""
    return dt.datetime.now(dt.UTC)


def refresh(
    settings: Settings,
    source_id: str,
    *,
    parts: Sequence[str] | None = None,
    accept: bool = False,
    at_once: bool = False,
    now: Clock = utc_now,
    on_request: Callable[[str], None] = lambda _: None,
) -> Attempt:
    """Refresh one source and record how it ended. A source that fails leaves its last good snapshot in force.

    Args:
        settings: Where things are kept.
        source_id: Live source.
        parts: Parts to refresh, such as years; those the connector proposes when not given.
        accept: A person has looked: jumps of a unit and lost rows are let pass.
        at_once: A person has decided: the source is asked even where it wanted to be left alone.
        now: The clock.
        on_request: Told the key of every request before it is sent.

    Returns:
        What the log of the archive says of it: new, unchanged or failed, and why.

    Raises:
        G60Error: There is no such source or part, another refresh of it is running, or the settings are wrong.
    """
    catalog = load_catalog(settings.own_corridors)
    source = connector(source_id)
    plan = catalog.live_source(source_id)
    today = now().astimezone(TIME_ZONE).date()
    proposed = source.parts(plan, today=today)
    wanted = tuple(parts) if parts else proposed
    for part in wanted:
        refused = source.refused(part, plan, today=today)
        if refused is not None:
            remedy = f"Name another one, or run `g60 refresh {source_id}` without parts"
            raise NoSuchPartError(f"{source_id}, part {part!r}", refused, remedy)
    network = NetworkSettings.checked(settings.home, catalog.live)
    archive = Archive(settings.archive_dir)
    with archive.refreshing(source_id):
        started = now()
        wrong_times = times_to_come(archive.history(source_id)[0], archive.attempts(source_id), now=started)
        held = archive.in_force(source_id)
        resumable = resumable_answers(archive, source_id, started)
        with Client(plan, network, version=__version__, now=now) as client:
            session = Session(source_id, archive, client, held, resumable, on_request, now)
            work = _Work(
                plan,
                catalog,
                wanted,
                started=started,
                today=today,
                accept=accept,
                session=session,
            )

            def note(ended: _Ended) -> Attempt:
                attempt = Attempt(
                    source_id=source_id,
                    parts=ended.parts,
                    started_at=started,
                    ended_at=now(),
                    ending=ended.ending,
                    trouble=ended.trouble,
                    warnings=(*wrong_times, *ended.warnings),
                    snapshots=ended.snapshots,
                    changes=ended.changes,
                    rows=ended.rows,
                    requests=client.requests_sent,
                    received_bytes=client.bytes_received,
                    retry_at=ended.retry_at,
                    answers=tuple(session.received.values()),
                    retried=tuple(session.retried),
                )
                archive.note(attempt)
                return attempt

            try:
                return note(work.run(None if at_once else _cooldown(archive, source_id, started)))
            except BaseException:  # of `run` only what breaks a process off gets here
                note(work.broken_off())
                raise


@dataclass(frozen=True)
class _Ended:
    ending: Ending
    parts: tuple[str, ...]
    trouble: Trouble | None = None
    warnings: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    retry_at: dt.datetime | None = None
    changes: Changes = field(default_factory=Changes)
    rows: int = 0


@dataclass(frozen=True)
class _Work:
    """Collects, reads, judges and keeps; of a part everything or nothing becomes a snapshot."""

    plan: LiveSource
    catalog: Catalog
    wanted: tuple[str, ...]
    started: dt.datetime
    today: dt.date
    accept: bool
    session: Session

    def run(self, quiet_until: dt.datetime | None) -> _Ended:
        """Return how the work ended; what a source did wrong is told, not raised."""
        try:
            if quiet_until is not None:
                return self._left_alone(quiet_until)
            return self._work()
        except SourceError as error:
            return self._failed(error, retry_at=error.retry_at)
        except G60Error as error:
            return self._failed(error)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            rule = f"its connector failed with {type(error).__name__}: {error} (line {where.lineno} of {where.name})"
            return self._failed(
                SourceError(self.plan.source_id, rule, "Tell the maintainers; the answers are archived")
            )

    def broken_off(self) -> _Ended:
        """Return the ending of a refresh somebody stopped: what it received serves the next one."""
        return self._failed(G60Error(self.plan.source_id, "the refresh was broken off", "Run it again"))

    def _left_alone(self, retry_at: dt.datetime) -> _Ended:
        until = retry_at.astimezone(TIME_ZONE)
        rule = f"it asked to be left alone until {until:%Y-%m-%d %H:%M} (China time); nothing was sent"
        remedy = f"Wait until then, or run `g60 refresh {self.plan.source_id} --now`"
        return self._failed(SourceError(self.plan.source_id, rule, remedy), retry_at=retry_at)

    def _failed(self, error: G60Error, retry_at: dt.datetime | None = None) -> _Ended:
        trouble = Trouble(subject=error.subject, rule=error.rule, remedy=error.remedy)
        return _Ended("failed", self.wanted, trouble=trouble, retry_at=retry_at)

    def _work(self) -> _Ended:
        source, held = connector(self.plan.source_id), self.session.held
        remarks: list[str] = []
        job = Job(
            plan=self.plan,
            parts=self.wanted,
            today=self.today,
            ask=self.session.ask,
            held=lambda part: held[part].answers if part in held else {},
            remark=remarks.append,
        )
        collected = {part: {a.key: a for a in answers} for part, answers in source.collect(job).items()}
        # An answer may have mended a damaged body, and with it the snapshot that was passed over.
        held = self.session.held = self.session.archive.in_force(self.plan.source_id)
        before = {part: self._read_held(part) for part in collected}
        others = [p for p in (self._read_held(part) for part in held if part not in collected) if p is not None]
        read: dict[str, Parsed] = {}
        troubles: list[SourceError] = []
        for part, answers in collected.items():
            try:
                read[part] = self._believed(part, answers, held=before[part], others=others)
            except SourceError as error:
                troubles.append(error)
        new = {part: p for part, p in read.items() if self._differs(p, before[part])}
        names = tuple(self._keep(part, parsed, collected[part]) for part, parsed in new.items())
        told = _Ended(
            "new" if new else "unchanged",
            tuple(collected),
            warnings=(*remarks, *(w for parsed in read.values() for w in parsed.warnings)),
            snapshots=names,
            changes=self._changes(new, before),
            rows=sum(f.height for parsed in read.values() for f in parsed.frames().values()),
        )
        return self._failed_in_part(told, troubles) if troubles else told

    def _believed(
        self, part: str, answers: Mapping[str, Answer], *, held: Parsed | None, others: Sequence[Parsed]
    ) -> Parsed:
        """Return what the answers of a part say, if it may be believed.

        Raises:
            SourceError: It may not.
        """
        parsed = checked(connector(self.plan.source_id).parse(part, answers, plan=self.plan), self.plan.source_id)
        judge(
            parsed,
            part=part,
            plan=self.plan,
            catalog=self.catalog,
            held=held,
            others=others,
            today=self.today,
            accept=self.accept,
        )
        return parsed

    def _failed_in_part(self, told: _Ended, troubles: list[SourceError]) -> _Ended:
        """Return the ending where some parts were refused; the others were kept."""
        first = self._failed(troubles[0])
        return replace(
            told,
            ending="failed",
            trouble=first.trouble,
            warnings=(*told.warnings, *(f"{t.subject}: {t.rule}. {t.remedy}" for t in troubles[1:])),
        )

    def _read_held(self, part: str) -> Parsed | None:
        found = self.session.held.get(part)
        if found is None:
            return None
        try:
            return parse(found, self.plan)
        except SourceError:
            return None

    @staticmethod
    def _differs(parsed: Parsed, before: Parsed | None) -> bool:
        return before is None or rows_hash(parsed.frames()) != rows_hash(before.frames())

    def _keep(self, part: str, parsed: Parsed, answers: Mapping[str, Answer]) -> str:
        found = self.session.held.get(part)
        for answer in answers.values():
            self.session.archive.put(answer.content)
        return self.session.archive.add(
            Snapshot(
                source_id=self.plan.source_id,
                part=part,
                fetched_at=max(self.started, *(a.fetched_at for a in answers.values())),
                previous=found.snapshot_id if found is not None else None,
                version=__version__,
                rows_hash=rows_hash(parsed.frames()),
                rows=sum(f.height for f in parsed.frames().values()),
                accepted_by_operator=self.accept,
                answers=tuple(AnswerRecord.of(a) for a in answers.values()),
            )
        )

    def _changes(self, new: Mapping[str, Parsed], before: Mapping[str, Parsed | None]) -> Changes:
        def state(part: str, order: int, parsed: Parsed) -> State:
            name, at = str(order), _moment(order)
            return State(self.plan.source_id, part, name, at, self.today, parsed.frames(), parsed.edition)

        held = {part: before[part] for part in new}
        if any(parsed.edition is not None for parsed in new.values()):
            held |= {part: self._read_held(part) for part in self.session.held if part not in new}
        olds = [state(part, 0, parsed) for part, parsed in held.items() if parsed is not None]
        news = [state(part, 1, parsed) for part, parsed in new.items()]
        told = replay([*olds, *news]).revisions.unique(["part", "kind", "record_key"])["change"].to_list()
        alone = [s for s in news if before[s.part] is None and older_edition(s, olds) is None]
        first = sum(frame.height for s in alone for frame in s.frames.values())
        return Changes(added=told.count("added") + first, removed=told.count("removed"), changed=told.count("changed"))


def _moment(order: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, hour=order, tzinfo=dt.UTC)


def _cooldown(archive: Archive, source_id: str, now: dt.datetime) -> dt.datetime | None:
    """Return until when nothing may be asked, as the last refresh says."""
    attempts = archive.attempts(source_id)
    return attempts[-1].quiet_until(now) if attempts else None
