"""What the columns of the contracts are to their rows, how they are called, and in which order they name a row.

The builders in `columns` give a column its role. A column name has one meaning in the whole warehouse, so its Chinese
label is in `labels.csv`, or where only one table has it beside the column; the English label is the name with spaces.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Final

from g60_pipeline.contracts.vocabulary import Role

MEANING: Final[dict[Role, str]] = {
    "key": "identifies the row, alone or together with the other keys",
    "subject": "says what the row is of: place, corridor, series, period, measure",
    "value": "what the row has to say: a number or word that is measured, computed, judged or recorded",
    "low": "lower end of the value of the same name",
    "high": "upper end of the value of the same name",
    "context": "how the value is to be read, or how much it rests on: unit, round, form, members that report",
    "reason": "says why there is no value, or why it is this one",
    "evidence": "leads to what the row was made of: figures, events, documents, formula; and the flags of these",
    "note": "for people and audits only: names, wording, addresses, times of fetching",
}
"""Role -> what it says of a column."""

ROLE_OF_TARGET: Final[dict[str, Role]] = {
    "core.unit": "context",
    "core.formula": "evidence",
    "core.document": "evidence",
    "core.snapshot": "evidence",
    "core.observation_candidate": "evidence",
    "core.collaboration": "evidence",
    "core.flow": "evidence",
}
"""Table a column refers to -> role of the column, where it is not a subject."""

COUNT: Final = "count"
"""Unit of a number of things."""

NAMING: Final = (
    "framework_id",
    "component_id",
    "title_en",
    "title_zh",
    "issued_as_printed",
    "claim_id",
    "geo_code",
    "geo_code_1",
    "geo_code_2",
    "from_geo",
    "to_geo",
    "corridor_id",
    "reference_id",
    "ratio_id",
    "indicator_id",
    "basis",
    "weight_indicator_id",
    "yardstick",
    "measure",
    "path",
    "direction",
    "position",
    "weight",
    "weighting",
    "aggregation",
    "source",
    "left_out",
    "kind",
    "treatment",
    "base_year",
    "issuer",
    "level",
    "theme",
    "version",
    "standing",
    "period_end",
    "year",
    "span",
)
"""Columns that name a row, in the order in which its title names them."""


def role_of(name: str, declared: Role | None, *, is_key: bool) -> Role:
    """Return the role of a column: what the contract or its builder says, seen with its name.

    Args:
        name: Name of the column; `_low` and `_high` are ends of an interval.
        declared: Role the contract or the builder gave it; without one it is a subject where it names a row.
        is_key: Whether it belongs to the key.
    """
    if is_key:
        return "key"
    if declared is None:
        return "subject" if name in NAMING else "context"
    if declared == "value" and name.rpartition("_")[2] in {"low", "high"}:
        return "low" if name.endswith("low") else "high"
    return declared


def naming_of(name: str, role: Role) -> int | None:
    """Return the place of a column in the title of its row, from 1; None where the title does not name it."""
    return NAMING.index(name) + 1 if name in NAMING and role in {"subject", "value", "context"} else None


def label_en(name: str) -> str:
    """Return the English label of a column."""
    return name.replace("_", " ")


def label_zh(name: str, declared: str | None) -> str | None:
    """Return the Chinese label of a column: the one its contract gives it, or that of its name; None without one."""
    return declared or labels_zh().get(name)


@cache
def labels_zh() -> dict[str, str]:
    """Return the Chinese labels of the column names that tables share."""
    text = (files("g60_pipeline.contracts") / "labels.csv").read_text(encoding="utf-8")
    return {row["column_name"]: row["label_zh"] for row in csv.DictReader(text.splitlines())}
