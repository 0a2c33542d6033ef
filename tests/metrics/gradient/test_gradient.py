"""Tiers by the rule and by no name, their stability, and what each member added."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worded import reasons, why

from g60_pipeline.contracts.core.catalog import Indicator
from g60_pipeline.metrics.gradient.gradient import (
    Gradient,
    GradientStability,
    gradient,
    gradient_stability,
    possible,
    tier_of,
)
from g60_pipeline.metrics.gradient.gradient_evidence import TIERS, GradientEvidence, evidence_of
from g60_pipeline.metrics.ratios.intensity import Intensity

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]
CODES = ("310000", "320500", "330100", "330400", "340100")
COUNTS = {"gdp": True, "firms": True, "people": False}
"""Indicators, and whether they count for the gradient."""


def indicators() -> pl.DataFrame:
    dtypes = {name: column.dtype for name, column in Indicator.columns().items()}
    rows = [
        {"indicator_id": name, "default_basis": "plain", "counts_for_gradient": counts}
        for name, counts in COUNTS.items()
    ]
    return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in rows], schema=dtypes)


def figures(*series: tuple[str, int, list[float | tuple[float, float | None]]], basis: str = "plain") -> pl.DataFrame:
    """Return figures of five members; a pair stands for a figure known between two ends."""
    rows = []
    for indicator_id, year, values in series:
        for code, value in zip(CODES, values, strict=True):
            low, high = value if isinstance(value, tuple) else (value, value)
            rows.append(
                {
                    "corridor_id": "c",
                    "geo_code": code,
                    "indicator_id": indicator_id,
                    "basis": basis,
                    "period_kind": "calendar_year",
                    "period_end": dt.date(year, 12, 31),
                    "round_group": "any",
                    "year": year,
                    "mixed": False,
                    "value": None if isinstance(value, tuple) else float(value),
                    "low": float(low),
                    "high": None if high is None else float(high),
                    "flags": ["rounded"] if code == "310000" else [],
                    "input_ids": [f"{indicator_id}{year}{code}"],
                    "parent_ids": [f"figure:{indicator_id}{year}{code}"],
                    "total_id": f"total:{indicator_id}{year}",
                }
            )
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.cast(
        {"year": pl.Int32, "high": pl.Float64, "value": pl.Float64, "flags": pl.List(pl.String), "basis": pl.String}
    )


RATIOS = pl.DataFrame(
    [
        {"ratio_id": name, "denominator_basis": basis, "preference": order, "counts_for_gradient": name != "per_km2"}
        for name in ("per_head", "over_output", "per_km2")
        for order, basis in enumerate(("year_end", "pre_census"))
    ],
    schema_overrides={"preference": pl.Int32},
)
"""Two ratios that count and one that does not, each over two bases."""


def intensities(*series: tuple[str, int, list[float | None]], below: str = "year_end") -> pl.DataFrame:
    """Return `metrics.intensity` of five members; a None is not held."""
    dtypes = {name: column.dtype for name, column in Intensity.columns().items()}
    rows = [
        {
            "metric_id": f"intensity:{ratio_id}{below}{year}{code}",
            "ratio_id": ratio_id,
            "indicator_id": "gdp",
            "basis": "plain",
            "denominator_basis": below,
            "geo_code": code,
            "period_end": dt.date(year, 12, 31),
            "year": year,
            **dict.fromkeys(("value", "value_low", "value_high"), value),
            "flags": ["mixed_vintage"] if code == "340100" else [],
            "input_ids": [f"{ratio_id}{code}"],
        }
        for ratio_id, year, values in series
        for code, value in zip(CODES, values, strict=True)
        if value is not None
    ]
    return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in rows], schema=dtypes)


def judged(sizes: pl.DataFrame, ratios: pl.DataFrame | None = None) -> pl.DataFrame:
    found = evidence_of(
        sizes,
        intensities() if ratios is None else ratios,
        members=pl.DataFrame({"corridor_id": ["c"] * len(CODES), "geo_code": list(CODES)}),
        indicator=indicators(),
        ratio=RATIOS,
    )
    return GradientEvidence.validate(found)


def evidence(*series: Any) -> pl.DataFrame:
    return judged(figures(*series))


def tiers(frame: pl.DataFrame, year: int | None = 2020) -> dict[str, str | None]:
    of_year = Gradient.validate(gradient(frame)).filter(pl.col("year").eq_missing(pl.lit(year, dtype=pl.Int32)))
    return dict(of_year.select("geo_code", "tier").iter_rows())


GDP = ("gdp", 2020, [40.0, 15.0, 10.0, 6.0, 2.0])
FIRMS = ("firms", 2020, [80.0, 10.0, 20.0, 12.0, 12.0])


def test_each_indicator_says_a_tier_by_the_distance_to_the_middle_member() -> None:
    found = {(r["indicator_id"], r["geo_code"]): r for r in evidence(GDP, FIRMS).iter_rows(named=True)}
    assert found["gdp", "310000"]["ratio"] == 4.0
    assert [found["gdp", code]["tier"] for code in CODES] == ["core", "core", "second", "third", "third"]
    assert [found["firms", code]["tier"] for code in CODES] == ["core", "second", "core", "second", "second"]
    assert found["gdp", "330400"]["ratio"] == pytest.approx(0.6)
    assert found["gdp", "320500"]["flags"] == ["rounded"]


def test_a_tier_is_what_more_than_half_of_the_indicators_say() -> None:
    assert tiers(evidence(GDP, FIRMS)) == dict(zip(CODES, ["core", "mixed", "mixed", "mixed", "mixed"], strict=True))
    assert tier_of(["core", "core", "third"]) == "core"
    assert tier_of(["core", "third"]) == "mixed"
    assert tier_of(["core", "second", "third"]) == "mixed"
    assert tier_of(["third", "third", "second"]) == "third"


def test_one_indicator_gives_no_tier_and_says_so() -> None:
    (row, *_) = Gradient.validate(gradient(evidence(GDP))).filter(pl.col("year") == 2020).iter_rows(named=True)
    assert (row["tier"], why(row)) == (None, "fewer than 2 indicators say a tier (gdp)")
    assert gradient_stability(evidence(GDP)).is_empty()


def test_an_indicator_counts_where_the_catalog_declares_it() -> None:
    assert evidence(GDP, ("people", 2020, [1.0, 2.0, 3.0, 4.0, 5.0]))["indicator_id"].unique().to_list() == ["gdp"]


def test_a_series_half_the_members_report_is_not_looked_at() -> None:
    few = ("firms", 2020, [80.0, 10.0, (0, None), (0, None), (0, None)])
    assert evidence(GDP, few)["indicator_id"].unique().to_list() == ["gdp"]


def test_an_interval_says_a_tier_only_where_all_of_it_does() -> None:
    half_known = ("firms", 2020, [80.0, 10.0, 20.0, (9.0, 13.0), 12.0])
    found = {r["geo_code"]: r for r in evidence(half_known).iter_rows(named=True)}
    assert (found["310000"]["tier"], found["310000"]["ratio"]) == ("core", None)
    assert (found["310000"]["median_low"], found["310000"]["median_high"]) == (12, 13)
    assert found["330400"]["tier"] == "second"
    unknown = ("firms", 2020, [80.0, 10.0, 20.0, (0.0, None), 12.0])
    open_row = {r["geo_code"]: r for r in evidence(unknown).iter_rows(named=True)}["330400"]
    assert (open_row["tier"], open_row["possible_tiers"]) == (None, list(TIERS))
    assert (open_row["value_high"], open_row["ratio_high"]) == (None, None)


def test_where_the_middle_member_has_none_nothing_is_said() -> None:
    (row, *_) = evidence(("firms", 2020, [5.0, 1.0, 0.0, 0.0, 0.0])).iter_rows(named=True)
    assert (row["tier"], row["possible_tiers"]) == (None, list(TIERS))


def test_three_members_have_no_tiers() -> None:
    few = figures(GDP, FIRMS).filter(pl.col("geo_code").is_in(CODES[:3]))
    found = judged(few)
    assert found["tier"].null_count() == found.height > 0
    assert reasons(found.iter_rows(named=True)) == {"fewer than 4 members: no middle to compare with"}
    assert Gradient.validate(gradient(found))["tier"].null_count() == gradient(found).height


def test_open_indicators_show_in_the_tiers_still_possible() -> None:
    patents = ("gdp", 2021, [40.0, 15.0, 10.0, 6.0, (5.0, 16.0)])
    firms = ("firms", 2021, [80.0, 30.0, 20.0, 12.0, 46.0])
    both = gradient(evidence(patents, firms)).filter((pl.col("year") == 2021) & (pl.col("geo_code") == "340100"))
    row = both.row(0, named=True)
    assert (row["tier"], row["left_open"], row["possible_tiers"]) == (None, 1, ["core", "mixed"])


def test_the_basis_most_members_report_is_taken() -> None:
    better = figures(("firms", 2020, [80.0, 10.0, 20.0, 12.0, 12.0]), basis="other")
    worse = figures(("firms", 2020, [80.0, 10.0, 20.0, 12.0, (0, None)]))
    found = judged(pl.concat([better, worse]))
    assert found["basis"].unique().to_list() == ["other"]


@given(
    values=st.lists(st.floats(1, 1e5), min_size=5, max_size=5),
    other=st.lists(st.floats(1, 1e5), min_size=5, max_size=5),
    factor=st.floats(1e-3, 1e3),
    dice=st.randoms(use_true_random=False),
)
def test_tiers_know_neither_unit_nor_order_of_the_members(
    values: list[float], other: list[float], factor: float, dice: random.Random
) -> None:
    order = dice.sample(range(5), 5)
    plain = tiers(evidence(("gdp", 2020, values), ("firms", 2020, other)))
    moved = tiers(
        evidence(
            ("gdp", 2020, [values[i] * factor for i in order]), ("firms", 2020, [other[i] * factor for i in order])
        )
    )
    ratios = [v / sorted(vs)[2] for vs in (values, other) for v in vs]
    if all(abs(r - edge) > 1e-6 for r in ratios for edge in (1.5, 1 / 1.5)):
        assert [moved[code] for code in CODES] == [plain[CODES[i]] for i in order]


def test_over_all_years_only_those_with_two_indicators_of_the_member_count() -> None:
    """In 2021 GDP leaves all but Shanghai open: the one indicator that is left does not weigh for itself alone."""
    bounds = ("gdp", 2021, [1000.0, (1.0, 90.0), 10.0, 9.0, (1.0, 90.0)])
    firms = ("firms", 2020, GDP[2][::-1]), ("firms", 2021, [40.0, 15.0, 10.0, 6.0, 40.0])
    rows = {(r["geo_code"], r["span"], r["year"]): r for r in gradient(evidence(GDP, bounds, *firms)).to_dicts()}
    assert rows["310000", "year", 2021]["tier"] == "core"
    assert why(rows["340100", "year", 2021]) == "fewer than 2 indicators say a tier (firms)"
    assert (rows["340100", "year", 2020]["tier"], rows["340100", "all", None]["tier"]) == ("mixed", "mixed")


def test_a_member_without_any_such_year_has_no_tier_over_all_years() -> None:
    frame = evidence(GDP, ("firms", 2021, GDP[2]))
    pooled = gradient(frame).filter(pl.col("span") == "all")
    assert reasons(pooled.iter_rows(named=True)) == {"in no year do 2 indicators say a tier"}
    assert pooled["tier"].null_count() == len(CODES)


def test_a_held_tier_over_all_years_is_one_of_the_yearly_ones(graph: Frames) -> None:
    tier = graph["metrics.gradient"].filter(pl.col("tier").is_not_null())
    yearly = tier.filter(pl.col("span") == "year").select("corridor_id", "geo_code", "tier").unique()
    pooled = tier.filter(pl.col("span") == "all").select("corridor_id", "geo_code", "tier")
    assert pooled.height > 10
    assert pooled.join(yearly, on=pooled.columns, how="anti").is_empty()


def test_leaving_out_an_indicator_or_a_year_tells_how_far_a_tier_hangs_on_it() -> None:
    frame = evidence(GDP, FIRMS, ("gdp", 2021, GDP[2]), ("firms", 2021, [80.0, 30.0, 20.0, 12.0, 12.0]))
    found = {
        (r["geo_code"], r["left_out"]): r
        for r in GradientStability.validate(gradient_stability(frame)).filter(pl.col("span") == "all").to_dicts()
    }
    assert (found["310000", "indicator"]["share_kept"], found["310000", "indicator"]["moved_by"]) == (1.0, [])
    suzhou = found["320500", "indicator"]
    assert (suzhou["tier"], suzhou["trials"], suzhou["moved_by"]) == ("core", 2, ["gdp"])
    assert found["320500", "year"]["moved_by"] == ["2021"]


def test_held_cores_by_size_are_the_four_of_the_report_and_no_module_names_them(graph: Frames) -> None:
    core = graph["metrics.gradient"].filter(span="all", tier="core", yardstick="size")
    found = core.join(graph["core.geography"], on="geo_code")
    named = {c: set(g["name_en"]) for (c,), g in found.partition_by("corridor_id", as_dict=True).items()}
    assert named["g60_shanghai"] == {"Shanghai", "Suzhou", "Hangzhou", "Hefei"}
    assert named["g60_songjiang"] == {"Suzhou", "Hangzhou", "Hefei"}


def test_ratios_are_set_against_the_middle_member_and_cite_what_they_were_made_of() -> None:
    rows = judged(figures(GDP), intensities(("per_head", 2020, [2.0, 4.0, 6.0, 8.0, 9.0]))).filter(
        yardstick="intensity"
    )
    found = {r["geo_code"]: r for r in rows.iter_rows(named=True)}
    assert [found[code]["tier"] for code in CODES] == ["third", "third", "second", "second", "core"]
    assert found["340100"]["ratio"] == 1.5
    assert {r["ratio_id"] for r in found.values()} == {"per_head"}
    assert found["310000"]["flags"] == ["mixed_vintage"]
    assert found["310000"]["input_ids"] == sorted(f"per_head{code}" for code in CODES)


def test_sizes_and_ratios_never_vote_together() -> None:
    """Two sizes say core and two ratios say third of one city: it is core by size, third by intensity, mixed by none."""
    large = [(name, 2020, [40.0, 15.0, 10.0, 6.0, 2.0]) for name in ("gdp", "firms")]
    poor = [(name, 2020, [2.0, 10.0, 10.0, 10.0, 20.0]) for name in ("per_head", "over_output")]
    found = gradient(judged(figures(*large), intensities(*poor))).filter(year=2020, geo_code="310000")
    assert dict(found.select("yardstick", "tier").iter_rows()) == {"size": "core", "intensity": "third"}
    assert found["metric_id"].to_list() == ["gradient:intensity:c:310000:2020", "gradient:size:c:310000:2020"]
    kept = gradient_stability(judged(figures(*large), intensities(*poor))).filter(geo_code="310000", span="year")
    assert set(kept["trials"]) == {2}


def test_a_ratio_that_is_not_declared_or_few_report_is_not_looked_at() -> None:
    undeclared = ("per_km2", 2020, [2.0, 4.0, 6.0, 8.0, 9.0])
    few = ("per_head", 2020, [2.0, 4.0, None, None, None])
    assert judged(figures(GDP), intensities(undeclared, few))["yardstick"].unique().to_list() == ["size"]


def test_a_member_without_the_ratio_leaves_its_tier_open() -> None:
    rows = judged(figures(GDP), intensities(("per_head", 2020, [2.0, 4.0, 6.0, 8.0, None])))
    row = rows.filter(geo_code="340100", yardstick="intensity").row(0, named=True)
    assert (row["tier"], row["value"], row["value_low"], row["value_high"]) == (None, None, 0, None)
    assert row["members_reporting"] == 4


def test_of_two_bases_below_a_ratio_that_of_most_members_is_taken() -> None:
    most = intensities(("per_head", 2020, [2.0, 4.0, 6.0, 8.0, None]), below="pre_census")
    other = intensities(("per_head", 2020, [None, None, None, None, 9.0]))
    found = judged(figures(GDP), pl.concat([most, other])).filter(yardstick="intensity")
    assert found["denominator_basis"].unique().to_list() == ["pre_census"]


MAY = st.sampled_from([["core"], ["second"], ["third"], ["core", "second"], ["second", "third"], list(TIERS)])


@given(st.lists(MAY, min_size=1, max_size=6))
def test_the_tiers_still_possible_are_those_some_choice_gives(allowed: list[list[str]]) -> None:
    assert set(possible(allowed)) == {tier_of(votes) for votes in itertools.product(*allowed)}


def test_what_the_catalog_declares_is_comparable_between_places(graph: Frames) -> None:
    """A size that counts has a basis whose figures add up; a ratio that counts is not over land."""
    additive = graph["core.indicator_basis"].filter(pl.col("additive") & pl.col("non_negative"))
    sizes = graph["core.indicator"].filter("counts_for_gradient")
    assert sizes.height >= 10
    assert sizes.join(additive, on="indicator_id", how="anti").is_empty()
    ratios = graph["core.ratio"].filter("counts_for_gradient")
    assert ratios["ratio_id"].n_unique() >= 5
    assert set(ratios["denominator_indicator_id"]) == {"gdp", "population_resident"}


def test_contributions_sum_to_the_change_and_to_its_growth(graph: Frames) -> None:
    parts = graph["metrics.growth_decomposition"].filter(pl.col("geo_code").is_not_null())
    keys = ["corridor_id", "indicator_id", "basis", "period_end", "measure"]
    summed = parts.group_by(keys).agg(
        pl.len(), pl.col("contribution", "contribution_points", "share_of_change", "base_value", "end_value").sum()
    )
    growth = graph["metrics.growth"].select(*keys, "value", total_base="base_value", total_end="end_value")
    both = summed.join(growth, on=keys)
    assert both.height == summed.height >= 15
    for row in both.iter_rows(named=True):
        assert row["len"] == 9
        assert row["contribution"] == pytest.approx(row["total_end"] - row["total_base"])
        assert row["contribution_points"] == pytest.approx(row["value"])
        assert row["share_of_change"] in (0, pytest.approx(1))
        assert (row["base_value"], row["end_value"]) == pytest.approx((row["total_base"], row["total_end"]))


def test_every_change_of_a_corridor_is_taken_apart_or_says_why_not(graph: Frames) -> None:
    keys = ["corridor_id", "indicator_id", "basis", "period_end", "measure"]
    growth = graph["metrics.growth"].filter(
        pl.col("corridor_id").is_not_null() & (pl.col("measure") != "cagr_since_2018")
    )
    taken = graph["metrics.growth_decomposition"]
    additive = graph["core.indicator_basis"].filter("additive")
    wanted = growth.join(additive, on=["indicator_id", "basis"], how="semi").select(keys)
    assert wanted.join(taken, on=keys, how="anti").is_empty()
    values = growth.filter(pl.col("value").is_not_null()).select(keys)
    assert values.join(taken.filter(pl.col("reason_code").is_null()), on=keys, how="anti").is_empty()
    assert all("no shift-share" in told for told in reasons(taken.iter_rows(named=True), "sector_"))


def test_the_national_part_is_the_start_at_the_growth_of_china(graph: Frames) -> None:
    growth = {
        (r["indicator_id"], r["period_end"], r["measure"]): r["value"]
        for r in graph["metrics.growth"].filter(pl.col("geo_code") == "100000").iter_rows(named=True)
    }
    rows = graph["metrics.growth_decomposition"].filter(
        pl.col("national_part").is_not_null() & (pl.col("basis") == "current_prices")
    )
    assert rows.height > 20
    for row in rows.iter_rows(named=True):
        rate = growth[row["indicator_id"], row["period_end"], row["measure"]]
        assert row["national_part"] == pytest.approx(row["base_value"] * rate)
