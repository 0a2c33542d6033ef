"""Records counted by place, year and kind: examples by hand, all engines alike, nothing lost."""

import datetime as dt
import random
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g60_pipeline.catalog.addresses import AddressRules, load_address_rules
from g60_pipeline.catalog.record_models import RecordKind
from g60_pipeline.errors import G60Error
from g60_pipeline.normalize.addresses import place
from g60_pipeline.tally.count import Counts, count
from g60_pipeline.tally.engines import PARTS, Frame, engine
from g60_pipeline.tally.files import files_and_form
from g60_pipeline.tally.numbers import Numbers

PATENTS = RecordKind.model_validate(
    {
        "records": "patents",
        "name_en": "Patents",
        "name_zh": "专利",
        "columns": {"identifier": ["id"], "address": ["address"], "date": ["day"], "kind": ["kind"], "amount": ["sum"]},
        "series": [{"indicator_id": "patents_granted", "basis": "local_applicants"}],
    }
)
HEADER = "id,address,day,kind,sum"
ROWS = """
A1,江苏省苏州市工业园区星湖街328号,2023-05-06,invention,10.50
A1,江苏省苏州市工业园区星湖街328号,2023-05-06,invention,10.50
A2,上海市松江区九亭镇,2023/6/1,utility,1
A3,,20230701,invention,2
A4,广东省深圳市南山区,2023-07-01,invention,3
A5,"安徽省某县,1号",2022-07-01,invention,4
A6,浙江省杭州市西湖区,,invention,5
,合肥市包河区,2023.1.2,invention,6
A7,上海市某路3号,2023年5月,utility,7
A8,合肥市,2021-01-01,invention,8
A8,芜湖市,2021-01-01,invention,8
A9,苏州市,2023,invention,many
"""


def counted(text: str, folder: Path, *, name: str = "polars", kind: RecordKind = PATENTS) -> Counts:
    file = folder / "records.csv"
    file.write_text(HEADER + text if text.startswith("\n") else text, encoding="utf-8")
    work = folder / f"work_{name}"
    work.mkdir(exist_ok=True)
    with engine(name) as chosen:
        return count(chosen, *files_and_form([str(file)])[:2], kind=kind, rules=load_address_rules(), work=str(work))


def cell(counts: Counts, **wanted: object) -> list[tuple[int, int]]:
    rows = counts.cells.filter(pl.col(name).eq_missing(pl.lit(value)) for name, value in wanted.items())
    return rows.select("records", "amount").rows()


def test_an_example_counted_by_hand(tmp_path: Path) -> None:
    counts = counted(ROWS, tmp_path)

    assert (counts.rows, counts.duplicates, counts.contradictions) == (12, 1, 1)
    assert cell(counts, geo_code="320500", year=2023) == [(2, 1050)], "A1 once, A9 without a readable amount"
    assert cell(counts, district_code="310117", year=2023) == [(1, 100)]
    assert cell(counts, geo_code="310000", is_open=True) == [(1, 700)], "Shanghai, in no district that can be read"
    assert cell(counts, geo_code="330100", year=None) == [(1, 500)], "without a day"
    assert cell(counts, geo_code=None, is_open=True, province="340000") == [(1, 400)], "in Anhui, but where?"
    assert cell(counts, geo_code=None, is_open=True, province=None) == [(1, 200)], "without an address"
    assert cell(counts, geo_code=None, is_open=False) == [(1, 300)], "in Shenzhen"
    assert counts.cells.filter(geo_code="340100")["without_identifier"].to_list() == [1]
    assert counts.cells["without_amount"].sum() == 1
    assert counts.unplaced.rows() == [("", 1), ("上海市某路", 1), ("安徽省某县,", 1)]


