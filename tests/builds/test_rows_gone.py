"""Files that have lost rows since they were published: a cut stops a build, what a person takes out is said."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from g60_pipeline.builds import clock, preconditions
from g60_pipeline.doctor.home import examine
from g60_pipeline.errors import G60Error, UsageError
from g60_pipeline.ingest.corrections import COLUMNS
from g60_pipeline.ingest.inbox import CLAIMS, FIGURES
from g60_pipeline.publish.warehouse import publish
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context, run_steps

NOW = dt.datetime(2026, 11, 29, 3, 0, tzinfo=dt.UTC)
HEADS = {
    "inbox/mine.csv": ",".join(FIGURES.required),
    "inbox/said.CSV": ",".join(CLAIMS.required),
    "corrections/own.csv": ",".join(COLUMNS),
}
LINES = {
    **{name: [head, *(f"r{n}" + ",x" * head.count(",") for n in range(5))] for name, head in HEADS.items()},
    "corridors/own.yaml": ["corridor_id: own", "members:", *(f'- "33{n}000"' for n in range(5))],
}
HEADER_LINES = {name: len(lines) - 5 for name, lines in LINES.items()}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, sparse: dict[str, pl.DataFrame]) -> Path:
    """Return a home with one file of each kind, five rows in each, all of it published."""
    settings = Settings(tmp_path_factory.mktemp("kept") / "home")
    for name, lines in LINES.items():
        (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
        write(settings, name, lines)
    own = run_steps(Context(settings, NOW.date()), wanted=["core.input_file"])["core.input_file"]
    publish(settings, sparse | {"core.input_file": own}, built_at=NOW)
    return settings.home


@pytest.fixture(params=LINES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def home(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(clock, "present", lambda: NOW + dt.timedelta(hours=5))
    shutil.copytree(kept, tmp_path / "home")
    return Settings(tmp_path / "home")


def write(settings: Settings, name: str, lines: list[str]) -> None:
    (settings.home / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def named(settings: Settings, state: str) -> list[str]:
    """Return what `g60 doctor` says of the inputs: that it says it is a test of its own."""
    found = preconditions.findings(settings)
    return [f"{check}: {detail}. {remedy}" for check, found_state, detail, remedy in found if found_state == state]


def share(gone: int, name: str) -> str:
    return f"{gone} of the 5 {'members' if 'corridors' in name else 'rows'} it had at the last publication are gone"


@pytest.mark.parametrize("left", range(5))
def test_file_cut_at_any_line_end_stops_a_build_until_its_rows_are_said_to_be_gone(
    home: Settings, name: str, left: int
) -> None:
    assert preconditions.check(home) == []
    write(home, name, LINES[name][: HEADER_LINES[name] + left])
    with pytest.raises(G60Error) as caught:
        preconditions.check(home)
    assert (caught.value.subject, share(5 - left, name) in caught.value.rule) == (name, True)
    way_out = f"`g60 build --without {name}:gone`"
    assert caught.value.remedy == f"Bring them back; if it is gone: {way_out}"
    assert [line for line in named(home, "wrong") if way_out in line]
    said = replace(home, without=frozenset({f"{name}:gone"}))
    assert preconditions.check(said) == [f"{name}: {share(5 - left, name)}"]
    with pytest.raises(G60Error, match="it went away during the build"):
        preconditions.still_there(home)


def test_doctor_names_a_file_that_was_cut(home: Settings, name: str) -> None:
    write(home, name, LINES[name][: HEADER_LINES[name] + 2])
    told = [f"{f.check}: {f.detail}. {f.remedy}" for f in examine(home) if f.state == "wrong"]
    assert [line for line in told if f"`g60 build --without {name}:gone`" in line]
    assert set(named(home, "wrong")) <= set(told)


Edit = Callable[[list[str]], list[str]]
TAKEN_OUT: dict[str, tuple[Edit, int]] = {
    "the first": (lambda rows: rows[1:], 1),
    "in the middle": (lambda rows: [*rows[:1], *rows[3:]], 2),
    "all but the last": (lambda rows: rows[4:], 4),
}


@pytest.mark.parametrize(("edit", "gone"), list(TAKEN_OUT.values()), ids=list(TAKEN_OUT))
def test_rows_taken_out_before_the_last_one_are_let_go_and_said(
    home: Settings, name: str, edit: Edit, gone: int
) -> None:
    at = HEADER_LINES[name]
    write(home, name, LINES[name][:at] + edit(LINES[name][at:]))
    assert preconditions.check(home) == [f"{name}: {share(gone, name)}"]
    assert [line for line in named(home, "note") if share(gone, name) in line]
    preconditions.still_there(home)


def test_rows_that_others_take_the_place_of_are_let_go_and_said(home: Settings, name: str) -> None:
    at = HEADER_LINES[name]
    new = LINES[name][at].replace("r0", "new").replace("330000", "310000")
    write(home, name, [*LINES[name][: at + 3], new])
    assert preconditions.check(home) == [f"{name}: {share(2, name)}"]


def test_other_order_and_more_rows_are_nothing_to_say(home: Settings, name: str) -> None:
    at = HEADER_LINES[name]
    new = LINES[name][at].replace("r0", "new").replace("330000", "310000")
    write(home, name, [*LINES[name][:at], new, *LINES[name][:at:-1], LINES[name][at]])
    assert preconditions.check(home) == []


SPOILED: dict[str, tuple[Callable[[str], bytes], str]] = {
    "UTF-16": (lambda text: text.encode("utf-16"), "UTF-16"),
    "a null byte": (lambda text: f"{text}\0".encode(), "null byte"),
    "a header in capitals": (lambda text: text.replace("_id", "_ID").encode(), "required columns are missing"),
}


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize(("spoil", "words"), SPOILED.values(), ids=SPOILED)
def test_file_of_which_nothing_can_be_read_any_more_stops_a_build_and_says_why(
    home: Settings, name: str, spoil: Callable[[str], bytes], words: str
) -> None:
    (home.home / name).write_bytes(spoil("\n".join(LINES[name]) + "\n"))
    with pytest.raises(G60Error, match=words) as caught:
        preconditions.check(home)
    assert "the warehouse in force was built with 5 rows of it" in caught.value.rule
    assert f"`g60 build --without {name}:gone`" in caught.value.remedy
    assert [line for line in named(home, "wrong") if words in line]


def test_rows_that_are_there_are_not_said_to_be_gone(home: Settings, name: str) -> None:
    with pytest.raises(UsageError, match="no rows were cut off it"):
        preconditions.check(replace(home, without=frozenset({f"{name}:gone"})))


def test_what_a_build_notes_of_a_file_are_its_rows_in_their_order(home: Settings) -> None:
    own = run_steps(Context(home, NOW.date()), wanted=["core.input_file"])["core.input_file"]
    noted = dict(own.select("file", "entries").iter_rows())
    assert (
        noted["inbox/mine.csv"]
        == noted["inbox/said.CSV"]
        == noted["corrections/own.csv"]
        == [f"r{n}" for n in range(5)]
    )
    assert noted["corridors/own.yaml"] == [f"33{n}000" for n in range(5)]
