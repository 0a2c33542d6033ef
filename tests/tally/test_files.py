"""Which files a name means: the one that is there, never another; and what in a folder is not read is said."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import polars as pl
import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.tally.count import _DATE
from g60_pipeline.tally.engines import engine, spark_names
from g60_pipeline.tally.files import ends_unseen, files_and_form

ODD = ["g[1].csv", "g?.csv", "g*.csv", "g{1,2}.csv", "g 1.csv", "g%31.csv", "数据[一].csv"]


def rows(name: str, paths: list[str], form: str = "csv") -> list[str]:
    with engine(name) as chosen:  # type: ignore[arg-type]
        return sorted(pl.from_arrow(chosen.open(paths, form).collect("pyarrow").to_native())["id"])  # type: ignore[arg-type,index,call-overload]


@pytest.mark.parametrize("name", ["polars", "duckdb"])
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_is_read_whose_name_could_be_a_pattern_and_not_what_that_matches(
    tmp_path: Path, name: str, odd: str, form: str
) -> None:
    folder = tmp_path / "in [1]"
    folder.mkdir()
    for file in (odd, "g1.csv", "g2.csv"):
        path = (folder / file).with_suffix(f".{form}")
        frame = pl.DataFrame({"id": [file]})
        frame.write_csv(path) if form == "csv" else frame.write_parquet(path)
    given = str((folder / odd).with_suffix(f".{form}"))
    paths, found, _ = files_and_form([given])
    assert (paths, found) == ([given], form)
    assert rows(name, paths, form) == [odd]
    assert rows(name, files_and_form([str(folder)])[0], form) == sorted([odd, "g1.csv", "g2.csv"])


def test_a_header_that_can_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"id,b\n' + "x,1\n" * 50_000, encoding="utf-8")
    with pytest.raises(G60Error, match="can not read") as caught:
        files_and_form([str(tmp_path)])
    assert caught.value.subject == str(tmp_path / "a.csv")


def test_a_pattern_means_all_it_matches(tmp_path: Path) -> None:
    for name in ("g1.csv", "g2.csv", "h.csv"):
        (tmp_path / name).write_text("id\n1\n", encoding="utf-8")
    assert files_and_form([f"{tmp_path}/g[12].csv"])[0] == [f"{tmp_path}/g1.csv", f"{tmp_path}/g2.csv"]
    with pytest.raises(G60Error, match="no such file"):
        files_and_form([f"{tmp_path}/g[34].csv"])


def test_what_in_a_folder_is_not_read_is_listed(tmp_path: Path) -> None:
    folder, other = tmp_path / "in", tmp_path / "other"
    (folder / "deep").mkdir(parents=True)
    other.mkdir()
    for path in (folder / "a.csv", folder / "deep" / "b.CSV", other / "c.csv"):
        path.write_text("id\n1\n", encoding="utf-8")
    for name in ("d.csv.gz", "deep/e.tsv", "f.xlsx", "_SUCCESS", ".a.csv.crc"):
        (folder / name).touch()
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "a-checkpoint.csv").write_text("id\n1\n", encoding="utf-8")
    (folder / "2021").symlink_to(other)
    (folder / "g.csv").symlink_to(other / "c.csv")
    read, _, left_out = files_and_form([str(folder), str(folder / "a.csv")])
    assert read == [str(folder / "a.csv"), str(folder / "deep" / "b.CSV"), str(other / "c.csv")]
    unread = [str(folder / name) for name in ("2021", "d.csv.gz", "deep/e.tsv", "f.xlsx")]
    assert left_out == unread
    assert files_and_form([f"file://{folder}", "s3://bucket/in.csv", str(folder)])[2] == unread


def test_a_folder_that_can_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n", encoding="utf-8")
    (tmp_path / "closed").mkdir()
    scan = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(G60Error, match="can not be opened") as caught:
        files_and_form([str(tmp_path)])
    assert caught.value.subject == str(tmp_path / "closed")


def test_an_address_of_this_machine_is_a_local_file_with_all_its_checks(tmp_path: Path) -> None:
    (tmp_path / "cut 1.csv").write_text("id\n1", encoding="utf-8")
    with pytest.raises(G60Error, match="no line end"):
        files_and_form([f"file://{tmp_path}/cut%201.csv"])
    (tmp_path / "cut 1.csv").write_text("id\n1\n", encoding="utf-8")
    assert files_and_form([f"file://{tmp_path}/*.csv"])[0] == [f"{tmp_path}/cut 1.csv"]


def test_files_at_addresses_whose_last_line_nobody_looked_at_are_listed() -> None:
    given = ["s3://b/a.csv", "s3://b/c.CSV"]
    assert ends_unseen(files_and_form(given)[0]) == given
    assert ends_unseen(files_and_form(["s3://b/a.parquet"])[0]) == []


def test_header_of_each_file_that_a_pattern_at_an_address_matches_is_compared_by_duckdb(tmp_path: Path) -> None:
    (tmp_path / "o1.csv").write_text("id,address\n1,a\n", encoding="utf-8")
    (tmp_path / "o2.csv").write_text("address,id\na,1\n", encoding="utf-8")
    with pytest.raises(G60Error, match="its columns are address, id") as caught, engine("duckdb") as chosen:
        chosen.open([f"file://{tmp_path}/o*.csv"], "csv")
    assert Path(caught.value.subject).name == "o2.csv"


def test_header_of_each_file_is_read_once_by_duckdb_whatever_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a1", "o[1]", "o1"):
        (tmp_path / f"{name}.csv").write_text(f"id\n{name}\n", encoding="utf-8")
    read: list[str] = []
    read_csv = duckdb.read_csv

    def counting(path: object, **options: object) -> object:
        read.extend([path] if isinstance(path, str) else [])
        return read_csv(path, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(duckdb, "read_csv", counting)
    assert rows("duckdb", [f"file://{tmp_path}/*.csv"]) == ["a1", "o1", "o[1]"]
    assert rows("duckdb", [f"{tmp_path}/a1.csv", f"file://{tmp_path}/o1.csv"]) == ["a1", "o1"]
    named = [Path(path).name for path in read]
    assert (named[:3], named[3:]) == (["a1.csv", "o1.csv", "o[[]1].csv"], ["a1.csv", "o1.csv"])


@pytest.mark.parametrize("hidden", ["/in/_b.csv", "/in/.b.csv", "s3://in/_b.csv"])
def test_a_file_that_spark_would_leave_out_is_refused(hidden: str) -> None:
    with pytest.raises(G60Error, match="Spark reads no such file") as caught:
        spark_names(["/in/a.csv", hidden])
    assert caught.value.subject == hidden
    assert spark_names(["/_in/a_b.csv", "/in/[1].csv"]) == ["/_in/a_b.csv", r"/in/\[1\].csv"]


DAYS = [
    "2023",
    "2023年",
    "2023.0",
    "2023年5月6日",
    "2023年5月上旬",
    "2023/6/1",
    "2023/6/1 12:30",
    "2023-06-01T00:00:00",
    "20230701",
]
NO_DAYS = [
    "20231345",
    "2023-13-99",
    "2023-6-45",
    "2023-00-00",
    "200715",
    "200709",
    "202307",
    "23-5-6",
    "2023.00.00",
    "1899",
    "2023-2024",
]


@pytest.mark.parametrize(("texts", "is_day"), [(DAYS, True), (NO_DAYS, False)])
def test_a_day_that_is_none_is_not_counted_by_its_first_digits(texts: list[str], is_day: bool) -> None:
    frame = pl.DataFrame({"day": texts})
    assert frame.filter(pl.col("day").str.contains(_DATE) != is_day).is_empty()
    in_duckdb = duckdb.from_arrow(frame.to_arrow()).filter(f"regexp_matches(day, '{_DATE}') != {is_day}")
    assert in_duckdb.fetchall() == []
