"""The story of numbers in the Dagster UI: how to have a row explained, and stories told beside a publication."""

from __future__ import annotations

from typing import Final

import dagster as dg
import polars as pl

from g60_pipeline.explain.metric_row import Asked
from g60_pipeline.explain.screen import markdown
from g60_pipeline.explain.telling import tell
from g60_pipeline.reader.database import UsageError, open_warehouse
from g60_pipeline.reader.words import Words
from g60_pipeline.settings import Settings
from g60_pipeline.tables import Table

EXAMPLES: Final = (("national_share", "star_listed"), ("corridor_total", "gdp"))
"""Metric and indicator whose newest number is told for every corridor."""


def how_to_explain(definition: Table, frame: pl.DataFrame) -> dict[str, dg.MetadataValue]:
    """Return how to have a row of a metric explained, with the newest one as the example; nothing for other tables."""
    if definition.layer != "metrics" or frame.is_empty():
        return {}
    newest = frame.sort("year", nulls_last=False) if "year" in frame.columns else frame
    name = newest["metric_id"][-1]
    told = f"`g60 explain {name}`, or in SQL `FROM analysis.explain('{name}')`, tells the story of this row"
    return {"explain": dg.MetadataValue.md(told)}


def stories(settings: Settings) -> dict[str, dg.MetadataValue]:
    """Return the stories of the newest numbers of `EXAMPLES` in every corridor that has them."""
    told: list[str] = []
    with open_warehouse(settings) as published:
        for scope in published.rows("SELECT corridor_id FROM core.corridor ORDER BY corridor_id"):
            for metric, indicator in EXAMPLES:
                try:
                    story = tell(published, Asked(metric, indicator, corridor=scope["corridor_id"]))
                except UsageError:
                    continue  # a corridor of one's own may have no such figure
                told.append(markdown(story, Words("en")))
    return {"explained": dg.MetadataValue.md("\n\n---\n\n".join(told))} if told else {}
