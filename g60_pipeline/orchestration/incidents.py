"""What is alerted on: a source, a build or a run that fails, a setting, a figure that is due. How: `refresh.alerts`.

An incident of a build is reported by whoever sees it first, the command line or the daemon's sensor; never twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import Archive, Trouble
from g60_pipeline.ingest.live.archive.incidents import BUILD, DUE
from g60_pipeline.refresh import alerts
from g60_pipeline.settings import Settings
from g60_pipeline.wording import BilingualText, joined, told

SETTINGS: Final = "settings:network"
"""Name of the incident of a setting that keeps every source from being asked."""


def job_name(source_id: str) -> str:
    """Return the name of the job that refreshes a source."""
    return f"refresh_{source_id}"


def report_source(settings: Settings, source_id: str, trouble: Trouble | G60Error | None) -> None:
    """Alert on a refresh that failed or could not begin, once per incident; no trouble closes the incident."""
    incident = f"source:{source_id}"
    if trouble is None:
        alerts.resolve(settings, incident)
        alerts.resolve(settings, _of_run(job_name(source_id)))
        return
    newest = max(
        (s.snapshot.fetched_at for s in Archive(settings.archive_dir).in_force(source_id).values()), default=None
    )
    force = told("alert.in_force", day=newest) if newest else told("alert.nothing_held")
    title = told("alert.title.source", source=source_id)
    alerts.report(settings, incident, title=title, body=_words(trouble, force))


def report_settings(settings: Settings, trouble: G60Error | None) -> None:
    """Alert on a setting that keeps every source from being asked: one incident, however many sources wait for it."""
    if trouble is None:
        alerts.resolve(settings, SETTINGS)
    else:
        body = _words(trouble, told("alert.archive_stays"))
        alerts.report(settings, SETTINGS, title=told("alert.title.settings"), body=body)


def report_run(settings: Settings, job: str, *, run_id: str, deaths: Sequence[str]) -> None:
    """Alert on a refresh run that died before its sources had said how they ended; without deaths the incident closes.

    Args:
        settings: Where open incidents are kept.
        job: Job of the run.
        run_id: The run.
        deaths: Why it died, in words.
    """
    if not deaths:
        alerts.resolve(settings, _of_run(job))
        return
    body = told("alert.run", deaths=joined(deaths), run=run_id)
    alerts.report(settings, _of_run(job), title=told("alert.title.run", job=job), body=body)


def report_build(settings: Settings, run_id: str, failures: Sequence[str]) -> None:
    """Alert on a failed build, once per incident; a build without failures closes the incident."""
    if not failures:
        alerts.resolve(settings, BUILD)
    elif alerts.alert_urls():
        body = told("alert.build", failures=joined(failures), run=run_id)
        alerts.report(settings, BUILD, title=told("alert.title.build"), body=body)


def report_due(settings: Settings, rows: pl.DataFrame) -> None:
    """Alert on every figure that is due, and close the incidents of those that have come in.

    Args:
        settings: Where open incidents are kept.
        rows: What `metrics.calendar.due_and_not_held` found.
    """
    if not alerts.alert_urls():
        return
    due = {f"{DUE}{row['indicator_id']}:{row['reference_year']}": row for row in rows.iter_rows(named=True)}
    for name, row in due.items():
        title = told("alert.title.due", indicator=row["indicator_id"], year=row["reference_year"])
        alerts.report(settings, name, title=title, body=BilingualText(row["finding_en"], row["finding_zh"]))
    for name in alerts.open_incidents(settings):
        if name.startswith(DUE) and name not in due:
            alerts.resolve(settings, name)


def _words(trouble: Trouble | G60Error, force: str) -> BilingualText:
    error = trouble.error() if isinstance(trouble, Trouble) else trouble
    return told("alert.trouble", subject=error.subject, rule=error.rule, remedy=error.remedy, force=force)


def _of_run(job: str) -> str:
    return f"job:{job}"
