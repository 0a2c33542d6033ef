"""A build in Dagster's default executor: each step in a process of its own.

    python benchmarks/multiprocess.py HOME

The assets are those of a build. Only the data folder is given to them without the lock, which a run in one process has
from its first step to its last.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import dagster as dg

from g60_pipeline.orchestration.assets import ASSETS
from g60_pipeline.orchestration.resources import Home


def job() -> dg.JobDefinition:
    return dg.Definitions(
        assets=ASSETS,
        jobs=[dg.define_asset_job("everything", selection=dg.AssetSelection.assets(*ASSETS))],
        resources={"home": dg.ResourceDefinition.hardcoded_resource(Home())},  # what G60_HOME names
        executor=dg.multiprocess_executor,
    ).resolve_job_def("everything")


def main(home: Path) -> int:
    with (
        tempfile.TemporaryDirectory(dir=home) as history,
        dg.DagsterInstance.local_temp(history) as instance,
        dg.execute_job(dg.reconstructable(job), instance=instance) as result,
    ):
        return 0 if result.success else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