def test_a_work_counts_in_each_place_where_the_kind_says_so(tmp_path: Path) -> None:
    counts = counted(ROWS, tmp_path, kind=PATENTS.model_copy(update={"several_places": True}))

    assert counts.contradictions == 0
    assert cell(counts, geo_code="340100", year=2021) == [(1, 800)]
    assert cell(counts, geo_code="340200", year=2021) == [(1, 800)]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_duckdb_counts_what_polars_counts(tmp_path: Path, form: str) -> None:
    file = tmp_path / f"records.{form}"
    (tmp_path / "text.csv").write_text(HEADER + ROWS, encoding="utf-8")
    frame = pl.read_csv(tmp_path / "text.csv", infer_schema=False)
    frame.write_parquet(file) if form == "parquet" else frame.write_csv(file)

    both = []
    for name in ("polars", "duckdb"):
        (tmp_path / name).mkdir()
        with engine(name) as chosen:
            both.append(
                count(
                    chosen,
                    *files_and_form([str(file)])[:2],
                    kind=PATENTS,
                    rules=load_address_rules(),
                    work=str(tmp_path / name),
                )
            )

    assert both[0].cells.equals(both[1].cells)
    assert both[0].unplaced.equals(both[1].unplaced)
    assert (both[0].rows, both[0].duplicates) == (both[1].rows, both[1].duplicates) == (12, 1)


def of_random(lines: int, *, seed: int, identifiers: int) -> str:
    chosen = random.Random(seed)  # noqa: S311
    places = [
        "苏州市",
        "上海市松江区某路9号",
        "上海松江路1号",
        "江苏省昆山市",
        "浙江义乌市１号",
        "芜湖市",
        "成都市",
        "",
        "某路",
    ]
    places += [f"上海市某路{sign}3号" for sign in "甲乙丙丁"]
    days = ["2023", "2021-02-03", "", "x"]
    rows = (
        (
            f"P{number}" if (number := chosen.randrange(identifiers * 3 // 2)) < identifiers else "",
            f"{chosen.choice(places)}",
            chosen.choice(days),
            chosen.choice(["k", "l", ""]),
            str(chosen.randrange(2)),
        )
        for _ in range(lines)
    )
    return "\n" + "".join(",".join(row) + "\n" for row in rows)


def same(one: Counts, other: Counts) -> bool:
    sizes = [(c.rows, c.duplicates, c.contradictions) for c in (one, other)]
    return sizes[0] == sizes[1] and one.cells.equals(other.cells) and one.unplaced.equals(other.unplaced)


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("length", [0, 1, 4, 60])
@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_counts_are_the_same_however_much_of_an_address_is_read_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, length: int, several: bool
) -> None:
    text = of_random(600, seed=length, identifiers=200)
    kind = PATENTS.model_copy(update={"several_places": several})
    usual = counted(text, tmp_path, kind=kind)

    monkeypatch.setattr("g60_pipeline.tally.numbers.BEGINNING", length)

    assert same(counted(text, tmp_path, name=name, kind=kind), usual)
    assert usual.unplaced.height > 5, "addresses that must be read whole are among them"


def test_address_in_many_parts_is_placed_once_and_its_rows_are_added_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"P{n},上海市某路{n % 3}号,2023,k,1\nQ{n},江苏省苏州市,2023,k,1\n" for n in range(300)]
    given: list[str] = []

    def placing(addresses: pl.Series, rules: AddressRules) -> pl.DataFrame:
        given.extend(addresses)
        return place(addresses, rules)

    monkeypatch.setattr("g60_pipeline.tally.numbers.place", placing)
    monkeypatch.setattr("g60_pipeline.tally.engines.PARTS", 16)
    found = counted("\n" + "".join(lines), tmp_path)

    assert given == ["上海市某路"]
    assert found.unplaced.rows() == [("上海市某路", 300)]
    assert cell(found, geo_code="320500") == cell(found, geo_code="310000") == [(300, 30000)]


@pytest.mark.parametrize("parts", [1, 7, 4096])
def test_number_of_parts_changes_nothing_though_some_have_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    text = of_random(500, seed=parts, identifiers=100)
    usual = counted(text, tmp_path)

    monkeypatch.setattr("g60_pipeline.tally.engines.PARTS", parts)

    assert same(counted(text, tmp_path), usual)


def test_rows_without_identifier_are_spread_over_the_parts(tmp_path: Path) -> None:
    identifiers = [None if n % 64 else f"P{n // 640}" for n in range(64_000)]
    pl.DataFrame({"identifier": identifiers}).write_parquet(tmp_path / "r.parquet")
    with engine("polars") as chosen:
        rows = chosen.open([str(tmp_path / "r.parquet")], "parquet")
        parts = [
            pl.from_arrow(p.collect("pyarrow").to_native())
            for p in chosen.parts(rows, by="identifier", work=str(tmp_path))
        ]

    without = [part["identifier"].null_count() for part in parts]
    there = [name for part in parts for name in part["identifier"].drop_nulls().unique()]
    assert sum(without) == 63_000
    assert max(without) < 1.5 * 63_000 / PARTS
    assert len(there) == len(set(there)) == 100, "all rows of an identifier are in one part"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.parquet"]


