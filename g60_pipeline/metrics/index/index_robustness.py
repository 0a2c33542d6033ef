"""How far ranks of the index depend on its choices: weights, aggregation, normalisation, components, in seeded draws.

A member without an index may have any rank: it widens the worse end of every other member's interval by one place.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.index.contract import SOURCES, IndexRobustness
from g60_pipeline.metrics.index.edition import EVIDENCE, Edition
from g60_pipeline.metrics.index.index_steps import NO_SPREAD, aggregate, equal_weights, ranks
from g60_pipeline.normalize.reasons import reason_row

FORMULA: Final = "index_robustness"
INDEX: Final = "innovation_index"
"""Formula of the index whose ranks these are."""

Array = NDArray[np.float64]
Row = dict[str, Any]


def index_robustness(found: list[Edition]) -> pl.DataFrame:
    """Return `metrics.index_robustness`, for every member and year that has an index.

    Args:
        found: Editions, of `edition.editions`.
    """
    rows: list[Row] = []
    for edition in found:
        for year in sorted(edition.years):
            values = edition.normalised(year)
            if values:
                rows += _year(edition, year, values)
    return frame_of(rows, IndexRobustness)


def drawn_ranks(
    matrix: Array, weights: Array, *, source: str, draws: int | None = None, seed: int | None = None
) -> NDArray[np.int64]:
    """Return the ranks of every draw, an array of draws x cities.

    Each weight is moved up or down by at most the `noise` of the formula, then all are made to sum to one again.

    Args:
        matrix: Normalised values, cities x components.
        weights: Weights of the components.
        source: Which choice is varied: weights, aggregation, normalisation, leave_one_out or all.
        draws: How often; by default as the formula says.
        seed: Seed of the generator, by default that of the formula: the same figures give the same ranks anywhere.
    """
    constants, floor = parameters(FORMULA), parameters(INDEX)["floor"]
    draws = int(constants["draws"]) if draws is None else draws
    generator = np.random.Generator(np.random.PCG64(int(constants["seed"]) if seed is None else seed))
    cities, components = matrix.shape
    everything = source == "all"
    noise = generator.uniform(1 - constants["noise"], 1 + constants["noise"], size=(draws, components))
    geometric = generator.integers(0, 2, size=draws).astype(bool)
    scale = generator.integers(0, 3, size=draws)
    left_out = generator.integers(0, components + 1, size=draws)
    w = np.tile(weights, (draws, 1))
    if everything or source == "weights":
        w = w * noise
    if everything or source == "leave_one_out":
        w = np.where(np.arange(components) == left_out[:, None], 0.0, w)
    w = w / w.sum(axis=1, keepdims=True)
    forms = np.stack([matrix, _z_scores(matrix), _rank_scores(matrix)])
    chosen = forms[scale if everything or source == "normalisation" else np.zeros(draws, dtype=np.int64)]
    scores = np.einsum("dij,dj->di", chosen, w)
    if everything or source == "aggregation":
        positive = np.where((scale == 1)[:, None, None] & everything, matrix, chosen)
        means = np.exp(np.einsum("dij,dj->di", np.log(floor + (1 - floor) * positive), w))
        scores = np.where(geometric[:, None], means, scores)
    better = scores[:, None, :] > scores[:, :, None] + 1e-12
    found: NDArray[np.int64] = 1 + better.sum(axis=2)
    return found.reshape(draws, cities)


def _year(edition: Edition, year: int, values: dict[str, dict[str, float]]) -> list[Row]:
    codes, names = sorted(values), list(edition.components)
    matrix = np.array([[values[code][name] for name in names] for code in codes])
    equal = equal_weights(edition.components)
    base = ranks({code: aggregate(values[code], equal) for code in codes})
    ordered = sorted(codes, key=lambda code: (base[code], code))
    parents = [edition.row_id("index", code, year, "equal", "arithmetic") for code in ordered]
    unranked = edition.without(codes, year)
    behind = len(unranked)
    rows = []
    for source in SOURCES:
        found = drawn_ranks(matrix, np.array([equal[name] for name in names]), source=source)
        quantiles = np.quantile(found, [0, 0.05, 0.5, 0.95, 1], axis=0, method="inverted_cdf").astype(int)
        for number, code in enumerate(codes):
            city = edition.years[year][code]
            best, p5, median, p95, worst = (int(q) for q in quantiles[:, number])
            rows.append(
                {
                    "metric_id": f"{FORMULA}:{edition.framework_id}:{edition.corridor_id}:{code}:{year}:{source}",
                    "framework_id": edition.framework_id,
                    "corridor_id": edition.corridor_id,
                    "edition": edition.name,
                    "formula_id": FORMULA,
                    "parent_ids": parents,
                    "geo_code": code,
                    "year": year,
                    "source": source,
                    "draws": parameters(FORMULA)["draws"],
                    "seed": parameters(FORMULA)["seed"],
                    "cities": len(codes),
                    "members_expected": len(codes) + behind,
                    "members_missing": unranked,
                    "rank_p5": p5,
                    "rank_p95": p95 + behind,
                    "rank_best": best,
                    "rank_worst": worst + behind,
                }
                | ({} if unranked else _exact(found[:, number], base=base[code], median=median))
                | reason_row(("unranked_members", " ".join(unranked)) if unranked else None)
                | {name: sorted({item for row in city.values() for item in row[name]}) for name in EVIDENCE}
            )
    return rows


def _exact(drawn: NDArray[np.int64], *, base: int, median: int) -> Row:
    """Return what can be said where every member is ranked."""
    shares = {"share_same": float((drawn == base).mean()), "share_first": float((drawn == 1).mean())}
    return {"rank": base, "rank_median": median} | shares


def _z_scores(matrix: Array) -> Array:
    spread = matrix.std(axis=0)
    differs = np.ptp(matrix, axis=0) > NO_SPREAD
    scores: Array = np.where(differs, (matrix - matrix.mean(axis=0)) / np.where(differs, spread, 1.0), 0.0)
    return scores


def _rank_scores(matrix: Array) -> Array:
    below = (matrix[None, :, :] < matrix[:, None, :] - 1e-12).sum(axis=1)
    scores: Array = below / max(matrix.shape[0] - 1, 1)
    return scores
