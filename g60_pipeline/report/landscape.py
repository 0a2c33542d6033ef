"""The gradient of the cities and their strongest links in sentences to quote, for each scope, with what limits them.

Every sentence is made of the published tables of the gradient, its stability, the links and the network; no city is
named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.reader import screens
from g60_pipeline.reader.columns import read_columns
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.names import corridors, find_corridor
from g60_pipeline.reader.words import Words, number
from g60_pipeline.wording import say

if TYPE_CHECKING:
    from rich.console import RenderableType

PLACES: Final = 3
"""Ranks of links that are listed; links of equal weight share a rank."""

MOST: Final = 6
"""Links that are listed at most; where more share the last rank, they are counted."""


def landscape(warehouse: Warehouse, *, corridor: str | None = None) -> list[Row]:
    """Return gradient and links of every corridor, the official list first, or of one.

    Args:
        warehouse: The warehouse.
        corridor: Identifier or name.

    Raises:
        UsageError: No corridor has that name.
    """
    found = [find_corridor(warehouse, corridor)] if corridor else corridors(warehouse)
    yardsticks = _words_of(warehouse, "yardstick")
    return [
        {
            "corridor_id": scope["corridor_id"],
            "name_en": scope["name_en"],
            "name_zh": scope["name_zh"],
            "gradient": {kind: _gradient(warehouse, scope["corridor_id"], kind) for kind in yardsticks},
            "links": _links(warehouse, scope["corridor_id"]),
        }
        for scope in found
    ]


def screen(warehouse: Warehouse, found: list[Row], words: Words) -> list[RenderableType]:
    """Return the sentences about every corridor of `landscape`, the gradient before the links."""
    rule = warehouse.one("SELECT words_en, words_zh FROM core.formula WHERE formula_id = 'gradient_tier'")
    tiers = _words_of(warehouse, "tier")
    parts: list[RenderableType] = []
    for scope in found:
        name = words.both(scope["name_en"], scope["name_zh"])
        size = words.first(rule["words_en"], rule["words_zh"])
        rules = {"size": size, "intensity": _text(words, "same_rule")}
        lines = {
            kind: _gradient_lines(found, tiers, rule=rules[kind], words=words)
            for kind, found in scope["gradient"].items()
        } | {"links": _link_lines(scope["links"], words=words)}
        parts += [screens.titled(f"{_text(words, key)} – {name}", *written) for key, written in lines.items()]
    return parts


def _words_of(warehouse: Warehouse, column: str) -> tuple[str, ...]:
    """Return the closed words of a column of the gradient, in their order."""
    return read_columns(warehouse, "metrics")["metrics.gradient"][column].words


def _gradient(warehouse: Warehouse, corridor_id: str, yardstick: str) -> Row:
    which = {"id": corridor_id, "yardstick": yardstick}
    cities = warehouse.rows(
        """SELECT g.metric_id, g.geo_code, p.name_en, p.short_zh AS name_zh, g.tier, g.possible_tiers, g.score,
                  analysis.reason(g.reason_code, g.reason_args) AS reason, g.flags, g.indicators
           FROM metrics.gradient AS g JOIN core.geography AS p USING (geo_code)
           WHERE g.corridor_id = $id AND g.yardstick = $yardstick AND g.span = 'all'
           ORDER BY g.says_core DESC, g.says_third, g.score DESC NULLS LAST, g.geo_code""",
        which,
    )
    moves = warehouse.rows(
        """SELECT geo_code, left_out, trials, kept, tiers, moved_by FROM metrics.gradient_stability
           WHERE corridor_id = $id AND yardstick = $yardstick AND span = 'all' ORDER BY geo_code, left_out""",
        which,
    )
    years = warehouse.rows(
        """SELECT DISTINCT year FROM metrics.gradient
           WHERE corridor_id = $id AND yardstick = $yardstick AND span = 'year' AND tier IS NOT NULL
           ORDER BY year""",
        which,
    )
    indicators = warehouse.rows(
        """SELECT indicator_id AS name, name_en, name_zh FROM core.indicator WHERE list_contains($ids, indicator_id)
           UNION SELECT ratio_id, name_en, name_zh FROM core.ratio WHERE list_contains($ids, ratio_id) ORDER BY 1""",
        {"ids": sorted({i for city in cities for i in city["indicators"]})},
    )
    return {
        "cities": [city | {"left_out": [m for m in moves if m["geo_code"] == city["geo_code"]]} for city in cities],
        "years": [row["year"] for row in years],
        "indicators": indicators,
        "flags": sorted({flag for city in cities for flag in city["flags"]}),
    }


def _links(warehouse: Warehouse, corridor_id: str) -> Row:
    links = warehouse.rows(
        """SELECT l.metric_id, l.direction, l.from_geo, a.name_en AS from_en, a.short_zh AS from_zh, l.to_geo,
                  b.name_en AS to_en, b.short_zh AS to_zh, l.events, l.weight_fractional, l.flags,
                  rank() OVER (PARTITION BY l.direction ORDER BY round(l.weight_fractional, 9) DESC) AS place
           FROM metrics.collaboration_link AS l
           JOIN core.geography AS a ON a.geo_code = l.from_geo
           JOIN core.geography AS b ON b.geo_code = l.to_geo
           WHERE l.corridor_id = $id AND l.span = 'all' AND l.path = 'all' AND l.position = 'within' AND l.events > 0
           QUALIFY place <= $places
           ORDER BY l.direction DESC, place, l.events DESC, l.from_geo, l.to_geo""",
        {"id": corridor_id, "places": PLACES},
    )
    events = warehouse.one(
        """SELECT count(*) AS events, min(e.year) AS first_year, max(e.year) AS last_year,
                  count(*) FILTER (e.year IS NULL) AS undated
           FROM core.collaboration AS e
           WHERE e.event_id IN (SELECT unnest(event_ids) FROM metrics.collaboration_link
                              WHERE corridor_id = $id AND span = 'all' AND path = 'all' AND position = 'within')""",
        {"id": corridor_id},
    )
    undecided = warehouse.one(
        """SELECT sum(undecided_links)::INTEGER AS links, any_value(members_missing) AS members
           FROM metrics.collaboration_network
           WHERE corridor_id = $id AND span = 'all' AND path = 'all' AND measure = 'density'""",
        {"id": corridor_id},
    )
    missing = warehouse.rows(
        """SELECT p.geo_code, p.name_en, p.short_zh AS name_zh, u.name_en AS above_en, u.short_zh AS above_zh
           FROM core.geography AS p JOIN core.geography AS u ON u.geo_code = p.parent_code
           WHERE list_contains($codes, p.geo_code) ORDER BY p.geo_code""",
        {"codes": undecided["members"] or []},
    )
    of_all = warehouse.one(
        """SELECT coalesce(sum(corridor_events), 0)::INTEGER AS of_all FROM metrics.collaboration_by_path
           WHERE corridor_id = $id AND span = 'all' AND kind IS NULL""",
        {"id": corridor_id},
    )
    return {
        "strongest": links,
        **events,
        **of_all,
        "undecided_links": undecided["links"] or 0,
        "not_told_apart": missing,
    }


def _gradient_lines(found: Row, order: Sequence[str], *, rule: str, words: Words) -> list[str]:
    cities = found["cities"]
    if not any(city["tier"] for city in cities):
        return [_text(words, "no_tier")]
    tiers = [
        f"{_text(words, tier)}{words.colon}{_named(of_tier, words) or _text(words, 'none')}"
        for tier, of_tier in ((t, [c for c in cities if c["tier"] == t]) for t in order)
        if of_tier or tier != "mixed"
    ]
    names = {i["name"]: words.both(i["name_en"], i["name_zh"]) for i in found["indicators"]}
    left = [_text(words, "too_few", city=_name(city, words)) for city in cities if city["tier"] is None]
    if left:
        tiers.append(f"{_text(words, 'open')}{words.colon}{words.listed(left)}")
    rule_text = _text(
        words,
        "judged",
        indicators=words.listed(names.values()),
        years=_years(found["years"]),
        rule=rule,
    )
    firm = [c for c in cities if c["left_out"] and not any(m["moved_by"] for m in c["left_out"])]
    lines = [_sentence(tiers, words), rule_text]
    lines += [_text(words, "firm", cities=_named(firm, words))] if firm else []
    moved = [_moved(city, names, words) for city in cities if any(m["moved_by"] for m in city["left_out"])]
    lines += [_sentence(moved, words)] if moved else []
    could = [_could(city, words) for city in cities if city["tier"] and set(city["possible_tiers"]) - {city["tier"]}]
    lines += [_text(words, "could", cities=words.listed(could))] if could else []
    return [*lines, _text(words, "flags", flags=words.words(found["flags"]))]


def _moved(city: Row, names: dict[str, str], words: Words) -> str:
    without = dict.fromkeys(names.get(by, by) for m in city["left_out"] for by in m["moved_by"])
    return _text(
        words,
        "moves",
        city=_name(city, words),
        tiers=_tiers({t for m in city["left_out"] for t in m["tiers"]} - {city["tier"]}, words),
        without=_text(words, "or").join(without),
    )


def _could(city: Row, words: Words) -> str:
    others = set(city["possible_tiers"]) - {city["tier"]}
    return _text(words, "could_be", city=_name(city, words), tiers=_tiers(others, words))


def _tiers(tiers: set[str], words: Words) -> str:
    return _text(words, "or").join(_text(words, tier).lower() for tier in sorted(tiers))


def _link_lines(found: Row, *, words: Words) -> list[str]:
    of_all = [_text(words, "of_all", events=found["of_all"])] if found["of_all"] else []
    if not found["events"]:
        return [_text(words, "no_events"), *of_all]
    years = _years([y for y in (found["first_year"], found["last_year"]) if y])
    lines = [_text(words, "events", events=found["events"], years=years, undated=found["undated"]), *of_all]
    for direction, joint in (("undirected", "–"), ("directed", " → ")):
        links = [link for link in found["strongest"] if link["direction"] == direction]
        if links:
            listed = [_link(link, joint, words) for link in links[:MOST]]
            if len(links) > MOST:
                listed.append(_text(words, "more_links", n=len(links) - MOST))
            lines.append(f"{_text(words, direction)}{words.colon}{_sentence(listed, words)}")
    missing = found["not_told_apart"]
    if missing and found["undecided_links"]:
        above = dict.fromkeys(words.both(place["above_en"], place["above_zh"]) for place in missing)
        lines.append(
            _text(
                words,
                "undecided",
                n=found["undecided_links"],
                places=words.listed(above),
                cities=_named(missing, words),
            )
        )
    return lines


def _link(link: Row, joint: str, words: Words) -> str:
    ends = [words.both(link[f"{end}_en"], link[f"{end}_zh"]) for end in ("from", "to")]
    count = _text(words, "event" if link["events"] == 1 else "several", n=link["events"])
    return _text(words, "link", pair=joint.join(ends), weight=number(link["weight_fractional"]), events=count)


def _text(words: Words, key: str, **values: Any) -> str:
    return say(f"landscape.{key}", words.language, **values)


def _name(place: Row, words: Words) -> str:
    return words.both(place["name_en"], place["name_zh"])


def _named(places: Sequence[Row], words: Words) -> str:
    return words.listed(_name(place, words) for place in places)


def _sentence(items: Sequence[str], words: Words) -> str:
    return ("；" if words.language == "zh" else "; ").join(items) + ("。" if words.language == "zh" else ".")


def _years(years: Sequence[int]) -> str:
    return f"{years[0]}–{years[-1]}" if len(years) > 1 and years[0] != years[-1] else "".join(map(str, years[:1]))
