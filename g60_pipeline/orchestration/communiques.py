"""The bureaus' communiques in Dagster: one asset, divided by place, that asks a list page and keeps a new document.

Nothing is asked by itself: the schedule is stopped, and a run states that somebody wants it. What is kept waits for
review; a build does not follow.
"""

# Dagster reads the annotations of asset functions as objects, so they are not postponed here.

import datetime as dt
from typing import Final

import dagster as dg
from pydantic import Field

from g60_pipeline.catalog import load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.fingerprint import code_hash
from g60_pipeline.ingest.communique.bureaus import bureaus
from g60_pipeline.ingest.communique.collect import CollectResult, collect
from g60_pipeline.ingest.live.replay import TIME_ZONE
from g60_pipeline.orchestration.failures import plain_failures
from g60_pipeline.orchestration.resources import Folder
from g60_pipeline.orchestration.sources import SOURCE_GROUP, source_key

SOURCE_ID: Final = "communique"
"""Name of the asset among the sources."""

JOB_NAME: Final = "collect_communiques"
"""Name of the job that asks one bureau."""

BUREAUS: Final = {bureau.geo_code: bureau for bureau in bureaus()}
"""Every bureau by its place."""

PLACES: Final = dg.StaticPartitionsDefinition(list(BUREAUS))
"""The places, by their codes."""


class CollectConfig(dg.Config):
    """What to ask a bureau for."""

    year: int = Field(default=0, description="Year of the figures; last year where it is 0.")
    consent: bool = Field(default=False, description="You want the bureau's site to be asked, within its terms.")


def consented(config: CollectConfig) -> None:
    """Refuse to ask where nobody says that it is wanted.

    Raises:
        G60Error: The run does not state it.
    """
    if not config.consent:
        raise G60Error.of("communique.no_consent", SOURCE_ID)


@dg.asset(
    key=source_key(SOURCE_ID),
    description="Statistical communiques: asks a bureau's list page for that of a year, and keeps it in "
    "documents/ as received. Its figures wait for `g60 communique review`.",
    group_name=SOURCE_GROUP,
    owners=["team:g60"],
    kinds={"python", "http"},
    tags={"layer": "source"},
    metadata={
        "bureaus": dg.MetadataValue.text("\n".join(f"{b.publisher_zh} {b.list_url or 'unknown'}" for b in bureaus()))
    },
    code_version=code_hash(["g60_pipeline.ingest.communique.collect"]),
    partitions_def=PLACES,
)
def communique(
    context: dg.AssetExecutionContext, config: CollectConfig, folder: dg.ResourceParam[Folder]
) -> dg.MaterializeResult[None]:
    """Ask the bureau of one place."""
    with plain_failures():
        consented(config)
        settings = folder.settings
        place = next(p for p in load_catalog(settings.own_corridors).geographies if p.geo_code == context.partition_key)
        now = dt.datetime.now(dt.UTC)
        collected = collect(
            BUREAUS[context.partition_key],
            place,
            year=config.year or now.astimezone(TIME_ZONE).year - 1,
            home=settings.home,
            folder=settings.documents_dir,
            now=now.isoformat(timespec="seconds"),
        )
        return dg.MaterializeResult(data_version=_data_version(collected), metadata=_metadata(collected))


def _data_version(collected: CollectResult) -> dg.DataVersion:
    return dg.DataVersion(collected.document.sha256 if collected.document else "none")


def _metadata(collected: CollectResult) -> dict[str, dg.MetadataValue]:
    document = collected.document
    note = "none is listed yet" if document is None else ("new" if collected.is_new else "known")
    return {
        "note": dg.MetadataValue.text(note),
        "document": dg.MetadataValue.text(document.title if document else "none"),
        "asked": dg.MetadataValue.text("\n".join(collected.asked)),
    }


collect_communiques = dg.define_asset_job(
    JOB_NAME,
    selection=[source_key(SOURCE_ID)],
    description="Asks the bureau of one place for its communique; what is new waits for review.",
)


@dg.schedule(
    name="communiques_by_calendar",
    job=collect_communiques,
    cron_schedule="0 9 2,16 1-6 *",
    execution_timezone=TIME_ZONE.key,
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Twice a month from January to June, when communiques come out. Stopped until somebody wants it.",
)
def communiques_by_calendar(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
    """Return a run for every bureau whose list page is known; who switches the schedule on has consented."""
    day = context.scheduled_execution_time.date().isoformat()
    config = {"ops": {source_key(SOURCE_ID).to_python_identifier(): {"config": {"consent": True}}}}
    return [
        dg.RunRequest(run_key=f"{bureau.geo_code}:{day}", partition_key=bureau.geo_code, run_config=config)
        for bureau in bureaus()
        if bureau.list_url is not None
    ]
