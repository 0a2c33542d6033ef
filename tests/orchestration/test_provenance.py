"""What a file says of its making decides whether a step that depends on its inputs alone has to run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from g60_pipeline.orchestration import provenance as made
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS
from g60_pipeline.storage import write_table
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
    monkeypatch.setattr(made, "code_hash", lambda: "other")
    assert not again(settings)


def test_what_is_not_there_has_to_be_made(tmp_path: Path) -> None:
    assert not again(written(tmp_path), (*AUDIT.outputs, "metrics.growth"))


def test_the_hash_of_the_code_is_over_code_and_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(made.code_hash()) == 64
    (tmp_path / "package" / "orchestration").mkdir(parents=True)
    monkeypatch.setattr(made, "__file__", str(tmp_path / "package" / "orchestration" / "provenance.py"))
    hashes = []
    for name, text in (("a.py", "1"), ("a.py", "2"), ("rules.yaml", "x"), ("notes.txt", "seen by nobody")):
        (tmp_path / "package" / name).write_text(text, encoding="utf-8")
        made.code_hash.cache_clear()
        hashes.append(made.code_hash())
    made.code_hash.cache_clear()
    assert len(set(hashes)) == 3
    assert hashes[2] == hashes[3]


def test_only_steps_that_follow_from_their_inputs_are_spared() -> None:
    assert {step.name for step in STEPS if step.is_pure} == {step.name for step in STEPS if step.group == "metrics"}
    assert all(step.inputs for step in STEPS if step.is_pure)
