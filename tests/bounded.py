"""Builders of small worlds of bounds: a rule book of one identity and three tiers, and the bound of a target."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl
from small_frames import Make

from g60_pipeline.catalog.bound_models import BoundRules
from g60_pipeline.metrics.bounds.assemble import Frame
from g60_pipeline.metrics.bounds.cells import Cell, Constraint
from g60_pipeline.metrics.bounds.solver import End
from g60_pipeline.metrics.bounds.totals_known import totals_known
from g60_pipeline.metrics.bounds.world import World
from g60_pipeline.normalize.catalog_tables import METRICS_VERSION

Row = dict[str, Any]

WORDS = {"reason_en": "because", "reason_zh": "因为"}
NO_BREAKS = pl.DataFrame(schema={"geo_code": pl.String, "first_period": pl.Int32, "territorial": pl.Boolean})


def rules(*identities: Row, tiers: Sequence[Row] = (), ranks: Sequence[Row] = ()) -> BoundRules:
    """Return a rule book; each tier is its name and its assumptions about `thing` / `plain`."""
    first: Row = {"tier": "printed", "assumptions": []}
    named = [WORDS | t for t in (first, *tiers)]
    held = {"identities": [WORDS | i for i in identities], "ranks": [WORDS | r for r in ranks]}
    return BoundRules.model_validate(held | {"tiers": named})


def assume(tier: str, **limits: float) -> Row:
    """Return a tier that limits how `thing` moves from year to year."""
    return {"tier": tier, "assumptions": [{"indicator": "thing", "basis": "plain", "since": 2000} | limits]}


def frame(
    *rows: Row, members: Sequence[str], book: BoundRules | None = None, bases: pl.DataFrame | None = None
) -> Frame:
    """Return what the constraints are made of, for candidates and one corridor `c`."""
    wanted = Make.bases() if bases is None else bases
    candidate = Make.candidates(*rows)
    figure = Make.figures(*rows, bases=wanted)
    sets = Make.members(*members)
    return Frame.of(
        figure=figure,
        known=totals_known(figure, members=sets, indicator_basis=wanted),
        candidate=candidate,
        indicator_basis=wanted,
        geography=Make.places,
        corridor_member=sets.with_columns(version=pl.lit(METRICS_VERSION)),
        series_break=NO_BREAKS,
        rules=book or rules(),
    )


def cell(place: str, year: int = 2020, series: str = "thing") -> Cell:
    """Return a cell of `series` / `plain`."""
    return Cell(place, series, "plain", dt.date(year, 12, 31))


def at(place: str, value: float, **more: Any) -> Row:
    """Return a candidate."""
    return {"geo_code": place, "value": value} | more


def values(found: tuple[End | None, End | None]) -> tuple[float | None, float | None]:
    """Return the ends as numbers, without the noise of the solver."""
    low, high = (None if end is None else round(end.value, 9) for end in found)
    return low, high


def world(cells: Sequence[Cell], constraints: Sequence[Constraint]) -> World:
    """Return the world of these constraints."""
    return World.of(cells, constraints, signed=frozenset())
