"""What every Parquet file says about its own making, and whether the stored files were made from each other.

A run may rebuild a selection of the tables. This is how the last asset knows that nothing older is published beside it,
and how a step that depends on its inputs alone knows that it would make again what is stored.
"""

from __future__ import annotations

import dis
import hashlib
import inspect
import json
from collections.abc import Iterable, Mapping
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Final

import polars as pl

from g60_pipeline import STARTED, __version__
from g60_pipeline.errors import G60Error
from g60_pipeline.fingerprint import changed_since, code_hash, environment_hash, imported_names
from g60_pipeline.publish import storage, warehouse
from g60_pipeline.publish.storage import damage, record, stored_hash
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS, Step
from g60_pipeline.tables import TABLES, table

INPUTS_KEY: Final = "g60.inputs"
"""Key of the data hashes of the tables a file was made from."""

VERSION_KEY: Final = "g60.version"
"""Key of the package version that made a file."""

CODE_KEY: Final = "g60.code"
"""Key of the hash of the code, catalog and libraries that made a file."""

RUN_KEY: Final = "g60.run_id"
"""Key of the Dagster run that wrote a file."""


def provenance(settings: Settings, step: Step, *, run_id: str) -> dict[str, str]:
    """Return what the files a step writes say about their making, from the inputs as they are stored now.

    Raises:
        G60Error: The package was changed while this process ran: what it says of its code may be wrong.
    """
    check_unchanged()
    inputs = {name: stored_hash(settings, table(name)) for name in step.inputs}
    return {INPUTS_KEY: json.dumps(inputs), VERSION_KEY: __version__, CODE_KEY: _code(step), RUN_KEY: run_id}


def check_unchanged() -> None:
    """Refuse to say what code made a table where the files of the package are no longer those that were loaded.

    Raises:
        G60Error: One of them was written since this process began to load them.
    """
    file = changed_since(STARTED)
    if file is not None:
        raise G60Error.of("package.changed", file)


def code_version(step: Step) -> str:
    """Return the hash of the code and catalog that make the tables of a step: what decides, besides the inputs.

    It is over the function of the step, the contracts of its tables, and all that these import. Words of screens are
    not among it.
    """
    functions, modules = _used_by(step.function)
    contracts = {table(name).schema.__module__ for name in step.outputs}
    digest = hashlib.sha256(_code_hash(frozenset({*modules, *contracts, storage.__name__})).encode())
    for source in sorted(map(_source, functions)):
        digest.update(source.encode())
    return digest.hexdigest()


def _code(step: Step) -> str:
    return f"{code_version(step)} {_environment()}"


def publication_code() -> str:
    """Return the hash of the code that publishes, the contracts of all tables among it."""
    return _code_hash(frozenset({warehouse.__name__, *(of.schema.__module__ for of in TABLES.values())}))


_code_hash: Final = cache(code_hash)
_environment: Final = cache(environment_hash)
_source: Final = cache(inspect.getsource)


@cache
def _used_by(function: FunctionType) -> tuple[set[FunctionType], set[str]]:
    """Return a function with those of its own module that it calls, and the modules they take names from."""
    imported = imported_names(function.__module__)
    functions, modules = {function}, set[str]()
    waiting = [function]
    while waiting:
        for name in _names_in(waiting.pop().__code__):
            value = function.__globals__.get(name)
            if name in imported:
                modules.add(imported[name])
            elif isinstance(value, FunctionType) and value.__module__ == function.__module__:
                waiting += [value] if value not in functions else []
                functions.add(value)
            elif value is not None and not isinstance(value, ModuleType) and not hasattr(value, "__module__"):
                modules.add(function.__module__)  # a constant: it may be made of anything the module imports
    return functions, modules


def _names_in(code: CodeType) -> set[str]:
    inner = (_names_in(part) for part in code.co_consts if isinstance(part, CodeType))
    return {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}.union(*inner)


def would_be_made_again(settings: Settings, names: Iterable[str], origin: Mapping[str, str]) -> bool:
    """Return whether all these tables were made from the inputs and by the code that `origin` names."""
    wanted = {key: origin[key] for key in (INPUTS_KEY, CODE_KEY)}
    return all(wanted.items() <= record(settings, table(name)).items() for name in names)


def outdated(settings: Settings) -> pl.DataFrame:
    """Return the tables that were not made from what is stored now by what is installed: `table`, `input`, `reason`."""
    rows: list[tuple[str, str, str]] = []
    held = {name: stored_hash(settings, table(name)) for step in STEPS for name in step.outputs}
    for step in STEPS:
        code = _code(step)
        for name in step.outputs:
            made = record(settings, table(name))
            if not made:
                rows.append((name, "", damage(settings, table(name)) or "it has not been built yet"))
                continue
            if made.get(VERSION_KEY) != __version__:
                rows.append((name, "", f"made by version {made.get(VERSION_KEY, 'unknown')}, not {__version__}"))
                continue
            if made.get(CODE_KEY) != code:
                rows.append((name, "", "made by code, catalog, facts or libraries other than those installed now"))
                continue
            made_from = json.loads(made.get(INPUTS_KEY, "{}"))
            rows += [
                (name, source, "made from an older state of that input")
                for source in step.inputs
                if made_from.get(source) != held[source]
            ]
    return pl.DataFrame(rows, schema={"table": pl.String, "input": pl.String, "reason": pl.String}, orient="row")
