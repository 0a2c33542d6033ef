"""The written rule by which one figure is chosen among the candidates of a place, indicator, basis and period.

In order: a figure its source has withdrawn only where nothing else stands; then one its source has replaced by a newer
answer or edition, whatever date it bears; then an estimate of the source likewise;
grade U only where nothing better does; a figure that enters arithmetic before a bound; the newest revision round (a
revision that does not name its round is newer than a first publication); unrounded before rounded; final > revised >
unstated > preliminary; grade A > B > C > D; newest document, unknown date last; newest answer of a live source; row id.
Metrics rank candidates of one round by the same keys.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.tables.vocabulary import GRADES, STATUSES

SERIES: Final = ("geo_code", "indicator_id", "basis", "period_kind", "period_start", "period_end")
"""What a figure is the figure of."""

_CRITERIA: Final = (
    ("gone", "its source has withdrawn it"),
    ("replaced", "its source has replaced it by a newer answer"),
    ("estimate", "it is an estimate of the source"),
    ("unnamed", "its copy names no document (grade U)"),
    ("use", "it is a bound, and a figure that enters arithmetic is held"),
    ("age", "an older revision round"),
    ("rounded", "an unrounded figure is held"),
    ("status_rank", "a status that ranks lower"),
    ("grade_rank", "a document of lower grade"),
    ("days", "an older document, or one without a date"),
    ("retrieval", "a newer answer of the source is held"),
    ("observation_id", "the row id, all else being equal"),
)
"""Sort keys in order, smaller first, each with the words for having lost by it."""


def usability() -> pl.Expr:
    """Return 0 for a figure that enters arithmetic, 1 for a bound, 2 for an estimate of the source or one withdrawn."""
    flags = pl.col("flags")
    return (
        pl.when(flags.list.contains("estimated_by_source") | flags.list.contains("withdrawn"))
        .then(2)
        .when(flags.list.contains("lower_bound") | flags.list.contains("upper_bound"))
        .then(1)
        .otherwise(0)
    )


def round_age() -> pl.Expr:
    """Return the age of a revision round, 0 for the newest."""
    named = {"census5": 0, "census4": 1, "annual_final": 2}
    revised = (pl.col("round") == "unknown") & pl.col("status").is_in(["revised", "final"])
    return pl.when(revised).then(3).otherwise(pl.col("round").replace_strict(named, default=4, return_dtype=pl.Int32))


def with_rank_keys(candidates: pl.DataFrame) -> pl.DataFrame:
    """Add the sort keys of the rule to candidates, as columns named as in the rule."""
    return candidates.with_columns(
        gone=pl.col("flags").list.contains("withdrawn"),
        replaced=pl.col("superseded").is_not_null(),
        estimate=pl.col("flags").list.contains("estimated_by_source"),
        unnamed=pl.col("grade") == "U",
        use=usability(),
        age=round_age(),
        rounded=pl.col("flags").list.contains("rounded"),
        status_rank=pl.col("status").replace_strict({s: i for i, s in enumerate(STATUSES)}, return_dtype=pl.Int32),
        grade_rank=pl.col("grade").replace_strict({g: i for i, g in enumerate(GRADES)}, return_dtype=pl.Int32),
        days=-pl.col("published").dt.epoch("d").fill_null(-1_000_000),
        retrieval=-pl.col("retrieved_at").dt.epoch("s").fill_null(0),
    )


def rank_columns() -> list[str]:
    """Return the names of the sort keys in order."""
    return [name for name, _ in _CRITERIA]


def choose(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates with `chosen` and `reason` filled.

    Args:
        candidates: All figures, without those two columns.

    Returns:
        The same rows, sorted by series and rank; exactly one row of each series is chosen.
    """
    names = rank_columns()
    ranked = with_rank_keys(candidates).sort(*SERIES, *names)
    winners = ranked.unique(SERIES, keep="first", maintain_order=True).select(
        *SERIES, *(pl.col(n).alias(f"best_{n}") for n in names)
    )
    joined = ranked.join(winners, on=SERIES, how="left", maintain_order="left").with_columns(
        chosen=pl.col("observation_id") == pl.col("best_observation_id"), rivals=pl.len().over(SERIES) - 1
    )
    lost_by = pl.coalesce(
        pl.when(pl.col(name) != pl.col(f"best_{name}")).then(pl.lit(words)) for name, words in _CRITERIA
    )
    won = (
        pl.when(pl.col("rivals") == 0)
        .then(pl.lit("only figure held"))
        .otherwise(pl.format("first of {} by the rule of choice", pl.col("rivals") + 1))
    )
    lost = pl.format("lost to {}: {}", pl.col("best_observation_id"), lost_by)
    extra = {*(n for n in names if n != "observation_id"), *(f"best_{n}" for n in names), "rivals"}
    return joined.with_columns(reason=pl.when(pl.col("chosen")).then(won).otherwise(lost)).drop(extra)


def observations(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return `core.observation`: the chosen rows, with how many there were and the spread of those that still hold."""
    exact = pl.col("value").filter((usability() == 0) & (pl.col("superseded").is_null() | pl.col("chosen")))
    spread = candidates.group_by(SERIES).agg(
        candidates=pl.len().cast(pl.Int32),
        spread=pl.when(exact.max() != 0).then((exact.max() - exact.min()) / exact.max().abs()),
    )
    return candidates.filter("chosen").join(spread, on=SERIES, how="left").sort("observation_id")
