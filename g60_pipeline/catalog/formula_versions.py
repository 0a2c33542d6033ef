"""Versions of the formulas: a changed formula is a new version. Their history is in `formula_versions.csv`.

What counts is what is executed: parameters, operands, steps, and the code of the kernel. Words, LaTeX, names and source
may be mended. The history itself is checked whenever the catalog is loaded; that its newest hash is that of the code,
when `core.formula_version` is made, and by a test.

Versions count from the first release. Until then a first version may be hashed anew; between two warehouses `g60 diff`
compares what they have.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from pydantic import Field

from g60_pipeline.catalog.formula_code import code_of
from g60_pipeline.catalog.formula_models import Formula
from g60_pipeline.catalog.models import Entry, Identifier, Text
from g60_pipeline.errors import G60Error


class FormulaVersion(Entry):
    """One version of a formula: since when, the hash of what it executes, and what changed."""

    formula_id: Identifier
    version: int = Field(ge=1)
    since: dt.date
    meaning: str = Field(pattern=r"^[0-9a-f]{16}$")
    change_en: Text


def meaning(formula: Formula) -> str:
    """Return the hash of what a formula executes: parameters, operands, steps, and the code of kernel or function.

    Raises:
        ValueError: There is no such kernel or function.
    """
    parts = [f"{name} = {number!r}" for name, number in sorted(formula.parameters.items())]
    parts += [*formula.operands, *(step.text for step in formula.steps)]
    parts += [code_of(place) for place in (formula.kernel and f"metrics.{formula.kernel}", formula.code) if place]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def check_versions(formulas: Iterable[Formula], versions: Iterable[FormulaVersion]) -> None:
    """Raise ValueError where a version of a formula is not in the history, or the history has a gap."""
    history: dict[str, list[FormulaVersion]] = {}
    for entry in versions:
        history.setdefault(entry.formula_id, []).append(entry)
    known = {formula.formula_id: formula for formula in formulas}
    for name, entries in history.items():
        if name not in known:
            raise ValueError(f"formula_versions.csv: there is no formula {name} in formulas.yaml")
        numbers = [entry.version for entry in entries]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"formula_versions.csv: versions of {name} must be 1, 2, 3 … in order, not {numbers}")
    for name, formula in known.items():
        entries = history.get(name, [])
        if not entries or entries[-1].version != formula.version:
            line = f"{name},{formula.version},DATE,{meaning(formula)},WHAT CHANGED"
            raise ValueError(f"formula {name}, version {formula.version}, is not in formula_versions.csv: add {line}")


def check_meanings(formulas: Iterable[Formula], versions: Iterable[FormulaVersion]) -> None:
    """Compare what the formulas execute with the newest version of each.

    Raises:
        G60Error: A formula changed without a new version.
    """
    newest = {entry.formula_id: entry.meaning for entry in versions}
    found = [(formula, meaning(formula)) for formula in formulas]
    changed = [(formula, now) for formula, now in found if newest[formula.formula_id] != now]
    if changed:
        lines = ", ".join(f"{f.formula_id},{f.version + 1},DATE,{now},WHAT CHANGED" for f, now in changed)
        names = ", ".join(f"{formula.formula_id} {formula.version}" for formula, _ in changed)
        raise G60Error.of("catalog.other_formulas", "formulas.yaml", names=names, lines=lines)
