"""Files of decisions: entered whole, or refused with every line that is wrong."""

from __future__ import annotations

import papers
import pytest
from worded import assert_in_chinese

from g60_pipeline.catalog import load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.decisions import LARGEST, digest_of, read
from g60_pipeline.ingest.communique.places import place_named
from g60_pipeline.ingest.communique.ranges import StoredFigure, neighbours
from g60_pipeline.ingest.communique.review import Review
from g60_pipeline.ingest.communique.store import About, keep

CATALOG = load_catalog(None)
SUZHOU = place_named("苏州", CATALOG.geographies)
HEAD = "proposal,digest,decision,value\n"


def waiting(folder, text="全年实现地区生产总值26000.5亿元，比上年增长5.6%。", *, day="01"):
    content = papers.page(text, title="2024年苏州市国民经济和社会发展统计公报")
    about = About(SUZHOU, 2024, "communique", None)
    keep(folder / "documents", content, name="page.html", about=about, now=f"2025-04-{day}T00:00:00+00:00")
    return Review(folder / "documents", folder / "inbox", CATALOG, lambda *_: ()).pending()


def written(folder, text):
    path = folder / "decisions.csv"
    path.write_text(text, encoding="utf-8")
    return path


def line(pending, decision, value="", digest=None):
    return f"{pending.row_id},{digest or digest_of(pending)},{decision},{value}\n"


def test_decisions_are_read_with_their_proposals(tmp_path):
    gdp, growth = waiting(tmp_path)
    path = written(tmp_path, HEAD + line(gdp, "correct", "26001.5") + line(growth, "reject"))
    assert [(d.waiting, d.choice, d.value) for d in read(path, [gdp, growth])] == [
        (gdp, "correct", "26001.5"),
        (growth, "reject", None),
    ]


@pytest.mark.parametrize(
    ("decision", "value", "digest", "rule"),
    [
        ("accept", "", "0" * 16, "has changed since"),
        ("perhaps", "", None, "none of accept, correct, reject"),
        ("correct", "", None, "no number as printed"),
        ("correct", "12..5", None, "no number as printed"),
        ("correct", "=1+1", None, "no number as printed"),
        ("correct", "26,001.5", None, "more than one cell"),
        ("correct", "26,001", None, "more than one cell"),
        ("accept", ",note", None, "more than one cell"),
        ("accept", "5", None, "belongs to a correction only"),
    ],
)
def test_wrong_decision_keeps_the_whole_file_out(tmp_path, decision, value, digest, rule):
    gdp, growth = waiting(tmp_path)
    path = written(tmp_path, HEAD + line(gdp, "accept") + line(growth, decision, value, digest))
    with pytest.raises(G60Error, match=rule) as caught:
        read(path, [gdp, growth])
    assert "line 3" in str(caught.value)
    assert "Nothing was entered" in str(caught.value)
    assert_in_chinese(caught.value)


def test_decision_about_a_newer_edition_is_refused(tmp_path):
    (gdp, _) = waiting(tmp_path)
    path = written(tmp_path, HEAD + line(gdp, "accept"))
    changed = waiting(tmp_path, "全年实现地区生产总值26000.5亿元，比上年增长5.7%。", day="02")
    with pytest.raises(G60Error, match="does not wait"):
        read(path, changed)


def test_proposal_decided_twice_is_refused(tmp_path):
    gdp, *_ = waiting(tmp_path)
    with pytest.raises(G60Error, match="decided twice"):
        read(written(tmp_path, HEAD + line(gdp, "accept") + line(gdp, "reject")), [gdp])


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "its columns are not"),
        (b"a,b\n1,2\n", "its columns are not"),
        (HEAD.encode(), "no decisions"),
        (b"\xff\xfe\x00", "no CSV file"),
        (HEAD.encode() + b'"open', "no CSV file"),
        (HEAD.encode() + b"x,y,accept,\n", "x does not wait"),
        (HEAD.encode() + b"x,y,accept,,more\n", "more than one cell"),
        (b"x" * (LARGEST + 1), "its columns are not"),
    ],
)
def test_file_that_is_no_list_of_decisions_is_refused(tmp_path, content, rule):
    path = tmp_path / "decisions.csv"
    path.write_bytes(content)
    with pytest.raises(G60Error, match=rule):
        read(path, [])


def test_neighbours_are_the_place_in_other_years_and_other_places_in_its_year():
    stored = [
        StoredFigure(code, year, 1.0, "", "") for code in ("320500", "330100") for year in (2020, 2022, 2023, 2024)
    ]
    near = neighbours(stored, geo_code="320500", year=2024)
    assert [(s.geo_code, s.year) for s in near] == [("320500", 2022), ("320500", 2023), ("330100", 2024)]


def test_file_that_breaks_off_anywhere_is_refused_or_lacks_whole_decisions(tmp_path):
    gdp, growth = waiting(tmp_path)
    text = HEAD + line(gdp, "reject") + line(growth, "correct", "25.61")
    for length in range(len(HEAD) + 1, len(text)):
        path = written(tmp_path, text[:length])
        if text[:length].endswith("\n"):
            assert [d.choice for d in read(path, [gdp, growth])] == ["reject"]
            continue
        with pytest.raises(G60Error) as caught:
            read(path, [gdp, growth])
        assert_in_chinese(caught.value)
    with pytest.raises(G60Error, match="no line end"):
        read(written(tmp_path, text.rstrip()), [gdp, growth])
