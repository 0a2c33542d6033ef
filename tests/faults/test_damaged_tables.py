"""Table files damaged in every way: none is read, each is named, and the next build makes it again and publishes the same."""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl
import pytest
from breakage.damage import flipped

from g60_pipeline.doctor.home import examine
from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration.build_run import build
from g60_pipeline.orchestration.provenance import outdated
from g60_pipeline.publish.seal import SEAL_KEY, UNSEALED, broken_seal, sealed
from g60_pipeline.publish.storage import damage, path_of, read_table, record, stored_hash
from g60_pipeline.publish.warehouse import WRITTEN_HERE, published_build, published_tables
from g60_pipeline.settings import Settings
from g60_pipeline.tables import TABLES, table

pytestmark = pytest.mark.usefixtures("of_few_facts")

FLIPS: Final = 60
"""Single bits that are flipped, one at a time."""

DRAW: Final = random.Random(60)  # noqa: S311  - the same flips in every run


def flip_somewhere(path: Path) -> None:
    path.write_bytes(flipped(path.read_bytes(), DRAW.randrange(path.stat().st_size * 8)))


def rewrite(path: Path) -> None:
    """Write other rows with the metadata of those that were there, as another program might."""
    entries = {key: value for key, value in pl.read_parquet_metadata(path).items() if key.startswith("g60.")}
    frame = pl.read_parquet(path)
    pl.concat([frame, frame.head(1)]).write_parquet(path, metadata=entries)


def rewrite_values(path: Path) -> None:
    entries = {key: value for key, value in pl.read_parquet_metadata(path).items() if key.startswith("g60.")}
    pl.read_parquet(path).with_columns(pl.selectors.float() * 1.01).write_parquet(path, metadata=entries)


def rewrite_and_seal(path: Path) -> None:
    """Write other values and take the seal anew, as a program that knows of it might."""
    rewrite_values(path)
    entries = {key: value for key, value in pl.read_parquet_metadata(path).items() if key.startswith("g60.")}
    buffer = io.BytesIO()
    pl.read_parquet(path).write_parquet(buffer, metadata=entries | {SEAL_KEY: UNSEALED})
    path.write_bytes(sealed(buffer.getvalue()))
    assert broken_seal(path.read_bytes()) is None


def write_without_seal(path: Path) -> None:
    pl.read_parquet(path).write_parquet(path)


DAMAGES: Final[dict[str, Callable[[Path], object]]] = {
    "a flipped bit": flip_somewhere,
    "other rows, the same metadata": rewrite,
    "other values, the same metadata": rewrite_values,
    "no seal": write_without_seal,
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "a hole": lambda path: path.write_bytes(path.read_bytes()[:64] + bytes(512) + path.read_bytes()[576:]),
    "junk": lambda path: path.write_bytes(b"PAR1" + b"\x00\xff" * 40 + b"PAR1"),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
}


@pytest.fixture
def home(yesterday: Path, tmp_path: Path) -> Settings:
    shutil.copytree(yesterday, tmp_path / "home")
    return Settings(tmp_path / "home")


def test_no_flipped_bit_of_a_table_is_ever_read(home: Settings) -> None:
    files = {t: path_of(home, t).read_bytes() for t in published_tables()}
    for t in DRAW.choices(list(files), k=FLIPS):
        bit = DRAW.randrange(len(files[t]) * 8)
        path_of(home, t).write_bytes(flipped(files[t], bit))
        with pytest.raises(G60Error, match=r"its file (is damaged|can not be read)") as caught:
            read_table(home, t)
        assert (caught.value.subject, caught.value.remedy) == (t.full_name, "Run `g60 build`, which makes it again")
        assert (stored_hash(home, t), record(home, t), damage(home, t)) == (None, {}, caught.value.rule), bit
        path_of(home, t).write_bytes(files[t])
        assert damage(home, t) is None


