"""Tables as Parquet files: validated by their contract, written beside the old file and renamed over it.

A table that breaks its contract raises before anything is replaced. The hash that shows whether a table changed is over
its data, not over the file. A file is read only where its seal, which is over the file, is whole, and the hash fits its
data.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from g60_pipeline.contracts import Table
from g60_pipeline.errors import G60Error, short_of_memory
from g60_pipeline.language import warn
from g60_pipeline.publish.seal import SEAL_KEY, UNSEALED, broken_seal, seal_of, sealed
from g60_pipeline.settings import Settings
from g60_pipeline.whole_files import write_whole
from g60_pipeline.wording import told

HASH_KEY: Final = "g60.data_hash"
"""Key of the data hash in the Parquet file's metadata."""

_known: Final[set[tuple[str, str]]] = set()
"""Seals and data hashes this process has seen to be right: a seal is over all bytes of its file."""

SAMPLE_ROWS: Final = 5
"""How many offending rows an error shows."""


class ContractError(G60Error):
    """A table breaks its contract; `failures` counts the rows per rule and `sample` is some of them."""

    def __init__(self, table: Table, failures: Mapping[str, int], sample: pl.DataFrame) -> None:
        """Say which rules are broken how often."""
        broken = ", ".join(f"{rule} ({rows} rows)" for rule, rows in failures.items())
        rule, remedy = told("error.table.breaks_contract.rule", broken=broken), "error.table.breaks_contract.remedy"
        super().__init__(table.full_name, rule, told(remedy))
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

    The values are laid out as in Parquet: an Arrow buffer also has unused values under nulls and beside lists.
    """
    buffer = io.BytesIO()
    frame.rechunk().write_parquet(buffer, compression="uncompressed", statistics=False)
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def path_of(settings: Settings, table: Table) -> Path:
    """Return the Parquet file of a table."""
    return settings.tables_dir / table.layer / f"{table.name}.parquet"


def store(settings: Settings, table: Table, good: pl.DataFrame, *, provenance: Mapping[str, str] | None = None) -> str:
    """Write what `validated` returned in one rename, warn where the old file was damaged, and return the data hash."""
    digest = data_hash(good)
    buffer = io.BytesIO()
    good.write_parquet(buffer, metadata={HASH_KEY: digest, **(provenance or {}), SEAL_KEY: UNSEALED})
    path = path_of(settings, table)
    path.parent.mkdir(parents=True, exist_ok=True)
    found = damage(settings, table)
    content = sealed(buffer.getvalue())
    write_whole(path, content, durable=False)
    _known.add((seal_of(content), digest))
    if found is not None:
        warn("notice.log.made_again", table=table.full_name, damage=found, file=str(path))
    return digest


def read_table(settings: Settings, table: Table) -> pl.DataFrame:
    """Return a table as it was last written.

    Raises:
        G60Error: It has not been built yet, its file is damaged, or its columns are those of another version.
    """
    try:
        content = _content(settings, table)
        if content is None:
            raise G60Error.of("table.not_built", table.full_name)
        frame, digest = pl.read_parquet(content), pl.read_parquet_metadata(content).get(HASH_KEY, "")
        fact = (seal_of(content.getvalue()), digest)
        if fact not in _known and data_hash(frame) != digest:
            raise _damaged(table, told("error.table.other_hash"))
        _known.add(fact)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise short_of_memory(error) or _damaged(table, told("error.table.not_read", reason=error)) from error
    if set(table.schema.column_names()) - set(frame.columns):
        raise G60Error.of("table.other_version", table.full_name)
    return frame.select(table.schema.column_names())


def damage(settings: Settings, table: Table) -> str | None:
    """Return what is damaged of a table's file; None where it is whole, or there is none."""
    try:
        _content(settings, table)
    except OSError as error:
        return told("error.table.not_read", reason=error.strerror)
    except G60Error as error:
        return error.rule
    return None


def record(settings: Settings, table: Table) -> dict[str, str]:
    """Return the metadata of the file of a table; empty where there is no file, or a damaged one."""
    try:
        content = _content(settings, table)
        return {} if content is None else pl.read_parquet_metadata(content)
    except (pl.exceptions.PolarsError, OSError, G60Error):
        return {}


def stored_hash(settings: Settings, table: Table) -> str | None:
    """Return the data hash a table was written with, None when it is not there or is damaged."""
    return record(settings, table).get(HASH_KEY)


def _content(settings: Settings, table: Table) -> io.BytesIO | None:
    """Return the bytes of a table's file as they were written, None where there is none: only they are ever parsed.

    Raises:
        G60Error: They are others.
        OSError: They cannot be read.
    """
    try:
        content = path_of(settings, table).read_bytes()
    except FileNotFoundError:
        return None
    broken = broken_seal(content)
    if broken is not None:
        raise _damaged(table, broken)
    return io.BytesIO(content)


def _damaged(table: Table, rule: str) -> G60Error:
    return G60Error(table.full_name, rule, told("error.table.made_again"))
