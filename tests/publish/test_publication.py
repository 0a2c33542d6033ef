"""Publication: one rename, read-only, readers undisturbed, nothing broken published."""

from __future__ import annotations

import datetime as dt
import shutil
import stat
from collections.abc import Mapping

import duckdb
import polars as pl
import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.publish.storage import ContractError, validated
from g60_pipeline.publish.warehouse import STORAGE_VERSION, Publication, publish, published_build, published_tables
from g60_pipeline.settings import Settings

WHEN = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
LATER = WHEN + dt.timedelta(days=1)

Frames = Mapping[str, pl.DataFrame]


@pytest.fixture
def own(published: Settings, home: Settings) -> Settings:
    """Return a copy of the published home, its file with the same mode and time."""
    shutil.copytree(published.home, home.home)
    return home


@pytest.fixture(scope="module")
def other(sparse: Frames) -> dict[str, pl.DataFrame]:
    """Return other tables that can be published, and sooner: nothing was computed, and a row was rejected."""
    row = {"evidence_file": ["a.csv"], "evidence_id": ["1"], "reason": ["a test"], "remedy": ["none"]}
    return {**sparse, "core.rejected": pl.concat([sparse["core.rejected"], pl.DataFrame(row)])}


def test_every_table_is_published_with_its_rows(publication: tuple[Settings, Publication], graph: Frames) -> None:
    home, told = publication
    with duckdb.connect(str(home.database), read_only=True) as connection:
        for table in published_tables():
            rows = connection.sql(f"SELECT count(*) FROM {table.full_name}").fetchall()[0][0]
            assert rows == graph[table.full_name].height == told.rows[table.full_name]


