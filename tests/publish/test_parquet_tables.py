"""Tables on disk: written in one rename, never half, never against their contract; the hash is over the data."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from stored import write_table

from g60_pipeline.errors import G60Error
from g60_pipeline.publish import storage
from g60_pipeline.publish.storage import ContractError, data_hash, path_of, read_table, stored_hash
from g60_pipeline.settings import HOME_VARIABLE, Settings
from g60_pipeline.tables import table

UNIT = table("core.unit")
ROWS = pl.DataFrame(
    [("m", "length", 0, "m", "米", ["metre"]), ("km", "length", 3, "km", "公里", []), ("cm", "length", -2, "cm", "厘米", [])],
    schema={"unit": pl.String, "dimension": pl.String, "power_of_ten": pl.Int32, "symbol_en": pl.String, "symbol_zh": pl.String, "aliases": pl.List(pl.String)},
    orient="row",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def files(home: Settings) -> list[str]:
    return sorted(f.name for f in path_of(home, UNIT).parent.iterdir())


def test_a_table_is_read_as_it_was_written(home: Settings) -> None:
    write_table(home, UNIT, ROWS)
    assert read_table(home, UNIT).equals(ROWS.sort("unit"))
    assert files(home) == ["unit.parquet"]


def test_order_of_rows_and_columns_does_not_change_table_or_hash(home: Settings) -> None:
    digest = write_table(home, UNIT, ROWS)
    content = path_of(home, UNIT).read_bytes()
    assert write_table(home, UNIT, ROWS.reverse().select(sorted(ROWS.columns))) == digest
    assert path_of(home, UNIT).read_bytes() == content


def test_columns_beyond_the_contract_are_left_out(home: Settings) -> None:
    digest = write_table(home, UNIT, ROWS)
    assert write_table(home, UNIT, ROWS.with_columns(extra=1)) == digest
    assert read_table(home, UNIT).columns == UNIT.schema.column_names()


def test_the_hash_is_over_the_data_not_over_the_file(home: Settings) -> None:
    digest = write_table(home, UNIT, ROWS, provenance={"run": "1"})
    first = path_of(home, UNIT).read_bytes()
    assert write_table(home, UNIT, ROWS, provenance={"run": "2"}) == digest
    assert path_of(home, UNIT).read_bytes() != first
    assert pl.read_parquet_metadata(path_of(home, UNIT))["run"] == "2"
    assert stored_hash(home, UNIT) == digest


@pytest.mark.parametrize(
    "changed",
    [
        ROWS.with_columns(power_of_ten=pl.col("power_of_ten") + 1),
        ROWS.head(2),
        ROWS.rename({"symbol_en": "symbol"}),
        ROWS.cast({"power_of_ten": pl.Int64}),
        ROWS.with_columns(symbol_en=pl.when(pl.col("unit") != "m").then("symbol_en")),
        ROWS.with_columns(symbol_en=pl.when(pl.col("unit") != "m").then("symbol_en").otherwise(pl.lit(""))),
    ],
)
def test_any_change_of_value_name_or_type_changes_the_hash(changed: pl.DataFrame) -> None:
    assert data_hash(changed) != data_hash(ROWS)


def test_the_hash_does_not_depend_on_how_a_frame_is_held_in_memory() -> None:
    pieces = pl.concat([ROWS.head(1), ROWS.tail(2)], rechunk=False)
    sliced = pl.concat([ROWS, ROWS]).slice(3, 3)
    assert data_hash(pieces) == data_hash(sliced) == data_hash(ROWS)


def test_the_hash_does_not_see_what_stands_under_a_null_or_beside_a_list() -> None:
    plain = pl.DataFrame({"n": [1.0, None, 3.0], "w": [["a"], [], ["b", "c"]]})
    masked = pl.DataFrame({"n": [1.0, 2.0, 3.0], "w": [["a"], ["x", "y"], ["b", "c"]]}).with_columns(
        n=pl.when(pl.col("n") != 2).then("n"),
        w=pl.col("w").list.eval(pl.element().filter(~pl.element().is_in(["x", "y"]))),
    )
    long = pl.DataFrame({"text": ["a text too long to stand in line", "kept in another text buffer"]})
    assert masked.equals(plain)
    assert data_hash(masked) == data_hash(plain)
    assert data_hash(pl.concat([long.reverse(), long]).tail(2)) == data_hash(long)


def test_a_broken_contract_leaves_the_old_file_untouched(home: Settings) -> None:
    write_table(home, UNIT, ROWS)
    content = path_of(home, UNIT).read_bytes()
    with pytest.raises(ContractError, match="primary_key") as caught:
        write_table(home, UNIT, pl.concat([ROWS, ROWS]))
    assert caught.value.failures == {"primary_key": 6}
    assert caught.value.sample.height == 5
    assert path_of(home, UNIT).read_bytes() == content
    assert files(home) == ["unit.parquet"]


def test_a_write_that_dies_leaves_the_old_file_and_no_debris(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(home, UNIT, ROWS)
    content = path_of(home, UNIT).read_bytes()

    def die(self: Path, target: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(storage.Path, "replace", die)
    with pytest.raises(OSError, match="disk full"):
        write_table(home, UNIT, ROWS.head(1))
    assert path_of(home, UNIT).read_bytes() == content
    assert files(home) == ["unit.parquet"]


def test_a_reader_of_the_old_file_is_not_disturbed(home: Settings) -> None:
    write_table(home, UNIT, ROWS)
    with path_of(home, UNIT).open("rb") as old:
        write_table(home, UNIT, ROWS.head(1))
        assert pl.read_parquet(old).height == 3
    assert read_table(home, UNIT).height == 1


def test_a_table_that_was_never_built_says_so(home: Settings) -> None:
    with pytest.raises(G60Error, match=r"core\.unit: it has not been built yet\. Run `g60 build`"):
        read_table(home, UNIT)
    assert stored_hash(home, UNIT) is None


def test_a_file_of_another_version_says_so(home: Settings) -> None:
    path_of(home, UNIT).parent.mkdir(parents=True)
    ROWS.drop("symbol_zh").write_parquet(path_of(home, UNIT))
    with pytest.raises(G60Error, match="written by another version") as caught:
        read_table(home, UNIT)
    assert "g60 build" in caught.value.remedy
    assert stored_hash(home, UNIT) is None


@pytest.mark.parametrize("content", [b"", b"not a parquet file", b"PAR1" + b"\x00" * 40 + b"PAR1"])
def test_a_damaged_file_says_so(home: Settings, content: bytes) -> None:
    path_of(home, UNIT).parent.mkdir(parents=True)
    path_of(home, UNIT).write_bytes(content)
    with pytest.raises(G60Error, match="can not be read") as caught:
        read_table(home, UNIT)
    assert "g60 build" in caught.value.remedy
    assert stored_hash(home, UNIT) is None


def test_everything_stands_under_one_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    paths = [
        settings.warehouse_dir, settings.database, settings.tables_dir, settings.lock_file,
        settings.inbox, settings.corridors_dir, settings.dagster_home,
    ]  # fmt: skip
    assert all(path.is_relative_to(tmp_path) for path in paths)
    assert len(set(paths)) == len(paths)


def test_the_home_is_the_variable_else_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "data"))
    assert Settings.from_environment().home == (tmp_path / "data").resolve()
    monkeypatch.chdir(tmp_path)
    for unset in (lambda: monkeypatch.setenv(HOME_VARIABLE, ""), lambda: monkeypatch.delenv(HOME_VARIABLE)):
        unset()
        assert Settings.from_environment().home == tmp_path.resolve()
