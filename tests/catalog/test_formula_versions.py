"""A version of a formula is what it executes: parameters, operands, steps and code, not prose and layout."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import g60_pipeline
from g60_pipeline.catalog import Catalog, formula_code, load_catalog
from g60_pipeline.catalog.formula_code import code_of
from g60_pipeline.catalog.formula_models import FormulaStep
from g60_pipeline.catalog.formula_versions import check_meanings, meaning
from g60_pipeline.errors import G60Error
from g60_pipeline.normalize.catalog_tables import formula_version

Spoil = Callable[..., str]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def test_every_formula_executes_what_its_newest_version_did(catalog: Catalog) -> None:
    """Where this fails, the message says what to add."""
    check_meanings(catalog.formulas, catalog.formula_versions)


def test_words_and_latex_are_no_part_of_the_meaning(catalog: Catalog) -> None:
    for formula in catalog.formulas:
        mended = formula.model_copy(update=dict.fromkeys(("words_en", "words_zh", "latex", "name_en", "source"), "x"))
        assert meaning(mended) == meaning(formula)


def test_parameters_operands_and_steps_are_part_of_the_meaning(catalog: Catalog) -> None:
    formula = next(f for f in catalog.formulas if f.formula_id == "growth_cagr")
    step = FormulaStep(name="value", expression="end_value / base_value")
    changes = ({"parameters": {"base_year": 2016}}, {"operands": ("base_value", "end_value")}, {"steps": (step,)})
    found = {meaning(formula.model_copy(update=change)) for change in changes}
    assert len(found) == 3
    assert meaning(formula) not in found


def test_a_changed_formula_is_not_published_without_a_version(catalog: Catalog) -> None:
    formula = next(f for f in catalog.formulas if f.formula_id == "growth_cagr")
    changed = formula.model_copy(update={"parameters": {"base_year": 2016}})
    others = tuple(changed if f is formula else f for f in catalog.formulas)
    with pytest.raises(G60Error) as caught:
        formula_version(catalog.model_copy(update={"formulas": others}))
    assert caught.value.rule == "these formulas compute something else than their version: growth_cagr 1"
    assert f"growth_cagr,2,DATE,{meaning(changed)},WHAT CHANGED" in caught.value.remedy


@pytest.fixture
def spoilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spoil]:
    """Return a function that changes a text in a copy of the metrics and gives the code of a function there."""
    package = Path(g60_pipeline.__path__[0])
    for name in ("metrics", "normalize"):
        shutil.copytree(package / name, tmp_path / name)
    monkeypatch.setattr(formula_code, "files", lambda _: tmp_path)

    def clear() -> None:
        code_of.cache_clear()
        formula_code._read.cache_clear()

    def spoil(place: str, file: str = "", old: str = "", new: str = "") -> str:
        if file:
            text = (tmp_path / file).read_text(encoding="utf-8")
            assert old in text
            (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
        clear()
        return code_of(place)

    yield spoil
    clear()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Source: Barro", "By Barro"),
        ("    logs = [", "    # a comment\n    logs = ["),
        ("values: Sequence[Number]", "values: list[float]"),
        ("    return sqrt(total((log - mean) ** 2 for log in logs) / len(logs))", "    return sqrt(\n        total((log - mean) ** 2 for log in logs) / len(logs)\n    )"),
    ],
)  # fmt: skip
def test_prose_types_and_layout_are_no_part_of_the_code(spoilt: Spoil, old: str, new: str) -> None:
    place = "metrics.growth.convergence_kernel:convergence"
    before = spoilt(place)
    assert spoilt(place, "metrics/growth/convergence_kernel.py", old, new) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("metrics/growth/convergence_kernel.py", "(log - mean) ** 2", "(log - mean) ** 3"),
        ("metrics/growth/convergence_kernel.py", '"speed", "half_life")', '"speed")'),
        ("metrics/concentration/inequality_measures.py", "amount > 0 else None", "amount > 1 else None"),
    ],
)
def test_what_a_kernel_calls_in_another_module_is_part_of_its_code(
    spoilt: Spoil, file: str, old: str, new: str
) -> None:
    place = "metrics.growth.convergence_kernel:convergence"
    before = spoilt(place)
    assert spoilt(place, file, old, new) != before


def test_a_function_called_through_its_module_is_part_of_the_code(spoilt: Spoil) -> None:
    place = "metrics.concentration.concentration_kernel:concentration"
    before = spoilt(place)
    assert (
        spoilt(place, "metrics/concentration/inequality_measures.py", ".sum(axis=-1) / 2", ".sum(axis=-1) / 3")
        != before
    )


def test_a_kernel_that_moves_to_another_module_keeps_its_code(spoilt: Spoil, tmp_path: Path) -> None:
    before = spoilt("metrics.growth.convergence_kernel:convergence")
    shutil.move(tmp_path / "metrics" / "growth" / "convergence_kernel.py", tmp_path / "metrics" / "moved.py")
    assert spoilt("metrics.moved:convergence") == before


@pytest.mark.parametrize("place", ["metrics.growth.convergence_kernel:divergence", "metrics.nowhere:convergence"])
def test_a_kernel_that_is_not_there_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="there is no function"):
        code_of(place)
