"""What may lie in the archive without belonging to it: leftovers of a crash, a file manager, a synchronised folder.

None of it is ever read, so that none of it is damage. Nothing is cleared here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

OWN: Final = {
    "objects": re.compile(r"(?P<folder>[0-9a-f]{2})/(?P=folder)[0-9a-f]{62}"),
    "snapshots": re.compile(r"[a-z0-9_]+/[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}\.json"),
    "attempts": re.compile(r"[a-z0-9_]+/[0-9]{6}-[0-9a-f]{12}\.json"),
    "log": re.compile(r"[a-z0-9_]+\.jsonl(\.torn)?"),
}
"""Form of the names of bodies and records below their folders."""


def belongs(root: Path, path: Path) -> bool:
    """Return whether a file or folder has a name that the archive under `root` gives."""
    folder, *parts = path.relative_to(root).parts
    return OWN[folder].fullmatch("/".join(parts)) is not None


def own(root: Path, pattern: str) -> list[Path]:
    """Return what matches a pattern below the archive's folder and belongs to it, by name."""
    return sorted(path for path in root.glob(pattern) if belongs(root, path))


def strays(root: Path) -> list[Path]:
    """Return the files and folders that do not belong to the archive, by name.

    Raises:
        OSError: A folder can not be read.
    """
    return sorted(_strays(root))


def _strays(root: Path) -> Iterator[Path]:
    for folder in OWN:
        for path in (root / folder).iterdir() if (root / folder).is_dir() else ():
            if folder == "log" or not path.is_dir():
                yield from () if belongs(root, path) else (path,)
            else:
                yield from (inner for inner in path.iterdir() if not belongs(root, inner))
