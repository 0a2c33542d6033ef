"""The folder of documents: as received, known by its bytes, refused where the text says another place or year."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import papers
import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.places import place_named
from g60_pipeline.ingest.communique.store import About, in_force, keep, received, replaced_by, text_of

PLACES = load_catalog(None).geographies
SUZHOU = place_named("苏州", PLACES)
TITLE = "2024年苏州市国民经济和社会发展统计公报"
GDP = "初步核算，全年实现地区生产总值1234.5亿元，比上年增长5.6%。"


def document(*paragraphs, title=TITLE):
    return papers.page(*paragraphs, title=title)


def put(folder, content, *, place=SUZHOU, year=2024, kind="communique", now="2025-04-01T00:00:00+00:00"):
    return keep(folder, content, name="page.html", about=About(place, year, kind), now=now)


def test_document_is_kept_as_received_with_its_record(tmp_path):
    content = document(GDP)
    one, is_new = put(tmp_path, content)
    assert is_new
    assert (tmp_path / one.file).read_bytes() == content
    assert one.sha256 == hashlib.sha256(content).hexdigest()
    assert (one.geo_code, one.year, one.kind, one.form, one.title) == ("320500", 2024, "communique", "html", TITLE)
    assert received(tmp_path) == [one]


def test_document_added_twice_changes_nothing(tmp_path):
    first, _ = put(tmp_path, document(GDP))
    before = sorted((p.name, p.stat().st_mtime_ns) for p in tmp_path.iterdir())
    second, is_new = put(tmp_path, document(GDP), now="2026-01-01T00:00:00+00:00")
    assert (second, is_new) == (first, False)
    assert sorted((p.name, p.stat().st_mtime_ns) for p in tmp_path.iterdir()) == before


def test_same_bytes_as_another_document_are_refused(tmp_path):
    put(tmp_path, papers.page(GDP, title="数据"))
    with pytest.raises(G60Error, match="added before"):
        put(tmp_path, papers.page(GDP, title="数据"), year=2023)


@pytest.mark.parametrize("title", ["2024年前三季度苏州市主要经济指标", "苏州市2024年1—11月国民经济运行情况"])
def test_document_of_a_part_of_a_year_is_refused_with_its_title_and_nothing_kept(tmp_path, title):
    with pytest.raises(G60Error, match=f"names a part of a year: {title}"):
        put(tmp_path, document(GDP, title=title))
    assert received(tmp_path) == []


@pytest.mark.parametrize(
    ("place", "year"), [("苏州", 2023), ("杭州", 2024), ("上海", 2024)], ids=["year", "place", "both names"]
)
def test_title_of_another_place_or_year_is_refused_and_nothing_kept(tmp_path, place, year):
    with pytest.raises(G60Error, match="苏州市 2024"):
        put(tmp_path, document(GDP), place=place_named(place, PLACES), year=year)
    assert list(tmp_path.iterdir()) == []


def test_songjiang_is_not_shanghai(tmp_path):
    content = document(GDP, title="2024年上海市松江区国民经济和社会发展统计公报")
    with pytest.raises(G60Error, match="松江区 2024"):
        put(tmp_path, content, place=place_named("上海", PLACES))
    one, _ = put(tmp_path, content, place=place_named("松江", PLACES))
    assert one.geo_code == "310117"


def test_work_report_is_filed_under_the_year_it_looks_back_on(tmp_path):
    report = document(GDP, title="2025年苏州市政府工作报告")
    with pytest.raises(G60Error, match="苏州市 2024"):
        put(tmp_path, report, year=2025, kind="work_report")
    assert put(tmp_path, report, year=2024, kind="work_report")[1]


def test_newer_edition_is_in_force_and_the_older_stays(tmp_path):
    first, _ = put(tmp_path, document(GDP))
    second, _ = put(tmp_path, document(GDP.replace("1234.5", "1240.0")), now="2025-06-01T00:00:00+00:00")
    found = received(tmp_path)
    assert found == [first, second]
    assert in_force(found) == [second]
    assert replaced_by(second, found) == first
    assert replaced_by(first, found) is None


def test_changed_file_is_not_read(tmp_path):
    one, _ = put(tmp_path, document(GDP))
    (tmp_path / one.file).write_bytes(document(GDP.replace("1234.5", "9999.9")))
    with pytest.raises(G60Error, match="no longer those that were received"):
        text_of(tmp_path, one)


def test_spoiled_record_is_named(tmp_path):
    one, _ = put(tmp_path, document(GDP))
    (tmp_path / f"{one.sha256}.json").write_text("{", encoding="utf-8")
    with pytest.raises(G60Error, match="no record of a document"):
        received(tmp_path)


@pytest.mark.parametrize(
    "key", ["name", "form", "size", "geo_code", "year", "kind", "title", "url", "published", "added", "seal"]
)
def test_record_with_another_value_of_its_form_is_refused(tmp_path, key):
    one, _ = put(tmp_path, document(GDP, title=f"{TITLE}（2025年3月20日）"))
    file = tmp_path / f"{one.sha256}.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    others = {"size": record["size"] ^ 4, "year": 2023, "kind": "work_report", "form": "pdf", "geo_code": "330100"}
    others |= {"published": "2025-03-28", "added": "2025-04-01T00:00:08+00:00", "seal": "0" * 64}
    changed = record | {key: others.get(key, "x")}
    assert changed != record
    file.write_text(json.dumps(changed, ensure_ascii=False, indent=1), encoding="utf-8")

    with pytest.raises(G60Error, match="no longer what was written when the document was added") as caught:
        received(tmp_path)

    assert caught.value.subject == f"documents/{file.name}"


def test_every_flipped_bit_of_a_record_is_seen(tmp_path):
    one, _ = put(tmp_path, document(GDP))
    file = tmp_path / f"{one.sha256}.json"
    whole = file.read_bytes()
    for at in range(0, 8 * len(whole), 7):
        spoilt = bytearray(whole)
        spoilt[at // 8] ^= 1 << at % 8
        file.write_bytes(spoilt)
        try:
            assert received(tmp_path) == [one], "white space between the entries says nothing"
        except G60Error:
            continue
        assert json.loads(spoilt) == json.loads(whole)


def test_record_of_an_earlier_version_is_read_and_sealed_when_its_document_is_added_again(tmp_path):
    one, _ = put(tmp_path, document(GDP))
    file = tmp_path / f"{one.sha256}.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    del record["seal"]
    file.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    assert received(tmp_path) == [replace(one, seal=None)]

    again, is_new = put(tmp_path, document(GDP), now="2026-01-01T00:00:00+00:00")

    assert (again, is_new) == (one, False)
    assert received(tmp_path) == [one]


def test_unknown_place_is_answered_with_near_names():
    with pytest.raises(G60Error, match="320500 Suzhou 苏州市"):
        place_named("苏洲市", PLACES)


def test_day_of_publication_is_read_from_the_page_or_the_head_of_the_text(tmp_path):
    one, _ = put(tmp_path, document("苏州市统计局", "2025年3月28日", GDP))
    assert one.published == "2025-03-28"
    other, _ = put(tmp_path, document("截至2024年12月31日", GDP))
    assert other.published is None


def test_document_added_under_a_clock_ahead_stops_the_next_one_until_somebody_looks(tmp_path):
    first, _ = put(tmp_path, document(GDP), now="2030-01-01T00:00:00+00:00")
    with pytest.raises(G60Error, match="which is newer is not known") as caught:
        put(tmp_path, document(GDP.replace("1234.5", "1240.0")))
    assert first.file in caught.value.rule
    assert received(tmp_path) == [first]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("一、综合", "初步核算", GDP), "苏州市2024年国民经济和社会发展统计公报"),
        ((TITLE, "苏州市统计局", "2025年3月28日", GDP), TITLE),
        (("苏州市统计局", TITLE, GDP), TITLE),
        (("苏州市2024年", "国民经济和社会发展统计公报", GDP), "苏州市2024年国民经济和社会发展统计公报"),
        ((f"{TITLE}（摘要）", GDP), f"{TITLE}(摘要)"),
    ],
)
@pytest.mark.parametrize("form", ["txt", "docx"])
def test_title_of_a_file_that_marks_none_is_never_run_together(tmp_path, form, lines, title):
    content = "\n".join(lines).encode() if form == "txt" else papers.word(*lines)
    assert put(tmp_path, content)[0].title == title
