"""Writes a file whole or not at all: beside its place, then renamed over what was there. All writing of state is here.

What a killed process leaves has the name `.NAME.PID.tmp`, which is hidden from whoever lists files.
"""

from __future__ import annotations

import os
from pathlib import Path


def temporary_of(path: Path) -> Path:
    """Return where a file is made before it is renamed."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def write_whole(path: Path, content: bytes, *, durable: bool) -> None:
    """Write a file in one rename; on any failure what was there stays, and nothing is left beside it.

    Args:
        path: The file; its folder is there.
        content: Its bytes.
        durable: Whether they are on the disk before the rename, so that a loss of power leaves the old file or the new
            one: for what can not be made again.

    Raises:
        OSError: There is no room, or no right.
    """
    temporary = temporary_of(path)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_named(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write the file a user names, whole or not at all; a link stays one, and a pipe or a device takes what comes.

    `durable` is as in `write_whole`.

    Raises:
        OSError: There is no room, or no right.
    """
    if path.exists() and not path.is_file():  # its links are not followed: /dev/stdout leads to a pipe without a path
        path.write_bytes(content)
    else:
        write_whole(path.resolve(), content, durable=durable)
