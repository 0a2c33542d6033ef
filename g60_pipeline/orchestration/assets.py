"""One asset per table people look at, one Dagster step per step of the graph, and the publication.

Assets are made by one factory from `STEPS`. What only passes from one step to the next is written along with its step.
Tables are read and written by `publish.storage`, which validates before it replaces a file and hashes the data; so
there is no IO manager. What a step computes: `g60_pipeline.steps`.
"""

# Dagster reads the annotations of asset functions as objects, so they are not postponed here.

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

import dagster as dg
import polars as pl

from g60_pipeline.builds import preconditions
from g60_pipeline.errors import G60Error
from g60_pipeline.language import warn
from g60_pipeline.orchestration.asset_metadata import column_schema, description, preview, rows_value
from g60_pipeline.orchestration.checks import SAMPLE_ROWS, TableCheck, asset_key, checks_of, result
from g60_pipeline.orchestration.code_references import code_references
from g60_pipeline.orchestration.explained import how_to_explain, newest_explained
from g60_pipeline.orchestration.failures import plain_failures, short_memory_in_words
from g60_pipeline.orchestration.freshness import BY_CALENDAR, CALENDAR_TABLE
from g60_pipeline.orchestration.provenance import (
    check_unchanged,
    code_version,
    outdated,
    provenance,
    publication_code,
    would_be_made_again,
)
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.orchestration.sources import SOURCE_KEYS
from g60_pipeline.publish.storage import damage, path_of, read_table, store, stored_hash, validated
from g60_pipeline.publish.warehouse import Publication, broken_references, publish, published_tables
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS, Context, Step
from g60_pipeline.tables import Table, table

OWNERS: Final = ["team:g60"]
"""Who answers for the assets."""

PASSED_ON: Final = frozenset({"stage", "issue"})
"""Layers that only pass from step to step: no assets, but written whenever their step runs."""

WAREHOUSE: Final = dg.AssetKey(["publish", "warehouse"])
"""The published DuckDB file."""

REFERENCES_RESOLVE: Final = dg.AssetCheckKey(WAREHOUSE, "references_resolve")
"""Every reference a contract declares leads to a row."""

TABLES_AGREE: Final = dg.AssetCheckKey(WAREHOUSE, "tables_agree")
"""Every table was made from the tables published beside it."""

PUBLICATION_REMEDY: Final = "The warehouse held before stays in force: run `g60 build`, or the job `build_all`"
"""What to do when tables do not fit together."""

REFERENCE_COLUMNS: Final = {
    "table": pl.String,
    "column": pl.String,
    "references": pl.String,
    "rows": pl.Int64,
    "example": pl.String,
}
"""Columns of a reference that leads nowhere."""

REPLAY: Final = "live"
"""Step that reads what the source assets put into the archive."""

StepEvents = Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]


def asset_spec(step: Step, definition: Table) -> dg.AssetSpec:
    """Return what Dagster knows of a table before it is made."""
    read_by_checks = [name for check in checks_of(definition.full_name) for name in check.reads]
    sources = dict.fromkeys([*step.inputs, *(name for name in read_by_checks if name not in step.outputs)])
    archived = SOURCE_KEYS if step.name == REPLAY else []
    return dg.AssetSpec(
        key=asset_key(definition.full_name),
        deps=[*dict.fromkeys(_asset_of(name) for name in sources), *archived],
        description=description(definition),
        group_name=definition.layer,
        owners=OWNERS,
        kinds={"polars", "parquet"},
        tags={"layer": definition.layer, "step": step.name},
        metadata={
            "dagster/column_schema": column_schema(definition),
            "dagster/code_references": code_references(step, definition),
        },
        freshness_policy=BY_CALENDAR if definition.full_name == CALENDAR_TABLE else None,
        code_version=code_version(step),
    )


def _asset_of(full_name: str) -> dg.AssetKey:
    """Return the asset of a table; where it is none, the first asset of the step that makes it."""
    seen = next(_assets_of(step) for step in STEPS if full_name in step.outputs)
    return asset_key(full_name if full_name in seen else seen[0])


