"""Which addresses may be asked: the configured scheme, host and port, and a path that cannot lead elsewhere.

Hosts are read by the parser that `requests` connects by, so that both see the same one. Nothing is sent here.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from g60_pipeline.wording import BilingualText, told

LOOPBACK: Final = frozenset({"127.0.0.1", "[::1]", "localhost"})
"""Hosts that may be asked without TLS and without a pause: they are this machine."""

_PORTS: Final = {"http": 80, "https": 443}
_SEGMENT: Final = r"""(?!\.\.?(?:/|$))[!"$&-.0->@-[\]-~]+"""
"""Part of a path: ASCII without blank, slash, backslash, `%`, `?` and `#`, and neither `.` nor `..`."""

_PATH: Final = re.compile(rf"(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?")
_HOST: Final = r"https://[\w.:[\]-]+|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?"
_BASE: Final = re.compile(rf"(?:{_HOST})(?:/{_PATH.pattern})?", re.ASCII)


class AddressError(ValueError):
    """An address that is not asked: `rule` says why, in both languages."""

    def __init__(self, rule: BilingualText) -> None:
        """Keep the rule."""
        super().__init__(rule)
        self.rule = rule


def origin_of(url: str) -> Url:
    """Return what an address connects to: scheme, host and port, the usual port left out.

    Raises:
        ValueError: It is no full http or https address, or it carries a user name.
    """
    try:
        parsed = parse_url(url)
    except LocationParseError as error:
        raise AddressError(told("live.http.no_address")) from error
    if parsed.scheme not in _PORTS or not parsed.host:
        raise AddressError(told("live.http.no_address"))
    if parsed.auth is not None:
        raise AddressError(told("live.http.user_name"))
    return Url(parsed.scheme, host=parsed.host, port=None if parsed.port == _PORTS[parsed.scheme] else parsed.port)


def checked_base_url(url: str) -> str:
    """Return a base URL without the slash at its end.

    Raises:
        ValueError: It is not https (http: on a loopback host), or it carries more than a host, a port and a path.
    """
    origin_of(url)
    if not _BASE.fullmatch(url):
        raise AddressError(told("live.http.base_url"))
    return url.rstrip("/")


def address(base_url: str, path: str) -> str:
    """Return the address of a path below a base URL.

    Raises:
        ValueError: The path could lead elsewhere: it has a scheme, a slash at the start, `..`, a query or a fragment.
    """
    if not _PATH.fullmatch(path):
        raise AddressError(told("live.http.path", path=path))
    return f"{base_url}/{path}" if path else base_url


def redirect_target(current: str, location: str, *, within: Url) -> str:
    """Return where a redirect leads, if that is the origin already asked.

    Raises:
        ValueError: It leads elsewhere; the message names the host.
    """
    try:
        if re.search(r"[^!-~]|\\", location):
            raise AddressError(told("live.http.odd_signs"))  # noqa: TRY301 - one sentence
        target = urljoin(current, location)
        origin = origin_of(target)
    except AddressError as error:
        raise AddressError(told("live.http.refused", location=location[:200], rule=error.rule)) from error
    except ValueError as error:
        raise AddressError(told("live.http.refused", location=location[:200], rule=str(error))) from error
    if origin != within:
        raise AddressError(told("live.http.elsewhere", within=str(within), origin=str(origin)))
    return target
