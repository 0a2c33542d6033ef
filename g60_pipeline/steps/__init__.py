"""The graph: which step makes which tables of which. Plain functions over frames, run by Dagster or by hand.

A step reads and writes tables by their full names; no step knows where tables are kept or who runs it.
"""

from g60_pipeline.steps.graph import STEPS, run_steps
from g60_pipeline.steps.step import Context, Step, Tables

__all__ = ["STEPS", "Context", "Step", "Tables", "run_steps"]
