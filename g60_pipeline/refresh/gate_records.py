"""The gate's rules for what is no figure: joint works of two cities, and coordinates. Figures: `gate`.

A work of two cities is a work of each, so a pair can not have more than the smaller of its cities; a place of the
catalog lies in China. Both are what no right answer breaks: a person can not accept it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.catalog.models import CHINA
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.wording import told

PAIRS: Final = "works by pair"
"""The series of joint works, which have none of their own."""

FEW_WORKS: Final = 30
"""Joint works below which a count may multiply from year to year: they say nothing of a unit."""

DEGREES: Final = dict(zip(("longitude", "latitude"), CHINA, strict=True))
"""Column of a place -> degrees between which China lies."""

LIMITS: Final = told(
    "live.gate.limits",
    **{f"{end}_{way[:3]}": at for way, ends in DEGREES.items() for end, at in zip(("from", "to"), ends, strict=True)},
)
"""The same in words."""


def pair_counts(pairs: pl.DataFrame, *, source_id: str, name: str) -> pl.DataFrame:
    """Return the joint works as numbers: one row a pair and year, with the two places and the key of the row.

    Args:
        pairs: Rows of `LivePair`.
        source_id: The source.
        name: What a message calls it.

    Raises:
        SourceError: A count is no whole number, or a year none.
    """
    whole = pl.col("works", "year").str.contains(r"^\d{1,15}$")
    odd = pairs.filter(~pl.all_horizontal(whole))
    if odd.height:
        row = odd.row(0, named=True)
        raise SourceError(
            f"{name}, {row['record_key']}",
            told("live.gate.no_count", works=row["works"], year=row["year"]),
            told("live.remedy.again"),
        )
    return pairs.select(
        "place_1",
        "place_2",
        observation_id=pl.format(f"{source_id}:{{}}@", "record_key"),
        of=pl.lit(PAIRS),
        geo_code=pl.format("{}-{}", pl.min_horizontal("place_1", "place_2"), pl.max_horizontal("place_1", "place_2")),
        year=pl.col("year").cast(pl.Int32),
        period_end=pl.date(pl.col("year").cast(pl.Int32), 12, 31),
        value=pl.col("works").cast(pl.Float64),
    )


def within_cities(pairs: pl.DataFrame, cities: pl.DataFrame, *, name: str) -> None:
    """Raise if a pair has more works than one of its two cities has in that year.

    Args:
        pairs: What `pair_counts` returns.
        cities: Figures of the same answer by `geo_code` and `year`; a lower bound says nothing against a pair.
        name: What a message calls the source.

    Raises:
        SourceError: A pair has.
    """
    bounds = (
        cities.group_by("geo_code", "year")
        .agg(works=pl.col("value").max(), least=pl.col("flags").list.contains("lower_bound").any())
        .filter(~pl.col("least"))
        .select("geo_code", "year", "works")
    )
    both = pairs.drop("geo_code").unpivot(
        ["place_1", "place_2"], index=["observation_id", "year", "value"], value_name="geo_code"
    )
    over = both.join(bounds, on=["geo_code", "year"]).filter(pl.col("value") > pl.col("works"))
    over = over.sort("observation_id", "works")
    if over.height:
        row = over.row(0, named=True)
        raise SourceError(
            f"{name}, {row['observation_id'].partition(':')[2].removesuffix('@')}",
            told(
                "live.gate.more_than_city",
                value=row["value"],
                year=row["year"],
                works=row["works"],
                place=row["geo_code"],
                more=more(over["observation_id"].n_unique()),
            ),
            told("live.remedy.again"),
        )


def in_china(places: pl.DataFrame, *, name: str) -> None:
    """Raise if a place does not lie within China.

    Args:
        places: Rows of `LivePlace`.
        name: What a message calls the source.

    Raises:
        SourceError: One does not, or a coordinate is no number.
    """
    degrees = places.with_columns(pl.col(*DEGREES).cast(pl.Float64, strict=False).name.suffix("_degrees"))
    inside = [pl.col(f"{way}_degrees").is_between(low, high) for way, (low, high) in DEGREES.items()]
    odd = degrees.filter(~pl.all_horizontal(inside).fill_null(value=False))
    if odd.height:
        row = odd.row(0, named=True)
        raise SourceError(
            f"{name}, {row['record_key']}",
            told(
                "live.gate.not_in_china",
                longitude=row["longitude"],
                latitude=row["latitude"],
                limits=LIMITS,
                more=more(odd.height),
            ),
            told("live.remedy.exchanged"),
        )


def more(count: int) -> str:
    """Return in brackets how many there are besides the one that is named."""
    return told("live.gate.more", n=count - 1) if count > 1 else ""
