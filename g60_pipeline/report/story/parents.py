"""The metric rows a row was made of, in words. Figures and totals are shown as figures; which sums: `derive`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from g60_pipeline.metrics.index_steps import treated
from g60_pipeline.report.database import Row
from g60_pipeline.report.story.derive import PublishedRows
from g60_pipeline.report.story.subject import component_name
from g60_pipeline.report.story.working import Both, Case
from g60_pipeline.report.words import interval, number

TIERS: Final[dict[str, Both]] = {"core": ("core", "核心"), "second": ("second", "第二层"), "third": ("third", "第三层")}
"""Tiers in English and Chinese."""

DIMENSIONS: Final[dict[str, Both]] = {
    "input": ("input", "投入"),
    "output": ("output", "产出"),
    "industry": ("industry", "产业"),
}
"""Dimensions of the index in English and Chinese."""

HOLDERS: Final = 3
"""Rows named that hold a bound."""

Told = tuple[Both, str | None]


def told(case: Case) -> list[Told]:
    """Return what a row rests on: a text in both languages, and the identifier of the row it is about."""
    words = _WORDS.get(case.metric)
    return words(case, PublishedRows(case.warehouse).metrics(case.row["parent_ids"])) if words else []


def named(case: Case, of: Both) -> Both:
    """Return what a sum is for in words, where a kernel gives the code of a place, tier, dimension or component."""
    key = of[0]
    known = TIERS | DIMENSIONS
    if not key or key in known:
        return known.get(key, of)
    if key in case.places:
        return case.name(key)
    return component_name(case, key) if "framework_id" in case.row else of


def _of_members(case: Case, ratios: Sequence[Row]) -> list[Told]:
    """Name the ratio of each member, with its year."""
    found: list[Told] = []
    for ratio in ratios:
        (english, chinese), value = case.name(ratio["geo_code"]), number(ratio["value"])
        text = f"{english}, {ratio['year']}: {value}", f"{chinese}，{ratio['year']}年：{value}"
        found.append((text, ratio["metric_id"]))
    return found


def _own_ratio(case: Case, parents: Sequence[Row]) -> list[Told]:
    """Name the ratio of the member itself; of a size there is none."""
    found: list[Told] = []
    for ratio in parents:
        if "ratio_id" in ratio and ratio["geo_code"] == case.row["geo_code"]:
            value = interval(ratio["value"], ratio["value_low"], ratio["value_high"])
            found.append(((f"{ratio['name_en']}: {value}", f"{ratio['name_zh']}：{value}"), ratio["metric_id"]))
    return found


def _votes(case: Case, evidence: Sequence[Row]) -> list[Told]:
    """Name what each indicator says."""
    names = {
        row["id"]: (row["name_en"], row["name_zh"])
        for row in case.rows(
            """SELECT indicator_id AS id, name_en, name_zh FROM core.indicator
               UNION ALL SELECT DISTINCT ratio_id, name_en, name_zh FROM core.ratio"""
        )
    }
    return [(_vote(said, names[said["ratio_id"] or said["indicator_id"]]), said["metric_id"]) for said in evidence]


def _vote(said: Row, name: Both) -> Both:
    ratio = interval(said["ratio"], said["ratio_low"], said["ratio_high"])
    value = interval(said["value"], said["value_low"], said["value_high"])
    middle = _middle(said)
    tiers = [TIERS[tier] for tier in ([said["tier"]] if said["tier"] else said["possible_tiers"])]
    open_en, open_zh = ("", "") if said["tier"] else ("left open: ", "未定：")
    return (
        f"{said['year']}, {name[0]}: {value} against a median of {middle}, ratio {ratio}: "
        f"{open_en}{' or '.join(tier[0] for tier in tiers)}",
        f"{said['year']}年，{name[1]}：{value}，中位数{middle}，比值{ratio}："
        f"{open_zh}{'或'.join(tier[1] for tier in tiers)}",
    )


def _middle(said: Row) -> str:
    low, high = said["median_low"], said["median_high"]
    if low is not None and high is not None and math.isclose(low, high):
        return number(low)
    return interval(None, low, high)


def _holders(case: Case, figures: Sequence[Row]) -> list[Told]:
    """Name the figures that hold the bounds, as they are after treatment."""
    row, found = case.row, list[Told]()
    for end, end_zh in (("low", "下限"), ("high", "上限")):
        holders = [figure for figure in figures if treated(figure["value"], row) == row[end]]
        for held in holders[:HOLDERS]:
            (english, chinese), value = case.name(held["geo_code"]), number(row[end])
            drawn, raw = held["value"] != row[end], number(held["value"])
            text = (
                f"{end}: {english}, {held['year']}: {value}" + (f" (drawn in from {raw})" if drawn else ""),
                f"{end_zh}：{chinese}，{held['year']}年：{value}" + (f"（处理前为{raw}）" if drawn else ""),
            )
            found.append((text, held["metric_id"]))
        rest = len(holders) - HOLDERS
        if rest > 0:
            found.append(((f"{end}: {rest} more", f"{end_zh}：另有{rest}项"), None))
    return found


def _raw(_: Case, parents: Sequence[Row]) -> list[Told]:
    """Name the ratio a component is filled by, or the figure as printed."""
    if not parents:
        return []
    raw = parents[0]
    if "ratio_id" in raw:
        return [((raw["name_en"], raw["name_zh"]), raw["metric_id"])]
    (printed,) = raw["input_ids"]
    return [((f"as printed: {printed}", f"公布值：{printed}"), None)]


def _components(case: Case, parts: Sequence[Row]) -> list[Told]:
    """Name the components of an index with their weights."""
    found: list[Told] = []
    for part in parts if case.row["value"] is not None else ():
        english, chinese = component_name(case, part["component_id"])
        value, weighs = number(part["normalised"]), number(part[f"weight_{case.row['weighting']}"])
        text = f"{english}: {value}, weight {weighs}", f"{chinese}：{value}，权重{weighs}"
        found.append((text, part["metric_id"]))
    return found


def _ranked(case: Case, indices: Sequence[Row]) -> list[Told]:
    """Name the indices of a year in order."""
    found: list[Told] = []
    for held in indices:
        (english, chinese), value = case.name(held["geo_code"]), number(held["value"])
        text = f"{held['rank_low']}. {english}: {value}", f"第{held['rank_low']}位 {chinese}：{value}"
        found.append((text, held["metric_id"]))
    return found


_WORDS: Final[dict[str, Callable[[Case, Sequence[Row]], list[Told]]]] = {
    "convergence": _of_members,
    "gradient": _votes,
    "gradient_evidence": _own_ratio,
    "gradient_stability": _votes,
    "index_bound": _holders,
    "index_component": _raw,
    "index_robustness": _ranked,
    "innovation_index": _components,
}
"""Table -> how the parents of its rows are named."""
