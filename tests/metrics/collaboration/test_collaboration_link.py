"""Links: which way they run, how much they weigh, and where each corridor sees their ends."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics.collaboration.network_rows import CITIES, PLACES, events, flows, members

from g60_pipeline.metrics.collaboration.collaboration_link import collaboration_link
from g60_pipeline.metrics.collaboration.contract import CollaborationLink

Row = dict[str, Any]
BOTH = members(all_of_it=("310000", "330100", "330400"), district=("310117", "330100", "330400"))
ONE = members(c=CITIES)


def links(*rows: Row, wanted: pl.DataFrame = ONE, flow: pl.DataFrame | None = None) -> pl.DataFrame:
    printed = flows() if flow is None else flow
    frame = collaboration_link(events(*rows), flow=printed, corridor_member=wanted, geography=PLACES)
    return CollaborationLink.validate(frame)


def pairs(frame: pl.DataFrame, *, corridor: str = "c") -> dict[tuple[str, str], tuple[str, int, float]]:
    rows = frame.filter((pl.col("corridor_id") == corridor) & (pl.col("span") == "all") & (pl.col("path") == "all"))
    return {
        (r["from_geo"], r["to_geo"]): (r["position"], r["events"], r["weight_fractional"])
        for r in rows.iter_rows(named=True)
    }


def test_an_enclave_runs_from_home_to_host() -> None:
    frame = links({"from_geo": "330400", "to_geo": "310000", "members": ["310000", "330400"]})
    assert pairs(frame) == {("330400", "310000"): ("within", 1, 1.0)}
    assert set(frame["direction"]) == {"directed"}
    assert frame["event_ids"].to_list() == [["e1"]] * 4


def test_the_other_places_stand_at_an_open_end() -> None:
    out = links({"from_geo": "310000", "members": ["310000", "330100", "340100"]})
    assert set(pairs(out)) == {("310000", "330100"), ("310000", "340100")}
    back = links({"to_geo": "310000", "members": ["310000", "330100", "340100"]})
    assert set(pairs(back)) == {("330100", "310000"), ("340100", "310000")}


def test_a_place_without_a_part_makes_no_directed_link() -> None:
    frame = links({"from_geo": "330400", "to_geo": "310000", "members": ["310000", "330100", "330400"]})
    assert set(pairs(frame)) == {("330400", "310000")}


def test_an_alliance_joins_every_pair_and_shares_its_weight() -> None:
    found = pairs(links({"members": ["310000", "330100", "330400"]}, {"members": ["330100", "330400"]}))
    assert len(found) == 3
    assert found["330100", "330400"] == ("within", 2, pytest.approx(1 / 3 + 1))
    assert found["310000", "330400"] == ("within", 1, pytest.approx(1 / 3))


def test_an_event_of_all_members_joins_no_pair_and_leaves_no_weight() -> None:
    everyone = {"members": [*CITIES, "341700"]}
    assert links(everyone).is_empty()
    found = pairs(links(everyone, {"members": ["330100", "330400"]}))
    assert found == {("330100", "330400"): ("within", 1, 1.0)}


def test_an_event_of_all_members_with_one_end_named_is_still_one_of_all() -> None:
    assert links({"to_geo": "310000", "members": list(CITIES)}).is_empty()
    both = links({"from_geo": "330400", "to_geo": "310000", "members": list(CITIES)})
    assert pairs(both) == {("330400", "310000"): ("within", 1, 1.0)}


def test_shanghai_beside_all_others_makes_an_event_of_all_in_both_corridors() -> None:
    three = {"members": ["310000", "330100", "330400"]}
    assert links(three, wanted=BOTH).is_empty()
    district = links({"members": ["310117", "330100", "330400"]}, wanted=BOTH)
    assert district.is_empty()
    provinces = links({"members": ["310000", "330000"]}, wanted=BOTH)
    assert set(provinces["corridor_id"]) == {"all_of_it", "district"}, "Zhejiang may be either of its two members"


def test_in_a_corridor_of_two_a_joint_event_is_one_of_the_pair() -> None:
    frame = links({"members": ["330100", "330400"]}, wanted=members(c=("330100", "330400")))
    assert pairs(frame) == {("330100", "330400"): ("within", 1, 1.0)}


def test_leaving_out_the_events_of_all_members_changes_no_other_link() -> None:
    rows: list[Row] = [{"members": ["330100", "330400"]}, {"from_geo": "340100", "to_geo": "310000"}]
    assert pairs(links(*rows)) == pairs(links(*rows, {"members": list(CITIES)}))


def test_events_of_one_place_or_none_make_no_link() -> None:
    assert links({"members": ["330100"]}, {"members": []}, {"from_geo": "330100", "to_geo": "330100"}).is_empty()


def test_a_place_and_one_it_lies_in_make_no_pair() -> None:
    assert set(pairs(links({"members": ["330000", "330100", "340100"]}))) == {
        ("330000", "340100"),
        ("330100", "340100"),
    }


def test_shanghai_stands_for_songjiang_in_neither_scope() -> None:
    frame = links({"members": ["310000", "330100"]}, wanted=BOTH)
    assert pairs(frame, corridor="all_of_it") == {("310000", "330100"): ("within", 1, 1.0)}
    assert pairs(frame, corridor="district") == {("310000", "330100"): ("undecided", 1, 1.0)}


def test_songjiang_stands_for_shanghai_where_all_of_it_is_counted() -> None:
    frame = links({"members": ["310117", "330100"]}, {"members": ["310000", "310117", "330100"]}, wanted=BOTH)
    assert pairs(frame, corridor="all_of_it") == {("310000", "330100"): ("within", 2, 2.0)}
    district = pairs(frame, corridor="district")
    assert district["310117", "330100"] == ("within", 2, 1.5)
    assert district["310000", "330100"] == ("undecided", 1, 0.5)


def test_links_that_do_not_concern_a_corridor_are_left_out_but_share_the_weight() -> None:
    frame = links({"members": ["330100", "320500", "341700"]}, wanted=members(c=("330100", "330400")))
    assert pairs(frame) == {
        ("320500", "330100"): ("outside", 1, pytest.approx(1 / 3)),
        ("330100", "341700"): ("outside", 1, pytest.approx(1 / 3)),
    }


def test_links_stand_by_path_and_year_and_undated_ones_apart() -> None:
    frame = links(
        {"members": ["330100", "330400"], "path": "innovation_hub"},
        {"members": ["330100", "330400"], "year": None},
    )
    found = frame.select("path", "span", "year", "events").sort("path", "span").rows()
    assert found == [
        ("all", "all", None, 2),
        ("all", "undated", None, 1),
        ("all", "year", 2020, 1),
        ("innovation_hub", "all", None, 1),
        ("innovation_hub", "year", 2020, 1),
        ("shared_platform", "all", None, 1),
        ("shared_platform", "undated", None, 1),
    ]


def test_a_flow_stands_beside_the_link_and_does_not_weigh() -> None:
    printed = flows(
        {"from_geo": ["330400"], "to_geo": ["310000"]},
        {"from_geo": ["330100"], "to_geo": ["340100"], "year": None},
        {"from_geo": ["330100", "330400"], "to_geo": ["310000"]},
        {"from_geo": ["330100"], "to_geo": []},
    )
    frame = links({"from_geo": "330400", "to_geo": "310000"}, flow=printed)
    assert pairs(frame) == {("330400", "310000"): ("within", 1, 1.0), ("330100", "340100"): ("within", 0, 0.0)}
    ids = frame.filter((pl.col("span") == "all") & (pl.col("path") == "all")).sort("from_geo")
    assert ids["flow_ids"].to_list() == [["f2"], ["f1"]]
    assert ids["document_ids"].to_list() == [["df2"], ["d1", "df1"]]


place_sets = st.lists(st.sets(st.sampled_from(CITIES), max_size=4), min_size=1, max_size=6)


@settings(max_examples=6)  # whole tables per example
@given(place_sets)
def test_every_event_weighs_one_in_fractions_and_its_pairs_in_full(sets: list[set[str]]) -> None:
    found = pairs(links(*({"members": sorted(s)} for s in sets)))
    sizes = [len(s) * (len(s) - 1) // 2 if len(s) < len(CITIES) else 0 for s in sets]
    assert sum(events for _, events, _ in found.values()) == sum(sizes)
    assert sum(weight for _, _, weight in found.values()) == pytest.approx(sum(size > 0 for size in sizes))


@settings(max_examples=6)  # whole tables per example
@given(place_sets)
def test_links_told_twice_weigh_twice(sets: list[set[str]]) -> None:
    rows = [{"members": sorted(s)} for s in sets]
    once, twice = pairs(links(*rows)), pairs(links(*rows, *rows))
    assert twice == {pair: (p, 2 * full, pytest.approx(2 * part)) for pair, (p, full, part) in once.items()}


def test_no_held_event_that_names_all_nine_stands_behind_a_link(graph: dict[str, pl.DataFrame]) -> None:
    wanted = graph["core.corridor_member"]
    frame = CollaborationLink.validate(
        collaboration_link(
            graph["core.collaboration"],
            flow=graph["core.flow"],
            corridor_member=wanted,
            geography=graph["core.geography"],
        )
    )
    whole = frame.filter((pl.col("span") == "all") & (pl.col("path") == "all") & (pl.col("position") == "within"))
    undirected = whole.filter((pl.col("direction") == "undirected") & (pl.col("corridor_id") == "g60_shanghai"))
    assert 0 < undirected.height < 36
    nine = set(wanted.filter(pl.col("corridor_id") == "g60_shanghai")["geo_code"])
    of_all = {
        e for e, named in graph["core.collaboration"].select("event_id", "members").iter_rows() if nine <= set(named)
    }
    assert of_all
    assert not of_all & {event for ids in frame["event_ids"] for event in ids}
    assert set(frame["corridor_id"]) == set(wanted["corridor_id"])
