"""How closely two cities publish together: Salton, Jaccard and association strength of joint works.

Joint works and the works of a city count in full, so the three are formed from counts of one kind. Where works of a
city are missing there is no value; a count cut short gives a lower end. A cosine of these would normalise twice.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.common import ANY_ROUND, conform, union, with_flag
from g60_pipeline.normalize.reasons import reason_columns
from g60_pipeline.tables.network import CopublicationSimilarity

FORMULA: Final = "copublication_similarity"
INDICATOR: Final = "publications"
BASIS: Final = "openalex"
"""Works of a city, counted as the joint works are."""


def copublication_similarity(copublication: pl.DataFrame, *, figure: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.copublication_similarity`, a row for every pair and year the source tells today.

    Args:
        copublication: `core.copublication`; rows that no longer hold are left aside.
        figure: Figures of `metrics.figures`.
    """
    works = figure.filter(
        (pl.col("indicator_id") == INDICATOR)
        & (pl.col("basis") == BASIS)
        & (pl.col("period_kind") == "calendar_year")
        & (pl.col("round_group") == ANY_ROUND)
    ).select("geo_code", "year", "value", "low", "high", "flags", "input_ids")
    held = copublication.filter(pl.col("current") & pl.col("withdrawn").is_null())
    newest = held.sort("retrieved_at", descending=True, nulls_last=True).unique(
        ["geo_code_1", "geo_code_2", "year"], keep="first", maintain_order=True
    )
    cut = pl.col("flags").list.contains("lower_bound")
    pair = newest.select(
        "geo_code_1",
        "geo_code_2",
        "year",
        "snapshot_id",
        pair_flags="flags",
        joint_works="works",
        document_ids=pl.concat_list("document_id"),
        joint=pl.when(~cut).then(pl.col("works").cast(pl.Float64)),
        joint_low=pl.col("works").cast(pl.Float64),
        joint_high=pl.when(~cut).then(pl.col("works").cast(pl.Float64)),
    )
    for side in ("1", "2"):
        renamed = works.rename({c: f"{c}_{side}" for c in works.columns if c != "year"})
        pair = pair.join(renamed, on=[f"geo_code_{side}", "year"], how="left")
    apart = (pl.col("joint_low") > pl.min_horizontal("high_1", "high_2")).fill_null(value=False)
    sound = pair.with_columns(apart=apart).with_columns(
        pl.when(~pl.col("apart")).then(pl.col(c)) for c in ("joint", "joint_low", "joint_high")
    )
    valued = sound.with_columns(
        works_1="value_1",
        works_2="value_2",
        salton=_salton("joint", "value_1", "value_2"),
        salton_low=_salton("joint_low", "high_1", "high_2"),
        salton_high=_salton("joint_high", "low_1", "low_2").clip(upper_bound=1),
        jaccard=_jaccard("joint", "value_1", "value_2"),
        jaccard_low=_jaccard("joint_low", "high_1", "high_2"),
        jaccard_high=_jaccard("joint_high", "low_1", "low_2").clip(upper_bound=1),
        association_strength=_over(pl.col("joint"), pl.col("value_1") * pl.col("value_2")),
        flags=with_flag(union("pair_flags", "flags_1", "flags_2"), "mixed_vintage", pl.col("apart")),
        input_ids=union("input_ids_1", "input_ids_2"),
        formula_id=pl.lit(FORMULA),
        metric_id=pl.format("copublication_similarity:{}:{}:{}", "geo_code_1", "geo_code_2", "year"),
    )
    return conform(valued.with_columns(**_reason()), CopublicationSimilarity)


def _reason() -> dict[str, pl.Expr]:
    lacking = pl.concat_list(
        pl.when(pl.col(f"value_{side}").is_null()).then(pl.col(f"geo_code_{side}")) for side in ("1", "2")
    ).list.drop_nulls()
    return reason_columns(
        (pl.col("apart"), "counts_apart", []),
        (lacking.list.len() > 0, "no_exact_works", [lacking.list.join(" ")]),
        (pl.col("joint").is_null(), "joint_works_cut", []),
        (pl.col("salton").is_null(), "no_works", []),
    )


def _salton(joint: str, first: str, second: str) -> pl.Expr:
    return _over(pl.col(joint), (pl.col(first) * pl.col(second)).sqrt())


def _jaccard(joint: str, first: str, second: str) -> pl.Expr:
    either = pl.col(first) + pl.col(second) - pl.col(joint)
    return pl.when(pl.min_horizontal(first, second) > 0).then(_over(pl.col(joint), either))


def _over(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    return pl.when(below > 0).then(above / below)
