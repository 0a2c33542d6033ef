"""Files of the inbox and of corrections that are half written, lead elsewhere, or are named in capitals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.corrections import COLUMNS, read_corrections
from g60_pipeline.ingest.csv_files import BREAKS_OFF, CsvForm, UnsettledError, content_of, read_csv
from g60_pipeline.ingest.inbox import FIGURES, read_inbox, read_inbox_file
from g60_pipeline.settings import Settings

HEADER = FIGURES.template
ROW = "a,330100,gdp,current_prices,year,2023,1,cny_100m" + "," * (HEADER.count(",") - 7)


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    return Settings(tmp_path / "home")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (f"{HEADER}{ROW}\nb,330100,gdp", 3),
        (f'{HEADER}{ROW}\nb,"330100,gdp\nc', 4),
        (HEADER[:20], 1),
        (f"{HEADER}{ROW}\n苏州".encode()[:-1], 3),
    ],
)
def test_a_file_that_breaks_off_in_a_line_stops_the_reading(home: Settings, content: str | bytes, line: int) -> None:
    file = home.inbox / "mine.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UnsettledError, match=f"breaks off in the middle of line {line}") as caught:
        read_inbox(home.inbox_files())
    assert (caught.value.subject, caught.value.remedy[:4]) == ("inbox/mine.csv", "Wait")
    assert BREAKS_OFF in [issue.rule for issue in read_inbox_file(file)[1]], "a check tells it beside the others"


@pytest.mark.parametrize(
    "content", [f"{HEADER}{ROW}", f"{HEADER}b,330100\n{ROW}", f"{HEADER}b,330100\n", HEADER[:-1], ""]
)
def test_a_whole_file_without_a_last_line_end_is_read(home: Settings, content: str) -> None:
    (home.inbox / "mine.csv").write_text(content, encoding="utf-8")
    read_inbox(home.inbox_files())


WHOLE = {
    **dict(
        zip(
            FIGURES.required, ("b", "330100", "gdp", "current_prices", "year", "2023", "12345", "cny_100m"), strict=True
        )
    ),
    "published": "2024-05-06",
    "url": "https://x.example/1",
    "document_title": "公报",
    "note": "12 万",
    "grade": "A",
}


@pytest.mark.parametrize("last", WHOLE)
def test_a_row_cut_anywhere_is_never_read_as_another_whatever_its_last_column(home: Settings, last: str) -> None:
    names = [*(name for name in WHOLE if name != last), last]
    file = home.inbox / "mine.csv"
    row = ",".join(WHOLE[name] for name in names)
    for line in (row, ",".join([*row.split(",")[:-1], f'"{WHOLE[last]}"'])):
        for cut in range(1, len(line)):
            file.write_text(f"{','.join(names)}\n{row}\n{line[:cut]}", encoding="utf-8")
            rows, issues = read_inbox_file(file)
            assert rows["observation"].height == 1, line[:cut]
            assert {issue.line for issue in issues} == {3}, line[:cut]


@pytest.mark.parametrize("last", WHOLE)
def test_a_last_row_with_its_line_end_or_a_closed_cell_is_read(home: Settings, last: str) -> None:
    names = [*(name for name in WHOLE if name != last), last]
    head, row = ",".join(names), ",".join(WHOLE[name] for name in names)
    for text in (f"{row}\n", f"{row}\r\n", f"{row}\r", f'{row.removesuffix(WHOLE[last])}"{WHOLE[last]}"'):
        (home.inbox / "mine.csv").write_bytes(f"{head}\n{text}".encode())
        rows, issues = read_inbox_file(home.inbox / "mine.csv")
        assert (rows["observation"][last].to_list(), issues) == ([WHOLE[last]], []), text


def test_a_register_whose_last_cell_may_be_cut_stops_the_reading(home: Settings) -> None:
    home.corrections_dir.mkdir()
    row = "c,E1,value,1,2,why,why,D1,me,2026-08-1"
    (home.corrections_dir / "own.csv").write_text(f"{','.join(COLUMNS)}\n{row}", encoding="utf-8")
    with pytest.raises(G60Error, match="no line end, so that '2026-08-1' may be the beginning") as caught:
        read_corrections(home.correction_files())
    assert (caught.value.subject, "put a line end" in caught.value.remedy) == ("corrections/own.csv, line 2", True)


def test_a_file_that_changes_while_it_is_read_stops_the_reading(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home.inbox / "mine.csv"
    file.write_text(f"{HEADER}{ROW}\n", encoding="utf-8")
    opened = Path.open

    def written_to(path: Path, *args: object, **kwargs: object) -> object:
        if path == file:
            os.utime(file, (1, 1))
        return opened(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", written_to)
    with pytest.raises(UnsettledError, match="it changed while it was read"):
        read_inbox(home.inbox_files())
    os.utime(file)
    with pytest.raises(UnsettledError):
        content_of(file, name="inbox/mine.csv")


def test_an_unclosed_quotation_mark_says_how_many_lines_it_holds() -> None:
    rows = "".join(f"r{number},1\n" for number in range(8))
    _, issues = read_csv(f'id,value\n"a,1\n{rows}'.encode(), file="f", form=CsvForm(("id", "value"), ("id",)))
    assert {issue.line for issue in issues} == set(range(2, 11))
    assert "what is on line 2–10 is not valid CSV" in issues[0].message


def test_a_link_out_of_the_data_folder_is_not_read_nor_quoted(home: Settings, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("root:x:0:0\n", encoding="utf-8")
    (home.inbox / "leak.csv").symlink_to(secret)
    (home.home / "within.csv").write_text(HEADER, encoding="utf-8")
    (home.inbox / "within.csv").symlink_to(home.home / "within.csv")
    _, (issue,) = read_inbox(home.inbox_files())
    assert (issue.file, issue.rule) == ("inbox/leak.csv", "unreadable")
    assert "leads out of the data folder" in issue.message
    assert "root" not in str(issue)
    home.corrections_dir.mkdir()
    (home.corrections_dir / "leak.csv").symlink_to(secret)
    with pytest.raises(G60Error, match="leads out of the data folder") as caught:
        read_corrections(home.correction_files())
    assert "root" not in str(caught.value)


def test_an_inbox_that_is_a_link_to_a_share_is_read(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "mine.csv").write_text(f"{HEADER}{ROW}\n", encoding="utf-8")
    (share / "again.csv").symlink_to(share / "mine.csv")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "inbox").symlink_to(share)
    rows, issues = read_inbox(Settings(tmp_path / "home").inbox_files())
    assert (rows["observation"].height, issues) == (2, [])


def test_registers_named_in_capitals_are_read_and_hidden_ones_are_not(home: Settings) -> None:
    home.corrections_dir.mkdir()
    for name in ("mine.CSV", "other.csv", "._mac.csv", "notes.txt"):
        (home.corrections_dir / name).write_text("", encoding="utf-8")
    assert [file.name for file in home.correction_files()] == ["mine.CSV", "other.csv"]
