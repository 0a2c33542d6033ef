"""What a file says of its making decides whether a step that depends on its inputs alone has to run again."""

from __future__ import annotations

import os
import pkgutil
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from stored import write_table

from g60_pipeline import fingerprint, metrics
from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration import provenance as made
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS
from g60_pipeline.tables import table

AUDIT = next(step for step in STEPS if step.name == "claim_audit")


def written(home: Path) -> Settings:
    """Return a home that holds an empty audit, made from inputs that are not there."""
    settings = Settings(home)
    origin = made.provenance(settings, AUDIT, run_id="r1")
    (name,) = AUDIT.outputs
    write_table(settings, table(name), table(name).schema.create_empty(), provenance=origin)
    return settings


def again(settings: Settings, names: tuple[str, ...] = AUDIT.outputs) -> bool:
    return made.would_be_made_again(settings, names, made.provenance(settings, AUDIT, run_id="r2"))


def test_the_same_inputs_and_code_would_make_the_same_again(tmp_path: Path) -> None:
    assert again(written(tmp_path))


def test_a_changed_input_makes_something_else(tmp_path: Path) -> None:
    settings = written(tmp_path)
    claims = table("core.claim")
    write_table(settings, claims, claims.schema.create_empty())
    assert not again(settings)


def test_changed_code_makes_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = written(tmp_path)
    monkeypatch.setattr(made, "code_version", lambda _: "other")
    assert not again(settings)


def test_other_libraries_make_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = written(tmp_path)
    monkeypatch.setattr(made, "_environment", lambda: "other")
    assert not again(settings)


@pytest.mark.parametrize("part", ["code_version", "_environment"])
def test_table_of_other_code_or_libraries_is_not_published_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    settings, (name,) = written(tmp_path), AUDIT.outputs

    def reasons() -> str:
        return " ".join(made.outdated(settings).filter(table=name)["reason"])

    assert "installed now" not in reasons()
    monkeypatch.setattr(made, part, lambda *_: "other")
    assert "made by code, catalog, facts or libraries other than those installed now" in reasons()


