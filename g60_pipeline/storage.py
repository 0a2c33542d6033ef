"""Tables as Parquet files: validated by their contract, written beside the old file and renamed over it.

A table that breaks its contract raises before anything is replaced. The hash that tells whether a table changed is over
its data, not over the file.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from g60_pipeline.errors import G60Error
from g60_pipeline.settings import Settings
from g60_pipeline.tables import Table

HASH_KEY: Final = "g60.data_hash"
"""Key of the data hash in the Parquet file's metadata."""

SAMPLE_ROWS: Final = 5
"""How many offending rows an error shows."""


class ContractError(G60Error):
    """A table breaks its contract; `failures` counts the rows per rule and `sample` holds some of them."""

    def __init__(self, table: Table, failures: Mapping[str, int], sample: pl.DataFrame) -> None:
        """Say which rules are broken how often."""
        broken = ", ".join(f"{rule} ({rows} rows)" for rule, rows in failures.items())
        super().__init__(table.full_name, f"it breaks its contract: {broken}", "The table held before stays in force")
        self.failures = dict(failures)
        self.sample = sample


def validated(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame in the form of its contract: columns in order, sorted by key.

    Raises:
        ContractError: A column is missing, has another type, or a row breaks a rule.
    """
    columns = table.schema.columns()
    wrong = {
        f"column {name} is {frame.schema.get(name, 'missing')}, not {column.dtype}": frame.height
        for name, column in columns.items()
        if frame.schema.get(name) != column.dtype
    }
    if wrong:
        raise ContractError(table, wrong, frame.head(SAMPLE_ROWS))
    good, failures = table.schema.filter(frame.select(list(columns)))
    if len(failures):
        raise ContractError(table, failures.counts(), failures.invalid().head(SAMPLE_ROWS))
    keys = table.schema.primary_key()
    return good.sort(keys) if keys else good


def data_hash(frame: pl.DataFrame) -> str:
    """Return the SHA-256 of a frame's names, types and values in their order.

    The values are laid out as in Parquet: an Arrow buffer also holds what stands unseen under a null or beside a list.
    """
    buffer = io.BytesIO()
    frame.rechunk().write_parquet(buffer, compression="uncompressed", statistics=False)
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def path_of(settings: Settings, table: Table) -> Path:
    """Return the Parquet file of a table."""
    return settings.tables_dir / table.layer / f"{table.name}.parquet"


def write_table(
    settings: Settings, table: Table, frame: pl.DataFrame, *, provenance: Mapping[str, str] | None = None
) -> str:
    """Validate a table, write it in one rename and return its data hash.

    Args:
        settings: Where tables are kept.
        table: The table.
        frame: Its rows.
        provenance: Further entries of the file's metadata, such as the run that wrote it.

    Raises:
        ContractError: The rows break the contract; the old file stays as it was.
    """
    return store(settings, table, validated(table, frame), provenance=provenance)


def store(settings: Settings, table: Table, good: pl.DataFrame, *, provenance: Mapping[str, str] | None = None) -> str:
    """Write what `validated` returned in one rename and return its data hash."""
    digest = data_hash(good)
    path = path_of(settings, table)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        good.write_parquet(temporary, metadata={HASH_KEY: digest, **(provenance or {})})
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return digest


def read_table(settings: Settings, table: Table) -> pl.DataFrame:
    """Return a table as it was last written.

    Raises:
        G60Error: It has not been built yet, or its columns are those of another version.
    """
    path = path_of(settings, table)
    if not path.exists():
        raise G60Error(table.full_name, "it has not been built yet", "Run `g60 build`, or materialize it first")
    try:
        frame = pl.read_parquet(path, glob=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        rule = f"its file can not be read ({error})"
        raise G60Error(table.full_name, rule, "Run `g60 build` to rebuild it") from error
    if set(table.schema.column_names()) - set(frame.columns):
        raise G60Error(table.full_name, "its file was written by another version", "Run `g60 build` to rebuild it")
    return frame.select(table.schema.column_names())


def stored_hash(settings: Settings, table: Table) -> str | None:
    """Return the data hash a table was written with, None when it is not there or can not be read."""
    path = path_of(settings, table)
    try:
        return pl.read_parquet_metadata(path).get(HASH_KEY)
    except (pl.exceptions.PolarsError, OSError):
        return None
