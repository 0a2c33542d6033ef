"""Materializing one table, some, or all: what is written, what is told, and what is refused before it does harm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dagster as dg
import polars as pl
import pytest
from stored import write_table

from g60_pipeline.metrics.index import innovation_index
from g60_pipeline.orchestration import provenance
from g60_pipeline.orchestration.assets import ASSETS
from g60_pipeline.orchestration.checks import asset_key
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.publish.storage import HASH_KEY, path_of, read_table, stored_hash
from g60_pipeline.publish.warehouse import published_build
from g60_pipeline.settings import Settings
from g60_pipeline.steps import core_steps
from g60_pipeline.tables import TABLES, table

Materialize = Callable[..., dg.ExecuteInProcessResult]


def materializations(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetMaterialization]:
    found = [e.step_materialization_data.materialization for e in result.get_asset_materialization_events()]
    return {".".join(m.asset_key.path): m for m in found}


def failures(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    return {e.step_key: e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure}


def files(settings: Settings) -> dict[str, int]:
    return {str(p.relative_to(settings.home)): p.stat().st_mtime_ns for p in settings.tables_dir.rglob("*.parquet")}


def test_one_table_alone_is_rewritten_with_what_its_step_refused_and_nothing_else(
    spoilable: Settings, materialize: Materialize
) -> None:
    before = files(spoilable)
    result = materialize(spoilable, "core.claim")
    after = files(spoilable)
    assert result.success
    assert set(materializations(result)) == {"core.claim"}
    assert {name for name in after if after[name] != before[name]} == {
        f"warehouse/tables/{layer}/claim.parquet" for layer in ("core", "issue")
    }


def test_a_metric_is_told_of_and_made_again_only_where_it_would_be_another(
    spoilable: Settings, materialize: Materialize, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(spoilable)
    told = materializations(materialize(spoilable, "metrics.growth"))["metrics.growth"]
    assert "inputs and code are those it was made from" in str(told.metadata["note"].value)
    assert files(spoilable) == before
    path_of(spoilable, table("metrics.growth")).write_bytes(b"no parquet")
    mended = materializations(materialize(spoilable, "metrics.growth"))["metrics.growth"]
    assert "its file can not be read: it is damaged" in str(mended.metadata["note"].value)
    assert "it was made again" in str(mended.metadata["note"].value)
    monkeypatch.setattr(provenance, "code_version", lambda _: "changed")
    again = files(spoilable)
    assert materialize(spoilable, "metrics.growth").success
    assert {name for name, moment in files(spoilable).items() if moment != again[name]} == {
        "warehouse/tables/metrics/growth.parquet"
    }


def test_a_selection_across_steps_is_written(spoilable: Settings, materialize: Materialize) -> None:
    wanted = ("raw.observation", "core.unit", "core.observation", "metrics.claim_audit")
    result = materialize(spoilable, *wanted)
    assert result.success
    assert set(materializations(result)) == set(wanted)


@pytest.mark.parametrize("name", ["core.input_file", "raw.claim"])
def test_what_reads_the_inbox_writes_all_its_tables_whichever_is_asked_for(
    spoilable: Settings, materialize: Materialize, make: Any, name: str
) -> None:
    spoilable.inbox.mkdir(exist_ok=True)
    (spoilable.inbox / "own.csv").write_text(make.inbox_csv({"row_id": "one", "value": "25000.5"}), encoding="utf-8")
    result = materialize(spoilable, name)
    assert set(materializations(result)) == {name}
    entered = read_table(spoilable, table("raw.observation")).filter(file="inbox/own.csv")
    assert entered["value"].to_list() == ["25000.5"]
    assert read_table(spoilable, table("core.input_file"))["file"].to_list() == ["inbox/own.csv"]
    assert "core.document" in provenance.outdated(spoilable)["table"].to_list()


def test_a_table_whose_inputs_were_never_built_says_what_to_do(
    tmp_path_factory: pytest.TempPathFactory, materialize: Materialize
) -> None:
    result = materialize(Settings(tmp_path_factory.mktemp("empty")), "core.observation")
    assert not result.success
    told = failures(result)["observation"]
    assert told.description.startswith("core.observation_candidate: it has not been built yet")
    assert told.metadata["remedy"].value == "Run `g60 build`, or materialize it first"


def test_a_materialization_tells_version_rows_preview_and_path(spoilable: Settings, materialize: Materialize) -> None:
    told = materializations(materialize(spoilable, "metrics.corridor_total"))["metrics.corridor_total"]
    total = table("metrics.corridor_total")
    assert (told.tags or {})["dagster/data_version"] == stored_hash(spoilable, total)
    assert told.metadata["dagster/row_count"].value == read_table(spoilable, total).height
    assert told.metadata["path"].value == str(path_of(spoilable, total))
    assert told.metadata["changed"].value is False
    preview = told.metadata["preview"]
    assert isinstance(preview, dg.TableMetadataValue)
    shown = "corridor_id indicator_id basis period_end year value value_low value_high unit"
    assert " ".join(column.name for column in preview.schema.columns) == shown
    assert len(preview.records) == 8
    assert all(record.data["value"] is not None for record in preview.records)
    days = [str(record.data["period_end"]) for record in preview.records]
    assert days == sorted(days, reverse=True)


def test_a_file_tells_which_run_and_version_made_it_from_what(spoilable: Settings, materialize: Materialize) -> None:
    result = materialize(spoilable, "core.observation")
    record = pl.read_parquet_metadata(path_of(spoilable, table("core.observation")))
    candidates = stored_hash(spoilable, table("core.observation_candidate"))
    assert record["g60.run_id"] == result.run_id
    assert record["g60.inputs"] == f'{{"core.observation_candidate": "{candidates}"}}'


def test_a_broken_contract_fails_with_the_rule_and_the_rows_and_leaves_every_file(
    spoilable: Settings, materialize: Materialize, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = core_steps.choose.observations
    monkeypatch.setattr(
        core_steps.choose, "observations", lambda rows: sound(rows).with_columns(round=pl.lit("second census"))
    )
    before = files(spoilable)
    result = materialize(spoilable, "core.observation", "core.quarantine", "publish.warehouse")
    told = failures(result)
    assert set(told) == {"observation"}
    rows = read_table(spoilable, table("core.observation")).height
    assert told["observation"].metadata["failures"].value == {"round|check__known_word": rows}
    sample = told["observation"].metadata["sample"]
    assert {record.data["round"] for record in sample.records} == {"second census"}
    after = files(spoilable)
    assert after["warehouse/tables/core/observation.parquet"] == before["warehouse/tables/core/observation.parquet"]
    assert "publish.warehouse" not in materializations(result)


def test_no_table_of_a_step_is_replaced_unless_all_are_sound(
    spoilable: Settings, materialize: Materialize, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = innovation_index.index_robustness
    monkeypatch.setattr(
        innovation_index, "index_robustness", lambda found: pl.concat([sound(found), sound(found).clear(1)])
    )
    monkeypatch.setattr(provenance, "code_version", lambda _: "changed")
    before = files(spoilable)
    assert not materialize(spoilable, "metrics.index_bound", "metrics.index_robustness").success
    assert files(spoilable) == before


def test_a_damaged_published_file_is_told_and_published_anew(spoilable: Settings, materialize: Materialize) -> None:
    before = published_build(spoilable.database)
    spoilable.database.chmod(0o644)
    spoilable.database.write_bytes(spoilable.database.read_bytes()[:50_000])
    told = materializations(materialize(spoilable, "publish.warehouse"))["publish.warehouse"]
    assert "the file in place was damaged (" in str(told.metadata["note"].value)
    after = published_build(spoilable.database)
    assert before is not None
    assert after is not None
    assert after["inputs_hash"] == before["inputs_hash"]


def test_a_reference_that_leads_nowhere_stops_the_publication(spoilable: Settings, materialize: Materialize) -> None:
    document = table("core.document")
    record = pl.read_parquet_metadata(path_of(spoilable, document))
    cited = read_table(spoilable, table("core.observation"))["document_id"][0]
    write_table(
        spoilable,
        document,
        read_table(spoilable, document).filter(pl.col("document_id") != cited),
        provenance={k: v for k, v in record.items() if k.startswith("g60.") and k != HASH_KEY},
    )
    published = published_build(spoilable.database)
    result = materialize(spoilable, "publish.warehouse")
    assert not result.success
    checks = {c.check_name: c for c in result.get_asset_check_evaluations()}
    found = checks["references_resolve"]
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.ERROR
    assert int(str(found.metadata["count"].value)) > 0
    assert "core.document.document_id" in str(found.metadata["rows"].value)
    told = failures(result)["warehouse"].description
    assert told.startswith("not published: references_resolve")
    gone = read_table(spoilable, document)["document_id"].to_list()
    assert "which is not in core.document.document_id" in told
    assert told.partition(" names '")[2].partition("'")[0] not in gone
    assert published_build(spoilable.database) == published


def test_a_table_made_from_older_inputs_stops_the_publication(spoilable: Settings, materialize: Materialize) -> None:
    (spoilable.inbox).mkdir()
    (spoilable.inbox / "mine.csv").write_text("row_id\n", encoding="utf-8")
    assert materialize(spoilable, "raw.observation").success
    result = materialize(spoilable, "publish.warehouse")
    checks = {c.check_name: c for c in result.get_asset_check_evaluations()}
    assert checks["references_resolve"].passed
    assert not checks["tables_agree"].passed
    rows = [tuple(record.data.values()) for record in checks["tables_agree"].metadata["rows"].records]
    assert ("core.quarantine", "issue.inbox", "made from an older state of that input") in rows
    assert "run `g60 build`, or the job `build_all`" in failures(result)["warehouse"].description


def test_a_check_can_be_run_without_its_table(spoilable: Settings) -> None:
    before = files(spoilable)
    only = dg.AssetSelection.checks(dg.AssetCheckKey(asset_key("metrics.corridor_total"), "coverage"))
    result = dg.materialize(
        ASSETS,
        selection=only,
        resources={"home": Home(path=str(spoilable.home))},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assert [c.check_name for c in result.get_asset_check_evaluations()] == ["coverage"]
    assert files(spoilable) == before


def test_every_table_stands_in_a_file_after_a_build(built_home: Settings) -> None:
    assert {t.full_name for t in TABLES.values() if path_of(built_home, t).exists()} == set(TABLES) - {"core.column"}