def test_what_is_not_there_has_to_be_made(tmp_path: Path) -> None:
    assert not again(written(tmp_path), (*AUDIT.outputs, "metrics.growth"))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the files of the package that the hashes are taken of, to change."""
    copied = tmp_path / "package"
    shutil.copytree(fingerprint.PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "PACKAGE", copied)
    forget()
    yield copied
    monkeypatch.undo()
    forget()


def forget() -> None:
    names = ("imported_names", "_source", "_data_of", "_data_files", "_file_hash")
    for cached in (made._code_hash, made._used_by, *(getattr(fingerprint, name) for name in names)):
        cached.cache_clear()


def versions() -> dict[str, str]:
    forget()
    return {step.name: made.code_version(step) for step in STEPS}


ALL = {step.name for step in STEPS}
PURE = {step.name for step in STEPS if step.is_pure}
GROWTH = {"growth", "growth_decomposition", "claim_audit"}
"""Growth, and the steps that call it or share its words."""


@pytest.mark.parametrize(
    ("name", "changed", "kept"),
    [
        ("metrics/growth/growth.py", GROWTH, ALL - GROWTH),
        ("metrics/growth/growth_decomposition.py", {"growth_decomposition"}, ALL - {"growth_decomposition"}),
        ("metrics/engine/interval.py", PURE - {"figures"}, ALL - PURE | {"figures"}),
        ("metrics/engine/contract.py", PURE, ALL - PURE),
        ("normalize/claims.py", {"claim"}, {"records", "observation", *PURE}),
        ("normalize/star_live.py", {"star_listing", "observation_candidate"}, {"claim", *PURE}),
        ("ingest/live/worldbank/connector.py", {"live"}, {"facts", "entered", *PURE}),
        ("facts/observations.csv", {"facts", "entered"}, PURE - {"wanted"}),
        ("catalog/formulas.yaml", {"catalog", *PURE} - {"figures"}, {"facts", "records", "figures"}),
        ("catalog/words/reason.yaml", {"catalog"}, {"facts", "records"}),
        ("catalog/words/refusal.yaml", {"catalog", "entered", "records", "live"}, set()),
        ("catalog/words/live.yaml", {"live"}, {"facts", "records", *PURE}),
        ("catalog/words/claim.yaml", {"claim"}, {"records", "observation", *PURE}),
        ("catalog/words/explanation.yaml", set(), ALL),
        ("contracts/labels.csv", set(), ALL),
        ("contracts/columns.py", ALL, set()),
        ("publish/storage.py", ALL, set()),
        ("report/headline.py", set(), ALL),
        ("cli/operate.py", set(), ALL),
        ("orchestration/checks.py", set(), ALL),
    ],
)
def test_changed_file_changes_the_steps_that_use_it(
    package: Path, name: str, changed: set[str], kept: set[str]
) -> None:
    before = versions()
    with (package / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    after = versions()
    told = {step for step in before if before[step] != after[step]}
    assert changed <= told
    assert not kept & told


def test_changed_function_of_a_step_changes_that_step() -> None:
    def audit(claim_audit: object) -> object:
        return claim_audit

    audit.__module__ = AUDIT.function.__module__
    assert made.code_version(replace(AUDIT, function=audit)) != made.code_version(AUDIT)


def test_every_loaded_module_of_the_package_is_found_by_its_imports() -> None:
    """What is loaded with the steps is reached from these and the rooms of the metrics by imports in the source."""
    code = "import sys, g60_pipeline.steps.core_steps; print(*(m for m in sys.modules if m.partition('.')[0] == 'g60_pipeline'))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    rooms = [module.name for module in pkgutil.walk_packages(metrics.__path__, f"{metrics.__name__}.")]
    reached = fingerprint.modules_behind(["g60_pipeline.steps.core_steps", *rooms])
    assert len(loaded) > 100
    assert set(loaded) <= reached


def test_only_steps_that_follow_from_their_inputs_are_spared() -> None:
    assert {step.name for step in STEPS if step.is_pure} == {step.name for step in STEPS if step.group == "metrics"}
    assert all(step.inputs for step in STEPS if step.is_pure)


@pytest.fixture
def own_package(tmp_path: Path) -> Path:
    """Return a copy of the package's catalog and of what else its fingerprint needs, older than now."""
    folder = tmp_path / "g60_pipeline"
    shutil.copytree(fingerprint.PACKAGE / "catalog", folder / "catalog")
    return folder


@pytest.mark.parametrize("ending", ["edited", "edited and reverted", "touched", "added"])
def test_tables_are_not_made_by_a_package_that_was_changed_while_the_process_ran(
    own_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(fingerprint, "PACKAGE", own_package)
    settings = Settings(tmp_path / "home")
    monkeypatch.setattr(made, "STARTED", time.time_ns())
    time.sleep(0.02)  # a tick of the clock of the file system
    file = own_package / "catalog" / ("units.csv" if ending != "added" else "corridors/new.yaml")
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    made.provenance(settings, AUDIT, run_id="before")
    if ending in {"edited", "edited and reverted", "added"}:
        file.write_text(f"{text}#", encoding="utf-8")
    if ending == "edited and reverted":
        file.write_text(text, encoding="utf-8")
    if ending == "touched":
        os.utime(file, (1, 1))
    with pytest.raises(G60Error, match="changed while this was running") as caught:
        made.provenance(settings, AUDIT, run_id="after")
    assert caught.value.subject == file.relative_to(own_package.parent).as_posix()


def test_package_installed_before_the_process_or_under_a_clock_that_was_ahead_is_not_changed(
    own_package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "PACKAGE", own_package)
    time.sleep(0.02)
    assert fingerprint.changed_since(time.time_ns()) is None
    ahead = time.time() + 1e6
    os.utime(own_package / "catalog" / "units.csv", (ahead, ahead))
    assert fingerprint.changed_since(time.time_ns()) is None
