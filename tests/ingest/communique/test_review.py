"""Review: what waits, what speaks against a figure, what accepting and rejecting leave behind."""

from __future__ import annotations

import csv
import json

import papers
import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique import review
from g60_pipeline.ingest.communique.filing import filed, unit_id
from g60_pipeline.ingest.communique.places import place_named
from g60_pipeline.ingest.communique.proposals import Proposal, proposals
from g60_pipeline.ingest.communique.ranges import StoredFigure, doubts
from g60_pipeline.ingest.communique.rules.read import indicator_rules
from g60_pipeline.ingest.communique.store import About, keep
from g60_pipeline.ingest.communique.text.read import read_document

CATALOG = load_catalog(None)
SUZHOU = place_named("苏州", CATALOG.geographies)
TITLE = "2024年苏州市国民经济和社会发展统计公报"
TEXT = "初步核算，全年实现地区生产总值26000.5亿元，比上年增长5.6%。全市高新技术企业超过17000家。"
NOW = "2025-04-01T00:00:00+00:00"


@pytest.fixture
def folders(tmp_path):
    return tmp_path / "documents", tmp_path / "inbox"


def put(folder, text=TEXT, *, url=None, now=NOW):
    content = papers.page(text, title=TITLE)
    return keep(folder, content, name="page.html", about=About(SUZHOU, 2024, "communique", url), now=now)[0]


def waits(folders, *stored):
    def find(indicator_id, basis):
        return stored if (indicator_id, basis) == ("gdp", "current_prices") else ()

    return desk(folders, find).pending()


def desk(folders, find=lambda *_: ()):
    return review.Review(*folders, CATALOG, find)


def gdp(value, year=2024, geo_code="320500"):
    return StoredFigure(geo_code, year, value, f"{value}亿元", "公报")


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_proposals_of_a_document_wait_with_their_place_in_the_catalog(folders):
    put(folders[0])
    assert [(w.filed.indicator_id, w.filed.basis, w.filed.unit, w.proposal.value) for w in waits(folders)] == [
        ("gdp", "current_prices", "cny_100m", "26000.5"),
        ("gdp_growth_real", "constant_prices", "percent", "5.6"),
        ("hightech_enterprises", "unstated", "count", "17000"),
    ]


def test_accepted_figure_is_a_row_of_the_inbox_with_document_place_and_sentence(folders):
    document = put(folders[0], url="https://tjj.suzhou.gov.cn/page.html")
    first, *_ = waits(folders)
    desk(folders).accept(first)
    (row,) = rows(folders[1] / "communiques.csv")
    assert row == {
        "row_id": f"320500-gdp-current_prices-2024-{document.sha256[:8]}",
        "geo_code": "320500",
        "indicator_id": "gdp",
        "basis": "current_prices",
        "period_kind": "year",
        "period": "2024",
        "value": "26000.5",
        "unit": "cny_100m",
        "status": "preliminary",
        "flags": "",
        "locator": "paragraph 1",
        "note": "初步核算，全年实现地区生产总值26000.5亿元，比上年增长5.6%。",
        "publisher": "苏州市统计局",
        "document_title": TITLE,
        "published": "",
        "url": "https://tjj.suzhou.gov.cn/page.html",
        "grade": "A",
    }
    assert [w.filed.indicator_id for w in waits(folders)] == ["gdp_growth_real", "hightech_enterprises"]


def test_more_than_is_a_lower_bound(folders):
    put(folders[0])
    desk(folders).accept(waits(folders)[2])
    assert rows(folders[1] / "communiques.csv")[0]["flags"] == "lower_bound"


def test_corrected_value_enters_and_the_note_says_what_was_read(folders):
    put(folders[0])
    desk(folders).accept(waits(folders)[0], corrected="26000.6")
    (row,) = rows(folders[1] / "communiques.csv")
    assert row["value"] == "26000.6"
    assert row["note"].startswith("read by hand; the rule gdp.total read 26000.5")
    assert "gdp" not in [w.filed.indicator_id for w in waits(folders)]


