"""Which addresses may be asked: exactly the configured scheme, host and port, and nothing a path could smuggle in.

Addresses are read by the parser that `requests` connects by, so that both see the same host. Nothing is sent here.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import unquote, urljoin

from urllib3.util import parse_url

LOOPBACK: Final = frozenset({"127.0.0.1", "[::1]", "localhost"})
"""Hosts that may be asked without TLS and without a pause: they are this machine."""

_PORTS: Final = {"http": 80, "https": 443}
_STRANGE: Final = re.compile(r"[^!-~]|\\")
"""Blanks, control characters, backslashes and all that is not ASCII."""


class Origin(NamedTuple):
    """Scheme, host and port: what a connection is made to."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return it as people write it."""
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def is_loopback(self) -> bool:
        """Say whether it is this machine."""
        return self.host in LOOPBACK


def origin_of(url: str) -> Origin:
    """Return what an address connects to.

    Raises:
        ValueError: It is no full http or https address, or it carries a user name.
    """
    parsed = parse_url(url)
    if parsed.scheme not in _PORTS or not parsed.host:
        raise ValueError("it is no full http or https address")
    if parsed.auth is not None:
        raise ValueError("it carries a user name")
    return Origin(parsed.scheme, parsed.host, parsed.port or _PORTS[parsed.scheme])


def checked_base_url(url: str) -> str:
    """Return a base URL without the slash at its end.

    Raises:
        ValueError: It is not https (http: on a loopback host), or it carries a user name, a query or a fragment.
    """
    if _STRANGE.search(url) or "?" in url or "#" in url:
        raise ValueError("a base URL is ASCII without blanks, backslash, query and fragment")
    origin = origin_of(url)
    if origin.scheme != "https" and not origin.is_loopback:
        raise ValueError("a base URL must be https; http is for 127.0.0.1, [::1] and localhost")
    base = url.rstrip("/")
    _no_detours(base.partition("://")[2])
    return base


def address(base_url: str, path: str) -> str:
    """Return the address of a path below a base URL.

    Raises:
        ValueError: The path could lead elsewhere: it has a scheme, a slash at the start, `..`, a query or a fragment.
    """
    if _STRANGE.search(path) or path.startswith("/") or "://" in path or "?" in path or "#" in path:
        raise ValueError(f"the path {path!r} must be ASCII and relative, without scheme, backslash, query and fragment")
    _no_detours(path)
    return f"{base_url}/{path}" if path else base_url


def redirect_target(current: str, location: str, *, within: Origin) -> str:
    """Return where a redirect leads, if that is the origin already asked.

    Raises:
        ValueError: It leads elsewhere; the message names the host.
    """
    try:
        target = urljoin(current, _plain(location))
        origin = origin_of(target)
    except ValueError as error:
        raise ValueError(f"it redirects to {location[:200]!r}, which is refused: {error}") from error
    if origin != within:
        raise ValueError(f"it redirects from {within} to {origin}, another place, which was not connected to")
    return target


def _plain(location: str) -> str:
    if _STRANGE.search(location):
        raise ValueError("it holds blanks, a backslash or characters beyond ASCII")
    return location


def _no_detours(path: str) -> None:
    segments = unquote(path).replace("\\", "/").split("/")
    if {".", ".."} & set(segments) or "" in segments[:-1]:
        raise ValueError(f"the path {path!r} must not hold '.', '..' or an empty segment")
