"""`g60` on a home of its own beside the stand-ins, for tests of what it prints and how it ends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from g60_pipeline.cli import app
from g60_pipeline.settings import Settings
from simulator.server import LocalServer
from simulator.world import World


@dataclass
class Command:
    settings: Settings
    world: World
    server: LocalServer

    def __call__(self, *arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return " ".join(result.output.split())

    def as_json(self, *arguments: str, code: int = 0) -> Any:
        result = CliRunner().invoke(app, [*arguments, "--json"])
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)
