"""The tables of raw and core by name; those of the metrics are in their rooms, and all of them in `tables`.

A contract is declared once, in its module, and is a table by that; the order of the modules is that of publication.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Final

import dataframely as dy

from g60_pipeline.contracts import raw, source_rows
from g60_pipeline.contracts.core import catalog, figures, ledger, records, snapshots
from g60_pipeline.errors import G60Error

ISSUES: Final = ("live", "inbox", "document", "observation", "star_listing", "claim", "record")
"""Steps that may refuse rows; what each refuses is gathered in `core.quarantine`."""


@dataclass(frozen=True)
class Table:
    """One table: its layer, its name within it, and its contract."""

    layer: str
    name: str
    schema: type[dy.Schema]

    @property
    def full_name(self) -> str:
        """Return `layer.name`, the name SQL users know."""
        return f"{self.layer}.{self.name}"

    @property
    def description(self) -> str:
        """Return the contract's docstring in one paragraph."""
        return " ".join((inspect.getdoc(self.schema) or "").split())


def table_name(contract: type[dy.Schema]) -> str:
    """Return the name of a contract's table: `NationalShare` is `national_share`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", contract.__name__).lower()


def _tables() -> Iterator[Table]:
    for contract in _contracts_of(raw):
        yield Table("raw", table_name(contract), contract)
    for kind, contract in source_rows.VINTAGES.items():
        yield Table("raw", f"live_{kind[:-1]}", contract)
    yield Table("raw", "live_document", raw.Document)
    for name in ("cited_observation", "live_observation", "corrected_observation"):
        yield Table("stage", name, raw.Observation)
    yield Table("stage", "cited_claim", raw.Claim)
    yield Table("stage", "star_listing", figures.StarListing)
    for name in ISSUES:
        yield Table("issue", name, ledger.Quarantine)
    for module in (catalog, figures, snapshots, records, ledger):
        for contract in _contracts_of(module):
            yield Table("core", table_name(contract), contract)


def _contracts_of(module: ModuleType) -> Iterator[type[dy.Schema]]:
    """Yield the contracts a module declares, in their order; a base others share is no table, and is called `_Base`."""
    for name, value in vars(module).items():
        if isinstance(value, type) and issubclass(value, dy.Schema) and value is not dy.Schema and name[0] != "_":
            yield value


CORE_TABLES: Final[dict[str, Table]] = {t.full_name: t for t in _tables()}
"""The tables of raw and core, and what passes between their steps, by full name."""


def core_table(full_name: str) -> Table:
    """Return the table of raw or core called `layer.name`.

    Raises:
        G60Error: There is no such table.
    """
    return named(full_name, CORE_TABLES)


def named(full_name: str, tables: Mapping[str, Table]) -> Table:
    """Return one of the tables by its full name.

    Raises:
        G60Error: There is no such table.
    """
    if full_name not in tables:
        raise G60Error(full_name, "it is not a table of the warehouse", f"Choose one of {', '.join(tables)}")
    return tables[full_name]
