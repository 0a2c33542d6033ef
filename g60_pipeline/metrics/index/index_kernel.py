"""Bounds, components and the index itself, from the rows each is made of. The steps: `index_steps`. No frames.

A row comes with the parameters of its formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from g60_pipeline.metrics.engine.traced import Number, StepOf, largest, smallest
from g60_pipeline.metrics.index.index_steps import (
    aggregate,
    by_dimension,
    entropy_weights,
    equal_weights,
    min_max,
    treat,
    treated,
)

Row = Mapping[str, Any]


def bound(row: Row, parents: Sequence[Row], step: StepOf) -> dict[str, Number]:
    """Return the smallest and the largest treated value, from the figures of every city and year."""
    if row["low"] is None:
        return {}
    found = treat([float(figure["value"]) for figure in parents], row)
    values = [step("treated", value) for value in found.values]
    return {"low": smallest(values), "high": largest(values)}


def component(row: Row, parents: Sequence[Row], step: StepOf) -> dict[str, Number]:
    """Name treatment, place between the bounds, weights and contributions of one figure.

    Args:
        row: The row of `metrics.index_component`.
        parents: The figure; the bounds of every component, in order; where there is an entropy weight, the figures
            of every complete city of the year, city by city, in the order of the bounds.
        step: Names what is in between.
    """
    if row["normalised"] is None:
        return {}
    figure, *others = parents
    bounds = {parent["component_id"]: parent for parent in others if "treatment" in parent}
    own = bounds[row["component_id"]]
    value = treated(figure["value"], own)
    value = step("treated", value) if value != figure["value"] else value
    normalised = step("normalised", min_max(value, own["low"], own["high"]))
    if row["weight_equal"] is None:
        return {}
    weights = equal_weights({name: each["dimension"] for name, each in bounds.items()}, step=step)
    equal = step("weight_equal", weights[row["component_id"]])
    step("contribution_equal", equal * normalised)
    if row["weight_entropy"] is not None:
        figures, count = others[len(bounds) :], len(bounds)
        columns = {
            name: [step("of_city", _place(city["value"], each)) for city in figures[position::count]]
            for position, (name, each) in enumerate(bounds.items())
        }
        by_entropy = entropy_weights(columns, step=step) or {}
        entropy = step("weight_entropy", by_entropy[row["component_id"]])
        step("contribution_entropy", entropy * normalised)
    return {}


def _place(raw: Number, own: Row) -> float:
    """Return the normalised figure of another city; how it comes about is written at its own row."""
    return float(min_max(treated(raw, own), own["low"], own["high"]))  # type: ignore[arg-type]  # it was normalised


def index(row: Row, parents: Sequence[Row], step: StepOf) -> dict[str, Number]:
    """Return the index of a city and year, and its dimensions, from the components."""
    if row["value"] is None:
        return {}
    floor = row["floor"] if row["aggregation"] == "geometric" else None
    values = {part["component_id"]: part["normalised"] for part in parents}
    weights = {part["component_id"]: part[f"weight_{row['weighting']}"] for part in parents}
    dimensions = {part["component_id"]: part["dimension"] for part in parents}
    value = aggregate(values, weights, floor=floor)
    found = by_dimension(values, weights, dimensions=dimensions, floor=floor, step=step)
    return {"value": value} | {f"dimension_{name}": mean for name, mean in found.items()}
