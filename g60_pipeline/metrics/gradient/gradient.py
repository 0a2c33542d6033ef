"""Tiers of the members of a corridor, and how far they depend on one indicator or year.

What they rest on: `gradient_evidence`; how votes are counted: `gradient_kernel`. No city is named here: which are core
follows from figures and rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.frames import dtypes_of
from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.frames import conform, frame_of
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.gradient.gradient_evidence import TIERS, GradientRow
from g60_pipeline.metrics.gradient.gradient_kernel import geometric_mean, kept_in, majority, measured, tally, trials
from g60_pipeline.normalize.reasons import Reason, reason_row

FORMULA: Final = "gradient_tier"
STABILITY: Final = "gradient_stability"

Row = dict[str, Any]


MIXED: Final = "mixed"
"""Tier of a member whose indicators disagree: none has more than half of them."""

OUTCOMES: Final = (*TIERS, MIXED)
"""Tiers a member can come out with."""

POOLED: Final = "all"
"""Span of the rows over all years."""

SPANS: Final = ("year", POOLED)
"""What a tier is judged by: indicators of one year, or of all years in which two of them say a tier of the member."""


class Gradient(GradientRow):
    """Tier of every member of a corridor by year, and over all years in which enough indicators say a tier of it.

    A member has the tier more than half of its indicators say, and is mixed where none has so many: that indicators
    disagree makes no second tier. How many a tier needs, the formula says; those that leave the tier open do not count,
    and `possible_tiers` says what they could still change. Sizes and intensities are judged apart.
    """

    span = c.one_of(SPANS, "One year, or all years together.")
    year = c.year("Year; empty over all years.", nullable=True)
    tier = c.one_of(OUTCOMES, "core, second, third, or mixed.", nullable=True, role="value", answer=True)
    possible_tiers = c.words("Tiers it could take, were the open indicators known.", allowed=OUTCOMES, role="value")
    score = c.number("Geometric mean of its ratios to the median; empty where one is zero or open.", "ratio", minimum=0)
    rank = c.rank("Place by that score among the members judged by the same indicators.", nullable=True)
    indicators = c.words("Indicators, or ratios, that say a tier.")
    says_core = c.count("Indicators (and years) that say core.")
    says_second = c.count("Indicators (and years) that say second.")
    says_third = c.count("Indicators (and years) that say third.")
    left_open = c.count("Indicators (and years) that leave it open.")
    reason_code, reason_args = c.reasons(
        ("too_few_say_tier", "none_says_tier", "never_a_tier"), "Why there is no tier."
    )

    @dy.rule()
    def year_where_span_is_year(cls) -> pl.Expr:
        """There is a year exactly where the row is for a year."""
        return pl.col("year").is_not_null() == (pl.col("span") == "year")


class GradientStability(GradientRow):
    """How far a tier depends on one indicator or one year: it is judged again with each of them left out."""

    span = c.one_of(SPANS, "One year, or all years together.")
    year = c.year("Year; empty over all years.", nullable=True)
    left_out = c.one_of(("indicator", "year"), "What is left out in turn.")
    tier = c.one_of(OUTCOMES, "Tier with nothing left out.", role="value", answer=True)
    trials = c.count("How many were left out in turn and a tier still came out.", minimum=1)
    kept = c.count("Trials in which the tier stayed.")
    share_kept = c.number("Trials in which it stayed over trials.", "ratio", nullable=False, minimum=0)
    tiers = c.words("Tiers that came out.", allowed=OUTCOMES)
    moved_by = c.words("Indicators, ratios or years without which the tier is another.")

    @dy.rule()
    def share_of_trials(cls) -> pl.Expr:
        """The share is kept over trials."""
        return (pl.col("share_kept") - pl.col("kept") / pl.col("trials")).abs() < 1e-9


def tier_of(votes: Sequence[str]) -> str:
    """Return the tier more than half of the votes say, else mixed."""
    return majority(votes) or MIXED


@metric(Gradient)
def gradient(gradient_evidence: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.gradient`, by year and over all years."""
    rows = [_row(label, said, why=why) for label, said, why in _groups(gradient_evidence)]
    frame = pl.DataFrame(rows, schema=dtypes_of(Gradient) | {"judged_by": pl.String})
    by_same = ["yardstick", "corridor_id", "span", "year", "judged_by"]
    ranked = frame.with_columns(rank=pl.col("score").rank("min", descending=True).over(by_same))
    return conform(ranked, Gradient)