def _assets_of(step: Step) -> list[str]:
    """Return the tables of a step that are assets."""
    return [name for name in step.outputs if table(name).layer not in PASSED_ON]


def step_asset(step: Step) -> dg.AssetsDefinition:
    """Return the Dagster step that runs one step of the graph and writes those of its tables that are asked for.

    What reads files or the day writes all its tables: two of different runs could be of different files.
    """
    tables = [table(name) for name in _assets_of(step)]
    others = [table(name) for name in step.outputs if not step.is_pure or name not in _assets_of(step)]
    checks = [check for t in tables for check in checks_of(t.full_name)]

    @dg.multi_asset(
        name=step.name,
        description=step.description,
        specs=[asset_spec(step, t) for t in tables],
        check_specs=[check.spec for check in checks],
        can_subset=True,
    )
    def run_step(context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]) -> StepEvents:
        settings = home.settings
        wanted = [t for t in tables if asset_key(t.full_name) in context.selected_asset_keys]
        asked = [check for check in checks if check.key in context.selected_asset_check_keys]
        with plain_failures(), short_memory_in_words():
            origin = provenance(settings, step, run_id=context.run.run_id)
            stored = _stored(step, wanted, settings=settings, origin=origin)
            beside = [t for t in others if t not in wanted] if wanted and stored is None else []
            made = _make(step, [*wanted, *beside], settings=settings) if stored is None else stored
            for t in beside:
                store(settings, t, made[t.full_name], provenance=origin)
            for t in wanted:
                results = [_evaluate(check, made, settings=settings) for check in asked if check.table == t.full_name]
                before, damaged = stored_hash(settings, t), damage(settings, t)
                now = store(settings, t, made[t.full_name], provenance=origin) if stored is None else str(before)
                kept = (
                    {} if stored is None else {"note": "inputs and code are those it was made from: it stays as it is"}
                )
                healed = {"note": f"{damaged}; it was made again"} if damaged else {}
                metadata = {
                    "path": dg.MetadataValue.path(path_of(settings, t)),
                    "changed": dg.MetadataValue.bool(before != now),
                    **{name: dg.MetadataValue.text(words) for name, words in (kept | healed).items()},
                }
                yield _result_of(t, made[t.full_name], data_hash=now, check_results=results, metadata=metadata)
            for check in asked:
                if check.table not in made:
                    yield _evaluate(check, made, settings=settings)

    return run_step


def _stored(
    step: Step, wanted: list[Table], *, settings: Settings, origin: Mapping[str, str]
) -> dict[str, pl.DataFrame] | None:
    """Return the wanted tables as they are stored, if the step would make the same again; None where it has to run."""
    names = [t.full_name for t in wanted]
    if not step.is_pure or not would_be_made_again(settings, names, origin):
        return None
    try:
        return {t.full_name: read_table(settings, t) for t in wanted}
    except G60Error as error:
        warn("notice.log.step_again", subject=error.subject, rule=error.rule)
        return None


def _make(step: Step, wanted: list[Table], *, settings: Settings) -> dict[str, pl.DataFrame]:
    """Return the wanted tables of a step. All are valid before the first is written."""
    if not wanted:
        return {}
    inputs = {name: read_table(settings, table(name)) for name in step.inputs}
    made = step.make(Context.now(settings), inputs)
    return {t.full_name: validated(t, made[t.full_name]) for t in wanted}


def _evaluate(check: TableCheck, made: Mapping[str, pl.DataFrame], *, settings: Settings) -> dg.AssetCheckResult:
    """Look at the tables just made, and at the files of all others."""
    tables = {name: made[name] if name in made else read_table(settings, table(name)) for name in check.reads}
    return check.evaluate(check.find(tables, Context.now(settings).today))


