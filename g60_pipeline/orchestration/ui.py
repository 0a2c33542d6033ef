"""Starts the web server and the daemon behind `g60 ui`, watches both and ends both. What they do: `ui_service`."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.settings import HOME_VARIABLE, Settings

SERVICE: Final = "g60_pipeline.orchestration.ui_service"
"""Module both processes run."""

LONGEST_END: Final = 30.0
"""Seconds to wait for a process to end before it is killed."""

LOOK_EVERY: Final = 0.2
"""Seconds between two looks at the processes."""


def serve(settings: Settings, *, host: str, port: int, on_ready: Callable[[], None]) -> None:
    """Run web server and daemon, so that schedules run too, until the user breaks off.

    Nothing of the current folder is run: neither is it a place for modules nor is its `workspace.yaml` read.

    Args:
        settings: Where the history is kept; its folder and configuration are made if they are not there.
        host: Address to listen on.
        port: Port to listen on.
        on_ready: Called once the web server answers.

    Raises:
        G60Error: The port or address can not be listened on, or one of the processes ended by itself.
    """
    check_free(host, port)
    with open_instance(settings):
        pass
    own = {"DAGSTER_HOME": str(settings.dagster_home), HOME_VARIABLE: str(settings.home), "PYTHONSAFEPATH": "1"}
    home, ready = str(settings.home), False
    with (
        _process("webserver", home, host, str(port), environment=own) as webserver,
        _process("daemon", home, environment=own) as daemon,
        contextlib.suppress(KeyboardInterrupt),
    ):
        while webserver.poll() is None and daemon.poll() is None:
            if not ready and _answers(host, port):
                ready = True
                on_ready()
            time.sleep(LOOK_EVERY)
        raise G60Error.of("ui.web_server_ended" if webserver.poll() is not None else "ui.daemon_ended")


def check_free(host: str, port: int) -> None:
    """Look whether an address can be listened on.

    Raises:
        G60Error: It can not.
    """
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            if os.name == "posix":  # elsewhere it would let two programs listen
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror as error:
        raise G60Error.of("ui.no_address", f"--host {host}", reason=error.strerror) from error
    except OSError as error:
        other = port + 1 if port < 65535 else 3000
        raise G60Error.of("ui.port_taken", port=port, host=host, reason=error.strerror, other=other) from error


@contextmanager
def _process(*arguments: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that ends when its standard input does: with the context, or when this process is killed."""
    process = subprocess.Popen(  # noqa: S603  - our own module
        [sys.executable, "-P", "-m", SERVICE, *arguments],
        stdin=subprocess.PIPE,
        env=os.environ | environment,
        start_new_session=True,  # Ctrl-C reaches this process only, which then ends them in order
    )
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=LONGEST_END)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.kill()
            process.wait()


def _answers(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False
