"""The analyst's inbox: a sound file counts like the facts, a bad row is refused with place, rule and remedy, and the rest loads."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from worded import why

from g60_pipeline.contracts.issues import in_words
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.corrections import read_corrections
from g60_pipeline.ingest.inbox import FIGURES, KINDS, Kind, read_inbox, read_inbox_file
from g60_pipeline.publish.storage import validated
from g60_pipeline.settings import Settings
from g60_pipeline.tables import table

Frames = dict[str, pl.DataFrame]

BAD: dict[str, tuple[dict[str, str], str, str, str]] = {
    "unknown place": ({"geo_code": "320599"}, "geo_code", "unknown_geography_code", "six digits"),
    "place whose name is no one's": ({"geo_code": "苏洲"}, "geo_code", "unknown_geography_code", "Did you mean 320500 (Suzhou"),
    "unknown indicator": ({"indicator_id": "rd_expenditures"}, "indicator_id", "unknown_indicator", "rd_expenditure"),
    "unknown basis": ({"basis": "constant"}, "basis", "unknown_basis", "current_prices"),
    "unknown unit": ({"unit": "furlong"}, "unit", "unknown_unit", "catalog"),
    "unit that leaves open of what": ({"unit": "亿"}, "unit", "unknown_unit", "catalog"),
    "unit of another dimension": ({"unit": "persons_10k"}, "unit", "unit_of_another_kind", "canonical unit"),
    "10,000 times too small": ({"unit": "cny_10k"}, "unit", "scale_of_the_unit", "cny_100m would fit"),
    "10,000 times too large": ({"unit": "cny_tn"}, "unit", "scale_of_the_unit", "cny_100m would fit"),
    "dollars for yuan": ({"unit": "usd_100m"}, "unit", "unit_of_another_kind", "canonical unit"),
    "decimal comma": ({"value": "24,7"}, "value", "comma_in_number", "separators"),
    "commas by four digits": ({"value": "2,4653"}, "value", "comma_in_number", "separators"),
    "commas that part no thousands": ({"value": "24,65,300"}, "value", "comma_in_number", "separators"),
    "decimal comma after thousands": ({"value": "24.653,4"}, "value", "comma_in_number", "separators"),
    "percent sign": ({"value": "12%"}, "value", "not_a_number", "percent"),
    "two points": ({"value": "4.347.648.1"}, "value", "not_a_number", "one point"),
    "comparison": ({"value": ">5"}, "value", "not_a_number", "flags"),
    "circled digits": ({"value": "①②③"}, "value", "not_a_number", "digits"),
    "bare sign": ({"value": "-"}, "value", "not_a_number", "signs"),
    "bare plus": ({"value": "+"}, "value", "not_a_number", "signs"),
    "exponent": ({"value": "1e5"}, "value", "not_a_number", "exponents"),
    "exponent in capitals": ({"value": "1.5E-3"}, "value", "not_a_number", "exponents"),
    "more digits than a number has": ({"value": "9" * 400}, "value", "not_a_number", "digits"),
    "not a number": ({"value": "NaN"}, "value", "not_a_number", "digits"),
    "empty value": ({"value": ""}, "value", "required", "value"),
    "empty period": ({"period": ""}, "period", "required", "period"),
    "unknown period kind": ({"period_kind": "month"}, "period_kind", "unknown_period_kind", "part_year"),
    "day within a year": ({"period": "2022/6/30"}, "period", "period_within_year", "YYYY"),
    "month within a year": ({"period": "2022-06"}, "period", "period_within_year", "YYYY"),
    "month there is not": ({"period": "2022/13/31"}, "period", "period_within_year", "YYYY"),
    "day first": ({"period": "31/12/2022"}, "period", "not_a_period", "YYYY"),
    "two-digit year": ({"period": "23"}, "period", "not_a_period", "YYYY"),
    "day that does not exist": (
        {"indicator_id": "star_listed", "basis": "listed", "unit": "count", "value": "3", "period_kind": "date", "period": "2023-02-30"},
        "period", "not_a_period", "YYYY-MM-DD",
    ),
    "date as year": (
        {"indicator_id": "star_listed", "basis": "listed", "unit": "count", "value": "3", "period_kind": "date", "period": "2023"},
        "period", "not_a_period", "YYYY-MM-DD",
    ),
    "month 13": ({"period_kind": "part_year", "period": "2023-01/2023-13"}, "period", "not_a_period", "YYYY-MM"),
    "month 0": ({"period_kind": "part_year", "period": "2023-00/2023-06"}, "period", "not_a_period", "YYYY-MM"),
    "one month as part": ({"period_kind": "part_year", "period": "2023-01"}, "period", "not_a_period", "YYYY-MM"),
    "months reversed": ({"period_kind": "part_year", "period": "2023-06/2023-01"}, "period", "period_reversed", "earlier"),
    "year not over": ({"period": "2026"}, "period", "period_not_over", "target"),
    "year far ahead": ({"period": "2035"}, "period", "period_not_over", "target"),
    "document of 1800": ({"published": "1800", "period": "2023"}, "period", "printed_before", "date of the document"),
    "document of the year before": ({"published": "2022-12-31", "period": "2023"}, "period", "printed_before", "plan"),
    "year before the statistics": ({"period": "1900"}, "period", "period_too_early", "year"),
    "a flow on a day": ({"period_kind": "date", "period": "2023-12-31"}, "period_kind", "period_of_another_kind", "YYYY"),
    "unknown flag": ({"flags": "rounded;doubtful"}, "flags", "unknown_flag", "rounded"),
    "the pipeline's own flag": ({"flags": "mixed_vintage"}, "flags", "unknown_flag", "rounded"),
    "both bounds": ({"flags": "lower_bound;upper_bound"}, "flags", "two_bounds", "two rows"),
    "below zero": ({"value": "-5"}, "value", "below_zero", "sign"),
    "unknown status": ({"status": "last"}, "status", "unknown_status", "final"),
    "unknown round": ({"round": "census3"}, "round", "unknown_revision_round", "census4"),
    "no document": (
        {"publisher": "", "document_title": "", "published": "", "url": "", "grade": ""}, "row_id", "no_document", "document_id",
    ),
    "two documents": ({"document_id": "D0017"}, "document_id", "two_documents", "Leave document_id empty"),
    "unknown document": ({"document_id": "D9999"}, "document_id", "unknown_document", "D"),
    "no grade": ({"grade": ""}, "grade", "required", "grade"),
    "no title": ({"document_title": ""}, "document_title", "required", "document_title"),
    "unknown grade": ({"grade": "A+"}, "grade", "unknown_grade", "A"),
    "no date": ({"published": "March 2024"}, "published", "not_a_date", "YYYY-MM-DD"),
    "day of publication that does not exist": ({"published": "2023-02-30"}, "published", "not_a_date", "YYYY-MM-DD"),
    "published tomorrow": ({"published": "2026-11-23"}, "published", "published_in_future", "date"),
    "no address": ({"url": "www.example.org"}, "url", "not_a_web_address", "https://"),
    "script for an address": ({"url": "javascript:alert(1)"}, "url", "not_a_web_address", "https://"),
}  # fmt: skip
"""Kind of mistake -> what is wrong in a sound row, and the column, rule and a word of the remedy of its issue."""

MERGED = (
    ("population_resident", "registered_year_end", "persons_10k"),
    ("fiscal_revenue", "local", "cny_100m"),
    ("patents_granted", "local_applicants", "count"),
    ("universities", "regular", "count"),
)
"""Series no break of their own is filed for, of cities that grew in 2011."""

DOUBLE = ({"row_id": "good"}, "row_id", "duplicate", "of its own")


@pytest.fixture(scope="module")
def refused(run_home: Callable[..., Frames], make: Any) -> Frames:
    """Return the graph of an inbox that holds every mistake once, two sound rows, and three files that are no CSV."""
    rows = [{"row_id": "good", "value": "24000"}, *(row for row, *_ in BAD.values()), DOUBLE[0]]
    rows.append({"row_id": "last", "geo_code": "330100", "value": "20059"})
    return run_home(
        {
            "inbox/rows.csv": make.inbox_csv(*rows),
            "inbox/gbk.csv": make.inbox_csv({"note": "苏州"}).encode("gbk") + "苏州".encode("gbk"),
            "inbox/headless.csv": "a,b\n1,2\n",
            "inbox/folder.csv/inside.txt": "not a file",
        }
    )


@pytest.fixture(scope="module")
def issues(refused: Frames) -> dict[tuple[str, int | None], list[dict[str, Any]]]:
    found: dict[tuple[str, int | None], list[dict[str, Any]]] = {}
    for row in in_words(refused["core.quarantine"]).iter_rows(named=True):
        found.setdefault((row["file"], row["line"]), []).append(row)
    return found


@pytest.mark.parametrize("mistake", BAD)
def test_a_bad_row_is_refused_with_file_line_column_rule_and_remedy(
    issues: dict[tuple[str, int | None], list[dict[str, Any]]], mistake: str
) -> None:
    row, column, rule, remedy = BAD[mistake]
    line = list(BAD).index(mistake) + 3
    found = issues["inbox/rows.csv", line]
    assert [(i["column_name"], i["rule"]) for i in found] == [(column, rule)]
    assert remedy in found[0]["remedy_en"]
    assert found[0]["value"] == (row.get(column) or None if column != "row_id" else f"r{line - 1}")


def test_the_second_row_of_one_identifier_is_refused(
    issues: dict[tuple[str, int | None], list[dict[str, Any]]],
) -> None:
    (found,) = issues["inbox/rows.csv", len(BAD) + 3]
    assert (found["column_name"], found["rule"]) == DOUBLE[1:3]
    assert DOUBLE[3] in found["remedy_en"]


def test_the_sound_rows_beside_the_bad_ones_load(refused: Frames) -> None:
    own = refused["core.observation_candidate"].filter(pl.col("origin").str.starts_with("inbox/"))
    assert own.select("observation_id", "value").rows() == [
        ("inbox/rows.csv#good", 24000.0),
        ("inbox/rows.csv#last", 20059.0),
    ]


def test_a_file_that_can_not_be_read_does_not_keep_the_others_out(
    issues: dict[tuple[str, int | None], list[dict[str, Any]]],
) -> None:
    by_file = {file: {i["rule"] for i in found} for (file, _), found in issues.items() if file != "inbox/rows.csv"}
    assert by_file == {
        "inbox/gbk.csv": {"utf8"},
        "inbox/headless.csv": {"missing_column", "unknown_column"},
        "inbox/folder.csv": {"unreadable"},
    }


def test_bad_rows_leave_the_figures_of_the_facts_as_they_were(refused: Frames, graph: Frames) -> None:
    embedded = refused["core.observation_candidate"].filter(~pl.col("origin").str.starts_with("inbox/"))
    columns = ["observation_id", "value", "flags", "round", "document_id"]
    expected = graph["core.observation_candidate"].select(columns).sort("observation_id")
    assert embedded.select(columns).sort("observation_id").equals(expected)


def test_every_table_of_figures_keeps_its_contract_whatever_the_inbox_holds(refused: Frames) -> None:
    for name in (name for name in refused if not name.startswith("metrics.")):
        assert validated(table(name), refused[name]).height == refused[name].height


@pytest.fixture(scope="module")
def own(run_home: Callable[..., Frames], make: Any) -> Frames:
    """Return the tables of an inbox with sound rows in three files, one of them in capitals and one cited by document_id."""
    cited = "row_id,geo_code,indicator_id,basis,period_kind,period,value,unit,document_id\n"
    return run_home(
        {
            "inbox/gdp.csv": make.inbox_csv(
                {"row_id": "sz-2023", "round": "census5", "value": "25000.5"},
                {"row_id": "sj-2021", "geo_code": "310117", "period": "2021", "value": "1782.28", "round": "first"},
                {
                    "row_id": "today",
                    "geo_code": "341800",
                    "indicator_id": "star_listed",
                    "basis": "listed",
                    "unit": "count",
                    "value": "3",
                    "period_kind": "date",
                    "period": "2026-11-22",
                    "published": "2026-11-22",
                },
                {"row_id": "far", "geo_code": "330500", "period": "2002", "value": "2000500"},
                {"row_id": "hz-half", "geo_code": "330100", "period_kind": "part_year", "period": "2024-01/2024-06"},
            ),
            "inbox/wide.csv": make.inbox_csv(
                {
                    "row_id": "ｗ－１",
                    "geo_code": "３２０５００",
                    "period": "２００３",
                    "value": "２８０２．５",
                    "unit": "ｃｎｙ＿１００ｍ",
                },
                {"row_id": "flags", "period": "2004", "value": "3450", "flags": "rounded；unverified"},
                {"row_id": "before", "geo_code": "330500", "value": "4213", "period": "2024", "round": "census5"},
                {
                    "row_id": "months",
                    "geo_code": "330500",
                    "value": "4400",
                    "round": "census5",
                    "period_kind": "part_year",
                    "period": "2025-01/2025-12",
                    "published": "2026-03-01",
                },
                {
                    "row_id": "sure",
                    "geo_code": "341800",
                    "unit": "cny_10k",
                    "flags": "unit_confirmed",
                    "round": "census5",
                },
                {
                    "row_id": "minus",
                    "geo_code": "330500",
                    "indicator_id": "star_listed",
                    "basis": "listed",
                    "unit": "count",
                    "value": "-0",
                    "period_kind": "date",
                    "period": "2019-07-01",
                },
            ),
            "inbox/merged.csv": make.inbox_csv(
                *(
                    {
                        "geo_code": code,
                        "indicator_id": indicator,
                        "basis": basis,
                        "unit": unit,
                        "period": f"{year}",
                        "value": f"{year - 1500}",
                    }
                    for code in ("340100", "340200")
                    for indicator, basis, unit in MERGED
                    for year in (2010, 2011, 2012)
                )
            ),
            "inbox/CAPITALS.CSV": cited + "u,341800,gdp,current_prices,year,1990,12.5,cny_bn,D0017\n",
            "inbox/notes.txt": "not read",
        },
    )


def candidate(frames: Frames, name: str) -> dict[str, Any]:
    return frames["core.observation_candidate"].row(by_predicate=pl.col("observation_id") == name, named=True)


def test_an_own_figure_stands_beside_those_of_the_facts(own: Frames) -> None:
    assert own["core.quarantine"].is_empty()
    row = candidate(own, "inbox/gdp.csv#sz-2023")
    assert (row["value"], row["unit"], row["round"]) == (25000.5, "cny_100m", "census5")
    assert row["origin"] == "inbox/gdp.csv, line 2"


def test_full_width_signs_and_twelve_months_mean_what_plain_ones_do(own: Frames) -> None:
    wide = candidate(own, "inbox/wide.csv#w-1")
    assert (wide["geo_code"], wide["period_end"], wide["value"]) == ("320500", dt.date(2003, 12, 31), 2802.5)
    assert candidate(own, "inbox/wide.csv#flags")["flags"] == ["rounded", "unverified"]
    assert candidate(own, "inbox/wide.csv#months")["period_kind"] == "calendar_year"
    grown = own["metrics.growth"].filter(geo_code="330500", indicator_id="gdp", year=2025, measure="yoy")
    assert grown["input_ids"].to_list() == [["inbox/wide.csv#before", "inbox/wide.csv#months"]]
    assert grown["value"].item() == pytest.approx(4400 / 4213 - 1)
    assert str(candidate(own, "inbox/wide.csv#minus")["value"]) == "0.0"


def test_no_rate_crosses_a_change_of_borders_on_any_basis(own: Frames) -> None:
    rates = own["metrics.growth"].filter(pl.col("geo_code").is_in(["340100", "340200"]), measure="yoy")
    for indicator, basis, _ in MERGED:
        of_one = rates.filter(indicator_id=indicator, basis=basis)
        across, after = of_one.filter(year=2011), of_one.filter(year=2012)
        assert across.height == after.height == 2, indicator
        assert across["value"].null_count() == 2
        assert across["flags"].list.set_difference(["disagreement"]).to_list() == [["break"]] * 2
        assert after["value"].null_count() == 0


def test_a_change_of_borders_breaks_every_basis_of_the_catalog(graph: Frames) -> None:
    bases = graph["core.indicator_basis"].select("indicator_id", "basis")
    for code in ("340100", "340200"):
        broken = graph["core.series_break"].filter(geo_code=code, first_period=2011, territorial=True)
        assert (
            broken.select("indicator_id", "basis")
            .sort("indicator_id", "basis")
            .equals(bases.sort("indicator_id", "basis"))
        )
    across = graph["metrics.growth"].filter((pl.col("base_year") < 2011) & (pl.col("year") >= 2011))
    whole = across.filter(pl.col("value").is_not_null())
    members = graph["core.corridor_member"].filter(version="metrics", geo_code="340100")["corridor_id"]
    assert not whole["corridor_id"].is_in(members.to_list()).any()
    assert not whole["geo_code"].is_in(["340100", "340200"]).any()
    assert across.height > whole.height > 0


def test_a_figure_far_from_its_neighbours_is_chosen_once_its_unit_is_confirmed(own: Frames) -> None:
    row = candidate(own, "inbox/wide.csv#sure")
    assert (row["value"], row["flags"], row["chosen"]) == (2.46534, ["disagreement", "unit_confirmed"], True)


def test_an_implausible_figure_has_its_flag_in_whatever_is_made_of_it(own: Frames) -> None:
    name = "inbox/gdp.csv#far"
    assert candidate(own, name)["flags"] == ["implausible"]
    made = [
        f.filter(pl.col("input_ids").list.contains(name))
        for n, f in own.items()
        if n.startswith("metrics.") and "input_ids" in f.columns
    ]
    assert sum(frame.height > 0 for frame in made) >= 3
    assert all(frame["flags"].list.contains("implausible").all() for frame in made)


def test_an_own_figure_of_a_newer_round_wins_and_the_loser_says_to_whom(own: Frames, graph: Frames) -> None:
    series = {
        "geo_code": "320500",
        "indicator_id": "gdp",
        "basis": "current_prices",
        "period_end": dt.date(2023, 12, 31),
    }
    before = graph["core.observation"].filter(**series).row(0, named=True)
    after = own["core.observation"].filter(**series).row(0, named=True)
    assert after["observation_id"] == "inbox/gdp.csv#sz-2023" != before["observation_id"]
    assert after["candidates"] == before["candidates"] + 1
    loser = candidate(own, before["observation_id"])
    assert not loser["chosen"]
    assert why(loser) == "lost to inbox/gdp.csv#sz-2023: an older revision round"


NINE = ["310117", "320500", "330100", "330400", "330500", "330700", "340100", "340200", "341800"]


def test_an_own_figure_completes_the_corridor(own: Frames, graph: Frames) -> None:
    wanted = {
        "corridor_id": "g60_songjiang",
        "indicator_id": "gdp",
        "basis": "current_prices",
        "period_end": dt.date(2021, 12, 31),
    }
    before = graph["metrics.corridor_total"].filter(**wanted).row(0, named=True)
    after = own["metrics.corridor_total"].filter(**wanted).row(0, named=True)
    assert before["value"] is None
    assert before["members_missing"] == ["310117"]
    assert before["value_low"] <= after["value"] <= before["value_high"], "what was left possible holds what is so"
    inputs = own["core.observation_candidate"].filter(pl.col("observation_id").is_in(after["input_ids"]))
    assert sorted(inputs["geo_code"]) == NINE
    assert after["value"] == pytest.approx(inputs["value"].sum(), rel=1e-12)
    assert "inbox/gdp.csv#sj-2021" in after["input_ids"]


def test_a_document_described_in_line_is_one_document_of_all_rows_that_describe_it(own: Frames) -> None:
    cited = {candidate(own, f"inbox/gdp.csv#{name}")["document_id"] for name in ("sz-2023", "sj-2021", "hz-half")}
    assert len(cited) == 1
    document = own["core.document"].filter(document_id=cited.pop()).row(0, named=True)
    assert (document["publisher"], document["title"], document["grade"]) == ("Test bureau", "Test bulletin", "A")
    assert (document["source_id"], document["published"]) == ("inbox", dt.date(2024, 3, 1))


def test_an_own_row_may_cite_a_document_of_the_facts(own: Frames) -> None:
    row = candidate(own, "inbox/CAPITALS.CSV#u")
    assert (row["document_id"], row["value"], row["value_as_published"]) == ("D0017", 125.0, "12.5")


def test_a_figure_of_today_is_not_of_the_future(own: Frames, make: Any) -> None:
    assert candidate(own, "inbox/gdp.csv#today")["period_end"] == make.today


def test_a_part_of_a_year_never_stands_for_the_year(own: Frames) -> None:
    assert candidate(own, "inbox/gdp.csv#hz-half")["period_kind"] == "part_year"
    for name in ("corridor_total", "national_share", "growth", "intensity"):
        used = own[f"metrics.{name}"]["input_ids"].list.explode(keep_nulls=False, empty_as_null=False).unique()
        assert "inbox/gdp.csv#hz-half" not in used.to_list()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_template_is_the_header_of_a_file_that_can_be_read(tmp_path: Path, kind: Kind) -> None:
    (tmp_path / "new.csv").write_text(kind.template, encoding="utf-8")
    rows, found = read_inbox([tmp_path / "new.csv"])
    assert ([frame.height for frame in rows.values()], found) == ([0, 0], [])


def test_an_inbox_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    assert Settings(tmp_path).inbox_files() == []
    assert all(frame.is_empty() for frame in read_inbox([])[0].values())


def test_what_is_no_file_is_refused_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "folder.csv").mkdir(parents=True)
    (inbox / "gone.csv").symlink_to(inbox / "nowhere")
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "._mac.csv").write_text("x", encoding="utf-8")
    rows, found = read_inbox(Settings(tmp_path).inbox_files())
    assert all(frame.is_empty() for frame in rows.values())
    assert [(i.file, i.rule) for i in found] == [(f"inbox/{n}.csv", "unreadable") for n in ("folder", "gone", "pipe")]


def test_a_file_name_that_is_no_text_is_written_out(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    Path(os.fsdecode(os.fsencode(inbox) + b"/bad\xff.csv")).write_text("a,b\n", encoding="utf-8")
    _, found = read_inbox(Settings(tmp_path).inbox_files())
    assert {i.file for i in found} == {"inbox/bad\\udcff.csv"}


@pytest.mark.parametrize(("separator", "name"), [(";", ";"), ("\t", "Tab")])
def test_a_file_with_other_separators_is_told_so(tmp_path: Path, separator: str, name: str) -> None:
    file = tmp_path / "excel.csv"
    file.write_text(FIGURES.template.replace(",", separator), encoding="utf-8-sig")
    _, found = read_inbox_file(file)
    assert [(i.rule, i.message) for i in found] == [("separator", f"cells are separated by {name}")]


def test_a_utf16_file_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "excel.csv"
    file.write_text(FIGURES.template, encoding="utf-16")
    assert "UTF-16" in read_inbox_file(file)[1][0].message


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(G60Error, match="can not be opened"):
        read_inbox_file(tmp_path / "missing.csv")


def test_a_file_too_large_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sparse.csv"
    with file.open("wb") as handle:
        handle.truncate(60_000_000_000)
    opened = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, *a, **k: pytest.fail("it was opened") if path == file else opened(path, *a, **k)
    )
    for read in (lambda: read_inbox_file(file), lambda: read_corrections([file])):
        with pytest.raises(G60Error, match="at most 50 MB; this one has 60,000 MB") as caught:
            read()
        assert caught.value.remedy == "Split the file"
    frames, issues = read_inbox([file])
    assert all(frame.is_empty() for frame in frames.values())
    assert [issue.rule for issue in issues] == ["unreadable"]
