"""The site as an asset behind the publication: no part of a build, but written by itself after each one that succeeds.

A build is not kept waiting for pages, and a page that fails leaves the publication as it is.
"""

# Dagster reads the annotations of asset and sensor functions as objects, so they are not postponed here.

from typing import Final

import dagster as dg

from g60_pipeline.fingerprint import code_hash
from g60_pipeline.orchestration.assets import OWNERS, WAREHOUSE
from g60_pipeline.orchestration.failures import plain_failures, short_memory_in_words
from g60_pipeline.orchestration.resources import Folder, Home
from g60_pipeline.orchestration.schedules import REPORT, build_all
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.reader.published import published_build

MAKER: Final = "g60_pipeline.report.site.build"
"""Module that writes the site."""


@dg.asset(
    key=REPORT,
    deps=[WAREHOUSE],
    description="The site: static pages in English and Chinese over the published file, which open from disk at "
    "`warehouse/report/index.html`. Only pages whose numbers or words have changed are written again.",
    group_name="publish",
    owners=OWNERS,
    kinds={"html"},
    tags={"layer": "publish", "step": "report"},
    code_version=code_hash([MAKER]),
)
def report(home: dg.ResourceParam[Home]) -> dg.MaterializeResult[None]:
    """Write the pages of the file in force."""
    from g60_pipeline.report.site.build import build  # noqa: PLC0415  - templates, which the code location does not need

    settings = home.settings
    with plain_failures(), short_memory_in_words(), open_warehouse(settings) as warehouse:
        done = build(warehouse, settings.report_dir)
        build_id = warehouse.build_id()
    return dg.MaterializeResult(
        data_version=dg.DataVersion(build_id),
        metadata={
            "path": dg.MetadataValue.path(done.folder / "index.html"),
            "pages": done.pages,
            "files_written": done.written,
            "megabytes": round(done.size / 1e6, 2),
            "seconds": round(done.seconds, 2),
        },
    )


write_report = dg.define_asset_job(
    "write_report",
    selection=dg.AssetSelection.assets(REPORT),
    description="Writes the site of the warehouse in force.",
)


@dg.run_status_sensor(
    name="report_after_build",
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitored_jobs=[build_all],
    request_job=write_report,
    description="Writes the site once for every publication.",
)
def report_after_build(context: dg.RunStatusSensorContext, folder: dg.ResourceParam[Folder]) -> dg.SensorResult:  # noqa: ARG001  - the form Dagster calls
    """Ask for the site of what is published now; a build that changed nothing asks for none."""
    published = published_build(folder.settings.database)
    asked = [dg.RunRequest(run_key=published["build_id"])] if published else []
    return dg.SensorResult(run_requests=asked)
