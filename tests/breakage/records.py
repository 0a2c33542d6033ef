"""The records the project keeps of live sources, and the records of any number that are tallied."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

import polars as pl
from simulator.direct import Direct
from simulator.world import World

from breakage.fuzz import Case, Parser, in_file
from g60_pipeline.catalog import load_catalog
from g60_pipeline.catalog.addresses import load_address_rules
from g60_pipeline.catalog.record_models import read_record_kind
from g60_pipeline.doctor.archive import of_archive
from g60_pipeline.ingest.live.archive import AnswerRecord, Archive, Attempt, Snapshot
from g60_pipeline.ingest.live.archive.incidents import FILE, changing_incidents, open_incidents
from g60_pipeline.ingest.live.registry import CONNECTORS
from g60_pipeline.ingest.live.replay import checked, read_archive, rows_hash
from g60_pipeline.refresh.session import resumable_answers
from g60_pipeline.settings import Settings
from g60_pipeline.tally.count import count
from g60_pipeline.tally.engines import Name, engine
from g60_pipeline.tally.rows import figures

SOURCE: Final = "worldbank"
NOW: Final = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
INCIDENTS: Final = (
    b'{"source:worldbank": {"message": "no answer", "opened_at": "2026-11-20T03:00:00+00:00", "told": []}}'
)


def archive_parsers(folder: Path) -> Iterator[Parser]:
    """Yield the readers of the archive: of a snapshot, of the record of a refresh, of an answer, of the incidents.

    A changed record gets the name that belongs to it, so that more than its name is looked at.
    """
    settings = Settings(folder / "archived")
    archive, snapshot, attempt = _archived(settings)
    kept = settings.home / "kept"
    shutil.copytree(settings.archive_dir, kept)

    def look() -> None:
        for source in archive.sources():
            archive.whole(source)
            resumable_answers(archive, source, NOW)
        read_archive(settings.archive_dir, load_catalog(), now=NOW)
        for finding in of_archive(settings):
            assert finding.state != "wrong" or finding.remedy

    def with_snapshot(content: bytes) -> None:
        fresh()
        name = f"{NOW:%Y%m%dT%H%M%SZ}-{'0' * 12}"
        try:
            archive.add(Snapshot.model_validate_json(content))
        except ValueError:
            (settings.archive_dir / "snapshots" / SOURCE / f"{name}.json").write_bytes(content)
        look()

    def with_attempt(content: bytes) -> None:
        fresh()
        name = f"000002-{hashlib.sha256(content).hexdigest()[:12]}.json"
        (settings.archive_dir / "attempts" / SOURCE / name).write_bytes(content)
        look()

    def with_answer(content: bytes) -> None:
        fresh()
        path = settings.archive_dir / "objects" / snapshot.answers[0].sha256[:2] / snapshot.answers[0].sha256
        path.write_bytes(content)
        damaged = hashlib.sha256(content).hexdigest() != path.name
        assert damaged == bool(archive.verify()), "a changed body is damage, and nothing else is"
        look()

    def with_incidents(content: bytes) -> None:
        fresh()
        (settings.archive_dir / FILE).write_bytes(content)
        look()
        open_incidents(settings.archive_dir)
        with changing_incidents(settings.archive_dir) as found:
            found["source:x"] = {"message": "anew"}

    def fresh() -> None:
        shutil.rmtree(settings.archive_dir)
        shutil.copytree(kept, settings.archive_dir)

    body = archive.get(snapshot.answers[0].sha256)
    yield Parser("archive: snapshot", [Case(snapshot.model_dump_json().encode(), with_snapshot)])
    yield Parser("archive: record of a refresh", [Case(attempt.model_dump_json().encode(), with_attempt)])
    yield Parser("archive: answer", [Case(body, with_answer)])
    yield Parser("archive: incidents", [Case(INCIDENTS, with_incidents)])


def _archived(settings: Settings) -> tuple[Archive, Snapshot, Attempt]:
    """Put one refresh of a source into an archive."""
    plan, archive = load_catalog().live_source(SOURCE), Archive(settings.archive_dir)
    desk = Direct(CONNECTORS[SOURCE], plan, World().worldbank)
    answers = desk.refresh()[""]
    frames = checked(desk.read(), SOURCE).frames()
    for answer in answers.values():
        archive.put(answer.content)
    records = tuple(AnswerRecord.of(answer) for answer in answers.values())
    snapshot = Snapshot(
        source_id=SOURCE,
        part="",
        fetched_at=max(answer.fetched_at for answer in answers.values()),
        previous=None,
        version="1",
        rows_hash=rows_hash(frames),
        rows=frames["figures"].height,
        answers=records,
    )
    attempt = Attempt(
        source_id=SOURCE,
        parts=("",),
        started_at=NOW,
        ended_at=NOW,
        ending="new",
        snapshots=(archive.add(snapshot),),
        rows=snapshot.rows,
        requests=len(records),
        received_bytes=1,
        answers=records,
    )
    archive.note(attempt)
    return archive, snapshot, attempt


def tally_parsers(folder: Path) -> Iterator[Parser]:
    """Yield the readers of a description of records, and of records as CSV and Parquet, by two engines."""
    packaged = (files("g60_pipeline.catalog") / "records" / "patents.yaml").read_bytes()
    own = folder / "records" / "own.yaml"
    yield Parser(
        "tally: description (YAML)", [Case(packaged, in_file(own, lambda p: read_record_kind("own", p.parent)))]
    )
    rows = {
        "申请号": [f"CN{n}" for n in range(40)],
        "地址": ["江苏省苏州市工业园区星湖街328号", "上海市松江区九亭镇", "", "浙江省杭州市"] * 10,
        "授权公告日": ["2023-05-06", "2023/6/1", "20230701", ""] * 10,
        "专利类型": ["发明专利", "实用新型"] * 20,
    }
    text, binary = io.BytesIO(), io.BytesIO()
    pl.DataFrame(rows).write_csv(text)
    pl.DataFrame(rows).write_parquet(binary)

    def counted(name: Name, suffix: str) -> Case:
        def of(path: Path) -> None:
            kind = read_record_kind("patents", folder / "none")
            try:
                with engine(name) as opened:
                    found = count(
                        opened,
                        [str(path)],
                        "csv" if suffix == "csv" else "parquet",
                        kind=kind,
                        rules=load_address_rules(),
                        work=str(folder / "work" / name),
                    )
            finally:
                shutil.rmtree(folder / "work" / name, ignore_errors=True)
            told = found.cells["records"].sum() + found.duplicates + found.contradictions
            assert told <= found.rows, "no record is counted that was not given"
            figures(found, kind, places=["320500", "310117"], years=range(2022, 2024))

        content = text.getvalue() if suffix == "csv" else binary.getvalue()
        return Case(content, in_file(folder / f"records.{name}.{suffix}", of))

    for suffix in ("csv", "parquet"):
        yield Parser(f"tally: {suffix}", [counted("polars", suffix), counted("duckdb", suffix)])
