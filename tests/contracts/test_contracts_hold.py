"""Every table of the real graph keeps its contract, and the contracts refuse what they say they refuse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import dataframely as dy
import polars as pl
import pytest

from g60_pipeline.contracts.vocabulary import FLAGS, GRADES, LOST_BY, PERIOD_KINDS, ROUNDS, STATUSES, VERDICTS
from g60_pipeline.errors import G60Error
from g60_pipeline.publish.storage import ContractError, validated
from g60_pipeline.publish.warehouse import WRITTEN_HERE
from g60_pipeline.tables import TABLES, table

Frames = dict[str, pl.DataFrame]
BUILT = [name for name in TABLES if name not in WRITTEN_HERE]
METRICS = [name for name in TABLES if name.startswith("metrics.")]


def test_the_graph_makes_every_table_that_publication_does_not_write(graph: Frames) -> None:
    assert set(graph) == set(BUILT)


@pytest.mark.parametrize("name", BUILT)
def test_a_table_of_the_graph_keeps_its_contract(graph: Frames, name: str) -> None:
    good = validated(table(name), graph[name])
    assert good.height == graph[name].height
    assert good.columns == table(name).schema.column_names()


def test_the_figures_are_there(graph: Frames) -> None:
    fetched = {"metrics.copublication_similarity"}
    for name in {"core.observation", "core.claim", "core.document", *METRICS} - fetched:
        assert graph[name].height > 11, name
    assert all(graph[name].is_empty() for name in fetched), "the facts hold no joint papers: OpenAlex counts them"


@pytest.mark.parametrize("name", TABLES)
def test_every_table_and_every_column_is_described(name: str) -> None:
    described = table(name)
    assert described.description.endswith(".")
    for column, form in described.schema.columns().items():
        assert form.description, column


def test_an_unknown_table_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(G60Error, match=r"core\.observations") as caught:
        table("core.observations")
    assert "raw.observation," in caught.value.remedy


def test_references_of_the_contracts_name_columns_that_exist() -> None:
    for name, described in TABLES.items():
        for column, form in described.schema.columns().items():
            target = (form.metadata or {}).get("references")
            if target is not None:
                other, _, key = target.rpartition(".")
                assert key in TABLES[other].schema.column_names(), (name, column)


def test_every_reference_of_the_graph_leads_somewhere(graph: Frames) -> None:
    checked = 0
    for name in BUILT:
        for column, form in table(name).schema.columns().items():
            target = (form.metadata or {}).get("references")
            if target is None:
                continue
            other, _, key = target.rpartition(".")
            used = graph[name][column].drop_nulls()
            if isinstance(form, dy.List):
                used = used.list.explode(keep_nulls=False, empty_as_null=False)
            allowed = {*graph[other][key].to_list(), *(["*"] if name == "core.series_break" else [])}
            assert set(used.to_list()) <= allowed, (name, column)
            checked += 1
    assert checked > 60


@pytest.mark.parametrize(
    "name", [n for n in BUILT if "flags" in TABLES[n].schema.column_names() and n.startswith(("core.", "metrics."))]
)
def test_flags_are_words_of_the_list_sorted_and_without_doubles(graph: Frames, name: str) -> None:
    for flags in graph[name]["flags"].to_list():
        assert set(flags) <= set(FLAGS)
        assert flags == sorted(set(flags))


def test_words_are_those_of_the_lists(graph: Frames) -> None:
    candidate, audit = graph["core.observation_candidate"], graph["metrics.claim_audit"]
    assert set(candidate["status"]) <= set(STATUSES)
    assert set(candidate["round"]) <= set(ROUNDS)
    assert set(candidate["grade"]) <= set(GRADES)
    assert set(candidate["period_kind"]) <= set(PERIOD_KINDS)
    assert set(audit["verdict"]) <= set(VERDICTS)


def first(graph: Frames, name: str, **wanted: Any) -> dict[str, Any]:
    return graph[name].filter(**wanted).row(0, named=True)


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("core.observation_candidate", {"flags": ["doubtful"]}, "known_words"),
    ("core.observation_candidate", {"status": "last"}, "known_word"),
    ("core.observation_candidate", {"value": None}, "nullability"),
    ("core.observation_candidate", {"value": float("inf")}, "inf"),
    ("core.observation_candidate", {"value": float("nan")}, "nan"),
    ("core.observation_candidate", {"geo_code": "Suzhou"}, "regex"),
    ("core.observation_candidate", {"year": 1900}, "min"),
    ("core.observation_candidate", {"period_start": dt.date(2099, 1, 1)}, "period_in_order"),
    ("core.observation_candidate", {"chosen": False}, "one_chosen"),
    ("core.geography", {"geo_code": "1"}, "regex"),
    ("core.star_listing", {"stock_code": "600000"}, "regex"),
    ("core.star_listing", {"delist_date": dt.date(2000, 1, 1)}, "listed_before_delisted"),
    ("core.claim", {"ratio_n": 1}, "min"),
    ("metrics.corridor_total", {"corridor_id": None}, "corridor_or_place"),
    ("metrics.corridor_total", {"geo_code": "330100"}, "corridor_or_place"),
    ("metrics.corridor_total", {"year": 2000}, "year_of_period_end"),
    ("metrics.corridor_total", {"members_reporting": 0, "value": 5.0}, "value_needs_every_member"),
    ("metrics.corridor_total", {"value_low": 9e12}, "interval_holds_value"),
    ("metrics.national_share", {"share": -0.1}, "min"),
    ("metrics.claim_audit", {"verdict": "probably"}, "known_word"),
]


@pytest.mark.parametrize(("name", "change", "rule"), BROKEN, ids=[f"{n}-{r}-{next(iter(c))}" for n, c, r in BROKEN])
def test_a_contract_refuses_a_row_that_breaks_it(graph: Frames, name: str, change: dict[str, Any], rule: str) -> None:
    alone = {"reason_code": "only_figure"} if name == "core.observation_candidate" else {}
    row = first(graph, name, **alone)
    if name == "metrics.corridor_total":
        row = graph[name].filter(pl.col("value").is_not_null()).row(0, named=True)
    frame = pl.DataFrame([row | change], schema=graph[name].schema)
    with pytest.raises(ContractError) as caught:
        validated(table(name), frame)
    assert any(rule in broken for broken in caught.value.failures), caught.value.failures
    assert caught.value.sample.height == 1


def test_a_double_key_is_refused(graph: Frames) -> None:
    with pytest.raises(ContractError, match="primary_key"):
        validated(table("core.unit"), pl.concat([graph["core.unit"], graph["core.unit"].head(1)]))


def test_a_missing_column_or_a_wrong_type_is_refused(graph: Frames) -> None:
    with pytest.raises(ContractError, match="column dimension is missing"):
        validated(table("core.unit"), graph["core.unit"].drop("dimension"))
    with pytest.raises(ContractError, match="power_of_ten is Int64, not Int32"):
        validated(table("core.unit"), graph["core.unit"].cast({"power_of_ten": pl.Int64}))


def test_two_chosen_figures_of_one_series_are_refused(graph: Frames) -> None:
    candidate = graph["core.observation_candidate"]
    rivals = candidate.filter(pl.col("reason_code").is_in(LOST_BY)).with_columns(chosen=pl.lit(value=True))
    with pytest.raises(ContractError, match="one_chosen"):
        validated(table("core.observation_candidate"), pl.concat([candidate.filter("chosen"), rivals.head(1)]))


def test_codes_are_text_that_keeps_its_zeros(graph: Frames) -> None:
    for name in BUILT:
        for column in ("geo_code", "parent_code", "province_code"):
            if column in graph[name].columns:
                assert graph[name].schema[column] == pl.String, name
