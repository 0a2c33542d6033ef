"""Policies in time: their order, the version of the corridor in force, and how their place stood to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics.collaboration.network_rows import PLACES, policies, versions
from worded import why

from g60_pipeline.metrics.collaboration.policy_timeline import PolicyTimeline, policy_timeline

Row = dict[str, Any]
SMALL, LARGE = ("310117",), ("310117", "330100", "330400")
MEMBERS = versions(
    ("c", "metrics", None, None, LARGE),
    ("c", "1.0", dt.date(2016, 1, 1), dt.date(2017, 6, 30), SMALL),
    ("c", "2.0", dt.date(2017, 7, 1), None, LARGE),
)


def issued(printed: str | None, **more: Any) -> Row:
    padded = f"{printed}-01-01"[:10] if printed else None
    return {"issued_as_printed": printed, "issued": dt.date.fromisoformat(padded) if padded else None} | more


def timeline(*rows: Row, members: pl.DataFrame = MEMBERS) -> dict[str, Row]:
    frame = PolicyTimeline.validate(policy_timeline(policies(*rows), corridor_member=members, geography=PLACES))
    return {row["policy_id"]: row for row in frame.iter_rows(named=True)}


def test_policies_stand_in_order_of_time_and_undated_ones_without_a_place() -> None:
    rows = timeline(issued("2020"), issued("2018-05-02"), issued(None), issued("2018-05-02"))
    assert {name: row["position"] for name, row in rows.items()} == {"p1": 3, "p2": 1, "p3": None, "p4": 1}
    assert (rows["p3"]["year"], why(rows["p3"])) == (None, "the date of issue is not known")
    assert rows["p1"]["issued_until"] == dt.date(2020, 12, 31)


def test_a_policy_stands_beside_the_version_in_force() -> None:
    rows = timeline(issued("2017-06-30"), issued("2017-07-01"), issued("2016"))
    assert [(r["version"], r["members_in_force"]) for r in rows.values()] == [("1.0", 1), ("2.0", 3), ("1.0", 1)]
    assert rows["p1"]["document_ids"] == ["d1"]


def test_a_year_that_falls_into_two_versions_names_both_and_neither() -> None:
    row = timeline(issued("2017"))["p1"]
    assert (row["version"], row["versions"], row["members_in_force"]) == (None, ["1.0", "2.0"], None)
    assert why(row) == "the date may fall into version 1.0 or 2.0"


def test_a_date_only_partly_within_a_version_does_not_take_it() -> None:
    started = versions(("c", "metrics", None, None, LARGE), ("c", "1.0", dt.date(2016, 5, 1), None, SMALL))
    row = timeline(issued("2016"), members=started)["p1"]
    assert (row["version"], row["versions"]) == (None, ["1.0"])
    assert "only part of the days" in why(row)
    assert why(timeline(issued("2015"), members=started)["p1"]) == "no version was in force"


def test_a_corridor_without_dated_versions_says_so() -> None:
    own = versions(("own", "metrics", None, None, LARGE))
    assert why(timeline(issued("2020"), members=own)["p1"]) == "the corridor has no dated versions"


def test_the_place_of_a_policy_stands_to_the_corridor_as_it_was_then() -> None:
    def standing(code: str, printed: str | None) -> str | None:
        found: str | None = timeline(issued(printed, geo_code=code))["p1"]["standing"]
        return found

    assert standing("G60", None) == "corridor"
    assert standing("330100", "2018") == "member"
    assert standing("330100", "2016") == "later_member"
    assert standing("330100", "2017") is None
    assert standing("310000", "2016") == "above"
    assert standing("100000", None) == "above"
    assert standing("340100", "2018") == "outside"
    whole = versions(("c", "metrics", None, None, ("310000",)))
    assert timeline(issued("2018", geo_code="310117"), members=whole)["p1"]["standing"] == "below"


dates = st.one_of(
    st.none(),
    st.integers(min_value=2015, max_value=2019).map(str),
    st.dates(min_value=dt.date(2015, 1, 1), max_value=dt.date(2019, 12, 31)).map(lambda d: d.isoformat()[:7]),
    st.dates(min_value=dt.date(2015, 1, 1), max_value=dt.date(2019, 12, 31)).map(dt.date.isoformat),
)


@settings(max_examples=10)  # a whole table per example
@given(st.lists(dates, min_size=1, max_size=5))
def test_a_version_is_named_only_where_every_day_of_the_date_falls_into_it(printed: list[str | None]) -> None:
    rows = timeline(*(issued(text) for text in printed))
    assert len(rows) == len(printed)
    for row in rows.values():
        if row["issued_from"] is None:
            continue
        days = {row["issued_from"], row["issued_until"]}
        in_force = {None if d < dt.date(2016, 1, 1) else "1.0" if d < dt.date(2017, 7, 1) else "2.0" for d in days}
        assert row["version"] == (in_force.pop() if len(in_force) == 1 else None)


def test_every_held_policy_stands_once_in_each_scope(graph: dict[str, pl.DataFrame]) -> None:
    frame = PolicyTimeline.validate(
        policy_timeline(
            graph["core.policy"], corridor_member=graph["core.corridor_member"], geography=graph["core.geography"]
        )
    )
    scopes = graph["core.corridor"].height
    assert frame.group_by("policy_id").len()["len"].to_list() == [scopes] * graph["core.policy"].height
    nine = frame.filter((pl.col("policy_id") == "P003") & (pl.col("corridor_id") == "g60_songjiang")).row(0, named=True)
    assert (nine["version"], nine["members_in_force"], nine["standing"]) == ("3.0", 9, "corridor")
