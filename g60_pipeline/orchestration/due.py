"""Who is told of a figure that is due: after every build that succeeds, by its command line or by the daemon's sensor.

An incident opens once, whoever is first. Which figures are due is found in `metrics.calendar`, shown by a check.
"""

# Dagster reads the annotations of sensor functions as objects, so they are not postponed here.

import dagster as dg

from g60_pipeline.metrics.calendar import due_and_not_held
from g60_pipeline.orchestration.incidents import tell_due
from g60_pipeline.orchestration.resources import Folder
from g60_pipeline.orchestration.schedules import build_all
from g60_pipeline.publish.storage import read_table
from g60_pipeline.refresh.alerts import alert_urls
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context
from g60_pipeline.tables import table


def tell_due_figures(settings: Settings) -> None:
    """Alert on every figure that is due and not held, and close the incidents of those that have come in.

    Raises:
        G60Error: A table is not there or damaged, or an address to alert can not be read.
    """
    if alert_urls():
        observation, indicator = (read_table(settings, table(f"core.{name}")) for name in ("observation", "indicator"))
        today = Context.now(settings).today
        tell_due(settings, due_and_not_held(observation, indicator=indicator, today=today))


@dg.run_status_sensor(
    name="alert_on_due_figures",
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitored_jobs=[build_all],
    description="Alerts once on a figure the release calendar says is out and that is not held; closes it when it is.",
)
def alert_on_due_figures(context: dg.RunStatusSensorContext, folder: dg.ResourceParam[Folder]) -> None:  # noqa: ARG001  - the form Dagster calls
    """Look at the tables as the build has left them."""
    tell_due_figures(folder.settings)
