"""One alert an incident, whatever Apprise reaches; an address is never shown."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from simulator.server import LocalServer
from simulator.wire import IncomingRequest, Reply
from worded import left_in_english

from g60_pipeline.errors import G60Error
from g60_pipeline.language import ask_for
from g60_pipeline.orchestration.incidents import (
    report_build,
    report_due,
    report_run,
    report_settings,
    report_source,
)
from g60_pipeline.refresh import alerts
from g60_pipeline.settings import Settings
from g60_pipeline.wording import told


@dataclass
class Mailbox:
    status: int = 200
    received: list[str] = field(default_factory=list)

    def reply(self, asked: IncomingRequest) -> Reply:
        self.received.append(asked.body.decode())
        return Reply(self.status, b"{}")


@dataclass
class Post:
    settings: Settings
    box: Mailbox
    address: str

    def fail(self, incident: str = "source:x", body: str = "it fell over") -> bool:
        return alerts.report(self.settings, incident, title="x failed", body=body)


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with LocalServer() as server:
        box = Mailbox()
        server.mount("box", box)
        address = f"json://127.0.0.1:{server.port}/box"
        monkeypatch.setenv(alerts.VARIABLE, address)
        yield Post(Settings(tmp_path), box, address)


def test_an_incident_is_told_once_though_its_reason_changes(post: Post) -> None:
    assert [post.fail(), post.fail(body="it fell over otherwise"), post.fail()] == [True, False, False]
    assert len(post.box.received) == 1
    assert "it fell over" in post.box.received[0]
    assert alerts.open_incidents(post.settings)["source:x"]["message"] == "it fell over"


def test_another_incident_is_told_beside_it(post: Post) -> None:
    assert [post.fail("source:x"), post.fail("source:y")] == [True, True]


def test_an_incident_that_comes_back_after_a_success_is_told_again(post: Post) -> None:
    post.fail()
    assert alerts.resolve(post.settings, "source:x")
    assert not alerts.resolve(post.settings, "source:x")
    assert alerts.open_incidents(post.settings) == {}
    assert post.fail()
    assert len(post.box.received) == 2


def test_an_alert_that_was_not_delivered_is_tried_again(post: Post) -> None:
    post.box.status = 500
    assert not post.fail()
    post.box.status = 200
    assert post.fail()
    assert not post.fail()


def test_without_an_address_the_incident_is_kept_and_told_later(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(alerts.VARIABLE)
    assert not post.fail()
    assert alerts.open_incidents(post.settings)["source:x"]["told"] is False
    monkeypatch.setenv(alerts.VARIABLE, post.address)
    assert post.fail()


@pytest.mark.parametrize("between", [",", " ", "\n", " ,\n "])
def test_several_addresses_are_separated_as_people_do(
    post: Post, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    monkeypatch.setenv(alerts.VARIABLE, f"{post.address}{between}{post.address}/second")
    assert post.fail()
    assert len(post.box.received) == 2


def test_an_address_that_can_not_be_read_is_told_by_its_place_only(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(alerts.VARIABLE, f"{post.address},gopher://user:my-password@host")
    with pytest.raises(G60Error) as caught:
        alerts.check_urls()
    assert "address 2" in caught.value.subject
    assert "my-password" not in str(caught.value)


def test_a_build_that_fails_is_told_once_and_closed_by_one_that_does_not(post: Post) -> None:
    report_build(post.settings, "run-1", ["document: its file is torn"])
    report_build(post.settings, "run-1", ["document: its file is torn"])
    assert len(post.box.received) == 1
    assert "its file is torn" in post.box.received[0]
    report_build(post.settings, "run-2", [])
    assert alerts.open_incidents(post.settings) == {}


def due(*years: int) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {"indicator_id": "rd", "reference_year": y, "due_by": dt.date(y + 1, 10, 31)}
        | {"finding_en": f"rd of {y} is due", "finding_zh": f"{y}年的rd应已公布"}
        for y in years
    ]
    dtypes = {"indicator_id": pl.String, "reference_year": pl.Int64, "due_by": pl.Date}
    dtypes |= {"finding_en": pl.String, "finding_zh": pl.String}
    return pl.DataFrame(rows, schema=dtypes)


SPEAK: dict[str, Callable[[Settings], None]] = {
    "source": lambda home: report_source(
        home, "worldbank", G60Error("worldbank", told("live.fault.connection"), told("live.remedy.network"))
    ),
    "settings": lambda home: report_settings(home, G60Error.of("source.no_alert", variable="G60_ALERT_URLS", n=1)),
    "run": lambda home: report_run(home, "refresh_all", run_id="r1", deaths=[told("alert.run_failed")]),
    "build": lambda home: report_build(home, "r1", [told("alert.step", step="core", message=told("alert.no_message"))]),
    "due": lambda home: report_due(home, due(2025)),
}


@pytest.mark.parametrize("kind", SPEAK)
def test_an_alert_goes_out_in_the_language_of_the_process_and_is_kept_in_both(
    post: Post, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("G60_LANG", "zh")
    SPEAK[kind](post.settings)
    (sent,) = map(json.loads, post.box.received)
    assert [left_in_english(sent[part]) for part in ("title", "message")] == [None, None]
    (kept,) = alerts.open_incidents(post.settings).values()
    assert kept["message_zh"] == sent["message"]
    assert left_in_english(kept["message"]) is not None
    monkeypatch.delenv("G60_LANG")
    ask_for("zh")
    try:
        alerts.report(post.settings, "another", title=told("alert.title.build"), body="x")
    finally:
        ask_for(None)
    assert json.loads(post.box.received[1])["title"] == told("alert.title.build").zh


def test_a_figure_that_is_due_is_told_once_and_closed_when_it_comes_in(post: Post) -> None:
    report_due(post.settings, due(2025))
    report_due(post.settings, due(2025))
    report_due(post.settings, due(2026, 2025))
    assert ["rd of 2025 is due" in m for m in post.box.received] == [True, False]
    report_due(post.settings, due(2026))
    assert list(alerts.open_incidents(post.settings)) == ["due:rd:2026"]
