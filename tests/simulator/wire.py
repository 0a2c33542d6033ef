"""What a stand-in is asked and how it replies. The server that carries both is `simulator.server`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class IncomingRequest:
    """A request as it arrived; `path` is below the service's mount, without a leading slash."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """A reply to send."""

    status: int = 200
    content: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Service(Protocol):
    """One stand-in. Its state may be changed between requests, as a real service changes from day to day."""

    def reply(self, asked: IncomingRequest) -> Reply:
        """Return what the real service would reply."""
