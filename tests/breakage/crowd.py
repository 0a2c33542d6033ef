"""Four builds, a refresh and the UI at once on one home: one order comes of it, and what is published is right."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from simulator.world import World as Services
from simulator.world import environment, serving

from breakage.homes import Prepared, strays
from breakage.scarce import changed
from breakage.workshop import World

START = 60.0
"""Seconds the UI has to answer."""


def at_once(prepared: Prepared, *, builds: int = 4) -> str:
    """Return what came of it: `right`, or what is wrong."""
    home, workshop = prepared.home, prepared.workshop
    services = Services()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with serving(services) as server:
        named = environment(server, list(services.services()))
        ui = _ui(home, port, named)
        try:
            if not _answers(port):
                return "WRONG: the UI does not answer"
            _, state = changed(prepared)
            world = World(environment=named)
            running = [workshop.start(home, "refresh", "worldbank", world=world)]
            running += [workshop.start(home, "build", world=world) for _ in range(builds)]
            ended = [command.end() for command in running]
            told = next((e for e in ended if e.code != 0 or e.is_traceback), None)
            if told is not None:
                return f"WRONG: one ended with {told.code}: {told.last_line}"
            if not _answers(port, seconds=10):
                return "WRONG: the UI has ended"
        finally:
            os.killpg(ui.pid, signal.SIGTERM)
            ui.wait(60)
    last = workshop.build(home)
    if last.code != 0:
        return f"WRONG: the next build failed: {last.last_line}"
    wrong = workshop.wrong(home)
    if wrong or strays(home):
        return f"WRONG: {[*wrong, *strays(home)]}"
    held = prepared.held()
    return "right" if held == state else f"WRONG: {held}"


def _ui(home: Path, port: int, named: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-c", "from g60_pipeline.cli import main; main()", "ui", "--port", str(port)]
    given = os.environ | {"G60_HOME": str(home), **named}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=given, stdout=quiet, stderr=quiet, start_new_session=True)


def _answers(port: int, *, seconds: float = START) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.5)
    return False
