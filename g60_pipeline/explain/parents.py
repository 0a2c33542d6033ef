"""The metric rows a row was made of, in words. Figures and totals are shown as figures; which sums: `derive`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from g60_pipeline.explain.derive import PublishedRows, parameters_of
from g60_pipeline.explain.subject import component_name
from g60_pipeline.explain.working import Case, Working
from g60_pipeline.metrics.index.index_steps import treated
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import interval, number
from g60_pipeline.wording import LANGUAGES, Both, both, entries, say, word

HOLDERS: Final = 3
"""Rows named that hold a bound."""

WHOLE: Final = ("betweenness", "eigenvector", "components")
"""Measures of the whole network for which no sum is written."""

OF_NETWORK: Final = ("corridor_id", "direction", "path")
"""Columns that say of which links a network is made."""

PLAIN: Final = ("figure", "total")
"""Tables whose rows are not named: their figures are shown."""

Told = tuple[Both, str | None]


def told(case: Case) -> list[Told]:
    """Return what a row rests on: a text in both languages, and the identifier of the row it is about."""
    words = _WORDS.get(case.metric)
    return words(case, PublishedRows(case.warehouse).metrics(case.row["parent_ids"])) if words else []


def unwritten(case: Case, done: Working) -> Both | None:
    """Return why a table writes no sum for a row, though nothing is missing; None where it does."""
    row = case.row
    if case.metric == "index_robustness":
        return both("story.draws", **row)
    if case.metric == "collaboration_network" and row["measure"] in WHOLE and row["value"] is not None:
        when = (f"year {row['year']}",) * 2 if row["year"] else (f"span '{row['span']}'", f"span {row['span']}")
        why = _part(row["measure"])
        return _part("of_links", why=why, when=when, **{name: row[name] for name in OF_NETWORK})
    if case.metric == "collaboration_link" and not row["event_ids"]:
        return both("story.part.no_event")
    if case.metric == "collaboration_by_path" and row["kind"] is not None and not done.sums:
        return both("story.part.no_amount")
    return None


def of_events(case: Case) -> dict[str, Both]:
    """Return what stands beside each event of a link: how many pairs of places it joins."""
    if case.metric != "collaboration_link":
        return {}
    counts = zip(case.row["event_ids"], case.row["pair_counts"], strict=True)
    return {event: _part("pair" if n == 1 else "pairs", n=n) for event, n in counts}


def named(case: Case, of: Both) -> Both:
    """Return what a sum is for in words, where a kernel gives the code of a place, tier, dimension or component."""
    key = of[0]
    if key in case.places:
        return case.name(key)
    for column in ("tier", "dimension"):
        if f"{column}.{key}" in entries("word"):
            return word(key, column)
    return component_name(case, key) if key and "framework_id" in case.row else of


def _part(key: str, **values: Any) -> Both:
    """Return the words of a part; a value that is a pair is one in English and Chinese."""
    english, chinese = (
        say(
            f"story.part.{key}",
            language,
            **{name: value[side] if isinstance(value, tuple) else value for name, value in values.items()},
        )
        for side, language in enumerate(LANGUAGES)
    )
    return english, chinese


def _of_members(case: Case, ratios: Sequence[Row]) -> list[Told]:
    """Name the ratio of each member, with its year."""
    return [
        (_part("of_year", name=case.name(r["geo_code"]), year=r["year"], value=number(r["value"])), r["metric_id"])
        for r in ratios
    ]


def _own_ratio(case: Case, parents: Sequence[Row]) -> list[Told]:
    """Name the ratio of the member itself; of a size there is none."""
    found: list[Told] = []
    for ratio in parents:
        if "ratio_id" in ratio and ratio["geo_code"] == case.row["geo_code"]:
            value = interval(ratio["value"], ratio["value_low"], ratio["value_high"])
            text = _part("figure", name=(ratio["name_en"], ratio["name_zh"]), value=value)
            found.append((text, ratio["metric_id"]))
    return found


def _votes(case: Case, evidence: Sequence[Row]) -> list[Told]:
    """Name what each indicator says."""
    names = {
        row["id"]: (row["name_en"], row["name_zh"])
        for row in case.rows(
            """SELECT indicator_id AS id, name_en, name_zh FROM core.indicator
               UNION ALL SELECT DISTINCT ratio_id, name_en, name_zh FROM core.ratio"""
        )
    }
    return [(_vote(said, names[said["ratio_id"] or said["indicator_id"]]), said["metric_id"]) for said in evidence]


def _vote(said: Row, name: Both) -> Both:
    tiers = [word(tier, "tier") for tier in ([said["tier"]] if said["tier"] else said["possible_tiers"])]
    english, chinese = (joint.join(tier[side] for tier in tiers) for side, joint in enumerate(both("story.part.or")))
    return _part(
        "vote",
        year=said["year"],
        name=name,
        value=interval(said["value"], said["value_low"], said["value_high"]),
        median=_middle(said),
        ratio=interval(said["ratio"], said["ratio_low"], said["ratio_high"]),
        tiers=(english, chinese) if said["tier"] else _part("left_open", tiers=(english, chinese)),
    )


def _middle(said: Row) -> str:
    low, high = said["median_low"], said["median_high"]
    if low is not None and high is not None and math.isclose(low, high):
        return number(low)
    return interval(None, low, high)


def _holders(case: Case, figures: Sequence[Row]) -> list[Told]:
    """Name the figures that hold the bounds, as they are after treatment."""
    row, found = case.row, list[Told]()
    bound = row | parameters_of(row, PublishedRows(case.warehouse))
    for end in ("low", "high"):
        holders = [figure for figure in figures if treated(figure["value"], bound) == row[end]]
        for held in holders[:HOLDERS]:
            text = _part(
                "holder" if held["value"] == row[end] else "drawn_in",
                end=both(f"story.part.{end}"),
                name=case.name(held["geo_code"]),
                year=held["year"],
                value=number(row[end]),
                raw=number(held["value"]),
            )
            found.append((text, held["metric_id"]))
        if len(holders) > HOLDERS:
            found.append((_part("more_holders", end=both(f"story.part.{end}"), n=len(holders) - HOLDERS), None))
    return found


def _raw(_: Case, parents: Sequence[Row]) -> list[Told]:
    """Name the ratio a component is filled by, or the figure as printed."""
    if not parents:
        return []
    raw = parents[0]
    if "ratio_id" in raw:
        return [((raw["name_en"], raw["name_zh"]), raw["metric_id"])]
    return [(_part("printed", name=name), None) for name in raw["input_ids"]]


def _components(case: Case, parts: Sequence[Row]) -> list[Told]:
    """Name the components of an index with their weights."""
    found: list[Told] = []
    for part in parts if case.row["value"] is not None else ():
        value, weight = number(part["normalised"]), number(part[f"weight_{case.row['weighting']}"])
        text = _part("weighed", name=component_name(case, part["component_id"]), value=value, weight=weight)
        found.append((text, part["metric_id"]))
    return found


def _ranked(case: Case, indices: Sequence[Row]) -> list[Told]:
    """Name the indices of a year in order."""
    return [
        (
            _part("ranked", rank=held["rank_low"], name=case.name(held["geo_code"]), value=number(held["value"])),
            held["metric_id"],
        )
        for held in indices
    ]


def _links(case: Case, links: Sequence[Row]) -> list[Told]:
    """Name the links of a network."""
    return [(_link(case, link), link["metric_id"]) for link in links]


def _link(case: Case, link: Row) -> Both:
    return _part(
        "link",
        one=case.name(link["from_geo"]),
        sign="→" if link["direction"] == "directed" else "–",
        other=case.name(link["to_geo"]),
        events=_part("event" if link["events"] == 1 else "events", n=link["events"]),
        weight=number(link["weight_fractional"]),
        open=both("story.part.undecided") if link["position"] == "undecided" else "",
    )


def _flows(case: Case, _: Sequence[Row]) -> list[Told]:
    """Name the flows printed for the pair of a link; they do not weigh."""
    flows = case.rows(
        """SELECT f.flow_id, f.indicator_en, f.indicator_zh, f.value, f.unit, f.period_as_printed, u.symbol_en,
                  u.symbol_zh
           FROM core.flow AS f LEFT JOIN core.unit AS u ON u.unit = f.unit
           WHERE list_contains($ids, f.flow_id) ORDER BY f.flow_id""",
        ids=case.row["flow_ids"],
    )
    return [(_flow(flow), None) for flow in flows]


def _flow(flow: Row) -> Both:
    value, when = "–" if flow["value"] is None else number(flow["value"]), flow["period_as_printed"] or ""
    english, chinese = flow["indicator_en"], flow["indicator_zh"] or flow["indicator_en"]
    units = (flow[symbol] or flow["unit"] or "" for symbol in ("symbol_en", "symbol_zh"))
    amount_en, amount_zh = (f"{value} {unit}".strip() for unit in units)
    what = ", ".join(x for x in (english, when) if x), "，".join(x for x in (chinese, when) if x)
    return _part("flow", name=flow["flow_id"], what=what, amount=(amount_en, amount_zh))


def _verdict(case: Case, same: Sequence[Row]) -> list[Told]:
    """Name the published row the figure is, and hold the figure against the claimed interval."""
    row, found = case.row, list[Told]()
    for parent in same:
        table = parent["metric_id"].partition(":")[0]
        if table not in PLAIN:
            found.append((_part("same", table=table), parent["metric_id"]))
    if any(row[name] is not None for name in ("value", "value_low", "value_high")):
        figure = interval(row["value"], row["value_low"], row["value_high"])
        claimed = interval(None, row["claimed_low"], row["claimed_high"])
        said = row["verdict"].replace("_", " "), word(row["verdict"])[1]
        found.append((_part("verdict", figure=figure, claimed=claimed, verdict=said), None))
    return found


def _policies(case: Case, _: Sequence[Row]) -> list[Told]:
    """Name the policy next before, and the versions of the corridor that may have been in force."""
    row = case.row
    before = case.rows(
        """SELECT metric_id, title_en, title_zh, issued_as_printed FROM metrics.policy_timeline
           WHERE corridor_id = $corridor AND issued_from < $day ORDER BY issued_from DESC, policy_id DESC LIMIT 1""",
        corridor=row["corridor_id"],
        day=row["issued_from"],
    )
    versions = case.rows(
        """SELECT DISTINCT version, valid_from, valid_to FROM core.corridor_member
           WHERE corridor_id = $corridor AND list_contains($names, version) ORDER BY valid_from""",
        corridor=row["corridor_id"],
        names=row["versions"],
    )
    found: list[Told] = []
    for policy in before:
        title = policy["title_en"], policy["title_zh"]
        found.append((_part("before", title=title, when=policy["issued_as_printed"]), policy["metric_id"]))
    for version in versions:
        start, end = version["valid_from"] or "…", version["valid_to"] or "…"
        found.append((_part("version", version=version["version"], start=start, end=end), None))
    return found


_WORDS: Final[dict[str, Callable[[Case, Sequence[Row]], list[Told]]]] = {
    "claim_audit": _verdict,
    "collaboration_link": _flows,
    "collaboration_network": _links,
    "convergence": _of_members,
    "gradient": _votes,
    "gradient_evidence": _own_ratio,
    "gradient_stability": _votes,
    "index_bound": _holders,
    "index_component": _raw,
    "index_robustness": _ranked,
    "innovation_index": _components,
    "policy_timeline": _policies,
}
"""Table -> how the parents of its rows are named."""
