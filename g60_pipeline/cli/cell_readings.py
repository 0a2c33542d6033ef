"""What was read in the cells of files of the inbox, each reading once, with the names of what it stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from g60_pipeline.ingest.readings import NUMBERS, Reading

NAMED: Final = {
    "geo_code": ("core.geography", "name_en", "name_zh"),
    "indicator_id": ("core.indicator", "name_en", "name_zh"),
    "unit": ("core.unit", "symbol_en", "symbol_zh"),
}
"""Column -> the table of what its cells stand for, and the names there."""


@dataclass(frozen=True)
class CellReading:
    """What was written in cells of a column, and what it was read as."""

    column: str
    typed: str
    """As written; of numbers, the first one whose commas or percent sign were left out."""
    read: str
    name_en: str
    name_zh: str
    """Names of the place, indicator or unit it was read as; empty for numbers and days."""
    not_meant: tuple[str, ...]
    """Places that bear the name with an addition, each by code and names."""
    rows: int
    """How many cells were read so."""


def cell_readings(readings: Sequence[Reading], tables: Mapping[str, pl.DataFrame]) -> list[CellReading]:
    """Return each reading once, in the order in which they first occur; all numbers of a column are one.

    Args:
        readings: Readings of single cells.
        tables: Tables by name, among them those of `NAMED`.
    """
    same: dict[tuple[str, ...], list[Reading]] = {}
    for reading in readings:
        key = () if reading.column in NUMBERS else (reading.typed, reading.read)
        same.setdefault((reading.column, *key), []).append(reading)
    names = {
        column: {key: (english, chinese) for key, english, chinese in tables[table].select(column, *of).iter_rows()}
        for column, (table, *of) in NAMED.items()
    }
    return [_summary(found, names.get(found[0].column, {})) for found in same.values()]


def _summary(found: Sequence[Reading], names: Mapping[str, tuple[str, str]]) -> CellReading:
    first = found[0]
    name_en, name_zh = names.get(first.read, ("", ""))
    return CellReading(
        column=first.column,
        typed=first.typed,
        read=first.read,
        name_en=name_en,
        name_zh=name_zh,
        not_meant=tuple(" ".join((code, *names[code])) for code in first.others),
        rows=len(found),
    )
