"""The examples in the docstrings of the rooms of documents are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from g60_pipeline.ingest import communique

MODULES = [m.name for m in pkgutil.walk_packages(communique.__path__, f"{communique.__name__}.") if not m.ispkg]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_some_module_has_examples():
    assert sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES) > 10
