"""The words of every formula hold the constants of the code it names: a constant changed alone fails here.

Numbers of the code that no formula names stand below with the reason; a new one has to be put on either side.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from g60_pipeline import metrics
from g60_pipeline.catalog import load_catalog
from g60_pipeline.normalize import printed

FORMULAS: Final = {formula.formula_id: formula for formula in load_catalog().formulas}
ENGLISH: Final = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
CHINESE: Final = [*"零一两三四五六七八九十", "十一"]

Texts = dict[str, list[str]]


def word(number: float) -> str:
    return ENGLISH[int(number)] if number == int(number) and number < len(ENGLISH) else f"{number:g}"


def hundredths(number: float) -> str:
    count = round(100 * number, 9)
    return "one hundredth" if count == 1 else f"{count:g} hundredths"


NAMED: Final[dict[str, Callable[[float], dict[str, Texts]]]] = {
    "gradient_evidence.CORE_RATIO": lambda n: {
        "gradient_tier": {
            "words_en": [f"{n:g} times or more says core", f"1/{n:g} or less says third"],
            "words_zh": [f"不低于{n:g}倍为核心", f"不高于1/{n:g}为第三层"],
            "latex": [rf"q\ge {n:g}", rf"q\le\tfrac{{1}}{{{n:g}}}"],
        }
    },
    "claim_evidence.OLDEST": lambda n: {
        "claim_audit": {
            "words_en": [f"at most {n:g} reference years before it"],
            "words_zh": [f"其前至多{n:g}年内"],
        }
    },
    "gradient_evidence.LEAST_MEMBERS": lambda n: {
        "gradient_tier": {
            "words_en": [f"at least {word(n)} members"],
            "words_zh": [f"至少有{CHINESE[int(n)]}个成员"],
        }
    },
    "gradient.LEAST_INDICATORS": lambda n: {
        "gradient_tier": {
            "words_en": [f"{word(n)} indicators are needed", f"in which {word(n)} indicators say a tier"],
            "words_zh": [f"至少需{CHINESE[int(n)]}项指标", f"有{CHINESE[int(n)]}项指标可定层级"],
        }
    },
    "location_quotient.MINIMUM_COUNT": lambda n: {
        "location_quotient": {"words_en": [f"Counts below {n:g} are marked"], "words_zh": [f"计数小于{n:g}者"]}
    },
    "collaboration_network.LEAST_EVENTS": lambda n: {
        "network_density": {
            "words_en": [f"where {word(n)} events or more join members"],
            "words_zh": [f"事件至少{CHINESE[int(n)]}项"],
        },
        "network_eigenvector": {
            "words_en": [f"fewer than {word(n)} events join members"],
            "words_zh": [f"事件不足{CHINESE[int(n)]}项"],
        },
    },
    "convergence.LEAST_CITIES": lambda n: {
        "convergence_beta": {"words_en": [f"{word(n)} cities"], "words_zh": [f"至少{n:g}个城市"]}
    },
    "convergence.LEAST_YEARS": lambda n: {
        "convergence_beta": {"words_en": [f"{word(n)} years or more between the ends"], "words_zh": [f"间隔{n:g}年"]}
    },
    "growth.BASE_YEAR": lambda n: {
        "growth_since_2018": {
            "words_en": [f"between {n:g}, the year"],
            "words_zh": [f"与{n:g}年"],
            "latex": [f"v_{{{n:g}}}"],
        },
        "growth_cagr": {"words_en": [f"from {n:g} to the year"], "words_zh": [f"由{n:g}年"]},
    },
    "verdicts.UNINFORMATIVE_WIDTH": lambda n: {
        "claim_audit": {"words_en": [f"wider than {n:g} to 1"], "words_zh": [f"宽于{n:g}比1"]}
    },
    "index_steps.SKEWNESS": lambda n: {
        "index_bound": {"words_en": [f"skewness is beyond {n:g} and"], "words_zh": [f"偏度绝对值大于{n:g}且"]}
    },
    "index_steps.KURTOSIS": lambda n: {
        "index_bound": {"words_en": [f"excess kurtosis beyond {n:g},"], "words_zh": [f"超额峰度大于{n:g}时"]}
    },
    "index_steps.MOST_POINTS": lambda n: {
        "index_bound": {"words_en": [f"up to {word(n)} outliers"], "words_zh": [f"最多将{n:g}个离群值"]}
    },
    "index_steps.LOG_OFFSET": lambda n: {
        "index_bound": {
            "words_en": [f"{hundredths(n)} of the range"],
            "words_zh": [f"极差百分之{'零一二三四五六七八九十'[round(100 * n)]}"],
            "latex": [rf"{n:g}\,(\max x-\min x)"],
        }
    },
    "index_steps.FLOOR": lambda n: {
        "innovation_index": {
            "words_en": [f"onto {n:g} to 1"],
            "words_zh": [f"移至{n:g}至1"],
            "latex": [rf"({n:g}+{1 - n:g}\,n_i)"],
        }
    },
    "index_robustness.NOISE": lambda n: {
        "index_robustness": {"words_en": [f"by up to {100 * n:g} %"], "words_zh": [f"浮动至多{100 * n:g}%"]}
    },
    "index_robustness.DRAWS": lambda n: {
        "index_robustness": {
            "words_en": [f"over {n:,} seeded draws"],
            "words_zh": [f"{n:g}次设定种子"],
            "latex": [rf"d=1,\dots,{n:g}"],
        }
    },
}
"""Constant -> what the formulas that name it have to say, given its value."""

UNNAMED: Final = {
    "collaboration_paths.LAST_YEAR": "puts events without a year after the others",
    "convergence_kernel.ALIKE": "rounding of the machine",
    "growth_decomposition.ROUNDING": "rounding of the machine",
    "index_robustness.SEED": "stands in every row",
    "index_steps.NO_SPREAD": "rounding of the machine",
    "inequality_measures.MOST_OPEN": "whether the ends of an interval are looked for at all",
    "inequality_measures.POINTS": "how long the search for an end of an interval goes on",
    "inequality_measures.ROUNDS": "how long the search for an end of an interval goes on",
    "member_figures.LEAST_REPORTING": "whether a series has rows at all",
    "named_places.SMALLEST": "in a corridor of two every joint event is one of the pair",
    "network_measures.FINEST": "rounding of the machine",
    "network_measures.TIE": "rounding of the machine",
    "plausibility.DISAGREEMENT": "a check, no metric",
    "plausibility.ROUNDING": "a check, no metric",
    "plausibility.SMALL_COUNT": "a check, no metric",
    "verdicts.TOLERANCE": "rounding of the machine",
}
"""Numbers no formula names, and why not."""


def value_of(constant: str) -> float:
    module, _, name = constant.partition(".")
    found: float = getattr(import_module(f"g60_pipeline.metrics.{module}"), name)
    return found


def lacking(constant: str, value: float) -> list[str]:
    """Return what the formulas do not say of a constant with this value."""
    return [
        f"{formula_id}.{field}: {text}"
        for formula_id, fields in NAMED[constant](value).items()
        for field, texts in fields.items()
        for text in texts
        if text not in getattr(FORMULAS[formula_id], field)
    ]


def constants() -> set[str]:
    """Return the numbers that modules of the metrics define by name."""
    found = set()
    for path in Path(metrics.__path__[0]).glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id.isupper():
                value = getattr(import_module(f"g60_pipeline.metrics.{path.stem}"), node.target.id)
                if isinstance(value, (int, float)) and isinstance(node.value, (ast.Constant, ast.BinOp)):
                    found.add(f"{path.stem}.{node.target.id}")
    return found


@pytest.mark.parametrize("constant", NAMED)
def test_the_words_and_the_latex_hold_the_constant(constant: str) -> None:
    assert lacking(constant, value_of(constant)) == []


@pytest.mark.parametrize("constant", NAMED)
def test_a_constant_that_changes_alone_is_found_in_every_text_that_names_it(constant: str) -> None:
    value = value_of(constant)
    other = value + 1 if value >= 1 else value + 0.02
    named = [text for fields in NAMED[constant](value).values() for texts in fields.values() for text in texts]
    assert len(lacking(constant, other)) == len(named) >= 2


def test_every_number_of_the_metrics_stands_in_a_formula_or_has_a_reason_not_to() -> None:
    assert constants() == NAMED.keys() | UNNAMED.keys()


def test_what_is_written_out_in_the_code_stands_in_the_formulas_too() -> None:
    """Numbers that are no constants of a module: percentiles, the largest shares, and the reading of printed forms."""
    from g60_pipeline.metrics.concentration import PLAIN

    robust, ratio, audit = (FORMULAS[name] for name in ("index_robustness", "concentration_ratio", "claim_audit"))
    assert r"q_{0.05},\ q_{0.5},\ q_{0.95}" in robust.latex
    assert {name for name in PLAIN if name.startswith("cr")} == {"cr1", "cr4"}
    assert "largest share, or of the four largest" in ratio.words_en
    assert "最大一个或前四个成员" in ratio.words_zh
    assert f"for n of {printed.ROUND_N} and more that ends in 0" in audit.words_en
    assert f"n不小于{printed.ROUND_N}且末位为0" in audit.words_zh
