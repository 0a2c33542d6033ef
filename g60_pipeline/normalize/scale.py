"""Figures of another size than their neighbours.

A printed one that is ten thousand times larger or smaller (万 filed for 亿, or the reverse) is refused and the factor
named. One that is several times larger or smaller (a decimal point, 十 for 百, a share filed for a percentage, nothing
printed filed as 0) is a row to look at, as is one outside the plausible range of its indicator: both enter arithmetic
with the flag `implausible`. A person who has looked gives the flag `unit_confirmed`: the figure is then not compared
with its neighbours, but still with the range. The gate checks live figures before they are archived; none is refused
here.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.contracts.issues import Issue
from g60_pipeline.normalize.choose import usability

IMPLAUSIBLE: Final = "implausible"
"""Flag of a figure that is a row to look at."""

CONFIRMED: Final = "unit_confirmed"
"""Flag of a figure whose unit a person has compared with the document."""

FAR: Final = 3.5
"""Power of ten off the neighbours from which a unit is taken to be mistaken; 万 and 亿 are 4 apart."""

NEAR: Final = 10
"""Years within which a figure of the same place and indicator is a neighbour."""

NEIGHBOURS: Final = 3
"""Nearest figures whose median is compared; one wrong neighbour spoils no sound figure then."""

UNLIKE: Final = 6
"""Times larger or smaller than the neighbours from which a figure is one to look at."""

CLOSE: Final = 3
"""Years within which a figure of the same series is a neighbour it should be like."""

FEW: Final = 30
"""Counts below this may multiply within a year."""

INBOX: Final = "inbox/"
ORIGIN: Final = r"^((?:facts|inbox)/.+?), line (\d+)"
"""Columns that say where a printed figure is filed."""


def in_scale(candidates: pl.DataFrame, *, unit: pl.DataFrame) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the candidates without the printed ones that are of another scale than their neighbours, and the issues.

    Args:
        candidates: Figures in the form of `core.observation_candidate`, before the choice.
        unit: `core.unit`.

    Returns:
        The rest of the rows, and an issue for each one left out. Neighbours are of the same basis where there are any,
        else of any basis of the indicator; those of the facts and of live sources before those of the inbox, which say
        nothing against a fact.
    """
    units = unit.select("unit", "dimension", "power_of_ten")
    sized = (
        candidates.join(units, on="unit", how="left", maintain_order="left")
        .filter(pl.col("value") != 0)
        .with_columns(size=pl.col("value").abs().log10() + pl.col("power_of_ten"))
    )
    printed = sized.filter(pl.col("origin").str.contains(ORIGIN) & ~pl.col("flags").list.contains(CONFIRMED))
    same = ["geo_code", "indicator_id", "dimension"]
    near = sized.filter(pl.col("period_kind") != "part_year").select(
        *same,
        near_id="observation_id",
        near_basis="basis",
        near_end="period_end",
        near_size="size",
        near_value="value",
        near_unit="unit",
        near_own=pl.col("origin").str.starts_with(INBOX),
    )
    around = (
        printed.join(near, on=same)
        .filter(pl.col("observation_id") != pl.col("near_id"))
        .filter(pl.col("origin").str.starts_with(INBOX) | ~pl.col("near_own"))
        .with_columns(
            apart=(pl.col("period_end") - pl.col("near_end")).dt.total_days().abs(),
            distance=2 * (pl.col("basis") != pl.col("near_basis")).cast(pl.Int8) + pl.col("near_own").cast(pl.Int8),
        )
        .filter(pl.col("apart") <= NEAR * 366)
        .filter(pl.col("distance") == pl.col("distance").min().over("observation_id"))
        .sort("observation_id", "apart", "near_id")
        .group_by("observation_id", maintain_order=True)
        .head(NEIGHBOURS)
    )
    off = (
        around.group_by("observation_id", maintain_order=True)
        .agg(
            power=(pl.col("size") - pl.col("near_size")).median(),
            **{name: pl.col(name).first() for name in ("near_id", "near_end", "near_value", "near_unit")},
        )
        .filter(pl.col("power").abs() >= FAR)
    )
    found = printed.join(off, on="observation_id").sort("observation_id")
    issues = [_issue(row, units) for row in found.iter_rows(named=True)]
    return candidates.join(off, on="observation_id", how="anti", maintain_order="left"), issues


