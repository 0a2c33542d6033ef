"""The tables of bounds: every target in every tier that narrows it, and all constraints its ends may follow from.

Ends are rounded outward to eleven digits, after the noise of the solver in the last digits of a double is taken off.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from g60_pipeline.catalog.bound_models import BoundRules, Identity, Rank, Tier
from g60_pipeline.catalog.load import load_bounds
from g60_pipeline.metrics.bounds.assemble import Frame
from g60_pipeline.metrics.bounds.cells import Cell, Constraint
from g60_pipeline.metrics.bounds.contract import CONTRADICTED, Bound, BoundConstraint
from g60_pipeline.metrics.bounds.identities import Evidence
from g60_pipeline.metrics.bounds.solver import End
from g60_pipeline.metrics.bounds.targets import Target, targets
from g60_pipeline.metrics.bounds.totals_known import totals_known
from g60_pipeline.metrics.bounds.world import Conflict, World
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.normalize.reasons import reason_row

Row = dict[str, Any]
Ends = tuple[End | None, End | None]

FORMULA: Final = "bound"
CONSTRAINT: Final = "bound_constraint"
DIGITS: Final = 11
_NOISE: Final = 1e-13


@dataclass(frozen=True)
class _Context:
    frame: Frame
    corridors: frozenset[str]
    kinds: Mapping[tuple[str, str, dt.date], str]
    evidence: Mapping[tuple[str, tuple[str, str]], Evidence]
    observations: Mapping[str, tuple[Sequence[str], str]]
    """Flags and round of every observation."""
    reasons: Mapping[str, Row]
    """Reason of every rule of the catalog."""
    labels: dict[Cell, str] = field(default_factory=dict)

    def label(self, cell: Cell) -> str:
        """Return the label of a cell, made once."""
        if cell not in self.labels:
            self.labels[cell] = cell.label
        return self.labels[cell]


@metric(Bound, BoundConstraint)
def bound(
    *,
    figure: pl.DataFrame,
    observation_candidate: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    geography: pl.DataFrame,
    corridor_member: pl.DataFrame,
    ratio: pl.DataFrame,
    series_break: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return `metrics.bound` and `metrics.bound_constraint`, from the tables of the same names.

    Source of the method: feasibility intervals, as the audit of suppressed tables computes them (Fischetti and Salazar
    2001); tiers of assumptions after Manski (2003), partial identification.
    """
    known = totals_known(figure, members=metric_members(corridor_member), indicator_basis=indicator_basis)
    frame = Frame.of(
        figure=figure,
        known=known,
        candidate=observation_candidate,
        indicator_basis=indicator_basis,
        geography=geography,
        corridor_member=corridor_member,
        series_break=series_break,
        rules=load_bounds(),
    )
    wanted = list(
        targets(known, ratio=ratio, printed=frame.figures, bases=frame.bases, places=frame.places, rules=frame.rules)
    )
    context = _context(frame, figure, observation_candidate)
    return tables_of(wanted, frame.worlds(), context)


def _context(frame: Frame, figure: pl.DataFrame, candidate: pl.DataFrame) -> _Context:
    kinds = {
        (i, b, day): kind
        for i, b, day, kind in figure.select("indicator_id", "basis", "period_end", "period_kind").unique().iter_rows()
    }
    evidence = {(e.rule, e.series): e for e in frame.evidence()}
    seen = {
        name: (flags, round_) for name, flags, round_ in candidate.select("observation_id", "flags", "round").rows()
    }
    return _Context(frame, frozenset(frame.places.members), kinds, evidence, seen, _reasons(frame.rules))


