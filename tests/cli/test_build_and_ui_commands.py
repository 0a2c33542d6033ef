"""`g60 build` and `g60 ui`: what is told of a run. The run itself is tested with the orchestration."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import replace

import duckdb
import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration import build_run as orchestration
from g60_pipeline.orchestration import ui as processes
from g60_pipeline.orchestration.checks import CHECKS, SOUND
from g60_pipeline.publish.storage import store
from g60_pipeline.settings import Settings
from g60_pipeline.tables import TABLES
from g60_pipeline.wording import entries

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


SAID = []
"""What each build was told to be gone, and whether of the clock that it is right."""


def writable(home):
    """Return the published file of a home of the test's own, to change what it holds."""
    home.database.chmod(0o644)
    return home.database


@pytest.fixture
def outcome(monkeypatch):
    """Return a function that makes the next build end as given, and the list of selections asked for."""
    asked = []
    SAID.clear()

    def end_as(result):
        def build(settings, *, selection=None, clock_is_right=False, on_step=None):
            asked.append(selection)
            SAID.append((sorted(settings.without), clock_is_right))
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
    result = g60("build", columns=400)
    assert result.exit_code == 0, result.stderr
    screen = " ".join(result.stdout.split())
    build_id = ask("SELECT build_id FROM core.build")[0]["build_id"]
    assert f"Published {build_id} in 4.2 s" in screen
    tables = ask("SELECT count(*) AS n FROM duckdb_tables() WHERE schema_name IN ('core', 'metrics')")[0]["n"]
    assert f"{tables} tables" in screen
    assert re.search(r"yearly jump metrics\.growth 6 \S*g60 warnings yearly_jump", screen)
    assert "4.10 % = 1/24.4" in screen
    assert all(f"C{number}" in screen for number in (105, 106, 107, 108, 109, 110, 111))
    assert "Strongest links" not in screen
    assert asked == [None]


def test_a_later_build_has_a_short_headline_and_what_changed(g60, g60_json, outcome, own_home):
    outcome(DONE)
    shutil.copy(own_home.database, own_home.previous)
    screen = g60("build", home=own_home, columns=300).stdout
    assert "No figure and no number of a metric changed." in screen
    assert "C107" not in screen
    lead = next(line for line in screen.splitlines() if line.startswith("Lead claims, G60 corridor with Songjiang"))
    assert sum(map(int, re.findall(r"\d+", lead.partition("松江区）")[2]))) == 7
    changes = g60_json("build", home=own_home)["changes"]
    assert changes["figures"] == {"added": 0, "changed": 0, "gone": 0}
    assert changes["metrics"] == {"added": 0, "changed": 0, "gone": 0, "moved": 0}


def test_warnings_shows_rows_of_a_check_and_refuses_another_name(g60, g60_json, built_tables):
    found = {w["check"]: w for w in g60_json("warnings", home=built_tables)["warnings"]}
    jumps = found["yearly_jump"]["rows"]
    assert jumps
    assert all(abs(row["value"]) > row["max_yearly_change"] for row in jumps)
    listed = g60("warnings", home=built_tables, columns=400).stdout
    assert all(f"warnings {name}" in listed for name in found)
    shown = g60("warnings", "yearly_jump", "--lang", "zh", home=built_tables).stdout
    assert "年度跳变" in shown
    assert jumps[0]["metric_id"] in shown.replace("\n", "")
    refused = g60("warnings", "yearly_jmp", home=built_tables)
    assert (refused.exit_code, "yearly_jump" in refused.stderr) == (2, True)


@pytest.fixture(scope="module")
def built_tables(tmp_path_factory, graph):
    home = Settings(tmp_path_factory.mktemp("tables"))
    read = {name for check in (*CHECKS, *SOUND) for name in check.reads}
    for name in read:
        store(home, TABLES[name], graph[name])
    return home


def test_build_says_what_is_not_read_and_that_the_site_shows_another_build(g60, g60_json, outcome, own_home):
    outcome(DONE)
    own_home.inbox.mkdir(exist_ok=True)
    (own_home.inbox / "mine.docx").touch()
    own_home.report_dir.mkdir()
    (own_home.report_dir / "manifest.json").write_text('{"made_of": "another"}', encoding="utf-8")
    screen = " ".join(g60("build", home=own_home).stdout.split())
    assert "inbox/mine.docx is not read" in screen
    assert "shows another build: run `g60 report`" in screen
    (told,) = g60_json("build", home=own_home)["not_read"]
    assert told.startswith("inbox/mine.docx is not read")


@pytest.mark.parametrize(("lang", "title", "more"), [("en", "Try next", ""), ("zh", "接下来可试", " --lang zh")])
def test_build_ends_with_commands_that_work(g60, outcome, published, monkeypatch, lang, title, more):
    outcome(DONE)
    monkeypatch.chdir(published.home)
    lines = g60("build", "--lang", lang, columns=300).stdout.splitlines()
    commands = [line.split() for line in lines[lines.index(title) + 1 :]]
    assert len(commands) == 3
    for command in commands[:2]:
        assert more in " ".join(command)
        assert g60(*command[1:]).exit_code == 0
    assert commands[2][1:] == ["inbox", "template", "-o", "inbox/own.csv"]


