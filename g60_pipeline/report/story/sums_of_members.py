"""Sums that set the members of a corridor against each other: concentration, convergence, contributions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from g60_pipeline.report.database import Row
from g60_pipeline.report.story.seen_places import Seen
from g60_pipeline.report.story.terms import Term, absolute, ln, n, plus, root
from g60_pipeline.report.story.working import Both, Case, Working
from g60_pipeline.report.words import number

POPULATION: Final = ("population_resident", "resident_year_end")
"""Series of the weights of a concentration."""


def concentration(case: Case) -> Working:
    """Write `concentration`: every measure of exact figures."""
    row, done = case.row, Working()
    series = (row["indicator_id"], row["basis"])
    held = {code: case.exact(code, series, day=row["period_end"]) for code in case.members}
    exact = {code: value for code, value in held.items() if value is not None}
    if row["value"] is None or len(exact) != len(held):
        return done
    measure = row["measure"]
    whole = done.step("members_sum", plus([n(v) for v in exact.values()]))
    if measure in _PLAIN:
        done.add("value", _PLAIN[measure](done, list(exact.values()), whole), row["value"])
        return done
    people = {code: case.exact(code, POPULATION, year=row["year"]) for code in exact}
    weights = [n(p) for p in people.values() if p is not None]
    if len(weights) == len(exact):
        everyone = done.step("population_sum", plus(weights))
        s = {code: n(v) / whole for code, v in exact.items()}
        p = {code: weight / everyone for code, weight in zip(exact, weights, strict=True)}
        done.add("value", _weighted(done, row, seen=Seen(tuple(case.members), case.places), s=s, p=p), row["value"])
    return done


Plain = Callable[[Working, Sequence[float], Term], Term]


def _hhi(_: Working, x: Sequence[float], whole: Term) -> Term:
    return plus([n(v) ** n(2) for v in x]) / whole ** n(2)


def _hhi_normalised(done: Working, x: Sequence[float], whole: Term) -> Term:
    hhi, even = done.step("hhi", _hhi(done, x, whole)), n(1) / n(len(x))
    return (hhi - even) / (n(1) - even)


def _largest(count: int) -> Plain:
    return lambda _, x, whole: plus([n(v) for v in sorted(x, reverse=True)[:count]]) / whole


def _gini(_: Working, x: Sequence[float], whole: Term) -> Term:
    size = len(x)
    ranked = [n(2 * k - size - 1) * n(v) for k, v in enumerate(sorted(x), start=1)]
    return plus(ranked) / (n(size) * whole)


def _gini_corrected(done: Working, x: Sequence[float], whole: Term) -> Term:
    return done.step("gini", _gini(done, x, whole)) * n(len(x)) / n(len(x) - 1)


def _variation(done: Working, x: Sequence[float], whole: Term) -> Term:
    mean = done.step("mean", whole / n(len(x)))
    return root(plus([(n(v) - mean) ** n(2) for v in x]) / n(len(x))) / mean


def _theil(_: Working, x: Sequence[float], whole: Term) -> Term:
    return plus([n(v) / whole * ln(n(len(x)) * n(v) / whole) for v in x if v > 0])


_PLAIN: Final[dict[str, Plain]] = {
    "hhi": _hhi,
    "hhi_normalised": _hhi_normalised,
    "cr1": _largest(1),
    "cr4": _largest(4),
    "gini": _gini,
    "gini_corrected": _gini_corrected,
    "cv": _variation,
    "theil": _theil,
}
"""Measures of the figures alone."""


def _weighted(done: Working, row: Row, *, seen: Seen, s: dict[str, Term], p: dict[str, Term]) -> Term:
    """Return a measure of the shares against those of the population."""
    match row["measure"]:
        case "hoover":
            return plus([absolute(s[code] - p[code]) for code in s]) / n(2)
        case "williamson_cv":
            return root(plus([p[code] * (s[code] / p[code] - n(1)) ** n(2) for code in s]))
    whole = plus([s[code] * ln(s[code] / p[code]) for code in s if s[code].value > 0])
    if row["measure"] == "theil_weighted":
        return whole
    sides = [[code for code in s if seen.province(code) == province] for province in row["provinces"]]
    groups = [(plus([s[c] for c in side]), plus([p[c] for c in side])) for side in sides]
    between = plus([one * ln(one / other) for one, other in groups if one.value > 0])
    if row["measure"] == "theil_between":
        return between
    return done.step("theil_weighted", whole) - done.step("theil_between", between)


def convergence(case: Case) -> Working:
    """Write `convergence` from the ratios of the members in `metrics.intensity`."""
    row, done = case.row, Working()
    ratios = case.rows(
        """SELECT metric_id, geo_code, year, value, unit FROM metrics.intensity
           WHERE ratio_id = $ratio AND basis = $basis AND list_contains($codes, geo_code)
             AND (year = $year OR year = $base) ORDER BY year, geo_code""",
        ratio=row["ratio_id"],
        basis=row["basis"],
        codes=row["members_used"],
        year=row["year"],
        base=row["base_year"],
    )
    done.rest_on((_ratio(case, r), r["metric_id"]) for r in ratios)
    end = [n(r["value"]) for r in ratios if r["year"] == row["year"] and r["value"]]
    base = [n(r["value"]) for r in ratios if r["year"] == row["base_year"] and r["value"]]
    if row["value"] is None or len(end) != len(row["members_used"]):
        return done
    match row["measure"]:
        case "sigma":
            done.add("value", _sigma(done, end), row["value"])
        case "cv":
            done.add("value", _variation(done, [t.value for t in end], plus(end)), row["value"])
        case "sigma_change" if len(base) == len(end):
            years = [(base, str(row["base_year"])), (end, str(row["year"]))]
            first, last = (done.step("sigma", _sigma(done, x, of=(y, y)), of=(y, y)) for x, y in years)
            done.add("value", last - first, row["value"])
        case _ if len(base) == len(end):
            _slope(done, row, base=base, end=end)
    return done


def _ratio(case: Case, ratio: Row) -> Both:
    english, chinese = case.name(ratio["geo_code"])
    value = number(ratio["value"])
    return f"{english}, {ratio['year']}: {value}", f"{chinese}，{ratio['year']}年：{value}"


def _sigma(done: Working, x: Sequence[Term], *, of: Both = ("", "")) -> Term:
    mean = done.step("mean_log", plus([ln(v) for v in x]) / n(len(x)), of=of)
    return root(plus([(ln(v) - mean) ** n(2) for v in x]) / n(len(x)))


def _slope(done: Working, row: Row, *, base: Sequence[Term], end: Sequence[Term]) -> None:
    years, size = n(row["year"] - row["base_year"]), n(len(base))
    y = [(ln(b) - ln(a)) / years for a, b in zip(base, end, strict=True)]
    mean_x = done.step("mean_log", plus([ln(a) for a in base]) / size)
    mean_y = done.step("mean_growth", plus(y) / size)
    s_xx = done.step("s_xx", plus([(ln(a) - mean_x) ** n(2) for a in base]))
    s_xy = done.step("s_xy", plus([(ln(a) - mean_x) * (g - mean_y) for a, g in zip(base, y, strict=True)]))
    beta, measure = s_xy / s_xx, row["measure"]
    if measure == "beta":
        done.add("value", beta, row["value"])
        return
    slope = done.step("beta", beta)
    if measure in {"beta_standard_error", "r_squared"}:
        s_yy = done.step("s_yy", plus([(g - mean_y) ** n(2) for g in y]))
        error = root((s_yy - slope * s_xy) / (size - n(2)) / s_xx)
        done.add("value", error if measure == "beta_standard_error" else slope * s_xy / s_yy, row["value"])
        return
    speed = (n(0) - ln(n(1) + slope * years)) / years
    if measure == "speed":
        done.add("value", speed, row["value"])
    else:
        done.add("value", ln(n(2)) / done.step("speed", speed), row["value"])
