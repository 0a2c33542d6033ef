"""Which addresses may be asked: the configured scheme, host and port, and a path that cannot lead elsewhere.

Hosts are read by the parser that `requests` connects by, so that both see the same one. Nothing is sent here.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

from urllib3.util import Url, parse_url

LOOPBACK: Final = frozenset({"127.0.0.1", "[::1]", "localhost"})
"""Hosts that may be asked without TLS and without a pause: they are this machine."""

_PORTS: Final = {"http": 80, "https": 443}
_SEGMENT: Final = r"""(?!\.\.?(?:/|$))[!"$&-.0->@-[\]-~]+"""
"""Part of a path: ASCII without blank, slash, backslash, `%`, `?` and `#`, and neither `.` nor `..`."""

_PATH: Final = re.compile(rf"(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?")
_HOST: Final = r"https://[\w.:[\]-]+|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?"
_BASE: Final = re.compile(rf"(?:{_HOST})(?:/{_PATH.pattern})?", re.ASCII)


def origin_of(url: str) -> Url:
    """Return what an address connects to: scheme, host and port, the usual port left out.

    Raises:
        ValueError: It is no full http or https address, or it carries a user name.
    """
    parsed = parse_url(url)
    if parsed.scheme not in _PORTS or not parsed.host:
        raise ValueError("it is no full http or https address")
    if parsed.auth is not None:
        raise ValueError("it carries a user name")
    return Url(parsed.scheme, host=parsed.host, port=None if parsed.port == _PORTS[parsed.scheme] else parsed.port)


def checked_base_url(url: str) -> str:
    """Return a base URL without the slash at its end.

    Raises:
        ValueError: It is not https (http: on a loopback host), or it carries more than a host, a port and a path.
    """
    origin_of(url)
    if not _BASE.fullmatch(url):
        rule = "a base URL must be https://host, perhaps with a port and a path, in ASCII"
        raise ValueError(f"{rule}; http is for 127.0.0.1, [::1] and localhost")
    return url.rstrip("/")


def address(base_url: str, path: str) -> str:
    """Return the address of a path below a base URL.

    Raises:
        ValueError: The path could lead elsewhere: it has a scheme, a slash at the start, `..`, a query or a fragment.
    """
    if not _PATH.fullmatch(path):
        raise ValueError(
            f"the path {path!r} must be ASCII and relative, without '.', '..', empty segment, %, \\, ? and #"
        )
    return f"{base_url}/{path}" if path else base_url


def redirect_target(current: str, location: str, *, within: Url) -> str:
    """Return where a redirect leads, if that is the origin already asked.

    Raises:
        ValueError: It leads elsewhere; the message names the host.
    """
    try:
        if re.search(r"[^!-~]|\\", location):
            raise ValueError("it holds blanks, a backslash or characters beyond ASCII")  # noqa: TRY301 - one sentence
        target = urljoin(current, location)
        origin = origin_of(target)
    except ValueError as error:
        raise ValueError(f"it redirects to {location[:200]!r}, which is refused: {error}") from error
    if origin != within:
        raise ValueError(f"it redirects from {within} to {origin}, another place, which was not connected to")
    return target
