"""Location quotients of members and corridors, by hand and on the real figures."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics.member_rows import FIRMS, NO_BREAKS, PEOPLE, THREE, stock, three
from worded import why

from g60_pipeline.metrics.ratios.location_quotient import LocationQuotient, location_quotient
from g60_pipeline.metrics.ratios.national_share import national_share

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]


def quotients(make: Any, *rows: Row) -> pl.DataFrame:
    bases = make.bases(PEOPLE, FIRMS)
    figure, total = make.totals(*rows, members=THREE, bases=bases)
    share = national_share(total, figure, indicator_basis=bases, geography=make.places)
    found = location_quotient(
        share,
        total,
        figure,
        corridor_member=make.members(*THREE),
        indicator_basis=bases,
        series_break=NO_BREAKS,
    )
    return LocationQuotient.validate(found)


def test_a_location_quotient_by_hand(make: Any) -> None:
    rows = [*three((6, 3, 1), (20, 50, 30)), stock(FIRMS, "100000", 40.0), stock(PEOPLE, "100000", 1000.0)]
    found = {
        (r["reference_id"], r["geo_code"] or r["corridor_id"]): r for r in quotients(make, *rows).iter_rows(named=True)
    }
    own = found["c", "330100"]
    assert own["value"] == pytest.approx((6 / 10) / (20 / 100))
    assert own["symmetric"] == pytest.approx((3 - 1) / (3 + 1))
    assert (own["count"], own["below_minimum_count"]) == (6, False)
    assert found["c", "330400"]["below_minimum_count"]
    assert found["100000", "330100"]["value"] == pytest.approx((6 / 40) / (20 / 1000))
    assert found["100000", "c"]["value"] == pytest.approx((10 / 40) / (100 / 1000))
    assert ("c", "c") not in found
    assert own["input_ids"] == ["o1", "o2", "o3", "o4", "o5", "o6"]


@given(
    firms=st.tuples(*[st.integers(0, 500)] * 3).filter(lambda f: sum(f) > 0),
    people=st.tuples(*[st.integers(1, 3000)] * 3),
)
def test_quotients_weighted_by_size_sum_to_one(
    make: Any, firms: tuple[float, float, float], people: tuple[float, float, float]
) -> None:
    found = quotients(make, *three(firms, people)).filter(pl.col("reference_id") == "c")
    assert found.height == 3
    assert (found["value"] * found["weight_share"]).sum() == pytest.approx(1)
    assert found["share"].sum() == pytest.approx(1)


def test_a_corridor_with_a_gap_gives_its_members_intervals(make: Any) -> None:
    rows = [*three((6, 3, 1), (20, 50, 30))[:2], *three((6, 3, 1), (20, 50, 30))[3:], stock(FIRMS, "340000", 11.0)]
    own = quotients(make, *rows).filter((pl.col("reference_id") == "c") & (pl.col("geo_code") == "330100"))
    row = own.row(0, named=True)
    assert row["value"] is None
    assert (row["value_low"], row["value_high"]) == pytest.approx((6 / 20 / 0.2, 6 / 9 / 0.2))
    assert why(row) == "no exact figure of 340100"


def test_held_quotients_against_china_cover_every_place_with_the_two_shares(graph: Frames) -> None:
    """From the shares as published: output and people of one year, whatever the place is."""
    year_end = pl.col("period_end").dt.month() == 12
    shares = graph["metrics.national_share"].filter(year_end & pl.col("share").is_not_null())
    people = shares.filter(indicator_id="population_resident", basis="resident_year_end")
    output = shares.filter(indicator_id="gdp", basis="current_prices")
    of_place = ["corridor_id", "geo_code", "year"]
    both = output.join(people.select(*of_place, weight="share"), on=of_place, nulls_equal=True)
    quotient = graph["metrics.location_quotient"].filter(
        reference_id="100000", indicator_id="gdp", basis="current_prices", weight_indicator_id="population_resident"
    )
    joined = both.join(quotient.select(*of_place, "value"), on=of_place, how="left", nulls_equal=True)
    assert joined.filter((pl.col("value") - pl.col("share") / pl.col("weight")).abs().fill_null(9.0) > 1e-9).is_empty()
    members = set(graph["core.corridor_member"]["geo_code"])
    assert joined.height > 30
    against_china = graph["metrics.location_quotient"].filter(reference_id="100000")["geo_code"]
    assert set(against_china.drop_nulls()) - members, "places outside the corridor have quotients too"
