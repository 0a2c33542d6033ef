"""Which table has its sums written where, and what is said where none is. Rows come from `telling`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from g60_pipeline.report.story import (
    sums_of_gradient,
    sums_of_index,
    sums_of_members,
)
from g60_pipeline.report.story.derive import ANSWERS, PublishedRows, derive
from g60_pipeline.report.story.parents import rest_on
from g60_pipeline.report.story.reasons import reason_zh
from g60_pipeline.report.story.working import Both, Case, Working

_WRITERS: Final[dict[str, Callable[[Case], Working]]] = {
    "concentration": sums_of_members.concentration,
    "convergence": sums_of_members.convergence,
    "gradient": sums_of_gradient.tier,
    "gradient_evidence": sums_of_gradient.evidence,
    "gradient_stability": sums_of_gradient.stability,
    "index_bound": sums_of_index.bound,
    "index_component": sums_of_index.component,
    "index_robustness": sums_of_index.robustness,
    "innovation_index": sums_of_index.index,
}

_ANSWER: Final = ANSWERS | {
    "gradient": "tier",
    "gradient_evidence": "tier",
    "gradient_stability": "tier",
    "growth_decomposition": "contribution",
    "index_component": "normalised",
    "index_bound": "low",
    "index_robustness": "rank",
    "collaboration_by_path": "events_low",
}
"""Column of the answer where it is not `value`."""

_GENERAL: Final[Both] = (
    "The sum is not written out; the figures and rows it is computed from stand below.",
    "算式未逐项写出；计算所用的数值与各行列于下方。",
)

_ENDS: Final[Both] = (
    "Its ends are the least and the most the measure can come to while every figure lies between its own ends; the "
    "search for them is not written out.",
    "其上下限为各数值在自身区间内变动时该指标可达的最小值与最大值，求解过程不写出。",
)
"""Said of a concentration without a value but with ends."""

_UNKNOWN: Final[Both] = ("no figure of it is held", "没有所需数据")

_CODE: Final = re.compile(r"\b\d{6}\b")
_BREAK: Final = re.compile(r"crosses break (?P<id>\S+) of (?P<year>\d+): .+")


def worked(case: Case) -> Working:
    """Return the sums of a row, what they rest on, and why there are none where that is so."""
    rows = PublishedRows(case.warehouse)
    derived = derive(case.row, rows)
    done = derived if derived is not None else _WRITERS[case.metric](case) if case.metric in _WRITERS else Working()
    rest_on(done, case, rows.metrics(case.row["parent_ids"]))
    if done.sums or done.unwritten:
        return done
    if case.row.get(_ANSWER.get(case.metric, "value")) is not None:
        done.unwritten = _GENERAL
        return done
    english, chinese = reason(case) or _missing(case)
    bounded = case.metric == "concentration" and case.row["value_low"] is not None
    ends_en, ends_zh = _ENDS if bounded else ("", "")
    done.unwritten = (
        f"No value, so no sum: {english}. {ends_en}".strip(),
        f"无数值，故无算式：{chinese}。{ends_zh}",
    )
    return done


def reason(case: Case) -> Both | None:
    """Return why a row has no value, in both languages, with names in the place of codes."""
    row = case.row
    english = row.get("reason_en") or row.get("reason")
    if not english:
        return None
    if row.get("reason_zh"):
        return english.rstrip("."), row["reason_zh"].rstrip("。")
    crossed = _BREAK.fullmatch(english)
    if crossed:
        found = case.rows("SELECT reason_zh FROM core.series_break WHERE break_id = $id", id=crossed["id"])
        if found and found[0]["reason_zh"]:
            return english, f"跨越{crossed['year']}年的断点{crossed['id']}：{found[0]['reason_zh'].rstrip('。')}"
    named_en = _CODE.sub(lambda code: case.name(code[0])[0], english)
    return named_en, reason_zh(_CODE.sub(lambda code: case.name(code[0])[1], english))


def _missing(case: Case) -> Both:
    missing = case.row.get("members_missing") or case.row.get("missing") or []
    names = [case.name(code) for code in missing]
    if not names:
        return _UNKNOWN
    english, chinese = ", ".join(name for name, _ in names), "、".join(name for _, name in names)
    return f"no exact figure of {english}", f"{chinese}没有确切数据"
