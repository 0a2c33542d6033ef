"""Convergence of the members of a corridor in ratios per head: does the spread fall, do the poorer grow faster.

The members are the same in every year, all of them or none. Years between which a series breaks are never compared; a
ratio on another basis of the population is another series. The arithmetic: `convergence_kernel`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import Metric
from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.metrics.growth.convergence_kernel import OF_SLOPE, slope, spread
from g60_pipeline.normalize.reasons import Reason, reason_row

TABLE: Final = "convergence"
PEOPLE: Final = "population_resident"
"""Denominator of the ratios that are compared."""

FORMULAS: Final = {"sigma": "convergence_sigma", "cv": "convergence_sigma", "sigma_change": "convergence_sigma"}
BETA: Final = "convergence_beta"
"""Formula of every measure of the slope."""

Row = dict[str, Any]


class Convergence(Metric):
    """Whether the members of a corridor grow alike in a ratio per head: spread by year, and the slope of growth.

    The members are the same in every year. Sigma is the standard deviation of the logarithms, beta the slope of mean
    yearly log growth on the logarithm of the start, by least squares; neither crosses a break or a change of basis.
    """

    ratio_id = c.text("Ratio compared.", references="core.ratio.ratio_id")
    measure = c.one_of(
        ("sigma", "cv", "sigma_change", "beta", "beta_standard_error", "r_squared", "speed", "half_life"),
        "sigma, cv: of the year; sigma_change: against base_year; the others: from base_year to the year.",
    )
    base_year = c.year("Year it is measured from.", nullable=True)
    value = c.number("The measure.", "measure", answer=True)
    members_used = c.words("Members compared.", references="core.geography.geo_code")
    reason_code, reason_args = c.reasons(
        ("no_complete_year", "too_short", "all_alike", "no_steady_speed"), "Why there is no value."
    )


@metric(Convergence)
def convergence(intensity: pl.DataFrame, *, corridor_member: pl.DataFrame, series_break: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.convergence`, for ratios over residents that every member has in two years or more."""
    rows: list[Row] = []
    per_head = intensity.filter(
        (pl.col("denominator_indicator_id") == PEOPLE) & (pl.col("value") > 0) & pl.col("geo_code").is_not_null()
    )
    for (corridor_id,), group in metric_members(corridor_member).partition_by("corridor_id", as_dict=True).items():
        codes = group["geo_code"].to_list()
        held = per_head.filter(pl.col("geo_code").is_in(codes))
        for series in held.partition_by("ratio_id", "basis", "denominator_basis"):
            table = _Series(str(corridor_id), sorted(codes), series)
            rows += table.rows(_cuts(series, codes, series_break))
    return frame_of(rows, Convergence)


@dataclass(frozen=True)
class _Series:
    """One ratio of the members of one corridor, on one basis."""

    corridor_id: str
    codes: list[str]
    held: pl.DataFrame

    def rows(self, cuts: list[int]) -> Iterator[Row]:
        """Yield the spread of every year all members have, and the slope of every span of years without a break."""
        by_year = {
            int(year): {row["geo_code"]: row for row in group.iter_rows(named=True)}
            for (year,), group in self.held.partition_by("year", as_dict=True).items()
        }
        years = {year: cities for year, cities in by_year.items() if len(cities) == len(self.codes)}
        if not years:
            most = max(sorted(by_year, reverse=True), key=lambda year: len(by_year[year]))
            if len(by_year[most]) > 1:
                why = ("no_complete_year", str(most), str(len(by_year[most])), str(len(self.codes)))
                yield self._row([*by_year[most].values()], measure="sigma", reason=why)
            return
        spans: list[list[int]] = []
        for year in sorted(years):
            if not spans or any(spans[-1][-1] < cut <= year for cut in cuts):
                spans.append([])
            spans[-1].append(year)
        for span in spans:
            yield from self._spreads([years[year] for year in span])
            if len(span) > 1:
                yield from self._slopes(years[span[0]], years[span[-1]])

    def _spreads(self, years: list[dict[str, Row]]) -> Iterator[Row]:
        base = years[0]
        first = spread(self._values(base))[0]
        for cities in years:
            used, (sigma, cv) = self._used(cities), spread(self._values(cities))
            yield self._row(used, measure="sigma", value=sigma)
            yield self._row(used, measure="cv", value=cv)
            if cities is not base:
                both = [*self._used(base), *used]
                yield self._row(both, measure="sigma_change", base_year=self._year(base), value=sigma - first)

    def _slopes(self, base: dict[str, Row], end: dict[str, Row]) -> Iterator[Row]:
        used, start, last = [*self._used(base), *self._used(end)], self._year(base), self._year(end)
        least = parameters(BETA)["least_cities"], parameters(BETA)["least_years"]
        enough = len(self.codes) >= least[0] and last - start >= least[1]
        fit = slope(self._values(base), self._values(end), last - start) if enough else None
        if fit is None:
            few = ("too_short", *map(str, (len(self.codes), last - start, *least)))
            yield self._row(used, measure="beta", base_year=start, reason=("all_alike",) if enough else few)
            return
        for measure in OF_SLOPE:
            value = getattr(fit, measure)
            reason = ("no_steady_speed",) if value is None else None
            yield self._row(used, measure=measure, base_year=start, value=value, reason=reason)

    def _values(self, cities: dict[str, Row]) -> list[float]:
        return [row["value"] for row in self._used(cities)]

    def _used(self, cities: dict[str, Row]) -> list[Row]:
        return [cities[code] for code in self.codes]

    @staticmethod
    def _year(cities: dict[str, Row]) -> int:
        return int(next(iter(cities.values()))["year"])

    def _row(
        self,
        used: list[Row],
        *,
        measure: str,
        base_year: int | None = None,
        value: float | None = None,
        reason: Reason | None = None,
    ) -> Row:
        last = used[-1]
        rounds = {(row["numerator_round"], row["denominator_round"]) for row in used}
        mixed = {"mixed_vintage"} if len(rounds) > 1 else set[str]()
        names = ("indicator_id", "basis", "period_kind", "period_end", "year", "ratio_id")
        return {name: last[name] for name in names} | {
            "metric_id": f"{TABLE}:{measure}:{self.corridor_id}:{last['ratio_id']}:{last['basis']}:"
            f"{last['denominator_basis']}:{last['year']}",
            "corridor_id": self.corridor_id,
            "geo_code": None,
            "unit": "ratio",
            "flags": sorted(mixed | {flag for row in used for flag in row["flags"]}),
            "formula_id": FORMULAS.get(measure, BETA),
            "input_ids": sorted({i for row in used for i in row["input_ids"]}),
            "parent_ids": [row["metric_id"] for row in used],
            "measure": measure,
            "base_year": base_year,
            "value": value,
            "members_used": sorted({row["geo_code"] for row in used}),
            **reason_row(reason),
        }


def _cuts(series: pl.DataFrame, codes: list[str], series_break: pl.DataFrame) -> list[int]:
    """Return the years from which a figure of a member, above or below the line, is not comparable any more."""
    first = series.row(0, named=True)
    sides = [
        (first["indicator_id"], first["basis"]),
        (first["denominator_indicator_id"], first["denominator_basis"]),
    ]
    concerned = series_break.filter(pl.col("geo_code").is_in([*codes, "*"]))
    return [
        year
        for indicator_id, basis, year in concerned.select("indicator_id", "basis", "first_period").iter_rows()
        if (indicator_id, basis) in sides
    ]
