"""What a number rests on, in words: the rows it was made of, and what is set beside its sum. The sums: `derive`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from g60_pipeline.report.database import Row
from g60_pipeline.report.story.working import Both, Case, Working
from g60_pipeline.report.words import VOCABULARY, interval, number

PLAIN: Final = ("figure", "total")
"""Tables whose rows are not listed: their figures are."""

Rests = Iterable[tuple[Both, str | None]]
"""Texts, each with the identifier of the row it tells."""


def rest_on(done: Working, case: Case, parents: list[Row]) -> None:
    """Add what a row rests on, and why it has no sum where its table says so."""
    listed = [row for row in parents if row["metric_id"].partition(":")[0] not in PLAIN]
    if case.metric in _TEXTS:
        done.rest_on(_TEXTS[case.metric](case, listed))
    if case.metric in _UNWRITTEN:
        done.unwritten = done.unwritten or _UNWRITTEN[case.metric](case, done)
    if case.metric == "collaboration_link":
        counts = zip(case.row["event_ids"], case.row["pair_counts"], strict=True)
        done.of_event = {event: (f"joins {m} pair{'s' * (m != 1)}", f"连接{m}对") for event, m in counts}


def _links(case: Case, links: list[Row]) -> Rests:
    return [(_link(case, link), link["metric_id"]) for link in links]


def _link(case: Case, link: Row) -> Both:
    sign = "→" if link["direction"] == "directed" else "–"
    ends = [case.name(link[end]) for end in ("from_geo", "to_geo")]
    weight = number(link["weight_fractional"])
    open_en, open_zh = (", undecided", "，未定") if link["position"] == "undecided" else ("", "")
    count = f"{link['events']} event{'s' * (link['events'] != 1)}"
    return (
        f"{ends[0][0]} {sign} {ends[1][0]}: {count}, fractional weight {weight}{open_en}",
        f"{ends[0][1]} {sign} {ends[1][1]}：{link['events']}个事件，分数权重{weight}{open_zh}",
    )


def _flows(case: Case, _: list[Row]) -> Rests:
    """Return the flows printed for the pair of a link; they do not weigh."""
    flows = case.rows(
        """SELECT f.flow_id, f.indicator_en, f.indicator_zh, f.value, f.unit, f.period_as_printed, u.symbol_en,
                  u.symbol_zh
           FROM core.flow AS f LEFT JOIN core.unit AS u ON u.unit = f.unit
           WHERE list_contains($ids, f.flow_id) ORDER BY f.flow_id""",
        ids=case.row["flow_ids"],
    )
    return [(_flow(flow), None) for flow in flows]


def _flow(flow: Row) -> Both:
    value = "–" if flow["value"] is None else number(flow["value"])
    amounts = [f"{value} {flow[symbol] or flow['unit'] or ''}".strip() for symbol in ("symbol_en", "symbol_zh")]
    when = flow["period_as_printed"] or ""
    english = ", ".join(x for x in (flow["indicator_en"], when) if x)
    chinese = "，".join(x for x in (flow["indicator_zh"] or flow["indicator_en"], when) if x)
    return f"flow {flow['flow_id']}, {english}: {amounts[0]}", f"流量{flow['flow_id']}，{chinese}：{amounts[1]}"


def _verdict(case: Case, same: list[Row]) -> Rests:
    """Return the published row the figure is, and the figure held against the claimed interval."""
    row = case.row
    listed: list[tuple[Both, str | None]] = []
    for held in same:
        table = held["metric_id"].partition(":")[0]
        text = (f"the figure is that of metrics.{table}", f"所用数值见 metrics.{table}")
        listed.append((text, held["metric_id"]))
    if any(row[name] is not None for name in ("value", "value_low", "value_high")):
        figure = interval(row["value"], row["value_low"], row["value_high"])
        claimed, word = interval(None, row["claimed_low"], row["claimed_high"]), row["verdict"]
        english = f"{figure} against the claimed {claimed}: {word.replace('_', ' ')}"
        listed.append(((english, f"{figure}，所称区间{claimed}：{VOCABULARY.get(word, word)}"), None))
    return listed


def _policies(case: Case, before: list[Row]) -> Rests:
    """Return the policy next before, and the versions of the corridor that may have been in force."""
    versions = case.rows(
        """SELECT DISTINCT version, valid_from, valid_to FROM core.corridor_member
           WHERE corridor_id = $corridor AND list_contains($names, version) ORDER BY valid_from""",
        corridor=case.row["corridor_id"],
        names=case.row["versions"],
    )
    return [*((_before(row), row["metric_id"]) for row in before), *((_version(row), None) for row in versions)]


def _before(policy: Row) -> Both:
    when = policy["issued_as_printed"]
    return f"next before: {policy['title_en']}, {when}", f"前一项：{policy['title_zh']}，{when}"


def _version(version: Row) -> Both:
    start, end = version["valid_from"] or "…", version["valid_to"] or "…"
    return f"version {version['version']}: from {start} to {end}", f"版本{version['version']}：{start}至{end}"


_TEXTS: Final[dict[str, Callable[[Case, list[Row]], Rests]]] = {
    "claim_audit": _verdict,
    "collaboration_link": _flows,
    "collaboration_network": _links,
    "policy_timeline": _policies,
}
"""Table of a row -> what it rests on, from the rows it was made of."""

_WHOLE: Final[dict[str, Both]] = {
    "betweenness": ("Not written out: the shortest paths between all members.", "全体成员之间的最短路径不逐条写出。"),
    "eigenvector": ("Not written out: the eigenvector of the matrix of weights.", "权重矩阵的特征向量不写出。"),
    "components": ("Not a sum: the parts of the network are counted.", "连通分量由网络计数得出，无算式。"),
}
"""Measures of the whole network for which no sum is written."""


def _of_network(case: Case, _: Working) -> Both | None:
    row = case.row
    why = _WHOLE.get(row["measure"])
    if why is None or row["value"] is None:
        return None
    year = f"year {row['year']}" if row["year"] else f"span '{row['span']}'"
    return (
        f"{why[0]} Computed from the rows of metrics.collaboration_link with corridor_id "
        f"'{row['corridor_id']}', direction '{row['direction']}', path '{row['path']}' and {year}, below.",
        f"{why[1]}计算所用为 metrics.collaboration_link 中 corridor_id“{row['corridor_id']}”、"
        f"direction“{row['direction']}”、path“{row['path']}”、{year.replace(chr(39), '')}的各行，列于下方。",
    )


def _of_link(case: Case, _: Working) -> Both | None:
    if case.row["event_ids"]:
        return None
    return (
        "No event joins the two places, so the weight is 0; the flows below are printed figures and do not weigh.",
        "没有事件连接两地，权重为0；下列流量为公布数值，不计权重。",
    )


def _of_amounts(case: Case, done: Working) -> Both | None:
    if case.row["kind"] is None or done.sums:
        return None
    return (
        "No amount of a certain event enters: those printed are targets, or of events that only may be of the place.",
        "没有可计入的金额：所印金额为目标值，或属于仅可能与该地有关的事件。",
    )


_UNWRITTEN: Final[dict[str, Callable[[Case, Working], Both | None]]] = {
    "collaboration_by_path": _of_amounts,
    "collaboration_link": _of_link,
    "collaboration_network": _of_network,
}
"""Table of a row -> why it has no sum; nothing where it has one, or a reason of its own."""
