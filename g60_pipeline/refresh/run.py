"""The refresh of one source from the first request to the record of how it ended."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from g60_pipeline import __version__
from g60_pipeline.catalog import Catalog, LiveSource, load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import AnswerRecord, Archive, Attempt, Changes, Ending, Snapshot, Trouble, said
from g60_pipeline.ingest.live.archive.order import times_to_come
from g60_pipeline.ingest.live.connector import Job, SourceRows
from g60_pipeline.ingest.live.http.client import Client
from g60_pipeline.ingest.live.http.messages import Answer, SourceError
from g60_pipeline.ingest.live.http.settings import NetworkSettings
from g60_pipeline.ingest.live.registry import connector
from g60_pipeline.ingest.live.replay import TIME_ZONE, checked, parse, rows_hash
from g60_pipeline.ingest.live.vintages import State, older_edition, replay
from g60_pipeline.refresh.gate import validate
from g60_pipeline.refresh.session import Session, resumable_answers
from g60_pipeline.settings import Settings
from g60_pipeline.wording import told

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
        accept: A person has looked: jumps of a unit and lost rows are accepted.
        at_once: A person has decided: the source is asked even where it wanted to be left alone.
        now: The clock.
        on_request: Called with the key of every request before it is sent.

    Returns:
        Its record in the archive: new, unchanged or failed, and why.

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
            raise NoSuchPartError.of("source.no_part", f"{source_id}, {part!r}", refused=refused, source=source_id)
    network = NetworkSettings.checked(settings.home, catalog.live)
    archive = Archive(settings.archive_dir)
    with archive.refreshing(source_id):
        started = now()
        wrong_times = times_to_come(archive.history(source_id)[0], archive.attempts(source_id), now=started)
        in_force = archive.in_force(source_id)
        resumable = resumable_answers(archive, source_id, started)
        with Client(plan, network, version=__version__, now=now) as client:
            session = Session(source_id, archive, client, in_force, resumable, on_request, now)
            work = _Refresh(
                plan,
                catalog,
                wanted,
                started=started,
                today=today,
                accept=accept,
                session=session,
                wrong_times=wrong_times,
            )
            try:
                attempt = work.run(None if at_once else _cooldown(archive, source_id, started))
            except BaseException:  # only what ends the process gets here
                archive.note(
                    work.failed(G60Error(source_id, told("live.refresh.broken_off"), told("live.remedy.run_again")))
                )
                raise
            archive.note(attempt)
            return attempt


@dataclass(frozen=True)
class _Refresh:
    """Collects, reads, validates and stores; of a part everything or nothing becomes a snapshot."""

    plan: LiveSource
    catalog: Catalog
    wanted: tuple[str, ...]
    started: dt.datetime
    today: dt.date
    accept: bool
    session: Session
    wrong_times: Sequence[str]

    def run(self, quiet_until: dt.datetime | None) -> Attempt:
        """Return the record of the refresh; what a source did wrong is in it, not raised."""
        try:
            if quiet_until is not None:
                return self._left_alone(quiet_until)
            return self._refresh()
        except SourceError as error:
            return self.failed(error, retry_at=error.retry_at)
        except G60Error as error:
            return self.failed(error)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            return self.failed(
                SourceError(
                    self.plan.source_id,
                    told(
                        "live.refresh.connector_failed",
                        kind=type(error).__name__,
                        error=error,
                        line=where.lineno,
                        name=where.name,
                    ),
                    told("live.remedy.tell"),
                )
            )

    def failed(self, error: G60Error, *, retry_at: dt.datetime | None = None) -> Attempt:
        """Return the record of a refresh that failed; what it received serves the next one."""
        return self._attempt("failed", self.wanted, trouble=_trouble(error), retry_at=retry_at)

    def _attempt(self, ending: Ending, parts: tuple[str, ...], *, warnings: Sequence[str] = (), **more: Any) -> Attempt:
        """Return the record of the refresh as it ends now."""
        return Attempt(
            source_id=self.plan.source_id,
            parts=parts,
            started_at=self.started,
            ended_at=self.session.now(),
            ending=ending,
            warnings=tuple(map(said, (*self.wrong_times, *warnings))),
            requests=self.session.client.requests_sent,
            received_bytes=self.session.client.bytes_received,
            answers=tuple(self.session.received.values()),
            retried=tuple(self.session.retried),
            **more,
        )

    def _left_alone(self, retry_at: dt.datetime) -> Attempt:
        until = retry_at.astimezone(TIME_ZONE)
        return self.failed(
            SourceError(
                self.plan.source_id,
                told("live.refresh.left_alone", until=until),
                told("live.remedy.wait_until", source=self.plan.source_id),
            ),
            retry_at=retry_at,
        )

    def _refresh(self) -> Attempt:
        source, in_force = connector(self.plan.source_id), self.session.in_force
        remarks: list[str] = []
        job = Job(
            plan=self.plan,
            parts=self.wanted,
            today=self.today,
            ask=self.session.ask,
            archived=lambda part: in_force[part].answers if part in in_force else {},
            remark=remarks.append,
        )
        collected = {part: {a.key: a for a in answers} for part, answers in source.collect(job).items()}
        # An answer may have repaired a damaged body, and with it the snapshot that was passed over.
        in_force = self.session.in_force = self.session.archive.in_force(self.plan.source_id)
        before = {part: self._read_in_force(part) for part in collected}
        others = [p for p in (self._read_in_force(part) for part in in_force if part not in collected) if p is not None]
        accepted: dict[str, SourceRows] = {}
        refusals: list[SourceError] = []
        for part, answers in collected.items():
            try:
                accepted[part] = self._validated(part, answers, before=before[part], others=others)
            except SourceError as error:
                refusals.append(error)
        new = {part: p for part, p in accepted.items() if self._differs(p, before[part])}
        remarks += [w for parsed in accepted.values() for w in parsed.warnings]
        return self._attempt(
            "failed" if refusals else "new" if new else "unchanged",
            tuple(collected),
            snapshots=tuple(self._store(part, parsed, collected[part]) for part, parsed in new.items()),
            changes=self._changes(new, before),
            rows=sum(f.height for parsed in accepted.values() for f in parsed.frames().values()),
            trouble=_trouble(refusals[0]) if refusals else None,
            warnings=[*remarks, *(_remark(error) for error in refusals[1:])],
        )

    def _validated(
        self, part: str, answers: Mapping[str, Answer], *, before: SourceRows | None, others: Sequence[SourceRows]
    ) -> SourceRows:
        """Return what the answers of a part say.

        Raises:
            SourceError: It is not accepted.
        """
        parsed = checked(connector(self.plan.source_id).parse(part, answers, plan=self.plan), self.plan.source_id)
        validate(
            parsed,
            part=part,
            plan=self.plan,
            catalog=self.catalog,
            before=before,
            others=others,
            today=self.today,
            accept=self.accept,
        )
        return parsed

    def _read_in_force(self, part: str) -> SourceRows | None:
        snapshot = self.session.in_force.get(part)
        if snapshot is None:
            return None
        try:
            return parse(snapshot, self.plan)
        except SourceError:
            return None

    @staticmethod
    def _differs(parsed: SourceRows, before: SourceRows | None) -> bool:
        return before is None or rows_hash(parsed.frames()) != rows_hash(before.frames())

    def _store(self, part: str, parsed: SourceRows, answers: Mapping[str, Answer]) -> str:
        previous = self.session.in_force.get(part)
        for answer in answers.values():
            self.session.archive.put(answer.content)
        return self.session.archive.add(
            Snapshot(
                source_id=self.plan.source_id,
                part=part,
                fetched_at=max(self.started, *(a.fetched_at for a in answers.values())),
                previous=previous.snapshot_id if previous is not None else None,
                version=__version__,
                rows_hash=rows_hash(parsed.frames()),
                rows=sum(f.height for f in parsed.frames().values()),
                accepted_by_operator=self.accept,
                answers=tuple(AnswerRecord.of(a) for a in answers.values()),
            )
        )

    def _changes(self, new: Mapping[str, SourceRows], before: Mapping[str, SourceRows | None]) -> Changes:
        def state(part: str, order: int, parsed: SourceRows) -> State:
            name, at = str(order), _moment(order)
            return State(self.plan.source_id, part, name, at, self.today, parsed.frames(), parsed.edition)

        known = {part: before[part] for part in new}
        if any(parsed.edition is not None for parsed in new.values()):
            known |= {part: self._read_in_force(part) for part in self.session.in_force if part not in new}
        olds = [state(part, 0, parsed) for part, parsed in known.items() if parsed is not None]
        news = [state(part, 1, parsed) for part, parsed in new.items()]
        kinds = replay([*olds, *news]).revisions.unique(["part", "kind", "record_key"])["change"].to_list()
        alone = [s for s in news if before[s.part] is None and older_edition(s, olds) is None]
        first = sum(frame.height for s in alone for frame in s.frames.values())
        return Changes(
            added=kinds.count("added") + first, removed=kinds.count("removed"), changed=kinds.count("changed")
        )


def _trouble(error: G60Error) -> Trouble:
    return Trouble(subject=error.subject, rule=error.rule, remedy=error.remedy, zh=error.parts("zh"))


def _remark(error: G60Error) -> str:
    return told("live.remark.more", subject=error.subject, rule=error.rule, remedy=error.remedy)


def _moment(order: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, hour=order, tzinfo=dt.UTC)


def _cooldown(archive: Archive, source_id: str, now: dt.datetime) -> dt.datetime | None:
    """Return until when nothing may be asked, as the last refresh says."""
    attempts = archive.attempts(source_id)
    return attempts[-1].quiet_until(now) if attempts else None
