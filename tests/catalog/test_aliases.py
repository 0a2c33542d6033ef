"""Names people use: each leads to its indicators and corridors, and none hides the name of another one."""

from __future__ import annotations

import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.catalog.references import check_own_names
from g60_pipeline.errors import UsageError
from g60_pipeline.reader.database import Warehouse
from g60_pipeline.reader.names import find_corridor, find_indicator, find_place


@pytest.fixture(scope="module")
def warehouse(published):
    import duckdb

    with duckdb.connect(str(published.database), read_only=True) as connection:
        yield Warehouse(connection)


def test_an_alias_that_is_the_name_of_another_entry_is_refused():
    entries = {
        "gdp": ("Gross domestic product", "地区生产总值", ()),
        "other": ("Other", "其他", ["gross domestic Product"]),
    }
    with pytest.raises(ValueError, match="of other is the name of gdp"):
        check_own_names("indicators/*.yaml", entries)


def test_an_alias_given_twice_is_refused():
    with pytest.raises(ValueError, match="alias of gdp 'grp' is used twice"):
        check_own_names("indicators/*.yaml", {"gdp": ("Product", "产值", ["GRP", "grp"])})


def test_every_alias_leads_to_its_indicator_or_names_all_it_means(warehouse):
    meanings: dict[str, set[str]] = {}
    for indicator in load_catalog().indicators:
        for alias in indicator.aliases:
            meanings.setdefault(alias, set()).add(indicator.indicator_id)
    assert len(meanings) > 250
    for alias, wanted in meanings.items():
        if len(wanted) == 1:
            assert {find_indicator(warehouse, alias)["indicator_id"]} == wanted, alias
            continue
        with pytest.raises(UsageError, match=f"it means {len(wanted)} things") as refused:
            find_indicator(warehouse, alias)
        assert all(f"{indicator} (" in refused.value.remedy for indicator in wanted), alias


@pytest.mark.parametrize(
    ("name", "corridor"), [("松江", "g60_songjiang"), ("Shanghai", "g60_shanghai"), ("含上海", "g60_shanghai")]
)
def test_a_corridor_is_found_by_the_place_it_is_told_apart_by(warehouse, name, corridor):
    assert find_corridor(warehouse, name)["corridor_id"] == corridor


@pytest.mark.parametrize("name", ["G60", "G60走廊", "九城市"])
def test_a_name_of_both_corridors_is_refused_with_both(warehouse, name):
    with pytest.raises(UsageError) as refused:
        find_corridor(warehouse, name)
    assert "g60_songjiang" in refused.value.remedy
    assert "g60_shanghai" in refused.value.remedy


@pytest.mark.parametrize(("name", "code"), [("song jiang", "310117"), ("SUZHOU", "320500"), ("宿州", "341300")])
def test_case_blanks_and_signs_of_a_place_do_not_matter(warehouse, name, code):
    assert find_place(warehouse, name)["geo_code"] == code


@pytest.mark.parametrize(
    ("typed", "first"), [("Hangzou", "330100"), ("Jiaxin", "330400"), ("Xuanchen", "341800"), ("合飞", "340100")]
)
def test_a_slip_in_a_place_is_answered_with_the_likeliest_first(warehouse, typed, first):
    with pytest.raises(UsageError) as refused:
        find_place(warehouse, typed)
    assert refused.value.remedy.startswith(f"Did you mean {first} ")
