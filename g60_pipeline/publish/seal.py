"""The seal of a table file: a hash over its bytes, kept among them, so that damage is seen before the file is parsed.

A reader of Parquet takes a flipped bit for another number, or dies of it. The seal is an entry of the file's metadata:
the SHA-256 of the file with zeros in the place of the seal. File and seal are one, and are renamed into place at once.
Neither Polars nor Dagster is needed to look at it.
"""

from __future__ import annotations

import hashlib
from typing import Final

from g60_pipeline.wording import told

SEAL_KEY: Final = "g60.seal"
"""Key of the seal in the Parquet file's metadata."""

UNSEALED: Final = "0" * 64
"""What a file is written with, until `sealed` puts the seal in its place."""

MARK: Final = SEAL_KEY.encode() + b"\x18\x40"
"""How Parquet writes the key, and that 64 bytes of text follow. The metadata are the last of the file."""


def sealed(content: bytes) -> bytes:
    """Return the content of a Parquet file with its seal, given one whose metadata map `SEAL_KEY` to `UNSEALED`.

    Raises:
        ValueError: There is no place for a seal.
    """
    before, seal, after = _parts(content)
    if seal != UNSEALED.encode():
        raise ValueError(f"the file has no entry {SEAL_KEY}")
    return before + _hash(before, after) + after


def broken_seal(content: bytes) -> str | None:
    """Return why the content of a file is not the one that was sealed; None where it is."""
    before, seal, after = _parts(content)
    if not seal:
        return told("error.table.no_seal")
    return None if seal == _hash(before, after) else told("error.table.broken_seal")


def seal_of(content: bytes) -> str:
    """Return the seal of the content of a file, as it is printed there."""
    return _parts(content)[1].decode("ascii", errors="replace")


def _parts(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the bytes before the seal, the seal, and the bytes after it; no seal where there is no mark."""
    before, mark, rest = content.rpartition(MARK)
    return before + mark, rest[: len(UNSEALED)] if mark else b"", rest[len(UNSEALED) :]


def _hash(before: bytes, after: bytes) -> bytes:
    digest = hashlib.sha256(before)
    digest.update(UNSEALED.encode())
    digest.update(after)
    return digest.hexdigest().encode()
