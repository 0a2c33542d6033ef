"""A figure that is due is alerted on after a build, once, by whoever sees it first; the check itself tells nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import dagster as dg
import pytest

from g60_pipeline.orchestration import build_run, sensors
from g60_pipeline.orchestration.resources import Folder
from g60_pipeline.orchestration.sensors import alert_on_due_figures, report_due_figures
from g60_pipeline.refresh import alerts
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context

Materialize = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the titles of the alerts that go out; it is 2040, when every figure of the calendar is due."""
    titles: list[str] = []
    monkeypatch.setenv("G60_ALERT_URLS", "json://127.0.0.1:9")
    monkeypatch.setattr(alerts, "_send", lambda title, _: titles.append(title) or True)
    monkeypatch.setattr(sensors.Context, "now", classmethod(lambda cls, s: cls(settings=s, today=dt.date(2040, 1, 1))))
    assert Context.now(Settings.from_environment()).today.year == 2040
    return titles


def look(settings: Settings, done: dg.ExecuteInProcessResult) -> None:
    """Run the sensor on a build that has succeeded."""
    context = dg.build_run_status_sensor_context(
        sensor_name="alert_on_due_figures",
        dagster_instance=dg.DagsterInstance.ephemeral(),
        dagster_run=done.dagster_run,
        dagster_event=done.get_run_success_event(),
    )
    alert_on_due_figures(context, folder=Folder(path=str(settings.home)))


def test_check_of_due_figures_warns_and_alerts_nobody(
    spoilable: Settings, materialize: Materialize, sent: list[str]
) -> None:
    done = materialize(spoilable, "core.observation")
    found = {e.check_name: e.passed for e in done.get_asset_check_evaluations()}
    assert found["figures_are_held_when_due"] is False
    assert sent == []


def test_sensor_alerts_on_each_due_figure_once(spoilable: Settings, materialize: Materialize, sent: list[str]) -> None:
    done = materialize(spoilable, "core.observation")
    look(spoilable, done)
    told = list(sent)
    assert "g60_pipeline: gdp of 2038 is due" in told
    look(spoilable, done)
    report_due_figures(spoilable)
    assert sent == told


def test_build_of_the_command_line_alerts_on_due_figures(own_home: Settings, sent: list[str]) -> None:
    assert build_run.build(own_home).success
    assert "g60_pipeline: gdp of 2038 is due" in sent


def test_nobody_is_looked_up_without_an_address(spoilable: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("G60_ALERT_URLS", raising=False)
    monkeypatch.setattr(sensors, "read_table", lambda *_: pytest.fail("a table was read"))
    report_due_figures(spoilable)
