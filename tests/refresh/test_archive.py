"""The archive: kept by content, provable, and never worse off for a fault."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import AnswerRecord, Archive, Attempt, Retry, Snapshot
from g60_pipeline.ingest.live.http.messages import Answer

WHEN = dt.datetime(2026, 11, 16, 1, 0, tzinfo=dt.UTC)


def answer(content: bytes, key: str = "a") -> Answer:
    return Answer("worldbank", key, "GET", "https://x.example/a", None, 200, {"etag": '"1"'}, content, WHEN)


def snapshot(*answers: Answer, at: dt.datetime = WHEN, previous: str | None = None) -> Snapshot:
    return Snapshot(
        source_id="worldbank",
        part="",
        fetched_at=at,
        previous=previous,
        version="0",
        rows_hash="0" * 64,
        rows=1,
        answers=tuple(AnswerRecord.of(a) for a in answers),
    )


def keep(archive: Archive, content: bytes, *, day: int = 16, previous: str | None = None) -> str:
    archive.put(content)
    return archive.add(snapshot(answer(content), at=WHEN.replace(day=day), previous=previous))


def path_of(archive: Archive, content: bytes) -> Path:
    digest = hashlib.sha256(content).hexdigest()
    return archive.root / "objects" / digest[:2] / digest


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def test_equal_bodies_are_kept_once_under_the_hash_of_their_content(archive: Archive) -> None:
    digests = {archive.put(b"same"), archive.put(b"same"), archive.put(b"other")}
    assert digests == {hashlib.sha256(b).hexdigest() for b in (b"same", b"other")}
    assert archive.size() == (2, 9)
    assert archive.get(hashlib.sha256(b"same").hexdigest()) == b"same"


def test_what_is_read_back_is_what_was_kept(archive: Archive) -> None:
    name = keep(archive, b"body")
    (found,) = archive.whole("worldbank")[0]
    assert found.snapshot_id == name
    assert found.answers == {"a": answer(b"body")}
    assert archive.in_force("worldbank")[""].answers["a"].content == b"body"
    assert archive.verify() == []


def test_a_damaged_body_is_found_and_the_last_good_snapshot_serves(archive: Archive) -> None:
    good = keep(archive, b"good")
    bad = keep(archive, b"newer", day=17, previous=good)
    assert archive.in_force("worldbank")[""].snapshot_id == bad
    path_of(archive, b"newer").write_bytes(b"newwr")
    (damage,) = archive.verify()
    assert (damage.source_id, damage.snapshot_id) == ("worldbank", bad)
    assert damage.file.startswith("archive/objects/")
    assert "SHA-256" in damage.rule
    assert "g60 refresh" in damage.remedy
    assert archive.in_force("worldbank")[""].snapshot_id == good
    archive.put(b"newer")
    assert archive.verify() == []
    assert archive.in_force("worldbank")[""].snapshot_id == bad


def test_a_missing_body_is_found(archive: Archive) -> None:
    keep(archive, b"body")
    path_of(archive, b"body").unlink()
    assert "can not be read" in archive.verify()[0].rule
    assert archive.in_force("worldbank") == {}


def test_a_body_no_snapshot_names_is_verified_too(archive: Archive) -> None:
    archive.put(b"of a failed refresh")
    path_of(archive, b"of a failed refresh").write_bytes(b"changed")
    assert len(archive.verify()) == 1


@pytest.mark.parametrize("change", [lambda b: b[:-9], lambda b: b.replace(b'"rows":1', b'"rows":2'), lambda _: b""])
def test_a_record_that_was_changed_is_not_believed(archive: Archive, change: Any) -> None:
    good = keep(archive, b"good")
    bad = keep(archive, b"newer", day=17)
    path = archive.root / "snapshots" / "worldbank" / f"{bad}.json"
    path.write_bytes(change(path.read_bytes()))
    (damage,) = archive.verify()
    assert (damage.snapshot_id, damage.file) == (bad, f"archive/snapshots/worldbank/{bad}.json")
    assert archive.in_force("worldbank")[""].snapshot_id == good


def test_a_record_that_is_gone_is_missed_by_the_one_after_it(archive: Archive) -> None:
    first = keep(archive, b"first")
    keep(archive, b"second", day=17, previous=first)
    (archive.root / "snapshots" / "worldbank" / f"{first}.json").unlink()
    assert [(d.snapshot_id, "missing" in d.rule) for d in archive.verify()] == [(first, True)]


def test_the_newest_record_that_is_gone_is_missed_by_the_log(archive: Archive) -> None:
    name = keep(archive, b"first")
    archive.note(
        Attempt(
            source_id="worldbank",
            parts=("",),
            started_at=WHEN,
            ended_at=WHEN,
            ending="new",
            snapshots=(name,),
            requests=1,
            received_bytes=5,
        )
    )
    assert archive.verify() == []
    (archive.root / "snapshots" / "worldbank" / f"{name}.json").unlink()
    assert [d.snapshot_id for d in archive.verify()] == [name]


def test_strays_in_the_archive_are_named_and_do_no_harm(archive: Archive) -> None:
    name = keep(archive, b"body")
    digest = hashlib.sha256(b"body").hexdigest()
    note = Attempt(source_id="worldbank", parts=("",), started_at=WHEN, ended_at=WHEN, ending="unchanged", requests=1, received_bytes=0)  # fmt: skip
    archive.note(note)
    folder = archive.root / "objects" / digest[:2]
    names = [
        f"objects/{digest[:2]}/.{digest}.4711.tmp",
        f"objects/{digest[:2]}/.DS_Store",
        f"objects/{digest[:2]}/{digest} (conflicted copy)",
        f"objects/{digest[:2]}/{'0' * 64}",
        "objects/.DS_Store",
        f"snapshots/worldbank/.{name}.json.4711.tmp",
        f"snapshots/worldbank/{name} (1).json",
        f"snapshots/worldbank/._{name}.json",
        "snapshots/.DS_Store",
        "attempts/.DS_Store",
        "attempts/worldbank/.000001-0123456789ab.json.4711.tmp",
        "attempts/worldbank/000001-0123456789ab (1).json",
        "log/worldbank (conflicted copy).jsonl",
    ]
    (archive.root / "log").mkdir()
    for stray in names:
        (archive.root / stray).write_bytes(b"not of the archive")
    (folder / "a folder").mkdir()
    expected = sorted([*(f"archive/{stray}" for stray in names), f"archive/objects/{digest[:2]}/a folder"])
    assert sorted(archive.strays()) == expected
    assert archive.verify() == []
    assert archive.size() == (1, 4)
    assert archive.sources() == ["worldbank"]
    assert [s.snapshot_id for s in archive.history("worldbank")[0]] == [name]
    assert all((archive.root / stray).exists() for stray in names)


def test_archive_of_refreshes_has_no_strays(desk: Any) -> None:
    desk.refresh("oecd_sdmx")
    (desk.archive.root / "log").mkdir()
    (desk.archive.root / "log" / "oecd_sdmx.jsonl.torn").write_bytes(b"half a line")  # of an older version
    assert desk.archive.strays() == []
    assert desk.archive.size()[0] > 0


def test_body_that_is_a_folder_or_can_not_be_read_is_damage(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(archive, b"body")
    path = path_of(archive, b"body")
    path.unlink()
    path.mkdir()
    assert {d.file for d in archive.verify()} == {f"archive/{path.relative_to(archive.root)}"}
    assert archive.verify()[-1].remedy == "Move it away"
    path.rmdir()
    archive.put(b"body")
    archive.put(b"of a failed refresh")

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    lone = path_of(archive, b"of a failed refresh")
    sound = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda file: refuse(file) if file == lone else sound(file))
    (damage,) = archive.verify()
    assert "it can not be read (Permission denied)" in damage.rule


def test_two_refreshes_of_one_source_never_run_at_once(desk: Any) -> None:
    with desk.archive.refreshing("worldbank"):
        with pytest.raises(G60Error, match="another refresh of it is running"):
            desk.refresh("worldbank")
        assert desk.refresh("oecd_sdmx").ending == "new"
    assert desk.refresh("worldbank").ending == "new"


def test_a_refresh_that_dies_before_its_record_leaves_no_snapshot(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Archive, "add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        desk.refresh("worldbank")
    assert desk.held("worldbank") == {}
    assert desk.archive.verify() == []
    monkeypatch.undo()


def test_an_archive_that_can_not_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(G60Error, match="can not be written to"):
        Archive(tmp_path / "archive").put(b"x")


def test_the_warehouse_says_what_each_snapshot_is(desk: Any) -> None:
    desk.refresh("worldbank")
    desk.pass_days()
    desk.world.worldbank.lastupdated = "2026-11-12"
    desk.world.worldbank.series["IP.PAT.RESD"].values[2022] = 777_777
    desk.refresh("worldbank")
    read = desk.read()
    assert [s["state"] for s in read.snapshots] == ["superseded", "in force"]
    assert read.issues == []
    assert read.snapshots[1]["previous_snapshot_id"] == read.snapshots[0]["snapshot_id"]
    assert {a["answer_key"] for a in read.answers} == {f"series/{s}" for s in desk.world.worldbank.series}
    newest = desk.archive.in_force("worldbank")[""].answers["series/IP.PAT.RESD"]
    path_of(desk.archive, newest.content).write_bytes(b"[]")
    broken = desk.read()
    assert [s["state"] for s in sorted(broken.snapshots, key=lambda s: s["snapshot_id"])] == ["in force", "damaged"]
    (issue,) = broken.issues
    assert issue.rule == "damaged_snapshot"
    assert "last good snapshot is in force" in issue.remedy
    assert desk.refresh("worldbank").ending == "unchanged"
    assert [s["state"] for s in desk.read().snapshots] == ["superseded", "in force"]


@pytest.mark.parametrize("content", ["whole", "damaged"])
def test_a_snapshot_copied_to_another_source_is_told_and_counts_once(desk: Any, content: str) -> None:
    desk.refresh("worldbank"), desk.refresh("wikidata")
    whole = desk.read()
    files = {name: next((desk.archive.root / "snapshots" / name).glob("*.json")) for name in ("worldbank", "wikidata")}
    for other, own in (("wikidata", files["worldbank"]), ("worldbank", files["wikidata"])):
        copy = desk.archive.root / "snapshots" / other / own.name
        copy.write_bytes(own.read_bytes() if content == "whole" else own.read_bytes()[:-9])

    read = desk.read()

    assert sorted(s["snapshot_id"] for s in read.snapshots) == sorted(s["snapshot_id"] for s in whole.snapshots)
    assert {s["state"] for s in read.snapshots} == {"in force"}
    rule = "it is a snapshot of {}, whole" if content == "whole" else "the record is damaged"
    assert len(read.issues) == len(desk.archive.verify()) == 2
    for damage, source in zip(
        sorted(desk.archive.verify(), key=lambda d: d.file), ("worldbank", "wikidata"), strict=True
    ):
        assert rule.format(source) in damage.rule
        assert ("archive/snapshots/" + source in damage.remedy) == (content == "whole")


def test_a_snapshot_its_connector_no_longer_reads_is_told_and_passed_over(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.refresh("oecd_sdmx")
    from g60_pipeline.ingest.live.oecd_sdmx import connector as oecd

    monkeypatch.setattr(oecd.Oecd, "parse", lambda *_, **__: (_ for _ in ()).throw(G60Error("oecd", "no", "mend")))
    read = desk.read()
    assert {s["state"] for s in read.snapshots} == {"unreadable"}
    assert {i.rule for i in read.issues} == {"unreadable_snapshot"}
    assert read.states == []


def test_a_list_holds_until_the_last_month_end_at_which_it_was_seen_unchanged(desk: Any) -> None:
    desk.refresh("sse_star")
    assert [s["holds_until"] for s in desk.read().snapshots] == [dt.date(2026, 10, 31)]
    desk.now = dt.datetime(2027, 1, 5, tzinfo=dt.UTC)
    assert desk.refresh("sse_star").ending == "unchanged"
    assert [s["holds_until"] for s in desk.read().snapshots] == [dt.date(2026, 12, 31)]


def attempt(number: int, *answers: Answer) -> Attempt:
    return Attempt(
        source_id="worldbank",
        parts=("",),
        started_at=WHEN,
        ended_at=WHEN,
        ending="failed",
        requests=number,
        received_bytes=0,
        answers=tuple(AnswerRecord.of(a) for a in answers),
    )


def old_log(archive: Archive, *lines: bytes) -> Path:
    """Write the log of an older version, which had one line a refresh."""
    log = archive.root / "log" / "worldbank.jsonl"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"".join(lines))
    return log


def line_of(record: Attempt) -> bytes:
    return record.model_dump_json().encode() + b"\n"


def test_each_refresh_is_a_file_of_its_own_in_the_order_in_which_they_ran(archive: Archive) -> None:
    for number in (3, 1, 2):
        archive.note(attempt(number).model_copy(update={"started_at": WHEN.replace(day=number)}))
    assert [a.requests for a in archive.attempts("worldbank")] == [3, 1, 2]
    files = sorted((archive.root / "attempts" / "worldbank").iterdir())
    assert [file.name.partition("-")[0] for file in files] == ["000001", "000002", "000003"]
    assert all(file.stem.partition("-")[2] == hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in files)
    assert archive.sources() == ["worldbank"]
    assert archive.verify() == []


def test_a_crash_while_a_refresh_is_recorded_leaves_no_record_and_no_damage(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.note(attempt(1))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            archive.note(attempt(2))
    assert archive.verify() == []
    archive.note(attempt(3))
    assert [a.requests for a in archive.attempts("worldbank")] == [1, 3]


@pytest.mark.parametrize(
    "change", [lambda b: b[:-9], lambda b: b.replace(b'"requests":1', b'"requests":7'), lambda _: b""]
)
def test_a_damaged_record_of_a_refresh_is_named_passed_over_and_never_overwritten(
    archive: Archive, change: Any
) -> None:
    archive.note(attempt(1))
    (path,) = (archive.root / "attempts" / "worldbank").iterdir()
    damaged = change(path.read_bytes())
    path.write_bytes(damaged)
    archive.note(attempt(2))
    (damage,) = archive.verify()
    assert (damage.file, damage.source_id) == (f"archive/{path.relative_to(archive.root)}", "worldbank")
    assert "is not what its name says" in damage.rule
    assert "backup" in damage.remedy
    assert [a.requests for a in archive.attempts("worldbank")] == [2]
    assert path.read_bytes() == damaged


def test_the_log_of_an_older_version_is_read_before_the_files_and_never_written(archive: Archive) -> None:
    log = old_log(archive, line_of(attempt(1)), line_of(attempt(2)).rstrip(b"\n"))
    before = log.read_bytes()
    assert archive.sources() == ["worldbank"]
    archive.note(attempt(3))
    assert [a.requests for a in archive.attempts("worldbank")] == [1, 2, 3]
    assert archive.verify() == []
    assert log.read_bytes() == before


@pytest.mark.parametrize(
    ("broken", "number"),
    [
        ([line_of(attempt(1)), b'{"source_id": "wor'], 2),
        ([line_of(attempt(1)), b"\0\0\0"], 2),
        ([line_of(attempt(7)).replace(b"started_at", b"startxd_at"), line_of(attempt(1))], 1),
    ],
)
def test_a_broken_line_of_an_old_log_swallows_no_other_and_stays_named(
    archive: Archive, broken: list[bytes], number: int
) -> None:
    before = old_log(archive, *broken).read_bytes()
    archive.note(attempt(2))
    (damage,) = archive.verify()
    assert (damage.file, damage.source_id) == ("archive/log/worldbank.jsonl", "worldbank")
    assert f"line {number} is not the record of a refresh" in damage.rule
    assert "backup" in damage.remedy
    assert [a.requests for a in archive.attempts("worldbank")] == [1, 2]
    assert (archive.root / "log" / "worldbank.jsonl").read_bytes() == before


def test_an_answer_at_fault_that_was_asked_again_is_verified_too(archive: Archive) -> None:
    archive.put(b"out of order")
    again = Retry(key="a", at=WHEN, rule="the service failed (503)", answer=AnswerRecord.of(answer(b"out of order")))
    archive.note(attempt(2).model_copy(update={"retried": (again,)}))
    assert archive.verify() == []
    path_of(archive, b"out of order").unlink()
    assert "the log of refreshes names it" in archive.verify()[0].rule


def test_a_log_of_before_retries_were_recorded_is_read(archive: Archive) -> None:
    log = old_log(archive, line_of(attempt(1)).replace(b',"retried":[]', b""))
    assert b"retried" not in log.read_bytes()
    assert archive.attempts("worldbank") == [attempt(1)]


def test_a_missing_answer_that_only_the_log_names_is_told(archive: Archive) -> None:
    archive.put(b"refused")
    archive.note(attempt(1, answer(b"refused")))
    assert archive.verify() == []
    path_of(archive, b"refused").unlink()
    (damage,) = archive.verify()
    assert damage.file.endswith(hashlib.sha256(b"refused").hexdigest())
    assert "log of refreshes" in damage.rule
