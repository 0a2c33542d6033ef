"""Rows to frames in the columns and types of a contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import dataframely as dy
import polars as pl


def dtypes_of(contract: type[dy.Schema]) -> dict[str, pl.DataType]:
    """Return the type of every column, in order."""
    return {name: column.dtype for name, column in contract.columns().items()}


def frame_of(contract: type[dy.Schema], rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a frame of a contract; a missing key is null, one that is no column is left out."""
    dtypes = dtypes_of(contract)
    return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in rows], schema=dtypes)
