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
    force = f"In force stays the snapshot of {newest:%Y-%m-%d}." if newest else "Nothing of it is archived yet."
    title = f"g60_pipeline: {source_id} could not be refreshed"
    alerts.report(settings, incident, title=title, body=f"{_words(trouble)} {force}")


def report_settings(settings: Settings, trouble: G60Error | None) -> None:
    """Alert on a setting that keeps every source from being asked: one incident, however many sources wait for it."""
    if trouble is None:
        alerts.resolve(settings, SETTINGS)
    else:
        body = f"{_words(trouble)} What is archived stays in force."
        alerts.report(settings, SETTINGS, title="g60_pipeline: no source can be asked", body=body)


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
    remedy = f"Run {run_id} in the Dagster UI says more; run the job again, or `g60 refresh`"
    body = f"{'; '.join(deaths)}. {remedy}. What is archived stays in force."
    alerts.report(settings, _of_run(job), title=f"g60_pipeline: a run of {job} died", body=body)


def report_build(settings: Settings, run_id: str, failures: Sequence[str]) -> None:
    """Alert on a failed build, once per incident; a build without failures closes the incident."""
    if not failures:
        alerts.resolve(settings, BUILD)
    elif alerts.alert_urls():
        force = f"The warehouse published before stays in force; run {run_id} in the Dagster UI says more."
        body = f"{'; '.join(failures)}. {force}"
        alerts.report(settings, BUILD, title="g60_pipeline: the build failed", body=body)


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
        title = f"g60_pipeline: {row['indicator_id']} of {row['reference_year']} is due"
        alerts.report(settings, name, title=title, body=row["finding"])
    for name in alerts.open_incidents(settings):
        if name.startswith(DUE) and name not in due:
            alerts.resolve(settings, name)


def _words(trouble: Trouble | G60Error) -> str:
    return f"{trouble.subject}: {trouble.rule}. {trouble.remedy}."


def _of_run(job: str) -> str:
    return f"job:{job}"
