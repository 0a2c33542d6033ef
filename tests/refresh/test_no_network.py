"""Without a network every source fails in seconds, whatever its pace and its patience."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.refresh.run import refresh
from g60_pipeline.settings import Settings

LIVE = [plan.source_id for plan in load_catalog().live]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "https://nowhere.invalid"], ids=["closed port", "no name"])
@pytest.mark.parametrize("source_id", LIVE)
def test_refresh_without_a_network_ends_in_seconds(
    source_id: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"G60_BASE_URLS__{source_id.upper()}", address)
    monkeypatch.setenv("G60_CONTACT", "someone@example.org")
    started = time.monotonic()
    attempt = refresh(Settings(tmp_path), source_id)
    assert time.monotonic() - started < 5
    assert (attempt.ending, attempt.requests) == ("failed", 1)
    assert attempt.trouble is not None
    assert attempt.trouble.remedy.startswith("Check the network")
