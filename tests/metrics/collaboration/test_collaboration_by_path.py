"""Events by path: what counts for whom, what stays undecided, and what printed amounts come to."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics.collaboration.network_rows import CITIES, PLACES, UNITS, events, members
from worded import why

from g60_pipeline.contracts.vocabulary import PATHS
from g60_pipeline.metrics.collaboration.collaboration_by_path import collaboration_by_path
from g60_pipeline.metrics.collaboration.contract import CollaborationByPath

Row = dict[str, Any]
SHANGHAI = ("310000", "330100", "330400")
SONGJIANG = ("310117", "330100", "330400")
BOTH = members(all_of_it=SHANGHAI, district=SONGJIANG)


def by_path(*rows: Row, wanted: pl.DataFrame = BOTH) -> pl.DataFrame:
    frame = collaboration_by_path(events(*rows), corridor_member=wanted, geography=PLACES, unit=UNITS)
    return CollaborationByPath.validate(frame)


def counts(frame: pl.DataFrame, subject: str | None, *, span: str = "all") -> Row:
    is_subject = pl.coalesce("corridor_id", "geo_code").eq_missing(pl.lit(subject))
    rows = frame.filter(is_subject & (pl.col("span") == span) & pl.col("unit").is_null())
    return rows.row(0, named=True) if rows.height == 1 else pytest.fail(f"one row expected: {rows}")


def amounts(*rows: Row, subject: str = "330100", unit: str = "cny_100m") -> Row:
    filled = [{"members": [subject], "amount_unit": unit, "amount_form": "point"} | row for row in rows]
    frame = by_path(*filled).filter((pl.col("geo_code") == subject) & (pl.col("span") == "all"))
    return frame.filter(pl.col("unit") == unit).row(0, named=True)


def test_an_event_counts_once_for_each_city_and_once_for_the_corridor() -> None:
    frame = by_path({"members": ["330100", "330400"]}, {"members": ["330100"], "to_geo": "341700"})
    assert [counts(frame, code)["events"] for code in ("330100", "330400", "341700", "all_of_it")] == [2, 1, 1, 2]
    assert counts(frame, "all_of_it")["event_ids"] == ["e1", "e2"]
    assert counts(frame, "all_of_it")["parties"] == ["330100", "330400", "341700"]
    assert counts(frame, "330400")["document_ids"] == ["d1"]


@pytest.mark.parametrize(("own", "larger", "told"), [(1, 1, 1), (2, 1, 2), (1, 2, None), (0, 1, None), (1, 0, 1)])
def test_a_place_has_a_count_unless_most_events_name_only_a_larger_place(
    own: int, larger: int, told: int | None
) -> None:
    frame = by_path(*[{"members": ["310117"]}] * own, *[{"members": ["310000"]}] * larger)
    row = counts(frame, "310117")
    assert (row["events"], row["events_low"], row["events_high"]) == (told, own, own + larger)
    assert (row["members_missing"] == ["310117"]) == (told is None)


def test_an_event_of_a_district_is_one_of_its_city() -> None:
    frame = by_path({"members": ["310117", "330100"]})
    assert [counts(frame, s)["events"] for s in ("310117", "all_of_it", "district")] == [1, 1, 1]
    assert counts(frame, "310000")["events"] == 1


def test_an_event_that_names_the_city_is_not_one_of_its_district() -> None:
    named_once = by_path({"members": ["310000"]}, {"members": ["310117"]})
    row = counts(named_once, "310117")
    assert (row["events"], row["events_low"], row["events_high"], row["undecided_ids"]) == (1, 1, 2, ["e1"])


def test_a_member_that_no_event_names_has_no_number_instead_of_zero() -> None:
    frame = by_path({"members": ["310000", "330100"]}, {"members": ["310000"]}, {"members": ["330400"]})
    district = counts(frame, "310117")
    assert (district["events"], district["events_low"], district["events_high"]) == (None, 0, 2)
    assert district["members_missing"] == ["310117"]
    corridor = counts(frame, "district")
    assert (corridor["events"], corridor["events_low"], corridor["events_high"]) == (None, 2, 3)
    assert (corridor["members_reporting"], corridor["members_expected"]) == (2, 3)
    assert "310117" in why(corridor)
    assert counts(frame, "all_of_it")["events"] == 3


def test_events_without_a_place_or_a_date_are_kept_and_counted() -> None:
    frame = by_path({"members": []}, {"members": ["330100"], "year": None})
    assert counts(frame, None)["event_ids"] == ["e1"]
    assert counts(frame, None)["members_expected"] == 0
    undated = counts(frame, "330100", span="undated")
    assert (undated["events"], undated["year"]) == (1, None)
    assert frame.filter((pl.col("geo_code") == "330100") & (pl.col("span") == "year")).is_empty()


def test_a_lone_amount_is_a_value_and_several_lie_between_the_largest_and_their_sum() -> None:
    one = amounts({"amount": 5.0})
    assert (one["value"], one["value_low"], one["value_high"], one["amount_sum"]) == (5.0, 5.0, 5.0, 5.0)
    two = amounts({"amount": 143.1}, {"amount": 181.1})
    assert (two["value"], two["value_low"], two["value_high"]) == (None, 181.1, pytest.approx(324.2))
    assert two["amount_sum"] == pytest.approx(324.2)
    assert (why(one), why(two)) == (None, "2 amounts enter, and one may contain another")


@pytest.mark.parametrize(
    ("form", "ends", "flags"),
    [
        ("point", (8.0, 8.0, 8.0), []),
        ("about", (8.0, 8.0, 8.0), ["rounded"]),
        ("more_than", (None, 8.0, None), ["lower_bound"]),
        ("nearly", (None, 0.0, 8.0), ["upper_bound"]),
        ("at_most", (None, 0.0, 8.0), ["upper_bound"]),
        ("target", (None, None, None), []),
        (None, (None, None, None), []),
    ],
)
def test_the_wording_of_an_amount_gives_its_ends(form: str | None, ends: tuple[Any, ...], flags: list[str]) -> None:
    row = amounts({"amount": 8.0, "amount_form": form})
    assert (row["value"], row["value_low"], row["value_high"]) == ends
    assert row["flags"] == flags
    assert row["amounts"] + row["amounts_left_out"] == 1
    assert row["reason_code"] == {(8.0, 8.0, 8.0): None, (None, None, None): "no_amount"}.get(ends, "bound_amount")


def test_a_target_never_enters_a_sum() -> None:
    row = amounts({"amount": 8.0}, {"amount": 1000.0, "amount_form": "target"})
    assert (row["value"], row["value_high"], row["amount_sum"], row["amounts_left_out"]) == (8.0, 8.0, 8.0, 1)


def test_amounts_of_another_kind_or_unit_stand_apart() -> None:
    common = {"members": ["330100"], "amount": 1.0, "amount_form": "point"}
    frame = by_path(
        common | {"kind": "fund", "amount_unit": "cny_100m"},
        common | {"kind": "bond", "amount_unit": "cny_100m"},
        common | {"kind": "bond", "amount_unit": "firms"},
    ).filter((pl.col("geo_code") == "330100") & (pl.col("span") == "all") & pl.col("unit").is_not_null())
    assert frame.select("kind", "unit", "value").sort("kind", "unit").rows() == [
        ("bond", "cny_100m", 1.0),
        ("bond", "firms", 1.0),
        ("fund", "cny_100m", 1.0),
    ]


def test_money_stands_in_one_unit() -> None:
    row = amounts({"amount": 9040.0, "amount_unit": "cny_10k"}, {"amount": 1.04}, {"amount": 5e7, "amount_unit": "cny"})
    assert (row["amounts"], row["value_low"]) == (3, 1.04)
    assert row["amount_sum"] == pytest.approx(0.904 + 1.04 + 0.5)


def test_plans_totals_and_repeats_are_no_events_and_only_what_was_paid_adds_up() -> None:
    common = {"members": ["330100"], "amount": 2.0, "amount_unit": "cny_100m", "amount_form": "point"}
    frame = by_path(
        common,
        common | {"nature": "total", "amount": 5.0},
        common | {"nature": "repeat", "amount": 3.0},
        common | {"nature": "plan", "amount": 99.0},
    )
    assert counts(frame, "330100")["event_ids"] == counts(frame, "all_of_it")["event_ids"] == ["e1"]
    row = frame.filter((pl.col("geo_code") == "330100") & (pl.col("span") == "all") & pl.col("unit").is_not_null())
    assert row.select("value_low", "value_high", "amounts", "amounts_left_out").row(0) == (5.0, 10.0, 3, 1)


def test_a_plan_of_a_larger_place_leaves_nothing_undecided() -> None:
    frame = by_path({"members": ["310117"]}, *[{"members": ["310000"], "nature": "plan"}] * 3)
    assert counts(frame, "310117")["events"] == 1


def test_an_amount_of_the_larger_place_only_reaches_the_upper_end() -> None:
    common = {"amount": 2.0, "amount_form": "point", "amount_unit": "cny_100m"}
    frame = by_path(common | {"members": ["310000"]}, common | {"members": ["330100"]})
    row = frame.filter((pl.col("corridor_id") == "district") & (pl.col("span") == "all") & pl.col("unit").is_not_null())
    assert row.select("value", "value_low", "value_high").row(0) == (None, 2.0, 4.0)


some_events = st.lists(
    st.builds(
        lambda path, places, year, amount: {
            "path": path,
            "members": sorted(places),
            "year": year,
            "amount": amount,
            "amount_unit": "firms",
            "amount_form": "point",
        },
        st.sampled_from(PATHS),
        st.sets(st.sampled_from([*CITIES, "310117", "330000", "341700"])),
        st.sampled_from([2019, 2020, None]),
        st.integers(min_value=0, max_value=1000).map(float),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=6)  # whole tables per example
@given(some_events)
def test_paths_and_years_split_the_events_without_loss(rows: list[Row]) -> None:
    frame = by_path(*rows).filter(pl.col("unit").is_null())
    every = frame.filter(pl.col("span") == "all").group_by("corridor_id", "geo_code").agg(pl.col("events_high").sum())
    parts = frame.filter(pl.col("span") != "all").group_by("corridor_id", "geo_code").agg(pl.col("events_high").sum())
    assert every.sort(pl.all()).equals(parts.sort(pl.all()))
    seen = frame.filter(pl.col("geo_code").is_not_null() | pl.col("corridor_id").is_null())["event_ids"].explode()
    assert set(seen.drop_nulls()) == {f"e{n}" for n in range(1, len(rows) + 1)}


@settings(max_examples=6)  # whole tables per example
@given(some_events, st.randoms())
def test_the_order_of_the_events_does_not_matter(rows: list[Row], random: Any) -> None:
    frame = events(*rows)
    order = list(range(frame.height))
    random.shuffle(order)
    shuffled = collaboration_by_path(frame[order], corridor_member=BOTH, geography=PLACES, unit=UNITS)
    assert shuffled.equals(collaboration_by_path(frame, corridor_member=BOTH, geography=PLACES, unit=UNITS))


@settings(max_examples=6)  # whole tables per example
@given(some_events)
def test_amounts_scale_with_their_unit_and_keep_their_order(rows: list[Row]) -> None:
    columns = ["value", "value_low", "value_high", "amount_sum"]
    once = by_path(*rows)
    eightfold = by_path(*(row | {"amount": 8 * row["amount"]} for row in rows))
    assert eightfold.select(columns).equals(once.select(pl.col(columns) * 8))
    assert once.filter(
        (pl.col("value_low") > pl.col("value_high")) | (pl.col("amount_sum") < pl.col("value_low"))
    ).is_empty()


def test_the_held_events_are_all_counted(graph: dict[str, pl.DataFrame]) -> None:
    held = graph["core.collaboration"]
    wanted = graph["core.corridor_member"]
    made = collaboration_by_path(
        held, corridor_member=wanted, geography=graph["core.geography"], unit=graph["core.unit"]
    )
    frame = CollaborationByPath.validate(made)
    whole = frame.filter((pl.col("span") == "all") & pl.col("unit").is_null())
    told = held.filter(pl.col("nature") == "event")
    assert 100 < told.height < held.height
    assert set(whole["event_ids"].explode().drop_nulls()) == set(told["event_id"])
    assert set(whole["corridor_id"].drop_nulls()) == set(wanted["corridor_id"])
    bonds = frame.filter(
        (pl.col("kind") == "bond") & (pl.col("unit") == "cny_100m") & (pl.col("corridor_id") == "g60_shanghai")
    ).filter(pl.col("span") == "all")
    assert bonds.select("value", "value_low").row(0) == (None, 181.1)