def test_row_taken_out_of_the_inbox_waits_again(folders):
    put(folders[0])
    desk(folders).accept(waits(folders)[0])
    (folders[1] / "communiques.csv").unlink()
    assert len(waits(folders)) == 3


def test_rejected_proposal_is_remembered_also_in_a_newer_edition(folders):
    put(folders[0])
    desk(folders).reject(waits(folders)[0], now=NOW)
    put(folders[0], TEXT + "另有补充。", now="2025-06-01T00:00:00+00:00")
    assert [w.filed.indicator_id for w in waits(folders)] == ["gdp_growth_real", "hightech_enterprises"]
    put(folders[0], TEXT.replace("26000.5", "26100.0"), now="2025-07-01T00:00:00+00:00")
    assert [w.proposal.value for w in waits(folders)] == ["26100.0", "5.6", "17000"]


def test_file_of_decisions_without_its_columns_is_refused(folders):
    put(folders[0])
    folders[1].mkdir()
    (folders[1] / "communiques.csv").write_text("row_id,value\na,1\n", encoding="utf-8")
    with pytest.raises(G60Error, match="geo_code"):
        waits(folders)


@pytest.mark.parametrize(
    ("stored", "key"),
    [
        ((), None),
        ((gdp(26000.5),), None),
        ((gdp(25000.0),), "other_value"),
        ((gdp(25000.0, 2023),), None),
        ((gdp(250.0, 2023),), "jump"),
        ((gdp(1.0, geo_code="1"), gdp(2.0, geo_code="2"), gdp(3.0, geo_code="3")), "scale"),
        ((gdp(9000.0, geo_code="1"), gdp(2.0, geo_code="2"), gdp(3.0, geo_code="3")), None),
    ],
)
def test_figure_is_compared_with_stored_year_before_and_neighbours(folders, stored, key):
    put(folders[0])
    first, *_ = waits(folders, *stored)
    assert [doubt.key for doubt in first.doubts] == ([f"communique.doubt.{key}"] if key else [])
    assert first.is_sure is (key is None)


def test_figure_beyond_the_bounds_of_its_indicator_is_doubted():
    indicator = next(i for i in CATALOG.indicators if i.indicator_id == "rd_intensity")
    found = doubts(37.0, indicator, geo_code="320500", year=2024, stored=())
    assert [doubt.key for doubt in found] == ["communique.doubt.bounds"]


@pytest.mark.parametrize(
    ("url", "grade"),
    [(None, "D"), ("https://tjj.suzhou.gov.cn/a.html", "A"), ("https://mirror.example.com/a.html", "C")],
)
def test_grade_is_that_of_where_the_document_came_from(folders, url, grade):
    assert review.grade_of(put(folders[0], url=url)) == grade


def test_differences_of_two_editions_are_named():
    def edition(text):
        return proposals(read_document(papers.page(text, title=TITLE), name="x"), name="x")

    older, newer = edition(TEXT), edition(TEXT.replace("5.6%", "5.8%").replace("全市高新技术企业", "其余"))
    assert review.differences(older, newer) == [
        ("gdp_growth_real 2024", "5.6%", "5.8%"),
        ("hightech_enterprises 2024", "17000家", ""),
    ]


def test_long_sentence_is_quoted_around_its_figure():
    sentence = "甲" * 500 + "1.5亿元" + "乙" * 500
    proposal = Proposal("gdp", 2024, "1.5", "亿元", sentence, "paragraph 1", 500, 505, "gdp.total", 0.99)
    assert review.quoted(proposal) == "…" + "甲" * 120 + "1.5亿元" + "乙" * 120 + "…"


