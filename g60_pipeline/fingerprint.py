"""Hashes over the code: of the whole package, of some modules with all they import, of what is installed beside them.

Nothing is imported: only names and bytes of files are looked at, so that a command can ask before anything heavy is
loaded. An import is found wherever it is, in a function or for the type checker too.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parent
"""Folder of the package."""

NAME: Final = "g60_pipeline"
"""Name of the package."""

FOR_PEOPLE: Final = ("catalog/words/", "contracts/labels.csv")
"""Words of the screens: no table is made of them but for those of `IN_TABLES`."""

IN_TABLES: Final = {
    f"{NAME}.normalize.catalog_tables": ("catalog/words/reason.yaml", "catalog/words/refusal.yaml"),
    f"{NAME}.normalize.claim_words": ("catalog/words/claim.yaml",),
    f"{NAME}.contracts.issues": ("catalog/words/refusal.yaml",),
    f"{NAME}.ingest.inbox": ("catalog/words/error.yaml",),
    f"{NAME}.ingest.live.replay": ("catalog/words/error.yaml", "catalog/words/live.yaml"),
}
"""Module -> the words it writes into a table."""

_IMPORT: Final = re.compile(rf"^[ \t]*from ({NAME}[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
_IMPORTED: Final = re.compile(r"(\w+)(?: as (\w+))?")
_DATA: Final = re.compile(rf'files\("{NAME}(?:"\) / "|\.)(\w+)"\)?(?: / "(\w+)")?')
_COMPILED: Final = "__pycache__"
_INSTALLED: Final = (".dist-info", ".egg-info")


def package_hash() -> str:
    """Return the SHA-256 over every file of the package: code, catalog, embedded facts, SQL and words.

    Raises:
        OSError: A file can not be read.
    """
    digest = hashlib.sha256()
    for path in sorted(Path(entry.path) for entry in _files(PACKAGE)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def changed_since(moment: int) -> str | None:
    """Return the file of the package that was written last after a moment, also if it says now what it said before.

    A process that loads modules and catalog while they are edited has some of both states, whatever it finds when it
    hashes the files. A file with a time still to come tells nothing: the clock was wrong then.

    Args:
        moment: Time in nanoseconds.

    Raises:
        OSError: A file can not be looked at.
    """
    found = [(_changed(entry), entry.path) for entry in _files(PACKAGE)]
    changed, path = max(((at, path) for at, path in found if at <= time.time_ns()), default=(0, ""))
    return Path(path).relative_to(PACKAGE.parent).as_posix() if changed > moment else None


def _files(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    """Return the files below a folder that are not compiled ones. Every step of a build asks: paths would be slow."""
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                yield from () if entry.name == _COMPILED else _files(entry.path)
            elif entry.is_file():
                yield entry


def _changed(entry: os.DirEntry[str]) -> int:
    status = entry.stat()
    return max(status.st_mtime_ns, status.st_ctime_ns)


def environment_hash() -> str:
    """Return the SHA-256 over the version of Python and the names and versions of all packages it finds.

    Raises:
        OSError: A folder of modules can not be looked into.
    """
    folders = [Path(folder) for folder in sys.path if Path(folder).is_dir()]
    found = {entry.name for folder in folders for entry in folder.iterdir() if entry.name.endswith(_INSTALLED)}
    return hashlib.sha256("\n".join([sys.version, sys.platform, *sorted(found)]).encode()).hexdigest()


def code_hash(modules: Iterable[str]) -> str:
    """Return the SHA-256 over modules of the package, all they import of it, and the data files these read.

    Words that only screens show are left out.

    Args:
        modules: Full names, such as `g60_pipeline.metrics.growth`.

    Raises:
        KeyError: There is no such module.
    """
    found = modules_behind(modules)
    paths = {_source(name) for name in found} | {path for name in found for path in _data_of(name)}
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(PACKAGE).as_posix()} {_file_hash(path)}\n".encode())
    return digest.hexdigest()


def modules_behind(modules: Iterable[str]) -> set[str]:
    """Return modules of the package with the packages they are in and all they import of it, over any number of steps.

    Raises:
        KeyError: There is no such module.
    """
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [name.rpartition(".")[0]] if "." in name else []
            waiting += imported_names(name).values()
    return found


@cache
def imported_names(module: str) -> dict[str, str]:
    """Return the names a module imports from the package, each with the module it comes from, or is.

    Raises:
        KeyError: There is no such module.
    """
    text = _source(module).read_text(encoding="utf-8")
    return {
        alias or name: f"{source}.{name}" if _is_module(f"{source}.{name}") else source
        for source, names in _IMPORT.findall(text)
        for name, alias in _IMPORTED.findall(re.sub(r"#.*", "", names))
    }


@cache
def _source(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    found = path / "__init__.py" if path.is_dir() else path.with_name(f"{path.name}.py")
    if module.partition(".")[0] != NAME or not found.is_file():
        raise KeyError(module)
    return found


def _is_module(name: str) -> bool:
    try:
        return _source(name).is_file()
    except KeyError:
        return False


@cache
def _data_of(module: str) -> frozenset[Path]:
    """Return the data files of the folders a module names, and the words it writes into a table."""
    words = {PACKAGE / name for name in IN_TABLES.get(module, ())}
    named = _DATA.findall(_source(module).read_text(encoding="utf-8"))
    return frozenset(words.union(*(_data_files("/".join(filter(None, parts))) for parts in named)))


@cache
def _data_files(folder: str) -> tuple[Path, ...]:
    found = [p for p in (PACKAGE / folder).rglob("*") if p.is_file() and p.suffix != ".py" and _COMPILED not in p.parts]
    return tuple(path for path in found if not path.relative_to(PACKAGE).as_posix().startswith(FOR_PEOPLE))


@cache
def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
