"""A home whose live sources are the stand-ins of a local server, with its jobs run by Dagster on one instance."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from g60_pipeline.orchestration.build_run import QUIET
from g60_pipeline.orchestration.location import code_location
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.orchestration.sources import source_key
from g60_pipeline.settings import Settings
from simulator.server import LocalServer
from simulator.world import World, environment, serving


@dataclass
class Station:
    """A home, its world, and jobs run on one instance."""

    settings: Settings
    world: World
    server: LocalServer
    instance: dg.DagsterInstance

    def run(
        self,
        job: str,
        *,
        sources: list[str] | None = None,
        assets: list[dg.AssetKey] | None = None,
        partition: str | None = None,
        tags: dict[str, str] | None = None,
        config: dict[str, Any] | None = None,
    ) -> Any:
        found = code_location(Home(path=str(self.settings.home))).resolve_job_def(job)
        return found.execute_in_process(
            instance=self.instance,
            run_config={**QUIET, **(config or {})},
            asset_selection=[source_key(source) for source in sources] if sources else assets,
            partition_key=partition,
            tags=tags,
            raise_on_error=False,
        )

    def materializations(self, source_id: str) -> list[Any]:
        return list(self.instance.fetch_materializations(source_key(source_id), limit=9).records)


@contextmanager
def open_station(home: Path) -> Iterator[Station]:
    """Open a station with all stand-ins sound; no variable of the machine is seen."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("G60_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        world = World()
        with serving(world) as server, dg.DagsterInstance.ephemeral() as instance:
            for name, value in environment(server, list(world.services())).items():
                patch.setenv(name, value)
            yield Station(Settings(home), world, server, instance)
