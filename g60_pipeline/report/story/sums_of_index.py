"""Sums of the composite index: bounds, components with their weights, and the index itself."""

from __future__ import annotations

from typing import Final

from g60_pipeline.report.database import Row
from g60_pipeline.report.story.subject import component_name
from g60_pipeline.report.story.terms import Term, least, ln, most, n, plus, times
from g60_pipeline.report.story.working import Both, Case, Working
from g60_pipeline.report.words import number

FLOOR: Final = 0.01
"""What a normalised 0 counts in a geometric mean."""

NO_SPREAD: Final = 1e-9
"""Spread of normalised values below which a component weighs nothing."""

HOLDERS: Final = 3
"""Rows named that hold a bound."""


def bound(case: Case) -> Working:
    """Write `index_bound`: the smallest and largest treated value, and who holds them."""
    row, done = case.row, Working()
    held = [r for r in _components(case, row["component_id"]) if r["treated"] is not None]
    if row["low"] is None or not held:
        return done
    treated = [n(r["treated"]) for r in held]
    for end, of in (("low", least), ("high", most)):
        done.add(end, of(treated), row[end])
        holders = [r for r in held if r["treated"] == row[end]]
        told = [((_holder(case, r, end)), r["metric_id"]) for r in holders[:HOLDERS]]
        done.rest_on(told)
        if len(holders) > HOLDERS:
            rest = len(holders) - HOLDERS
            done.rest_on([((f"{end}: {rest} more", f"{_ENDS[end]}：另有{rest}项"), None)])
    return done


_ENDS: Final = {"low": "下限", "high": "上限"}


def _holder(case: Case, held: Row, end: str) -> Both:
    english, chinese = case.name(held["geo_code"])
    value = number(held["treated"])
    drawn = held["raw"] != held["treated"]
    raw = number(held["raw"])
    return (
        f"{end}: {english}, {held['year']}: {value}" + (f" (drawn in from {raw})" if drawn else ""),
        f"{_ENDS[end]}：{chinese}，{held['year']}年：{value}" + (f"（处理前为{raw}）" if drawn else ""),
    )


def _components(case: Case, component_id: str | None = None) -> list[Row]:
    return case.rows(
        """FROM metrics.index_component WHERE framework_id = $framework AND corridor_id = $corridor
             AND (CAST($component AS VARCHAR) IS NULL OR component_id = $component)
           ORDER BY year, geo_code, component_id""",
        framework=case.row["framework_id"],
        corridor=case.row["corridor_id"],
        component=component_id,
    )


def component(case: Case) -> Working:
    """Write `index_component`: the raw figure, its treatment, its place between the bounds, weights, contributions."""
    row, done = case.row, Working()
    if row["raw"] is not None:
        _raw(case, done)
    if row["normalised"] is None:
        return done
    bounds = case.warehouse.one(
        """FROM metrics.index_bound WHERE framework_id = $framework AND corridor_id = $corridor
             AND component_id = $component""",
        {"framework": row["framework_id"], "corridor": row["corridor_id"], "component": row["component_id"]},
    )
    _treated(case, done, bounds)
    low, high = n(bounds["low"]), n(bounds["high"])
    done.add("normalised", (n(row["treated"]) - low) / (high - low), row["normalised"])
    if row["weight_equal"] is not None:
        beside = {r["component_id"]: r["dimension"] for r in _components(case) if r["year"] == row["year"]}
        dimensions = list(beside.values())
        weight = n(1) / n(len(set(dimensions))) / n(dimensions.count(row["dimension"]))
        done.add("weight_equal", weight, row["weight_equal"])
        done.add("contribution_equal", n(row["weight_equal"]) * n(row["normalised"]), row["contribution_equal"])
    if row["weight_entropy"] is not None:
        _entropy(case, done)
        done.add("contribution_entropy", n(row["weight_entropy"]) * n(row["normalised"]), row["contribution_entropy"])
    return done


def _raw(case: Case, done: Working) -> None:
    """Add how the raw figure was made: a ratio, or the figure as printed."""
    row, series = case.row, str(case.row["series"])
    if series.startswith("ratio "):
        found = case.rows(
            """SELECT i.metric_id, i.numerator, i.denominator, r.scale, i.name_en, i.name_zh FROM metrics.intensity AS i
               JOIN (SELECT DISTINCT ratio_id, scale FROM core.ratio) AS r USING (ratio_id)
               WHERE i.ratio_id = $ratio AND i.geo_code = $place AND i.year = $year AND i.value IS NOT NULL""",
            ratio=series.removeprefix("ratio "),
            place=row["geo_code"],
            year=row["year"],
        )
        for r in found[:1]:
            done.rest_on([((r["name_en"], r["name_zh"]), r["metric_id"])])
            done.add("raw", n(r["numerator"]) / n(r["denominator"]) * n(r["scale"]), row["raw"])
    else:
        printed = [f for f in case.figures if f["geo_code"] == row["geo_code"] and f["value"] == row["raw"]]
        done.rest_on(
            ((f"as printed: {f['observation_id']}", f"公布值：{f['observation_id']}"), None) for f in printed[:1]
        )


