"""The constants of formulas: each is in `formulas.yaml` alone, code or steps use it, words in both languages name it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest
from pydantic import ValidationError

from g60_pipeline import metrics
from g60_pipeline.catalog import Formula, load_catalog
from g60_pipeline.catalog.load import read_yaml
from g60_pipeline.metrics.concentration.concentration import PLAIN
from g60_pipeline.metrics.engine.expression import Step, constants
from g60_pipeline.metrics.engine.figure import computed
from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.interval import ROW, Interval
from g60_pipeline.normalize import printed

FORMULAS: Final = {formula.formula_id: formula for formula in load_catalog().formulas}
TEMPLATES: Final = {entry["formula_id"]: entry for entry in read_yaml(files("g60_pipeline.catalog") / "formulas.yaml")}
SOURCES: Final = list(Path(metrics.__path__[0]).rglob("*.py"))

NO_PARAMETERS: Final = {
    "bound.DIGITS": "digits an end is rounded outward to",
    "bound._NOISE": "rounding of the machine",
    "collaboration_by_path.LAST_YEAR": "puts events without a year after the others",
    "convergence_kernel.ALIKE": "rounding of the machine",
    "growth_decomposition.ROUNDING": "rounding of the machine",
    "index_steps.NO_SPREAD": "rounding of the machine",
    "inequality_measures.MOST_OPEN": "whether the ends of an interval are looked for at all",
    "inequality_measures.POINTS": "how long the search for an end of an interval goes on",
    "inequality_measures.ROUNDS": "how long the search for an end of an interval goes on",
    "member_figures.LEAST_REPORTING": "whether a series has rows at all",
    "named_places.SMALLEST": "in a corridor of two every joint event is one of the pair",
    "network_measures.FINEST": "rounding of the machine",
    "network_measures.TIE": "rounding of the machine",
    "plausibility.ROUNDING": "a check, no metric",
    "plausibility.SMALL_COUNT": "a check, no metric",
    "identities.FIRST": "a rank, not a limit",
    "propagation._APART": "rounding of the machine",
    "propagation._STEP": "rounding of the machine",
    "propagation._VISITS": "how often a constraint is looked at again",
    "simplex.FEASIBLE": "rounding of the machine",
    "simplex.SAME": "rounding of the machine",
    "simplex.ZERO": "rounding of the machine",
    "solver._ROUNDS": "how long the search for an end of a quotient goes on",
    "traced._ATOM": "how an operation is written",
    "traced._NEGATIVE": "how an operation is written",
    "traced.LISTED": "how an operation is written",
    "verdicts.TOLERANCE": "rounding of the machine",
    "world.MOST_CONFLICTS": "how long contradictions are looked for",
    "world.MOST_SUSPECTS": "how long contradictions are looked for",
}
"""Numbers of modules that are no parameter of a formula, and why not."""


def numbers() -> Iterator[str]:
    """Yield the numbers that modules of the metrics define by name."""
    for path in SOURCES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.AnnAssign | ast.Assign) and node.value is not None and is_number(node.value):
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                yield f"{path.stem}.{ast.unparse(target)}"


def is_number(node: ast.expr) -> bool:
    leaves = [leaf for leaf in ast.walk(node) if not isinstance(leaf, ast.operator | ast.unaryop)]
    return all(
        isinstance(leaf, ast.BinOp | ast.UnaryOp)
        or (isinstance(leaf, ast.Constant) and type(leaf.value) in {int, float})
        for leaf in leaves
    )


@cache
def taken() -> set[str]:
    """Return the names that code of the metrics takes out of something: `parameters(…)["name"]`."""
    return {
        node.slice.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    }


def test_a_number_of_a_module_is_no_parameter_for_a_reason() -> None:
    assert sorted(numbers()) == sorted(NO_PARAMETERS)


@pytest.mark.parametrize("name", [name for name, formula in FORMULAS.items() if formula.parameters])
def test_a_parameter_is_used_and_named_in_both_languages(name: str) -> None:
    formula, template = FORMULAS[name], TEMPLATES[name]
    in_steps = {word for step in formula.steps for word in Step.read(step.text).names}
    assert formula.parameters.keys() <= taken() | in_steps
    for parameter, number in formula.parameters.items():
        assert type(parameters(name)[parameter]) is type(number)
        for field in ("words_en", "words_zh"):
            assert f"{{{parameter}}}" in template[field].replace(":,", ""), (parameter, field)
            assert str(number) in getattr(formula, field).replace(",", ""), (parameter, field)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_text_is_read_with_every_placeholder_filled(name: str) -> None:
    formula = FORMULAS[name]
    assert not set("{}<>") & {*formula.words_en, *formula.words_zh}
    assert "<" not in formula.latex


ENTRY: Final[dict[str, Any]] = {
    **{"formula_id": "many", "version": 1, "metric": "figure", "name_en": "Many", "name_zh": "多", "source": "Own"},
    **{"words_en": "At least {least:,}", "words_zh": "至少{least}", "latex": r"\frac{n}{<least>}"},
    **{"parameters": {"least": 2000}, "steps": {"value": "figure / least"}},
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"words_en": "At least {most}"}, "words_en does not name the parameter least: write {least}"),
        ({"words_zh": "至少2000"}, "words_zh does not name the parameter least"),
        ({"words_en": "{least} or {most}"}, "words_en names 'most', which is no parameter of the formula"),
        ({"latex": "<most>"}, "latex names 'most', which is no parameter of the formula"),
        ({"parameters": {"least": "2000"}}, "parameters.least"),
        ({"parameters": {"least": True}}, "parameters.least"),
        ({"parameters": ["least"]}, "parameters"),
        ({"steps": {}}, "it names nothing that computes it"),
    ],
)
def test_a_text_that_does_not_go_with_the_parameters_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Formula.model_validate(ENTRY | change)
    assert told in str(caught.value)


def test_a_parameter_is_put_into_texts_and_steps() -> None:
    formula = Formula.model_validate(ENTRY)
    assert (formula.words_en, formula.words_zh) == ("At least 2,000", "至少2000")
    assert formula.latex == r"\frac{n}{2000}"
    step = Step.read(formula.steps[0].text, formula.parameters)
    assert step.names == ("figure",)
    assert computed(pl.DataFrame({"figure": [500.0]}), (step,))["value"].to_list() == [0.25]
    assert step.of({"figure": Interval.exactly(1000.0)}, ROW).value == 0.5


def test_the_published_parameters_are_those_of_the_catalog(graph: dict[str, pl.DataFrame]) -> None:
    for row in graph["core.formula"].iter_rows(named=True):
        found = constants(row["parameters"])
        assert found == FORMULAS[row["formula_id"]].parameters
        assert [type(number) for number in found.values()] == [type(n) for n in parameters(row["formula_id"]).values()]


NAMED: Final[dict[str, Callable[[Formula], bool]]] = {
    "index_robustness": lambda formula: r"q_{0.05},\ q_{0.5},\ q_{0.95}" in formula.latex,
    "concentration_ratio": lambda formula: (
        {name for name in PLAIN if name.startswith("cr")} == {"cr1", "cr4"}
        and "largest share, or of the four largest" in formula.words_en
        and "最大一个或前四个成员" in formula.words_zh
    ),
    "claim_audit": lambda formula: (
        f"for n of {printed.ROUND_N} and more that ends in 0" in formula.words_en
        and f"n不小于{printed.ROUND_N}且末位为0" in formula.words_zh
    ),
}
"""Numbers that are part of a name, as `rank_p5` and `cr4`, or of the rules of printed numbers."""


@pytest.mark.parametrize("name", NAMED)
def test_a_number_outside_the_parameters_is_in_the_words(name: str) -> None:
    assert NAMED[name](FORMULAS[name])
