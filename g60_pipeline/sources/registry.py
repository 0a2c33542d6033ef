"""The connectors by the identifier of their source. What each asks and reads stands in its own module."""

from __future__ import annotations

from typing import Final

from g60_pipeline.errors import G60Error
from g60_pipeline.sources import cnipa, nbs, oecd, openalex, sse, wikidata, worldbank
from g60_pipeline.sources.connector import Connector

CONNECTORS: Final[dict[str, Connector]] = {
    module.CONNECTOR.source_id: module.CONNECTOR for module in (worldbank, sse, openalex, cnipa, wikidata, oecd, nbs)
}
"""Source -> connector."""


def connector(source_id: str) -> Connector:
    """Return the connector of a source.

    Raises:
        G60Error: There is no such live source.
    """
    if source_id not in CONNECTORS:
        raise G60Error(source_id, "it is not a live source", f"Choose among {', '.join(CONNECTORS)}")
    return CONNECTORS[source_id]
