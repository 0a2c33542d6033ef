"""Sums of collaboration: events and amounts by path, weights of links, measures of the network, joint publications."""

from __future__ import annotations

from collections import Counter
from typing import Final

from g60_pipeline.report.database import Row
from g60_pipeline.report.story.seen_places import Seen
from g60_pipeline.report.story.terms import Term, most, n, plus
from g60_pipeline.report.story.working import Both, Case, Working
from g60_pipeline.report.words import number

_COLUMN: Final = {"full": "events", "fractional": "weight_fractional"}
"""Column of a link by the weight of a measure."""

UNWRITTEN: Final[dict[str, Both]] = {
    "betweenness": ("Not written out: the shortest paths between all members.", "全体成员之间的最短路径不逐条写出。"),
    "eigenvector": ("Not written out: the eigenvector of the matrix of weights.", "权重矩阵的特征向量不写出。"),
    "components": ("Not a sum: the parts of the network are counted.", "连通分量由网络计数得出，无算式。"),
}
"""Measures of the whole network for which no sum is written."""

NO_AMOUNT: Final[Both] = (
    "No amount of a certain event enters: those printed are targets, or of events that only may be of the place.",
    "没有可计入的金额：所印金额为目标值，或属于仅可能与该地有关的事件。",
)

EXACT: Final = ("point", "about")
CAPPED: Final = ("nearly", "at_most")
"""Wordings of amounts: exact ones, and those that give an upper end only."""


def by_path(case: Case) -> Working:
    """Write `collaboration_by_path`: events by year, or what the amounts come to."""
    row, done = case.row, Working()
    events = case.rows(
        """SELECT e.event_id, e.year, e.amount, e.amount_form,
                  power(10::DOUBLE, p.power_of_ten - u.power_of_ten) AS factor
           FROM core.collaboration AS e LEFT JOIN core.unit AS p ON p.unit = e.amount_unit
           LEFT JOIN core.unit AS u ON u.unit = CAST($unit AS VARCHAR)
           WHERE list_contains($ids, e.event_id) ORDER BY e.event_id""",
        ids=[*row["event_ids"], *row["undecided_ids"]],
        unit=row["unit"],
    )
    certain = [e for e in events if e["event_id"] in row["event_ids"]]
    if row["kind"] is not None:
        _amounts(done, row, events=events, certain=certain)
        if not done.sums:
            done.unwritten = NO_AMOUNT
        return done
    counts = Counter(e["year"] or 0 for e in certain)
    by_year = plus([n(counts[year]) for year in sorted(counts, key=lambda year: year or 9999)])
    done.add("events_low", by_year, row["events_low"])
    if row["events_high"] != row["events_low"]:
        done.add("events_high", n(row["events_low"]) + n(len(row["undecided_ids"])), row["events_high"])
    else:
        done.add("events", n(len(certain)), row["events"])
    return done


def _amounts(done: Working, row: Row, *, events: list[Row], certain: list[Row]) -> None:
    exact = [_amount(e) for e in certain if e["amount_form"] in EXACT]
    lows = [n(0) if e["amount_form"] in CAPPED else _amount(e) for e in certain if e["amount_form"] != "target"]
    highs = [_amount(e) for e in events if e["amount_form"] in (*EXACT, *CAPPED)]
    if row["value"] is not None and exact:
        done.add("value", exact[0], row["value"])
    if lows and row["value"] is None:
        done.add("value_low", most(lows) if len(lows) > 1 else lows[0], row["value_low"])
    if exact and row["value"] is None:
        done.add("amount_sum", plus(exact), row["amount_sum"])
    if highs and row["value"] is None:
        done.add("value_high", plus(highs), row["value_high"])


def _amount(event: Row) -> Term:
    """Return the amount of an event in the unit of the row."""
    amount, factor = n(event["amount"]), event["factor"]
    if factor is None or factor == 1:
        return amount
    return amount * n(factor) if factor > 1 else amount / n(round(1 / factor))


