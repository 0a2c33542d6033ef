"""The wheel carries everything the package needs. That it builds a warehouse: `first_build` of `tests/orchestration`."""

from __future__ import annotations

import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "g60_pipeline"


def test_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    kinds = {".csv", ".yaml", ".sql", ".py", ".jinja", ".css", ".js", ".ttf"}
    data = {str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*") if path.suffix in kinds}
    assert {p for p in data if p.endswith(".csv")} != set()
    assert data - packed == set()
