"""Tiers of the members of a corridor, and how far they hang on one indicator or year.

What they rest on stands in `gradient_evidence`. No city is named here: which are core follows from figures and rule.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.common import conform, frame_of
from g60_pipeline.tables.gradient import POOLED, TIERS, Gradient, GradientStability

FORMULA: Final = "gradient_tier"
STABILITY: Final = "gradient_stability"
LEAST_INDICATORS: Final = 2
"""Indicators below which no tier is given; one is enough where another was left out on trial."""

Row = dict[str, Any]


def tier_of(votes: Sequence[str]) -> str:
    """Return core or third where more than half of the votes say so, else second."""
    count = Counter(votes)
    return next((tier for tier in ("core", "third") if count[tier] * 2 > len(votes)), "second")


def gradient(evidence: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.gradient`, by year and over all years.

    Args:
        evidence: `metrics.gradient_evidence`.
    """
    rows = [_row(label, said, why=why) for label, said, why in _groups(evidence)]
    dtypes = {name: column.dtype for name, column in Gradient.columns().items()}
    frame = pl.DataFrame(rows, schema=dtypes | {"judged_by": pl.String})
    by_same = ["corridor_id", "span", "year", "judged_by"]
    ranked = frame.with_columns(rank=pl.col("score").rank("min", descending=True).over(by_same))
    return conform(ranked, Gradient)


def gradient_stability(evidence: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.gradient_stability`: each tier of `metrics.gradient`, with one indicator or one year left out.

    Args:
        evidence: `metrics.gradient_evidence`.
    """
    rows: list[Row] = []
    for label, said, why in _groups(evidence):
        if why is not None:
            continue
        kinds: dict[str, Callable[[Row], str]] = {"indicator": lambda row: str(row["indicator_id"])}
        if label["span"] == POOLED:
            kinds["year"] = lambda row: str(row["year"])
        rows += [_trials(label, said, kind=kind, name=name) for kind, name in kinds.items()]
    return frame_of([row for row in rows if row["trials"]], GradientStability)


def core_members(tiers: pl.DataFrame) -> pl.DataFrame:
    """Return `corridor_id`, `geo_code` of the cities that are core over all years, from `metrics.gradient`."""
    return tiers.filter((pl.col("span") == POOLED) & (pl.col("tier") == "core")).select("corridor_id", "geo_code")


def _groups(evidence: pl.DataFrame) -> Iterator[tuple[Row, list[Row], str | None]]:
    """Yield what each tier is judged by, and why it is not: the evidence of one member in a year, and in all years.

    All years are those in which two indicators say a tier of that member, so that no indicator weighs for itself alone.
    A member without such a year is judged by none of them.
    """
    key = ["corridor_id", "geo_code", "year"]
    ordered = evidence.sort(*key, "indicator_id")
    saying = ordered.filter(pl.col("tier").is_not_null()).group_by(key)
    judged = saying.agg(pl.col("indicator_id").n_unique()).filter(pl.col("indicator_id") >= LEAST_INDICATORS)
    for (corridor_id, geo_code), group in ordered.partition_by("corridor_id", "geo_code", as_dict=True).items():
        place = {"corridor_id": corridor_id, "geo_code": geo_code}
        pooled = group.join(judged, on=key, how="semi", maintain_order="left")
        never = f"in no year do {LEAST_INDICATORS} indicators say a tier" if pooled.is_empty() else None
        yield place | {"span": POOLED, "year": None}, (group if never else pooled).to_dicts(), never
        for (year,), of_year in group.partition_by("year", as_dict=True).items():
            said = of_year.to_dicts()
            yield place | {"span": "year", "year": year}, said, _reason(said)


def _reason(said: list[Row]) -> str | None:
    judged = {row["indicator_id"] for row in said if row["tier"]}
    if len(judged) >= LEAST_INDICATORS:
        return None
    named = ", ".join(sorted(judged)) or "none"
    return f"fewer than {LEAST_INDICATORS} indicators say a tier ({named})"


def _row(label: Row, said: list[Row], *, why: str | None) -> Row:
    votes = [row["tier"] for row in said if row["tier"]]
    count = Counter(votes)
    ratios = [row["ratio"] for row in said if row["tier"]]
    known = bool(ratios) and all(ratio is not None and ratio > 0 for ratio in ratios)
    indicators = sorted({row["indicator_id"] for row in said if row["tier"]})
    return (
        label
        | _described("gradient", label, said)
        | {
            "tier": None if why else tier_of(votes),
            "possible_tiers": _possible(votes, [row["possible_tiers"] for row in said if not row["tier"]]),
            "score": math.exp(math.fsum(map(math.log, ratios)) / len(ratios)) if known and not why else None,
            "indicators": indicators,
            "judged_by": " ".join(f"{r['indicator_id']}@{r['period_end']}" for r in said if r["tier"]),
            "says_core": count["core"],
            "says_second": count["second"],
            "says_third": count["third"],
            "left_open": len(said) - len(votes),
            "reason": why,
        }
    )


def _possible(votes: list[str], left_open: list[list[str]]) -> list[str]:
    """Return the tiers that can come out; an interval that spans two tiers always spans the second."""
    count, every = Counter(votes), len(votes) + len(left_open)
    outer = {tier: count[tier] + sum(tier in may for may in left_open) for tier in ("core", "third")}
    between = max(count["core"], count["third"]) * 2 <= every
    return [tier for tier in TIERS if (between if tier == "second" else outer[tier] * 2 > every)]


def _trials(label: Row, said: list[Row], *, kind: str, name: Callable[[Row], str]) -> Row:
    judged = [row for row in said if row["tier"]]
    tier = tier_of([row["tier"] for row in judged])
    outcomes = {}
    for left in sorted({name(row) for row in judged}):
        rest = [row["tier"] for row in judged if name(row) != left]
        if rest:
            outcomes[left] = tier_of(rest)
    kept = sum(found == tier for found in outcomes.values())
    return (
        label
        | _described(f"{STABILITY}:{kind}", label, said)
        | {
            "left_out": kind,
            "tier": tier,
            "trials": len(outcomes),
            "kept": kept,
            "share_kept": kept / len(outcomes) if outcomes else 0.0,
            "tiers": [t for t in TIERS if t in outcomes.values()],
            "moved_by": [left for left, found in outcomes.items() if found != tier],
            "formula_id": STABILITY,
        }
    )


def _described(table: str, label: Row, said: list[Row]) -> Row:
    when = label["year"] or label["span"]
    return {
        "metric_id": f"{table}:{label['corridor_id']}:{label['geo_code']}:{when}",
        "flags": sorted({flag for row in said for flag in row["flags"]}),
        "formula_id": FORMULA,
        "input_ids": sorted({i for row in said for i in row["input_ids"]}),
    }
