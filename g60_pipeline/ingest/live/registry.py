"""The connectors by the identifier of their source. What each asks and reads is in its own folder."""

from __future__ import annotations

from typing import Final

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.cnipa_annual.connector import CONNECTOR as CNIPA
from g60_pipeline.ingest.live.connector import Connector
from g60_pipeline.ingest.live.nbs_api.connector import CONNECTOR as NBS
from g60_pipeline.ingest.live.oecd_sdmx.connector import CONNECTOR as OECD
from g60_pipeline.ingest.live.openalex.connector import CONNECTOR as OPENALEX
from g60_pipeline.ingest.live.sse_star.connector import CONNECTOR as SSE
from g60_pipeline.ingest.live.wikidata.connector import CONNECTOR as WIKIDATA
from g60_pipeline.ingest.live.worldbank.connector import CONNECTOR as WORLDBANK

_ALL: Final[tuple[Connector, ...]] = (WORLDBANK, SSE, OPENALEX, CNIPA, WIKIDATA, OECD, NBS)

CONNECTORS: Final = {connector.source_id: connector for connector in _ALL}
"""Source -> connector."""


def connector(source_id: str) -> Connector:
    """Return the connector of a source.

    Raises:
        G60Error: There is no such live source.
    """
    if source_id not in CONNECTORS:
        raise G60Error.of("source.unknown", source_id, known=", ".join(CONNECTORS))
    return CONNECTORS[source_id]
