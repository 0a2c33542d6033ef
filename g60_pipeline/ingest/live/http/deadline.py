"""A deadline on a whole attempt: an answer that trickles in never times out by itself, so its connection is cut.

urllib3 can shut a connection down once the headers of an answer are there (`HTTPResponse.shutdown`). They, a proxy's
answer to CONNECT and a TLS handshake may trickle in as well, so the socket is watched from the moment it is made.
Time-outs of connecting and of single reads are those of `requests`; they are set in the client.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse
from urllib3.connection import HTTPConnection


class DeadlineAdapter(HTTPAdapter):
    """Adapter of `requests` for one request at a time, whose connection it can cut.

    Attributes:
        passed: Whether the time of the newest deadline has passed.
    """

    def __init__(self) -> None:
        """Build the adapter; without a deadline it cuts nothing."""
        self.passed = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        super().__init__()

    @contextlib.contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Cut the connection in use, and any made later, once the seconds have passed within this context."""
        self.passed = False
        timer = threading.Timer(seconds, self._pass)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            self._let_go()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """Return the pool to take a connection from; those it makes are watched."""
        pool: HTTPConnectionPool = super().get_connection_with_tls_context(*args, **kwargs)  # type: ignore[assignment]
        if not issubclass(pool.ConnectionCls, _DeadlineConnection):
            pool.ConnectionCls = type(
                "Watched", (_DeadlineConnection, pool.ConnectionCls), {"watch": staticmethod(self._watch)}
            )
        return pool

    def _watch(self, connection: Any) -> None:
        """Keep a handle of our own to shut down: TLS replaces the socket, and its handshake may trickle in."""
        self._let_go()
        with self._lock:
            self._socket = socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)
            if self.passed:
                self._cut()

    def _pass(self) -> None:
        with self._lock:
            self.passed = True
            self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it is closed already
                self._socket.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        """Close our own handle; the connection itself lives on."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


class _DeadlineConnection(HTTPConnection):
    """A connection that is shown to the adapter when it is made, and whenever it is used again."""

    @staticmethod
    def watch(connection: Any) -> None:
        """Show it; the adapter puts its own function here."""

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self.watch(made)
        return made

    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 itself does
        self.watch(self.sock)
        return super().getresponse()
