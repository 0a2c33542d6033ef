"""How an error a user can mend becomes a Dagster failure: with its rule, its remedy and the rows at fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import dagster as dg

from g60_pipeline.errors import G60Error, no_room, short_of_memory
from g60_pipeline.orchestration.asset_metadata import rows_value
from g60_pipeline.publish.storage import ContractError

IN_CHINESE: Final = "in_chinese"
"""Name of the metadata that holds the whole message in Chinese."""


@contextmanager
def plain_failures() -> Iterator[None]:
    """Turn errors a user can mend into Dagster failures that carry rule, remedy and, of a contract, the rows."""
    try:
        yield
    except G60Error as error:
        metadata: dict[str, dg.MetadataValue] = {
            "subject": dg.MetadataValue.text(error.subject),
            "rule": dg.MetadataValue.text(error.rule),
            "remedy": dg.MetadataValue.text(error.remedy),
            IN_CHINESE: dg.MetadataValue.text(error.on_one_line().zh),
        }
        if isinstance(error, ContractError):
            metadata["failures"] = dg.MetadataValue.json(error.failures)
            metadata["sample"] = rows_value(error.sample)
        raise dg.Failure(description=str(error), metadata=metadata, allow_retries=False) from error
    except Exception as error:
        full = no_room(error)
        if full is None:
            raise
        raise dg.Failure(description=str(full), allow_retries=False) from error


@contextmanager
def short_memory_in_words() -> Iterator[None]:
    """Turn an error of a library that means too little memory into one a user can mend."""
    try:
        yield
    except Exception as error:
        short = None if isinstance(error, G60Error) else short_of_memory(error)
        if short is None:
            raise
        raise short from error