def test_more_places_than_a_number_can_say_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("g60_pipeline.tally.numbers.PLACES", 3)
    with pytest.raises(G60Error, match=r"they lead to \d+ places\. At most 2 fit"):
        counted(ROWS, tmp_path)


@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_files_without_a_row_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(G60Error, match="no row"):
        counted("\n", tmp_path, name=name)


def test_records_counted_part_by_part_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = random.Random(3)  # noqa: S311
    places = ["苏州市", "上海市松江区", "芜湖市", "成都市", ""]
    lines = [f"P{chosen.randrange(300)},{chosen.choice(places)},20{chosen.randrange(10, 24)},k,1" for _ in range(900)]
    text = "\n" + "\n".join(lines) + "\n"
    whole = counted(text, tmp_path, name="polars")

    monkeypatch.setattr("g60_pipeline.tally.engines.PARTS", 1)
    parts = counted(text, tmp_path, name="polars")

    assert parts.cells.equals(whole.cells)
    assert parts.unplaced.equals(whole.unplaced)
    assert (parts.rows, parts.duplicates, parts.contradictions) == (900, whole.duplicates, whole.contradictions)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "1", "2", "3", "4"]),
            st.sampled_from(["", "苏州市", "上海市松江区", "上海市", "江苏省", "成都市", "x"]),
            st.sampled_from(["", "2020", "2021-03-04", "3/4/2021", "20221301", "１９９９"]),
        ),
        min_size=1,
    )
)
def test_every_row_is_somewhere(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]) -> None:
    counts = counted("\n" + "".join(",".join((*row, "k", "1")) + "\n" for row in rows), tmp_path_factory.mktemp("r"))

    different = {row[0] for row in rows if row[0]}
    assert counts.rows == len(rows)
    assert counts.cells["records"].sum() + counts.contradictions == len(different) + sum(not row[0] for row in rows)


def test_days_of_a_parquet_file_are_dates(tmp_path: Path) -> None:
    file = tmp_path / "r.parquet"
    frame = pl.DataFrame({"id": [1, 2], "address": ["苏州市", "苏州市"], "kind": ["k", "k"], "sum": [1.25, None]})
    frame.with_columns(day=pl.Series([dt.date(2023, 1, 1), None])).write_parquet(file)
    with engine("polars") as chosen:
        found = count(
            chosen, *files_and_form([str(file)])[:2], kind=PATENTS, rules=load_address_rules(), work=str(tmp_path)
        )

    assert cell(found, geo_code="320500", year=2023) == [(1, 125)]
    assert cell(found, geo_code="320500", year=None) == [(1, 0)]


def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(G60Error, match=r"none of its columns is the address: it has id, day.*columns.address"):
        counted("id,day,kind,sum\n1,2023,k,1\n", tmp_path)


@pytest.mark.parametrize("name", ["polars", "duckdb"])
@pytest.mark.parametrize(
    "content", [b"id,address,day,kind,sum\n1,\xcb\xd5\xd6\xdd,2023,k,1\n", b"id,address,day,kind,sum\n1,2,3,4,5,6\n"]
)
def test_a_file_that_can_not_be_read_is_said_so(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(content)
    with pytest.raises(G60Error, match=rf"the files of records: {name} can not read them"), engine(name) as chosen:
        count(chosen, *files_and_form([str(file)])[:2], kind=PATENTS, rules=load_address_rules(), work=str(tmp_path))


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        (["missing.csv"], "there is no such file"),
        (["a.txt"], "ends neither in"),
        (["a.csv", "b.parquet"], "given together"),
        (["empty"], "no CSV or Parquet file in it"),
    ],
)
def test_files_that_are_no_records_are_refused(tmp_path: Path, names: list[str], rule: str) -> None:
    for name in ("a.txt", "a.csv", "b.parquet"):
        (tmp_path / name).touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(G60Error, match=rule):
        files_and_form([str(tmp_path / name) for name in names])


