"""The live sources in Dagster: an asset each, which asks the source and archives what it answers.

A source that said nothing new is materialized with the data version it had, so that nothing below it is stale; one
that fails fails its own step only. OpenAlex is divided by year. A build selects no source: it reads the archive.
"""

# Dagster reads the annotations of asset functions as objects, so they are not postponed here.

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import dagster as dg
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG
from pydantic import Field

from g60_pipeline.catalog import LiveSource, Source, load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.fingerprint import code_hash
from g60_pipeline.ingest.live.archive import Archive, Attempt, BusyError
from g60_pipeline.ingest.live.http.settings import NetworkSettings
from g60_pipeline.ingest.live.replay import TIME_ZONE
from g60_pipeline.orchestration.asset_metadata import column_schema
from g60_pipeline.orchestration.failures import plain_failures
from g60_pipeline.orchestration.incidents import report_settings, report_source
from g60_pipeline.orchestration.resources import Folder
from g60_pipeline.refresh import alerts
from g60_pipeline.refresh.run import NoSuchPartError, refresh
from g60_pipeline.settings import Settings
from g60_pipeline.tables import table

SOURCE_GROUP: Final = "sources"
"""Group of the source assets."""

ASKING: Final = "asking "
"""What the log message of a request begins with."""

YEARLY: Final = "openalex"
"""Source whose asset is divided by year."""

LIVE: Final = {plan.source_id: plan for plan in load_catalog().live}
"""Every live source of the catalog."""

YEARS: Final = dg.TimeWindowPartitionsDefinition(
    start=str(LIVE[YEARLY].options["first_year"]), fmt="%Y", cron_schedule="0 0 1 1 *", timezone=TIME_ZONE.key
)
"""Years of publication, each there once it is over."""


class RefreshConfig(dg.Config):
    """What to refresh of a source."""

    parts: list[str] = Field(
        default=[],
        description="Parts besides the partitions of the run; without either those the connector proposes.",
    )
    accept: bool = Field(
        default=False, description="A person has looked: a jump of a unit and the loss of many rows are accepted."
    )
    now: bool = Field(
        default=False, description="Ask even where the source wanted to be left alone, which is for a day at most."
    )
    consent: bool = Field(
        default=False,
        description="You have read the terms of the source and want it to be asked. Needed by those whose schedule is "
        "stopped, and by no other.",
    )


def source_key(source_id: str) -> dg.AssetKey:
    """Return the asset key of a live source."""
    return dg.AssetKey(["source", source_id])


def op_name(source_id: str) -> str:
    """Return the name of a source's step, under which a run is configured."""
    return source_key(source_id).to_python_identifier()


