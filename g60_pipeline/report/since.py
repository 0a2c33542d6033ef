"""What changed since the publication before, in a few lines: how many figures and rows, and the most telling ones.

Everything that changed, with its inputs, is in `diff`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.errors import UsageError
from g60_pipeline.explain.derivation import RowContext
from g60_pipeline.explain.subject import subject_of, title
from g60_pipeline.reader import screens
from g60_pipeline.reader.connection import quiet_connection
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.words import Words, bounded, measured, number
from g60_pipeline.report.diff import Change, Difference, difference
from g60_pipeline.report.diff_sides import side_by_side
from g60_pipeline.wording import say

if TYPE_CHECKING:
    from rich.console import RenderableType

LEADING: Final = ("claim_audit", "national_share", "corridor_total", "innovation_index", "intensity", "growth")
"""Metrics whose changes are shown, the most telling first; those of others are counted."""

SHOWN: Final = 4
"""Changed figures that are shown, and changed numbers."""

OF_ONE: Final = 2
"""Changed numbers that are shown of one metric."""

KINDS: Final = ("added", "changed", "gone")

_FIGURES: Final = """
SELECT period_kind, period_start, period_end, o.value AS old, n.value AS new, o.flags AS old_flags,
       n.flags AS new_flags, g.name_en AS place_en, g.short_zh AS place_zh, i.name_en, i.name_zh, b.name_en AS basis_en,
       b.name_zh AS basis_zh, u.symbol_en, u.symbol_zh
FROM old.core.observation AS o
FULL JOIN new.core.observation AS n USING (geo_code, indicator_id, basis, period_kind, period_start, period_end)
LEFT JOIN new.core.geography AS g USING (geo_code)
LEFT JOIN new.core.indicator AS i USING (indicator_id)
LEFT JOIN new.core.indicator_basis AS b USING (indicator_id, basis)
LEFT JOIN new.core.unit AS u ON u.unit = coalesce(n.unit, o.unit)
WHERE o.value IS DISTINCT FROM n.value OR o.flags IS DISTINCT FROM n.flags
ORDER BY o.value IS NULL OR n.value IS NULL, abs(n.value - o.value) / nullif(abs(o.value), 0) DESC NULLS LAST,
         period_end DESC, geo_code, indicator_id, basis
