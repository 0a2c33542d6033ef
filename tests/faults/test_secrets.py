"""A key, a password of a proxy and of an address to alert: in nothing that is kept, logged, shown or told, whatever fails."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner
from simulator import faults
from simulator.faults import Fault, Faulty
from simulator.station import Station, open_station
from simulator.wire import Reply

from g60_pipeline.builds.result import BuildResult
from g60_pipeline.cli import app, live_actions
from g60_pipeline.ingest.live.http.client import KEY_REMOVED

SECRETS: Final = {"key": "s3ntinel/of+mine=", "proxy": "s3ntinel-of-proxy", "alert": "s3ntinel-of-alert"}
REPEATED: Final = ("s3ntinel/of+mine=", "s3ntinel%2Fof%2Bmine%3D", "s3ntinel/of%2Bmine%3D")
"""The key as a service may repeat it."""

BUILT: Final = BuildResult(success=True, run_id="", failures=(), warnings=(), published=False, seconds=0.0)
PARTS: Final = ("--part", "institutions")


def repeating(sound: Reply) -> Reply:
    """Return the sound answer with the key in its headers and in a name."""
    document = json.loads(sound.content)
    for institution in document["results"]:
        institution["display_name"] = f"You sent {REPEATED[0]}"
    headers = {**sound.headers, "ETag": f'"{REPEATED[0]}"', "Date": REPEATED[1]}
    return replace(sound, content=json.dumps(document).encode(), headers=headers)


FAULTS: Final[dict[str, Fault]] = {
    "error page": faults.status(500, {"Retry-After": REPEATED[0]}, content=" ".join(REPEATED).encode()),
    "key refused": faults.status(401, content=json.dumps({"error": "bad key", "message": REPEATED[0]}).encode()),
    "error with status 200": faults.content(json.dumps({"error": f"key {REPEATED[0]}", "message": "no"}).encode()),
    "no JSON": faults.content(f"{{{REPEATED[0]}".encode()),
    "another content type": faults.content_type(f"text/{REPEATED[0]}"),
    "another compression": faults.headers({"Content-Encoding": REPEATED[0]}),
    "redirect to another host": faults.redirect(f"https://elsewhere.test/?api_key={REPEATED[1]}"),
    "redirect that is refused": faults.redirect(f"/\\{REPEATED[0]} x"),
    "redirect without end": faults.redirect(f"?api_key={REPEATED[1]}"),
    "sound answer": repeating,
    "no answer": faults.reset(),
}


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    with open_station(tmp_path / "home") as made:
        monkeypatch.setenv("G60_HOME", str(made.settings.home))
        monkeypatch.setenv("G60_KEYS__OPENALEX", SECRETS["key"])
        monkeypatch.setenv("G60_PROXIES__HTTPS", f"http://me:{SECRETS['proxy']}@127.0.0.1:9")
        monkeypatch.setenv("G60_ALERT_URLS", f"json://me:{SECRETS['alert']}@127.0.0.1:9/")
        monkeypatch.setattr(live_actions, "run_build", lambda *_: BUILT)
        yield made


def told(value: str) -> list[str]:
    return [word for word in (*SECRETS.values(), *REPEATED) if word in value]


def test_no_secret_is_kept_logged_or_told_whatever_a_service_does(
    station: Station, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    sent: Callable[[], Any] = lambda: station.server.asked_of("openalex")  # noqa: E731
    for name, fault in FAULTS.items():
        station.server.mount("openalex", Faulty(station.world.openalex, always=fault))
        done = CliRunner().invoke(app, ["refresh", "openalex", *PARTS, "--now", "--json"])
        assert told(done.output) == [], name
    station.run("refresh_openalex", sources=["openalex"])
    assert any(SECRETS["key"] in value for asked in sent() for value in asked.headers.values()), "the key was used"
    kept = [path for path in station.settings.home.rglob("*") if path.is_file()]
    assert any(KEY_REMOVED in path.read_text(encoding="utf-8", errors="replace") for path in kept)
    assert [path for path in kept if told(path.read_text(encoding="utf-8", errors="replace"))] == []
    events = [
        str(record)
        for run in station.instance.get_run_records()
        for record in station.instance.all_logs(run.dagster_run.run_id)
    ]
    assert len(events) > 5
    assert [event for event in events if told(event)] == []
    assert told(caplog.text) == []
    assert told("".join(capfd.readouterr())) == []
    looked = CliRunner().invoke(app, ["doctor", "--json"])
    assert told(looked.output + CliRunner().invoke(app, ["archive", "list"]).output) == []