def test_every_filing_is_in_the_catalog_with_a_unit_of_its_dimension():
    dimensions = {unit.unit: unit.dimension for unit in CATALOG.units}
    indicators = {i.indicator_id: i for i in CATALOG.indicators}
    printed = {"money": "亿元", "dollars": "亿美元", "persons": "万人", "percent": "%", "count": "件"}
    for entry in (e for e in indicator_rules() if e.files):
        indicator = indicators[entry.files.indicator_id]
        bases = {basis.basis: basis for basis in indicator.bases}
        named = [entry.files.basis, entry.files.dollars, *entry.files.until.values(), *(r.basis for r in entry.rules)]
        assert {name for name in named if name} <= set(bases), entry.indicator
        for kind in entry.units:
            per = "元" if entry.files.per == "person" else printed[kind]
            proposal = Proposal(entry.indicator, 2024, "1", per, "", "", 0, 0, entry.rules[0].id, 1.0)
            target = filed(proposal)
            if target is not None:
                wanted = bases[target.basis].unit or indicator.unit
                assert dimensions[target.unit] == dimensions[wanted], (entry.indicator, kind)


def test_dollars_are_never_filed_as_yuan():
    exports = next(e for e in indicator_rules() if e.indicator == "exports")
    proposal = Proposal("exports", 2024, "1", "亿美元", "", "", 0, 0, exports.rules[0].id, 1.0)
    assert filed(proposal) is None
    assert unit_id("万美元") == "usd_10k"


CUT_OR_CHANGED = {
    "last line cut": (lambda text: text[:-2], "no line end"),
    "row cut": (lambda text: text[:-60] + "\n", "cells where the header has"),
    "quotation mark left open": (lambda text: text.replace("320500,gdp,", '320500,"gdp,', 1), "it is no CSV file"),
    "cell too many": (lambda text: text[:-1] + ",x\n", "cells where the header has"),
}


@pytest.mark.parametrize("case", CUT_OR_CHANGED)
@pytest.mark.parametrize("decide", ["accept", "reject"])
def test_file_of_decisions_that_can_not_be_read_whole_is_not_written_over(folders, case, decide):
    put(folders[0])
    first, second, third = waits(folders)
    file = folders[1] / "communiques.csv"
    if decide == "accept":
        desk(folders).accept(first)
    else:
        file = folders[0] / "rejected.csv"
        desk(folders).reject(first, now=NOW)
    spoil, rule = CUT_OR_CHANGED[case]
    text = spoil(file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    for act in (
        lambda: desk(folders).accept(second) if decide == "accept" else desk(folders).reject(second, now=NOW),
        lambda: waits(folders),
    ):
        with pytest.raises(G60Error, match=rule):
            act()
    assert file.read_text(encoding="utf-8") == text
    assert third


def test_columns_a_person_added_to_the_accepted_figures_are_kept(folders):
    put(folders[0])
    first, second, _ = waits(folders)
    desk(folders).accept(first)
    file = folders[1] / "communiques.csv"
    header, row = file.read_text(encoding="utf-8").splitlines()
    file.write_text(f"{header},round\n{row},census5\n", encoding="utf-8")
    desk(folders).accept(second)
    assert [row["round"] for row in rows(file)] == ["census5", ""]


@pytest.mark.parametrize(("key", "value"), [("year", 2023), ("year", "2024"), ("geo_code", "330100")])
def test_record_that_does_not_agree_with_its_document_is_refused(folders, key, value):
    document = put(folders[0])
    edited(folders[0], document, key, value)
    with pytest.raises(G60Error, match=r"does not agree|no record of a document") as caught:
        waits(folders)
    assert caught.value.subject == document.record


@pytest.mark.parametrize(("key", "value"), [("geo_code", "999999"), ("sha256", "0" * 64), ("added", "yesterday")])
def test_record_that_names_what_there_is_not_is_refused(folders, key, value):
    document = put(folders[0])
    edited(folders[0], document, key, value)
    with pytest.raises(G60Error) as caught:
        waits(folders)
    assert caught.value.subject == document.record


def edited(folder, document, key, value):
    """Change a record of an earlier version: one of this version bears a hash over itself."""
    record = folder / f"{document.sha256}.json"
    changed = json.loads(record.read_text(encoding="utf-8")) | {key: value, "seal": None}
    record.write_text(json.dumps(changed), encoding="utf-8")
