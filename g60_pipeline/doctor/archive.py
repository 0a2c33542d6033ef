"""What `g60 doctor` looks at of the archive: its files, when each source last answered, and the open incidents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from g60_pipeline.doctor.findings import Finding
from g60_pipeline.settings import Settings
from g60_pipeline.wording import BilingualText, told

if TYPE_CHECKING:
    from g60_pipeline.catalog import LiveSource
    from g60_pipeline.ingest.live.archive import Attempt

OVERDUE: Final = 3
"""Scheduled days that may pass without an answer of a source before it is a finding."""


def of_archive(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of the archive; nothing more than its absence where nothing was ever fetched.

    Raises:
        OSError: A folder can not be read.
    """
    if not settings.archive_dir.is_dir():
        yield Finding("archive", "ok", told("doctor.archive_none", folder=settings.archive_dir))
        return
    from g60_pipeline.catalog import load_catalog  # noqa: PLC0415
    from g60_pipeline.ingest.live.archive import Archive  # noqa: PLC0415  - only where something was ever fetched
    from g60_pipeline.ingest.live.archive.incidents import damaged_file, open_incidents  # noqa: PLC0415

    archive = Archive(settings.archive_dir)
    files, size = archive.size()
    damages = archive.verify()
    if damages:
        detail = told("doctor.archive_damaged", n=len(damages), file=damages[0].file)
        yield Finding("archive", "wrong", detail, told("doctor.archive_verify"))
    else:
        detail = told("doctor.archive_whole", folder=settings.archive_dir, n=files, size=size / 1e6)
        yield Finding("archive", "ok", detail)
    strays = archive.strays()
    if strays:
        detail = told("doctor.archive_strays", n=len(strays), name=strays[0])
        yield Finding("archive", "note", detail, told("doctor.archive_delete"))
    plans = {plan.source_id: plan for plan in load_catalog().live}
    for source_id in archive.sources():
        yield _source(source_id, archive.attempts(source_id), plans.get(source_id))
    if damaged_file(settings.archive_dir) is not None:
        detail = told("doctor.incidents_unread", file=damaged_file(settings.archive_dir))
        yield Finding("incidents", "wrong", detail, told("doctor.incidents_again"))
    for name, incident in open_incidents(settings.archive_dir).items():
        state = told("doctor.alerted" if incident.get("told") else "doctor.not_alerted")
        since, english = str(incident.get("opened_at", "?"))[:16], str(incident.get("message", ""))
        message = BilingualText(english, str(incident.get("message_zh", english)))
        detail = told("doctor.incident", since=since, state=state, message=message)
        yield Finding(told("doctor.incident_named", name=name), "note", detail)


def _source(source_id: str, attempts: list[Attempt], plan: LiveSource | None) -> Finding:
    done = [a for a in attempts if a.ending != "failed"]
    newest = told("doctor.never_answered")
    if done:
        newest = told("doctor.answered", at=f"{done[-1].ended_at:%Y-%m-%d %H:%M}")
    since = (done[-1] if done else attempts[0]).started_at.date() if attempts else None
    if since is not None and plan is not None and plan.schedule.running:
        missed = scheduled_days(plan.schedule.cron, after=since, until=dt.datetime.now(dt.UTC).date())
        if missed >= OVERDUE:
            newest = told("doctor.overdue", newest=newest, n=missed)
            if attempts[-1].trouble is None:
                return Finding(source_id, "note", newest, told("doctor.refresh", source=source_id))
    if attempts and attempts[-1].trouble is not None:
        trouble = attempts[-1].trouble.error()
        detail = told("doctor.last_failed", newest=newest, rule=trouble.rule)
        return Finding(source_id, "note", detail, trouble.remedy)
    return Finding(source_id, "ok", newest)


def scheduled_days(cron: str, *, after: dt.date, until: dt.date) -> int:
    """Return how many days after one day and up to another a schedule falls on."""
    from cronsim import CronSim  # noqa: PLC0415  - only where something was ever fetched

    moments = CronSim(cron, dt.datetime.combine(after, dt.time.max))
    return len({moment.date() for moment in takewhile(lambda moment: moment.date() <= until, moments)})