@pytest.mark.parametrize("spoil", DAMAGES.values(), ids=DAMAGES)
def test_no_damaged_file_is_read(home: Settings, spoil: Callable[[Path], object]) -> None:
    growth = table("metrics.growth")
    spoil(path_of(home, growth))
    with pytest.raises(G60Error, match="damaged") as caught:
        read_table(home, growth)
    assert caught.value.subject == "metrics.growth"
    assert stored_hash(home, growth) is None


def test_file_of_another_table_under_a_name_is_not_read(home: Settings) -> None:
    shutil.copy(path_of(home, table("metrics.intensity")), path_of(home, table("metrics.growth")))
    with pytest.raises(G60Error, match=r"metrics\.growth: "):
        read_table(home, table("metrics.growth"))


def test_seal_sees_every_bit_of_a_file(home: Settings) -> None:
    content = path_of(home, table("core.unit")).read_bytes()
    assert broken_seal(content) is None
    assert all(broken_seal(flipped(content, bit)) for bit in range(0, len(content) * 8, 7))
    with pytest.raises(ValueError, match=r"g60\.seal"):
        sealed(content)


def test_build_names_and_makes_again_every_damaged_file_and_publishes_the_same(
    home: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    before, tables = published_build(home.database), {t.full_name: t for t in TABLES.values()}
    for name in WRITTEN_HERE:
        del tables[name]
    versions = {name: stored_hash(home, t) for name, t in tables.items()}
    for number, t in enumerate(tables.values()):
        list(DAMAGES.values())[number % len(DAMAGES)](path_of(home, t))
    home.database.chmod(0o644)
    content = home.database.read_bytes()
    home.database.write_bytes(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))
    home.database.chmod(0o444)
    wrong = {f.check for f in examine(home) if f.state == "wrong"}
    assert {"warehouse", "tables"} <= wrong
    result = build(home)
    assert result.success, result.failures
    assert result.published
    assert [name for name in tables if f"{name}: its file" not in caplog.text] == []
    assert f"{home.database} was damaged" in caplog.text
    assert {name: stored_hash(home, t) for name, t in tables.items()} == versions
    assert outdated(home).is_empty()
    after = published_build(home.database)
    assert before is not None
    assert after is not None
    assert after["inputs_hash"] == before["inputs_hash"]
    assert [f for f in examine(home) if f.state == "wrong"] == []


@pytest.mark.parametrize("other", [rewrite_values, rewrite_and_seal])
def test_damaged_metric_is_not_published_by_a_build_of_the_publication_alone(
    home: Settings, caplog: pytest.LogCaptureFixture, other: Callable[[Path], None]
) -> None:
    before = home.database.read_bytes()
    other(path_of(home, table("metrics.national_share")))
    other(path_of(home, table("core.flow")))
    refused = build(home, selection=["publish.warehouse"])
    assert not refused.success
    assert "core.flow: its file is damaged" in refused.failures[0].message
    assert "Run `g60 build`" in refused.failures[0].message
    assert home.database.read_bytes() == before
    mended = build(home, selection=["metrics.national_share", "core.flow", "publish.warehouse"])
    assert (mended.success, mended.published) == (True, False)
    assert "metrics.national_share: its file is damaged" in caplog.text
    assert home.database.read_bytes() == before


def test_damage_of_an_unpublished_table_is_told_where_tables_do_not_fit(home: Settings) -> None:
    path_of(home, table("raw.claim")).write_bytes(b"")
    rows = outdated(home).filter(pl.col("table") == "raw.claim")
    assert rows["reason"].to_list() == ["its file can not be read: it is damaged, or was written by another version"]


def test_file_the_system_can_not_read_is_damaged_too(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    unit = table("core.unit")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(G60Error, match="Input/output error"):
        read_table(home, unit)
    assert damage(home, unit) == "its file can not be read (Input/output error)"
    assert stored_hash(home, unit) is None
