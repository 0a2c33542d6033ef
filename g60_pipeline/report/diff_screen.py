"""How the difference of two warehouses looks on a screen. What differs: `diff`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.normalize.printed import percent
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import Words, number
from g60_pipeline.report.diff import KINDS as CITED
from g60_pipeline.report.diff import TEXTS as FORMULA_TEXTS
from g60_pipeline.report.diff import Change, Difference
from g60_pipeline.report.diff_sides import Pair
from g60_pipeline.wording import entries, say

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN: Final = 25
"""Changed numbers that are listed, those that moved most first, and rows only one side has; `--all` lists every one."""

INPUTS: Final = 4
"""Inputs a changed number names; the others are counted."""

LONG: Final = 60
"""Characters beyond which a changed text is named only; `--json` holds both."""

KINDS: Final = ("added", "removed", "changed")
"""What may have happened to a row or an input."""


def screen(difference: Difference, words: Words, *, every: bool) -> list[RenderableType]:
    """Return counts by table, what could not be compared, formulas, and the changed numbers with their inputs."""
    tell = _Writer(words, difference)
    old, new = difference.builds["old"], difference.builds["new"]
    head = tell(
        "from_to",
        old=old["build_id"],
        old_version=old.get("version", "?"),
        new=new["build_id"],
        new_version=new.get("version", "?"),
    )
    parts: list[RenderableType] = [screens.text(head, "bold")]
    if difference.not_compared:
        parts.append(tell.listed("not_compared", [f"  {tell.left_out(row)}" for row in difference.not_compared]))
    if not difference.tables and not any(difference.inputs.values()):
        parts.append(screens.text(tell("equal")))
    below = {tell.kind(name): _counts(rows) for name, rows in difference.inputs.items() if rows}
    for title, counted in (("table", difference.tables), ("below", below)):
        if counted:
            parts.append(tell.grid(title, counted))
    if difference.formulas:
        lines = [line for row in difference.formulas.values() for line in tell.formula(row)]
        parts.append(tell.listed("formulas", lines))
    ordered = sorted(difference.changes, key=lambda c: (-c.distance, c.metric_id))
    for title, blocks in (
        ("moved", [tell.change(change) for change in ordered]),
        ("rows_added", [[f"  {name}"] for name in difference.added]),
        ("rows_removed", [[f"  {name}"] for name in difference.removed]),
        ("other_rows", tell.others()),
    ):
        shown = blocks if every else blocks[:SHOWN]
        more = [tell("more", n=len(blocks) - len(shown))] if len(blocks) > len(shown) else []
        if blocks:
            parts.append(tell.listed(title, [*(line for block in shown for line in block), *more]))
    return parts


class _Writer:
    """Writes the lines of one difference in one language."""

    def __init__(self, words: Words, difference: Difference) -> None:
        self._words = words
        self._difference = difference

    def __call__(self, key: str, **values: Any) -> str:
        return say(f"diff.{key}", self._words.language, **values)

    def kind(self, name: str) -> str:
        return self(name) if name in CITED.values() else name

    def mark(self, key: str, **values: Any) -> str:
        return self(f"mark.{key}", **values)

    def listed(self, title: str, lines: Sequence[str]) -> RenderableType:
        return screens.titled(self(title), *lines)

    def grid(self, title: str, counted: dict[str, dict[str, int]]) -> RenderableType:
        headings = [self(kind) for kind in KINDS]
        made = screens.table(self(title), *headings, right=tuple(headings))
        for name, counts in counted.items():
            made.add_row(name, *(number(counts[kind]) for kind in KINDS))
        return made

    def left_out(self, row: Row) -> str:
        columns = self.mark("in", what=self.mark("list").join(row["columns"])) if row["columns"] else ""
        return self(f"only_{row['only_in']}", what=f"{row['table']}{columns}")

    def formula(self, row: Row) -> list[str]:
        """Return how a formula changed, and what it said and says in the reader's language, or else in LaTeX."""
        lines = [f"  {row['formula_id']}{self.mark('then')}{self._how(row)}"]
        first = f"words_{self._words.language}"
        texts = [name for name in (first, *FORMULA_TEXTS) if name in row["columns"]]
        if texts and row["kind"] not in ("added", "removed"):
            pair = row["columns"][texts[0]]
            lines += [f"    {texts[0]}{self.mark('then')}{pair['old']}", f"    → {pair['new']}"]
        return lines

    def change(self, change: Change) -> list[str]:
        """Return a changed row: its columns, then what changed below it."""
        relative = self.mark("in", what=percent(change.relative, signed=True)) if change.relative is not None else ""
        moved = [self._pair(name, pair) for name, pair in _telling(change.columns).items()]
        lines = [f"  {change.metric_id}{relative}", f"    {self.mark('part').join(moved) or '–'}"]
        for how, found in change.inputs.items():
            lines += [f"    {self(f'input_{how}')}{self.mark('then')}{self._input(*one)}" for one in found[:INPUTS]]
            if len(found) > INPUTS:
                lines.append(f"    {self('and_more').format(n=len(found) - INPUTS)}")
        if change.formula is not None:
            line = self("formula", name=change.formula["formula_id"], how=self._how(change.formula))
            lines.append(f"    {line}")
        elif not any(change.inputs.values()):
            lines.append(f"    {self('no_input')}")
        return lines

    def others(self) -> list[list[str]]:
        """Return the rows that differ of tables no metric cites; formulas are shown before."""
        kinds = [
            kind for kind in self._difference.inputs if kind not in (*CITED.values(), "formula", "formula_version")
        ]
        parts = [(kind, name, row["kind"]) for kind in kinds for name, row in self._difference.inputs[kind].items()]
        return [
            [f"  {kind}{self.mark('and')}{self(how)}{self.mark('then')}{self._input(kind, name)}"]
            for kind, name, how in parts
        ]

    def _how(self, row: Row) -> str:
        version = row["columns"].get("version", {"old": None, "new": None})
        how = [self(f"formula_{row['kind']}", old=version["old"], new=version["new"])]
        if row["versions_rewritten"]:
            versions = self.mark("list").join(map(str, row["versions_rewritten"]))
            how.append(self("rewritten", versions=versions))
        return self.mark("part").join(how)

    def _input(self, kind: str, name: str) -> str:
        """Return an input: what it says or no longer says, or old and new of what changed; and its document."""
        row = self._difference.inputs[kind].get(name)
        if row is None:
            return name
        columns = {column: (pair["old"], pair["new"]) for column, pair in row["columns"].items()}
        if row["kind"] == "changed":
            parts = [self._pair(column, pair) for column, pair in columns.items()]
        else:
            side = row["kind"] == "added"
            parts = [
                f"{column} {self._plain(pair[side])}"
                for column, pair in columns.items()
                if column != "document_id" and pair[side] not in (None, [])
            ]
        if row["document_ids"]:
            parts.append(self("document", names=self.mark("list").join(row["document_ids"])))
        return f"{name}{self.mark('then')}{self.mark('and').join(parts)}"

    def _pair(self, column: str, pair: Pair) -> str:
        old, new = pair
        if isinstance(old, list) and isinstance(new, list):
            gone, come = [i for i in old if i not in new], [i for i in new if i not in old]
            parts = [self(key, items=self._plain(items)) for key, items in (("gone", gone), ("come", come)) if items]
            return f"{column} {self.mark('and').join(parts) or self._plain(new)}"
        if any(isinstance(text, str) and len(text) > LONG for text in pair):
            return f"{column}{self.mark('then')}{self('other_text')}"
        return f"{column} {' → '.join(_apart(*pair) or map(self._plain, pair))}"

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return self._words.label("yes" if value else "no")
        if isinstance(value, (int, float)):
            return number(value)
        if isinstance(value, list):
            return self.mark("list").join(map(self._plain, value)) or self("none")
        text = "–" if value is None else str(value)
        known = entries("word")
        return known[text].zh if self._words.language == "zh" and text in known else text


def _telling(columns: dict[str, Pair]) -> dict[str, Pair]:
    """Return the columns without the ends of an interval that say what the value says."""
    stems = {f"{stem}_{end}": stem for stem in columns for end in ("low", "high")}
    return {name: pair for name, pair in columns.items() if pair != columns.get(stems.get(name, ""))}


def _counts(rows: dict[str, Row]) -> dict[str, int]:
    return {kind: sum(row["kind"] == kind for row in rows.values()) for kind in KINDS}


def _apart(old: Any, new: Any) -> tuple[str, str] | None:
    """Return two numbers with as many digits as it takes to tell them apart; None where they are no such numbers."""
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (old, new)):
        return None
    written = ((number(old), number(new)), (f"{old:.6g}", f"{new:.6g}"), (repr(old), repr(new)))
    return next((pair for pair in written if pair[0] != pair[1]), written[-1])
