"""All stand-ins on one local server, and the settings that send every connector there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ingest.live.cnipa_annual.stand_in import Cnipa
from ingest.live.nbs_api.stand_in import Nbs
from ingest.live.oecd_sdmx.stand_in import Oecd
from ingest.live.openalex.stand_in import OpenAlex
from ingest.live.sse_star.stand_in import Sse
from ingest.live.wikidata.stand_in import Wikidata
from ingest.live.worldbank.stand_in import WorldBank

from simulator.server import LocalServer
from simulator.wire import Service


@dataclass
class World:
    """The stand-ins by the source they stand in for; each may be changed, or one put before it, at any time."""

    worldbank: WorldBank = field(default_factory=WorldBank)
    sse_star: Sse = field(default_factory=Sse)
    openalex: OpenAlex = field(default_factory=OpenAlex)
    cnipa_annual: Cnipa = field(default_factory=Cnipa)
    wikidata: Wikidata = field(default_factory=Wikidata)
    oecd_sdmx: Oecd = field(default_factory=Oecd)
    nbs_api: Nbs = field(default_factory=Nbs)

    def services(self) -> dict[str, Service]:
        """Return the stand-ins by source."""
        return dict(vars(self))


def environment(server: LocalServer, sources: list[str]) -> dict[str, str]:
    """Return the variables that send the connectors to a server, without waiting between requests."""
    urls = {f"G60_BASE_URLS__{name.upper()}": server.url(name) for name in sources}
    return urls | {"G60_PACE": "0", "G60_CONTACT": "test@example.org"}


@contextmanager
def serving(world: World) -> Iterator[LocalServer]:
    """Serve all stand-ins of a world while the context lasts."""
    with LocalServer() as server:
        for name, service in world.services().items():
            server.mount(name, service)
        yield server
