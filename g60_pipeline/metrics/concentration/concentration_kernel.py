"""Which measures of concentration there are, and each of them from the figures of the members. No frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from g60_pipeline.metrics.concentration import inequality_measures as measures
from g60_pipeline.metrics.engine.traced import Number, StepOf

PLAIN: Final[dict[str, measures.Measure]] = {
    "hhi": measures.hhi,
    "hhi_normalised": measures.hhi_normalised,
    "cr1": measures.largest(1),
    "cr4": measures.largest(4),
    "gini": measures.gini,
    "gini_corrected": measures.gini_corrected,
    "cv": measures.variation,
    "theil": measures.theil,
}
"""Measures of the shares alone."""

WEIGHTED: Final[dict[str, measures.Measure]] = {
    "hoover": measures.hoover,
    "theil_weighted": measures.theil_weighted,
    "williamson_cv": measures.williamson,
}
"""Measures of the shares against those of the population."""

SPLIT: Final[dict[str, Callable[..., Number]]] = {
    "theil_within": measures.theil_within,
    "theil_between": measures.theil_between,
}
"""Parts of Theil's T: inside the provinces, and between them."""

Row = Mapping[str, Any]


def concentration(row: Row, parents: Sequence[Row], step: StepOf) -> dict[str, Number]:
    """Return the measure of a row, from the figures of the members and then those of their population."""
    if row["value"] is None:
        return {}
    count, measure = row["members_expected"], row["measure"]
    members, people = parents[:count], parents[count:]
    s = measures.shares([figure["value"] for figure in members], step=step) or []
    if measure in PLAIN:
        return {"value": PLAIN[measure](s, s)}
    p = measures.shares([figure["value"] for figure in people], step=step, whole="population_sum") or []
    if measure in WEIGHTED:
        return {"value": WEIGHTED[measure](s, p)}
    provinces = [figure["province_code"] for figure in members]
    return {"value": SPLIT[measure](s, p, provinces, step=step)}