def link(case: Case) -> Working:
    """Write `collaboration_link`: one over the number of pairs, event by event; flows of the pair stand beside."""
    row, done = case.row, Working()
    seen = Seen(tuple(case.members), case.places)
    events = case.rows(
        """SELECT event_id, from_geo, to_geo, members FROM core.collaboration
           WHERE list_contains($ids, event_id) ORDER BY event_id""",
        ids=row["event_ids"],
    )
    parts = {e["event_id"]: seen.pairs(e) for e in events}
    if parts and all(parts.values()):
        done.add("events", plus([n(1) for _ in parts]), row["events"])
        done.add("weight_fractional", plus([n(1) / n(m) for m in parts.values()]), row["weight_fractional"])
        done.of_event = {e: (f"joins {m} pair{'s' * (m != 1)}", f"连接{m}对") for e, m in parts.items()}
    flows = case.rows(
        """SELECT f.flow_id, f.indicator_en, f.indicator_zh, f.value, f.unit, f.period_as_printed, u.symbol_en,
                  u.symbol_zh
           FROM core.flow AS f LEFT JOIN core.unit AS u ON u.unit = f.unit
           WHERE list_contains($ids, f.flow_id) ORDER BY f.flow_id""",
        ids=row["flow_ids"],
    )
    done.rest_on((_flow(f), None) for f in flows)
    if not events:
        done.unwritten = (
            "No event joins the two places, so the weight is 0; the flows below are printed figures and do not weigh.",
            "没有事件连接两地，权重为0；下列流量为公布数值，不计权重。",
        )
    return done


def _flow(flow: Row) -> Both:
    value = "–" if flow["value"] is None else number(flow["value"])
    amounts = [f"{value} {flow[symbol] or flow['unit'] or ''}".strip() for symbol in ("symbol_en", "symbol_zh")]
    when = flow["period_as_printed"] or ""
    english = ", ".join(x for x in (flow["indicator_en"], when) if x)
    chinese = "，".join(x for x in (flow["indicator_zh"] or flow["indicator_en"], when) if x)
    return f"flow {flow['flow_id']}, {english}: {amounts[0]}", f"流量{flow['flow_id']}，{chinese}：{amounts[1]}"


def network(case: Case) -> Working:
    """Write `collaboration_network`: what the links of a member, or of the whole network, come to."""
    row, done = case.row, Working()
    links = case.rows(
        """FROM metrics.collaboration_link
           WHERE corridor_id = $corridor AND direction = $direction AND path = $path AND span = $span
             AND year IS NOT DISTINCT FROM CAST($year AS INTEGER) AND events > 0 ORDER BY metric_id""",
        corridor=row["corridor_id"],
        direction=row["direction"],
        path=row["path"],
        span=row["span"],
        year=row["year"],
    )
    seen, measure = Seen(tuple(case.members), case.places), row["measure"]
    kind = measure.removeprefix("in_").removeprefix("out_")
    if kind in UNWRITTEN:
        within = [e for e in links if e["position"] != "outside"]
        if row["value"] is not None:
            done.rest_on((_told(case, e), e["metric_id"]) for e in within)
            done.unwritten = _of_links(row, UNWRITTEN[kind])
        return done
    if kind == "density":
        _density(done, row, links, seen=seen)
    elif kind.startswith("ei_"):
        near = [e for e in links if row["geo_code"] is None or _near(e, row["geo_code"], seen)]
        _external(done, row, near, seen=seen)
        done.rest_on((_told(case, e), e["metric_id"]) for e in near if _counts(done, e))
    else:
        sides = {"in": (1,), "out": (0,)}.get(measure.partition("_")[0], (0, 1))
        _node(case, done, links, seen=seen, sides=sides)
    return done


def _of_links(row: Row, why: Both) -> Both:
    year = f"year {row['year']}" if row["year"] else f"span '{row['span']}'"
    return (
        f"{why[0]} Computed from the rows of metrics.collaboration_link with corridor_id "
        f"'{row['corridor_id']}', direction '{row['direction']}', path '{row['path']}' and {year}, below.",
        f"{why[1]}计算所用为 metrics.collaboration_link 中 corridor_id“{row['corridor_id']}”、"
        f"direction“{row['direction']}”、path“{row['path']}”、{year.replace(chr(39), '')}的各行，列于下方。",
    )


