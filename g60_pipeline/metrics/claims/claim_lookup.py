"""What the audit of claims looks up: bases, scopes and members, and the figures of one scope by indicator and basis."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from g60_pipeline.metrics.claims.claim_cases import CaseFrames
from g60_pipeline.metrics.claims.claim_evidence import Row, ScopeFigures, grouped
from g60_pipeline.metrics.engine.rounds import ANY_ROUND
from g60_pipeline.metrics.figures.total import best_totals, metric_members
from g60_pipeline.metrics.ratios.national_share import places


@dataclass(frozen=True)
class Catalog:
    """What the audit looks up by identifier."""

    bases: dict[str, list[Row]]
    computed_by: dict[str, str | None]
    members: dict[str, list[str]]
    scopes: dict[str, list[str]]


def catalog_of(
    corridor: pl.DataFrame, *, corridor_member: pl.DataFrame, indicator: pl.DataFrame, indicator_basis: pl.DataFrame
) -> Catalog:
    """Return what the audit looks up, from the tables of core of these names."""
    published_as = corridor.filter(pl.col("as_published_code").is_not_null())
    members = metric_members(corridor_member)
    return Catalog(
        bases=_bases(indicator_basis, indicator),
        computed_by=dict(indicator.select("indicator_id", "computed_by").iter_rows()),
        members={str(k[0]): g["geo_code"].sort().to_list() for k, g in members.group_by("corridor_id")},
        scopes={str(k[0]): g["corridor_id"].to_list() for k, g in published_as.group_by("as_published_code")},
    )


def _bases(indicator_basis: pl.DataFrame, indicator: pl.DataFrame) -> dict[str, list[Row]]:
    default = indicator.select("indicator_id", "default_basis")
    ordered = indicator_basis.join(default, on="indicator_id").sort(
        "indicator_id", pl.col("basis") != pl.col("default_basis"), "basis"
    )
    groups: dict[str, list[Row]] = {}
    for row in ordered.iter_rows(named=True):
        groups.setdefault(row["indicator_id"], []).append(row)
    return groups


def held_of(scope: str, *, frames: CaseFrames) -> ScopeFigures:
    """Return the figures of a corridor or place that may test a claim."""
    is_place = pl.col("geo_code") == scope
    here = (pl.col("corridor_id") == scope) | is_place
    alone = frames.figure.filter(is_place & (pl.col("round_group") == ANY_ROUND))
    level = pl.concat(
        [
            best_totals(frames.total.filter(pl.col("corridor_id") == scope)),
            places(alone, wanted=pl.DataFrame({"geo_code": [scope]})).drop("geo_code"),
        ],
        how="diagonal_relaxed",
    )
    missing = level.select("indicator_id", "basis", "period_end", "period_kind", "members_missing")
    keys = ["indicator_id", "basis", "period_end", "period_kind"]

    def with_missing(frame: pl.DataFrame, name: str) -> pl.DataFrame:
        return _as_interval(frame.filter(here), name).join(missing, on=keys, how="left")

    lasting = frames.growth.filter(pl.col("measure") != "cagr_since_2018")
    of_corridor = pl.col("corridor_id") == scope
    return ScopeFigures(
        levels=grouped(level, "indicator_id", "basis"),
        nation=grouped(with_missing(frames.share, "share"), "indicator_id", "basis"),
        delta=grouped(_as_interval(frames.delta.filter(of_corridor), "share"), "indicator_id", "basis"),
        world=grouped(_as_interval(frames.world.filter(of_corridor), "share"), "indicator_id", "basis"),
        growth=grouped(with_missing(lasting, "value"), "indicator_id", "basis", "base_year"),
        ratios=grouped(with_missing(frames.intensity, "value"), "ratio_id"),
    )


def _as_interval(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.drop("low", "high", strict=False).with_columns(value=name, low=f"{name}_low", high=f"{name}_high")
