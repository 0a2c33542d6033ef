"""How an error a user can mend becomes a Dagster failure, with its rule, its remedy and the rows at fault; and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from g60_pipeline.errors import G60Error, is_broken_off, no_room, short_of_memory
from g60_pipeline.orchestration.asset_metadata import rows_value
from g60_pipeline.publish.storage import ContractError
from g60_pipeline.wording import BilingualText, told

IN_CHINESE: Final = "in_chinese"
"""Name of the metadata that holds the whole message in Chinese."""

OWN_ERRORS: Final = frozenset({"G60Error", "UsageError", "ContractError", "Failure"})
"""Class names of errors whose message says all; of others the class is shown too."""

BROKEN_OFF: Final = frozenset({"DagsterExecutionInterruptedError", "KeyboardInterrupt"})
"""Class names Dagster records where a signal ended a run."""


@contextmanager
def plain_failures() -> Iterator[None]:
    """Turn errors a user can mend into Dagster failures that carry rule, remedy and, of a contract, the rows.

    What a library says of a signal becomes the signal again, so that Dagster ends the run as one that was broken off.
    """
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
        if is_broken_off(error):
            raise KeyboardInterrupt from error
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


def errors_behind(event: dg.DagsterEvent) -> Iterator[SerializableErrorInfo]:
    """Return the errors behind a failure, from the outermost to its cause."""
    data = event.step_failure_data if event.is_step_failure else event.job_failure_data
    error = data.error
    while error is not None:
        yield error
        error = error.cause


def was_broken_off(event: dg.DagsterEvent) -> bool:
    """Return whether a signal is behind a failure."""
    return any(error.cls_name in BROKEN_OFF for error in errors_behind(event))


def message_of(event: dg.DagsterEvent) -> str:
    """Return why a step or run failed: in our own words where there are any, else the innermost error."""
    chain = list(errors_behind(event))
    own = next((error for error in chain if error.cls_name in OWN_ERRORS), None)
    if own is not None:
        english = own.message.partition(": ")[2].strip()
        said = event.step_failure_data.user_failure_data if event.is_step_failure else None
        chinese = said.metadata.get(IN_CHINESE) if said else None
        return BilingualText(english, str(chinese.value)) if chinese else english
    return chain[-1].message.strip() if chain else (event.message or told("alert.no_message"))


def on_one_line(step: str, message: str) -> BilingualText:
    """Return the failure of a step, or of the run where no step is named, as alerts have it."""
    return told("alert.step", step=step or told("label.the_build"), message=message)