def run_of(source_id: str, parts: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return how a run takes parts of a source: those of its configuration, and its tags.

    Years that follow each other are partitions of the run. All other parts are named in the configuration, and what
    the run brings is then shown on the asset, not on a year of it.
    """
    years = sorted(part for part in parts if source_id == YEARLY and part.isdecimal() and YEARS.has_partition_key(part))
    if not years or any(int(after) - int(before) > 1 for before, after in pairwise(years)):
        return list(parts), {}
    tags = {ASSET_PARTITION_RANGE_START_TAG: years[0], ASSET_PARTITION_RANGE_END_TAG: years[-1]}
    return [part for part in parts if part not in years], tags


def source_asset(plan: LiveSource, source: Source) -> dg.AssetsDefinition:
    """Return the asset of a live source.

    Args:
        plan: How the source is asked.
        source: Its entry in `sources.yaml`.
    """

    @dg.asset(
        key=source_key(plan.source_id),
        description=f"{source.name_en} · {source.name_zh}: what it answers, archived as received. {plan.schedule.why}",
        group_name=SOURCE_GROUP,
        owners=["team:g60"],
        kinds={"python", "http"},
        tags={"layer": "source"},
        metadata={
            "page": dg.MetadataValue.url(plan.page_url),
            "asked_at": plan.base_url,
            "dagster/column_schema": column_schema(table("core.answer")),
        },
        code_version=code_hash([f"g60_pipeline.ingest.live.{plan.source_id}.connector"]),
        partitions_def=YEARS if plan.source_id == YEARLY else None,
    )
    def refresh_source(
        context: dg.AssetExecutionContext, config: RefreshConfig, folder: dg.ResourceParam[Folder]
    ) -> Iterator[dg.MaterializeResult[None]]:
        # A run of several sources may have partitions that are not this one's.
        in_years = context.assets_def.partitions_def and (context.has_partition_key or context.has_partition_key_range)
        years = list(context.partition_keys) if in_years else []
        with plain_failures():
            check_consent(plan, given=config.consent)
            attempt = _refresh(
                context, plan.source_id, settings=folder.settings, config=config, parts=[*config.parts, *years]
            )
            if attempt.trouble is None or attempt.snapshots:
                yield dg.MaterializeResult(
                    data_version=_data_version(folder.settings, plan.source_id, years), metadata=_metadata(attempt)
                )
            if attempt.trouble is not None:
                raise attempt.trouble.error()

    return refresh_source


def check_consent(plan: LiveSource, *, given: bool) -> None:
    """Refuse to ask a source whose terms want an operator's consent, unless that is given.

    Raises:
        G60Error: It is not given.
    """
    if plan.schedule.running or given:
        return
    raise G60Error.of("source.no_consent", plan.source_id, page=plan.page_url, source=plan.source_id)


def check_settings(settings: Settings) -> None:
    """Look at the settings of the network before a source is asked: a slip there is one incident, not one per source.

    Raises:
        G60Error: A setting is unknown or wrong.
    """
    try:
        NetworkSettings.checked(settings.home, list(LIVE.values()))
    except G60Error as error:
        report_settings(settings, error)
        raise
    report_settings(settings, None)


def _refresh(
    context: dg.AssetExecutionContext, source_id: str, *, settings: Settings, config: RefreshConfig, parts: list[str]
) -> Attempt:
    """Refresh a source, and open or close its incident.

    Raises:
        G60Error: The refresh could not begin.
    """
    alerts.check_urls()
    check_settings(settings)
    try:
        attempt = refresh(
            settings,
            source_id,
            parts=parts,
            accept=config.accept,
            at_once=config.now,
            on_request=lambda name: context.log.debug(f"{ASKING}{source_id}: {name}"),
        )
    except (BusyError, NoSuchPartError):
        raise
    except G60Error as error:
        report_source(settings, source_id, error)
        raise
    report_source(settings, source_id, attempt.trouble)
    for remark in attempt.warnings:
        context.log.warning(f"{source_id}: {remark}")
    return attempt


def _data_version(settings: Settings, source_id: str, parts: list[str]) -> dg.DataVersion:
    """Return the hash of the newest snapshots of parts of a source, or of all: equal as long as nothing is new."""
    newest = {s.part: s.snapshot_id for s in Archive(settings.archive_dir).history(source_id)[0]}
    of = sorted(f"{part}\0{name}" for part, name in newest.items() if part in parts or not parts)
    return dg.DataVersion(hashlib.sha256("\n".join(of).encode()).hexdigest())


def _metadata(attempt: Attempt) -> dict[str, dg.MetadataValue]:
    return {
        "ending": dg.MetadataValue.text(attempt.ending),
        "note": dg.MetadataValue.text("something new was archived" if attempt.snapshots else "nothing changed"),
        "parts": dg.MetadataValue.text(", ".join(p for p in attempt.parts if p) or "whole"),
        "snapshots": dg.MetadataValue.text(", ".join(attempt.snapshots) or "none"),
        "dagster/row_count": dg.MetadataValue.int(attempt.rows),
        "added": dg.MetadataValue.int(attempt.changes.added),
        "removed": dg.MetadataValue.int(attempt.changes.removed),
        "changed": dg.MetadataValue.int(attempt.changes.changed),
        "requests": dg.MetadataValue.int(attempt.requests),
        "received_bytes": dg.MetadataValue.int(attempt.received_bytes),
        "remarks": dg.MetadataValue.text("\n".join(attempt.warnings) or "none"),
        "remarks_zh": dg.MetadataValue.text("\n".join(w.zh for w in attempt.warnings) or "none"),
    }


def _source_assets() -> list[dg.AssetsDefinition]:
    entries = {source.source_id: source for source in load_catalog().sources}
    return [source_asset(plan, entries[source_id]) for source_id, plan in LIVE.items()]


SOURCE_ASSETS: Final = _source_assets()
"""Assets of all live sources."""

SOURCE_KEYS: Final = [source_key(source_id) for source_id in LIVE]
"""Their keys: what the replay of the archive depends on."""
