"""`build` from outside Dagster: everything once, recorded in the history, and quiet. How two builds meet: `tests/faults`."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from g60_pipeline.builds.run_history import CONFIG
from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration import instance as instance_module
from g60_pipeline.orchestration.build_run import BuildResult, build
from g60_pipeline.orchestration.checks import CHECKS, SOUND, asset_key
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.publish.storage import stored_hash
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS, core_steps
from g60_pipeline.tables import table


def test_a_first_build_publishes_everything(built_home: Settings, built_result: BuildResult) -> None:
    assert built_result.success
    assert built_result.published
    assert built_result.failures == ()
    assert built_home.database.exists()
    assert built_home.inbox.is_dir()
    assert os.access(built_home.database, os.R_OK)
    assert built_result.seconds < 60


def test_each_step_runs_once_and_the_publication_comes_last(built_home: Settings, built_result: BuildResult) -> None:
    with open_instance(built_home) as instance:
        entries = instance.all_logs(built_result.run_id, of_type=dg.DagsterEventType.STEP_START)
    steps = [entry.step_key for entry in entries]
    assert sorted(map(str, steps)) == sorted([*(step.name for step in STEPS), "warehouse"])
    assert steps[-1] == "warehouse"


def test_a_build_stands_in_the_history_under_its_code_location(built_home: Settings, built_result: BuildResult) -> None:
    with open_instance(built_home) as instance:
        run = instance.get_run_by_id(built_result.run_id)
        event = instance.get_latest_materialization_event(asset_key("core.observation"))
    assert run is not None
    assert run.job_name == "build_all"
    assert run.is_success
    assert run.tags[".dagster/repository"] == "__repository__@g60_pipeline.definitions"
    assert event is not None
    assert event.asset_materialization is not None
    expected = stored_hash(built_home, table("core.observation"))
    assert (event.asset_materialization.tags or {})["dagster/data_version"] == expected


def test_a_build_looks_at_every_check(built_home: Settings, built_result: BuildResult) -> None:
    evaluated = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    with open_instance(built_home) as instance:
        entries = instance.all_logs(built_result.run_id, of_type=evaluated)
    names = {e.dagster_event.asset_check_evaluation_data.check_name for e in entries if e.dagster_event}
    assert names == {*(check.name for check in CHECKS), "rows_are_sound", "references_resolve", "tables_agree"}
    keys = {e.dagster_event.asset_check_evaluation_data.asset_check_key for e in entries if e.dagster_event}
    assert {check.key for check in SOUND} <= keys


def test_a_selection_is_built_alone(own_home: Settings) -> None:
    told: list[str] = []
    result = build(own_home, selection=["core.observation", "metrics.growth"], on_step=told.append)
    assert result.success
    assert not result.published
    assert sorted(told) == ["growth", "observation"]


def test_an_unknown_table_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(G60Error, match=r"core\.observations: there is no such table to build. Choose among core\."):
        build(Settings(tmp_path), selection=["core.observations"])
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_told_in_words_and_nothing_is_printed(
    own_home: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        core_steps,
        "read_facts",
        lambda name: (_ for _ in ()).throw(G60Error(f"facts/{name}.csv", "it is torn", "Mend it")),
    )
    result = build(own_home, selection=["raw.document"])
    assert not result.success
    assert [(f.step, f.message) for f in result.failures] == [
        ("facts", "facts/document.csv: it is torn. Mend it"),
    ]
    assert capfd.readouterr() == ("", "")


def test_an_error_of_our_own_making_is_told_with_its_class(own_home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_steps, "read_facts", lambda _: 1 / 0)
    result = build(own_home, selection=["raw.claim"])
    assert [f.message for f in result.failures] == ["ZeroDivisionError: division by zero"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")], ids=["Python", "DuckDB"])
def test_breaking_off_is_recorded_and_frees_the_lock(
    own_home: Settings, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def broken_off(_: str) -> None:
        raise error

    monkeypatch.setattr(core_steps, "read_facts", broken_off)
    with pytest.raises(KeyboardInterrupt):
        build(own_home, selection=["raw.claim"])
    monkeypatch.undo()
    with open_instance(own_home) as instance:
        assert [run.is_failure for run in instance.get_runs()] == [True, False]
    assert build(own_home, selection=["raw.claim"], lock_timeout=0.1).success


def test_a_new_instance_has_telemetry_off_and_an_own_configuration_stays(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    with open_instance(settings) as instance:
        assert not instance.telemetry_enabled
        assert instance.run_monitoring_enabled
    file = settings.dagster_home / "dagster.yaml"
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["telemetry"] == {"enabled": False}
    file.write_text("telemetry:\n  enabled: false\nnux:\n  enabled: true\n", encoding="utf-8")
    with open_instance(settings):
        pass
    assert "nux:\n  enabled: true" in file.read_text(encoding="utf-8")


def test_a_configuration_an_older_version_wrote_is_replaced_where_nobody_changed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = "telemetry:\n  enabled: false\n"
    monkeypatch.setattr(instance_module, "OLDER_CONFIGS", {hashlib.sha256(older.encode()).hexdigest()})
    file = Settings(tmp_path).dagster_home / "dagster.yaml"
    file.parent.mkdir(parents=True)
    for text, replaced in ((older, True), (older + "nux:\n  enabled: true\n", False)):
        file.write_text(text, encoding="utf-8")
        with open_instance(Settings(tmp_path)) as instance:
            assert instance.run_monitoring_enabled == replaced
        assert (file.read_text(encoding="utf-8") == CONFIG) == replaced


def test_a_home_that_can_not_be_written_to_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(G60Error, match="the run history can not be opened"):
        build(Settings(tmp_path / "home"))


def test_the_workspace_of_the_repository_points_at_the_code_location() -> None:
    file = Path(__file__).parents[2] / "workspace.yaml"
    assert yaml.safe_load(file.read_text(encoding="utf-8")) == {
        "load_from": [{"python_module": "g60_pipeline.definitions"}]
    }


def test_history_of_a_build_is_the_one_dagster_dev_is_given(own_home: Settings, built_result: BuildResult) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
    environment["G60_HOME"] = str(own_home.home)
    own = [sys.executable, "-m", "g60_pipeline.orchestration.instance"]
    folder = subprocess.run(own, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    assert Path(folder) == own_home.dagster_home
    look = "import dagster as dg; print(*(run.run_id for run in dg.DagsterInstance.get().get_runs()))"
    told = subprocess.run(
        [sys.executable, "-c", look],
        env=environment | {"DAGSTER_HOME": folder},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == [built_result.run_id]
