"""What a row depends on besides figures, in words: metric rows, events, flows, policies. Which sums: `derive`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from g60_pipeline.explain.constraints import binding, of_bounds
from g60_pipeline.explain.derivation import Dependency, RowContext
from g60_pipeline.explain.derive import PublishedRows, parameters_of
from g60_pipeline.explain.subject import component_name
from g60_pipeline.metrics.index.index_steps import treated
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import interval, number
from g60_pipeline.wording import Bilingual, bilingual, entries, word

AT_BOUND: Final = 3
"""Rows named that have the value of a bound."""

WITHOUT_SUM: Final = ("betweenness", "eigenvector", "components")
"""Measures of the network as a whole, for which no sum is written."""

OF_NETWORK: Final = ("corridor_id", "direction", "path")
"""Columns that say of which links a network is made."""

AS_FIGURES: Final = ("figure", "total")
"""Tables whose rows are not named: their figures are shown."""


def of_row(context: RowContext) -> list[Dependency]:
    """Return what a row depends on, in the order of its parents."""
    describe = _DESCRIPTIONS.get(context.metric)
    if describe is None:
        return []
    return list(describe(context, PublishedRows(context.warehouse).metrics(context.row["parent_ids"])))


def not_shown_because(context: RowContext) -> Bilingual | None:
    """Return why a table writes no sum for a row, though nothing is missing; None where it does."""
    row = context.row
    if context.metric == "index_robustness":
        return bilingual("explanation.draws", **row)
    if context.metric == "collaboration_network" and row["measure"] in WITHOUT_SUM and row["value"] is not None:
        when = (f"year {row['year']}",) * 2 if row["year"] else (f"span '{row['span']}'", f"span {row['span']}")
        return _part("of_links", why=_part(row["measure"]), when=when, **{name: row[name] for name in OF_NETWORK})
    if context.metric == "collaboration_link" and not row["event_ids"]:
        return _part("no_event")
    return None


def of_events(context: RowContext) -> dict[str, Bilingual]:
    """Return what the screen adds to each event of a link: how many pairs of places it joins."""
    if context.metric != "collaboration_link":
        return {}
    counts = zip(context.row["event_ids"], context.row["pair_counts"], strict=True)
    return {event: _part("pair" if n == 1 else "pairs", n=n) for event, n in counts}


def named(context: RowContext, of: Bilingual) -> Bilingual:
    """Return what a sum is for in words, where a kernel gives the code of a place, tier, dimension or component."""
    key = of[0]
    if key in context.places:
        return context.name(key)
    for column in ("tier", "dimension"):
        if f"{column}.{key}" in entries("word"):
            return word(key, column)
    return component_name(context, key) if key and "framework_id" in context.row else of


def _part(key: str, **values: Any) -> Bilingual:
    return bilingual(f"explanation.part.{key}", **values)


def _of_members(context: RowContext, ratios: Sequence[Row]) -> Iterable[Dependency]:
    """Name the ratio of each member, with its year."""
    for ratio in ratios:
        name, value = context.name(ratio["geo_code"]), number(ratio["value"])
        yield Dependency(_part("of_year", name=name, year=ratio["year"], value=value), ratio["metric_id"])


def _of_bounds(context: RowContext, parents: Sequence[Row]) -> Iterable[Dependency]:
    """Name the bounds a row was made of, and what they rest on."""
    return of_bounds(context, parents, PublishedRows(context.warehouse).metrics)


def _own_ratio(context: RowContext, parents: Sequence[Row]) -> Iterable[Dependency]:
    """Name the ratio of the member itself; of a size there is none."""
    for ratio in parents:
        if "ratio_id" in ratio and ratio["geo_code"] == context.row["geo_code"]:
            value = interval(ratio["value"], ratio["value_low"], ratio["value_high"])
            yield Dependency(_part("figure", name=_names(ratio), value=value), ratio["metric_id"])


def _votes(context: RowContext, evidence: Sequence[Row]) -> Iterable[Dependency]:
    """Name the tier each indicator gives."""
    sql = """SELECT indicator_id AS id, name_en, name_zh FROM core.indicator
             UNION ALL SELECT DISTINCT ratio_id, name_en, name_zh FROM core.ratio"""
    names = {row["id"]: _names(row) for row in context.rows(sql)}
    for vote in evidence:
        yield Dependency(_vote(vote, names[vote["ratio_id"] or vote["indicator_id"]]), vote["metric_id"])


def _vote(vote: Row, name: Bilingual) -> Bilingual:
    words = [word(tier, "tier") for tier in ([vote["tier"]] if vote["tier"] else vote["possible_tiers"])]
    english, chinese = (joint.join(tier[side] for tier in words) for side, joint in enumerate(bilingual("joint.or")))
    tiers = english, chinese
    return _part(
        "vote",
        year=vote["year"],
        name=name,
        value=interval(vote["value"], vote["value_low"], vote["value_high"]),
        median=_median(vote["median_low"], vote["median_high"]),
        ratio=interval(vote["ratio"], vote["ratio_low"], vote["ratio_high"]),
        tiers=tiers if vote["tier"] else _part("left_open", tiers=tiers),
    )


def _median(low: float | None, high: float | None) -> str:
    is_exact = low is not None and high is not None and math.isclose(low, high)
    return number(low) if is_exact else interval(None, low, high)


def _at_bounds(context: RowContext, figures: Sequence[Row]) -> Iterable[Dependency]:
    """Name the figures that have the value of a bound after treatment."""
    row = context.row
    bound = row | parameters_of(row, PublishedRows(context.warehouse))
    for end in ("low", "high"):
        of_end = [figure for figure in figures if treated(figure["value"], bound) == row[end]]
        for figure in of_end[:AT_BOUND]:
            text = _part(
                "holder" if figure["value"] == row[end] else "drawn_in",
                end=_part(end),
                name=context.name(figure["geo_code"]),
                year=figure["year"],
                value=number(row[end]),
                raw=number(figure["value"]),
            )
            yield Dependency(text, figure["metric_id"])
        if len(of_end) > AT_BOUND:
            yield Dependency(_part("more_holders", end=_part(end), n=len(of_end) - AT_BOUND))


def _raw(_: RowContext, parents: Sequence[Row]) -> Iterable[Dependency]:
    """Name the ratio a component is filled by, or the figure as printed."""
    for raw in parents[:1]:
        if "ratio_id" in raw:
            yield Dependency(_names(raw), raw["metric_id"])
        else:
            yield from (Dependency(_part("printed", name=name)) for name in raw["input_ids"])


def _components(context: RowContext, parts: Sequence[Row]) -> Iterable[Dependency]:
    """Name the components of an index with their weights."""
    for part in parts if context.row["value"] is not None else ():
        value, weight = number(part["normalised"]), number(part[f"weight_{context.row['weighting']}"])
        name = component_name(context, part["component_id"])
        yield Dependency(_part("weighed", name=name, value=value, weight=weight), part["metric_id"])


def _ranked(context: RowContext, indices: Sequence[Row]) -> Iterable[Dependency]:
    """Name the indices of a year in order."""
    for index in indices:
        name, value = context.name(index["geo_code"]), number(index["value"])
        yield Dependency(_part("ranked", rank=index["rank_low"], name=name, value=value), index["metric_id"])


def _links(context: RowContext, links: Sequence[Row]) -> Iterable[Dependency]:
    """Name the links of a network."""
    for link in links:
        text = _part(
            "link",
            one=context.name(link["from_geo"]),
            sign="→" if link["direction"] == "directed" else "–",
            other=context.name(link["to_geo"]),
            events=_part("event" if link["events"] == 1 else "events", n=link["events"]),
            weight=number(link["weight_fractional"]),
            open=_part("undecided") if link["position"] == "undecided" else "",
        )
        yield Dependency(text, link["metric_id"])


def _flows(context: RowContext, _: Sequence[Row]) -> Iterable[Dependency]:
    """Name the flows printed for the pair of a link; they do not weigh."""
    flows = context.rows(
        """SELECT f.flow_id, f.indicator_en, f.indicator_zh, f.value, f.unit, f.period_as_printed, u.symbol_en,
                  u.symbol_zh
           FROM core.flow AS f LEFT JOIN core.unit AS u ON u.unit = f.unit
           WHERE list_contains($ids, f.flow_id) ORDER BY f.flow_id""",
        ids=context.row["flow_ids"],
    )
    for flow in flows:
        value, when = "–" if flow["value"] is None else number(flow["value"]), flow["period_as_printed"] or ""
        english, chinese = flow["indicator_en"], flow["indicator_zh"] or flow["indicator_en"]
        what = ", ".join(x for x in (english, when) if x), "，".join(x for x in (chinese, when) if x)
        units = (flow[symbol] or flow["unit"] or "" for symbol in ("symbol_en", "symbol_zh"))
        yield Dependency(
            _part("flow", name=flow["flow_id"], what=what, amount=tuple(f"{value} {u}".strip() for u in units))
        )


def _verdict(context: RowContext, same: Sequence[Row]) -> Iterable[Dependency]:
    """Name the published row the figure is, and compare the figure with the claimed interval."""
    row = context.row
    for parent in same:
        table = parent["metric_id"].partition(":")[0]
        if table not in AS_FIGURES:
            yield Dependency(_part("same", table=table), parent["metric_id"])
    if any(row[name] is not None for name in ("value", "value_low", "value_high")):
        figure = interval(row["value"], row["value_low"], row["value_high"])
        claimed = interval(None, row["claimed_low"], row["claimed_high"])
        verdict = row["verdict"].replace("_", " "), word(row["verdict"])[1]
        yield Dependency(_part("verdict", figure=figure, claimed=claimed, verdict=verdict))


def _policies(context: RowContext, _: Sequence[Row]) -> Iterable[Dependency]:
    """Name the policy next before, and the versions of the corridor that may have been in force."""
    row = context.row
    before = context.rows(
        """SELECT metric_id, title_en, title_zh, issued_as_printed FROM metrics.policy_timeline
           WHERE corridor_id = $corridor AND issued_from < $day ORDER BY issued_from DESC, policy_id DESC LIMIT 1""",
        corridor=row["corridor_id"],
        day=row["issued_from"],
    )
    versions = context.rows(
        """SELECT DISTINCT version, valid_from, valid_to FROM core.corridor_member
           WHERE corridor_id = $corridor AND list_contains($names, version) ORDER BY valid_from""",
        corridor=row["corridor_id"],
        names=row["versions"],
    )
    for policy in before:
        title = policy["title_en"], policy["title_zh"]
        yield Dependency(_part("before", title=title, when=policy["issued_as_printed"]), policy["metric_id"])
    for version in versions:
        start, end = version["valid_from"] or "…", version["valid_to"] or "…"
        yield Dependency(_part("version", version=version["version"], start=start, end=end))


def _names(row: Row) -> Bilingual:
    return row["name_en"], row["name_zh"]


_DESCRIPTIONS: Final[dict[str, Callable[[RowContext, Sequence[Row]], Iterable[Dependency]]]] = {
    "bound": binding,
    "claim_audit": _verdict,
    "claim_bound": _of_bounds,
    "collaboration_link": _flows,
    "collaboration_network": _links,
    "convergence": _of_members,
    "corridor_total": _of_bounds,
    "gradient": _votes,
    "gradient_evidence": _own_ratio,
    "gradient_stability": _votes,
    "index_bound": _at_bounds,
    "index_component": _raw,
    "index_robustness": _ranked,
    "innovation_index": _components,
    "policy_timeline": _policies,
    "wanted": _of_bounds,
}
"""Table -> how the parents of its rows are described."""
