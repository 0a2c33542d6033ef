"""Units convert by powers of ten, exactly: converting adds no rounding of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g60_pipeline.catalog import load_catalog
from g60_pipeline.normalize.expressions import number, word_list

Frames = dict[str, pl.DataFrame]
UNITS = {u.unit: u for u in load_catalog().units}
PAIRS = [(a, b) for a in UNITS.values() for b in UNITS.values() if a.dimension == b.dimension]


def converted(text: str, power: int) -> float | None:
    frame = pl.DataFrame({"value": [text], "power": [power]})
    return frame.select(number("value", pl.col("power"))).item()


def of(frame: pl.DataFrame, **wanted: Any) -> dict[str, Any]:
    return frame.filter(**wanted).row(0, named=True)


def test_billions_of_people_become_ten_thousands_to_the_digit() -> None:
    assert converted("1.4097", UNITS["bn_persons"].power_of_ten - UNITS["persons_10k"].power_of_ten) == 140970


@pytest.mark.parametrize("text", ["1.4097", "0.1", "76.2", "123456.789", "0", "-3.3", "1113", "0.07"])
def test_every_pair_of_units_converts_like_exact_decimals(text: str) -> None:
    powers = [a.power_of_ten - b.power_of_ten for a, b in PAIRS]
    frame = pl.DataFrame({"value": [text] * len(powers), "power": powers})
    found = frame.select(number("value", pl.col("power"))).to_series().to_list()
    assert found == [float(Decimal(text).scaleb(p)) for p in powers]


@given(st.decimals(-(10**12), 10**12, places=4), st.integers(-12, 12))
def test_any_printed_number_converts_like_exact_decimals(value: Decimal, power: int) -> None:
    assert converted(f"{value:f}", power) == float(value.scaleb(power))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1,234",
        "12%",
        ">5",
        "1.2.3",
        "1e5",
        "+5",
        ".5",
        "5.",
        "--5",
        "NaN",
        "inf",
        "五",
        "１２",
        "1 2",
        "9" * 31,
    ],
)
def test_what_is_not_a_plain_number_is_null_and_never_a_guess(text: str) -> None:
    assert converted(text, 0) is None


@pytest.mark.parametrize("text", ["-0", "-0.0", "-000.00"])
def test_a_negative_zero_is_a_zero_without_sign(text: str) -> None:
    assert str(converted(text, 0)) == str(converted(text, 4)) == "0.0"


@pytest.mark.parametrize("text", ["0", "007", "-1.5", "9" * 30, "3.14159"])
def test_a_plain_number_is_itself(text: str) -> None:
    assert converted(text, 0) == float(text)


def test_known_units_mean_what_they_say() -> None:
    factors = {
        ("cny_tn", "cny_100m"): 4,
        ("cny_10k", "cny_100m"): -4,
        ("usd_bn", "usd_100m"): 1,
        ("million_persons", "persons_10k"): 2,
        ("hectares", "km2"): -2,
        ("km2_10k", "km2"): 4,
    }
    for (a, b), power in factors.items():
        assert UNITS[a].dimension == UNITS[b].dimension
        assert UNITS[a].power_of_ten - UNITS[b].power_of_ten == power, (a, b)


def test_money_of_two_currencies_does_not_convert() -> None:
    assert UNITS["cny_100m"].dimension != UNITS["usd_100m"].dimension
    assert UNITS["persons_10k"].dimension != UNITS["count_10k"].dimension


def test_no_figure_of_the_facts_is_changed_but_by_its_power_of_ten(graph: Frames) -> None:
    for row in graph["core.observation_candidate"].iter_rows(named=True):
        printed, canonical = UNITS[row["unit_as_published"]], UNITS[row["unit"]]
        power = printed.power_of_ten - canonical.power_of_ten
        assert printed.dimension == canonical.dimension
        assert row["value"] == float(Decimal(row["value_as_published"]).scaleb(power)), row["observation_id"]


def test_words_are_split_at_semicolons_and_trimmed() -> None:
    frame = pl.DataFrame({"w": ["a; b;;c ", None, ""]})
    assert frame.select(word_list("w")).to_series().to_list() == [["a", "b", "c"], [], []]
