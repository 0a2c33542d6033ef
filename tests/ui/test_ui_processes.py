"""`g60 ui` as it runs: what it loads, whom it answers, and how it ends. One UI is started for all tests."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

COMMAND: Final = [sys.executable, "-P", "-c", "from g60_pipeline.cli import main; main()", "ui", "--port"]
PLANTED: Final = ("dagster.py", "secrets.py", "uvicorn.py", "evil.py", "yaml.py")
WORKSPACE: Final = "load_from:\n  - python_file: evil.py  # g60_pipeline.definitions\n"


@dataclass
class Opened:
    process: subprocess.Popen[bytes]
    home: Path
    port: int

    def ask(self, path: str, *, body: Any = None, **headers: str) -> tuple[int, str]:
        data = None if body is None else json.dumps(body).encode()
        json_form = {} if body is None else {"Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, json_form | named)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  - an address of our own
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def graphql(self, query: str, **headers: str) -> tuple[int, Any]:
        status, text = self.ask("/graphql", body={"query": query}, **headers)
        return status, json.loads(text) if status == 200 else text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    ending = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ending:
            return False
        time.sleep(0.2)
    return True


def processes_of(home: Path) -> list[str]:
    shown = subprocess.run(["ps", "-Awwo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in shown.splitlines() if "ui_service" in line and str(home) in line]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Give a UI opened in a folder full of look-alikes; it is killed in the end if it has not ended by then."""
    home, port = tmp_path_factory.mktemp("ui home"), free_port()
    for name in PLANTED:
        (home / name).write_text("open('PWNED', 'a').write(__name__)\n", encoding="utf-8")
    (home / "workspace.yaml").write_text(WORKSPACE, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name not in {"G60_HOME", "DAGSTER_HOME"}}
    with subprocess.Popen([*COMMAND, str(port)], cwd=home, env=environment, stdout=subprocess.PIPE) as process:
        ui = Opened(process, home, port)
        try:
            assert process.stdout is not None
            assert f"http://127.0.0.1:{port}" in process.stdout.readline().decode()
            yield ui
        finally:
            process.kill()


def test_code_location_is_loaded_and_nothing_of_the_current_folder_is_run(opened: Opened) -> None:
    query = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } jobs { name } } } } }"

    def loaded() -> list[Any]:
        return list(opened.graphql(query)[1]["data"]["repositoriesOrError"]["nodes"])

    assert within(60, lambda: bool(loaded()))
    assert [node["location"]["name"] for node in loaded()] == ["g60_pipeline.definitions"]
    assert "build_all" in {job["name"] for job in loaded()[0]["jobs"]}
    assert not (opened.home / "PWNED").exists()
    assert {p.name for p in opened.home.iterdir() if p.name.startswith("__")} == set()


def test_page_is_shown(opened: Opened) -> None:
    status, text = opened.ask("/runs", Accept="text/html")
    assert (status, "<html" in text) == (200, True)


def test_what_a_foreign_page_could_send_is_refused(opened: Opened) -> None:
    assert opened.graphql("{version}")[0] == 200
    assert opened.graphql("{version}", Origin="http://evil.example")[0] == 403
    assert opened.graphql("{version}", Host="evil.example")[0] == 403
    assert opened.ask("/graphql?query=%7Bversion%7D")[0] == 403
    assert opened.ask("/server_info", Host="evil.example")[0] == 403


@pytest.mark.parametrize(("origin", "status"), [("http://evil.example", "403"), (None, "101")])
def test_websocket_of_a_foreign_page_is_refused(opened: Opened, origin: str | None, status: str) -> None:
    lines = [
        "GET /graphql HTTP/1.1",
        f"Host: 127.0.0.1:{opened.port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol: graphql-ws",
        f"Origin: {origin or f'http://127.0.0.1:{opened.port}'}",
    ]
    with socket.create_connection(("127.0.0.1", opened.port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        assert connection.recv(100).decode().split()[1] == status


def test_run_can_not_name_another_folder(opened: Opened, tmp_path: Path) -> None:
    config = json.dumps({"resources": {"home": {"config": {"path": str(tmp_path / "elsewhere")}}}})
    status, told = opened.graphql(
        'mutation { launchRun(executionParams: {mode: "default", runConfigData: ' + json.dumps(config) + ", selector: "
        '{repositoryName: "__repository__", repositoryLocationName: "g60_pipeline.definitions", jobName: "build_all"}}) '
        "{ __typename ... on RunConfigValidationInvalid { errors { message } } } }"
    )
    assert status == 200
    assert told["data"]["launchRun"]["__typename"] == "RunConfigValidationInvalid", told
    assert not (tmp_path / "elsewhere").exists()


def test_busy_port_is_told_and_nothing_is_left_running(opened: Opened, tmp_path: Path) -> None:
    environment = os.environ | {"G60_HOME": str(tmp_path)}
    command = [*COMMAND, str(opened.port)]
    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert second.returncode == 1
    assert second.stdout == ""
    assert f"port {opened.port} of 127.0.0.1" in second.stderr
    assert f"`g60 ui --port {opened.port + 1}`" in second.stderr
    assert len(second.stderr.splitlines()) == 2
    assert processes_of(tmp_path) == []
    assert not (tmp_path / ".dagster").exists()


def test_killed_parent_takes_web_server_and_daemon_along(opened: Opened) -> None:
    """The last test of the file: the UI is gone after it."""
    assert len(processes_of(opened.home)) == 2
    opened.process.send_signal(signal.SIGKILL)
    assert within(30, lambda: processes_of(opened.home) == [])
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.1", opened.port), timeout=5):
        pass
