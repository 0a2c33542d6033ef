"""`g60 doctor` names what is damaged or lost of the documents of statistical bureaus."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import papers
import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.doctor.home import examine
from g60_pipeline.ingest.communique.places import place_named
from g60_pipeline.ingest.communique.store import About, StoredDocument, keep
from g60_pipeline.settings import Settings

SUZHOU = place_named("苏州", load_catalog(None).geographies)
PAGE = papers.page("全年实现地区生产总值1234.5亿元。", title="2024年苏州市国民经济和社会发展统计公报")
NOW = "2025-04-01T00:00:00+00:00"


def spoiled(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"1234.5", b"1284.5"))


def no_columns(file: Path) -> None:
    (file.parent / "rejected.csv").write_text("a,b\n", encoding="utf-8")


def cut(file: Path) -> None:
    file.with_suffix(".json").write_text('{"sha256": "', encoding="utf-8")


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "bytes": (spoiled, "its bytes are no longer those that were received"),
    "file": (Path.unlink, "it is not there, but its record is"),
    "record": (lambda file: file.with_suffix(".json").unlink(), "it has no record"),
    "record cut": (cut, "it is no record of a document"),
    "decisions": (no_columns, "its columns geo_code"),
}


def found(home: Settings) -> list[str]:
    return [f"{f.state} {f.check}: {f.detail}" for f in examine(home) if "documents" in f.check]


@pytest.mark.parametrize("fault", FAULTS)
def test_damaged_or_lost_document_is_named(tmp_path: Path, fault: str) -> None:
    home = Settings(tmp_path)
    assert found(home) == []
    document = kept(home)
    assert found(home) == [f"ok documents: {home.documents_dir}: 1 documents, whole"]
    spoil, rule = FAULTS[fault]
    spoil(home.documents_dir / document.file)
    (told,) = found(home)
    assert told.startswith("wrong ")
    assert rule in told


def test_record_of_an_earlier_version_is_a_note(tmp_path: Path) -> None:
    home = Settings(tmp_path)
    record = home.documents_dir / f"{kept(home).sha256}.json"
    record.write_text(json.dumps({**json.loads(record.read_text(encoding="utf-8")), "seal": None}), encoding="utf-8")

    note, whole = found(home)

    assert note.startswith(f"note documents/{record.stem}")
    assert "bears no hash of itself" in note
    assert whole.startswith("ok documents")


def kept(home: Settings) -> StoredDocument:
    about = About(SUZHOU, 2024, "communique")
    return keep(home.documents_dir, PAGE, name="page.html", about=about, now=NOW)[0]
