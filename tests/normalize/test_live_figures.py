"""Live figures enter by the same rules as printed ones, every vintage of them, and the newest serves."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worded import why

from g60_pipeline.catalog import load_catalog
from g60_pipeline.contracts.source_rows import LIVE, VINTAGES, live_frame
from g60_pipeline.ingest.live.vintages import State, replay
from g60_pipeline.metrics.figures.figure import figures
from g60_pipeline.normalize.catalog_tables import geography
from g60_pipeline.normalize.choose import choose
from g60_pipeline.normalize.live_rows import coordinates, copublications, live_observations, with_vintage
from g60_pipeline.publish.as_of import known_on
from g60_pipeline.publish.sql.as_of import as_of_sql

CATALOG = load_catalog()
WHEN = dt.datetime(2026, 11, 15, 20, 0, tzinfo=dt.UTC)
"""Already the sixteenth in China."""

FIRST = dt.date(2026, 11, 16)
"""That day."""


def vintage(kind: str, *rows: dict[str, Any]) -> pl.DataFrame:
    plain = {"source_id": "worldbank", "part": "", "snapshot_id": "s1", "retrieved_at": WHEN, "current": True}
    dtypes = {name: column.dtype for name, column in VINTAGES[kind].columns().items()}
    return pl.DataFrame([{n: (plain | {"locator": "x"} | row).get(n) for n in dtypes} for row in rows], schema=dtypes)


def gdp(**more: Any) -> dict[str, Any]:
    row = {"record_key": "gdp|2025", "series": "NY.GDP.MKTP.CN", "place": "CHN", "period_kind": "year"}
    return row | {"period": "2025", "value": "140000000000000"} | more


def test_a_series_is_what_the_catalog_says_it_is() -> None:
    (row,) = live_observations(vintage("figures", gdp()), CATALOG.live).to_dicts()
    told = {n: row[n] for n in ("row_id", "geo_code", "indicator_id", "basis", "unit", "period", "document_id")}
    assert told == {
        "row_id": "worldbank:gdp|2025@s1",
        "geo_code": "100000",
        "indicator_id": "gdp",
        "basis": "worldbank_current_lcu",
        "unit": "cny",
        "period": "2025",
        "document_id": "LIVE-worldbank-s1",
    }


@pytest.mark.parametrize("strange", [{"series": "NY.GDP.MKTP.CD"}, {"place": "JPN"}, {"source_id": "oecd_sdmx"}])
def test_what_the_catalog_does_not_name_is_not_taken(strange: dict[str, str]) -> None:
    assert live_observations(vintage("figures", gdp(**strange)), CATALOG.live).is_empty()


def test_a_figure_without_a_period_is_of_the_day_in_china_it_was_first_retrieved() -> None:
    rows = vintage(
        "figures",
        {"source_id": "wikidata", "record_key": "a", "series": "P2046", "place": "330100", "period_kind": "date"}
        | {"value": "16853"},
    )
    assert live_observations(rows, CATALOG.live)["period"].to_list() == ["2026-11-16"]


def test_the_newest_vintage_serves_and_the_older_says_why_it_lost(make: Any) -> None:
    older = {"retrieved_at": WHEN, "published": dt.date(2026, 7, 1), "value": 1.0}
    newer = {"retrieved_at": WHEN + dt.timedelta(days=1), "published": dt.date(2026, 7, 1), "value": 2.0}
    chosen = choose(make.candidates(newer, older)).sort("value")
    assert chosen["chosen"].to_list() == [False, True]
    assert "a newer answer of the source is held" in why(chosen.row(0, named=True))


def test_a_withdrawn_figure_loses_to_everything_and_enters_no_value(make: Any) -> None:
    gone = {"flags": ["withdrawn"], "withdrawn": dt.date(2026, 11, 1), "grade": "A", "published": dt.date(2026, 7, 1)}
    other = {"grade": "U", "flags": ["rounded"], "published": None}
    chosen = choose(make.candidates(gone, other)).filter("chosen")
    assert chosen["observation_id"].to_list() == ["o2"]
    alone = figures(make.candidates(gone), indicator_basis=make.bases(), geography=make.places)
    assert alone.is_empty()


def test_a_candidate_bears_its_snapshot_and_flag(make: Any) -> None:
    rows = vintage("figures", gdp(withdrawn=dt.date(2026, 11, 20), current=False))
    marked = with_vintage(make.candidates({"observation_id": "worldbank:gdp|2025@s1"}, {}), rows).to_dicts()
    assert (marked[0]["snapshot_id"], marked[0]["retrieved_at"], marked[0]["flags"]) == ("s1", WHEN, ["withdrawn"])
    assert "snapshot s1" in marked[0]["origin"]
    assert (marked[1]["snapshot_id"], marked[1]["flags"], marked[1]["origin"]) == (None, [], "made by a test")


@pytest.mark.parametrize(("later", "known"), [(False, dt.date(2026, 7, 1)), (True, FIRST)])
def test_a_figure_added_after_the_first_answer_was_not_known_before_it_was_fetched(
    later: bool, known: dt.date, make: Any
) -> None:
    given = {"observation_id": "worldbank:gdp|2025@s1", "published": dt.date(2026, 7, 1)}
    (row,) = with_vintage(make.candidates(given), vintage("figures", gdp(came_later=later))).to_dicts()
    assert row["known_from"] == known


def test_what_was_withdrawn_later_still_stood_on_the_day(make: Any) -> None:
    gone = {"flags": ["withdrawn"], "withdrawn": dt.date(2026, 11, 10), "published": dt.date(2026, 7, 1)}
    everything = choose(make.candidates(gone, {"grade": "U", "published": dt.date(2026, 1, 1)}))

    def chosen(day: dt.date) -> list[str]:
        return known_on(everything, day).filter("chosen")["observation_id"].to_list()

    assert chosen(dt.date(2026, 11, 9)) == ["o1"]
    assert chosen(dt.date(2026, 11, 10)) == ["o2"]
    assert known_on(everything, dt.date(2025, 1, 1)).is_empty()


def test_what_an_answer_replaced_loses_whatever_date_it_bears(make: Any) -> None:
    older = {"published": dt.date(2026, 9, 1), "superseded": dt.date(2026, 11, 10), "value": 1.0}
    newer = {"published": dt.date(2026, 7, 1), "flags": ["lower_bound"], "value": 2.0}
    chosen = choose(make.candidates(older, newer)).sort("value")
    assert chosen["chosen"].to_list() == [False, True]
    assert "its source has replaced it by a newer answer" in why(chosen.row(0, named=True))


@given(
    answered=st.lists(
        st.none() | st.tuples(st.integers(1, 9), st.integers(0, 400), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
def test_on_every_day_the_choice_is_what_was_answered_then(
    answered: list[tuple[int, int, bool] | None], make: Any
) -> None:
    """Values, dates of the publisher and bounds come and go; a None is a day on which the row was missing."""
    states = []
    for number, said in enumerate(answered):
        at, day = WHEN + dt.timedelta(days=number), FIRST + dt.timedelta(days=number)
        row = {"record_key": "k", "locator": "l", "value": str(said[0]), "flags": "lower_bound"} if said else None
        frames = {kind: live_frame(kind, [row] if row and kind == "figures" else []) for kind in LIVE}
        states.append(State("worldbank", "", f"s{number}", at, day, frames))
    rows = replay(states).vintages["figures"]
    if rows.is_empty():
        return
    published = {f"s{n}": said and FIRST - dt.timedelta(days=said[1]) for n, said in enumerate(answered)}
    bound = {f"s{n}": ["lower_bound"] if said and said[2] else [] for n, said in enumerate(answered)}
    candidates = make.candidates(
        *(
            {"observation_id": f"worldbank:k@{s}", "value": float(v), "published": published[s], "flags": bound[s]}
            for s, v in rows.select("snapshot_id", "value").iter_rows()
        )
    )
    everything = choose(with_vintage(candidates, rows))
    seen = next(number for number, said in enumerate(answered) if said)
    for number, said in enumerate(answered):
        if number < seen:
            continue  # its publisher dates it before anyone here had asked
        found = known_on(everything, FIRST + dt.timedelta(days=number)).filter("chosen")
        usable = found.filter(~pl.col("flags").list.contains("withdrawn"))
        assert usable["value"].to_list() == ([float(said[0])] if said else [])


RIVALS: list[dict[str, Any]] = [
    {"published": dt.date(2026, 7, 1), "retrieved_at": WHEN},
    {"published": dt.date(2026, 7, 1), "retrieved_at": WHEN + dt.timedelta(days=1)},
    {"published": dt.date(2026, 7, 1), "withdrawn": dt.date(2026, 11, 10), "flags": ["withdrawn"], "grade": "A"},
    {"published": dt.date(2026, 11, 17)},
    {"published": dt.date(2026, 11, 5), "flags": ["lower_bound"], "grade": "A"},
    {"published": dt.date(2026, 11, 5), "flags": ["estimated_by_source"]},
    {"published": dt.date(2026, 7, 1), "flags": ["rounded"], "grade": "A"},
    {"published": dt.date(2026, 7, 1), "round": "annual_final"},
    {"published": dt.date(2026, 7, 1), "grade": "U"},
    {"published": None, "grade": "A"},
    {"published": dt.date(2026, 7, 1), "superseded": dt.date(2026, 11, 10), "grade": "A"},
    {"published": dt.date(2026, 7, 1), "known_from": dt.date(2026, 11, 10)},
]
"""What may stand against each other: two retrievals, withdrawn, newer, bound, estimate, rounded, revised, poor, undated,
replaced, and one that took another's place on a later day than its document's."""


@pytest.mark.parametrize("day", [dt.date(2026, m, d) for m, d in ((6, 30), (11, 9), (11, 10), (11, 16), (11, 17))])
def test_the_macro_of_the_warehouse_knows_the_same_on_a_day_as_the_rule_of_choice(make: Any, day: dt.date) -> None:
    pairs = [
        row | {"observation_id": f"{number}:{place}", "geo_code": f"{number}"}
        for number, pair in enumerate(product(RIVALS, RIVALS))
        for place, row in enumerate(pair)
    ]
    everything = choose(make.candidates(*pairs))
    chosen = known_on(everything, day).filter("chosen")
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA core; CREATE SCHEMA analysis")
        connection.register("incoming", everything)
        connection.execute("CREATE TABLE core.observation_candidate AS FROM incoming")
        connection.execute(as_of_sql())
        found = connection.sql(f"SELECT observation_id, flags FROM analysis.observation_as_of(DATE '{day}')").fetchall()
    assert dict(found) == dict(chosen.select("observation_id", "flags").iter_rows())
    assert chosen.is_empty() == (day < dt.date(2026, 7, 1))


def test_a_pair_of_cities_is_kept_in_one_order() -> None:
    pair = {"source_id": "openalex", "record_key": "k", "place_1": "330100", "place_2": "310000", "year": "2024"}
    counts = {"works": "7", "institutions_1": "3", "institutions_2": "90"}
    (row,) = copublications(vintage("pairs", pair | counts | {"flags": "lower_bound"})).to_dicts()
    assert row["flags"] == ["lower_bound"]
    assert (row["geo_code_1"], row["institutions_1"], row["geo_code_2"], row["institutions_2"]) == (
        "310000",
        90,
        "330100",
        3,
    )


def test_the_distance_between_two_points_is_that_on_the_globe() -> None:
    place = {"record_key": "k", "item": "Q1", "longitude": "121.45806", "latitude": "32.22222", "place": "310000"}
    (row,) = coordinates(vintage("places", place), geography=geography(CATALOG)).to_dicts()
    assert row["kilometres_apart"] == pytest.approx(111.19, abs=0.1)
