"""Queries of `g60 sql` in processes that need not load DuckDB first: each is forked off one that has loaded it.

What a query may do, and how it ends, is that of a process of its own. Tests of its limits start it as users do, by the
fixture `queries_from_scratch`.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from multiprocessing.reduction import DupFd
from types import SimpleNamespace
from typing import IO, Any, Final

from g60_pipeline.report import query, walled

LOADED: Final = ["duckdb", "pytz", "socket", "multiprocessing.reduction", query.__name__, walled.__name__]
"""What the server loads before it forks. Up to Python 3.12 it does not find modules of the tests."""


def forked() -> SimpleNamespace:
    """Return what `report.query` uses of `subprocess`, with processes that are forked off."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)

    def start(command: list[str], *, stdin: int, stdout: int, stderr: IO[bytes]) -> Forked:
        assert command == [sys.executable, "-P", "-m", query.PROCESS]
        assert stdin == stdout == subprocess.PIPE
        return Forked(context.Process, stderr.fileno())

    return SimpleNamespace(Popen=start, PIPE=subprocess.PIPE)


class Forked:
    """What a query uses of a process."""

    def __init__(self, process: Callable[..., Any], errors: int) -> None:
        asked, sent = os.pipe()
        received, told = os.pipe()
        self.stdin, self.stdout = os.fdopen(sent, "wb"), os.fdopen(received, "rb")
        self._process = process(target=_Answer((asked, told, errors)))
        self._process.start()
        os.close(asked)
        os.close(told)

    def kill(self) -> None:
        self._process.kill()

    def wait(self) -> int:
        self._process.join()
        return int(self._process.exitcode)


class _Answer:
    """Answers a request on the streams of another process, in its folder and with its environment."""

    def __init__(self, streams: tuple[int, int, int]) -> None:
        self._streams, self._folder, self._environment = streams, os.getcwd(), dict(os.environ)  # noqa: PTH109

    def __getstate__(self) -> Mapping[str, Any]:
        return self.__dict__ | {"_streams": [DupFd(stream) for stream in self._streams]}

    def __call__(self) -> None:
        for number, stream in enumerate(self._streams):
            os.dup2(stream.detach(), number)
        sys.stdin = os.fdopen(0, encoding="utf-8")
        os.chdir(self._folder)
        os.environ.clear()
        os.environ.update(self._environment)
        walled.main()