@metric(GradientStability)
def gradient_stability(gradient_evidence: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.gradient_stability`: each tier of `metrics.gradient`, with one indicator or one year left out."""
    rows: list[Row] = []
    for label, said, why in _groups(gradient_evidence):
        if why is not None:
            continue
        kinds = ("indicator", "year") if label["span"] == POOLED else ("indicator",)
        rows += [_trials(label, said, kind=kind) for kind in kinds]
    return frame_of([row for row in rows if row["trials"]], GradientStability)


def _groups(evidence: pl.DataFrame) -> Iterator[tuple[Row, list[Row], Reason | None]]:
    """Yield what each tier is judged by, and why it is not: the evidence of one member in a year, and in all years.

    All years are those in which enough indicators say a tier of that member, so that none weighs for itself alone. A
    member without such a year is judged by none of them.
    """
    of_member = ["yardstick", "corridor_id", "geo_code"]
    key = [*of_member, "year"]
    named = pl.coalesce("ratio_id", "indicator_id")
    ordered = evidence.sort(*key, named)
    saying = ordered.filter(pl.col("tier").is_not_null()).group_by(key)
    judged = saying.agg(named=named.n_unique()).filter(pl.col("named") >= _least_indicators())
    for of_place, group in ordered.partition_by(of_member, as_dict=True).items():
        place = dict(zip(of_member, of_place, strict=True))
        pooled = group.join(judged, on=key, how="semi", maintain_order="left")
        never = ("never_a_tier", str(_least_indicators())) if pooled.is_empty() else None
        yield place | {"span": POOLED, "year": None}, (group if never else pooled).to_dicts(), never
        for (year,), of_year in group.partition_by("year", as_dict=True).items():
            said = of_year.to_dicts()
            yield place | {"span": "year", "year": year}, said, _reason(said)


def _least_indicators() -> float:
    """Return the indicators a tier needs; one is enough where another was left out on trial."""
    return parameters(FORMULA)["least_indicators"]


def _reason(said: list[Row]) -> Reason | None:
    judged = {measured(row) for row in said if row["tier"]}
    if len(judged) >= _least_indicators():
        return None
    if not judged:
        return "none_says_tier", str(_least_indicators())
    return "too_few_say_tier", str(_least_indicators()), " ".join(sorted(judged))


def _row(label: Row, said: list[Row], *, why: Reason | None) -> Row:
    votes = [row["tier"] for row in said if row["tier"]]
    count = tally(votes)
    ratios = [row["ratio"] for row in said if row["tier"]]
    known = bool(ratios) and all(ratio is not None and ratio > 0 for ratio in ratios)
    indicators = sorted({measured(row) for row in said if row["tier"]})
    return (
        label
        | _described("gradient", label, said)
        | {
            "tier": None if why else tier_of(votes),
            "possible_tiers": possible([row["possible_tiers"] for row in said]),
            "score": geometric_mean(ratios) if known and not why else None,
            "indicators": indicators,
            "judged_by": " ".join(f"{measured(r)}@{r['period_end']}" for r in said if r["tier"]),
            **{f"says_{name}": int(count.get(name, 0)) for name in TIERS},
            "left_open": len(said) - len(votes),
            **reason_row(why),
        }
    )


def possible(allowed: list[list[str]]) -> list[str]:
    """Return the tiers that can come out, from what each indicator allows.

    A tier can where more than half may say it. Mixed can come out where all can be shared out with at most half in each
    tier: by Hall's theorem, where no set of tiers is all that too many of them allow.
    """
    half = len(allowed) // 2
    sets = [set(TIERS) - {left} for left in TIERS] + [{tier} for tier in TIERS] + [set(TIERS)]
    mixed = all(sum(set(may) <= inside for may in allowed) <= half * len(inside) for inside in sets)
    reached = {tier: sum(tier in may for may in allowed) * 2 > len(allowed) for tier in TIERS} | {MIXED: mixed}
    return [tier for tier in OUTCOMES if reached[tier]]


def _trials(label: Row, said: list[Row], *, kind: str) -> Row:
    judged = [row for row in said if row["tier"]]
    tier = tier_of([row["tier"] for row in judged])
    outcomes = {left: found or MIXED for left, found in trials(judged, left_out=kind).items()}
    kept = int(kept_in(outcomes, tier))
    return (
        label
        | _described(f"{STABILITY}:{kind}", label, said)
        | {
            "left_out": kind,
            "tier": tier,
            "trials": len(outcomes),
            "kept": kept,
            "share_kept": kept / len(outcomes) if outcomes else 0.0,
            "tiers": [t for t in OUTCOMES if t in outcomes.values()],
            "moved_by": [left for left, found in outcomes.items() if found != tier],
            "formula_id": STABILITY,
            "parent_ids": [row["metric_id"] for row in judged],
        }
    )


def _described(table: str, label: Row, said: list[Row]) -> Row:
    when = label["year"] or label["span"]
    return {
        "metric_id": f"{table}:{label['yardstick']}:{label['corridor_id']}:{label['geo_code']}:{when}",
        "flags": sorted({flag for row in said for flag in row["flags"]}),
        "formula_id": FORMULA,
        "input_ids": sorted({i for row in said for i in row["input_ids"]}),
        "parent_ids": [row["metric_id"] for row in said],
    }
