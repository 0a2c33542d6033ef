"""What the site was made of and what was written of it, as its `manifest.json` says. Who writes it: `report.site`.

The hash of every file as it was written tells a page that was changed or cut off later: it is written again, and
`g60 doctor` names it. So does the build it was made of, where another one has been published since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from g60_pipeline.fingerprint import package_hash

MANIFEST: Final = "manifest.json"
"""Name of the manifest in the folder of the site."""

MADE_OF: Final = "made_of"
"""Key of the manifest for the build and the code: where both are those of now, no page is made."""


def short_hash(*parts: str) -> str:
    """Return a hash over texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def made_of(build_id: str) -> str:
    """Return the hash of what a site of a build is made of, with the code and the charts of now."""
    return short_hash(package_hash(), build_id, version("vl-convert-python"))


def manifest(folder: Path) -> dict[str, str]:
    """Return what was written before; nothing where it can not be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()) else {}


def entry(digest: str, content: str) -> str:
    """Return the entry of a file: the hash of what it shows, and that of its text."""
    return f"{digest} {short_hash(content)}"


def is_outdated(folder: Path, build_id: str) -> bool:
    """Return whether a site is there that shows another build, or was written by another version."""
    known = manifest(folder)
    return bool(known) and known.get(MADE_OF) != made_of(build_id)


def is_as_written(folder: Path, name: str, known: Mapping[str, str]) -> bool:
    """Return whether a file is there, byte for byte as it was written."""
    try:
        content = (folder / name).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return known.get(name, "").partition(" ")[2] == short_hash(content)


def changed(folder: Path) -> list[str]:
    """Return the files of a site that are no longer as they were written."""
    known = {name: value for name, value in manifest(folder).items() if name != MADE_OF}
    return [name for name in known if not is_as_written(folder, name, known)]