def tables_of(
    wanted: Iterable[Target], worlds: Mapping[str, World], context: _Context
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of the targets in every tier that narrows them, and all constraints that may bind.

    Lower ends are computed before upper ones, and like targets after each other: where the solver stopped is near.
    """
    wanted = sorted(wanted, key=lambda target: (target.series, target.measure, target.entity, target.day))
    rows: dict[str, list[Row]] = {}
    last = World.of((), (), signed=frozenset())
    for tier, last in worlds.items():
        asked = [t for t in wanted if all(cell in last.of_cell for cell in t.cells) and last.says_more(t.cells)]
        conflicts = [last.contested(target.cells) for target in asked]
        lows, highs = (
            [
                None if conflict else last.end(target.above, target.below, sign=sign)
                for target, conflict in zip(asked, conflicts, strict=True)
            ]
            for sign in (1.0, -1.0)
        )
        for target, conflict, *ends in zip(asked, conflicts, lows, highs, strict=True):
            row = _row(target, tier, ends=(ends[0], ends[1]), conflict=conflict, world=last, context=context)
            of_target = rows.setdefault(target.name, [])
            if row and not (of_target and (row["low"], row["high"]) == (of_target[-1]["low"], of_target[-1]["high"])):
                of_target.append(row)
    constraints = [_constraint_row(constraint, context) for constraint in last.constraints.values()]
    return frame_of([row for of in rows.values() for row in of], Bound), frame_of(constraints, BoundConstraint)


def _row(
    target: Target, tier: str, *, ends: Ends, conflict: Conflict | None, world: World, context: _Context
) -> Row | None:
    low, high = (_published(end, target, up=up) for end, up in zip(ends, (False, True), strict=True))
    if not conflict and high is None and (low is None or low <= -target.less):
        return None
    names = sorted({name for end in ends if end for name in (*end.above, *end.below)})
    constraints = [world.constraints[name] for name in names]
    corridor = target.entity in context.corridors
    inputs = set[str]().union(*(c.inputs for c in (conflict.constraints if conflict else constraints)))
    reason = (CONTRADICTED, " ".join(sorted(inputs))) if conflict else None
    return {
        "metric_id": f"{FORMULA}:{target.name}:{tier}",
        "corridor_id": target.entity if corridor else None,
        "geo_code": None if corridor else target.entity,
        **_period(target.series, target.day, context),
        "unit": target.unit,
        **_seen(inputs, context),
        "formula_id": FORMULA,
        "input_ids": sorted(inputs),
        "parent_ids": [f"{CONSTRAINT}:{name}" for name in names],
        "total_group": context.frame.groups.get((*target.series, target.day)) if target.measure == "level" else None,
        "measure": target.measure,
        "tier": tier,
        "ratio_id": target.ratio_id,
        "base_year": target.base_year,
        "cells_above": [context.label(cell) for cell in target.above],
        "cells_below": [context.label(cell) for cell in target.below],
        "low": low,
        "high": high,
        "width": None if low is None or high is None else high - low,
        "scale": target.scale,
        "less": target.less,
        **_factors(ends, constraints),
        **reason_row(reason),
    }


def _published(end: End | None, target: Target, *, up: bool) -> float | None:
    return None if end is None else outward(end.value * target.scale - target.less, up=up, less=target.less)


def outward(value: float, *, up: bool, less: float = 0.0) -> float:
    """Return a number rounded away from the interval it ends, to `DIGITS` digits; noise of the solver is left out.

    `less` is what was taken off it: what is left of a number as large may be its noise.

    >>> outward(1234.5000000000002, up=True), outward(1 / 3, up=False), outward(1 / 3, up=True)
    (1234.5, 0.33333333333, 0.33333333334)
    """
    if abs(value) <= _NOISE * less:
        return 0.0
    step = DIGITS - 1 - math.floor(math.log10(abs(value)))
    grid = value * 10.0**step
    slack = abs(grid) * _NOISE
    whole = math.ceil(grid - slack) if up else math.floor(grid + slack)
    return float(f"{whole}e{-step}")


def _factors(ends: Ends, constraints: list[Constraint]) -> dict[str, list[float]]:
    at = {c.name: i for i, c in enumerate(constraints)}
    columns = {}
    for side, end in zip(("low", "high"), ends, strict=True):
        for place in ("above", "below"):
            factors = [0.0] * len(constraints)
            held: Mapping[str, float] = getattr(end, place) if end else {}
            for name, factor in held.items():
                factors[at[name]] = constraints[at[name]].sign * factor
            columns[f"{side}_{place}"] = factors
    return columns


def _period(series: tuple[str, str], day: dt.date, context: _Context) -> Row:
    kind = context.kinds.get((*series, day)) or context.frame.bases.rows[series]["observed_over"]
    return {
        "indicator_id": series[0],
        "basis": series[1],
        "period_kind": kind,
        "period_end": day,
        "year": day.year,
    }


def _seen(inputs: Iterable[str], context: _Context) -> Row:
    """Return the flags of observations, and the round all of them are of."""
    found = [context.observations[name] for name in inputs]
    rounds = {round_ for _, round_ in found}
    mixed: set[str] = {"mixed_vintage"} if len(rounds) > 1 else set()
    flags = mixed.union(*(of for of, _ in found))
    return {"flags": sorted(flags), "round": rounds.pop() if len(rounds) == 1 else "unknown"}


def _constraint_row(constraint: Constraint, context: _Context) -> Row:
    cell = constraint.subject
    series = (cell.indicator, cell.basis)
    corridor = cell.place in context.corridors
    sign = constraint.sign
    end = constraint.name.rpartition(":")[2]
    side = f"_{'fall' if end == 'low' else 'rise'}" if constraint.kind == "assumed" else ""
    rule = constraint.rule and constraint.rule + side
    evidence = _evidence(rule, series, context)
    return {
        "metric_id": f"{CONSTRAINT}:{constraint.name}",
        "corridor_id": cell.place if corridor else None,
        "geo_code": None if corridor else cell.place,
        **_period(series, cell.day, context),
        "unit": context.frame.bases.rows[series]["unit"],
        "flags": _seen(constraint.inputs, context)["flags"],
        "formula_id": CONSTRAINT,
        "input_ids": sorted(constraint.inputs),
        "parent_ids": list(constraint.parents),
        "kind": constraint.kind,
        "rule": constraint.rule,
        "cells": [context.label(of) for of in constraint.terms],
        "coefficients": [sign * factor for factor in constraint.terms.values()],
        "sense": "at_most" if sign < 0 else "at_least",
        "figure": sign * constraint.figure,
        "limit": evidence.limit if evidence else None,
        "cases": evidence.cases if evidence else None,
        "widest": evidence.widest if evidence else None,
        **context.reasons.get(constraint.rule or "", {}),
    }


def _reasons(rules: BoundRules) -> dict[str, Row]:
    """Return the reason of every identity, rank and tier by its name."""
    named: dict[str, Identity | Rank | Tier] = {i.identity_id: i for i in rules.identities}
    named |= {r.rank_id: r for r in rules.ranks} | {t.tier: t for t in rules.tiers}
    return {name: {"reason_en": rule.reason_en, "reason_zh": rule.reason_zh} for name, rule in named.items()}


def _evidence(rule: str | None, series: tuple[str, str], context: _Context) -> Evidence | None:
    if rule is None:
        return None
    of_series = context.evidence.get((rule, series))
    return of_series or next((e for (name, _), e in context.evidence.items() if name == rule), None)
