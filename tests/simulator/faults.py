"""What can go wrong between a service and us, to be put in front of any stand-in.

A fault turns the sound reply into what arrives instead: `Faulty(service, always=hang())`, or one fault per request with
`Faulty(service, turns=[status(500), None])`, where None lets the sound reply through.
"""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from simulator.server import RawReply, Wire
from simulator.wire import IncomingRequest, Reply, Service

Fault = Callable[[Reply], Reply]

CHALLENGE = b"<!DOCTYPE html><html><head><script>location.reload()</script></head><body>Are you a robot?</body></html>"


@dataclass
class Fixed:
    """A service that always replies the same."""

    sound: Reply

    def reply(self, asked: IncomingRequest) -> Reply:  # noqa: ARG002 - the form of a service
        return self.sound


@dataclass
class Faulty:
    """A service with faults in front: those of `turns` for its first requests, then `always`; only where `when` holds."""

    service: Service
    always: Fault | None = None
    turns: list[Fault | None] = field(default_factory=list)
    when: Callable[[IncomingRequest], bool] | None = None

    def reply(self, asked: IncomingRequest) -> Reply:
        if self.when and not self.when(asked):
            return self.service.reply(asked)
        fault = self.turns.pop(0) if self.turns else self.always
        sound = self.service.reply(asked)
        return fault(sound) if fault else sound


def status(code: int, headers: Mapping[str, str] | None = None, *, content: bytes = b"{}") -> Fault:
    """Another status, with a body of its own."""
    return lambda sound: Reply(code, content, sound.content_type, dict(headers or {}))


def redirect(location: str, code: int = 302) -> Fault:
    """A redirect."""
    return status(code, {"Location": location}, content=b"")


def content(body: bytes) -> Fault:
    """Another body under the same headers."""
    return lambda sound: replace(sound, content=body)


def content_type(value: str) -> Fault:
    """Another content type."""
    return lambda sound: replace(sound, content_type=value)


def headers(more: Mapping[str, str]) -> Fault:
    """Further headers."""
    return lambda sound: replace(sound, headers={**sound.headers, **more})


def challenge(value: str = "text/html") -> Fault:
    """A challenge page with status 200."""
    return lambda sound: replace(sound, status=200, content=CHALLENGE, content_type=value)


def zipped() -> Fault:
    """The sound body, compressed as it should be."""
    return lambda sound: replace(
        sound, content=gzip.compress(sound.content), headers={**sound.headers, "Content-Encoding": "gzip"}
    )


def hang() -> Fault:
    """No answer until the server stops."""

    def write(wire: Wire, sound: Reply) -> None:
        wire.close()
        wire.stopped.wait()

    return _raw(write)


def drip(seconds: float = 0.02) -> Fault:
    """The body byte by byte, without end."""

    def write(wire: Wire, sound: Reply) -> None:
        wire.head(200, {"Content-Type": sound.content_type})
        while not wire.stopped.wait(seconds):
            wire.send(b" ")

    return _raw(write)


def drip_headers(seconds: float = 0.02) -> Fault:
    """A header byte by byte, without end."""

    def write(wire: Wire, sound: Reply) -> None:
        wire.close()
        wire.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not wire.stopped.wait(seconds):
            wire.send(b"z")

    return _raw(write)


def reset() -> Fault:
    """Half the body, then a TCP reset."""

    def write(wire: Wire, sound: Reply) -> None:
        _half(wire, sound)
        time.sleep(0.01)  # a reset at once would overtake what was sent
        wire.reset()

    return _raw(write)


def truncated() -> Fault:
    """Half the body that was announced, then a proper end of the connection."""
    return _raw(_half)


def truncated_zip() -> Fault:
    """Half of a compressed body whose length was not announced."""

    def write(wire: Wire, sound: Reply) -> None:
        wire.head(200, {"Content-Type": sound.content_type, "Content-Encoding": "gzip"})
        body = gzip.compress(sound.content)
        wire.send(body[: len(body) // 2])

    return _raw(write)


def bomb(megabytes: int = 300) -> Fault:
    """A small compressed body that unfolds to blanks without end."""

    def write(wire: Wire, sound: Reply) -> None:
        wire.head(200, {"Content-Type": sound.content_type, "Content-Encoding": "gzip"})
        packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        _stream(wire, (packer.compress(b" " * 1_000_000) for _ in range(megabytes)))
        wire.send(packer.flush())

    return _raw(write)


def huge(megabytes: int = 200, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Fault:
    """A large body in chunks, its length not announced."""

    def write(wire: Wire, sound: Reply) -> None:
        wire.head(status, {"Content-Type": sound.content_type, "Transfer-Encoding": "chunked", **(headers or {})})
        piece = b" " * 1_000_000
        _stream(wire, (b"%x\r\n%b\r\n" % (len(piece), piece) for _ in range(megabytes)))
        wire.send(b"0\r\n\r\n")

    return _raw(write)


def huge_announced(megabytes: int = 200) -> Fault:
    """A large body that says so."""

    def write(wire: Wire, sound: Reply) -> None:
        wire.head(200, {"Content-Type": sound.content_type, "Content-Length": str(megabytes * 1_000_000)})
        _stream(wire, (b" " * 1_000_000 for _ in range(megabytes)))

    return _raw(write)


def _raw(write: Callable[[Wire, Reply], None]) -> Fault:
    return lambda sound: RawReply(write=lambda wire: write(wire, sound))


def _half(wire: Wire, sound: Reply) -> None:
    wire.head(200, {"Content-Type": sound.content_type, "Content-Length": str(len(sound.content))})
    wire.send(sound.content[: len(sound.content) // 2])


def _stream(wire: Wire, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        if wire.stopped.is_set():
            return
        wire.send(piece)
