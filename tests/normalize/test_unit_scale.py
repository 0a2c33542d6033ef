"""A printed figure ten thousand times off its neighbours is refused, the factor named, unless its unit is confirmed."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from g60_pipeline.normalize.scale import in_scale, unlike_neighbours, with_implausible

UNITS = pl.DataFrame(
    {
        "unit": ["cny", "cny_10k", "cny_100m", "count"],
        "dimension": ["cny", "cny", "cny", "count"],
        "power_of_ten": [0, 4, 8, 0],
    },
    schema_overrides={"power_of_ten": pl.Int8},
)


def row(value: float, year: int, **changes: Any) -> dict[str, Any]:
    """Return a figure filed in a hundred million yuan."""
    plain = {
        "unit": "cny_100m",
        "unit_as_published": "cny_100m",
        "value": value,
        "value_as_published": f"{value:g}",
        "year": year,
        "origin": f"facts/observations.csv, line {year}",
    }
    return plain | changes


def own(value: float, year: int, **changes: Any) -> dict[str, Any]:
    return row(value, year, **({"origin": f"inbox/f.csv, line {year}", "observation_id": f"own{year}"} | changes))


def refused(make: Any, *rows: dict[str, Any]) -> list[str]:
    candidates = make.candidates(*rows)
    kept, issues = in_scale(candidates, unit=UNITS)
    assert kept.height + len(issues) == candidates.height
    assert all(
        issue.rule == "scale_of_the_unit" and issue.line and "unit_confirmed" in issue.remedy for issue in issues
    )
    return sorted(set(candidates["observation_id"]) - set(kept["observation_id"]))


@pytest.mark.parametrize("factor", [1e-4, 1e4, 1e-8, 0.5e-4, 2e4])
@pytest.mark.parametrize("year", [2015, 2016, 2019])
def test_a_figure_of_another_scale_than_the_facts_is_refused(make: Any, factor: float, year: int) -> None:
    assert refused(make, row(14500, 2015), row(15500, 2016), own(14500 * factor, year)) == [f"own{year}"]


@pytest.mark.parametrize("factor", [0.1, 10, 0.01, 100, 1000, 1])
def test_a_figure_nearer_than_that_is_let_be(make: Any, factor: float) -> None:
    assert refused(make, row(14500, 2015), own(14500 * factor, 2016)) == []


def test_the_message_names_factor_neighbour_line_and_the_unit_that_would_fit(make: Any) -> None:
    filed = own(1.45, 2016, unit_as_published="cny_10k", value_as_published="14504.07")
    _, (issue,) = in_scale(make.candidates(row(14500, 2015), filed), unit=UNITS)
    assert (issue.file, issue.line, issue.column, issue.value) == ("inbox/f.csv", 2016, "unit", "cny_10k")
    assert issue.message == (
        "14504.07 cny_10k is about 1/10,000 times as large as its neighbours, such as 14,500 cny_100m of 2015-12-31 (o1)"
    )
    assert "cny_100m would fit" in issue.remedy


def test_a_unit_a_person_has_confirmed_is_let_pass(make: Any) -> None:
    assert refused(make, row(14500, 2015), own(1.45, 2016, flags=["unit_confirmed"])) == []


def test_one_wrong_neighbour_spoils_no_sound_figure(make: Any) -> None:
    rows = [own(100 * 1.1**n, 2015 + n) for n in range(4)]
    rows[1] |= {"value": 1_100_000.0}
    assert refused(make, *rows) == ["own2016"]


def test_of_two_figures_alone_neither_is_taken_to_be_the_right_one(make: Any) -> None:
    assert refused(make, own(1, 2015), own(10_000, 2016)) == ["own2015", "own2016"]


def test_the_facts_outweigh_any_number_of_own_rows(make: Any) -> None:
    rows = [own(1.45, year) for year in (2015, 2016, 2017, 2018)]
    assert refused(make, row(14500, 2014), *rows) == [f"own{year}" for year in (2015, 2016, 2017, 2018)]


def test_another_basis_serves_where_the_own_one_holds_nothing(make: Any) -> None:
    assert refused(make, row(14500, 2015, basis="other"), own(1.45, 2015)) == ["own2015"]
    both = (row(1.3, 2014), row(14500, 2015, basis="other"))
    assert "own2015" not in refused(make, *both, own(1.45, 2015))


@pytest.mark.parametrize(
    "neighbour",
    [
        {"geo_code": "330400"},
        {"indicator_id": "other"},
        {"unit": "count"},
        {"year": 2004},
        {"value": 0.0},
        {"period_kind": "part_year"},
    ],
)
def test_what_is_no_neighbour_says_nothing(make: Any, neighbour: dict[str, Any]) -> None:
    assert refused(make, row(14500, 2015) | neighbour, own(1.45, 2016)) == []


def test_live_figures_are_judged_by_their_gate_and_not_here(make: Any) -> None:
    live = row(1.45, 2016, origin="archive, snapshot s, answer a")
    assert refused(make, row(14500, 2015, origin="archive, snapshot s, answer a"), live) == []


def test_no_embedded_figure_is_off_scale(graph: dict[str, pl.DataFrame]) -> None:
    assert graph["core.quarantine"].is_empty()


def unlike(make: Any, *values: float | None, unit: str = "cny_100m", **changes: Any) -> list[int]:
    """Return the years of the odd figures of a series that begins in 2015; None is a year without one."""
    rows = [
        {"value": value, "year": year, "unit": unit, "chosen": True} | changes
        for year, value in enumerate(values, start=2015)
        if value is not None
    ]
    candidates = make.candidates(*rows).with_columns(chosen=pl.lit(value=True))
    found = unlike_neighbours(candidates, indicator_basis=make.bases())
    return sorted(found["period_end"].dt.year())


@pytest.mark.parametrize("factor", [10, 0.1, 100, 0.01, 1000, 9, 0.11, 0])
@pytest.mark.parametrize("place", range(5))
def test_a_figure_several_times_off_its_neighbours_is_found_wherever_it_is(
    make: Any, factor: float, place: int
) -> None:
    values = [14500.0, 15500, 16800, 18100, 19500]
    values[place] *= factor
    assert unlike(make, *values) == [2015 + place]


def test_a_gap_of_a_year_hides_nothing_and_two_figures_are_both_odd(make: Any) -> None:
    assert unlike(make, 145.0, None, 1600, 165, 170) == [2017]
    assert unlike(make, 145.0, None, None, 1700) == [2015, 2018]
    assert unlike(make, 145.0, None, None, None, 1700) == []


def test_growth_small_counts_parts_of_years_and_confirmed_figures_are_let_be(make: Any) -> None:
    assert unlike(make, 100.0, 250, 500, 900) == []
    assert unlike(make, 0.0, 1, 8, 29, unit="count") == []
    assert unlike(make, 3.0, 2, 40, unit="count") == [2017]
    assert unlike(make, 100.0, 1000, 100, flags=["unit_confirmed"]) == []
    assert unlike(make, 100.0, 1000, 100, flags=["lower_bound"]) == []
    assert unlike(make, 100.0, 1000, 100, period_kind="part_year") == []


def test_a_figure_to_look_at_has_the_flag_implausible_beside_its_own(make: Any) -> None:
    indicator = pl.DataFrame({"indicator_id": ["thing"], "plausible_min": [0.0], "plausible_max": [5000.0]})

    def flags(*values: float, **changes: Any) -> list[list[str]]:
        rows = [{"value": v, "year": 2015 + i, "flags": ["unverified"]} | changes for i, v in enumerate(values)]
        candidates = make.candidates(*rows).with_columns(chosen=pl.lit(value=True))
        flagged = with_implausible(candidates, indicator=indicator, indicator_basis=make.bases())
        assert flagged.drop("flags").equals(candidates.drop("flags"))
        return flagged["flags"].to_list()

    one, both = ["unverified"], ["implausible", "unverified"]
    assert flags(100.0, 110, 120) == [one, one, one]
    assert flags(100.0, 1000, 120) == [one, both, one]
    assert flags(4900.0, 5000, 5001) == [one, one, both]
    confirmed = ["unit_confirmed"]
    assert flags(100.0, 1000, 120, flags=confirmed) == [confirmed] * 3
    assert flags(5000.0, 5001, flags=confirmed) == [confirmed, ["implausible", *confirmed]]


def test_no_embedded_figure_is_implausible(graph: dict[str, pl.DataFrame]) -> None:
    assert not graph["core.observation_candidate"]["flags"].list.contains("implausible").any()


def test_a_figure_that_may_be_negative_is_not_compared(make: Any) -> None:
    candidates = make.candidates({"value": 5.0, "year": 2015}, {"value": -0.2, "year": 2016}).with_columns(chosen=True)
    assert unlike_neighbours(candidates, indicator_basis=make.bases({"non_negative": False})).is_empty()
    assert unlike_neighbours(candidates.with_columns(pl.col("value").abs()), indicator_basis=make.bases()).is_empty()
