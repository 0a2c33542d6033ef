"""How closely two cities publish together: Salton, Jaccard and association strength of joint works.

Joint works and the works of a city count in full, so the three are formed from counts of one kind. Where works of a
city are missing there is no value; a count cut short gives a lower end. A cosine of these would normalise twice.
"""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.collaboration.contract import Record
from g60_pipeline.metrics.engine.figure import as_figure, computed, field, provenance
from g60_pipeline.metrics.engine.formulas import steps
from g60_pipeline.metrics.engine.frames import conform, row_id, union, with_flag
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.engine.rounds import ANY_ROUND
from g60_pipeline.normalize.reasons import reason_columns

FORMULA: Final = "copublication_similarity"
INDICATOR: Final = "publications"
BASIS: Final = "openalex"
"""Works of a city, counted as the joint works are."""

ENDS: Final = ("", "_low", "_high")
"""A city without works has none of the three."""


class CopublicationSimilarity(Record):
    """How closely two cities publish together: joint works set against the works of both, by year.

    Joint works count in full in each city. The counts are the source's newest; they move when it is reprocessed.
    """

    geo_code_1 = c.code("First city, the smaller code.")
    geo_code_2 = c.code("Second city.")
    joint_works = c.count("Works with an author in each of the two.")
    works_1 = c.number("Works of the first city.", "count", minimum=0)
    works_2 = c.number("Works of the second city.", "count", minimum=0)
    salton = c.number("Joint works / square root of the product of the works.", "ratio", minimum=0, answer=True)
    salton_low = c.number("Lower end.", "ratio", minimum=0)
    salton_high = c.number("Upper end.", "ratio", minimum=0)
    jaccard = c.number("Joint works / works of either city.", "ratio", minimum=0)
    jaccard_low = c.number("Lower end.", "ratio", minimum=0)
    jaccard_high = c.number("Upper end.", "ratio", minimum=0)
    association_strength = c.number(
        "Joint works / product of the works; only its order among pairs of a year means something.",
        "per work",
        minimum=0,
    )
    input_ids = c.words("Works of the two cities.", references="core.observation_candidate.observation_id")
    snapshot_id = c.text("Snapshot in which the joint works first appeared.", references="core.snapshot.snapshot_id")
    reason_code, reason_args = c.reasons(
        ("counts_apart", "no_exact_works", "joint_works_cut", "no_works"), "Why there is no value."
    )

    @dy.rule()
    def jaccard_below_salton(cls) -> pl.Expr:
        """Jaccard is never above Salton, and neither above one."""
        return ((pl.col("jaccard") <= pl.col("salton") + 1e-9) & (pl.col("salton") <= 1 + 1e-9)).fill_null(value=True)

    @dy.rule()
    def ordered_pair(cls) -> pl.Expr:
        """A pair has one row, the smaller code first."""
        return pl.col("geo_code_1") < pl.col("geo_code_2")


@metric(CopublicationSimilarity)
def copublication_similarity(copublication: pl.DataFrame, *, figure: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.copublication_similarity`, a row for every pair and year of the newest answer of the source."""
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
        metric_id=row_id("copublication_similarity", "geo_code_1", "geo_code_2", "year"),
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
