"""The notebook runs as a script on the built warehouse, and its tables are those of the warehouse."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from g60_pipeline.settings import Settings

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "lead_claims.py"
LEAD = ["C107", "C108", "C109", "C110", "C111", "C105", "C106"]


@pytest.fixture(scope="module")
def made(published: Settings) -> dict[str, Any]:
    """Return what the cells of the notebook define."""
    spec = importlib.util.spec_from_file_location("lead_claims", NOTEBOOK)
    notebook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(notebook)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("G60_HOME", str(published.home))
        _, defined = notebook.app.run()
    return dict(defined)


def test_the_notebook_runs_as_a_script(published: Settings) -> None:
    done = subprocess.run(
        [sys.executable, str(NOTEBOOK)],
        env=os.environ | {"G60_HOME": str(published.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_without_a_warehouse_the_script_fails_and_names_the_remedy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(NOTEBOOK)],
        env=os.environ | {"G60_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "there is no warehouse yet" in done.stderr


def test_its_seven_claims_have_the_verdicts_of_the_audit(made: dict[str, Any], g60_json: Any) -> None:
    assert made["claimed"]["claim_id"].to_list() == LEAD
    rows = g60_json("claims", "--lead")["claims"]
    audited = {
        (r["claim_id"], r["scope"]): (r["verdict"], r["value_low"], r["value_high"]) for r in rows if r["position"] == 1
    }
    shown = {
        (r["claim_id"], r["scope"]): (r["verdict"], r["value_low"], r["value_high"])
        for r in json.loads(made["verdicts"].write_json())
    }
    assert shown == {key: audited[key] for key in shown}
    assert len(shown) == 2 * len(LEAD)


def test_the_lists_by_verdict_hold_every_claim_once_in_each_scope(made: dict[str, Any]) -> None:
    for scope in ("g60_songjiang", "g60_shanghai"):
        listed = [claim for (of, _), claims in made["summary"].items() if of == scope for claim in claims]
        assert sorted(listed) == sorted(LEAD)


def test_its_other_tables_have_rows_and_the_figures_behind_name_documents(made: dict[str, Any]) -> None:
    for name in ("shares", "research", "firms", "behind"):
        assert made[name].height > 0, name
    assert made["behind"]["publisher"].null_count() == 0
