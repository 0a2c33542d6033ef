"""What Dagster knows before anything runs: tables people look at are assets, described from their contracts."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.freshness import CronFreshnessPolicy

from g60_pipeline.catalog import load_catalog
from g60_pipeline.definitions import defs
from g60_pipeline.orchestration.asset_metadata import column_schema
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.publish.warehouse import WRITTEN_HERE
from g60_pipeline.steps import STEPS
from g60_pipeline.tables import TABLES, table

TABLES_SEEN = [n for n, t in TABLES.items() if t.layer not in {"stage", "issue"} and n not in WRITTEN_HERE]
"""Tables people look at: what only passes between steps is none, and publication writes what describes the file."""

REPORT = "publish/report"

KEYS = {*(name.replace(".", "/") for name in TABLES_SEEN), "publish/warehouse"}

SPECS = {
    "/".join(spec.key.path): spec
    for spec in defs.resolve_all_asset_specs()
    if spec.group_name not in {"sources", "indicators"}
}
"""Every asset but the live sources, and the indicators, which nothing makes."""


def test_every_table_people_look_at_is_an_asset_and_so_is_the_warehouse() -> None:
    assert set(SPECS) == KEYS | {REPORT}
    assert len(KEYS) > 70


def test_the_code_location_loads() -> None:
    dg.Definitions.validate_loadable(defs)


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_asset_has_owner_kind_description_group_and_column_schema(key: str) -> None:
    spec = SPECS[key]
    contract = table("core.build" if key == "publish/warehouse" else key.replace("/", "."))
    assert spec.owners == ["team:g60"]
    assert spec.kinds == ({"duckdb"} if key == "publish/warehouse" else {"polars", "parquet"})
    assert spec.description
    assert spec.group_name in {"raw", "core", "metrics", "publish"}
    assert len(spec.code_version or "") == 64
    columns = spec.metadata["dagster/column_schema"].columns
    assert [column.name for column in columns] == contract.schema.column_names()
    assert all(column.description for column in columns)


def test_assets_depend_on_what_their_step_reads_or_on_the_step_that_passes_it_on() -> None:
    for step in STEPS:
        for name in set(TABLES_SEEN) & set(step.outputs):
            sources = {".".join(dep.asset_key.path) for dep in SPECS[name.replace(".", "/")].deps}
            for source in step.inputs:
                made_beside = next(set(s.outputs) for s in STEPS if source in s.outputs)
                assert source in sources or (table(source).layer in {"stage", "issue"} and made_beside & sources), name


def test_a_refused_row_leads_from_its_step_to_the_quarantine() -> None:
    sources = {"/".join(dep.asset_key.path) for dep in SPECS["core/quarantine"].deps}
    assert sources == {
        "raw/live_figure",
        "raw/observation",
        "core/document",
        "core/observation_candidate",
        "core/star_listing",
        "core/claim",
        "core/collaboration",
    }


@pytest.mark.parametrize("key", sorted(KEYS - {"publish/warehouse"}))
def test_every_table_leads_to_the_function_of_its_step_and_its_contract(key: str) -> None:
    name = key.replace("/", ".")
    step = next(step for step in STEPS if name in step.outputs)
    function, contract = SPECS[key].metadata["dagster/code_references"].code_references
    for found, wanted in ((function, f"def {step.name}("), (contract, f"class {table(name).schema.__name__}(")):
        assert wanted in Path(found.file_path).read_text(encoding="utf-8").splitlines()[found.line_number - 1]


def test_description_of_a_metric_says_formula_unit_flags_and_chinese_name() -> None:
    told = SPECS["metrics/national_share"].description or ""
    for words in (
        "占全国比重",
        "`national_share`",
        "Figure of the place or corridor over that of China",
        "Unit of `share` 比重: ratio",
        "`mixed_vintage`",
    ):
        assert words in told
    for name in TABLES_SEEN:
        assert (SPECS[name.replace(".", "/")].description or "").startswith(table(name).description)


def test_observations_are_due_at_the_end_of_each_month_of_a_release() -> None:
    policy = SPECS["core/observation"].freshness_policy
    assert isinstance(policy, CronFreshnessPolicy)
    months = {i.release.month for i in load_catalog().indicators if i.release is not None}
    assert policy.deadline_cron == f"0 0 1 {','.join(str(m) for m in sorted(m % 12 + 1 for m in months))} *"
    assert policy.timezone == "Asia/Shanghai"
    assert {key for key, spec in SPECS.items() if spec.freshness_policy} == {"core/observation"}


def test_the_publication_depends_on_every_core_and_metrics_table() -> None:
    sources = {"/".join(dep.asset_key.path) for dep in SPECS["publish/warehouse"].deps}
    assert sources == {key for key in KEYS if key.startswith(("core/", "metrics/"))}


def test_the_site_follows_the_warehouse_and_says_what_it_is() -> None:
    spec = SPECS[REPORT]
    assert [dep.asset_key.to_user_string() for dep in spec.deps] == ["publish/warehouse"]
    assert (spec.owners, spec.kinds, spec.group_name) == (["team:g60"], {"html"}, "publish")
    assert "warehouse/report/index.html" in (spec.description or "")
    assert len(spec.code_version or "") == 64


def test_a_column_tells_its_key_reference_words_bounds_and_unit() -> None:
    columns = {c.name: c for c in column_schema(table("metrics.corridor_total")).columns}
    assert columns["metric_id"].constraints.unique
    assert "part of the key" in columns["metric_id"].constraints.other
    assert not columns["indicator_id"].constraints.nullable
    assert "refers to core.indicator.indicator_id" in columns["indicator_id"].constraints.other
    assert "one of calendar_year, point_in_time, part_year" in columns["period_kind"].constraints.other
    assert {"at least 1949", "at most 2100"} <= set(columns["year"].constraints.other)
    assert columns["value"].constraints.nullable
    assert "Unit: count." in (columns["members_expected"].description or "")


def test_rules_over_several_columns_stand_in_the_schema_in_words() -> None:
    rules = column_schema(table("metrics.corridor_total")).constraints.other
    assert "There is a value exactly where every member reports, and never of a count that members share." in rules
    assert "Exactly one of corridor_id and geo_code is given." in rules


def test_a_key_of_several_columns_is_told_as_one() -> None:
    schema = column_schema(table("core.indicator_basis"))
    assert "indicator_id, basis are unique together." in schema.constraints.other
    assert not any(column.constraints.unique for column in schema.columns)


def test_the_data_folder_is_read_from_the_environment_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home()
    monkeypatch.setenv("G60_HOME", "/somewhere/else")
    assert str(home.settings.home) == "/somewhere/else"
    assert str(Home(path="/given").settings.home) == "/given"
