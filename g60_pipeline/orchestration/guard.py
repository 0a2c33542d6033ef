"""What is in front of Dagster's web server: a page of another site can neither read it nor start anything.

Dagster runs mutations sent by GET and looks at neither Host nor Origin, so that any page open in the same browser could
start runs and delete assets. Who sits at this machine is not asked for a password.
"""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names this machine has for itself."""

OWN: Final = frozenset({"same-origin", "none"})
"""What a browser calls a request of the UI itself, and one of its user."""

REMEDY: Final = "Open the address `g60 ui` prints in a window of its own."
"""What to do about a request that was refused."""


class Guard:
    """Passes on what comes from the UI itself or from no page at all; an ASGI application around another one."""

    def __init__(self, app: ASGIApp, *, host: str) -> None:
        """Guard an application.

        Args:
            app: The application.
            host: Name or address it listens on; all addresses where it is `0.0.0.0` or `::`.
        """
        self._app = app
        self._names = LOOPBACK | {host.lower()}
        self._listens_everywhere = _is_unspecified(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it in words."""
        rule = self._refusal(scope) if scope["type"] in {"http", "websocket"} else None
        if rule is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": rule})
        else:
            await PlainTextResponse(f"Refused: {rule}. {REMEDY}\n", status_code=403)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_own(hosts[0]):
            return f"the host {', '.join(hosts)[:80]!r} is not this one"
        if any(not _same(origin, hosts[0]) for origin in origins):
            return f"the request comes from a page of {', '.join(origins)[:80]!r}"
        site, mode, to = (headers.get(f"sec-fetch-{name}") for name in ("site", "mode", "dest"))
        if site is not None and site not in OWN and (mode, to) != ("navigate", "document"):
            return "the request comes from a page of another site"
        is_page = "text/html" in headers.get("accept", "")
        if scope["type"] == "http" and scope["path"].rstrip("/").endswith("/graphql") and not is_page:
            by_post = scope["method"] == "POST" and _is_json(headers.get("content-type", ""))
            return None if by_post else "GraphQL is asked by POST, in JSON"
        return None

    def _is_own(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name, _ = parts.hostname or "", parts.port
        except ValueError:
            return False
        return name in self._names or (self._listens_everywhere and _is_address(name))


def _same(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in {"application/json", "application/graphql"}


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_unspecified(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_unspecified
