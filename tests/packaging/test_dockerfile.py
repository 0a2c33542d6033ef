"""The steps of the Dockerfile, run in a clean folder with the libraries that are installed; `.ci/run` installs them anew."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from g60_pipeline import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def image() -> ModuleType:
    """Return `deploy/try_image.py`."""
    spec = importlib.util.spec_from_file_location("try_image", ROOT / "deploy" / "try_image.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["try_image"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def prepared(image: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, dict[str, Any]]:
    """Return the clean folder after all steps, and the instructions."""
    return image.prepared(tmp_path_factory.mktemp("image"), libraries=Path(sysconfig.get_paths()["purelib"]))


def test_what_is_copied_and_installed_is_a_command_that_runs_from_the_wheel(
    prepared: tuple[Any, dict[str, Any]],
) -> None:
    clean, found = prepared
    (command,) = clean.folder.glob(f"python/bin/{found['CMD'].words[0]}")
    told = subprocess.run(
        [command, "--version"], env=clean.env, cwd=clean.place, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == f"g60_pipeline {__version__}"
    code = "import g60_pipeline, g60_pipeline.catalog as c; c.load_catalog(); print(g60_pipeline.__file__)"
    python = clean.folder / "python" / "bin" / "python"
    where = subprocess.run(
        [python, "-c", code], env=clean.env, cwd=clean.place, capture_output=True, text=True, check=True
    )
    assert Path(where.stdout.strip()).is_relative_to(clean.folder / "python")
    options = subprocess.run(
        [command, "ui", "--help"], env=clean.env, capture_output=True, text=True, check=True
    ).stdout
    assert all(word in options for word in found["CMD"].words if word.startswith("--"))


def test_data_are_in_the_volume_and_nothing_runs_as_root(
    image: ModuleType, prepared: tuple[Any, dict[str, Any]]
) -> None:
    clean, found = prepared
    assert clean.variables["G60_HOME"] == str(clean.folder / "data") == str(clean.place)
    assert found["VOLUME"].text == "/data"
    assert found["USER"].text == f"{image.IMAGE_USER}:{image.IMAGE_USER}"
    names = [i.name for i in image.read(ROOT / "Dockerfile")]
    assert names.index("USER") > max(index for index, name in enumerate(names) if name in {"RUN", "COPY"})
    assert (clean.folder / "data").stat().st_uid == os.getuid()


def test_health_is_asked_where_the_command_listens(image: ModuleType, prepared: tuple[Any, dict[str, Any]]) -> None:
    _, found = prepared
    port = found["EXPOSE"].text
    assert found["CMD"].words[-2:] == ["--port", port]
    assert f"127.0.0.1:{port}/" in image.health(found)[-1]
    compile(image.health(found)[-1], "health", "exec")


def test_no_step_takes_what_the_context_does_not_have(image: ModuleType) -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for instruction in image.read(ROOT / "Dockerfile"):
        for source in instruction.words[:-1] if instruction.name == "COPY" else ():
            assert any(name == source or name.startswith(f"{source}/") for name in tracked), source


def test_a_file_kept_out_of_the_context_stops_the_steps(image: ModuleType, tmp_path: Path) -> None:
    clean = image.CleanFolder(tmp_path, libraries=tmp_path)
    with pytest.raises(FileNotFoundError, match=r"kept out by \.dockerignore"):
        clean.run(image.Instruction("COPY", "Makefile ./"))


def test_instructions_are_read_in_both_forms(image: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('# x\nRUN a \\\n  b\ncmd ["c", "d e"]\n', encoding="utf-8")
    run, command = image.read(tmp_path / "Dockerfile")
    assert (run.name, run.words) == ("RUN", ["a", "b"])
    assert (command.name, command.words) == ("CMD", json.loads('["c", "d e"]'))
