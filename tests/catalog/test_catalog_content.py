"""What the packaged catalog says: names in both languages, codes that do not get mixed up, references that lead somewhere."""

from __future__ import annotations

from itertools import pairwise

import pytest

from g60_pipeline.catalog import Catalog, load_catalog
from g60_pipeline.catalog.dates import first_day, last_day

EIGHT = {"320500", "330100", "330400", "330500", "330700", "340100", "340200", "341800"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def test_both_corridors_have_nine_members_that_differ_only_in_shanghai(catalog: Catalog) -> None:
    members = {c.corridor_id: c.members for c in catalog.corridors}
    assert {key: len(value) for key, value in members.items()} == {"g60_songjiang": 9, "g60_shanghai": 9}
    assert set(members["g60_songjiang"]) == EIGHT | {"310117"}
    assert set(members["g60_shanghai"]) == EIGHT | {"310000"}


def test_the_dated_versions_of_the_corridor_grow_without_overlap(catalog: Catalog) -> None:
    versions = next(c for c in catalog.corridors if c.corridor_id == "g60_songjiang").versions
    assert [len(v.members) for v in versions] == [1, 3, 9]
    for older, newer in pairwise(versions):
        assert older.valid_to is not None
        assert last_day(older.valid_to) < first_day(newer.valid_from)
        assert set(older.members) < set(newer.members)
    assert versions[-1].valid_to is None


def test_suzhou_of_jiangsu_is_not_suzhou_of_anhui(catalog: Catalog) -> None:
    code_of = {alias: g.geo_code for g in catalog.geographies for alias in g.aliases}
    assert (code_of["苏州"], code_of["苏州市"], code_of["Suzhou"]) == ("320500",) * 3
    assert (code_of["宿州"], code_of["宿州市"], code_of["Suzhou (Anhui)"]) == ("341300",) * 3
    assert code_of["宿迁"] == "321300"


def test_a_place_is_recognised_by_each_of_its_names(catalog: Catalog) -> None:
    for place in catalog.geographies:
        assert {place.name_en, place.name_zh, place.short_zh} <= set(place.aliases), place.geo_code


def test_every_name_stands_in_both_languages(catalog: Catalog) -> None:
    entries = [
        *catalog.geographies,
        *catalog.corridors,
        *catalog.indicators,
        *(b for i in catalog.indicators for b in i.bases),
        *catalog.ratios,
        *catalog.formulas,
        *catalog.sources,
    ]
    without_chinese = [e for e in entries if not has_chinese(e.name_zh) and not e.name_zh.isascii()]
    in_chinese = [e for e in entries if has_chinese(e.name_en)]
    assert without_chinese == []
    assert in_chinese == []
    assert all(has_chinese(i.definition_zh) and not has_chinese(i.definition_en) for i in catalog.indicators)


def test_every_basis_pairs_with_bases_that_exist_and_are_in_the_same_unit(catalog: Catalog) -> None:
    for indicator in catalog.indicators:
        bases = {b.basis: b for b in indicator.bases}
        assert indicator.default_basis in bases
        for basis in indicator.bases:
            for paired in filter(None, (basis.national_basis, basis.world_basis, basis.slack_basis)):
                assert indicator.unit_of(bases[paired]) == indicator.unit_of(basis), (indicator.indicator_id, paired)


def test_only_additive_bases_are_counted_as_shares_of_something(catalog: Catalog) -> None:
    """A ratio or an index has no share of China, and is never summed."""
    for indicator in catalog.indicators:
        for basis in indicator.bases:
            if indicator.kind_of(basis) in {"ratio", "index"}:
                assert not basis.additive, (indicator.indicator_id, basis.basis)
                assert basis.national_basis is None or not basis.additive


def test_every_ratio_divides_what_is_additive(catalog: Catalog) -> None:
    additive = {(i.indicator_id, b.basis) for i in catalog.indicators for b in i.bases if b.additive}
    counted_in_every_city = {("publications", "openalex")}  # has no total, so no corridor gets the ratio
    for ratio in catalog.ratios:
        below = {(ratio.denominator.indicator, basis) for basis in ratio.denominator.bases}
        assert {(ratio.numerator.indicator, ratio.numerator.basis), *below} <= additive | counted_in_every_city
    assert not counted_in_every_city & additive


def test_every_parent_chain_ends_at_the_world(catalog: Catalog) -> None:
    parent = {g.geo_code: g.parent_code for g in catalog.geographies}
    for code in parent:
        chain = [code]
        while (above := parent[chain[-1]]) is not None:
            assert above not in chain
            chain.append(above)
        assert chain[-1] == "WLD"


def test_cities_and_districts_carry_the_code_of_their_province(catalog: Catalog) -> None:
    for place in catalog.geographies:
        if place.level in {"prefecture", "district"}:
            assert place.parent_code == f"{place.geo_code[:2]}0000"


def test_the_members_can_be_drawn_on_a_map(catalog: Catalog) -> None:
    coordinates = {g.geo_code: (g.longitude, g.latitude) for g in catalog.geographies}
    for code in EIGHT | {"310117", "310000"}:
        longitude, latitude = coordinates[code]
        assert longitude is not None
        assert latitude is not None
        assert 117 < longitude < 122
        assert 29 < latitude < 32


@pytest.mark.parametrize(
    ("partial", "first", "last"),
    [
        ("2020", "2020-01-01", "2020-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2021-02", "2021-02-01", "2021-02-28"),
        ("2021-06-30", "2021-06-30", "2021-06-30"),
    ],
)
def test_a_date_known_in_part_stands_for_all_its_days(partial: str, first: str, last: str) -> None:
    assert (first_day(partial).isoformat(), last_day(partial).isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "20", "2020-13", "2020-00", "2020-2", "2021-02-29", "2021/02", "２０２１", "2021-01-01-01"]
)
def test_what_is_not_a_date_raises(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not YYYY|has no month|day"):
        first_day(text)
