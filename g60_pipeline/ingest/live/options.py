"""Options of a live source's catalog entry, read in the form its connector states. What they mean is said there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from g60_pipeline.catalog.models import Entry
from g60_pipeline.errors import G60Error

Options = TypeVar("Options", bound=Entry)


def options_of(form: type[Options], options: Mapping[str, Any], *, where: str) -> Options:
    """Return options in their form.

    Args:
        form: The form.
        options: The options as they are in the catalog.
        where: File and place in it, for the message.

    Raises:
        G60Error: They have not that form.
    """
    try:
        return form.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"])) or "options"
        raise G60Error.of("source.option", where, at=at, reason=first["msg"]) from error
