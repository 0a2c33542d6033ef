"""Fixtures of the publication tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from g60_pipeline.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """Return an empty home."""
    return Settings(tmp_path / "home")
