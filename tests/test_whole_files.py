"""Files written in one rename: whole, or as they were, and nothing left beside them."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from g60_pipeline.whole_files import temporary_of, write_named, write_whole


@pytest.mark.parametrize("durable", [True, False])
def test_file_is_replaced_with_the_rights_any_new_file_gets(tmp_path: Path, durable: bool) -> None:
    plain, whole = tmp_path / "plain", tmp_path / "whole"
    plain.write_bytes(b"1")
    whole.write_bytes(b"old")
    write_whole(whole, b"new", durable=durable)
    assert whole.read_bytes() == b"new"
    assert whole.stat().st_mode == plain.stat().st_mode
    assert sorted(p.name for p in tmp_path.iterdir()) == ["plain", "whole"]


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("stage", ["write", "fsync", "replace"])
@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_what_fails_at_any_stage_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, durable: bool, failure: BaseException
) -> None:
    if stage == "fsync" and not durable:
        monkeypatch.setattr(os, "fsync", lambda *_: pytest.fail("what can be made again waits for no disk"))
        write_whole(tmp_path / "new", b"new", durable=False)
        return
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_: Any) -> None:
        raise failure

    if stage == "write":
        open_file = Path.open

        def opened(self: Path, *arguments: Any) -> Any:
            file = open_file(self, *arguments, buffering=0)
            return _Full(file, failure)

        monkeypatch.setattr(Path, "open", opened)
    else:
        monkeypatch.setattr(*((os, "fsync", fail) if stage == "fsync" else (Path, "replace", fail)))
    with pytest.raises(type(failure)):
        write_whole(path, b"new", durable=durable)
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_file_a_user_names_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, link = tmp_path / "out.csv", tmp_path / "link.csv"
    path.write_bytes(b"old")
    link.symlink_to(path)
    open_file = Path.open

    def opened(self: Path, *arguments: Any) -> Any:
        return _Full(open_file(self, *arguments, buffering=0), OSError(errno.ENOSPC, "No space left on device"))

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(OSError, match="No space"):
        write_named(link, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    write_named(link, b"new")
    assert (path.read_bytes(), link.is_symlink()) == (b"new", True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.csv", "out.csv"]


def test_a_pipe_takes_what_is_written_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_named(pipe, b"rows")
        assert os.read(end, 10) == b"rows"
    finally:
        os.close(end)
    assert pipe.is_fifo()


def test_a_pipe_without_a_path_takes_what_is_written() -> None:
    end, pipe = os.pipe()
    try:
        write_named(Path(f"/dev/fd/{pipe}"), b"rows")  # as /dev/stdout is, or what a shell puts for >(gzip)
        assert os.read(end, 10) == b"rows"
    finally:
        os.close(end)
        os.close(pipe)


def test_no_command_writes_a_file_in_place() -> None:
    folder = Path(__file__).parents[1] / "g60_pipeline" / "cli"
    signs = (".write_text(", ".write_bytes(", "write_whole(")
    assert [p.name for p in folder.rglob("*.py") if any(sign in p.read_text(encoding="utf-8") for sign in signs)] == []


class _Full:
    """A file on a disk that takes one byte."""

    def __init__(self, file: Any, failure: BaseException) -> None:
        self.file, self.failure = file, failure

    def __enter__(self) -> _Full:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, content: bytes) -> None:
        self.file.write(content[:1])
        raise self.failure


def test_name_of_what_is_under_way_is_hidden_and_of_its_process(tmp_path: Path) -> None:
    assert temporary_of(tmp_path / "a.csv") == tmp_path / f".a.csv.{os.getpid()}.tmp"


def test_no_other_module_writes_beside_and_renames() -> None:
    root = Path(__file__).parents[1] / "g60_pipeline"
    signs = ("NamedTemporaryFile", "mkstemp", '(".tmp")', '}.tmp"')
    found = {p.name for p in root.rglob("*.py") if any(sign in p.read_text(encoding="utf-8") for sign in signs)}
    assert found == {"whole_files.py"}