def with_implausible(
    observation_candidate: pl.DataFrame, *, indicator: pl.DataFrame, indicator_basis: pl.DataFrame
) -> pl.DataFrame:
    """Return the figures, those with the flag `implausible` that `out_of_range` or `unlike_neighbours` finds."""
    found = pl.concat(
        [
            out_of_range(observation_candidate, indicator=indicator).get_column("observation_id"),
            unlike_neighbours(observation_candidate, indicator_basis=indicator_basis).get_column("observation_id"),
        ]
    )
    more = pl.concat_list("flags", pl.lit([IMPLAUSIBLE])).list.sort()
    is_found = pl.col("observation_id").is_in(found.implode())
    return observation_candidate.with_columns(flags=pl.when(is_found).then(more).otherwise("flags"))


def out_of_range(observation_candidate: pl.DataFrame, *, indicator: pl.DataFrame) -> pl.DataFrame:
    """Return the figures outside the plausible range of their indicator.

    Args:
        observation_candidate: `core.observation_candidate`.
        indicator: `core.indicator`, with the range in its canonical unit.
    """
    limits = indicator.select("indicator_id", "plausible_min", "plausible_max")
    value = pl.col("value")
    return (
        observation_candidate.join(limits, on="indicator_id")
        .filter((value < pl.col("plausible_min")) | (value > pl.col("plausible_max")))
        .select(
            "observation_id",
            "geo_code",
            "indicator_id",
            "basis",
            "period_end",
            "value",
            "unit",
            "plausible_min",
            "plausible_max",
            "document_id",
        )
        .sort("observation_id")
    )


def unlike_neighbours(observation_candidate: pl.DataFrame, *, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    """Return the chosen figures several times larger or smaller than the nearest ones of their series, most so first.

    Args:
        observation_candidate: `core.observation_candidate`.
        indicator_basis: `core.indicator_basis`; only figures that can not be negative are compared.

    Returns:
        One row per figure, with `neighbours` (the median of the nearest three) and their identifiers.
    """
    series = ["geo_code", "indicator_id", "basis"]
    exact = observation_candidate.filter(
        (usability() == 0) & pl.col("chosen") & (pl.col("period_kind") != "part_year")
    ).join(indicator_basis.filter("non_negative").select("indicator_id", "basis"), on=["indicator_id", "basis"])
    near = exact.select(*series, near_id="observation_id", near_end="period_end", near_value="value")
    around = (
        exact.join(near, on=series)
        .filter(pl.col("observation_id") != pl.col("near_id"))
        .with_columns(apart=(pl.col("period_end") - pl.col("near_end")).dt.total_days().abs())
        .filter(pl.col("apart") <= CLOSE * 366)
        .sort("observation_id", "apart", "near_id")
        .group_by("observation_id", maintain_order=True)
        .head(NEIGHBOURS)
        .group_by("observation_id", maintain_order=True)
        .agg(neighbours=10 ** pl.col("near_value").log10().median(), near_ids="near_id")
    )
    larger, smaller = (f("value", "neighbours") for f in (pl.max_horizontal, pl.min_horizontal))
    is_small = (pl.col("unit") == "count") & (larger < FEW)
    return (
        exact.join(around, on="observation_id")
        .filter((larger > UNLIKE * smaller) & ~is_small & ~pl.col("flags").list.contains(CONFIRMED))
        .with_columns(times=larger / smaller)
        .select(
            "observation_id", *series, "period_end", "value", "neighbours", "unit", "near_ids", "document_id", "times"
        )
        .sort(-pl.col("times"), "observation_id")
        .drop("times")
    )


def _issue(row: dict[str, object], units: pl.DataFrame) -> Issue:
    power = round(float(str(row["power"])))
    filed = units.filter(unit=row["unit_as_published"]).row(0, named=True)
    fitting = units.filter(dimension=filed["dimension"], power_of_ten=filed["power_of_ten"] - power)["unit"].to_list()
    file, line = pl.Series([row["origin"]]).str.extract_groups(ORIGIN).struct.unnest().row(0)
    return Issue.of(
        file,
        "scale_of_the_unit",
        remedy="remedy.unit" if fitting else None,
        line=int(line),
        column="unit",
        value=str(row["unit_as_published"]),
        figure=f"{row['value_as_published']} {row['unit_as_published']}",
        factor=f"{10**power:,}" if power > 0 else f"1/{10**-power:,}",
        near=f"{row['near_value']:,.10g} {row['near_unit']}",
        near_end=row["near_end"],
        near_id=row["near_id"],
        fitting=" / ".join(sorted(fitting)),
    )
