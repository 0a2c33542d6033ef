"""Headers: how the client names itself, what it asks for, and which headers of an answer are kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import requests

from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.ingest.live.http.messages import Form

ACCEPT: Final[dict[Form, str]] = {"json": "application/json", "csv": "text/csv", "html": "text/html"}
"""What is asked for, by the form of the body."""

_KEPT: Final = frozenset({"content-type", "content-length", "etag", "last-modified", "date", "retry-after"})


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Return those headers of an answer that matter, names in lower case."""
    names = ((name.lower(), value) for name, value in headers.items())
    return {name: value for name, value in names if name in _KEPT or name.startswith("x-ratelimit-")}


def user_agent(plan: LiveSource, *, contact: str | None, version: str) -> str:
    """Return how the client names itself: with its version and, where one is set, a contact."""
    name = f"g60_pipeline/{version}"
    if plan.browser_like:
        return f"Mozilla/5.0 (compatible; {name}{f'; +{contact}' if contact else ''})"
    return f"{name}{f' ({contact})' if contact else ''} python-requests/{requests.__version__}"
