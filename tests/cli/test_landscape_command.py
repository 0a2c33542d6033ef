"""`g60 landscape`: gradient and links in sentences, equal to the tables they are made of."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from g60_pipeline.reader import screens
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.reader.words import Words
from g60_pipeline.report import landscape

pytestmark = pytest.mark.usefixtures("kept_open")

SCOPES = ("g60_songjiang", "g60_shanghai")


@pytest.mark.parametrize(("position", "yardstick"), [(0, "size"), (1, "intensity")])
@pytest.mark.parametrize("scope", SCOPES)
def test_every_city_stands_once_in_the_tier_the_table_gives(g60, ask, scope, position, yardstick):
    shown = g60("landscape", "--corridor", scope, columns=2000).stdout
    tiers = [line for line in shown.splitlines() if line.startswith("Core: ")][position]
    told = dict(part.split(": ", 1) for part in tiers.rstrip(".").split("; "))
    held = defaultdict(set)
    for row in ask(
        f"""SELECT coalesce(tier, 'open') AS tier, p.short_zh FROM metrics.gradient JOIN core.geography AS p USING (geo_code)
            WHERE span = 'all' AND corridor_id = '{scope}' AND yardstick = '{yardstick}'"""
    ):
        held[row["tier"]].add(row["short_zh"])
    heads = {"core": "Core", "second": "Second tier", "third": "Third tier", "mixed": "Mixed", "open": "Left open"}
    assert {heads[tier] for tier in held} <= set(told)
    for tier, names in held.items():
        found = set(re.findall(r"[A-Z][A-Za-z ]* ([\u4e00-\u9fff]+)", told[heads[tier]]))
        assert found == names
    assert sum(map(len, held.values())) == 9


def test_what_moves_a_city_and_what_it_could_be_is_told(g60, ask):
    shown = g60("landscape", columns=2000).stdout
    moved = ask(
        """SELECT DISTINCT yardstick, corridor_id, p.short_zh FROM metrics.gradient_stability JOIN core.geography AS p USING (geo_code)
           WHERE span = 'all' AND len(moved_by) > 0"""
    )
    assert len(moved) == shown.count(" would be ") > 0
    open_ended = ask(
        """SELECT count(*) AS n FROM metrics.gradient
           WHERE span = 'all' AND tier IS NOT NULL AND len(possible_tiers) > 1"""
    )
    assert open_ended[0]["n"] == shown.count(" instead")
    assert shown.count("by size – ") == shown.count("per head and over output – ") == len(SCOPES)
    assert shown.count("Flags of these figures: ") == 2 * len(SCOPES)
    assert "mixed vintage" in shown


@pytest.mark.parametrize("scope", SCOPES)
def test_the_links_told_are_the_heaviest_recounted_from_the_events(g60_json, ask, scope):
    """Undirected links between members that events name by their own codes, counted again in plain Python."""
    members = {
        row["geo_code"]
        for row in ask(
            f"SELECT geo_code FROM core.corridor_member WHERE corridor_id = '{scope}' AND version = 'metrics'"
        )
    }
    parents = {row["geo_code"]: row["parent_code"] for row in ask("SELECT geo_code, parent_code FROM core.geography")}

    def node(code: str) -> str:
        at = code
        while at is not None and at not in members:
            at = parents[at]
        return at or code

    weights: dict[tuple[str, str], float] = defaultdict(float)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    of_all = 0
    for event in ask(
        "SELECT members FROM core.collaboration WHERE from_geo IS NULL AND to_geo IS NULL AND nature = 'event'"
    ):
        alone = {parents[m] for m in members if sum(parents[other] == parents[m] for other in members) == 1}
        if all(m in event["members"] or parents[m] in alone & set(event["members"]) for m in members):
            of_all += 1
            continue
        places = {code: node(code) for code in event["members"]}
        names = sorted(set(places.values()))
        pairs = [
            (a, b)
            for i, a in enumerate(names)
            for b in names[i + 1 :]
            if not {a, b} & ({parents[x] for x in (a, b)} | {parents.get(parents[x] or "") for x in (a, b)})
        ]
        for pair in pairs:
            counts[pair] += 1
            weights[pair] += 1 / len(pairs)
    within = {pair: weight for pair, weight in weights.items() if set(pair) <= members}
    (found,) = g60_json("landscape", "--corridor", scope)["landscape"]
    told = {
        (link["from_geo"], link["to_geo"]): link
        for link in found["links"]["strongest"]
        if link["direction"] == "undirected"
    }
    third = sorted(within.values(), reverse=True)[2]
    assert set(told) == {pair for pair, weight in within.items() if weight >= third - 1e-9}
    assert found["links"]["of_all"] == of_all > 0
    for pair, link in told.items():
        assert (link["events"], link["weight_fractional"]) == (counts[pair], pytest.approx(within[pair]))


@pytest.mark.parametrize(
    ("language", "joined", "further"),
    [
        ("en", "Shanghai 上海–Suzhou 苏州 weight 4 from 7 events", "46 further events name every member"),
        ("zh", "上海 Shanghai–苏州 Suzhou 权重4（7项事件）", "另有46项事件提及全体成员"),
    ],
)
def test_events_of_a_pair_and_those_of_all_members_are_told_apart(g60, language, joined, further):
    shown = g60("landscape", "--corridor", "g60_shanghai", "--lang", language, columns=2000).stdout
    assert joined in shown
    assert further in shown


def test_links_that_may_be_those_of_a_district_are_named_and_not_counted(g60, ask):
    open_links = ask(
        """SELECT sum(undecided_links) AS n FROM metrics.collaboration_network
           WHERE corridor_id = 'g60_songjiang' AND span = 'all' AND path = 'all' AND measure = 'density'"""
    )[0]["n"]
    shown = g60("landscape", "--corridor", "g60_songjiang", columns=2000).stdout
    assert g60("landscape", "--corridor", "松江", columns=2000).stdout == shown
    assert (
        f"Not counted: {open_links} links that name Shanghai 上海 where Songjiang District 松江 may be meant." in shown
    )
    assert "Not counted" not in g60("landscape", "--corridor", "g60_shanghai").stdout


def test_the_chinese_screen_says_the_same_in_chinese(g60):
    shown = g60("landscape", "--lang", "zh", columns=2000).stdout
    english = g60("landscape", columns=2000).stdout
    assert len(shown.splitlines()) == len(english.splitlines())
    assert "核心：" in shown
    assert "最强联系" in shown
    assert re.findall(r"\d+\.\d\d", shown) == re.findall(r"\d+\.\d\d", english)


def test_a_tier_that_unknown_figures_could_change_is_told(published):
    city = {"name_en": "Wuhu", "name_zh": "芜湖", "geo_code": "340200", "indicators": ["gdp"], "flags": ["rounded"]}
    told = city | {"tier": "third", "possible_tiers": ["second", "third"], "left_out": []}
    gradient = {"cities": [told], "years": [2020], "indicators": [], "flags": ["rounded"]}
    none = {"events": 0, "strongest": [], "of_all": 0, "not_told_apart": [], "undecided_links": 0}
    scope = {"corridor_id": "c", "name_en": "C", "name_zh": "丙", "gradient": {"size": gradient}, "links": none}
    with open_warehouse(published) as warehouse:
        for language, words in (
            ("en", "Were every figure known, Wuhu 芜湖 could be second tier instead."),
            ("zh", "若数据齐全，芜湖 Wuhu也可能为第二层。"),
        ):
            console = screens.console(width=2000)
            with console.capture() as caught:
                for part in landscape.screen(warehouse, [scope], Words(language)):
                    console.print(part)
            assert words in caught.get()


def test_an_unknown_corridor_is_wrong_usage_and_the_known_ones_are_named(g60):
    result = g60("landscape", "--corridor", "g61")
    assert result.exit_code == 2
    assert "g60_songjiang" in result.stderr
    assert result.stdout == ""
