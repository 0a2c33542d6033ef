"""Versions of the formulas: a changed formula is a new version. The history stands in `formula_versions.csv`.

What counts as a change is everything a reader would compute by: LaTeX and words. Names and source may be mended.

Versions count from the first release. Until then a first version may be hashed anew, and loading the catalog can not
tell that from a new formula; between two warehouses `g60 diff` tells, because it compares what the formulas say. That
the numbers in the words are those of the code is held by tests/metrics/test_formula_constants.py.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Final

from pydantic import Field

from g60_pipeline.catalog.models import Entry, Formula, Identifier, Text

_PLAIN: Final = str.maketrans("，；：（）", ",;:()")


class FormulaVersion(Entry):
    """One version of a formula: since when, the hash of what it says, and what changed."""

    formula_id: Identifier
    version: int = Field(ge=1)
    since: dt.date
    meaning: str = Field(pattern=r"^[0-9a-f]{16}$")
    change_en: Text


def said(text: str) -> str:
    """Return what a text says, without regard to line breaks and the width of its punctuation."""
    return " ".join(text.translate(_PLAIN).split())


def meaning(formula: Formula) -> str:
    """Return the hash of what a formula says: LaTeX and words in both languages."""
    told = [said(text) for text in (formula.latex, formula.words_en, formula.words_zh)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def check_versions(formulas: Iterable[Formula], versions: Iterable[FormulaVersion]) -> None:
    """Raise ValueError where a formula changed without a new version, or its history has a gap."""
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
        if entries[-1].meaning != meaning(formula):
            following = f"{name},{formula.version + 1},DATE,{meaning(formula)},WHAT CHANGED"
            raise ValueError(
                f"formula {name} says something else than its version {formula.version}: raise its version in "
                f"formulas.yaml and add {following} to formula_versions.csv"
            )
