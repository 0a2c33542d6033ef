"""Reads the catalog files and validates them. A mistake in a file is reported with the file's name and the entry."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from g60_pipeline.catalog.bound_models import BoundRules
from g60_pipeline.catalog.formula_models import Formula
from g60_pipeline.catalog.formula_versions import FormulaVersion
from g60_pipeline.catalog.index_models import IndexFramework
from g60_pipeline.catalog.live_models import LiveSource, file_of
from g60_pipeline.catalog.models import (
    Corridor,
    Geography,
    Indicator,
    Ratio,
    Source,
    Unit,
)
from g60_pipeline.catalog.own_yaml import read_own_yaml
from g60_pipeline.catalog.whole import Catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.settings import corridor_files, live_sources
from g60_pipeline.wording import told

M = TypeVar("M", bound=BaseModel)

_Loader: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader in C where PyYAML was built with it: eight times as fast, and as safe."""


def load_catalog(corridors_dir: Path | None = None) -> Catalog:
    """Return the validated catalog.

    Args:
        corridors_dir: Folder with the user's own corridor files (`*.yaml`, `*.yml`), added to the packaged ones.

    Raises:
        G60Error: A file is not valid YAML or CSV, an entry breaks its form, or a reference leads nowhere.
    """
    root, live = files("g60_pipeline.catalog"), files("g60_pipeline") / "ingest" / "live"
    own = [] if corridors_dir is None else corridor_files(corridors_dir)
    corridors = [_entry(Corridor, read_yaml(f), f.name) for f in _children(root / "corridors", ".yaml")]
    corridors += [_entry(Corridor, read_own_yaml(f), f"corridors/{f.name}") for f in own]
    indicators = [
        entry for f in _children(root / "indicators", ".yaml") for entry in _entries(Indicator, read_yaml(f), f.name)
    ]
    try:
        return Catalog(
            geographies=tuple(_with_aliases(Geography, root / "geographies.csv")),
            corridors=tuple(corridors),
            indicators=tuple(indicators),
            units=tuple(_with_aliases(Unit, root / "units.csv")),
            sources=tuple(_entries(Source, read_yaml(root / "sources.yaml"), "sources.yaml")),
            ratios=tuple(_entries(Ratio, read_yaml(root / "ratios.yaml"), "ratios.yaml")),
            formulas=load_formulas(),
            bounds=load_bounds(),
            formula_versions=tuple(
                _entries(FormulaVersion, _csv(root / "formula_versions.csv"), "formula_versions.csv")
            ),
            frameworks=tuple(_entries(IndexFramework, read_yaml(root / "index.yaml"), "index.yaml")),
            live=tuple(_entry(LiveSource, read_yaml(live / s / "source.yaml"), file_of(s)) for s in live_sources()),
        )
    except ValidationError as error:
        raise G60Error.of("catalog.no_catalog", "catalog", reason=_first_reason(error)) from error


def load_formulas() -> tuple[Formula, ...]:
    """Return the formulas of the catalog.

    Raises:
        G60Error: The file is no YAML, or an entry breaks its form.
    """
    file = files("g60_pipeline.catalog") / "formulas.yaml"
    return tuple(_entries(Formula, read_yaml(file), file.name))


def load_bounds() -> BoundRules:
    """Return the identities and tiers the bounds rest on.

    Raises:
        G60Error: The file is no YAML, or an entry breaks its form.
    """
    file = files("g60_pipeline.catalog") / "bounds.yaml"
    return _entry(BoundRules, read_yaml(file), file.name)


def _with_aliases(model: type[M], file: Traversable) -> Iterable[M]:
    """Yield the entries of a CSV file whose other names are separated by semicolons; an empty cell is no value."""
    for row in _csv(file):
        values: dict[str, Any] = {key: value or None for key, value in row.items()}
        values["aliases"] = tuple(a for a in (row.get("aliases") or "").split(";") if a)
        yield _entry(model, values, file.name)


def _children(folder: Traversable, suffix: str) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.name.endswith(suffix)), key=lambda f: f.name)


def _csv(file: Traversable) -> list[dict[str, Any]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def read_yaml(file: Traversable) -> Any:
    """Return what a YAML file says.

    Raises:
        G60Error: It is no YAML in UTF-8.
    """
    try:
        return _parsed(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise G60Error.of("catalog.no_yaml", file.name, reason=error) from error


@lru_cache
def _parsed(text: str) -> Any:
    """Return what a YAML text says; a build reads the catalog more than once."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506  - a safe loader


def _entries(model: type[M], values: Any, file: str) -> list[M]:
    if not isinstance(values, list):
        raise G60Error.of("catalog.no_list", file)
    return [_entry(model, value, file) for value in values]


def _entry(model: type[M], values: Any, file: str) -> M:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        name = next(iter(values.values()), "?") if isinstance(values, dict) else "?"
        subject = told("error.catalog.entry_of", file=file, name=repr(name))
        raise G60Error.of("catalog.no_entry", subject, reason=_first_reason(error)) from error


def _first_reason(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    words = str(first["msg"]).removeprefix("Value error, ")
    return f"{where}: {words}" if where else words
