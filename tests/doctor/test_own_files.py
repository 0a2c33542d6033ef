"""`g60 doctor` names every file that people type and that a build could not read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from g60_pipeline.builds.inbox_status import inbox_status
from g60_pipeline.catalog import load_catalog
from g60_pipeline.doctor.home import examine
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.corrections import COLUMNS, read_corrections
from g60_pipeline.ingest.csv_files import MAX_BYTES
from g60_pipeline.settings import Settings

CORRIDOR = """\
corridor_id: own
name_en: Own
name_zh: 自定
description_en: Two cities.
description_zh: 两市。
parent_code: "100000"
document: {publisher: 某社, title: 某文, published: "2017-07-16"}
members: ["330100", "330400"]
"""


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def text(content: str | bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


def nowhere(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


Spoil = Callable[[Path], None]
CORRIDORS: dict[str, tuple[Spoil, str]] = {
    "no YAML": (text("corridor_id: ["), "not readable as YAML"),
    "a field that is missing": (text(CORRIDOR.replace("name_en: Own\n", "")), "name_en"),
    "cut in its members": (text(CORRIDOR.partition("members")[0]), "members"),
    "members twice": (text(f'{CORRIDOR}members: ["330100"]\n'), "members is there twice"),
    "an unknown place": (text(CORRIDOR.replace("330400", "999999")), "999999"),
    "nested without end": (text("[" * 5_000), "not readable as YAML"),
    "not UTF-8": (text(CORRIDOR.encode("gbk")), "not readable as YAML in UTF-8"),
    "huge": (lambda path: sparse(path, 60_000_000_000), "at most 40 kB; this one has 60,000,000 kB"),
    "a link that leads nowhere": (nowhere, "can not be opened"),
    "a folder": (Path.mkdir, "can not be opened"),
}
REGISTERS: dict[str, tuple[Spoil, str]] = {
    "no header": (text(""), "no header row"),
    "a row cut short": (text(f"{','.join(COLUMNS)}\nc,E1\n"), "cells where the header has"),
    "not UTF-8": (text("修正".encode("gbk")), "not UTF-8"),
    "huge": (lambda path: sparse(path, MAX_BYTES + 10_000_000), "at most 50 MB; this one has 60 MB"),
    "a link that leads nowhere": (nowhere, "can not be opened"),
    "a folder": (Path.mkdir, "can not be opened"),
}


def wrong(home: Settings, subject: str) -> list[str]:
    return [f"{f.check}: {f.detail}" for f in examine(home) if f.state == "wrong" and subject in f"{f.check}{f.detail}"]


@pytest.mark.parametrize(("spoil", "words"), CORRIDORS.values(), ids=CORRIDORS)
def test_corridor_file_that_stops_a_build_is_named(tmp_path: Path, spoil: Spoil, words: str) -> None:
    home = Settings(tmp_path)
    home.corridors_dir.mkdir()
    spoil(home.corridors_dir / "own.yaml")
    (found,) = wrong(home, "corridors")
    assert words in found
    with pytest.raises(G60Error, match=words[:12]):
        load_catalog(home.corridors_dir)


def test_sound_corridor_file_is_no_finding(tmp_path: Path) -> None:
    home = Settings(tmp_path)
    home.corridors_dir.mkdir()
    (home.corridors_dir / "own.yaml").write_text(f"\ufeff{CORRIDOR}", encoding="utf-8")
    assert wrong(home, "corridors") == []
    assert "own" in {corridor.corridor_id for corridor in load_catalog(home.corridors_dir).corridors}


@pytest.mark.parametrize(("spoil", "words"), REGISTERS.values(), ids=REGISTERS)
def test_register_that_stops_a_build_is_named(tmp_path: Path, spoil: Spoil, words: str) -> None:
    home = Settings(tmp_path)
    home.corrections_dir.mkdir()
    (home.corrections_dir / "sound.csv").write_text(f"{','.join(COLUMNS)}\n", encoding="utf-8")
    spoil(home.corrections_dir / "own.csv")
    (found,) = wrong(home, "corrections/own.csv")
    assert words in found
    with pytest.raises(G60Error, match=words[:12]):
        read_corrections(home.correction_files())


def test_inbox_file_too_large_to_be_read_is_not_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Settings(tmp_path)
    home.inbox.mkdir()
    sparse(home.inbox / "huge.csv", 60_000_000_000)
    (file,) = inbox_status(home)
    assert not file.current
