"""A document by its address, through the package's one way out: politely, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from g60_pipeline import __version__
from g60_pipeline.catalog.live_models import LiveLimits, LiveSchedule, LiveSource
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.text.read import MAX_BYTES
from g60_pipeline.ingest.live.http.client import Client
from g60_pipeline.ingest.live.http.guard import LOOPBACK
from g60_pipeline.ingest.live.http.messages import Request
from g60_pipeline.ingest.live.http.settings import NetworkSettings

SOURCE_ID: Final = "communique"
"""Name of what is asked, in messages and settings."""


def is_address(document: str) -> bool:
    """Return whether a document is named by its address."""
    return document.startswith(("http://", "https://"))


def fetched(url: str, *, home: Path) -> bytes:
    """Return the document at an address, as received.

    Args:
        url: Its address; https, or http on this machine.
        home: `G60_HOME`, whose settings of the network hold.

    Raises:
        G60Error: The address may not be asked, or no whole answer came.
    """
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    is_local = host in LOOPBACK
    if parts.scheme != "https" and not is_local:
        raise G60Error.of("document.plain_http", url)
    origin = f"{parts.scheme}://{parts.netloc}"
    network = NetworkSettings.load(home)
    if is_local:
        network = network.model_copy(update={"base_urls": {SOURCE_ID: origin}})
    plan = LiveSource(
        source_id=SOURCE_ID,
        base_url="https://localhost" if is_local else origin,
        page_url=url,
        schedule=LiveSchedule(cron="0 0 1 1 *", running=False, why="asked for by a person"),
        limits=LiveLimits(max_megabytes=MAX_BYTES / 1e6),
    )
    request = Request(
        key=parts.path.lstrip("/") or "page",
        path=parts.path.lstrip("/"),
        params=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        form="html",
        any_content_type=True,
    )
    with Client(plan, network, version=__version__) as client:
        answer = client.send(request)
    if answer is None:
        raise G60Error.of("document.did_not_come", url)
    return answer.content