def test_values_survive_publication_unchanged(published: Settings, graph: Frames) -> None:
    with duckdb.connect(str(published.database), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table in published_tables():
            held, sound = connection.sql(f"FROM {table.full_name}").pl(), validated(table, graph[table.full_name])
            assert held.schema == sound.schema, table.full_name
            assert held.equals(sound), table.full_name


def files(settings: Settings) -> list[str]:
    """Return the files of a warehouse: the published one, and the record of which was published last."""
    found = (p.relative_to(settings.warehouse_dir).as_posix() for p in settings.warehouse_dir.rglob("*") if p.is_file())
    return sorted(found)


def test_published_file_is_read_only_and_alone(published: Settings) -> None:
    assert stat.S_IMODE(published.database.stat().st_mode) == 0o444
    assert files(published) == ["g60.duckdb", "publication.json", "tables/core/build.parquet"]


def test_file_has_the_storage_format_older_readers_open(published: Settings) -> None:
    with duckdb.connect(str(published.database), read_only=True) as connection:
        tags = connection.sql("SELECT tags FROM duckdb_databases() WHERE database_name = 'g60'").fetchall()[0][0]
    assert STORAGE_VERSION.removeprefix("v") in str(tags)


def test_an_unchanged_warehouse_is_not_published_again(
    publication: tuple[Settings, Publication], own: Settings, graph: Frames
) -> None:
    first = publication[1]
    inode = own.database.stat().st_ino
    second = publish(own, graph, built_at=LATER)
    assert (first.changed, second.changed) == (True, False)
    assert second.build_id == first.build_id
    assert own.database.stat().st_ino == inode


def test_a_change_is_published_and_an_old_reader_keeps_its_file(own: Settings, other: Frames) -> None:
    with duckdb.connect(str(own.database), read_only=True) as reader:
        before = reader.sql("SELECT build_id FROM core.build").fetchall()
        assert publish(own, other, built_at=LATER).changed
        assert reader.sql("SELECT build_id FROM core.build").fetchall() == before
        assert reader.sql("SELECT count(*) FROM core.observation_candidate").fetchall()[0][0] > 3000
    after = published_build(own.database)
    assert after is not None
    assert after["build_id"] != before[0][0]


def test_a_stale_wal_cannot_poison_the_next_publication(own: Settings, other: Frames) -> None:
    own.database.chmod(0o644)
    wal = own.database.with_name("g60.duckdb.wal")
    writer = duckdb.connect(str(own.database))
    writer.execute("CREATE TABLE scratch (a INTEGER)")
    left_behind = wal.read_bytes()
    writer.close()
    wal.write_bytes(left_behind)
    assert publish(own, other, built_at=LATER).changed
    assert not wal.exists()
    with duckdb.connect(str(own.database), read_only=True) as reader:
        assert reader.sql("SELECT 1 FROM duckdb_tables() WHERE table_name = 'scratch'").fetchall() == []


def test_a_file_somebody_wrote_to_is_published_anew(own: Settings, sparse: Frames) -> None:
    own.database.chmod(0o644)
    with duckdb.connect(str(own.database)) as writer:
        writer.execute("UPDATE core.observation SET value = 1")
    assert publish(own, sparse, built_at=LATER).changed
    with duckdb.connect(str(own.database), read_only=True) as reader:
        assert reader.sql("SELECT max(value) FROM core.observation").fetchall()[0][0] > 1


def test_a_damaged_published_file_is_replaced_and_leftovers_are_cleared(home: Settings, other: Frames) -> None:
    of_tables = home.tables_dir / "core" / ".claim.parquet.4711.tmp"
    of_tables.parent.mkdir(parents=True)
    of_tables.write_bytes(b"half a table")
    leftover = home.warehouse_dir / ".g60.duckdb.4711.tmp"
    leftover.write_bytes(b"half a database")
    home.database.write_bytes(b"not a database")
    assert published_build(home.database) is None
    assert publish(home, other, built_at=WHEN).changed
    assert published_build(home.database) is not None
    assert not leftover.exists()
    assert not of_tables.exists()


def test_the_file_before_is_kept_to_compare_with_and_a_damaged_one_is_not(
    publication: tuple[Settings, Publication], own: Settings, other: Frames
) -> None:
    first, second = publication[1], publish(own, other, built_at=LATER)
    assert second.changed
    held = published_build(own.previous)
    assert held is not None
    assert held["build_id"] == first.build_id
    own.database.chmod(0o644)
    own.database.write_bytes(b"not a database")
    publish(own, other, built_at=LATER)
    assert published_build(own.previous) == held


def test_a_missing_table_is_refused_and_the_old_file_stays(own: Settings, graph: Frames) -> None:
    tables = {name: frame for name, frame in graph.items() if name != "metrics.growth"}
    with pytest.raises(G60Error, match=r"metrics\.growth"):
        publish(own, tables, built_at=LATER)
    assert published_build(own.database) is not None


def test_a_broken_contract_is_refused_and_the_old_file_stays(
    publication: tuple[Settings, Publication], own: Settings, graph: Frames
) -> None:
    first = publication[1]
    twice = pl.concat([graph["core.observation"], graph["core.observation"].head(1)])
    with pytest.raises(ContractError, match="primary_key"):
        publish(own, dict(graph) | {"core.observation": twice}, built_at=LATER)
    held = published_build(own.database)
    assert held is not None
    assert held["build_id"] == first.build_id


def test_a_reference_that_leads_nowhere_is_refused(home: Settings, graph: Frames) -> None:
    fewer = graph["core.document"].filter(pl.col("document_id") != graph["core.claim"]["document_id"][0])
    with pytest.raises(G60Error, match=r"refer to what is not in core\.document\.document_id"):
        publish(home, dict(graph) | {"core.document": fewer}, built_at=WHEN)
    assert not home.database.exists()


def test_a_failure_while_writing_leaves_no_trace(
    publication: tuple[Settings, Publication], own: Settings, other: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publication[1]

    def full_disk(path: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("g60_pipeline.publish.warehouse._sync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        publish(own, other, built_at=LATER)
    assert files(own) == ["g60.duckdb", "publication.json", "tables/core/build.parquet"]
    held = published_build(own.database)
    assert held is not None
    assert held["build_id"] == first.build_id


def test_build_row_tells_what_was_built(published: Settings, graph: Frames) -> None:
    build = published_build(published.database)
    assert build is not None
    candidates = graph["core.observation_candidate"]
    assert build["candidates"] == candidates.height
    assert build["undated_candidates"] == candidates["published"].null_count() > 0
    assert build["coverage_end"] == graph["core.observation"]["period_end"].max()
    assert build["quarantined"] == 0
