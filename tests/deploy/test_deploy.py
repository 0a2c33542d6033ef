"""`deploy/` as it is: the commands of compose.yaml run here on a real Postgres and Redis, and build the warehouse once."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest
import requests
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
BIN = Path(sys.executable).parent
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OURS = {
    name: service for name, service in COMPOSE["services"].items() if "environment" in service and "command" in service
}


def test_compose_file_is_valid() -> None:
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_published_beyond_this_machine() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]

    assert ports
    assert all(str(port).startswith("127.0.0.1:") for port in ports)


def test_every_service_knows_what_the_settings_ask_the_environment_for() -> None:
    text = (DEPLOY / "dagster.yaml").read_text(encoding="utf-8") + (DEPLOY / "dagster_celery_config.py").read_text()
    asked = {name.strip('{}"] ') for name in text.replace("[", " ").split() if "G60_" in name and "$" not in name}

    for name, service in OURS.items():
        assert asked <= set(service["environment"]), name
    assert set(OURS) == {"code", "worker", "daemon", "web"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], object], what: str, *, log: Path, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        said = "\n".join(file.read_text(errors="replace")[-1500:] for file in log.iterdir())
        assert time.monotonic() < deadline, f"{what}: {said}"
        time.sleep(0.3)


class Servers:
    """Processes of a test, each with a log, ended with it."""

    def __init__(self, stack: ExitStack, log: Path) -> None:
        self.stack, self.log = stack, log

    def start(self, name: str, command: list[str], **options: Any) -> None:
        file = self.stack.enter_context((self.log / name).open("wb"))
        process = subprocess.Popen(command, stdout=file, stderr=file, **options)
        self.stack.callback(self._end, process)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    log = tmp_path / "log"
    log.mkdir()
    with ExitStack() as stack:
        yield Servers(stack, log)


def as_postgres(command: list[str]) -> list[str]:
    """Return the command as the user postgres: its server refuses to be run by root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def start_postgres(servers: Servers) -> int:
    bin_folder = max(Path("/usr/lib/postgresql").glob("*/bin"))
    folder = Path(tempfile.mkdtemp(prefix="g60_postgres_"))
    servers.stack.callback(shutil.rmtree, folder, ignore_errors=True)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    port = free_port()
    init = [str(bin_folder / "initdb"), "-D", str(folder / "db"), "-U", "g60", "--auth", "trust", "--no-sync"]
    subprocess.run(as_postgres(init), check=True, capture_output=True, cwd="/")
    options = ["-D", str(folder / "db"), "-h", "127.0.0.1", "-p", str(port), "-k", str(folder), "-F"]
    servers.start("postgres", as_postgres([str(bin_folder / "postgres"), *options]), cwd="/")

    def answers() -> bool:
        try:
            psycopg2.connect(host="127.0.0.1", port=port, user="g60", dbname="postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    until(answers, "Postgres does not answer", log=servers.log)
    return port


def asked(port: int, sql: str) -> list[tuple[Any, ...]]:
    with psycopg2.connect(host="127.0.0.1", port=port, user="g60", dbname="postgres") as connection:
        cursor = connection.cursor()
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.system
@pytest.mark.timeout(240)
def test_a_build_runs_on_a_worker_with_its_history_in_postgres(servers: Servers, tmp_path: Path) -> None:
    postgres, redis, code, web = start_postgres(servers), free_port(), free_port(), free_port()
    servers.start(
        "redis", ["redis-server", "--bind", "127.0.0.1", "--port", str(redis), "--save", "", "--dir", str(tmp_path)]
    )
    home, settings = tmp_path / "data", tmp_path / "deploy"
    shutil.copytree(DEPLOY, settings)
    (home / ".dagster").mkdir(parents=True)
    shutil.copy(DEPLOY / "dagster.yaml", home / ".dagster" / "dagster.yaml")
    workspace = (DEPLOY / "workspace.yaml").read_text(encoding="utf-8")
    (settings / "workspace.yaml").write_text(
        workspace.replace("host: code", "host: 127.0.0.1").replace("4000", str(code))
    )
    given = {
        "G60_HOME": str(home),
        "DAGSTER_HOME": str(home / ".dagster"),
        "PYTHONPATH": str(settings),
        "G60_POSTGRES_HOST": "127.0.0.1",
        "G60_POSTGRES_PORT": str(postgres),
        "G60_POSTGRES_PASSWORD": "none",
        "G60_POSTGRES_DB": "postgres",
        "G60_BROKER": f"redis://127.0.0.1:{redis}/0",
        "G60_ALERT_URLS": "",
    }
    environment = {**os.environ, **OURS["web"]["environment"], **given, "PATH": f"{BIN}:{os.environ['PATH']}"}
    here = {
        "0.0.0.0": "127.0.0.1",  # noqa: S104 - what a container listens on
        "4000": str(code),
        "3000": str(web),
        "/deploy/workspace.yaml": str(settings / "workspace.yaml"),
    }

    def start(name: str) -> None:
        command = [here.get(part, part) for part in OURS[name]["command"]]
        servers.start(name, command, env=environment, cwd=tmp_path)

    for name in ("code", "worker"):
        start(name)
    check = [here.get(part, part) for part in OURS["code"]["healthcheck"]["test"][1:]]
    until(
        lambda: subprocess.run(check, env=environment, capture_output=True, check=False).returncode == 0,
        "code",
        log=servers.log,
    )
    start("web")
    start("daemon")
    address = f"http://127.0.0.1:{web}"

    def is_up() -> bool:
        try:
            return requests.get(f"{address}/server_info", timeout=5).ok
        except requests.ConnectionError:
            return False

    until(is_up, "the UI does not answer", log=servers.log)
    launch = [BIN / "dagster", "job", "launch", "-w", settings / "workspace.yaml", "-j", "build_all"]
    launched = subprocess.run(launch, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert launched.returncode == 0, launched.stderr[-3000:]
    ends = ("SUCCESS", "FAILURE", "CANCELED")
    until(
        lambda: asked(postgres, f"SELECT 1 FROM runs WHERE status IN {ends}"),
        "the run does not end",
        log=servers.log,
        seconds=150,
    )

    assert asked(postgres, "SELECT pipeline_name, status FROM runs") == [("build_all", "SUCCESS")]
    [[tags]] = asked(postgres, "SELECT run_body FROM runs")
    assert "dagster-celery/task_id" in tags, "it was a worker that ran it"
    with duckdb.connect(str(home / "warehouse" / "g60.duckdb"), read_only=True) as warehouse:
        assert warehouse.sql("SELECT count(*) FROM metrics.corridor_total").fetchall()[0][0] > 100
    assert not (home / ".dagster" / "history").exists(), "no history but that in Postgres"