def _told(case: Case, held: Row) -> Both:
    sign = "→" if held["direction"] == "directed" else "–"
    ends = [case.name(held[end]) for end in ("from_geo", "to_geo")]
    weight = number(held["weight_fractional"])
    open_en, open_zh = (", undecided", "，未定") if held["position"] == "undecided" else ("", "")
    count = f"{held['events']} event{'s' * (held['events'] != 1)}"
    return (
        f"{ends[0][0]} {sign} {ends[1][0]}: {count}, fractional weight {weight}{open_en}",
        f"{ends[0][1]} {sign} {ends[1][1]}：{held['events']}个事件，分数权重{weight}{open_zh}",
    )


def _counts(done: Working, held: Row) -> bool:
    return bool(done.sums) and bool(held["events"])


def _near(held: Row, code: str, seen: Seen) -> bool:
    return any(code in seen.standing_for(held[end]) for end in ("from_geo", "to_geo"))


def _interval(done: Working, row: Row, value: Term | None, *, low: Term | None, high: Term | None) -> None:
    """Add the value, or the ends it lies between."""
    if row["value"] is not None:
        done.add("value", value, row["value"])
    if row["value"] is None:
        done.add("value_low", low, row["value_low"])
    if row["value"] is None or row["value_high"] != row["value"]:
        done.add("value_high", high, row["value_high"])


def _density(done: Working, row: Row, links: list[Row], *, seen: Seen) -> None:
    size, directed = len(seen.members), row["direction"] == "directed"
    room = n(size * (size - 1) / (1 if directed else 2))
    found = []
    for positions in (("within",), ("within", "undecided")):
        pairs = {pair for e in links if e["position"] in positions for pair in seen.possible(e)}
        found.append(n(len(pairs if directed else {frozenset(pair) for pair in pairs})))
    if room.value:
        _interval(done, row, found[0] / room, low=found[0] / room, high=found[1] / room)


def _node(case: Case, done: Working, links: list[Row], *, seen: Seen, sides: tuple[int, ...]) -> None:
    """Add degree or strength: the others a member has links with, or the weights of these."""
    row, code = case.row, case.row["geo_code"]
    sure, maybe = (
        [e for e in links if e["position"] == p and any(t[i] == code for t in seen.possible(e) for i in sides)]
        for p in ("within", "undecided")
    )
    if row["weight"] in _COLUMN:
        column = _COLUMN[row["weight"]]
        low, high = (plus([n(e[column]) for e in edges]) for edges in (sure, sure + maybe))
    else:
        low, high = (
            plus(
                [
                    n(1)
                    for _ in sorted({t[1 - i] for e in edges for t in seen.possible(e) for i in sides if t[i] == code})
                ]
            )
            for edges in (sure, sure + maybe)
        )
    _interval(done, row, low, low=low, high=high)
    done.rest_on((_told(case, e), e["metric_id"]) for e in sure + maybe)


def _external(done: Working, row: Row, links: list[Row], *, seen: Seen) -> None:
    """Add the E-I index: links that leave against links that stay, and its ends where links are undecided."""
    column = _COLUMN[row["weight"]]
    undecided = [e for e in links if e["position"] == "undecided"]
    if row["measure"] == "ei_corridor":
        sides = [[e for e in links if e["position"] == p] for p in ("outside", "within")]
        open_sides = [undecided, [e for e in undecided if seen.possible(e)]]
    else:
        sides, open_sides = (
            [[e for e in links if e["position"] == p and _crosses(e, seen, crosses=c)] for c in (True, False)]
            for p in ("within", "undecided")
        )
    external, internal = (done.step(f"{k}_sum", _weights(s, column)) for k, s in zip(_SIDES, sides, strict=True))
    may_leave, may_stay = (_weights(s, column) for s in open_sides)

    def index(e: Term, i: Term) -> Term | None:
        return (e - i) / (e + i) if e.value + i.value > 0 else None

    _interval(
        done,
        row,
        index(external, internal),
        low=index(external, internal + may_stay if may_stay.value else internal),
        high=index(external + may_leave if may_leave.value else external, internal),
    )


_SIDES: Final = ("external", "internal")


def _weights(links: list[Row], column: str) -> Term:
    return plus([n(e[column]) for e in links])


def _crosses(held: Row, seen: Seen, *, crosses: bool) -> bool:
    return any((seen.province(a) != seen.province(b)) == crosses for a, b in seen.possible(held))
