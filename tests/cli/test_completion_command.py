"""`g60 completion`: the scripts of the shells, and what a real shell completes with them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from g60_pipeline.settings import Settings

TRIED = """
source script
COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_g60_completion g60
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def bash(g60, published: Settings, tmp_path: Path):
    """Return a function that completes a line in bash, with a `g60` on the PATH."""
    program = tmp_path / "g60"
    program.write_text(f"#!{sys.executable}\nfrom g60_pipeline.cli import main\nmain()\n", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "script").write_text(g60("completion", "bash").stdout, encoding="utf-8")
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "G60_HOME": str(published.home)}

    def completed(words: str) -> list[str]:
        script = TRIED.format(words=words)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.splitlines()

    return completed


@pytest.mark.parametrize(
    ("words", "among"),
    [
        ("g60 co", ["compare", "coverage", "completion", "communique"]),
        ("g60 show --da", ["--date"]),
        ("g60 show hightech_e", ["hightech_enterprises"]),
        ("g60 show 科创", ["科创板上市公司数", "科创板募集资金"]),
        ("g60 show gdp --geo Suz", ["Suzhou"]),
        ("g60 compare 苏", ["苏州市"]),
        ("g60 show --corridor g60_", ["g60_songjiang", "g60_shanghai"]),
        ("g60 explain national_", ["national_share"]),
        ("g60 explain national_share star_l", ["star_listed"]),
        ("g60 claims --claim C10", ["C107"]),
        ("g60 completion ", ["bash", "zsh", "fish"]),
    ],
)
def test_bash_completes_commands_options_and_values(bash, words, among):
    found = bash(words if not words.endswith(" ") else f"{words} ''")
    assert set(among) <= set(found)
    assert "" not in found


def test_without_a_warehouse_nothing_is_completed_and_nothing_said(bash, monkeypatch, tmp_path):
    assert bash("g60 show --corridor nothing_like_it") == [""]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_script_of_another_shell_asks_the_command_and_is_well_formed(g60, shell, tmp_path):
    script = g60("completion", shell).stdout
    assert f"_G60_COMPLETE={shell}_complete" in script
    assert "g60" in script.splitlines()[0] or "#compdef g60" in script
    program = shutil.which(shell)
    if program is not None:
        file = tmp_path / "script"
        file.write_text(script, encoding="utf-8")
        assert subprocess.run([program, "-n", str(file)], capture_output=True, timeout=30, check=False).returncode == 0


def test_unknown_shell_is_refused_with_those_there_are(g60):
    result = g60("completion", "tcsh")
    assert result.exit_code == 2
    assert "'fish'" in result.stderr
