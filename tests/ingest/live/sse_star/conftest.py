"""The exchange, as it is and with pages of two firms."""

from __future__ import annotations

import pytest
from ingest.live.sse_star.exchange import Exchange


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("g60_pipeline.ingest.live.sse_star.connector.PAGE_SIZE", 2)
    monkeypatch.setattr("g60_pipeline.ingest.live.sse_star.answers.PAGE_SIZE", 2)
