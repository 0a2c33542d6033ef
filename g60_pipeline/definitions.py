"""What `workspace.yaml` points at. Nothing is read from the environment on import; the data folder is named per run."""

from __future__ import annotations

from g60_pipeline.orchestration.location import code_location
from g60_pipeline.orchestration.resources import Home

defs = code_location(Home())
