"""Concentration on the members of a corridor: by hand, with gaps, and computed anew from what it cites."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from metrics.member_rows import FIRMS, PEOPLE, THREE, stock, three
from worded import why

from g60_pipeline.metrics.concentration.concentration import Concentration, concentration

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]


def concentrated(make: Any, *rows: Row, members: tuple[str, ...] = THREE) -> dict[tuple[str, str], Row]:
    bases = make.bases(PEOPLE, FIRMS)
    figure, total = make.totals(*rows, members=members, bases=bases)
    found = Concentration.validate(concentration(total, figure, indicator_basis=bases, geography=make.places))
    return {(r["indicator_id"], r["measure"]): r for r in found.iter_rows(named=True)}


def test_concentration_by_hand(make: Any) -> None:
    found = concentrated(make, *three((6, 3, 1), (20, 50, 30)))
    assert found["firms", "hhi"]["value"] == pytest.approx(0.46)
    assert found["firms", "cr1"]["value"] == pytest.approx(0.6)
    assert found["firms", "cr4"]["value"] == pytest.approx(1.0)
    assert found["firms", "hoover"]["value"] == pytest.approx((0.4 + 0.2 + 0.2) / 2)
    between = 0.9 * math.log(0.9 / 0.7) + 0.1 * math.log(0.1 / 0.3)
    assert found["firms", "theil_between"]["value"] == pytest.approx(between)
    parts = sum(found["firms", part]["value"] for part in ("theil_between", "theil_within"))
    assert parts == pytest.approx(found["firms", "theil_weighted"]["value"])
    within = 0.9 * (6 / 9 * math.log((6 / 9) / (2 / 7)) + 3 / 9 * math.log((3 / 9) / (5 / 7)))
    assert found["firms", "theil_within"]["value"] == pytest.approx(within)
    assert found["firms", "theil_between"]["provinces"] == ["330000", "340000"]
    assert ("population_resident", "hoover") not in found


def test_without_every_member_there_are_ends_and_a_reason(make: Any) -> None:
    rows = [r for r in three((6, 3, 1), (20, 50, 30)) if (r["indicator_id"], r["geo_code"]) != ("firms", "340100")]
    found = concentrated(make, *rows, stock(FIRMS, "340000", 11.0))
    row = found["firms", "cr1"]
    assert (row["value"], why(row), row["members_missing"]) == (None, "no exact figure of 340100", ["340100"])
    assert (row["value_low"], row["value_high"]) == pytest.approx((6 / 15, 6 / 9))
    assert found["firms", "theil_between"]["value"] is None
    open_above = concentrated(make, *rows)["firms", "cr1"]
    assert (open_above["value_low"], open_above["value_high"]) == (None, None)


def test_without_people_or_a_second_province_the_weighted_measures_say_why(make: Any) -> None:
    found = concentrated(make, *three((6, 3, 1), (20, 50, 30))[:3])
    assert why(found["firms", "hoover"]) == "no population of every member"
    alone = concentrated(make, *three((6, 3, 1), (20, 50, 30)), members=THREE[:2])
    assert why(alone["firms", "theil_between"]) == "the members lie in one province"
    assert alone["firms", "theil_weighted"]["value"] is not None
    assert why(concentrated(make, *three((0, 0, 0), (1, 1, 1)))["firms", "hhi"]) == "the sum of the members is zero"


def test_held_concentration_can_be_computed_anew_from_the_figures_it_cites(graph: Frames) -> None:
    held = {r["observation_id"]: r for r in graph["core.observation_candidate"].iter_rows(named=True)}
    rows = graph["metrics.concentration"].filter((pl.col("measure") == "hhi") & pl.col("value").is_not_null())
    assert rows.height > 30
    for row in rows.iter_rows(named=True):
        amounts = [held[i]["value"] for i in row["input_ids"]]
        assert len(amounts) == row["members_expected"]
        assert row["value"] == pytest.approx(sum(a * a for a in amounts) / sum(amounts) ** 2)
