"""What every Parquet file says about its own making, and whether the files held were made from each other.

A run may rebuild a selection of the tables. This is how the last asset knows that nothing older is published beside it,
and how a step that depends on its inputs alone knows that it would make again what is held.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from g60_pipeline import __version__
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS, Step
from g60_pipeline.storage import damage, record, stored_hash
from g60_pipeline.tables import table

INPUTS_KEY: Final = "g60.inputs"
"""Key of the data hashes of the tables a file was made from."""

SOURCES: Final = frozenset({".py", ".yaml", ".csv", ".sql"})
"""Suffixes of the files that are code or catalog."""

VERSION_KEY: Final = "g60.version"
"""Key of the package version that made a file."""

CODE_KEY: Final = "g60.code"
"""Key of the hash of the code and catalog that made a file."""

RUN_KEY: Final = "g60.run_id"
"""Key of the Dagster run that wrote a file."""


def provenance(settings: Settings, step: Step, *, run_id: str) -> dict[str, str]:
    """Return what the files a step writes say about their making, from the inputs as they are held now."""
    inputs = {name: stored_hash(settings, table(name)) for name in step.inputs}
    return {INPUTS_KEY: json.dumps(inputs), VERSION_KEY: __version__, CODE_KEY: code_hash(), RUN_KEY: run_id}


@cache
def code_hash() -> str:
    """Return the hash of every file of this package, and of the version of Polars: what decides, besides the inputs."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(pl.__version__.encode())
    for path in sorted(p for p in package.rglob("*") if p.suffix in SOURCES):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def would_be_made_again(settings: Settings, names: Iterable[str], origin: Mapping[str, str]) -> bool:
    """Return whether all these tables were made from the inputs and by the code that `origin` tells of."""
    wanted = {key: origin[key] for key in (INPUTS_KEY, CODE_KEY)}
    return all(wanted.items() <= record(settings, table(name)).items() for name in names)


def outdated(settings: Settings) -> pl.DataFrame:
    """Return the tables that were not made from what is held now: `table`, `input`, `reason`."""
    rows: list[tuple[str, str, str]] = []
    held = {name: stored_hash(settings, table(name)) for step in STEPS for name in step.outputs}
    for step in STEPS:
        for name in step.outputs:
            made = record(settings, table(name))
            if not made:
                rows.append((name, "", damage(settings, table(name)) or "it has not been built yet"))
                continue
            if made.get(VERSION_KEY) != __version__:
                rows.append((name, "", f"made by version {made.get(VERSION_KEY, 'unknown')}, not {__version__}"))
                continue
            made_from = json.loads(made.get(INPUTS_KEY, "{}"))
            rows += [
                (name, source, "made from an older state of that input")
                for source in step.inputs
                if made_from.get(source) != held[source]
            ]
    return pl.DataFrame(rows, schema={"table": pl.String, "input": pl.String, "reason": pl.String}, orient="row")
