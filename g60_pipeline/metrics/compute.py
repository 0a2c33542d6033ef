"""Totals, shares, growth, ratios and the audit: which method reads which table. What is made of them: `analyse`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from g60_pipeline.metrics.claim_audit import claim_audit
from g60_pipeline.metrics.claim_figures import PUBLISHED
from g60_pipeline.metrics.figures import figures
from g60_pipeline.metrics.growth import growth
from g60_pipeline.metrics.intensity import intensity
from g60_pipeline.metrics.shares import national_share
from g60_pipeline.metrics.totals import best_totals, corridor_total, metric_members, totals_by_round

METRIC_INPUTS: Final = (
    "core.observation_candidate",
    "core.indicator_basis",
    "core.geography",
    "core.corridor_member",
    "core.ratio",
    "core.series_break",
)
"""Core tables the metrics read."""

METRICS: Final = tuple(
    f"metrics.{name}" for name in ("figure", "total", "corridor_total", "national_share", "growth", "intensity")
)
"""Tables `compute_metrics` makes."""

AUDIT_INPUTS: Final = (
    "core.claim",
    "core.corridor",
    "core.document",
    "core.indicator",
    *METRIC_INPUTS,
    *PUBLISHED,
)
"""Tables the claim audit reads."""


def compute_metrics(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables of `METRICS` by full name, from those of `METRIC_INPUTS`."""
    figure, total = figures_and_totals(tables)
    best, bases, places = best_totals(total), tables["core.indicator_basis"], tables["core.geography"]
    members, breaks = metric_members(tables["core.corridor_member"]), tables["core.series_break"]
    share = national_share(total, figure, indicator_basis=bases, geography=places)
    return {
        "metrics.figure": figure,
        "metrics.total": total,
        "metrics.corridor_total": corridor_total(best),
        "metrics.national_share": share,
        "metrics.growth": growth(
            total,
            figure,
            members=members,
            indicator_basis=bases,
            geography=places,
            series_break=breaks,
        ),
        "metrics.intensity": intensity(
            total, figure, ratio=tables["core.ratio"], indicator_basis=bases, members=members, series_break=breaks
        ),
    }


def compute_audit(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return `metrics.claim_audit`, from the tables of `AUDIT_INPUTS`."""
    return claim_audit(tables["core.claim"], {name.removeprefix("core."): tables[name] for name in AUDIT_INPUTS})


def figures_and_totals(tables: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the figures and the totals in every round that all metrics start from."""
    bases, places = tables["core.indicator_basis"], tables["core.geography"]
    figure = figures(tables["core.observation_candidate"], indicator_basis=bases, geography=places)
    members = metric_members(tables["core.corridor_member"])
    return figure, totals_by_round(figure, members=members, indicator_basis=bases, geography=places)
