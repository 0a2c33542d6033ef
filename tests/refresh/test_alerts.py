"""One alert an incident, whatever Apprise reaches; an address is never shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from simulator.server import LocalServer
from simulator.wire import IncomingRequest, Reply

from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration.incidents import report_build, report_due
from g60_pipeline.refresh import alerts
from g60_pipeline.settings import Settings


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
        {"indicator_id": "rd", "reference_year": y, "due_by": dt.date(y + 1, 10, 31), "finding": f"rd of {y} is due"}
        for y in years
    ]
    dtypes = {"indicator_id": pl.String, "reference_year": pl.Int64, "due_by": pl.Date, "finding": pl.String}
    return pl.DataFrame(rows, schema=dtypes)


def test_a_figure_that_is_due_is_told_once_and_closed_when_it_comes_in(post: Post) -> None:
    report_due(post.settings, due(2025))
    report_due(post.settings, due(2025))
    report_due(post.settings, due(2026, 2025))
    assert ["rd of 2025 is due" in m for m in post.box.received] == [True, False]
    report_due(post.settings, due(2026))
    assert list(alerts.open_incidents(post.settings)) == ["due:rd:2026"]
