"""What `g60 doctor` looks at of the archive: its files, when each source last answered, and the open incidents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from g60_pipeline.doctor.findings import Finding
from g60_pipeline.settings import Settings

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
        yield Finding("archive", "ok", f"{settings.archive_dir}: none yet, `g60 refresh` asks the live sources")
        return
    from g60_pipeline.catalog import load_catalog  # noqa: PLC0415
    from g60_pipeline.ingest.live.archive import Archive  # noqa: PLC0415  - only where something was ever fetched
    from g60_pipeline.ingest.live.archive.incidents import damaged_file, open_incidents  # noqa: PLC0415

    archive = Archive(settings.archive_dir)
    files, size = archive.size()
    damages = archive.verify()
    if damages:
        detail = f"{len(damages)} files are damaged or missing, {damages[0].file} among them"
        yield Finding("archive", "wrong", detail, "`g60 archive verify` names all of them and what to do")
    else:
        yield Finding("archive", "ok", f"{settings.archive_dir}: whole, {files} bodies, {size / 1e6:.1f} MB")
    strays = archive.strays()
    if strays:
        detail = f"{len(strays)} files do not belong to the archive, {strays[0]} among them; they do no harm"
        yield Finding("archive", "note", detail, "`g60 archive verify` names all of them; they may be deleted")
    plans = {plan.source_id: plan for plan in load_catalog().live}
    for source_id in archive.sources():
        yield _source(source_id, archive.attempts(source_id), plans.get(source_id))
    if damaged_file(settings.archive_dir) is not None:
        detail = f"{damaged_file(settings.archive_dir)} can not be read: which incidents are open is not known"
        yield Finding("incidents", "wrong", detail, "Move it away; each incident opens again with its next failure")
    for name, incident in open_incidents(settings.archive_dir).items():
        state = "alerted" if incident.get("told") else "nobody was alerted"
        detail = f"open since {str(incident.get('opened_at', '?'))[:16]}, {state}: {incident.get('message', '')}"
        yield Finding(f"incident {name}", "note", detail)


def _source(source_id: str, attempts: list[Attempt], plan: LiveSource | None) -> Finding:
    done = [a for a in attempts if a.ending != "failed"]
    newest = f"last answered {done[-1].ended_at:%Y-%m-%d %H:%M} UTC" if done else "never answered yet"
    since = (done[-1] if done else attempts[0]).started_at.date() if attempts else None
    if since is not None and plan is not None and plan.schedule.running:
        missed = scheduled_days(plan.schedule.cron, after=since, until=dt.datetime.now(dt.UTC).date())
        if missed >= OVERDUE:
            newest += f", though {missed} days on which its schedule asks have passed"
            if attempts[-1].trouble is None:
                remedy = f"Run `g60 refresh {source_id}`; schedules run while `g60 ui` does"
                return Finding(source_id, "note", newest, remedy)
    if attempts and attempts[-1].trouble is not None:
        trouble = attempts[-1].trouble
        return Finding(source_id, "note", f"{newest}; the last refresh failed: {trouble.rule}", trouble.remedy)
    return Finding(source_id, "ok", newest)


def scheduled_days(cron: str, *, after: dt.date, until: dt.date) -> int:
    """Return how many days after one day and up to another a schedule falls on."""
    from cronsim import CronSim  # noqa: PLC0415  - only where something was ever fetched

    moments = CronSim(cron, dt.datetime.combine(after, dt.time.max))
    return len({moment.date() for moment in takewhile(lambda moment: moment.date() <= until, moments)})
