"""What stops a build before it begins, each with its way out, and that `g60 doctor` names the same."""

from __future__ import annotations

import datetime as dt
import errno
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from stored import write_table

from g60_pipeline.builds import clock, preconditions
from g60_pipeline.contracts.core.snapshots import Snapshot as SnapshotRow
from g60_pipeline.contracts.frames import frame_of
from g60_pipeline.doctor import home as health
from g60_pipeline.errors import G60Error, UsageError
from g60_pipeline.ingest.live.archive import AnswerRecord, Archive, Attempt, Snapshot
from g60_pipeline.ingest.live.http.messages import Answer
from g60_pipeline.publish.warehouse import publish
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context, run_steps
from g60_pipeline.tables import table

Frames = dict[str, pl.DataFrame]
NOW = dt.datetime(2026, 11, 29, 3, 0, tzinfo=dt.UTC)
FILES = ("inbox/mine.csv", "inbox/more.CSV", "corrections/own.CSV")
CORRIDOR = "corridors/hang_jia.YAML"


def fetched(settings: Settings, at: dt.datetime, body: bytes, *, previous: str | None = None) -> str:
    """Keep a snapshot of the World Bank, and the refresh that brought it."""
    archive = Archive(settings.archive_dir)
    archive.put(body)
    answer = Answer("worldbank", "a", "GET", "https://x.example/a", None, 200, {}, body, at)
    name = archive.add(
        Snapshot(
            source_id="worldbank",
            part="",
            fetched_at=at,
            previous=previous,
            version="0",
            rows_hash="0" * 64,
            rows=1,
            answers=(AnswerRecord.of(answer),),
        )
    )
    attempted(settings, at, snapshots=(name,))
    return name


def attempted(settings: Settings, at: dt.datetime, *, snapshots: tuple[str, ...] = ()) -> None:
    Archive(settings.archive_dir).note(
        Attempt(
            source_id="worldbank",
            parts=("",),
            started_at=at,
            ended_at=at,
            ending="new" if snapshots else "unchanged",
            snapshots=snapshots,
            requests=1,
            received_bytes=1,
        )
    )


