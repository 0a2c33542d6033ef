"""Bounds that are solved by hand: each constraint of its own, and how they work together."""

from __future__ import annotations

from typing import Any

import pytest
from bounded import Row, assume, at, cell, frame, rules, values
from small_frames import Make

PAIR = ("330100", "330400")
PRODUCT: Row = {
    "identity_id": "per_head",
    "whole": {"indicator": "thing", "basis": "plain"},
    "ratio": {"indicator": "rate", "basis": "plain"},
    "base": {"indicator": "base", "basis": "plain", "revised": True},
    "scale": 0.01,
    "tolerance": 0.0,
    "tolerance_revised": 0.1,
}
BASES = Make.bases(
    {"indicator_id": "thing", "unit": "cny_100m"},
    {"indicator_id": "base", "unit": "cny_100m"},
    {"indicator_id": "rate", "unit": "percent", "kind": "ratio", "additive": False, "national_basis": None},
)


def of(indicator: str, place: str, value: float, **more: Any) -> Row:
    return at(place, value, **{"indicator_id": indicator, "unit": "cny_100m"} | more)


def level(*rows: Row, tier: str = "printed", year: int = 2020, **more: Any) -> tuple[float | None, float | None]:
    made = frame(*rows, members=PAIR, **more)
    return values(made.worlds()[tier].ends({cell(code, year): 1.0 for code in PAIR}))


def test_a_missing_member_has_at_most_what_its_province_has_beyond_the_other() -> None:
    assert level(at("330100", 3.0), at("330000", 10.0)) == (3, 10)


def test_a_count_is_exact_and_any_other_figure_reaches_half_its_last_digit() -> None:
    assert level(at("330100", 3.0), at("330400", 4.0)) == (7, 7)
    printed = {"value_as_published": "3.0", "unit": "cny_100m"}
    assert level(at("330100", 3.0, **printed), at("330400", 4.0, **printed | {"value_as_published": "4"})) == (
        6.45,
        7.55,
    )


def test_a_province_without_a_figure_is_capped_by_the_nation() -> None:
    assert level(at("330100", 3.0), at("100000", 50.0), at("310000", 20.0)) == (3, 30)


def test_a_provinces_share_of_the_delta_is_what_the_others_leave() -> None:
    rows = [at("YRD", 50.0), at("310000", 20.0), at("340000", 5.0), at("330100", 3.0)]
    made = frame(*rows, members=PAIR)
    assert values(made.worlds()["printed"].ends({cell("330000"): 1.0})) == (25, 25)


def test_a_ratio_over_a_printed_base_gives_the_missing_whole() -> None:
    rows = [
        of("thing", "330100", 3.0, value_as_published="3.0"),
        of("rate", "330400", 2.0, value_as_published="2.0", unit="percent"),
        of("base", "330400", 100.0, round="first", status="preliminary"),
    ]
    low, high = level(*rows, book=rules(PRODUCT), bases=BASES)
    assert (low, high) == (pytest.approx(2.95 + 0.01 * 1.95 * 99.5), pytest.approx(3.05 + 0.01 * 2.05 * 100.5))


def test_a_base_of_which_no_first_print_is_held_may_be_another_round() -> None:
    rows = [
        of("thing", "330100", 3.0, value_as_published="3.0"),
        of("rate", "330400", 2.0, value_as_published="2.0", unit="percent"),
        of("base", "330400", 100.0),
    ]
    low, high = level(*rows, book=rules(PRODUCT), bases=BASES)
    assert (low, high) == (pytest.approx(2.95 + 0.009 * 1.95 * 99.5), pytest.approx(3.05 + 0.011 * 2.05 * 100.5))


def test_every_round_printed_of_a_base_may_be_the_one_below_the_line() -> None:
    rows = [
        of("rate", "330400", 2.0, value_as_published="2.0", unit="percent"),
        of("base", "330400", 100.0, round="first", status="preliminary"),
        of("base", "330400", 120.0, round="census4", status="revised"),
        of("thing", "330100", 3.0, value_as_published="3.0"),
    ]
    low, high = level(*rows, book=rules(PRODUCT), bases=BASES)
    assert (low, high) == (pytest.approx(2.95 + 0.01 * 1.95 * 99.5), pytest.approx(3.05 + 0.01 * 2.05 * 120.5))


def test_a_ratio_whose_year_was_inferred_ties_nothing() -> None:
    rows = [
        of("thing", "330100", 3.0, value_as_published="3.0"),
        of("rate", "330400", 2.0, unit="percent", flags=["year_inferred"]),
        of("base", "330400", 100.0, round="first", status="preliminary"),
        of("thing", "330000", 10.0, value_as_published="10.0"),
    ]
    assert level(*rows, book=rules(PRODUCT), bases=BASES) == (2.95, 10.05)


def test_a_sum_gives_the_part_that_is_missing() -> None:
    bases = Make.bases({"indicator_id": "thing"}, {"indicator_id": "sold"}, {"indicator_id": "bought"})
    parts = [{"indicator": name, "basis": "plain"} for name in ("thing", "bought")]
    identity = {
        "identity_id": "both",
        "whole": {"indicator": "sold", "basis": "plain"},
        "parts": parts,
        "tolerance": 0.0,
    }
    rows = [at("330100", 3.0), at("330400", 9.0, indicator_id="sold"), at("330400", 5.0, indicator_id="bought")]
    assert level(*rows, book=rules(identity), bases=bases) == (7, 7)


