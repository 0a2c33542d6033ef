"""A warehouse that is half there or overwritten: a clear message, and `doctor` tells."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-c", "from g60_pipeline.cli import main; main()"]


@pytest.mark.parametrize("damage", ["half", "garbage"])
@pytest.mark.parametrize("command", [["claims", "--lead"], ["doctor"]])
def test_damage_is_told_without_a_traceback(published, tmp_path, damage, command):
    content = bytearray(published.database.read_bytes())
    if damage == "half":
        content = content[: len(content) // 8]
    else:
        content[3_000_000:9_000_000] = b"garbage!" * 750_000
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "g60.duckdb").write_bytes(content)
    environment = os.environ | {"G60_HOME": str(tmp_path), "COLUMNS": "250"}
    run = subprocess.run([*COMMAND, *command], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stdout
    assert "Traceback" not in run.stderr
    assert "g60 build" in run.stdout + run.stderr
