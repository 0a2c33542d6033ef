"""The written rule by which one figure is chosen among the candidates of a place, indicator, basis and period.

`CRITERIA` is that rule, the only one: this module computes the sort keys from it, `sql/as_of.py` makes the SQL macro of
it, and the data dictionary prints it. Metrics rank candidates of one round by the same keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from g60_pipeline.contracts.vocabulary import GRADES
from g60_pipeline.normalize.periods import is_annual
from g60_pipeline.normalize.reasons import reason_columns

SERIES: Final = ("geo_code", "indicator_id", "basis", "period_kind", "period_start", "period_end")
"""What a figure is the figure of."""

CHOICE: Final = ("chosen", "reason_code", "reason_args")
"""Columns of a candidate that the choice fills."""


def _positions(column: str, words: tuple[str, ...]) -> str:
    return f"CASE {column} " + " ".join(f"WHEN '{w}' THEN {i}" for i, w in enumerate(words)) + " END"


_GRADE: Final = _positions("grade", GRADES)
_WITHDRAWN: Final = "array_contains(flags, 'withdrawn')"
_ESTIMATE: Final = "array_contains(flags, 'estimated_by_source')"
_LOWER: Final = "array_contains(flags, 'lower_bound')"
_UPPER: Final = "array_contains(flags, 'upper_bound')"
USABILITY: Final = f"CASE WHEN {_ESTIMATE} OR {_WITHDRAWN} THEN 2 WHEN {_LOWER} OR {_UPPER} THEN 1 ELSE 0 END"
"""SQL: 0 for a figure that enters arithmetic, 1 for a bound, 2 for an estimate of the source or one withdrawn."""


DISAGREEMENT: Final = 0.02
"""Difference between two figures of one place, period and round beyond which they disagree."""

REVISION: Final = 0.2
"""Difference no revision explains: a census moved China's GDP by 17 % at most."""

_EXACT: Final = f"{USABILITY} = 0"
_NAMED: Final = "grade <> 'U'"


def _over_series(aggregate: str, condition: str, *within: str) -> str:
    valid = f"superseded IS NULL AND {condition}"
    return f"{aggregate}(CASE WHEN {valid} THEN value END) OVER (PARTITION BY {', '.join((*SERIES, *within))})"


def _is_far(limit: float, *within: str) -> str:
    """Return SQL for whether an exact figure of the series differs from this one by more than a part of the larger."""
    most, least = (_over_series(aggregate, _EXACT, *within) for aggregate in ("max", "min"))
    above = f"{most} - value > {limit} * greatest(abs({most}), abs(value))"
    return f"coalesce({above} OR value - {least} > {limit} * greatest(abs({least}), abs(value)), false)"


CONTESTED: Final = (
    f"coalesce({_over_series('min', f'{_NAMED} AND {_EXACT}')}"
    f" < {_over_series('max', f'{_NAMED} AND {USABILITY} = 1 AND {_LOWER}')}, false)"
    f" OR coalesce({_over_series('max', f'{_NAMED} AND {_EXACT}')}"
    f" > {_over_series('min', f'{_NAMED} AND {USABILITY} = 1 AND {_UPPER}')}, false)"
)
"""SQL: whether a printed bound and an exact figure of one thing contradict each other."""

DISAGREES: Final = (
    f"({CONTESTED} OR {_EXACT} AND superseded IS NULL AND ({_is_far(DISAGREEMENT, 'round')} OR {_is_far(REVISION)}))"
)
"""SQL: whether a figure has the flag `disagreement`: it is contested, or another exact one is too far from it."""


@dataclass(frozen=True)
class Criterion:
    """One step of the rule and what it prefers; its name is the reason code of a figure that lost by it."""

    name: str
    sql: str
    """Sort key in SQL that DuckDB and Polars both read; smaller wins."""
    prefers: str
    newest_first: bool = False


