"""`g60 doctor` compares code, catalog and facts with what was installed, by the hashes that `pip` records."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from g60_pipeline.doctor import package
from g60_pipeline.doctor.findings import Finding

FACT = "facts/observations.csv"


@pytest.fixture
def installed(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the package as `pip` lays a wheel down, which writes the same RECORD."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    (info,) = tmp_path.glob("*.dist-info")
    monkeypatch.setattr(metadata, "distribution", lambda _: metadata.Distribution.at(info))
    monkeypatch.setattr(package, "PACKAGE", tmp_path / "g60_pipeline")
    return tmp_path / "g60_pipeline"


def found() -> Finding:
    (finding,) = package.of_package()
    return finding


def test_installed_package_is_found_whole(installed: Path) -> None:
    (installed / "__pycache__").mkdir()
    (installed / "__pycache__" / "errors.cpython-311.pyc").write_bytes(b"")
    assert (found().state, found().detail.endswith("files, as installed")) == ("ok", True)


def one_byte(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lambda folder: one_byte(folder / FACT), f"1 changed ({FACT})"),
        (lambda folder: one_byte(folder / "errors.py"), "1 changed (errors.py)"),
        (lambda folder: (folder / FACT).unlink(), f"1 missing ({FACT})"),
        (lambda folder: shutil.copy(folder / FACT, folder / "catalog/corridors/x.yaml"), "1 added (catalog/corridors"),
    ],
)
def test_file_that_is_not_as_installed_is_named(installed: Path, fault: Callable[[Path], object], words: str) -> None:
    fault(installed)
    assert (found().state, words in found().detail, "Install g60_pipeline again" in found().remedy) == (
        "wrong",
        True,
        True,
    )


def test_of_a_checkout_git_knows(installed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(package, "PACKAGE", tmp_path / "elsewhere" / "g60_pipeline")
    assert (found().state, "git status" in found().detail) == ("ok", True)

    def none(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", none)
    assert (found().state, "git status" in found().detail) == ("ok", True)
