"""What `g60 doctor` looks at of the package itself: whether its files are those that were installed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from g60_pipeline.doctor.findings import Finding
from g60_pipeline.fingerprint import NAME, PACKAGE
from g60_pipeline.wording import BilingualText, told


def of_package() -> Iterator[Finding]:
    """Yield whether code, catalog and facts are as installed: by the hashes that `pip` records.

    Of a checkout there are none, and only git knows.

    Raises:
        OSError: A file can not be read.
    """
    try:
        recorded = _recorded(metadata.distribution(NAME))
    except metadata.PackageNotFoundError:
        recorded = {}
    if not recorded:
        yield Finding("package files", "ok", told("doctor.package_checkout", folder=PACKAGE))
        return
    present = {p.relative_to(PACKAGE).as_posix() for p in PACKAGE.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    kinds = {
        "changed": [name for name in recorded if name in present and _digest(PACKAGE / name) != recorded[name]],
        "missing": sorted(recorded.keys() - present),
        "added": sorted(present - recorded.keys()),
    }
    found = [
        told(f"doctor.package_kind.{kind}", n=len(names), name=f"{names[0]}{' …' if len(names) > 1 else ''}")
        for kind, names in kinds.items()
        if names
    ]
    if found:
        listed = BilingualText(", ".join(found), "、".join(text.zh for text in found))
        detail = told("doctor.package_other", found=listed, folder=PACKAGE)
        yield Finding("package files", "wrong", detail, told("doctor.package_again"))
    else:
        yield Finding("package files", "ok", told("doctor.package_whole", n=len(recorded)))


def _recorded(distribution: metadata.Distribution) -> dict[str, str]:
    """Return the hashes of the files of the package by their name in it; none where another copy is installed."""
    own = [file for file in distribution.files or () if file.parts[0] == NAME and file.hash is not None]
    if Path(str(distribution.locate_file(NAME))).resolve() != PACKAGE.resolve():
        return {}
    return {"/".join(file.parts[1:]): f"{file.hash.mode}={file.hash.value}" for file in own if file.hash is not None}


def _digest(path: Path) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"