def put_in_force(settings: Settings, sparse: Frames, *snapshots: str, at: dt.datetime = NOW) -> None:
    """Publish the facts as a build would that had read the inbox, the registers and the snapshots."""
    own = run_steps(Context(settings, at.date()), wanted=["core.input_file"])["core.input_file"]
    first, *others = sparse["core.observation_candidate"].iter_rows(named=True)
    candidates = sparse["core.observation_candidate"].with_columns(
        origin=pl.when(pl.col("observation_id") == first["observation_id"])
        .then(pl.lit("inbox/mine.csv, line 2"))
        .otherwise("origin")
    )
    rows = [
        {"snapshot_id": name, "source_id": "worldbank", "part": "", "state": "in force", "seen_on": []}
        for name in snapshots
    ]
    changed = {
        "core.input_file": own,
        "core.observation_candidate": candidates,
        "core.snapshot": frame_of(SnapshotRow, rows),
    }
    assert others
    publish(settings, sparse | changed, built_at=at)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, sparse: Frames) -> Path:
    """Return a home with an inbox, a register of corrections and an archive, all of it published."""
    settings = Settings(tmp_path_factory.mktemp("kept") / "home")
    for name in FILES:
        (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
    header = "row_id,geo_code,indicator_id,basis,period_kind,period,value,unit\n"
    (settings.home / FILES[0]).write_text(header, encoding="utf-8")
    (settings.home / FILES[1]).write_text(header, encoding="utf-8")
    columns = "correction_id,row_id,column,printed,corrected,reason_en,reason_zh,document_id,author,reviewed\n"
    (settings.home / FILES[2]).write_text(columns, encoding="utf-8")
    (settings.home / CORRIDOR).parent.mkdir()
    (settings.home / CORRIDOR).write_text("corridor_id: hang_jia\n", encoding="utf-8")
    put_in_force(settings, sparse, fetched(settings, NOW - dt.timedelta(days=3), b"body"))
    return settings.home


@pytest.fixture
def home(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return a copy of that home, some hours after its publication."""
    monkeypatch.setattr(clock, "present", lambda: NOW + dt.timedelta(hours=5))
    shutil.copytree(kept, tmp_path / "home")
    return Settings(tmp_path / "home")


def refusal(settings: Settings, **said: bool) -> G60Error:
    with pytest.raises(G60Error) as caught:
        preconditions.check(settings, **said)
    return caught.value


def named(settings: Settings, state: str = "wrong") -> str:
    """Return what `g60 doctor` says of the inputs: that it says it is a test of its own."""
    found = preconditions.findings(settings)
    return " | ".join(f"{check}: {detail}. {remedy}" for check, told, detail, remedy in found if told == state)


def locked(monkeypatch: pytest.MonkeyPatch, call: str, path: Path) -> None:
    """Let the system refuse a call on one path, as it does where rights are missing: tests may run as root."""
    allowed = getattr(Path, call)

    def refuse(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return allowed(self, *args, **kwargs)

    monkeypatch.setattr(Path, call, refuse)


def gone(folder: Path, _: pytest.MonkeyPatch) -> None:
    shutil.rmtree(folder)


def empty(folder: Path, patch: pytest.MonkeyPatch) -> None:
    gone(folder, patch)
    folder.mkdir()


def a_file(folder: Path, patch: pytest.MonkeyPatch) -> None:
    gone(folder, patch)
    folder.write_text("", encoding="utf-8")


def a_dangling_link(folder: Path, patch: pytest.MonkeyPatch) -> None:
    gone(folder, patch)
    folder.symlink_to("/nowhere/at/all")


def unreadable(folder: Path, patch: pytest.MonkeyPatch) -> None:
    locked(patch, "iterdir", folder)


Fault = Callable[[Path, pytest.MonkeyPatch], None]


@pytest.mark.parametrize("kind", ["inbox", "corrections", "corridors", "archive"])
@pytest.mark.parametrize("fault", [gone, empty, a_file, a_dangling_link, unreadable])
def test_a_folder_that_vanished_stops_a_build_until_it_is_said_to_be_gone(
    home: Settings, monkeypatch: pytest.MonkeyPatch, kind: str, fault: Fault
) -> None:
    assert preconditions.check(home) == []
    fault(home.home / kind, monkeypatch)
    error = refusal(home)
    assert error.subject == str(home.home / kind)
    assert error.remedy.endswith(f"if it is gone: `g60 build --without {kind}`")
    assert f"`g60 build --without {kind}`" in named(home)
    preconditions.check(replace(home, without=frozenset({kind})))


@pytest.mark.parametrize(("kind", "fault"), [("inbox", gone), ("corrections", empty), ("archive", unreadable)])
def test_doctor_names_a_folder_that_vanished(
    home: Settings, monkeypatch: pytest.MonkeyPatch, kind: str, fault: Fault
) -> None:
    fault(home.home / kind, monkeypatch)
    told = " | ".join(f"{f.check}: {f.detail}. {f.remedy}" for f in health.examine(home) if f.state == "wrong")
    assert f"`g60 build --without {kind}`" in told
    assert named(home) in told


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_can_not_be_read_any_more_stops_a_build(
    home: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    locked(monkeypatch, "open", home.home / name)
    error = refusal(home)
    assert (error.subject, "it can not be read (Permission denied)" in error.rule) == (name, True)
    assert f"`g60 build --without {name}`" in named(home)
    said = replace(home, without=frozenset({name}))
    preconditions.check(said)
    assert (
        name
        not in run_steps(Context(said, NOW.date()), wanted=["core.input_file"])["core.input_file"]["file"].to_list()
    )


def test_a_file_of_figures_that_is_empty_now_stops_a_build(home: Settings) -> None:
    (home.home / FILES[0]).write_text("", encoding="utf-8")
    assert refusal(home).rule.startswith("it is empty now")


def test_a_file_taken_out_of_a_folder_with_others_leaves_and_is_said_to(home: Settings) -> None:
    (home.home / FILES[0]).unlink()
    assert preconditions.check(home) == ["inbox/mine.csv is no longer there: 1 figures and claims leave"]
    assert "inbox/mine.csv is no longer there" in named(home, "note")
    (home.home / FILES[1]).unlink()
    assert refusal(home).rule == (
        "it holds no CSV file or workbook, but the warehouse in force was built with inbox/mine.csv, inbox/more.CSV"
    )


@pytest.mark.parametrize("lost", [["attempts/worldbank", "snapshots/worldbank"], ["snapshots"], ["objects"]])
def test_a_source_of_which_nothing_whole_is_left_stops_a_build(home: Settings, lost: list[str]) -> None:
    for name in lost:
        path = home.archive_dir / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    error = refusal(home)
    assert (error.subject, "no whole snapshot" in error.rule) == ("worldbank", True)
    assert error.remedy.endswith("`g60 build --without worldbank`")
    assert "`g60 build --without worldbank`" in named(home)
    preconditions.check(replace(home, without=frozenset({"worldbank"})))


def test_open_incidents_beside_an_unmounted_archive_do_not_make_one(home: Settings) -> None:
    shutil.rmtree(home.archive_dir)
    home.archive_dir.mkdir()
    (home.archive_dir / "incidents.json").write_text("{}", encoding="utf-8")
    assert refusal(home).rule.startswith("the archive is gone or empty")


def test_several_vanished_inputs_are_counted(home: Settings) -> None:
    shutil.rmtree(home.archive_dir)
    shutil.rmtree(home.inbox)
    assert "(1 more: `g60 doctor` names all)" in refusal(home).remedy


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("inbox", "it is there"),
        ("corrections", "it is there"),
        ("archive", "it is there"),
        ("worldbank", "it is there"),
        ("inbox/mine.csv", "it is there"),
        ("the inbox", "no input has that name"),
        ("", "no input has that name"),
    ],
)
def test_what_is_there_is_not_left_out(home: Settings, name: str, rule: str) -> None:
    with pytest.raises(UsageError, match=rule):
        preconditions.check(replace(home, without=frozenset({name})))


def test_a_home_nothing_was_published_from_lacks_nothing(tmp_path: Path) -> None:
    assert preconditions.check(Settings(tmp_path)) == []
    said = frozenset({"archive", "inbox", "inbox/mine.csv", "corrections", "worldbank"})
    assert preconditions.check(Settings(tmp_path, said)) == []


def at(monkeypatch: pytest.MonkeyPatch, now: dt.datetime) -> None:
    monkeypatch.setattr(clock, "present", lambda: now)


@pytest.mark.parametrize("year", [1970, 2020, 2026])
def test_a_clock_before_the_documents_of_the_package_stops_every_build(
    home: Settings, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    at(monkeypatch, dt.datetime(year, 7, 31, 15, 59, tzinfo=dt.UTC))
    for error in (refusal(home), refusal(home, clock_is_right=True), refusal(Settings(home.home / "new"))):
        assert error.subject == "the clock"
        assert error.rule.startswith(f"it shows {year}-07-31, but this package holds a document of 2026-08-01")
        assert error.remedy == "Set the clock of this machine"
    assert "the clock: it shows" in named(home)


def test_a_clock_before_the_publication_stops_a_build_and_names_the_way_out(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOW - dt.timedelta(days=1))
    error = refusal(home)
    assert error.rule == "it shows 2026-11-28, but the warehouse in force was published on 2026-11-29"
    assert error.remedy == "Set it; where it is right now and was ahead then, run `g60 build --clock-is-right`"
    assert "`g60 build --clock-is-right`" in named(home)
    written = home.database.stat().st_mtime
    assert preconditions.check(home, clock_is_right=True) == []
    assert home.database.stat().st_mtime != written, "it is to be made anew, with the right day"


def test_a_clock_some_hours_behind_on_one_day_stops_nothing(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW - dt.timedelta(hours=2))
    assert preconditions.check(home) == []


def test_a_snapshot_of_a_day_to_come_stops_a_build_until_something_follows_it(
    home: Settings, sparse: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = fetched(home, NOW.replace(year=2030), b"of 2030")
    error = refusal(home)
    assert error.rule == f"it shows 2026-11-29, but snapshot {ahead} of worldbank was fetched on 2030-11-29"
    assert "run `g60 refresh worldbank`" in error.remedy
    assert f"snapshot {ahead}" in named(home)
    assert preconditions.check(home, clock_is_right=True) == []
    attempted(home, NOW)
    assert preconditions.check(home) == []
    assert ahead not in named(home) + named(home, "note")


def test_a_snapshot_of_a_day_to_come_is_accepted_once(home: Settings, sparse: Frames) -> None:
    ahead = fetched(home, NOW.replace(year=2030), b"of 2030")
    home.database.unlink()
    put_in_force(home, sparse, ahead)
    assert preconditions.check(home) == []
    other = fetched(home, NOW.replace(year=2031), b"of 2031", previous=ahead)
    assert other in refusal(home).rule


def test_a_wait_of_a_day_to_come_is_named(home: Settings) -> None:
    archive = Archive(home.archive_dir)
    (done,) = archive.attempts("worldbank")
    archive.note(done.model_copy(update={"ending": "failed", "snapshots": (), "retry_at": NOW.replace(year=2031)}))
    assert preconditions.check(home) == []
    assert "asks to wait until 2031-11-29, which is not believed" in named(home, "note")


def test_an_archive_that_is_older_than_the_warehouse_stops_a_build(home: Settings, sparse: Frames) -> None:
    older = home.home / "older"
    shutil.copytree(home.archive_dir, older)
    newer = fetched(home, NOW - dt.timedelta(days=1), b"newer body")
    put_in_force(home, sparse, newer)
    assert preconditions.check(home) == []
    shutil.rmtree(home.archive_dir)
    older.rename(home.archive_dir)
    error = refusal(home)
    assert error.subject == "worldbank"
    assert f"the archive knows nothing of snapshot {newer}" in error.rule
    assert "`g60 refresh worldbank`" in error.remedy
    assert newer in named(home)
    preconditions.check(replace(home, without=frozenset({"worldbank"})))


@pytest.mark.parametrize("lost", ["gone", "damaged"])
@pytest.mark.parametrize("kind", ["inbox", "corrections", "corridors", "archive"])
def test_inputs_that_vanish_with_the_published_file_stop_a_build(
    home: Settings, monkeypatch: pytest.MonkeyPatch, lost: str, kind: str
) -> None:
    own = run_steps(Context(home, NOW.date()), wanted=["core.input_file"])["core.input_file"]
    rows = [
        {"snapshot_id": name, "source_id": "worldbank", "part": "", "state": "in force", "seen_on": []}
        for name in (s.snapshot_id for s in Archive(home.archive_dir).history("worldbank")[0])
    ]
    write_table(home, table("core.input_file"), own)
    write_table(home, table("core.snapshot"), frame_of(SnapshotRow, rows))
    home.database.unlink()
    if lost == "damaged":
        home.database.write_bytes(b"no database")
    assert preconditions.check(home) == []
    gone(home.home / kind, monkeypatch)
    assert refusal(home).subject == str(home.home / kind)


def test_an_input_that_goes_away_during_a_build_is_not_published(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    preconditions.still_there(home)
    gone(home.archive_dir, monkeypatch)
    with pytest.raises(G60Error, match="it went away during the build"):
        preconditions.still_there(home)


def test_a_corridor_file_that_is_taken_out_is_said(home: Settings) -> None:
    (home.home / "corridors" / "other.yaml").write_text("corridor_id: other\n", encoding="utf-8")
    (home.home / CORRIDOR).unlink()
    assert preconditions.check(home) == [f"{CORRIDOR} is no longer there: its corridor leaves"]


def test_an_older_warehouse_in_the_place_of_the_newer_hides_no_vanished_input(
    home: Settings, sparse: Frames, published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = run_steps(Context(home, NOW.date()), wanted=["core.input_file"])["core.input_file"]
    write_table(home, table("core.input_file"), own)
    shutil.copy2(published.database, home.home / "older")
    (home.home / "older").replace(home.database)
    assert preconditions.check(home) == []
    gone(home.home / "inbox", monkeypatch)
    assert refusal(home).subject == str(home.home / "inbox")


@pytest.mark.parametrize("name", ["inbox/mine.xls", "inbox/mine.csv.txt", "inbox/sub", "corrections/x.tsv"])
def test_what_lies_in_a_folder_of_own_files_and_is_not_read_is_said(home: Settings, name: str) -> None:
    assert preconditions.passed_over(home) == []
    (home.home / name).mkdir()
    for let_be in (
        ".DS_Store",
        ".gitkeep",
        ".~lock.a.csv#",
        "._a.csv",
        ".a.csv.tmp",
        "~$mine.xlsx",
        "~$a.XLSX",
        "README.md",
    ):
        (home.home / "inbox" / let_be).touch()
    for let_be in ("corrections/._x.csv", "corridors/._x.yaml", "corridors/.git"):
        (home.home / let_be).touch()
    (told,) = preconditions.passed_over(home)
    assert told.startswith(f"{name} is not read: only files directly in {name.partition('/')[0]}/ are")
    assert told in named(home, "note")
    assert preconditions.check(home) == []


@pytest.mark.parametrize(
    "name", ["inbox/.x.csv", "inbox/~$x.CSV", "inbox/.x.xlsx", "corrections/.x.csv", "corridors/.x.yml"]
)
def test_a_hidden_file_under_an_ending_that_is_read_is_said(home: Settings, name: str) -> None:
    (home.home / name).parent.mkdir(exist_ok=True)
    (home.home / name).touch()
    (told,) = preconditions.passed_over(home)
    assert told == f"{name} is not read: its name begins as those of hidden files do"
    assert told in named(home, "note")
    assert told.zh.startswith(f"{name} 不读取：")
    assert preconditions.check(home) == []