def test_build_names_the_command_as_it_is_found_here(g60, outcome, tmp_path, monkeypatch):
    own = tmp_path / "project" / ".venv" / "bin" / "g60"
    own.parent.mkdir(parents=True)
    own.touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(own.with_name("python")))
    monkeypatch.setenv("PATH", "/nowhere")
    outcome(DONE)
    monkeypatch.chdir(tmp_path / "project")
    assert "\n  .venv/bin/g60 show gdp" in g60("build").stdout
    monkeypatch.chdir(tmp_path)
    assert "\n  project/.venv/bin/g60 show gdp" in g60("build").stdout
    monkeypatch.setenv("PATH", str(own.parent))
    assert "\n  g60 show gdp" in g60("build").stdout


def test_build_says_how_much_of_the_inbox_was_taken_and_refused(g60, g60_json, outcome, own_home):
    outcome(DONE)
    assert "inbox:" not in g60("build", home=own_home).stdout
    with duckdb.connect(str(writable(own_home))) as connection:
        for number in (1, 2, 3):
            connection.execute(
                f"""INSERT INTO core.quarantine VALUES ('q{number}', 'inbox/mine.csv', {number // 2 + 2}, 'value', 'x',
                    'not_a_number', ['x'], 'remedy.digits', [])"""
            )
        connection.execute(
            "UPDATE core.observation_candidate SET origin = 'inbox/mine.csv, line 9' WHERE document_id = 'D0017'"
        )
        connection.execute("UPDATE core.claim SET claim_id = 'inbox/c.csv#' || claim_id WHERE lead = 1")
        (held,) = connection.execute(
            "SELECT count(*), count(*) FILTER (chosen) FROM core.observation_candidate WHERE document_id = 'D0017'"
        ).fetchall()
    line = (
        f"Taken from the inbox: figures {held[0]} (chosen {held[1]}), claims 1; rows refused: 2. `g60 inbox check FILE`"
    )
    assert line in " ".join(g60("build", home=own_home).stdout.split())
    assert {
        row["file"]: (row["figures"], row["claims"], row["refused"])
        for row in g60_json("build", home=own_home)["inbox"]
    } == {
        "inbox/mine.csv": (held[0], 0, 2),
        "inbox/c.csv": (0, 1, 0),
    }


def test_build_names_every_check_in_chinese_too():
    assert {check.name for check in (*CHECKS, *SOUND)} <= set(entries("word"))


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


def test_files_that_are_no_longer_there_are_told_with_the_build(g60, g60_json, outcome):
    told = "inbox/mine.csv is no longer there: 3 figures and claims leave"
    outcome(replace(DONE, leaving=(told,)))
    assert f"{told}." in " ".join(g60("build").stdout.split())
    assert g60_json("build")["no_longer_there"] == [told]


def test_what_is_gone_and_that_the_clock_is_right_reaches_the_build(g60, outcome, own_home):
    outcome(DONE)
    result = g60("build", "--without", "inbox", "--without", "worldbank", "--clock-is-right", home=own_home)
    assert result.exit_code == 0, result.stderr
    assert SAID == [(["inbox", "worldbank"], True)]


def test_to_leave_out_what_is_there_is_wrong_usage(g60, outcome, own_home):
    outcome(DONE)
    own_home.inbox.mkdir()
    (own_home.inbox / "mine.csv").write_text("", encoding="utf-8")
    for name, rule in (("inbox", "it is there and can be read"), ("all", "no input has that name")):
        result = g60("build", "--without", name, home=own_home)
        assert (result.exit_code, rule in " ".join(result.stderr.split())) == (2, True), result.stderr
    assert SAID == []


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
        "message_en": "'1,2' is no number",
        "remedy_en": "Mend",
    }
    monkeypatch.setattr("g60_pipeline.report.outcome._quarantine", lambda _: [row] * 25)
    outcome(DONE)
    screen = g60("build").stdout
    assert screen.count("inbox/mine.csv") == 20
    assert "and 5 more" in screen


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:3456"), ("localhost", "http://localhost:3456"), ("::1", "http://[::1]:3456")],
)
def test_ui_prints_the_address_once_it_answers(g60, published, monkeypatch, host, address):
    served = []

    def serve(settings, *, host, port, on_ready):
        served.append((settings.home, host, port))
        on_ready()

    monkeypatch.setattr(processes, "serve", serve)
    result = g60("ui", "--port", "3456", "--host", host)
    assert f"Dagster UI: {address} " in result.stdout
    assert served == [(published.home, host, 3456)]


def test_ui_on_an_address_of_another_machine_is_told(g60):
    result = g60("ui", "--host", "192.0.2.1")
    assert result.exit_code == 1
    assert "it can not be listened on" in result.stderr


def test_ui_on_a_name_without_an_address_is_told(g60):
    result = g60("ui", "--host", "nowhere.invalid")
    assert result.exit_code == 1
    assert "--host nowhere.invalid: it is no address of this machine" in result.stderr


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_ui_refuses_a_port_that_can_not_be(g60, port):
    assert g60("ui", "--port", port).exit_code == 2
