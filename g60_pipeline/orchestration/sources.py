"""The live sources in Dagster: one op that fetches each, and one external asset each that shows what it brought.

Fetching is asked for, by a job, a schedule or `g60 refresh`: "Materialize all" rebuilds from what is held.
A source that said something new is materialized, an unchanged one is observed; one that fails fails its own op only.
"""

# Dagster reads the annotations of op functions as objects, so they are not postponed here.

from typing import Final

import dagster as dg
from pydantic import Field

from g60_pipeline import __version__
from g60_pipeline.catalog import LiveSource, load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import Attempt, BusyError
from g60_pipeline.ingest.live.http.settings import NetworkSettings
from g60_pipeline.orchestration.columns import column_schema
from g60_pipeline.orchestration.failures import plain_failures
from g60_pipeline.orchestration.incidents import tell_settings, tell_source
from g60_pipeline.orchestration.resources import Folder
from g60_pipeline.refresh import alerts
from g60_pipeline.refresh.run import NoSuchPartError, refresh
from g60_pipeline.settings import Settings
from g60_pipeline.tables import table

SOURCE_GROUP: Final = "sources"
"""Group of the source assets."""

ASKING: Final = "asking "
"""What the log message of a request begins with."""


class Wanted(dg.Config):
    """What to refresh of a source."""

    parts: list[str] = Field(default=[], description="Parts, such as years; those the connector proposes when empty.")
    accept: bool = Field(
        default=False, description="A person has looked: a jump of a unit and the loss of many rows are let pass."
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
    """Return the name of the op that fetches a source."""
    return f"fetch_{source_id}"


def fetch(context: dg.OpExecutionContext, source_id: str, *, settings: Settings, wanted: Wanted) -> None:
    """Refresh a source in a Dagster run; what it brought is shown on its asset.

    Raises:
        dg.Failure: It failed, in whole or in part; parts that were believed are kept.
    """
    with plain_failures():
        alerts.check_urls()
        check_settings(settings)
        try:
            attempt = refresh(
                settings,
                source_id,
                parts=wanted.parts,
                accept=wanted.accept,
                at_once=wanted.now,
                on_request=lambda name: context.log.debug(f"{ASKING}{source_id}: {name}"),
            )
        except (BusyError, NoSuchPartError):
            raise
        except G60Error as error:
            tell_source(settings, source_id, error)
            raise
        tell_source(settings, source_id, attempt.trouble)
        for remark in attempt.warnings:
            context.log.warning(f"{source_id}: {remark}")
        key, told = source_key(source_id), _metadata(attempt)
        if attempt.snapshots:
            context.log_event(dg.AssetMaterialization(asset_key=key, metadata=told))
        elif attempt.trouble is None:
            context.log_event(dg.AssetObservation(asset_key=key, metadata=told, description="nothing changed"))
        if attempt.trouble is not None:
            raise G60Error(attempt.trouble.subject, attempt.trouble.rule, attempt.trouble.remedy)


def check_consent(plan: LiveSource, *, given: bool) -> None:
    """Refuse to ask a source whose terms want an operator's consent, unless that is given.

    Raises:
        G60Error: It is not given.
    """
    if plan.schedule.running or given:
        return
    rule = "its terms want your consent, and this run does not state it"
    remedy = f"Read {plan.page_url}; then set `consent: true` in the configuration of the run, switch its schedule on, "
    raise G60Error(plan.source_id, rule, f"{remedy}or run `g60 refresh {plan.source_id}`")


def check_settings(settings: Settings) -> None:
    """Look at the settings of the network before a source is asked: a slip there is one incident, not one per source.

    Raises:
        G60Error: A setting is unknown or wrong.
    """
    try:
        NetworkSettings.checked(settings.home, [plan for plan, _ in SPECS])
    except G60Error as error:
        tell_settings(settings, error)
        raise
    tell_settings(settings, None)


def fetch_op(plan: LiveSource) -> dg.OpDefinition:
    """Return the op that refreshes a source."""

    @dg.op(name=op_name(plan.source_id), description=f"Asks {plan.source_id} and archives what it answers.")
    def fetch_source(context: dg.OpExecutionContext, config: Wanted, folder: dg.ResourceParam[Folder]) -> None:
        with plain_failures():
            check_consent(plan, given=config.consent)
        fetch(context, plan.source_id, settings=folder.settings, wanted=config)

    return fetch_source


def _metadata(attempt: Attempt) -> dict[str, dg.MetadataValue]:
    return {
        "ending": dg.MetadataValue.text(attempt.ending),
        "parts": dg.MetadataValue.text(", ".join(p for p in attempt.parts if p) or "whole"),
        "snapshots": dg.MetadataValue.text(", ".join(attempt.snapshots) or "none"),
        "dagster/row_count": dg.MetadataValue.int(attempt.rows),
        "added": dg.MetadataValue.int(attempt.changes.added),
        "removed": dg.MetadataValue.int(attempt.changes.removed),
        "changed": dg.MetadataValue.int(attempt.changes.changed),
        "requests": dg.MetadataValue.int(attempt.requests),
        "received_bytes": dg.MetadataValue.int(attempt.received_bytes),
        "remarks": dg.MetadataValue.text("\n".join(attempt.warnings) or "none"),
    }


def _spec(plan: LiveSource, name_en: str, name_zh: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=source_key(plan.source_id),
        description=f"{name_en} · {name_zh}: what it answers, archived as received. {plan.schedule.why}",
        group_name=SOURCE_GROUP,
        owners=["team:g60"],
        kinds={"python", "http"},
        tags={"layer": "source"},
        metadata={
            "page": dg.MetadataValue.url(plan.page_url),
            "asked_at": plan.base_url,
            "dagster/column_schema": column_schema(table("core.answer")),
        },
        code_version=__version__,
    )


def _specs() -> tuple[tuple[LiveSource, dg.AssetSpec], ...]:
    catalog = load_catalog()
    names = {s.source_id: s for s in catalog.sources}
    return tuple(
        (plan, _spec(plan, names[plan.source_id].name_en, names[plan.source_id].name_zh)) for plan in catalog.live
    )


SPECS: Final = _specs()
"""Every live source with its asset."""

OPS: Final = {plan.source_id: fetch_op(plan) for plan, _ in SPECS}
"""Every live source with its op."""

SOURCE_ASSETS: Final = [spec for _, spec in SPECS]
"""Assets of all live sources. They are external: only the ops bring something new."""

SOURCE_KEYS: Final = [spec.key for spec in SOURCE_ASSETS]
"""Their keys: what the replay of the archive depends on."""
