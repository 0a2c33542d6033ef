"""The descriptor of a data package (Data Package 2.0), made from what `core.column` says of the columns."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.column import Column
from g60_pipeline.export.cite import ABSTRACT, AUTHORS, KEYWORDS, TITLE
from g60_pipeline.export.flat import as_csv
from g60_pipeline.export.selection import Selection
from g60_pipeline.reader.columns import Columns

if TYPE_CHECKING:
    import polars as pl

PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
RESOURCE_PROFILE: Final = "https://datapackage.org/profiles/2.0/dataresource.json"
SCHEMA_PROFILE: Final = "https://datapackage.org/profiles/2.0/tableschema.json"
"""What the descriptor is written by."""

TYPES: Final = {
    "VARCHAR": "string",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMPTZ": "datetime",
}
"""Type of the warehouse -> type of Table Schema; a list is an array."""


def write(selection: Selection, folder: Path) -> None:
    """Write `datapackage.json` and the tables it describes, as CSV in `data`."""
    frames = {table: selection.frame(table) for table in selection.columns}
    (folder / "data").mkdir(parents=True)
    resources = []
    for table, frame in frames.items():
        path = f"data/{table.replace('.', '_')}.csv"
        content = as_csv(frame)
        (folder / path).write_bytes(content)
        resources.append(
            {
                "name": table.replace(".", "_"),
                "$schema": RESOURCE_PROFILE,
                "type": "table",
                "path": path,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "schema": _schema(table, selection.columns[table], frames),
            }
        )
    descriptor = _package(selection) | {"resources": resources}
    text = json.dumps(descriptor, ensure_ascii=False, indent=2)
    (folder / "datapackage.json").write_text(f"{text}\n", encoding="utf-8")


def _package(selection: Selection) -> dict[str, Any]:
    build = selection.warehouse.one("FROM core.build")
    sources = selection.warehouse.rows(
        "SELECT name_en, name_zh, url, terms, licence FROM core.source ORDER BY source_id"
    )
    return {
        "$schema": PROFILE,
        "name": "g60",
        "id": build["build_id"],
        "title": TITLE,
        "description": ABSTRACT,
        "version": build["version"],
        "created": f"{build['built_at']:%Y-%m-%dT%H:%M:%SZ}",
        "keywords": list(KEYWORDS),
        "contributors": [{"title": AUTHORS, "roles": ["creator"]}],
        "sources": [
            {"title": f"{s['name_en']} {s['name_zh']}", "terms": s["terms"], "licence": s["licence"]}
            | ({"path": s["url"]} if s["url"] else {})
            for s in sources
        ],
        "terms": selection.terms,
        "rows_left_out": {table: rows for table, rows in selection.left_out.items() if rows},
    }


def _schema(table: str, columns: Columns, frames: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """Return the Table Schema of a table; a reference is a foreign key where the package has all it refers to."""
    keys = [c.column_name for c in columns.values() if c.role == "key"]
    foreign = [
        {"fields": [c.column_name], "reference": {"resource": target.replace(".", "_"), "fields": [of]}}
        for c in columns.values()
        if c.refers_to and not c.data_type.endswith("[]")
        for target, _, of in [c.refers_to.rpartition(".")]
        if target != table and target in frames and _are_in(frames[table][c.column_name], frames[target][of])
    ]
    schema: dict[str, Any] = {"$schema": SCHEMA_PROFILE, "fields": [_field(c) for c in columns.values()]}
    schema |= {"primaryKey": keys} if keys else {}
    return schema | ({"foreignKeys": foreign} if foreign else {})


def _are_in(values: pl.Series, known: pl.Series) -> bool:
    return bool(values.drop_nulls().is_in(known.implode()).all())


def _field(column: Column) -> dict[str, Any]:
    is_list = column.data_type.endswith("[]")
    field: dict[str, Any] = {
        "name": column.column_name,
        "type": "array" if is_list else TYPES[column.data_type],
        "title": column.label_en,
        "title_zh": column.label_zh,
        "description": column.description,
        "role": column.role,
    }
    field |= {"unit": column.unit} if column.unit else {}
    field |= {"refers_to": column.refers_to} if column.refers_to else {}
    closed = bool(column.words) and not is_list
    return field | ({"constraints": {"enum": list(column.words)}} if closed else {})
