"""Hashes over the code: of the whole package, and of what is installed beside it. Nothing of the package is imported.

Only names and bytes of files are looked at, so that a command can ask before anything heavy is loaded.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parent
"""Folder of the package."""

_COMPILED: Final = "__pycache__"
_INSTALLED: Final = (".dist-info", ".egg-info")


def package_hash() -> str:
    """Return the SHA-256 over every file of the package: code, catalog, embedded facts, SQL and words.

    Raises:
        OSError: A file can not be read.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in PACKAGE.rglob("*") if p.is_file() and _COMPILED not in p.parts):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def environment_hash() -> str:
    """Return the SHA-256 over the version of Python and the names and versions of all packages it finds.

    Raises:
        OSError: A folder of modules can not be looked into.
    """
    folders = [Path(folder) for folder in sys.path if Path(folder).is_dir()]
    found = {entry.name for folder in folders for entry in folder.iterdir() if entry.name.endswith(_INSTALLED)}
    return hashlib.sha256("\n".join([sys.version, sys.platform, *sorted(found)]).encode()).hexdigest()
