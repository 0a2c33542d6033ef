"""`g60 build` and `g60 ui`: what is told of a run. The run itself is tested with the orchestration."""

from __future__ import annotations

import json
import os
import sys

import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration import run as orchestration

DONE = orchestration.BuildResult(
    success=True,
    run_id="r-1",
    failures=(),
    warnings=(orchestration.CheckWarning("yearly_jump", "metrics.growth", 6),),
    published=True,
    seconds=4.25,
)
FAILED = orchestration.BuildResult(
    success=False,
    run_id="r-2",
    failures=(orchestration.StepFailure("claim", "core.claim: it breaks its contract"),),
    warnings=(),
    published=False,
    seconds=1.0,
)


@pytest.fixture
def outcome(monkeypatch):
    """Return a function that makes the next build end as given, and the list of selections asked for."""
    asked = []

    def end_as(result):
        def build(settings, *, selection=None, on_step=None):
            asked.append(selection)
            on_step("facts")
            on_step("catalog")
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(orchestration, "build", build)
        return asked

    return end_as


def test_build_tells_what_was_published_with_warnings_headline_and_lead_claims(g60, outcome, ask):
    asked = outcome(DONE)
    result = g60("build")
    assert result.exit_code == 0, result.stderr
    screen = " ".join(result.stdout.split())
    build_id = ask("SELECT build_id FROM core.build")[0]["build_id"]
    assert f"Published {build_id} in 4.2 s" in screen
    tables = ask("SELECT count(*) AS n FROM duckdb_tables() WHERE schema_name IN ('core', 'metrics')")[0]["n"]
    assert f"{tables} tables" in screen
    assert "yearly jump metrics.growth 6" in screen
    assert "4.10 % = 1/24.4" in screen
    assert "C107" in screen
    assert asked == [None]


def test_build_that_changed_nothing_says_so(g60, outcome, ask):
    outcome(orchestration.BuildResult(**{**vars(DONE), "published": False}))
    build_id = ask("SELECT build_id FROM core.build")[0]["build_id"]
    assert f"Unchanged: {build_id} stays in force" in g60("build").stdout


def test_build_as_json_holds_run_rows_and_headline(g60_json, outcome, ask):
    outcome(DONE)
    found = g60_json("build")
    assert (found["success"], found["published"], found["run_id"]) == (True, True, "r-1")
    assert found["warnings"] == [{"check": "yearly_jump", "asset": "metrics.growth", "count": 6}]
    assert found["headline"] == ask("FROM analysis.headline")
    assert found["rows"]["core.document"] == ask("SELECT count(*) AS n FROM core.document")[0]["n"]
    assert len(found["lead_claims"]) == ask("SELECT count(*) AS n FROM analysis.claims WHERE lead IS NOT NULL")[0]["n"]


def test_failed_build_tells_step_and_reason_and_fails(g60, outcome):
    outcome(FAILED)
    result = g60("build")
    assert result.exit_code == 1
    assert "claim failed: core.claim: it breaks its contract" in result.stderr
    assert "Nothing was published" in result.stderr
    assert result.stdout == ""


def test_failed_build_is_told_as_json_too(g60, outcome):
    outcome(FAILED)
    result = g60("build", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["failures"] == [{"step": "claim", "message": "core.claim: it breaks its contract"}]


def test_selection_without_the_publication_says_that_nothing_is_published(g60, outcome):
    asked = outcome(DONE)
    result = g60("build", "--select", "core.observation", "--select", "core.claim")
    assert result.exit_code == 0
    assert "Nothing was published" in result.stdout
    assert asked == [["core.observation", "core.claim"]]


def test_unknown_table_is_wrong_usage(g60, outcome):
    outcome(G60Error("core.nope", "there is no such table to build", "Choose among core.claim"))
    result = g60("build", "--select", "core.nope")
    assert result.exit_code == 2
    assert "core.claim" in result.stderr


def test_lock_held_by_another_build_is_a_failure_with_a_remedy(g60, outcome):
    outcome(G60Error("build.lock", "another build has held the lock for 120 seconds", "Wait for it to end"))
    result = g60("build")
    assert result.exit_code == 1
    assert "Wait for it to end." in result.stderr


def test_refused_rows_are_listed_after_a_build(g60, outcome, monkeypatch):
    row = {
        "file": "inbox/mine.csv",
        "line": 3,
        "column_name": "value",
        "message": "'1,2' is no number",
        "remedy": "Mend",
    }
    monkeypatch.setattr("g60_pipeline.report.outcome._quarantine", lambda _: [row] * 25)
    outcome(DONE)
    screen = g60("build").stdout
    assert screen.count("inbox/mine.csv") == 20
    assert "and 5 more" in screen


def test_ui_prints_the_address_and_hands_over_to_dagster(g60, published, monkeypatch):
    calls = []
    monkeypatch.setattr(
        orchestration, "ui_command", lambda _, host, port: [sys.executable, "-m", "dagster", host, str(port)]
    )
    monkeypatch.setattr(os, "execve", lambda *call: calls.append(call))
    result = g60("ui", "--port", "3456")
    assert "http://127.0.0.1:3456" in result.stdout
    [(program, command, environment)] = calls
    assert program == sys.executable
    assert command[-2:] == ["127.0.0.1", "3456"]
    assert environment["DAGSTER_HOME"] == str(published.dagster_home)
    assert environment["G60_HOME"] == str(published.home)


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_ui_refuses_a_port_that_can_not_be(g60, port):
    assert g60("ui", "--port", port).exit_code == 2
