"""What changed between two published warehouses: which numbers, by how much, and through which inputs and formulas.

Both files are read, never written. They may come from different versions: what only one of them has is not compared,
and is named. How rows are set side by side: `diff_sides`; how it looks: `diff_screen`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from g60_pipeline.column import ENDS
from g60_pipeline.reader.columns import Columns, in_order_of_moving
from g60_pipeline.reader.database import Row
from g60_pipeline.report.diff_sides import SIDES, Pair, RowDifference, Sides, side_by_side

KINDS: Final = {
    "core.observation_candidate": "figures",
    "core.collaboration": "events",
    "core.flow": "flows",
    "core.document": "documents",
    "core.claim": "claims",
    "core.policy": "policies",
}
"""What the rows of a metric cite by name: table and kind of input. Rows of another table are a kind of its name."""

TELLING: Final = ("value", *ENDS, "context", "evidence")
"""Roles of the columns that say what an input is that came or went; of one that changed, every column is compared."""

UNLIKE: Final = ("core.build",)
"""Tables that differ between any two builds: what they say of both is shown before all else."""

TEXTS: Final = ("latex", "words_en", "words_zh")
"""What a formula says."""

_PLAIN: Final = str.maketrans("，；：（）", ",;:()")

Inputs = dict[str, dict[str, Row]]
"""Kind -> identifier -> how it changed, with old and new value of each column."""


BETWEEN: Final = ("metrics.figure", "metrics.total")
"""Metrics between the published figures and the numbers people read: counted as inputs, for both sides show them."""


@dataclass(frozen=True)
class Change:
    """One row that changed: columns with old and new value, and what was added, removed and changed below it.

    An input is its kind and identifier. `moving` are the columns by which a row can move, the leading one first.
    """

    metric: str
    metric_id: str
    columns: dict[str, Pair]
    inputs: dict[str, list[tuple[str, str]]]
    formula: Row | None
    moving: Sequence[str]

    @property
    def moved_by(self) -> str | None:
        """Return the column by which the row is said to have moved; None where no number changed."""
        return next((name for name in self.moving if name in self.columns), None)

    @property
    def relative(self) -> float | None:
        """Return the relative change of that number; None where there is none, or none to divide by."""
        old, new = self.columns[self.moved_by] if self.moved_by else (None, None)
        return (new - old) / abs(old) if old and new is not None else None

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

    @property
    def moved(self) -> int:
        """Return in how many of the changed rows a number is another one."""
        return sum(change.moved_by is not None for change in self.changes)

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
                    **{f"inputs_{how}": [name for _, name in cited] for how, cited in c.inputs.items()},
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
        inputs, formulas = {kind_of(table): _inputs(sides, table) for table in _below(sides)}, _formulas(sides)
        tables: dict[str, dict[str, int]] = {}
        changes: list[Change] = []
        alone: dict[str, list[str]] = {"added": [], "removed": []}
        for table in sides.tables("metrics"):
            columns = None if table in BETWEEN else sides.shared(table)
            if columns is None:
                continue
            metric = table.partition(".")[2]
            rows = sides.differing(table, columns=columns)
            changed = [row for row in rows if row.kind == "changed"]
            compared = [_change(row, metric, sides.columns[table], inputs=inputs, formulas=formulas) for row in changed]
            found = [
                change for change in compared if change.columns or change.inputs["added"] or change.inputs["removed"]
            ]
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


def kind_of(table: str) -> str:
    """Return the kind of input that the rows of a table are."""
    return KINDS.get(table, table.partition(".")[2])


def _below(sides: Sides) -> list[str]:
    """Return every table that is no metric people read, those whose rows a metric cites first."""
    found = [table for table in sides.tables("core") if table not in (*KINDS, *UNLIKE)]
    return [*KINDS, *found, *BETWEEN]


def _inputs(sides: Sides, table: str) -> dict[str, Row]:
    """Return the inputs of one kind that came, went or changed, each with the documents it was printed in."""
    described = sides.columns.get(table, {})
    columns = sides.shared(table, ignored=[name for name, column in described.items() if column.is_time_of_fetching])
    rows = [] if columns is None else sides.differing(table, columns=columns)
    telling = {name for name, column in described.items() if column.role in TELLING}
    return {
        row.name: {
            "kind": row.kind,
            "columns": _told({n: pair for n, pair in row.changed.items() if row.kind == "changed" or n in telling}),
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
    """Return the formulas that came, went or changed: by their version, by what they execute, and by what they say."""
    found: dict[str, Row] = {}
    rewritten = _rewritten(sides)
    columns = sides.shared("core.formula", wanted=("version", *TEXTS)) or []
    for row in sides.differing("core.formula", columns=columns) if columns else []:
        pairs = {name: pair for name, pair in row.changed.items() if name == "version" or not _mean_the_same(*pair)}
        kind = "new_version" if "version" in pairs else "other_meaning" if row.key in rewritten else "other_words"
        kind = row.kind if row.kind != "changed" else kind
        if pairs:
            found[row.key] = {"formula_id": row.key, "kind": kind, "columns": _told(pairs), "versions_rewritten": []}
    for name, versions in rewritten.items():
        plain = {"formula_id": name, "kind": "other_meaning", "columns": {}}
        found.setdefault(name, plain)["versions_rewritten"] = versions
    return dict(sorted(found.items()))


def _rewritten(sides: Sides) -> dict[str, list[int]]:
    """Return the versions of each formula that execute something else on either side."""
    columns = sides.shared("core.formula_version", wanted=("meaning",))
    rows = sides.differing("core.formula_version", columns=columns) if columns else []
    found: dict[str, list[int]] = {}
    for row in rows:
        if row.kind == "changed":
            found.setdefault(row.keys[0], []).append(row.keys[1])
    return found


def _mean_the_same(old: str | None, new: str | None) -> bool:
    """Return whether two texts say the same, without regard to line breaks and the width of their punctuation."""
    return old is not None and new is not None and old.translate(_PLAIN).split() == new.translate(_PLAIN).split()


def _change(
    row: RowDifference, metric: str, columns: Columns, *, inputs: Inputs, formulas: Mapping[str, Row]
) -> Change:
    cited = {c.column_name: KINDS[c.refers_to_table] for c in columns.values() if c.refers_to_table in KINDS}
    before, after = (
        {(kind, name) for column, kind in cited.items() for name in _names(row.columns.get(column), side)}
        for side in (0, 1)
    )
    formula_id = row.columns.get("formula_id", (None, None))[1]
    return Change(
        metric=metric,
        metric_id=row.key,
        columns={name: pair for name, pair in row.changed.items() if name not in cited},
        inputs={
            "added": sorted(after - before),
            "removed": sorted(before - after),
            "changed": sorted(i for i in before & after if inputs[i[0]].get(i[1], {}).get("kind") == "changed"),
        },
        formula=formulas.get(formula_id or ""),
        moving=in_order_of_moving(columns),
    )


def _names(pair: Pair | None, side: int) -> list[str]:
    """Return what one side of a column cites: the names of a list, or the one name."""
    cell = pair[side] if pair else None
    return cell if isinstance(cell, list) else [] if cell is None else [cell]


def _told(columns: Mapping[str, Pair]) -> dict[str, Row]:
    return {name: {"old": old, "new": new} for name, (old, new) in columns.items()}
