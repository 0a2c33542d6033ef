"""Where the code of an asset is, for the Dagster UI: the function of its step and its contract, as local files.

Links to a repository need the address of one (`dg.link_code_references_to_git`), which a checkout without a remote and
an installed package do not have. `dg.with_source_code_references` would name the factory in `assets` for every asset.
"""

from __future__ import annotations

import inspect
import linecache
import warnings
from types import FunctionType

import dagster as dg

from g60_pipeline.steps import Step
from g60_pipeline.tables import Table


def code_references(step: Step, table: Table) -> dg.CodeReferencesMetadataValue:
    """Return the places of a step's function and a table's contract."""
    found = ((step.function, f"step {step.name}"), (table.schema, f"contract of {table.full_name}"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # Dagster calls the class one that may change
        places: list[dg.LocalFileCodeReference | dg.UrlCodeReference] = [
            dg.LocalFileCodeReference(file_path=inspect.getfile(of), line_number=_line(of), label=label)
            for of, label in found
        ]
        return dg.CodeReferencesMetadataValue(code_references=places)


def _line(of: FunctionType | type) -> int:
    """Return the line on which the definition itself begins, below its decorators: `inspect` would parse the file."""
    begins = (f"def {of.__name__}(", f"class {of.__name__}(")
    return next(n for n, line in enumerate(linecache.getlines(inspect.getfile(of)), start=1) if line.startswith(begins))
