"""The two processes behind `g60 ui`, Dagster's web server and its daemon. `ui` starts them; each ends with it.

Each watches its standard input: whatever way its parent ends, the operating system closes that.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Final

import dagster as dg
import uvicorn
from dagster._core.instance.ref import InstanceRef
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.cli import run_command
from dagster_shared.ipc import send_interrupt
from dagster_webserver.app import create_app_from_workspace_process_context

from g60_pipeline.orchestration.build_run import MODULE
from g60_pipeline.orchestration.guard import Guard
from g60_pipeline.orchestration.instance import reference
from g60_pipeline.orchestration.pages import routes
from g60_pipeline.settings import Settings

PACKAGES: Final = str(Path(dg.__file__).parents[1])
"""Where Dagster looks for modules first: by itself it would take the current folder, which holds data."""

LONGEST_END: Final = 20.0
"""Seconds a process may take to end by itself."""


def main() -> None:
    """Run one of the processes: `webserver HOME HOST PORT` or `daemon HOME`."""
    kind, home, *rest = sys.argv[1:]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    instance = reference(Path(os.environ["DAGSTER_HOME"]))
    if kind == "daemon":
        arguments = ["--instance-ref", dg.serialize_value(instance)]
        run_command.main([*arguments, "-m", MODULE, "-d", PACKAGES, "--log-level", "warning"], prog_name="daemon")
    else:
        serve(instance, home=Path(home), host=rest[0], port=int(rest[1]))


def serve(of: InstanceRef, *, home: Path, host: str, port: int) -> None:
    """Serve the UI of an instance, behind the guard."""
    target = ModuleTarget(MODULE, attribute=None, working_directory=PACKAGES, location_name=None)
    with (
        dg.DagsterInstance.from_ref(of) as instance,
        WorkspaceProcessContext(instance, target, dg.__version__, code_server_log_level="warning") as workspace,
    ):
        app = create_app_from_workspace_process_context(workspace, live_data_poll_rate=2000)
        app.router.routes[:0] = routes(Settings(home))
        uvicorn.run(Guard(app, host=host), host=host, port=port, log_level="warning")


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    send_interrupt()
    time.sleep(LONGEST_END)
    os._exit(1)


if __name__ == "__main__":
    main()
