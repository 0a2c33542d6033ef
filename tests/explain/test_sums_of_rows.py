"""The sums of `g60 explain`: of every table either written out and coming out, or said not to be, with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from written_sums import worked_out

from g60_pipeline.column import NUMBERS, RANK
from g60_pipeline.explain.derivation import Derivation, RowContext
from g60_pipeline.explain.derive import PublishedRows, derive
from g60_pipeline.explain.evidence import figures
from g60_pipeline.explain.explanation import Explanation, derivation_of, explain
from g60_pipeline.explain.query import MetricQuery
from g60_pipeline.explain.screen import screen
from g60_pipeline.metrics.index.index_steps import entropy_weights
from g60_pipeline.reader.database import Warehouse, open_warehouse
from g60_pipeline.reader.words import Words
from g60_pipeline.settings import Settings
from g60_pipeline.tables import TABLES
from g60_pipeline.tables.described import columns_of

METRICS = sorted(t.name for t in TABLES.values() if t.layer == "metrics")

NOT_WRITTEN = {
    "bound": ("width",),
    "bound_constraint": ("figure",),
    "claim_audit": ("age", "value_then", "value_low_then", "value_high_then", "value_low", "value_high"),
    "concentration": ("value_low", "value_high"),
    "figure": ("value", "low", "high"),
    "gradient": ("left_open",),
    "gradient_evidence": ("value", "value_low", "value_high", "median_high"),
    "gradient_stability": ("trials",),
    "index_bound": ("skewness", "kurtosis", "points_treated"),
    "index_component": ("treated",),
    "intensity": ("numerator", "denominator"),
    "location_quotient": ("count",),
    "member_share": ("numerator", "denominator"),
    "national_share": ("numerator", "denominator"),
    "policy_timeline": ("members_in_force",),
    "wanted": ("low", "high", "width", "width_left"),
}
"""Measured columns without a sum: figures as held, counts, and what is searched for. Every other one has its sum."""

OTHERS = ("collaboration_by_path", "collaboration_network", "copublication_similarity", "index_robustness")
"""Tables whose rows have sums of several kinds, no rows here, or draws: tested below."""


def reached(metric: str) -> list[tuple[str, str]]:
    """Return the columns every row has a sum for where it has a number, each with the value it is an end of."""
    columns = {c.column_name: c for c in columns_of(f"metrics.{metric}") if c.role in ("value", "low", "high")}
    ends = re.compile("_?(low|high)$")
    return [
        (name, "" if column.role == "value" else ends.sub("", name) or "value")
        for name, column in columns.items()
        if column.data_type in NUMBERS and column.unit != RANK and name not in NOT_WRITTEN.get(metric, ())
    ]


UNWRITTEN_MEASURES = ("betweenness", "eigenvector", "components")


@pytest.fixture(scope="module")
def warehouse(published: Settings) -> Iterator[Warehouse]:
    with open_warehouse(published) as opened:
        yield opened


def story(warehouse: Warehouse, where: str) -> Explanation:
    (row,) = warehouse.rows(f"SELECT metric_id FROM {where} LIMIT 1")
    return explain(warehouse, MetricQuery(row["metric_id"]))


def derivation(warehouse: Warehouse, metric: str, row: dict[str, Any]) -> Derivation:
    return derivation_of(RowContext(warehouse, metric, row, figures(warehouse, row)))


@pytest.mark.parametrize("metric", METRICS)
def test_a_row_of_every_formula_of_every_table_has_its_sum_or_a_reason(warehouse: Warehouse, metric: str) -> None:
    rows = warehouse.rows(
        f"""SELECT metric_id FROM analysis.metric WHERE metric = '{metric}'
            QUALIFY row_number() OVER (PARTITION BY formula_id, value IS NULL ORDER BY hash(metric_id)) = 1"""
    )
    for row in rows:
        told = explain(warehouse, MetricQuery(row["metric_id"]))
        for done in told.derivation.sums:
            assert worked_out(done.expression) == pytest.approx(done.result, rel=1e-9, abs=1e-12), row
        why = told.derivation.not_shown_because
        assert bool(told.derivation.sums) or (why is not None and all(len(text) > 10 for text in why)), row
        assert told.figures or told.events or told.documents or told.reason, row
        for language in ("en", "zh"):
            assert len(screen(told, Words(language))) >= 3


@pytest.mark.parametrize("metric", sorted(set(METRICS) - set(OTHERS)))
def test_every_number_that_can_be_written_out_is(warehouse: Warehouse, metric: str) -> None:
    """Among rows with a number, and among those with an interval only."""
    rows = warehouse.rows(
        f"""FROM metrics.{metric} SEMI JOIN (
                SELECT metric_id FROM analysis.metric WHERE metric = '{metric}'
                QUALIFY row_number() OVER (PARTITION BY value IS NULL, value_low IS NULL ORDER BY hash(metric_id)) <= 3
            ) USING (metric_id)"""
    )
    assert rows
    for row in rows:
        done = derivation(warehouse, metric, row)
        written = {s.name: s.result for s in done.sums}
        for name, unless in reached(metric):
            if row[name] is None or row.get(unless) is not None or (row[name] == 0 and name.startswith("says")):
                continue
            assert written.get(name) == pytest.approx(row[name]), (row["metric_id"], name)


def test_all_thirteen_measures_of_concentration_are_written(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        """FROM metrics.concentration WHERE value IS NOT NULL AND corridor_id = 'g60_shanghai' AND year = 2022
           AND indicator_id = 'star_listed' AND month(period_end) = 12"""
    )
    assert len({row["measure"] for row in rows}) == 13
    for row in rows:
        assert derivation(warehouse, "concentration", row).sums[-1].result == pytest.approx(row["value"])


def test_ends_of_a_share_tell_what_the_provinces_add(warehouse: Warehouse) -> None:
    told = story(
        warehouse,
        """metrics.national_share WHERE corridor_id = 'g60_songjiang' AND share IS NULL AND share_high IS NOT NULL
           AND numerator_low > 0 ORDER BY hash(metric_id)""",
    )
    sums = {s.name: s for s in told.derivation.sums}
    assert sums["numerator_high"].result == told.row["numerator_high"]
    assert sums["numerator_high"].expression.count("+") >= 2
    assert sums["share_high"].result == pytest.approx(told.row["numerator_high"] / told.row["denominator"])


def test_a_tier_lists_its_votes(warehouse: Warehouse) -> None:
    told = story(warehouse, "metrics.gradient WHERE span = 'all' AND tier = 'core' ORDER BY metric_id")
    votes = [p for p in told.derivation.depends_on if p.metric_id and p.metric_id.startswith("gradient_evidence:")]
    row = told.row
    assert len(votes) == row["says_core"] + row["says_second"] + row["says_third"] + row["left_open"]
    assert sum(p.text[0].endswith(": core") for p in votes) == row["says_core"]
    assert all("against a median of" in p.text[0] and "中位数" in p.text[1] for p in votes)
    assert told.derivation.sums[-1].result > 0.5


def test_a_link_weighs_its_events_by_their_pairs(warehouse: Warehouse) -> None:
    told = story(warehouse, "metrics.collaboration_link WHERE span = 'all' AND path = 'all' ORDER BY events DESC")
    weight = next(s for s in told.derivation.sums if s.name == "weight_fractional")
    assert weight.expression.count("1.0 / ") == len(told.events) == told.row["events"] >= 10
    assert set(told.derivation.of_event) == set(told.row["event_ids"])


def test_the_strength_of_a_member_sums_its_links(warehouse: Warehouse) -> None:
    told = story(
        warehouse,
        """metrics.collaboration_network WHERE measure = 'strength' AND weight = 'fractional' AND span = 'all'
           AND path = 'all' AND value > 0 ORDER BY metric_id""",
    )
    links = warehouse.rows(
        "SELECT weight_fractional AS w FROM metrics.collaboration_link WHERE list_contains($ids, metric_id)"
        " AND position = 'within'",
        {"ids": [p.metric_id for p in told.derivation.depends_on]},
    )
    assert sum(row["w"] for row in links) == pytest.approx(told.row["value"])


@pytest.mark.parametrize("measure", UNWRITTEN_MEASURES)
def test_what_looks_at_the_whole_network_names_its_links(warehouse: Warehouse, measure: str) -> None:
    told = story(
        warehouse,
        f"metrics.collaboration_network WHERE measure = '{measure}' AND value > 0 AND span = 'all' ORDER BY metric_id",
    )
    assert not told.derivation.sums
    assert told.derivation.not_shown_because is not None
    assert "metrics.collaboration_link" in told.derivation.not_shown_because[0]
    assert all(p.metric_id and p.metric_id.startswith("collaboration_link:") for p in told.derivation.depends_on)
    assert told.derivation.depends_on


def test_draws_are_not_written_out_and_name_what_they_vary(warehouse: Warehouse) -> None:
    told = story(warehouse, "metrics.index_robustness WHERE source = 'all' ORDER BY metric_id")
    assert told.derivation.not_shown_because is not None
    assert "2,000 draws with seed 20181126" in told.derivation.not_shown_because[0]
    assert "metrics.index_component" in told.derivation.not_shown_because[0]
    assert len(told.derivation.depends_on) == told.row["cities"]


def test_bounds_name_who_holds_them(warehouse: Warehouse) -> None:
    told = story(warehouse, "metrics.index_bound WHERE low IS NOT NULL AND component_id = 'exports_to_gdp' ORDER BY 1")
    assert [s.name for s in told.derivation.sums] == ["low", "high"]
    assert told.row["treatment"] == "none"
    holders = warehouse.rows(
        "SELECT value FROM metrics.intensity WHERE list_contains($ids, metric_id) ORDER BY value",
        {"ids": [p.metric_id for p in told.derivation.depends_on]},
    )
    assert [holders[0]["value"], holders[-1]["value"]] == [told.row["low"], told.row["high"]]


def test_a_component_derives_its_raw_figure_and_entropy_weight(warehouse: Warehouse) -> None:
    told = story(
        warehouse,
        """metrics.index_component WHERE component_id = 'exports_to_gdp' AND weight_entropy > 0
           ORDER BY metric_id""",
    )
    assert {"raw", "entropy", "weight_entropy", "contribution_entropy"} <= {s.name for s in told.derivation.sums}
    of_year = warehouse.rows(
        """SELECT component_id, list(normalised ORDER BY geo_code) AS held FROM metrics.index_component
           WHERE framework_id = $framework AND corridor_id = $corridor AND year = $year AND weight_entropy IS NOT NULL
           GROUP BY component_id""",
        {"framework": told.row["framework_id"], "corridor": told.row["corridor_id"], "year": told.row["year"]},
    )
    weights = entropy_weights({row["component_id"]: row["held"] for row in of_year})
    assert weights is not None
    written = next(s.result for s in told.derivation.sums if s.name == "weight_entropy")
    assert written == pytest.approx(weights["exports_to_gdp"])


def test_a_verdict_holds_the_figure_against_the_claimed_interval(warehouse: Warehouse) -> None:
    told = story(
        warehouse,
        "metrics.claim_audit JOIN core.claim USING (claim_id) WHERE verdict = 'contradicted' AND ratio_n IS NOT NULL "
        "AND metrics.claim_audit.value IS NOT NULL ORDER BY metric_id",
    )
    sums = {s.name: s.result for s in told.derivation.sums}
    assert {"claimed_low", "claimed_high", "value"} <= set(sums)
    assert not sums["claimed_low"] <= sums["value"] <= sums["claimed_high"]
    assert told.derivation.depends_on[-1].text[0].endswith(": contradicted")
    assert told.derivation.depends_on[-1].text[1].endswith("：不符")
    assert told.documents


def test_without_a_value_it_says_why_there_is_no_sum(g60: Callable[..., Any]) -> None:
    shown = g60("explain", "policy_timeline", "--by", "reason", columns=250)
    assert shown.exit_code == 2
    shown = g60("explain", "policy_timeline", "--corridor", "g60_shanghai", "--by", "issued_from=none", columns=250)
    assert "rows fit" in shown.stderr
    name = shown.stderr.split("or name one: ")[1].split(",")[0]
    assert "No value, so no sum: the date of issue is not known." in g60("explain", name, columns=250).stdout
    assert "无数值，故无算式：发布日期不详。" in g60("explain", name, "--lang", "zh", columns=250).stdout


def test_json_tells_the_parts_and_why_there_is_no_sum(g60_json: Callable[..., Any], warehouse: Warehouse) -> None:
    name = story(warehouse, "metrics.index_robustness ORDER BY metric_id").row["metric_id"]
    told = g60_json("explain", name)
    assert told["arithmetic"] == []
    assert "not written out" in told["no_sum"]
    assert all(part["metric_id"].startswith("innovation_index:") for part in told["rests_on"])


class _Works:
    """The works of two cities beside the formulas of a warehouse."""

    def __init__(self, warehouse: Warehouse) -> None:
        published = PublishedRows(warehouse)
        self.formula, self.answer = published.formula, published.answer

    def metrics(self, names: Sequence[str]) -> list[dict[str, Any]]:
        plain = {"formula_id": "figure", "parent_ids": [], "unallocated": None}
        return [
            plain | {"metric_id": name, **dict.fromkeys(("value", "low", "high"), float(name[7:]))} for name in names
        ]


def test_joint_works_are_put_into_all_three_forms(warehouse: Warehouse) -> None:
    row = {"joint_works": 3, "works_1": 72.0, "works_2": 91.0, "salton": 3 / (72 * 91) ** 0.5, "jaccard": 3 / 160}
    named = {"formula_id": "copublication_similarity", "parent_ids": ["figure:72", "figure:91"]}
    done = derive(row | named | {"association_strength": 3 / (72 * 91)}, _Works(warehouse))
    assert done is not None
    assert [s.name for s in done.sums] == ["salton", "association_strength", "jaccard"]
    assert [s.expression for s in done.sums][-1] == "3.0 / (72.0 + 91.0 - 3.0)"
    without = row | {
        "formula_id": "copublication_similarity",
        "parent_ids": [],
        "salton": None,
        "salton_low": None,
        "jaccard": None,
        "works_1": None,
        "reason_code": "no_works",
        "reason_args": [],
    }
    assert derivation(warehouse, "copublication_similarity", without).not_shown_because == (
        "No value, so no sum: a city without works.",
        "无数值，故无算式：有一城没有论文。",
    )


def test_an_end_of_joint_works_that_can_be_no_more_is_one(warehouse: Warehouse) -> None:
    row = {"joint_works": 80, "works_1": None, "works_2": None, "salton": None, "salton_low": None, "salton_high": 1.0}
    named = {"formula_id": "copublication_similarity", "parent_ids": ["figure:72", "figure:81"]}
    done = derive(row | named | {"jaccard": None, "association_strength": None}, _Works(warehouse))
    assert done is not None
    (end,) = done.sums
    assert (end.name, end.expression) == ("salton_high", "min(80.0 / (72.0 * 81.0) ** 0.5, 1.0)")
