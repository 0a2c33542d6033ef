"""What binds the ends of a bound, in words: printed figures, sums over places, identities, assumptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from g60_pipeline.explain.derivation import Dependency, RowContext
from g60_pipeline.normalize.printed import percent
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import measured, number
from g60_pipeline.wording import Bilingual, bilingual, word


def binding(context: RowContext, constraints: Sequence[Row]) -> Iterable[Dependency]:
    """Name the constraints an end follows from, assumptions first."""
    names = {
        row["indicator_id"]: (row["name_en"], row["name_zh"])
        for row in context.rows("SELECT indicator_id, name_en, name_zh FROM core.indicator")
    }
    for row in sorted(constraints, key=lambda one: (one["kind"] != "assumed", one["kind"] != "identity")):
        yield Dependency(_sentence(context, row, names), row["metric_id"])


def of_bounds(
    context: RowContext, parents: Sequence[Row], published: Callable[[list[str]], list[Row]]
) -> Iterable[Dependency]:
    """Name each bound among the parents of a row, and the constraints it follows from."""
    for bound in parents:
        if bound["metric_id"].startswith("bound:"):
            ends = measured(bound["unit"], None, low=bound["low"], high=bound["high"])
            yield Dependency(_say("of", ends=ends, tier=word(bound["tier"], "tier")), bound["metric_id"])
            yield from binding(context, published(bound["parent_ids"]))


def _say(key: str, **values: Any) -> Bilingual:
    return bilingual(f"explanation.bound.{key}", **values)


def _sentence(context: RowContext, row: Row, names: dict[str, Bilingual]) -> Bilingual:
    terms = list(zip((_cell(context, cell, names) for cell in row["cells"]), row["coefficients"], strict=True))
    if row["kind"] == "printed":
        return _say("printed", cell=terms[0][0], side=_say(row["sense"]), value=number(row["figure"]))
    left, right = ([_times(cell, sign * factor) for cell, factor in terms if sign * factor > 0] for sign in (1, -1))
    if row["figure"]:
        (left if row["figure"] < 0 else right).append((number(abs(row["figure"])),) * 2)
    if row["sense"] == "at_most":
        left, right = right, left
    return _say("between", left=_sum(left), right=_sum(right), why=_why(row))


def _why(row: Row) -> Bilingual:
    if row["kind"] not in ("assumed", "identity", "ranked"):
        return _say(row["kind"])
    held = {name: "–" if row[name] is None else percent(row[name]) for name in ("limit", "widest")}
    reason = row["reason_en"].rstrip("."), row["reason_zh"].rstrip("。")
    return _say(row["kind"], reason=reason, cases=row["cases"] or 0, **held)


def _cell(context: RowContext, cell: str, names: dict[str, Bilingual]) -> Bilingual:
    place, indicator, _, day = cell.split(":")
    when = day.removesuffix("-12-31")
    return _say("cell", place=context.name(place), indicator=names[indicator], when=when)


def _times(cell: Bilingual, factor: float) -> Bilingual:
    return cell if factor == 1 else _say("times", factor=number(factor), cell=cell)


def _sum(parts: Sequence[Bilingual]) -> Bilingual:
    english, chinese = (" + ".join(part[side] for part in parts) or "0" for side in (0, 1))
    return english, chinese