"""
"""Chosen figures that differ, named as the new file does, those that changed before those that came or went."""


@dataclass(frozen=True)
class Changes:
    """What differs from the publication before: counts by kind, and both files."""

    old: Path
    new: Path
    build: str
    figures: list[Row]
    found: Difference

    @property
    def of_figures(self) -> dict[str, int]:
        """Return how many of the figures in use are new, changed and gone."""
        kinds = ["added" if f["old"] is None else "gone" if f["new"] is None else "changed" for f in self.figures]
        return {kind: kinds.count(kind) for kind in KINDS}

    @property
    def of_metrics(self) -> dict[str, int]:
        """Return how many rows of metrics are new, changed and gone."""
        stored = {"added": "added", "changed": "changed", "gone": "removed"}
        return {kind: sum(counts[name] for counts in self.found.tables.values()) for kind, name in stored.items()}

    def as_json(self) -> dict[str, Any]:
        """Return the counts for scripts."""
        return {
            "since": self.build,
            "figures": self.of_figures,
            "metrics": self.of_metrics | {"moved": self.found.moved},
        }


def changes_since(old: Path, new: Path) -> Changes | None:
    """Return what changed from one published file to another; None where there is no older one.

    Raises:
        UsageError: They can not be compared.
    """
    if not old.exists():
        return None
    found = difference(old, new)
    with side_by_side(old, new) as sides:
        figures = sides.rows(_FIGURES)
    return Changes(old, new, str(found.builds["old"]["build_id"]), figures, found)


def screen(old: Path, new: Path, words: Words, *, command: str) -> list[RenderableType]:
    """Return what changed as a few lines; nothing where there is no older file.

    Args:
        old: The published file before.
        new: The published file in force.
        words: The reader's language.
        command: How `g60` is called here.
    """
    try:
        changes = changes_since(old, new)
    except UsageError as error:
        return [screens.text(_say(words, "not_compared", rule=f"{error.subject}: {error.rule}"))]
    if changes is None:
        return []
    head = _say(words, "title", build=changes.build)
    if not changes.figures and not changes.found.tables:
        return [screens.titled(head, screens.text(_say(words, "nothing")))]
    lines = [_counts(words, "figures", changes.of_figures)]
    with quiet_connection(str(new), read_only=True) as later, quiet_connection(str(old), read_only=True) as before:
        now, then = Warehouse(later), Warehouse(before)
        lines += [f"  {line}" for line in _figures(changes, words)]
        counts = _counts(words, "metrics", changes.of_metrics)
        lines.append(_say(words, "moved", counts=counts, moved=number(changes.found.moved)))
        lines += [f"  {line}" for line in _numbers(changes, now, then, words=words)]
    return [screens.titled(head, *map(screens.text, [*lines, _say(words, "all", command=command)]))]


def _figures(changes: Changes, words: Words) -> Iterator[str]:
    for figure in changes.figures[:SHOWN]:
        if None in (figure["place_en"], figure["basis_en"], figure["symbol_en"]):
            continue  # it went with its place, indicator, basis or unit
        basis = words.bracketed(words.first(figure["basis_en"], figure["basis_zh"]))
        parts = [
            words.both(figure["name_en"], figure["name_zh"]) + basis,
            words.both(figure["place_en"], figure["place_zh"]),
            words.period(figure["period_kind"], figure["period_end"], figure["period_start"]),
        ]
        old, new = (
            "–"
            if figure[side] is None
            else words.amount(bounded(figure[side], figure[f"{side}_flags"]), figure["symbol_en"], figure["symbol_zh"])
            for side in ("old", "new")
        )
        yield _say(words, "pair", name=words.comma.join(parts), old=old, new=new)


def _numbers(changes: Changes, now: Warehouse, then: Warehouse, *, words: Words) -> Iterator[str]:
    """Yield the most telling changed numbers: verdicts that turned, then what moved most of each leading metric."""
    telling = [change for change in changes.found.changes if change.metric in LEADING and _tells(change)]
    telling.sort(key=lambda c: (LEADING.index(c.metric), -min(c.distance, 1e9), c.metric_id))
    best = [c for m in LEADING for c in [c for c in telling if c.metric == m][:OF_ONE]]
    shown = 0
    for change in best:
        sql = f"FROM metrics.{change.metric} WHERE metric_id = $id"
        rows = [side.one(sql, {"id": change.metric_id}) for side in (then, now)]
        context = RowContext(now, change.metric, rows[1], ())
        formula = now.one("FROM core.formula WHERE formula_id = $id", {"id": rows[1]["formula_id"]})
        answers = [_answer(change, row, words) for row in rows]
        if answers[0] == answers[1] or shown == SHOWN:  # a change below what is printed is counted only
            continue
        shown += 1
        yield _say(words, "pair", name=title(formula, subject_of(context), words), old=answers[0], new=answers[1])


def _tells(change: Change) -> bool:
    """Return whether a change is one of the result; of a claim only another verdict is."""
    return "verdict" in change.columns if change.metric == "claim_audit" else change.moved_by is not None


def _answer(change: Change, row: Mapping[str, Any], words: Words) -> str:
    if change.metric == "claim_audit":
        return words.word(row["verdict"])
    stem = (change.moved_by or "value").removesuffix("_low").removesuffix("_high")
    low, high = row.get(f"{stem}_low"), row.get(f"{stem}_high")
    if change.metric == "national_share":
        return words.share(row["share"], row["share_low"], row["share_high"])
    return measured("ratio" if stem == "growth" else row.get("unit") or "", row[stem], low=low, high=high)


def _counts(words: Words, what: str, counts: Mapping[str, int]) -> str:
    numbers = {kind: number(n) for kind, n in counts.items()}
    return _say(words, "counts", what=_say(words, what), **numbers)


def _say(words: Words, key: str, **values: Any) -> str:
    return say(f"since.{key}", words.language, **values)
