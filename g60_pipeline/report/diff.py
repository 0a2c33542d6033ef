"""What changed between two published warehouses: which numbers, by how much, and through which inputs and formulas.

Both files are read, never written. They may come from different versions: what only one of them has is not compared,
and is told. How rows are set side by side: `diff_sides`; how it looks: `diff_screen`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from g60_pipeline.report.database import Row
from g60_pipeline.report.diff_sides import SIDES, Differing, Pair, Sides, side_by_side


@dataclass(frozen=True)
class Kind:
    """A kind of input: its table and key, the columns by which it changes a number, and how metrics cite it."""

    name: str
    table: str
    key: str
    columns: tuple[str, ...]
    cited: tuple[str, ...]


AMOUNT: Final = ("amount", "amount_unit", "amount_form")
"""Columns of an amount of an event."""

KINDS: Final = (
    Kind(
        "figures",
        "core.observation_candidate",
        "observation_id",
        ("value", "unit", "status", "round", "flags", "grade", "document_id"),
        ("input_ids",),
    ),
    Kind(
        "events",
        "core.collaboration",
        "event_id",
        (
            "path",
            "kind",
            "from_geo",
            "to_geo",
            "members",
            "year",
            "amount",
            "amount_unit",
            "amount_form",
            "document_id",
        ),
        ("event_ids", "undecided_ids"),
    ),
    Kind(
        "flows",
        "core.flow",
        "flow_id",
        ("from_geo", "to_geo", "flow_indicator", "year", "value", "unit", "value_form", "directed", "document_id"),
        ("flow_ids",),
    ),
    Kind("documents", "core.document", "document_id", ("publisher", "title", "published", "grade"), ("document_ids",)),
    Kind(
        "claims",
        "core.claim",
        "claim_id",
        ("value", "unit", "form", "claimed_low", "claimed_high", "period_start", "period_end", "as_of", "document_id"),
        ("claim_id",),
    ),
    Kind(
        "policies", "core.policy", "policy_id", ("geo_code", "level", "issued", "theme", "document_id"), ("policy_id",)
    ),
)
"""What the numbers are made of."""

LEADING: Final = ("value", "share", "salton", "contribution", "share_kept", "normalised")
"""Columns by which a row is said to have moved, before the other numbers of its table."""

NOT_MOVING: Final = (
    "year",
    "base_year",
    "base_value",
    "end_value",
    "draws",
    "seed",
    "figures",
    "cities",
    "members_reporting",
    "members_expected",
    "components_used",
)
"""Numbers that say what a row is of, or what it was made from; nor is a rank a quantity that grows by a percentage."""

TEXTS: Final = ("latex", "words_en", "words_zh")
"""What a formula says."""

Inputs = dict[str, dict[str, Row]]
"""Kind -> identifier -> how it changed, with old and new value of each column."""


@dataclass(frozen=True)
class Change:
    """One row that changed: columns with old and new value, and what changed below it: (kind, identifier)."""

    metric: str
    metric_id: str
    columns: dict[str, Pair]
    inputs_added: list[tuple[str, str]]
    inputs_removed: list[tuple[str, str]]
    inputs_changed: list[tuple[str, str]]
    formula: Row | None

    @property
    def moved_by(self) -> str | None:
        """Return the column by which the row is said to have moved; None where no number changed."""
        moving = [n for n in self.columns if n not in NOT_MOVING and not n.startswith("rank")]
        numbers = [name for name in moving if any(map(_is_number, self.columns[name]))]
        return next((name for name in (*LEADING, *numbers) if name in numbers), None)

    @property
    def relative(self) -> float | None:
        """Return the relative change of that number; None where there is none, or none to divide by."""
        old, new = self.columns[self.moved_by] if self.moved_by else (None, None)
        return (new - old) / abs(old) if _is_number(old) and _is_number(new) and old else None

    @property
    def distance(self) -> float:
        """Return how far it moved, to sort by: a number that came or went, or left zero, before all others."""
        if self.moved_by is None:
            return 0.0
        return float("inf") if self.relative is None else abs(self.relative)


@dataclass(frozen=True)
class Difference:
    """Everything that differs: builds, numbers by table, and the inputs and formulas below them."""

    builds: dict[str, Row]
    tables: dict[str, dict[str, int]]
    changes: list[Change]
    added: list[str]
    removed: list[str]
    inputs: Inputs
    formulas: dict[str, Row]
    not_compared: list[Row] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "builds": self.builds,
            "tables": self.tables,
            "not_compared": self.not_compared,
            "added": self.added,
            "removed": self.removed,
            "changed": [
                {
                    "metric": c.metric,
                    "metric_id": c.metric_id,
                    "columns": _told(c.columns),
                    "moved_by": c.moved_by,
                    "relative_change": c.relative,
                    "inputs_added": [name for _, name in c.inputs_added],
                    "inputs_removed": [name for _, name in c.inputs_removed],
                    "inputs_changed": [name for _, name in c.inputs_changed],
                    "formula": c.formula and {"formula_id": c.formula["formula_id"], "kind": c.formula["kind"]},
                }
                for c in self.changes
            ],
            **self.inputs,
            "formulas": self.formulas,
        }


def difference(old: Path, new: Path) -> Difference:
    """Return what changed from one warehouse to another.

    Raises:
        UsageError: One of them is not a published warehouse, or they can not be compared.
    """
    with side_by_side(old, new) as sides:
        builds = {side: sides.rows(f"FROM {side}.core.build")[0] for side in SIDES}
        inputs, formulas = {kind.name: _inputs(sides, kind) for kind in KINDS}, _formulas(sides)
        tables: dict[str, dict[str, int]] = {}
        changes: list[Change] = []
        alone: dict[str, list[str]] = {"added": [], "removed": []}
        for table in dict.fromkeys(name for side in ("new", "old") for name in sides.tables(side, "metrics")):
            columns = sides.shared(table, key=("metric_id",))
            if columns is None:
                continue
            metric = table.partition(".")[2]
            rows = sides.differing(table, key=("metric_id",), columns=columns)
            told = [_change(row, metric, inputs=inputs, formulas=formulas) for row in rows if row.kind == "changed"]
            found = [change for change in told if change.columns or change.inputs_added or change.inputs_removed]
            counts = {kind: [row.key for row in rows if row.kind == kind] for kind in alone}
            if found or any(counts.values()):
                tables[metric] = {kind: len(ids) for kind, ids in counts.items()} | {"changed": len(found)}
            changes += found
            for kind, ids in counts.items():
                alone[kind] += ids
        return Difference(
            builds=builds,
            tables=dict(sorted(tables.items())),
            changes=changes,
            added=alone["added"],
            removed=alone["removed"],
            inputs=inputs,
            formulas=formulas,
            not_compared=sides.not_compared,
        )


def _inputs(sides: Sides, kind: Kind) -> dict[str, Row]:
    """Return the inputs of one kind that came, went or changed, each with the documents it was printed in."""
    columns = sides.shared(kind.table, key=(kind.key,), wanted=kind.columns)
    rows = [] if columns is None else sides.differing(kind.table, key=(kind.key,), columns=columns)
    return {
        row.key: {
            "kind": row.kind,
            "columns": _told(row.changed),
            "document_ids": _documents(row.columns.get("document_id")),
        }
        for row in rows
        if row.changed or row.kind != "changed"
    }


def _documents(pair: Pair | None) -> list[str]:
    """Return the documents of both sides, the new one first, each once."""
    old, new = pair or (None, None)
    return [str(name) for name in dict.fromkeys((new, old)) if name]


def _formulas(sides: Sides) -> dict[str, Row]:
    """Return the formulas that came, went or changed: by their version, by what they say, and by their history."""
    found: dict[str, Row] = {}
    key = ("formula_id",)
    columns = sides.shared("core.formula", key=key, wanted=("version", *TEXTS)) or []
    for row in sides.differing("core.formula", key=key, columns=columns) if columns else []:
        pairs = {name: pair for name, pair in row.changed.items() if name == "version" or not _mean_the_same(*pair)}
        kind = row.kind if row.kind != "changed" else "new_version" if "version" in pairs else "other_meaning"
        if pairs:
            found[row.key] = {"formula_id": row.key, "kind": kind, "columns": _told(pairs), "versions_rewritten": []}
    for name, version in _rewritten(sides, by_text={"version", *TEXTS} <= set(columns)):
        plain = {"formula_id": name, "kind": "other_meaning", "columns": {}, "versions_rewritten": []}
        found.setdefault(name, plain)["versions_rewritten"].append(version)
    return dict(sorted(found.items()))


def _rewritten(sides: Sides, *, by_text: bool) -> list[tuple[str, int]]:
    """Return the versions that the histories of both sides give another meaning.

    Where the texts themselves were compared, those of the version in force on both sides tell, not their hashes.
    """
    key = ("formula_id", "version")
    columns = sides.shared("core.formula_version", key=key, wanted=("meaning",))
    rows = sides.differing("core.formula_version", key=key, columns=columns) if columns else []
    in_force = "FROM old.core.formula AS o JOIN new.core.formula AS n USING (formula_id, version)"
    told = {(row["formula_id"], row["version"]) for row in sides.rows(in_force)} if rows and by_text else set()
    return [(row.keys[0], row.keys[1]) for row in rows if row.kind == "changed" and row.keys not in told]


def _mean_the_same(old: str | None, new: str | None) -> bool:
    from g60_pipeline.catalog.formula_versions import said  # noqa: PLC0415  - loads pydantic; only where a text differs

    return old is not None and new is not None and said(old) == said(new)


def _change(row: Differing, metric: str, *, inputs: Inputs, formulas: Mapping[str, Row]) -> Change:
    before, after = ({(kind.name, name) for kind in KINDS for name in _cited(row, kind, side)} for side in (0, 1))
    cited = {column for kind in KINDS for column in kind.cited}
    formula_id = row.columns.get("formula_id", (None, None))[1]
    return Change(
        metric=metric,
        metric_id=row.key,
        columns={name: pair for name, pair in row.changed.items() if name not in cited},
        inputs_added=sorted(after - before),
        inputs_removed=sorted(before - after),
        inputs_changed=sorted(i for i in before & after if inputs[i[0]].get(i[1], {}).get("kind") == "changed"),
        formula=formulas.get(formula_id or ""),
    )


def _cited(row: Differing, kind: Kind, side: int) -> list[str]:
    cells = [row.columns[column][side] for column in kind.cited if column in row.columns]
    return [name for cell in cells for name in (cell if isinstance(cell, list) else [cell]) if name is not None]


def _told(columns: Mapping[str, Pair]) -> dict[str, Row]:
    return {name: {"old": old, "new": new} for name, (old, new) in columns.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
