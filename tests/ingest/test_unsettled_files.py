"""Files of the inbox and of corrections that are half written, lead elsewhere, or are named in capitals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.corrections import read_corrections
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
    assert "what stands on the 9 lines 2 to 10 is not valid CSV" in issues[0].message


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