RECORDS = "id,address,day,kind,sum\n1,江苏省苏州市,2023-05-01,k,1\n2,浙江省杭州市,2023-06-11,k,22\n".encode()


@pytest.mark.parametrize("cut", range(1, 30, 3))
@pytest.mark.parametrize("place", ["first", "second"])
def test_file_that_breaks_off_anywhere_in_its_last_line_is_refused_by_name(
    tmp_path: Path, cut: int, place: str
) -> None:
    for name in ("first", "second"):
        (tmp_path / f"{name}.csv").write_bytes(RECORDS[:-cut] if name == place else RECORDS)
    with pytest.raises(G60Error, match="no line end") as caught:
        files_and_form([str(tmp_path)])
    assert Path(caught.value.subject).name == f"{place}.csv"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_file_with_an_end_of_its_last_line_is_not_cut(tmp_path: Path, end: bytes) -> None:
    (tmp_path / "r.csv").write_bytes(RECORDS.rstrip() + end)
    assert len(files_and_form([str(tmp_path)])[0]) == 1


@pytest.mark.parametrize("name", ["polars", "duckdb"])
@pytest.mark.parametrize(
    "header",
    ["day,address,id,kind,sum", "id,address,day,kind", "id,address,applicant,day,kind,sum", "id,place,day,kind,sum"],
)
def test_files_of_other_columns_are_refused_by_name(tmp_path: Path, header: str, name: str) -> None:
    (tmp_path / "a.csv").write_bytes(RECORDS)
    cells = ",".join("1" for _ in header.split(","))
    (tmp_path / "b.csv").write_text(f"{header}\n{cells}\n", encoding="utf-8")

    with (
        pytest.raises(G60Error, match=f"its columns are {header.replace(',', ', ')}") as caught,
        engine(name) as chosen,
    ):
        count(
            chosen, *files_and_form([str(tmp_path)])[:2], kind=PATENTS, rules=load_address_rules(), work=str(tmp_path)
        )

    assert Path(caught.value.subject).name == "b.csv"


@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_columns_of_parquet_are_read_by_their_names(tmp_path: Path, name: str) -> None:
    frame = pl.read_csv(RECORDS, infer_schema=False)
    frame.write_parquet(tmp_path / "a.parquet")
    frame.with_columns(pl.lit("3").alias("id")).select(frame.columns[::-1]).write_parquet(tmp_path / "b.parquet")

    with engine(name) as chosen:
        found = count(
            chosen,
            *files_and_form([str(tmp_path)])[:2],
            kind=PATENTS,
            rules=load_address_rules(),
            work=str(tmp_path / "w"),
        )

    assert (found.rows, cell(found, geo_code="320500", year=2023)) == (4, [(1, 100)])


def test_header_of_each_file_of_object_storage_is_compared_by_duckdb(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(RECORDS)
    (tmp_path / "b.csv").write_bytes(RECORDS.replace(b"id,address", b"address,id"))
    paths = [f"file://{tmp_path}/{file}.csv" for file in "ab"]

    with pytest.raises(G60Error, match="its columns are address, id"), engine("duckdb") as chosen:
        chosen.open(paths, "csv")


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(RECORDS)

    assert files_and_form([str(tmp_path), str(tmp_path / "a.csv")]) == ([str(tmp_path / "a.csv")], "csv", [])


@pytest.mark.parametrize("name", ["polars", "duckdb"])
@pytest.mark.parametrize("kind", ["a", "z", ""])
def test_a_kind_that_comes_in_while_files_are_read_is_said_and_counts_as_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    numbered = Numbers.numbered

    def while_written(self: Numbers, rows: Frame) -> Frame:
        made = numbered(self, rows)
        with (tmp_path / "records.csv").open("a", encoding="utf-8") as file:
            file.write(f"3,广东省深圳市,2023,{kind},1\n")
        return made

    monkeypatch.setattr(Numbers, "numbered", while_written)
    text = f"{HEADER}\n1,苏州市,2023,k,1\n2,苏州市,2023,,1\n"
    if kind:
        with pytest.raises(G60Error, match="they changed while they were read"):
            counted(text, tmp_path, name=name)
    else:
        assert counted(text, tmp_path, name=name).rows == 3
