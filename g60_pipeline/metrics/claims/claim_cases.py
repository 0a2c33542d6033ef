"""What each claim may be tested on: the figures known when it was made, and those known now.

A figure printed in the claim's own document verifies nothing and is left out, as is one that this document confirms,
unless its own document is the publisher's. No figure may refer to a time after the claim; of a constant without an
older figure the earliest serves. Known when the claim was made are figures published by then; those of documents
without a date where their period and the usual month of release were over; of what is public at once (released in the
December of its own year, as listings are) those whose period was over, whenever the list was made that counts them.

Every claim sees its own selection. They are computed together: each is a copy of the claimed indicators under an
identifier of its own, `gdp@D0052:2024-10-25:then`. To the metrics it is an indicator like any other. Claims that see
the same figures of an indicator share one copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.engine.frames import SERIES, union
from g60_pipeline.metrics.figures.figure import figures
from g60_pipeline.metrics.figures.total import PRINTED, best_totals, metric_members, tightened, totals_by_round
from g60_pipeline.metrics.growth.growth import growth
from g60_pipeline.metrics.ratios.intensity import intensity
from g60_pipeline.metrics.ratios.national_share import FORMULA as SHARE
from g60_pipeline.metrics.ratios.national_share import national_share, shares_of

Row = dict[str, Any]

THEN: Final = "then"
NOW: Final = "now"
DELTA: Final = "YRD"
WORLD: Final = "WLD"
YEAR_END: Final = (12, 31)
"""Month and day. Of a series by the month, only year-ends and the claim's last year are looked at."""

SLICE: Final = ("indicator_id", "period_kind", "period_end")
"""What figures are computed together of: a copy and a period."""

USUAL_RELEASE: Final = (12, 1)
"""Month, and years after the reference year, by which an indicator without a release calendar is taken to be out."""


@dataclass(frozen=True)
class CaseFrames:
    """Figures, totals and metrics of every selection, under the selections' own identifiers."""

    copies: Mapping[str, str]
    """By an indicator in a claim's own selection, the copy with the same figures."""
    figure: pl.DataFrame
    total: pl.DataFrame
    delta_total: pl.DataFrame
    share: pl.DataFrame
    delta: pl.DataFrame
    """Shares of the Delta."""
    world: pl.DataFrame
    """Shares of the world."""
    growth: pl.DataFrame
    intensity: pl.DataFrame


def case_of(claim: Row, when: str) -> str:
    """Return what the identifiers of a claim's own selection end in."""
    return f"@{claim['document_id']}:{claim['tested_until']}:{when}"


