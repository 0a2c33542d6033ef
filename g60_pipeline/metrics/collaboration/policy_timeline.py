"""Policies in order of time, beside the version of the corridor that was in force. What a policy did is not judged.

A date printed as a year or a month may be any day of it. A version is named only where all these days fall into it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.collaboration.contract import Record
from g60_pipeline.metrics.collaboration.named_places import ABOVE, WITHIN, placements
from g60_pipeline.metrics.engine.figure import computed
from g60_pipeline.metrics.engine.formulas import steps
from g60_pipeline.metrics.engine.frames import conform, row_id
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.normalize.catalog_tables import METRICS_VERSION
from g60_pipeline.normalize.expressions import last_day
from g60_pipeline.normalize.reasons import reason_columns

FORMULA: Final = "policy_timeline"
CORRIDOR: Final = "corridor"
"""Level of the places that are a corridor as published."""

_ROW: Final = ("corridor_id", "policy_id")


STANDINGS: Final = ("corridor", "member", "later_member", "above", "below", "outside")
"""How the place of a policy stood to the corridor when it was issued."""


class PolicyTimeline(Record):
    """Policies in order of time, each beside the version of the corridor that was in force; one row per corridor.

    A date known only to the year or month may fall into two versions: then `versions` names both and `version` is
    empty. Policies without a date come last.
    """

    corridor_id = c.text("Corridor whose versions are looked at.", references="core.corridor.corridor_id")
    policy_id = c.text("Policy.", references="core.policy.policy_id")
    earlier = c.count("Policies whose first day is earlier.", nullable=True, role="evidence")
    position = c.whole(
        "Place in time, from 1, by the first day the date may mean; equal days share it.",
        nullable=True,
        minimum=1,
        role="value",
        answer=True,
    )
    geo_code = c.code("Place it was issued for.")
    level = c.text("Level of government.", role="context")
    theme = c.text("Theme.", role="context")
    title_en = c.text("English title.", role="context")
    title_zh = c.text("Chinese title.", role="context")
    issuer = c.text("Issuing body.", nullable=True, role="context")
    issued_as_printed = c.text("Date of issue as far as known.", nullable=True, role="context")
    issued_from = c.day("First day that date may mean.", nullable=True)
    issued_until = c.day("Last day that date may mean.", nullable=True)
    version = c.text(
        "Version of the corridor in force; empty where none was, or the date leaves it open.",
        nullable=True,
        role="context",
    )
    versions = c.words("Versions that may have been in force on that date.")
    members_in_force = c.count("Members of that version.", nullable=True, minimum=1)
    standing = c.one_of(
        STANDINGS,
        "How its place stood to the corridor then: the corridor itself, a member, one that joined later, a larger place"
        " that holds a member, a place inside one, or outside.",
        nullable=True,
        role="value",
    )
    reason_code, reason_args = c.reasons(
        ("no_issue_date", "no_dated_versions", "no_version_then", "several_versions", "partly_in_version"),
        "Why no version is named.",
    )

    @classmethod
    def answered(cls) -> pl.Expr:
        """Return whether a row names a version."""
        return pl.col("version").is_not_null()


@metric(PolicyTimeline)
def policy_timeline(policy: pl.DataFrame, *, corridor_member: pl.DataFrame, geography: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.policy_timeline`, one row per policy and corridor."""
    members = metric_members(corridor_member)
    dated = policy.with_columns(issued_from="issued", issued_until=last_day("issued_as_printed"))
    corridors = members.select("corridor_id").unique()
    earlier = (pl.col("issued_from").rank("min") - 1).over("corridor_id").cast(pl.Int32)
    rows = computed(corridors.join(dated, how="cross").with_columns(earlier=earlier), steps(FORMULA))
    versions = _versions(corridor_member)
    possible = _possible(rows, versions)
    known = versions.select("corridor_id", dated_versions=pl.lit(value=True)).unique()
    joined = (
        rows.join(possible, on=_ROW, how="left")
        .join(known, on="corridor_id", how="left")
        .join(placements(geography, members=members), on=["corridor_id", "geo_code"], how="left")
        .join(geography.select("geo_code", place_level="level"), on="geo_code", how="left")
    )
    none = pl.lit([], dtype=pl.List(pl.String))
    printed = joined.with_columns(
        pl.col("versions").fill_null(none),
        parent_ids=none,
        version=pl.when("settled").then(pl.col("versions").list.first()),
        members_in_force=pl.when("settled").then("size"),
        standing=_standing(),
    )
    return conform(
        printed.with_columns(
            year=pl.col("issued_from").dt.year(),
            document_ids=pl.concat_list("document_id"),
            flags=none,
            formula_id=pl.lit(FORMULA),
            metric_id=row_id("policy_timeline", "corridor_id", "policy_id"),
            **_reason(),
        ),
        PolicyTimeline,
    )


def _versions(corridor_member: pl.DataFrame) -> pl.DataFrame:
    """Return the dated versions of each corridor with the codes of their members."""
    return (
        corridor_member.filter(pl.col("version") != METRICS_VERSION)
        .group_by("corridor_id", "version", "valid_from", "valid_to")
        .agg(codes=pl.col("geo_code").sort())
        .sort("corridor_id", "valid_from", "version")
    )


def _possible(rows: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """Return for every dated row the versions its date may fall into, and whether one version holds all of its days."""
    meets = (pl.col("valid_from") <= pl.col("issued_until")).fill_null(value=True) & (
        pl.col("valid_to") >= pl.col("issued_from")
    ).fill_null(value=True)
    holds = (pl.col("valid_from") <= pl.col("issued_from")).fill_null(value=True) & (
        pl.col("valid_to") >= pl.col("issued_until")
    ).fill_null(value=True)
    return (
        rows.filter(pl.col("issued_from").is_not_null())
        .join(versions, on="corridor_id")
        .filter(meets)
        .sort("valid_from", "version")
        .group_by(_ROW, maintain_order=True)
        .agg(
            versions=pl.col("version"),
            settled=(pl.len() == 1) & holds.all(),
            size=pl.col("codes").list.len().first(),
            member_in_all=pl.col("codes").list.contains(pl.col("geo_code")).all(),
            member_in_any=pl.col("codes").list.contains(pl.col("geo_code")).any(),
        )
    )


def _standing() -> pl.Expr:
    """Return how the place of a policy stood to the corridor; null where its date leaves that open."""
    member = (pl.col("role") == WITHIN) & (pl.col("node") == pl.col("geo_code"))
    return (
        pl.when(pl.col("place_level") == CORRIDOR)
        .then(pl.lit("corridor"))
        .when(pl.col("role") == ABOVE)
        .then(pl.lit("above"))
        .when(member & pl.col("member_in_all"))
        .then(pl.lit("member"))
        .when(member & ~pl.col("member_in_any"))
        .then(pl.lit("later_member"))
        .when(member)
        .then(None)
        .when(pl.col("role") == WITHIN)
        .then(pl.lit("below"))
        .otherwise(pl.lit("outside"))
    )


def _reason() -> dict[str, pl.Expr]:
    open_version, versions = pl.col("version").is_null(), pl.col("versions")
    listed = versions.list.join(" ")
    return reason_columns(
        (pl.col("issued_from").is_null() & open_version, "no_issue_date", []),
        (pl.col("dated_versions").is_null() & open_version, "no_dated_versions", []),
        ((versions.list.len() == 0) & open_version, "no_version_then", []),
        ((versions.list.len() > 1) & open_version, "several_versions", [listed]),
        (open_version, "partly_in_version", [listed]),
    )
