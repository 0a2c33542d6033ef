"""How the difference of two warehouses looks on a screen. What differs: `diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.report import screens
from g60_pipeline.report.diff import Change, Difference
from g60_pipeline.report.words import Words, number

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN: Final = 25
"""Changed numbers that are listed, those that moved most first; `--all` lists every one."""

INPUTS: Final = 4
"""Inputs a changed number names; the others are counted."""

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "equal": ("No published number differs.", "没有公布的数值发生变化。"),
    "from_to": (
        "From build {old} (version {old_version}) to build {new} (version {new_version})",
        "由构建{old}（版本{old_version}）到构建{new}（版本{new_version}）",
    ),
    "table": ("Metric", "指标表"),
    "added": ("Added", "新增"),
    "removed": ("Removed", "删除"),
    "changed": ("Changed", "变更"),
    "only_old": ("Only the old one has: {names}", "仅旧库有：{names}"),
    "only_new": ("Only the new one has: {names}", "仅新库有：{names}"),
    "moved": ("Changed numbers, those that moved most first", "变更的数值，幅度大者在前"),
    "more": ("and {n} more (--all lists every one)", "另有{n}项（--all 全部列出）"),
    "input_added": ("input added", "新增输入"),
    "input_removed": ("input removed", "移除输入"),
    "input_changed": ("input changed", "输入变更"),
    "formula": ("formula: version {old} → {new}", "公式：第{old}版 → 第{new}版"),
    "no_input": (
        "through no input of its own: another metric it is made from, its formula, or the code",
        "并非自身输入所致：来自其所依据的其他指标、公式或程序",
    ),
    "and_more": ("and {n} more", "另有{n}项"),
}
"""Words of the screen in English and Chinese."""


def screen(difference: Difference, words: Words, *, every: bool) -> list[RenderableType]:
    """Return counts by table, and the changed numbers with their inputs."""
    say = _Says(words)
    old, new = difference.builds["old"], difference.builds["new"]
    head = say("from_to").format(
        old=old["build_id"], old_version=old["version"], new=new["build_id"], new_version=new["version"]
    )
    parts: list[RenderableType] = [screens.text(head, "bold")]
    alone = {side: ", ".join(getattr(difference, side)) for side in ("only_old", "only_new")}
    parts += [screens.text(say(side).format(names=names)) for side, names in alone.items() if names]
    if not difference.tables:
        return [*parts, screens.text(say("equal"))]
    counted = [say(key) for key in ("added", "removed", "changed")]
    grid = screens.table(say("table"), *counted, right=tuple(counted))
    for name, counts in difference.tables.items():
        grid.add_row(name, *(number(counts[key]) for key in ("added", "removed", "changed")))
    parts.append(grid)
    ordered = sorted(difference.changes, key=lambda c: (-abs(c.relative or 0), c.metric_id))
    shown = ordered if every else ordered[:SHOWN]
    lines = [line for change in shown for line in say.change(change, difference)]
    if len(ordered) > len(shown):
        lines.append(say("more").format(n=len(ordered) - len(shown)))
    if lines:
        parts.append(screens.titled(say("moved"), *map(screens.text, lines)))
    return parts


class _Says:
    """Writes the lines of one difference in one language."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def __call__(self, key: str) -> str:
        return TEXTS[key][self._words.language == "zh"]

    def change(self, change: Change, difference: Difference) -> list[str]:
        moved = [f"{name}: {_plain(a)} → {_plain(b)}" for name, (a, b) in change.columns.items()]
        relative = f" ({100 * change.relative:+.2f} %)" if change.relative is not None else ""
        lines = [f"  {change.metric_id}{relative}", f"    {'; '.join(moved) or '–'}"]
        for key, ids in (
            ("input_added", change.inputs_added),
            ("input_removed", change.inputs_removed),
            ("input_changed", change.inputs_changed),
        ):
            lines += [f"    {self(key)}: {self._figure(i, difference)}" for i in ids[:INPUTS]]
            if len(ids) > INPUTS:
                lines.append(f"    {self('and_more').format(n=len(ids) - INPUTS)}")
        if change.formula is not None:
            lines.append("    " + self("formula").format(old=change.formula[0], new=change.formula[1]))
        elif not (change.inputs_added or change.inputs_removed or change.inputs_changed):
            lines.append(f"    {self('no_input')}")
        return lines

    @staticmethod
    def _figure(name: str, difference: Difference) -> str:
        columns = difference.figures.get(name, {}).get("columns", {})
        told = [f"{c} {_plain(p['old'])} → {_plain(p['new'])}" for c, p in columns.items()]
        return f"{name}: {', '.join(told)}" if told else name


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "–" if value is None else str(value)