def case_frames(claim: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> CaseFrames:
    """Return what all claims are tested on.

    Args:
        claim: `core.claim`.
        tables: `observation_candidate`, `document`, `indicator`, `indicator_basis`, `geography`, `corridor_member`,
            `ratio` and `series_break` of core, and `bound`.
    """
    cases = _cases(claim, document=tables["document"], indicator=tables["indicator"], ratio=tables["ratio"])
    of_case = cases.select("indicator_id", "case").unique()
    selected = _selected(tables["observation_candidate"], cases, claim=claim, tables=tables)
    admitted = _admitted(tables["bound"], cases, tables=tables)
    copies = _copies(selected, admitted)
    kept = pl.col("indicator_id").is_in(list(set(copies.values())))
    candidate = selected.filter(kept)
    bases = _copied(tables["indicator_basis"], of_case, "indicator_id").filter(kept)
    breaks = _copied(tables["series_break"], of_case, "indicator_id").filter(kept)
    grows = claim.filter(measure="growth").select("indicator_id", claim_document="document_id")
    growing = _copied(
        tables["indicator_basis"],
        cases.join(grows, on=["indicator_id", "claim_document"], how="semi").select("indicator_id", "case").unique(),
        "indicator_id",
    )
    growing = growing.with_columns(pl.col("indicator_id").replace(copies)).unique(maintain_order=True)
    named = cases.filter(pl.col("ratio_id").is_not_null()).select("ratio_id", "case").unique()
    sides = ("indicator_id", "denominator_indicator_id")
    ratio = _copied(tables["ratio"], named, "ratio_id", *sides).with_columns(pl.col(*sides).replace(copies))
    places, corridor_member = tables["geography"], tables["corridor_member"]
    slices = _slices(candidate, indicator_basis=bases)
    first = candidate.join(slices.filter(pl.col("indicator_id") == pl.col("first")), on=SLICE, how="semi")
    once = figures(first, indicator_basis=bases, geography=places)
    members = metric_members(corridor_member)
    totals = totals_by_round(once, members=members, indicator_basis=bases, geography=places)
    deltas = _delta_totals(once, indicator_basis=bases, geography=places)
    figure, total, delta = (_in_every_copy(frame, slices) for frame in (once, totals, deltas))
    total = tightened(total, admitted.filter(kept))
    return CaseFrames(
        copies=copies,
        figure=figure,
        total=total,
        delta_total=delta,
        share=national_share(total, figure, indicator_basis=bases, geography=places),
        delta=_delta_shares(total, delta, indicator_basis=bases),
        world=_world_shares(total, figure, indicator_basis=bases),
        growth=growth(
            total,
            figure,
            corridor_member=corridor_member,
            indicator_basis=growing,
            geography=places,
            series_break=breaks,
        ),
        intensity=intensity(
            total,
            figure,
            ratio=ratio,
            indicator_basis=bases,
            corridor_member=corridor_member,
            series_break=breaks,
        ),
    )


def _copies(selected: pl.DataFrame, admitted: pl.DataFrame) -> dict[str, str]:
    """Return, by the identifier of an indicator in each selection, the first one with the same figures and bounds."""
    figures_in = selected.select("indicator_id", seen=pl.format("{} {}", "observation_id", "period_end"))
    bounds_in = admitted.select("indicator_id", seen="metric_id")
    seen = pl.col("seen").sort().str.join(",")
    content = pl.concat([figures_in, bounds_in]).group_by("indicator_id").agg(of=_base().first(), seen=seen)
    same = content.with_columns(copy=pl.col("indicator_id").min().over("of", "seen"))
    return dict(same.select("indicator_id", "copy").iter_rows())


def _slices(candidate: pl.DataFrame, *, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    """Return the copies of an indicator by period, `indicator_id` and the period, with the first one of same content.

    What is computed of the figures of one period is the same in all of them. The figures of an indicator with a
    constant basis serve every period: each of its copies is a `first` of its own.
    """
    lasting = indicator_basis.filter(kind="constant").select("indicator_id").unique()
    content = candidate.group_by(SLICE).agg(seen=pl.col("observation_id").sort().str.join(","))
    same = pl.struct(_base(), *SLICE[1:], "seen")
    shared = content.join(lasting, on="indicator_id", how="anti").select(
        *SLICE, first=pl.col("indicator_id").min().over(same)
    )
    alone = content.join(lasting, on="indicator_id", how="semi").select(*SLICE, first="indicator_id")
    return pl.concat([shared, alone])


def _base() -> pl.Expr:
    """Return the indicator of a copy."""
    return pl.col("indicator_id").str.split("@").list.first()


def _in_every_copy(frame: pl.DataFrame, slices: pl.DataFrame) -> pl.DataFrame:
    """Return figures or totals of the first copy of each slice for all copies; parents stay those of the first."""
    others = slices.filter(pl.col("indicator_id") != pl.col("first")).select(
        *SLICE[1:], indicator_id="first", copy="indicator_id"
    )
    repeated = frame.join(others, on=SLICE).with_columns(
        indicator_id="copy",
        metric_id=pl.col("metric_id").str.split(pl.col("indicator_id")).list.join(pl.col("copy")),
    )
    return pl.concat([frame, repeated.select(frame.columns)]).sort("metric_id")


def _delta_totals(figure: pl.DataFrame, *, indicator_basis: pl.DataFrame, geography: pl.DataFrame) -> pl.DataFrame:
    """Return the totals of the Delta: the sums of the provinces that belong to it."""
    provinces = geography.filter(pl.col("parent_code") == DELTA)
    members = provinces.select("geo_code", corridor_id=pl.lit(DELTA))
    return totals_by_round(figure, members=members, indicator_basis=indicator_basis, geography=geography)


def _delta_shares(total: pl.DataFrame, delta: pl.DataFrame, *, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    pairs = indicator_basis.filter("additive").select("indicator_id", "basis", reference_basis="basis")
    share = shares_of(total, delta.drop("corridor_id"), pairs=pairs).with_columns(formula_id=pl.lit(SHARE))
    absent = best_totals(delta).select(*SERIES, absent="members_missing")
    return share.join(absent, on=SERIES, how="left").with_columns(members_missing=union("members_missing", "absent"))


def _world_shares(total: pl.DataFrame, figure: pl.DataFrame, *, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    pairs = indicator_basis.filter(pl.col("additive") & pl.col("world_basis").is_not_null()).select(
        "indicator_id", "basis", reference_basis="world_basis"
    )
    world = figure.filter(pl.col("geo_code") == WORLD)
    return shares_of(total, world, pairs=pairs).with_columns(formula_id=pl.lit(SHARE))


def made_on() -> pl.Expr:
    """Return the day a claim was made: when its document appeared, else the last day its date may mean."""
    return pl.coalesce("published", "as_of")


def _cases(
    claim: pl.DataFrame, *, document: pl.DataFrame, indicator: pl.DataFrame, ratio: pl.DataFrame
) -> pl.DataFrame:
    """Return `case`, `indicator_id`, `ratio_id`, `claim_document`, `made`, `tested_until`, `when` of each one."""
    computed = indicator.select("indicator_id", ratio_id="computed_by")
    made = claim.join(document.select("document_id", "published"), on="document_id").select(
        "indicator_id", "tested_until", claim_document="document_id", made=made_on()
    )
    whens = pl.DataFrame({"when": [THEN, NOW]})
    asked = made.unique().join(computed, on="indicator_id").join(whens, how="cross")
    asked = asked.with_columns(
        case=pl.format("@{}:{}:{}", "claim_document", pl.col("tested_until").cast(pl.String).fill_null("None"), "when")
    )
    parts = (
        ratio.select("ratio_id", part=pl.concat_list("indicator_id", "denominator_indicator_id"))
        .explode("part")
        .unique()
    )
    of_ratios = asked.join(parts, on="ratio_id").with_columns(indicator_id="part").select(asked.columns)
    return pl.concat([asked.with_columns(ratio_id=pl.lit(None, dtype=pl.String)), of_ratios]).unique()


def _selected(
    candidate: pl.DataFrame, cases: pl.DataFrame, *, claim: pl.DataFrame, tables: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    places, members = tables["geography"], tables["corridor_member"]["geo_code"]
    member = places.filter(pl.col("geo_code").is_in([*members, *claim["geo_code"]]))
    wide = pl.col("level").is_in(["world", "country", "delta"]) | (pl.col("parent_code") == DELTA)
    used = [*member["geo_code"], *member["parent_code"].drop_nulls(), *places.filter(wide)["geo_code"]]
    sought = cases.select("indicator_id", "case", "claim_document", "made", "tested_until", "when").unique()
    joined = candidate.filter(pl.col("geo_code").is_in(sorted(set(used)))).join(sought, on="indicator_id")
    constants = tables["indicator_basis"].filter(pl.col("kind") == "constant").select("indicator_id", "basis")
    earliest = pl.col("period_end") == pl.col("period_end").min().over("case", "geo_code", "indicator_id", "basis")
    in_time = (pl.col("period_end") <= pl.col("tested_until")).fill_null(value=True) | (
        pl.col("timeless").fill_null(value=False) & earliest
    )
    year_end = (pl.col("period_end").dt.month() == YEAR_END[0]) & (pl.col("period_end").dt.day() == YEAR_END[1])
    recent = pl.col("period_end") > pl.col("tested_until").dt.offset_by("-1y")
    kept = joined.join(_calendar(tables["indicator"]), on="indicator_id", how="left").join(
        constants.with_columns(timeless=pl.lit(value=True)), on=["indicator_id", "basis"], how="left"
    )
    kept = kept.filter(
        _may_be_seen() & in_time & (year_end | recent.fill_null(value=True) | pl.col("flags").list.contains("census"))
    )
    kept = kept.with_columns(period_end=pl.min_horizontal("period_end", "tested_until"))
    return kept.with_columns(indicator_id=pl.col("indicator_id") + pl.col("case")).select(candidate.columns)


def _calendar(indicator: pl.DataFrame) -> pl.DataFrame:
    """Return in which month a figure of an indicator is out, and how many years after its own, as `month` and `lag`."""
    names = {"release_month": "month", "release_lag_years": "lag"}
    return indicator.select(
        "indicator_id",
        **{names[c]: pl.col(c).fill_null(usual) for c, usual in zip(names, USUAL_RELEASE, strict=True)},
    )


def _may_be_seen() -> pl.Expr:
    """Return whether a candidate beside a case is not of the claim's own document and, then, was known by that time."""
    own = (pl.col("document_id") == pl.col("claim_document")) | (
        (pl.col("confirmed_by") == pl.col("claim_document")) & (pl.col("grade") != "A")
    ).fill_null(value=False)
    at_once = (pl.col("month") == YEAR_END[0]) & (pl.col("lag") == 0)
    released = pl.date(pl.col("year") + pl.col("lag"), pl.col("month"), 1).dt.month_end()
    out = pl.when(at_once).then("period_end").otherwise(pl.coalesce("known_from", released))
    return ~own & ((pl.col("when") == NOW) | (out <= pl.col("made")).fill_null(value=False))


def _admitted(bound: pl.DataFrame, cases: pl.DataFrame, *, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the bounds each case may use: those that rest on nothing the claim could not have been tested on."""
    sought = cases.select("indicator_id", "case", "claim_document", "made", "tested_until", "when").unique()
    candidate = tables["observation_candidate"].select(
        "document_id", "confirmed_by", "grade", "known_from", "year", "period_end", "indicator_id",
        input_ids="observation_id",
    )  # fmt: skip
    rested = (
        bound.filter((pl.col("tier") == PRINTED) & pl.col("corridor_id").is_not_null())
        .select("metric_id", "input_ids", of="indicator_id")
        .explode("input_ids")
        .join(candidate.join(_calendar(tables["indicator"]), on="indicator_id"), on="input_ids")
        .join(sought.rename({"indicator_id": "of"}), on="of")
    )
    in_time = (pl.col("period_end") <= pl.col("tested_until")).fill_null(value=True)
    allowed = rested.group_by("metric_id", "case").agg(allowed=(_may_be_seen() & in_time).all()).filter("allowed")
    found = bound.join(allowed.select("metric_id", "case"), on="metric_id")
    return found.with_columns(indicator_id=pl.col("indicator_id") + pl.col("case")).select(bound.columns)


def _copied(table: pl.DataFrame, cases: pl.DataFrame, key: str, *also: str) -> pl.DataFrame:
    """Return a table once per case that has its key, with the case added to the identifiers."""
    copies = table.join(cases, on=key)
    return copies.with_columns(pl.col(c) + pl.col("case") for c in (key, *also)).select(table.columns)