def _treated(case: Case, done: Working, bounds: Row) -> None:
    row = case.row
    raw = n(row["raw"])
    if bounds["treatment"] == "winsorised" and row["raw"] != row["treated"]:
        drawn = least([raw, n(bounds["high"])]) if row["raw"] > row["treated"] else most([raw, n(bounds["low"])])
        done.add("treated", drawn, row["treated"])
    elif bounds["treatment"] == "logarithm":
        held = [r["raw"] for r in _components(case, row["component_id"]) if r["raw"] is not None]
        low, high = n(min(held)), n(max(held))
        done.add("treated", ln(raw - low + n(FLOOR) * (high - low)), row["treated"])


def _entropy(case: Case, done: Working) -> None:
    """Add the entropy of every component over the cities that have all of them, and the weight of this one."""
    row = case.row
    cities: dict[str, dict[str, float | None]] = {}
    for r in _components(case):
        if r["year"] == row["year"]:
            cities.setdefault(r["geo_code"], {})[r["component_id"]] = r["normalised"]
    full = [city for city in cities.values() if all(value is not None for value in city.values())]
    names = list(next(iter(cities.values())))
    left = {}
    for name in names:
        values = [float(v) for city in full if (v := city[name]) is not None]
        if max(values) - min(values) <= NO_SPREAD:
            left[name] = n(0)
            continue
        told = component_name(case, name)
        whole = done.step("normalised_sum", plus([n(v) for v in values]), of=told)
        shares = [n(v) / whole for v in values if v > 0]
        entropy = (n(0) - plus([q * ln(q) for q in shares])) / ln(n(len(values)))
        left[name] = n(1) - done.step("entropy", entropy, of=told)
    done.add("weight_entropy", left[row["component_id"]] / plus(list(left.values())), row["weight_entropy"])


def index(case: Case) -> Working:
    """Write `innovation_index`: the weighted mean of the components, and of each dimension."""
    row, done = case.row, Working()
    found = [
        r
        for r in _components(case)
        if (r["geo_code"], r["year"]) == (row["geo_code"], row["year"]) and r[f"weight_{row['weighting']}"] is not None
    ]
    if row["value"] is None or len(found) != row["components_expected"]:
        return done
    done.rest_on((_part(case, r, r[f"weight_{row['weighting']}"]), r["metric_id"]) for r in found)
    sides = [(n(r[f"weight_{row['weighting']}"]), n(r["normalised"])) for r in found]
    geometric = row["aggregation"] == "geometric"
    done.add("value", _mean(sides, geometric=geometric), row["value"])
    for name in dict.fromkeys(r["dimension"] for r in found):
        inside = [side for side, r in zip(sides, found, strict=True) if r["dimension"] == name]
        if row[f"dimension_{name}"] is not None:
            weight = plus([w for w, _ in inside])
            mean = _mean(inside, geometric=geometric)
            whole = mean ** (n(1) / weight) if geometric else mean / weight
            done.add(f"dimension_{name}", whole, row[f"dimension_{name}"])
    return done


def _part(case: Case, held: Row, weight: float) -> Both:
    english, chinese = component_name(case, held["component_id"])
    value, weighs = number(held["normalised"]), number(weight)
    return f"{english}: {value}, weight {weighs}", f"{chinese}：{value}，权重{weighs}"


def _mean(sides: list[tuple[Term, Term]], *, geometric: bool) -> Term:
    if not geometric:
        return plus([weight * value for weight, value in sides])
    return times([(n(FLOOR) + n(1 - FLOOR) * value) ** weight for weight, value in sides])


def robustness(case: Case) -> Working:
    """Name what `index_robustness` draws from, and the order its rank is taken from."""
    row, done = case.row, Working()
    beside = case.rows(
        """SELECT metric_id, geo_code, value, rank FROM metrics.innovation_index
           WHERE framework_id = $framework AND corridor_id = $corridor AND year = $year AND weighting = 'equal'
             AND aggregation = 'arithmetic' AND value IS NOT NULL ORDER BY rank, geo_code""",
        framework=row["framework_id"],
        corridor=row["corridor_id"],
        year=row["year"],
    )
    done.rest_on((_ranked(case, r), r["metric_id"]) for r in beside)
    key = f"framework_id '{row['framework_id']}', corridor_id '{row['corridor_id']}', year {row['year']}"
    done.unwritten = (
        f"{row['draws']:,} draws with seed {row['seed']} are not written out. They vary the rows of "
        f"metrics.index_component with {key}; the rank without any draw follows from the indices below.",
        f"{row['draws']:,}次抽样（种子{row['seed']}）不逐项写出。抽样所变动的是 metrics.index_component 的下列各行："
        f"{key}。未抽样时的位次由下列指数得出。",
    )
    return done


def _ranked(case: Case, held: Row) -> Both:
    english, chinese = case.name(held["geo_code"])
    value = number(held["value"])
    return f"{held['rank']}. {english}: {value}", f"第{held['rank']}位 {chinese}：{value}"
