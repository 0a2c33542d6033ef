"""The local server that carries stand-ins: each under its own name on 127.0.0.1. What goes wrong is in `simulator.faults`."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from requests.structures import CaseInsensitiveDict

from simulator.wire import IncomingRequest, Reply, Service


class Wire:
    """One open connection, for replies that a sound server would not send."""

    def __init__(self, handler: _Handler) -> None:
        self._handler = handler
        self.stopped = handler.server.stopped

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        """Send status line and headers, and nothing that was not asked for; the connection ends with the reply."""
        self._handler.close_connection = True
        self._handler.send_response_only(status)
        for name, value in headers.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()

    def send(self, content: bytes) -> None:
        """Send bytes of the body."""
        self._handler.wfile.write(content)

    def close(self) -> None:
        """End the connection after what was sent."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        self.close()
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self._handler.connection.detach())


@dataclass(frozen=True)
class RawReply(Reply):
    """A reply that writes itself."""

    write: Callable[[Wire], None] = lambda wire: wire.close()


class LocalServer:
    """Serves stand-ins while its context lasts: `mount` one, give the source `url(name)` as its base URL.

    `asked` lists every request with the name it came under, in order. A stand-in that fails itself is told at the end.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        """Bind a free port of 127.0.0.1, with TLS where a context is given."""
        self.asked: list[tuple[str, IncomingRequest]] = []
        self.errors: list[Exception] = []
        self._services: dict[str, Service] = {}
        self._server = _Server(self)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._scheme = "https" if tls else "http"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        """Port that is listened on."""
        return int(self._server.server_address[1])

    def mount(self, name: str, service: Service) -> None:
        """Serve a stand-in under a name, in place of the one that was there."""
        self._services[name] = service

    def url(self, name: str) -> str:
        """Return the base URL of a stand-in."""
        return f"{self._scheme}://127.0.0.1:{self.port}/{name}"

    def asked_of(self, name: str) -> list[IncomingRequest]:
        """Return the requests that came under a name."""
        return [asked for mounted, asked in self.asked if mounted == name]

    def reply(self, name: str, asked: IncomingRequest) -> Reply:
        """Return what the stand-in replies."""
        self.asked.append((name, asked))
        service = self._services.get(name)
        return service.reply(asked) if service else Reply(404, b"nothing is mounted here", "text/plain")

    def __enter__(self) -> LocalServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()
        if self.errors and error is None:
            raise self.errors[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, local: LocalServer) -> None:
        self.local = local
        self.stopped = threading.Event()
        self._open: dict[Any, threading.Thread] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._open[request] = threading.current_thread()
        super().process_request_thread(request, client_address)
        self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is what these tests are about."""

    def stop(self) -> None:
        self.stopped.set()
        self.shutdown()
        for connection, thread in list(self._open.items()):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            thread.join(2)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)  # a client that takes us for its proxy sends the full address
        name, _, path = unquote(parts.path).lstrip("/").partition("/")
        asked = IncomingRequest(
            method=self.command,
            path=path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=CaseInsensitiveDict(self.headers.items()),
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        try:
            reply = self.server.local.reply(name, asked)
        except Exception as error:  # told when the server stops
            self.server.local.errors.append(error)
            reply = Reply(500, b"the stand-in failed", "text/plain")
        if isinstance(reply, RawReply):
            self.wfile.flush()
            reply.write(Wire(self))
            return
        self.send_response_only(reply.status)
        headers = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.content)), **reply.headers}
        for header, value in headers.items():
            self.send_header(header, value)
        self.end_headers()
        if reply.status != 304:
            self.wfile.write(reply.content)

    do_POST = do_GET  # noqa: N815 - the name http.server calls

    def log_message(self, format: str, *args: Any) -> None:
        """Stay quiet."""
