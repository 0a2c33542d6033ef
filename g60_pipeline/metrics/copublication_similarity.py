"""How closely two cities publish together: Salton, Jaccard and association strength of joint works.

Joint works and the works of a city count in full, so the three are formed from counts of one kind. Where works of a
city are missing there is no value; a count cut short gives a lower end. A cosine of these would normalise twice.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.contracts.network import CopublicationSimilarity
from g60_pipeline.metrics.common import ANY_ROUND, conform, union, with_flag
from g60_pipeline.metrics.engine.figure import as_figure, computed, field, provenance
from g60_pipeline.metrics.engine.formulas import steps
from g60_pipeline.normalize.reasons import reason_columns

FORMULA: Final = "copublication_similarity"
INDICATOR: Final = "publications"
BASIS: Final = "openalex"
"""Works of a city, counted as the joint works are."""

ENDS: Final = ("", "_low", "_high")
"""A city without works has none of the three."""


def copublication_similarity(copublication: pl.DataFrame, *, figure: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.copublication_similarity`, a row for every pair and year the source tells today.

    Args:
        copublication: `core.copublication`; rows that no longer hold are left aside.
        figure: Figures of `metrics.figures`.
    """
    held = copublication.filter(pl.col("current") & pl.col("withdrawn").is_null())
    newest = held.sort("retrieved_at", descending=True, nulls_last=True).unique(
        ["geo_code_1", "geo_code_2", "year"], keep="first", maintain_order=True
    )
    pair = newest.select(
        "geo_code_1",
        "geo_code_2",
        "year",
        "snapshot_id",
        pair_flags="flags",
        joint="works",
        document_ids=pl.concat_list("document_id"),
    )
    for side in ("1", "2"):
        works = _works(figure).rename({"geo_code": f"geo_code_{side}", "works": f"works_{side}"})
        pair = pair.join(works, on=[f"geo_code_{side}", "year"], how="left")
    most = pl.min_horizontal(field("works_1", "high"), field("works_2", "high"))
    cut = pl.col("pair_flags").list.contains("lower_bound")
    sound = pair.with_columns(apart=(pl.col("joint") > most).fill_null(value=False)).with_columns(
        joint_works=pl.when(~pl.col("apart") & ~cut).then("joint"),
        joint_works_low=pl.when(~pl.col("apart")).then("joint"),
        joint_works_high=pl.when(~pl.col("apart") & ~cut).then("joint"),
    )
    ends = {f"jaccard{end}": pl.when(pl.col(f"salton{end}").is_not_null()).then(f"jaccard{end}") for end in ENDS}
    valued = computed(sound, steps(FORMULA)).with_columns(**ends, **_reason())
    made = provenance("works_1", "works_2")
    both = pl.all_horizontal(field(name, "metric_id").is_not_null() for name in ("works_1", "works_2"))
    rows = valued.with_columns(
        joint_works="joint",
        **{name: field(name, "value") for name in ("works_1", "works_2")},
        flags=with_flag(union("pair_flags", made["flags"]), "mixed_vintage", pl.col("apart")),
        input_ids=made["input_ids"],
        parent_ids=pl.when(both).then(made["parent_ids"]).otherwise(pl.lit([], dtype=pl.List(pl.String))),
        formula_id=pl.lit(FORMULA),
        metric_id=pl.format("copublication_similarity:{}:{}:{}", "geo_code_1", "geo_code_2", "year"),
    )
    return conform(rows, CopublicationSimilarity)


def _works(figure: pl.DataFrame) -> pl.DataFrame:
    """Return `geo_code`, `year`, `works`: the works of each city as one figure."""
    return figure.filter(
        (pl.col("indicator_id") == INDICATOR)
        & (pl.col("basis") == BASIS)
        & (pl.col("period_kind") == "calendar_year")
        & (pl.col("round_group") == ANY_ROUND)
    ).select("geo_code", "year", works=as_figure())


def _reason() -> dict[str, pl.Expr]:
    lacking = pl.concat_list(
        pl.when(field(f"works_{side}", "value").is_null()).then(pl.col(f"geo_code_{side}")) for side in ("1", "2")
    ).list.drop_nulls()
    return reason_columns(
        (pl.col("apart"), "counts_apart", []),
        (lacking.list.len() > 0, "no_exact_works", [lacking.list.join(" ")]),
        (pl.col("joint_works").is_null(), "joint_works_cut", []),
        (pl.col("salton").is_null(), "no_works", []),
    )
