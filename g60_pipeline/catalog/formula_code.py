"""The code of a formula as a text: its function and what that calls. No module is imported, so that this is quick.

Comments, docstrings, types and layout are left out: what is the same for the machine is the same text. So is the place
of a function, which may move to another module. The engine is left out too: it is arithmetic of no formula.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

PACKAGE: Final = "g60_pipeline"
FOLLOWED: Final = ("metrics", "normalize")
"""Packages whose functions belong to the formula that calls them."""

ENGINE: Final = f"{PACKAGE}.metrics.engine"

_SILENT: Final = frozenset({"annotation", "returns", "type_comment", "type_ignores", "type_params", "kind", "ctx"})
"""Parts of a syntax tree that compute nothing."""


class _Source(NamedTuple):
    """A module: what it defines, and what the names it imports stand for: a module, or a name in one."""

    definitions: dict[str, ast.stmt]
    imported: dict[str, tuple[str, str]]


@cache
def code_of(place: str) -> str:
    """Return the code of a function, `module:name` below the package, with all it calls.

    Raises:
        ValueError: There is no such module or function.
    """
    module, _, name = place.partition(":")
    start = (f"{PACKAGE}.{module}", name)
    if not _defined(*start):
        raise ValueError(f"there is no function {name} in {PACKAGE}.{module}")
    found, waiting = {start: ""}, [start]
    while waiting:
        at = waiting.pop()
        found[at] = f"{at[1]}: {_dumped(_read(at[0]).definitions[at[1]])}"
        for called in _called(*at):
            if called not in found:
                found[called] = ""
                waiting.append(called)
    return "\n".join(sorted(found.values()))


def _called(module: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield what a definition refers to: module and name."""
    source, nodes = _read(module), list(_nodes(_read(module).definitions[name]))
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id not in own:
            at = source.imported.get(node.id, (module, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            package, inside = source.imported.get(node.value.id, ("", ""))
            at = (f"{package}.{inside}", node.attr)
        else:
            continue
        if _defined(*at):
            yield at


def _defined(module: str, name: str) -> bool:
    return name in _read(module).definitions


@cache
def _read(module: str) -> _Source:
    package, *path = module.split(".")
    if package != PACKAGE or not path or path[0] not in FOLLOWED or module.startswith(f"{ENGINE}."):
        return _Source({}, {})
    file = files(PACKAGE).joinpath(*path[:-1], f"{path[-1]}.py")
    if not file.is_file():
        return _Source({}, {})
    definitions: dict[str, ast.stmt] = {}
    imported: dict[str, tuple[str, str]] = {}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                definitions[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                definitions[name] = node
            case ast.ImportFrom(module=str(of), names=names):
                imported |= {alias.asname or alias.name: (of, alias.name) for alias in names}
    return _Source(definitions, imported)


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for _, value in _parts(node):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                yield from _nodes(part)


def _parts(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """Yield the parts of a syntax tree that compute something, the same in every version of Python."""
    for name, value in ast.iter_fields(node):
        if name in _SILENT or value is None:
            continue
        if isinstance(value, list):
            computing = [part for part in value if not _is_text(part) and not _registers(part)]
            value = computing  # noqa: PLW2901  - docstrings and the registration of a metric compute nothing
            if not value:
                continue
        yield name, value


def _is_text(node: Any) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _registers(node: Any) -> bool:
    """Return whether a node is `metric(…)`, which says what table a function makes."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "metric"


def _dumped(value: Any) -> str:
    if isinstance(value, ast.AST):
        parts = ", ".join(f"{name}={_dumped(part)}" for name, part in _parts(value))
        return f"{type(value).__name__}({parts})"
    if isinstance(value, list):
        return f"[{', '.join(map(_dumped, value))}]"
    return repr(value)