CRITERIA: Final = (
    Criterion("gone", _WITHDRAWN, "a figure its source has not withdrawn"),
    Criterion(
        "replaced",
        "superseded IS NOT NULL",
        "a figure its source has not replaced by a newer answer or edition, whatever date that one has",
    ),
    Criterion("estimate", _ESTIMATE, "a figure that is no estimate of the source"),
    Criterion(
        "unnamed",
        "grade = 'U'",
        "a copy that names its document, before grade U",
    ),
    Criterion(
        "contradicted",
        f"CASE WHEN {CONTESTED} THEN {_GRADE} ELSE 0 END",
        "where a printed bound and an exact figure contradict each other, the better grade",
    ),
    Criterion(
        "use",
        USABILITY,
        "a figure that enters arithmetic, before a bound",
    ),
    Criterion(
        "age",
        "CASE round WHEN 'census5' THEN 0 WHEN 'census4' THEN 1 WHEN 'annual_final' THEN 2 WHEN 'unknown'"
        " THEN CASE WHEN status IN ('revised', 'final') THEN 3 ELSE 4 END ELSE 4 END",
        "the newest revision round: 5th economic census, 4th, annual final verification, a revision that names no"
        " round, first publication or none stated",
    ),
    Criterion("rounded", "array_contains(flags, 'rounded')", "an unrounded figure"),
    Criterion(
        "status_rank",
        "CASE status WHEN 'final' THEN 0 WHEN 'revised' THEN 1 ELSE 2 END",
        "a figure that its document calls final, then one it calls revised",
    ),
    Criterion("grade_rank", _GRADE, f"the grade of the document: {', '.join(GRADES)}"),
    Criterion(
        "days",
        "published",
        "the newest document, an unknown date last",
        newest_first=True,
    ),
    Criterion(
        "retrieval",
        "retrieved_at",
        "the newest answer of a live source",
        newest_first=True,
    ),
    Criterion("observation_id", "observation_id", "the row id that sorts first"),
)
"""The rule, in order."""


def usability() -> pl.Expr:
    """Return 0 for a figure that enters arithmetic, 1 for a bound, 2 for an estimate of the source or one withdrawn."""
    return pl.sql_expr(USABILITY)


def with_rank_keys(candidates: pl.DataFrame) -> pl.DataFrame:
    """Add the sort keys of the rule to candidates, as columns named as in the rule; smaller wins, none is null."""
    return candidates.with_columns(_key(criterion) for criterion in CRITERIA)


def _key(criterion: Criterion) -> pl.Expr:
    key = pl.sql_expr(criterion.sql)
    if criterion.newest_first:
        key = -key.to_physical().cast(pl.Int64).fill_null(_BEFORE_ALL)
    return key.alias(criterion.name)


_BEFORE_ALL: Final = -(2**62)


def rank_columns() -> list[str]:
    """Return the names of the sort keys in order."""
    return [criterion.name for criterion in CRITERIA]


def choose(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates with `annual`, `chosen` and its reason, and `disagreement` where figures clash.

    Args:
        candidates: All figures, without the columns of `CHOICE`.

    Returns:
        The same rows, sorted by series and rank; exactly one row of each series is chosen.
    """
    names = rank_columns()
    settled = pl.col("flags").list.set_difference(["disagreement"])
    flagged = candidates.with_columns(
        flags=pl.when(pl.sql_expr(DISAGREES))
        .then(pl.concat_list(settled, pl.lit(["disagreement"])))
        .otherwise(settled)
        .list.sort()
    )
    ranked = with_rank_keys(flagged).sort(*SERIES, *names)
    winners = ranked.unique(SERIES, keep="first", maintain_order=True).select(
        *SERIES, *(pl.col(n).alias(f"best_{n}") for n in names)
    )
    joined = ranked.join(winners, on=SERIES, how="left", maintain_order="left").with_columns(
        chosen=pl.col("observation_id") == pl.col("best_observation_id"), rivals=pl.len().over(SERIES) - 1
    )
    lost_by = pl.coalesce(pl.when(pl.col(name) != pl.col(f"best_{name}")).then(pl.lit(name)) for name in names)
    lost = [(~pl.col("chosen") & (pl.col("lost_by") == n), n, [pl.col("best_observation_id")]) for n in names]
    reason = reason_columns(
        *lost,
        (pl.col("rivals") == 0, "only_figure", []),
        (pl.lit(value=True), "first_of", [pl.col("rivals") + 1]),
    )
    extra = {*(n for n in names if n != "observation_id"), *(f"best_{n}" for n in names), "rivals", "lost_by"}
    return joined.with_columns(lost_by=lost_by, annual=is_annual()).with_columns(**reason).drop(extra)


def observations(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return `core.observation`: the chosen rows, with how many there were and the spread of those still valid."""
    exact = pl.col("value").filter((usability() == 0) & (pl.col("superseded").is_null() | pl.col("chosen")))
    spread = candidates.group_by(SERIES).agg(
        candidates=pl.len().cast(pl.Int32),
        spread=pl.when(exact.max() != 0).then((exact.max() - exact.min()) / exact.max().abs()),
    )
    return candidates.filter("chosen").join(spread, on=SERIES, how="left").sort("observation_id")
