"""Checksums of exported files, as `sha256sum --check` reads them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

FILE: Final = "SHA256SUMS"


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def write(folder: Path) -> None:
    """Write the checksums of every file of a folder into it."""
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.name != FILE)
    lines = [f"{sha256(file)}  {file.relative_to(folder).as_posix()}\n" for file in files]
    (folder / FILE).write_text("".join(lines), encoding="utf-8")
