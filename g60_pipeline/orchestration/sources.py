"""One asset per live source: fetching it is asked for, by a job, a schedule or `g60 refresh`. Nothing is computed here.

An asset materializes only when the source said something new; an unchanged one is observed, so that nothing downstream
runs. A source that fails fails its own step and no other.
"""

# Dagster reads the annotations of asset functions as objects, so they are not postponed here.

from collections.abc import Iterator, Sequence
from typing import Final

import dagster as dg
import polars as pl
from pydantic import Field

from g60_pipeline import __version__
from g60_pipeline.archive import Archive, Attempt
from g60_pipeline.catalog import LiveSource, load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration.checks import result
from g60_pipeline.orchestration.failures import plain_failures
from g60_pipeline.orchestration.resources import Folder
from g60_pipeline.refresh import alerts
from g60_pipeline.refresh.run import refresh
from g60_pipeline.settings import Settings

SOURCE_GROUP: Final = "sources"
"""Group of the source assets; no build asks for them."""

YEARLY: Final = "openalex"
"""Source whose years can be backfilled one by one."""

YEARS: Final = dg.TimeWindowPartitionsDefinition(
    start="2015", fmt="%Y", cron_schedule="0 0 1 1 *", timezone="Asia/Shanghai"
)
"""Years of publication, each there once it is over."""

NOTHING_WRONG: Final = "answers_without_remarks"
"""Check on what a connector found odd about answers it could read."""

SourceEvents = Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult | dg.AssetObservation]


class Wanted(dg.Config):
    """What to refresh of a source."""

    parts: list[str] = Field(default=[], description="Parts, such as years; those the connector proposes when empty.")
    accept: bool = Field(
        default=False, description="A person has looked: a jump of a unit and the loss of many rows are let pass."
    )


def source_key(source_id: str) -> dg.AssetKey:
    """Return the asset key of a live source."""
    return dg.AssetKey(["source", source_id])


def step_name(source_id: str) -> str:
    """Return the name of the Dagster step that fetches a source."""
    return f"fetch_{source_id}"


def tell(settings: Settings, attempt: Attempt) -> None:
    """Alert on a failed refresh, once per incident; a success closes the incident."""
    incident = f"source:{attempt.source_id}"
    if attempt.trouble is None:
        alerts.mended(settings, incident)
        return
    held = Archive(settings.archive_dir).in_force(attempt.source_id)
    since = max((f.snapshot.fetched_at for f in held.values()), default=None)
    force = f"In force stays the snapshot of {since:%Y-%m-%d}." if since else "Nothing of it is held yet."
    trouble = attempt.trouble
    alerts.failed(
        settings,
        incident,
        title=f"g60_pipeline: {attempt.source_id} could not be refreshed",
        body=f"{trouble.subject}: {trouble.rule}. {trouble.remedy}. {force}",
    )


def _events(
    context: dg.AssetExecutionContext, folder: Folder, key: dg.AssetKey, *, parts: Sequence[str], accept: bool
) -> SourceEvents:
    settings, source_id = folder.settings, key.path[-1].removesuffix("_year")
    with plain_failures():
        alerts.check_urls()
        attempt = refresh(
            settings,
            source_id,
            parts=parts,
            accept=accept,
            on_request=lambda name: context.log.debug(f"asking {source_id}: {name}"),
        )
        tell(settings, attempt)
        remarks = pl.DataFrame({"remark": list(attempt.warnings)}, schema={"remark": pl.String})
        yield result(
            dg.AssetCheckKey(key, NOTHING_WRONG),
            remarks,
            remedy="Look at the archived answer; the rows were taken",
            severity=dg.AssetCheckSeverity.WARN,
        )
        if attempt.trouble is not None:
            raise G60Error(attempt.trouble.subject, attempt.trouble.rule, attempt.trouble.remedy)
    told = _metadata(attempt)
    if attempt.ending == "new":
        version = dg.DataVersion(",".join(sorted(attempt.snapshots)))
        yield dg.MaterializeResult(asset_key=key, data_version=version, metadata=told)
    else:
        context.log_event(dg.AssetObservation(asset_key=key, metadata=told, description="nothing changed"))


def _metadata(attempt: Attempt) -> dict[str, dg.MetadataValue]:
    return {
        "ending": dg.MetadataValue.text(attempt.ending),
        "snapshots": dg.MetadataValue.json(list(attempt.snapshots)),
        "dagster/row_count": dg.MetadataValue.int(attempt.rows),
        "added": dg.MetadataValue.int(attempt.changes.added),
        "removed": dg.MetadataValue.int(attempt.changes.removed),
        "changed": dg.MetadataValue.int(attempt.changes.changed),
        "requests": dg.MetadataValue.int(attempt.requests),
        "received_bytes": dg.MetadataValue.int(attempt.received_bytes),
    }


def _spec(plan: LiveSource, name_en: str, name_zh: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=source_key(plan.source_id),
        description=f"{name_en} · {name_zh}: what it answers, archived as received. {plan.schedule.why}",
        group_name=SOURCE_GROUP,
        owners=["team:g60"],
        kinds={"python", "http"},
        tags={"layer": "source", "step": step_name(plan.source_id)},
        metadata={"page": dg.MetadataValue.url(plan.page_url), "asked_at": plan.base_url},
        code_version=__version__,
        skippable=True,
    )


def _check(key: dg.AssetKey) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        NOTHING_WRONG, asset=key, description="The connector found nothing odd about answers it could read."
    )


def _asset(spec: dg.AssetSpec) -> dg.AssetsDefinition:
    @dg.multi_asset(name=spec.tags["step"], description=spec.description, specs=[spec], check_specs=[_check(spec.key)])
    def fetch(context: dg.AssetExecutionContext, config: Wanted, folder: Folder) -> SourceEvents:
        yield from _events(context, folder, spec.key, parts=config.parts, accept=config.accept)

    return fetch


def _yearly(spec: dg.AssetSpec) -> dg.AssetsDefinition:
    key = dg.AssetKey([*spec.key.path[:-1], f"{spec.key.path[-1]}_year"])
    year = spec.replace_attributes(
        key=key,
        description=f"{spec.description} One partition a year of publication, to be backfilled.",
        tags={**spec.tags, "step": f"{spec.tags['step']}_year"},
    )

    @dg.multi_asset(
        name=year.tags["step"],
        description=year.description,
        specs=[year],
        check_specs=[_check(key)],
        partitions_def=YEARS,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def fetch(context: dg.AssetExecutionContext, config: Wanted, folder: Folder) -> SourceEvents:
        yield from _events(context, folder, key, parts=context.partition_keys, accept=config.accept)

    return fetch


def _specs() -> tuple[tuple[LiveSource, dg.AssetSpec], ...]:
    catalog = load_catalog()
    names = {s.source_id: s for s in catalog.sources}
    return tuple(
        (plan, _spec(plan, names[plan.source_id].name_en, names[plan.source_id].name_zh)) for plan in catalog.live
    )


SPECS: Final = _specs()
"""Every live source with its asset."""

YEAR_ASSET: Final = _yearly(next(spec for plan, spec in SPECS if plan.source_id == YEARLY))
"""The years of the source that is divided by year."""

SOURCE_ASSETS: Final = [*(_asset(spec) for _, spec in SPECS), YEAR_ASSET]
"""Assets of all live sources."""

SOURCE_KEYS: Final = [key for asset in SOURCE_ASSETS for key in asset.keys]
"""Their keys: what the replay of the archive depends on."""