def test_a_sum_over_years_gives_the_year_before() -> None:
    bases = Make.bases({"indicator_id": "thing"}, {"indicator_id": "added"})
    parts = [{"indicator": "thing", "basis": "plain", "years_before": 1}, {"indicator": "added", "basis": "plain"}]
    identity = {
        "identity_id": "grew",
        "whole": {"indicator": "thing", "basis": "plain"},
        "parts": parts,
        "tolerance": 0.0,
    }
    rows = [at("330100", 3.0), at("330400", 9.0, year=2021), at("330400", 5.0, indicator_id="added", year=2021)]
    assert level(*rows, book=rules(identity), bases=bases) == (7, 7)


def test_nothing_fell_takes_the_years_beside_and_steady_their_pace() -> None:
    rows = [at("330100", 3.0), at("330400", 4.0, year=2018), at("330400", 9.0, year=2021), at("330000", 100.0)]
    tiers = [assume("no_fall", fall=0.0), assume("steady", fall=0.0, rise=0.5)]
    book = rules(tiers=tiers)
    assert level(*rows, book=book) == (3, 100)
    assert level(*rows, tier="no_fall", book=book) == (7, 12)
    assert level(*rows, tier="steady", book=book) == (3 + 6, 3 + 9), "9 of 2021 is at most 1.5 times 2020"


def test_two_years_that_are_printed_are_evidence_and_bind_nothing() -> None:
    rows = [at("330400", 9.0, year=2019), at("330400", 4.0, year=2020), at("330100", 1.0)]
    made = frame(*rows, members=PAIR, book=rules(tiers=[assume("no_fall", fall=0.0)]))
    assert not made.worlds()["no_fall"].conflicts
    (found,) = made.evidence()
    assert (found.cases, found.widest, found.limit) == (1, pytest.approx(1 - 4 / 9), 0.0)


def test_growth_pairs_the_ends_of_one_world_and_not_of_two() -> None:
    rows = [at("330100", 3.0, year=2019), at("330100", 4.0), at("330000", 10.0, year=2019), at("330000", 10.0)]
    made = frame(*rows, members=PAIR, book=rules(tiers=[assume("no_fall", fall=0.0)]))
    above, below = ({cell(code, year): 1.0 for code in PAIR} for year in (2020, 2019))
    printed, no_fall = (made.worlds()[tier].ends(above, below) for tier in ("printed", "no_fall"))
    assert values(printed) == (0.4, round(10 / 3, 9)), "4 over 10, and 10 over 3"
    assert values(no_fall) == (round(10 / 9, 9), round(10 / 3, 9)), "a missing member of 6 in both years is slowest"


def test_shared_counts_are_at_least_the_largest_and_at_most_what_the_nation_has() -> None:
    bases = Make.bases({"additive": False, "shared": True})
    rows = [at("330100", 30.0), at("330400", 20.0), at("100000", 40.0)]
    made = frame(*rows, members=PAIR, bases=bases)
    assert values(made.worlds()["printed"].ends({cell("c"): 1.0})) == (30, 40)


def test_printed_growth_gives_the_year_before() -> None:
    grew: Row = {
        "identity_id": "grew",
        "whole": {"indicator": "thing", "basis": "plain"},
        "ratio": {"indicator": "rate", "basis": "plain"},
        "base": {"indicator": "thing", "basis": "plain", "years_before": 1},
        "scale": 0.01,
        "offset": 100,
        "tolerance": 0.0,
        "tolerance_revised": 0.0,
    }
    rows = [
        of("thing", "330100", 3.0, value_as_published="3.0"),
        of("thing", "330400", 11.0, year=2021, value_as_published="11.0"),
        of("rate", "330400", 10.0, year=2021, value_as_published="10.0", unit="percent"),
    ]
    low, high = level(*rows, book=rules(grew), bases=BASES)
    assert (low, high) == (pytest.approx(2.95 + 10.95 / 1.1005), pytest.approx(3.05 + 11.05 / 1.0995))


@pytest.mark.parametrize(("rank", "most"), [(1.0, 3.05), (2.0, 9.0)])
def test_who_is_printed_to_be_first_has_at_least_what_the_others_have(rank: float, most: float) -> None:
    ranked: Row = {
        "rank_id": "first",
        "rank": {"indicator": "place", "basis": "plain"},
        "of": {"indicator": "thing", "basis": "plain"},
        "corridor": "c",
    }
    bases = Make.bases(
        {"indicator_id": "thing", "unit": "cny_100m"},
        {"indicator_id": "place", "unit": "rank", "kind": "index", "additive": False, "national_basis": None},
    )
    rows = [
        of("thing", "330100", 3.0, value_as_published="3.0"),
        of("thing", "330400", 9.0, value_as_published="9.0", flags=["upper_bound"]),
        of("place", "330100", rank, unit="rank"),
    ]
    made = frame(*rows, members=PAIR, bases=bases, book=rules(ranks=[ranked]))
    assert values(made.worlds()["printed"].ends({cell("330400"): 1.0})) == (0, most)


@pytest.mark.parametrize(
    ("base", "message"),
    [({"revised": True}, "not revised has an offset"), (None, "has a ratio and a base, or parts")],
)
def test_only_a_ratio_to_a_base_that_is_not_revised_has_an_offset(base: Row | None, message: str) -> None:
    side: Row = {"indicator": "base", "basis": "plain"}
    odd = PRODUCT | {"offset": 100, "base": None if base is None else side | base}
    with pytest.raises(ValueError, match=message):
        rules(odd)


def test_a_figure_taken_to_be_known_narrows_for_as_long_as_it_is() -> None:
    made = frame(at("330100", 3.0), at("330000", 10.0), members=PAIR).worlds()["printed"]
    both = {cell(code): 1.0 for code in PAIR}
    assert values(made.ends(both)) == (3, 10)
    with made.knowing(cell("330400"), 5.0) as known:
        assert values(known.ends(both)) == (8, 8)
        assert values(known.ends({cell("330100"): 1.0}, both)) == (0.375, 0.375)
    assert values(made.ends(both)) == (3, 10)