def _result_of(
    definition: Table,
    frame: pl.DataFrame,
    *,
    data_hash: str,
    check_results: list[dg.AssetCheckResult],
    metadata: Mapping[str, dg.MetadataValue],
) -> dg.MaterializeResult[None]:
    """Return what Dagster records of a table as it is stored now."""
    return dg.MaterializeResult(
        asset_key=asset_key(definition.full_name),
        data_version=dg.DataVersion(data_hash),
        check_results=check_results,
        metadata={
            "dagster/row_count": frame.height,
            "preview": preview(definition, frame),
            **metadata,
            **how_to_explain(definition, frame),
        },
    )


def _failed(found: tuple[str, pl.DataFrame]) -> str:
    """Return a check that failed with the first row it found, in words."""
    name, rows = found
    first, more = rows.row(0, named=True), f" and {rows.height - 1} more" if rows.height > 1 else ""
    if name == REFERENCES_RESOLVE.name:
        where = f"{first['table']}.{first['column']}"
        return f"{name} failed ({where} names {first['example']!r}, which is not in {first['references']}{more})"
    made_of = f" of {first['input']}" if first["input"] else ""
    return f"{name} failed ({first['table']}{made_of}: {first['reason']}{more})"


@dg.multi_asset(
    name="warehouse",
    description="Publishes the core and metrics tables as one DuckDB file, in one rename.",
    specs=[
        dg.AssetSpec(
            key=WAREHOUSE,
            deps=[asset_key(t.full_name) for t in published_tables()],
            description="The published DuckDB file, with one row about its making in `core.build`.",
            group_name="publish",
            owners=OWNERS,
            kinds={"duckdb"},
            tags={"layer": "publish", "step": "warehouse"},
            metadata={"dagster/column_schema": column_schema(table("core.build"))},
            code_version=publication_code(),
        )
    ],
    check_specs=[
        dg.AssetCheckSpec(
            REFERENCES_RESOLVE.name,
            asset=WAREHOUSE,
            description="Every reference a contract declares leads to a row. Looked at before anything is published.",
            blocking=True,
        ),
        dg.AssetCheckSpec(
            TABLES_AGREE.name,
            asset=WAREHOUSE,
            description="Every table was made from the tables beside it. Looked at before anything is published.",
            blocking=True,
        ),
    ],
)
def warehouse(home: dg.ResourceParam[Home]) -> StepEvents:
    """Publish what is stored, unless a reference leads nowhere or a table is older than what it was made from."""
    settings = home.settings
    with plain_failures(), short_memory_in_words():
        frames = {t.full_name: read_table(settings, t) for t in published_tables()}
        found = {
            REFERENCES_RESOLVE: pl.DataFrame(broken_references(frames), schema=REFERENCE_COLUMNS),
            TABLES_AGREE: outdated(settings),
        }
        for key, rows in found.items():
            yield result(key, rows, remedy=PUBLICATION_REMEDY, severity=dg.AssetCheckSeverity.ERROR)
        broken = {key.name: rows for key, rows in found.items() if rows.height}
        if broken:
            raise dg.Failure(
                description=f"not published: {'; '.join(map(_failed, broken.items()))}. {PUBLICATION_REMEDY}",
                metadata={name: rows_value(rows.head(SAMPLE_ROWS)) for name, rows in broken.items()},
                allow_retries=False,
            )
        preconditions.still_there(settings)
        check_unchanged()
        done = publish(settings, frames, built_at=dt.datetime.now(dt.UTC))
    yield dg.MaterializeResult(
        asset_key=WAREHOUSE,
        data_version=dg.DataVersion(done.inputs_hash),
        metadata={
            "changed": dg.MetadataValue.bool(done.changed),
            "note": _published(done),
            "build_id": done.build_id,
            "path": dg.MetadataValue.path(done.path),
            "dagster/row_count": sum(done.rows.values()),
            "rows": rows_value(pl.DataFrame(list(done.rows.items()), ["table", "rows"], orient="row")),
            **newest_explained(settings),
        },
    )


def _published(done: Publication) -> str:
    if done.damage:
        return f"the file in place was damaged ({done.damage}): it was published anew"
    return "a new file was published" if done.changed else "nothing changed: the file in place stays"


ASSETS: Final = [*(step_asset(step) for step in STEPS), warehouse]
"""All assets."""
