"""A deadline on a whole attempt: an answer that trickles in never times out by itself, so its connection is cut.

Time-outs of connecting and of single reads are those of `requests`; they are set in the client.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class Deadline:
    """One attempt's time: when it has passed, the watched connection is cut and `passed` is true."""

    def __init__(self, seconds: float) -> None:
        """Set the time; it runs from entering the context."""
        self.passed = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        """Start the clock."""
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the clock."""
        self._timer.cancel()
        with self._lock:
            self._let_go()

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection when the time has passed, though it is wrapped in TLS after this."""
        with self._lock:
            self._let_go()
            self._socket = socket.fromfd(connection.fileno(), connection.family, connection.type)
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
        """Close our own handle of the connection; the connection itself lives on."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class DeadlineAdapter(HTTPAdapter):
    """Adapter of `requests` that shows a connection to the deadline once it is made, and whenever it is used again."""

    def __init__(self) -> None:
        """Build the adapter; its deadline is set for each attempt."""
        self.deadline: Deadline | None = None
        super().__init__()

    def watch(self, connection: Any) -> None:
        """Show a connection to the deadline of the attempt under way."""
        if self.deadline is not None:
            self.deadline.watch(connection)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of direct connections watched ones."""
        super().init_poolmanager(*args, **kwargs)
        self._watch_pools_of(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """Make the pools of a proxy's connections watched ones."""
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        self._watch_pools_of(manager)
        return manager

    def _watch_pools_of(self, manager: PoolManager) -> None:
        watch = self.watch

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                made = super()._new_conn()
                watch(made)
                return made

            def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 itself does
                watch(self.sock)
                return super().getresponse()

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                made = super()._new_conn()
                watch(made)  # what follows, a proxy's answer to CONNECT and the handshake, may trickle in too
                return made

            def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 itself does
                watch(self.sock)
                return super().getresponse()

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
