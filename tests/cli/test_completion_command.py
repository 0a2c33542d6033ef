"""`g60 completion`: the scripts of the shells, and what a real shell completes with them."""

from __future__ import annotations

import os
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


LINES = {
    "g60 co": ("compare", "coverage", "completion"),
    "g60 show --da": ("--date",),
    "g60 show hightech_e": ("hightech_enterprises", "hightech_enterprises_growth"),
    "g60 show 科创": ("科创板上市公司数", "科创板募集资金"),
    "g60 show gdp --geo Suz": ("Suzhou",),
    "g60 show --corridor g60_": ("g60_songjiang", "g60_shanghai"),
    "g60 completion ": ("bash", "zsh", "fish"),
}
"""Beginning of a line -> what a shell offers for it."""


@pytest.mark.system
@pytest.mark.parametrize("line", LINES)
def test_fish_completes_commands_options_and_values(g60, shell_of, line):
    script = shell_of("fish")
    done = run(["fish", "-c", f"source {script}; complete -C '{line}'"], script.parent)
    offered = [told.partition("\t")[0] for told in done.splitlines()]
    assert set(LINES[line]) <= set(offered)


@pytest.mark.system
def test_fish_shows_a_description_to_its_end(g60, shell_of):
    script = shell_of("fish")
    assert "Show what is filled, and by what grade." in run(
        ["fish", "-c", f"source {script}; complete -C 'g60 cove'"], script.parent
    )


ZSH = r"""
zmodload zsh/zpty
zpty z zsh -f -i
say() { zpty -w -n z "$1" }
hear() {
    local out heard="" end=$((SECONDS + 20))
    while (( SECONDS < end )) && [[ $heard != *$1* ]]; do
        if zpty -r -t z out 2>/dev/null; then heard+=$out; else sleep 0.05; fi
    done
    print -r -- $heard
}
say $'PS1=; bindkey -e; autoload -U compinit; compinit -u -d dump; source script; print rea""dy\n'
hear ready >/dev/null
say "$LINE"$'\t\t'
hear "$WANTED"
"""
"""A shell that somebody types into: a line and twice the tabulator."""


@pytest.mark.system
@pytest.mark.parametrize("line", LINES)
def test_zsh_completes_commands_options_and_values(g60, shell_of, line):
    script = shell_of("zsh")
    for wanted in LINES[line]:
        assert wanted in run(["zsh", "-f", "-c", ZSH], script.parent, LINE=line, WANTED=wanted)


@pytest.fixture
def shell_of(g60, published: Settings, tmp_path: Path, monkeypatch):
    """Return a function that writes the script of a shell, with a `g60` on the PATH."""
    program = tmp_path / "g60"
    program.write_text(f"#!{sys.executable}\nfrom g60_pipeline.cli import main\nmain()\n", encoding="utf-8")
    program.chmod(0o755)

    def written(shell: str) -> Path:
        script = tmp_path / "script"
        script.write_text(g60("completion", shell).stdout, encoding="utf-8")
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setenv("G60_HOME", str(published.home))
        monkeypatch.setenv("HOME", str(tmp_path))
        return script

    return written


def run(command: list[str], folder: Path, **more: str) -> str:
    environment = os.environ | {"LC_ALL": "C.UTF-8", "COLUMNS": "200"} | more
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_unknown_shell_is_refused_with_those_there_are(g60):
    result = g60("completion", "tcsh")
    assert result.exit_code == 2
    assert "'fish'" in result.stderr
