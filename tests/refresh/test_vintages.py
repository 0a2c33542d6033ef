"""Replaying states gives every vintage, and a revision log that leads from the first state to the last."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.live.cnipa_annual import stand_in as cnipa
from ingest.live.sse_star.stand_in import Firm

from g60_pipeline.contracts.source_rows import LIVE, live_frame
from g60_pipeline.ingest.live.archive import Changes
from g60_pipeline.ingest.live.vintages import Replay, State, replay

DAY = dt.date(2026, 11, 16)


def figure(key: str, value: str, **more: str | None) -> dict[str, str | None]:
    row = {"series": "s", "place": "p", "period_kind": "year", "period": "2020", "locator": "a, row 1"}
    return row | {"record_key": key, "value": value, "unit": None, "note": None} | more


def states(*days: dict[str, str] | list[dict[str, str | None]], part: str = "") -> list[State]:
    made = []
    for number, content in enumerate(days):
        rows = [figure(k, v) for k, v in content.items()] if isinstance(content, dict) else content
        when = dt.datetime.combine(DAY + dt.timedelta(days=number), dt.time(1), dt.UTC)
        frames = {kind: live_frame(kind, rows if kind == "figures" else []) for kind in LIVE}
        made.append(State("worldbank", part, f"s{number}{part}", when, when.date(), frames))
    return made


def vintages(done: Replay) -> list[tuple[Any, ...]]:
    return done.vintages["figures"].select("record_key", "value", "snapshot_id", "current", "withdrawn").rows()


def log(done: Replay) -> list[tuple[Any, ...]]:
    return done.revisions.select("snapshot_id", "change", "record_key", "old_value", "new_value").rows()


def test_the_first_state_is_no_revision_of_anything() -> None:
    done = replay(states({"a": "1"}))
    assert log(done) == []
    assert vintages(done) == [("a", "1", "s0", True, None)]


def test_a_change_keeps_both_values_and_the_day_each_was_first_seen() -> None:
    done = replay(states({"a": "1", "b": "5"}, {"a": "2", "b": "5"}))
    assert log(done) == [("s1", "changed", "a", "1", "2")]
    assert vintages(done) == [("a", "1", "s0", False, None), ("b", "5", "s0", True, None), ("a", "2", "s1", True, None)]


def test_a_value_that_changes_back_has_three_vintages() -> None:
    done = replay(states({"a": "1"}, {"a": "2"}, {"a": "1"}))
    assert [(v[1], v[2], v[3]) for v in vintages(done)] == [("1", "s0", False), ("2", "s1", False), ("1", "s2", True)]


def test_what_comes_and_goes_is_added_and_withdrawn() -> None:
    done = replay(states({"a": "1"}, {"a": "1", "b": "2"}, {"b": "2"}, {"a": "1", "b": "2"}))
    assert [(e[0], e[1], e[2]) for e in log(done)] == [
        ("s1", "added", "b"),
        ("s2", "removed", "a"),
        ("s3", "added", "a"),
    ]
    assert vintages(done)[0] == ("a", "1", "s0", False, DAY + dt.timedelta(days=2))
    assert vintages(done)[-1] == ("a", "1", "s3", True, None)


def test_where_a_row_stood_and_what_was_remarked_is_no_revision() -> None:
    done = replay(states([figure("a", "1")], [figure("a", "1", locator="b, row 9", note="two answers differed")]))
    assert log(done) == []
    assert len(vintages(done)) == 1


def test_parts_do_not_revise_each_other() -> None:
    done = replay([*states({"a": "1"}, part="2024"), *states({"b": "2"}, part="2025")])
    assert log(done) == []
    assert {v[3] for v in vintages(done)} == {True}


def test_states_follow_each_other_by_time_whatever_their_names_and_order() -> None:
    chain = states({"a": "1"}, {"a": "2"}, {"b": "3"})
    renamed = [replace(state, snapshot_id=name) for state, name in zip(chain, "zyx", strict=True)]
    done = replay(renamed)
    assert [(e[0], e[1], e[2]) for e in log(done)] == [
        ("y", "changed", "a"),
        ("x", "removed", "a"),
        ("x", "added", "b"),
    ]
    assert vintages(done) == vintages(replay(renamed[::-1]))


days = st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from("123"), max_size=4), min_size=1, max_size=5)


@given(days)
def test_the_log_leads_from_the_first_state_to_the_last(content: list[dict[str, str]]) -> None:
    done = replay(states(*content))
    held = dict(content[0])
    for _, change, key, _, new in log(done):
        if change == "removed":
            del held[key]
        elif change == "added":
            held[key] = new.partition("value=")[2].partition(";")[0]
        else:
            held[key] = new
    assert held == content[-1]
    assert {v[0]: v[1] for v in vintages(done) if v[3]} == content[-1]


@given(days)
def test_on_every_day_the_vintages_say_what_was_answered_then(content: list[dict[str, str]]) -> None:
    rows = replay(states(*content)).vintages["figures"]
    for number, said in enumerate(content):
        day = DAY + dt.timedelta(days=number)
        known = rows.filter(
            (pl.col("retrieved_at").dt.date() <= day) & (pl.col("withdrawn").is_null() | (pl.col("withdrawn") > day))
        )
        newest = known.sort("retrieved_at").unique("record_key", keep="last")
        assert dict(newest.select("record_key", "value").iter_rows()) == said


@pytest.mark.parametrize("kind", LIVE)
def test_every_kind_of_rows_is_followed(kind: str) -> None:
    names = LIVE[kind].column_names()
    first, second = dict.fromkeys(names, "x"), dict.fromkeys(names, "x") | {names[-1]: "y"}
    chain = states({}, {})
    frames = [live_frame(kind, [row | {"record_key": "k", "locator": "l"}]) for row in (first, second)]
    changed = [
        State(s.source_id, s.part, s.snapshot_id, s.fetched_at, s.day, {**s.frames, kind: frame})
        for s, frame in zip(chain, frames, strict=True)
    ]
    remark = names[-1] in {"note", "locator"}
    assert [e[1] for e in log(replay(changed))] == ([] if remark else ["changed"])


def edition(year: int, values: dict[str, str], *, fetched: int) -> State:
    made = states(*[values] * (fetched + 1), part=str(year))[fetched]
    return replace(made, edition=year)


def replaced(*chain: State) -> dict[tuple[str, str], dt.date | None]:
    rows = replay(chain).vintages["figures"]
    return {(part, key): day for part, key, day in rows.select("part", "record_key", "superseded").iter_rows()}


def test_an_older_edition_fetched_later_is_replaced_from_its_first_day() -> None:
    done = replaced(edition(2025, {"a": "1", "b": "2"}, fetched=0), edition(2024, {"a": "9", "c": "3"}, fetched=4))
    assert done[("2024", "a")] == DAY + dt.timedelta(days=4)
    assert done[("2025", "a")] is done[("2025", "b")] is done[("2024", "c")] is None


def test_a_newer_edition_replaces_an_older_one_from_the_day_it_is_held() -> None:
    done = replaced(edition(2024, {"a": "9"}, fetched=0), edition(2025, {"a": "1"}, fetched=3))
    assert done[("2024", "a")] == DAY + dt.timedelta(days=3)
    assert done[("2025", "a")] is None


def test_parts_that_are_no_editions_replace_nothing() -> None:
    done = replaced(*states({"a": "1"}, part="2024"), *states({"a": "2"}, part="2025"))
    assert set(done.values()) == {None}


def test_a_vintage_says_whether_it_came_later_and_when_it_lost_its_place() -> None:
    rows = replay(states({"a": "1"}, {"a": "2", "b": "1"}, {"b": "1"}, {"a": "2", "b": "1"})).vintages["figures"]
    told = rows.select("record_key", "snapshot_id", "came_later", "superseded").rows()
    day = DAY + dt.timedelta(days=1)
    assert told == [("a", "s0", False, day), ("a", "s1", True, None), ("b", "s1", True, None), ("a", "s3", True, None)]


def test_the_first_answer_of_an_edition_is_a_revision_of_the_newest_older_one() -> None:
    chain = (
        edition(2023, {"a": "7", "z": "1"}, fetched=0),
        edition(2024, {"a": "9", "b": "2"}, fetched=1),
        edition(2025, {"a": "1", "b": "2", "c": "3"}, fetched=2),
    )
    told = replay(chain).revisions.select("part", "change", "record_key", "old_value", "previous_snapshot_id").rows()
    assert sorted(told) == [
        ("2024", "added", "b", None, "s02023"),
        ("2024", "changed", "a", "7", "s02023"),
        ("2025", "added", "c", None, "s12024"),
        ("2025", "changed", "a", "9", "s12024"),
    ]


def test_an_older_edition_fetched_later_revises_no_newer_one() -> None:
    assert log(replay([edition(2025, {"a": "1"}, fetched=0), edition(2024, {"a": "9"}, fetched=1)])) == []


def test_a_later_answer_of_an_edition_is_compared_with_its_own_last_one_only() -> None:
    first, second = states({"a": "1"}, {"a": "2"}, part="2025")
    chain = (replace(first, edition=2025), replace(second, edition=2025), edition(2024, {"a": "9"}, fetched=0))
    at_once = log(replay(chain))
    assert at_once == [("s12025", "changed", "a", "1", "2")], "both editions came in one refresh"


def test_a_new_report_of_the_patent_office_is_told_as_what_it_changed_and_added(desk: Any) -> None:
    site = desk.world.cnipa_annual
    assert desk.refresh("cnipa_annual").changes == Changes(added=18)
    desk.pass_days()
    rows = cnipa.figures(2018, 2024, 2025)
    rows["上海"][2024] = "999"
    site.publish(2025, page=cnipa.table_page(rows))
    assert desk.refresh("cnipa_annual").changes == Changes(added=6, changed=1)
    told = replay(desk.read().states).revisions
    changed = told.filter(change="changed").select("record_key", "column_name", "old_value", "new_value").rows()
    assert changed == [("received_domestic|上海|2024", "value", "924", "999")]
    assert told.filter(change="added").height == 6
    rows["上海"][2025] = "930"
    site.publish(2025, page=cnipa.table_page(rows))
    assert desk.refresh("cnipa_annual").changes == Changes(changed=1)


# -- when a source was seen


def seen(desk: Any) -> list[tuple[str, list[dt.date]]]:
    return [(row["state"], row["seen_on"]) for row in desk.read().snapshots]


def test_a_snapshot_tells_the_first_day_of_every_month_on_which_it_was_seen(desk: Any) -> None:
    desk.refresh("sse_star")
    for days in (4, 10, 5):
        desk.pass_days(days)
        assert desk.refresh("sse_star").ending == "unchanged"
    november, december = dt.date(2026, 11, 16), dt.date(2026, 12, 5)
    assert seen(desk) == [("in force", [november, dt.date(2026, 12, 5)])]
    desk.pass_days(10)
    desk.world.sse_star.firms.append(Firm("688991", "上海新股份有限公司", "310000", registered="上海市松江区新路1号"))
    assert desk.refresh("sse_star").ending == "new"
    changed = dt.date(2026, 12, 15)
    assert seen(desk) == [("superseded", [november, december]), ("in force", [changed])], "the past stays as it was"
    next((desk.archive.root / "snapshots" / "sse_star").glob("20261215*")).write_text("{}", encoding="utf-8")
    desk.pass_days(30)
    assert sorted(seen(desk)) == [("damaged", []), ("in force", [november, december])]
    assert {row["holds_until"] for row in desk.read().snapshots if row["seen_on"]} == {dt.date(2026, 11, 30)}


def test_the_example_of_the_module_is_what_is_made() -> None:
    def state(month: int, *values: str) -> State:
        at = dt.datetime(2026, month, 1, 4, tzinfo=dt.UTC)
        row = {"record_key": "gdp|CHN|2020", "locator": "a", "series": "gdp", "place": "CHN", "period_kind": "year"}
        rows = [row | {"period": "2020", "value": value} for value in values]
        frames = {kind: live_frame(kind, rows if kind == "figures" else []) for kind in LIVE}
        return State("worldbank", "", f"s{month}", at, at.date(), frames)

    done = replay([state(3, "100"), state(6, "103"), state(7)])
    june, july = dt.date(2026, 6, 1), dt.date(2026, 7, 1)
    columns = ("value", "superseded", "withdrawn", "current")
    assert done.vintages["figures"].select(columns).rows() == [("100", june, july, False), ("103", None, july, False)]
    columns = ("change", "column_name", "old_value", "new_value")
    changed, removed = done.revisions.select(columns).rows()
    assert changed == ("changed", "value", "100", "103")
    assert removed[0] == "removed"
