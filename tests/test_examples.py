"""The examples in the docstrings of the package are true, each of them."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import g60_pipeline

PACKAGE = Path(g60_pipeline.__path__[0])
WITH_EXAMPLES = sorted(
    ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for file in PACKAGE.rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_of_a_module_give_what_they_print(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert (found.failed, found.attempted > 0) == (0, True)
