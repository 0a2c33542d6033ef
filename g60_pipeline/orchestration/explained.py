"""Explanations in the Dagster UI: how to have a row explained, and those of the newest numbers beside a publication."""

from __future__ import annotations

import shlex
from typing import Final

import dagster as dg
import polars as pl

from g60_pipeline.errors import UsageError
from g60_pipeline.explain.explanation import explain
from g60_pipeline.explain.query import MetricQuery
from g60_pipeline.explain.screen import markdown
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.reader.words import Words
from g60_pipeline.settings import Settings
from g60_pipeline.tables import Table

EXAMPLES: Final = (("national_share", "star_listed"), ("corridor_total", "gdp"))
"""Metric and indicator whose newest number is explained for every corridor."""


def how_to_explain(definition: Table, frame: pl.DataFrame) -> dict[str, dg.MetadataValue]:
    """Return how to have a row of a metric explained, with the newest one as the example; nothing for other tables."""
    if definition.layer != "metrics" or frame.is_empty():
        return {}
    newest = frame.sort("year", nulls_last=False) if "year" in frame.columns else frame
    name = newest["metric_id"][-1]
    command, literal = shlex.quote(name), name.replace("'", "''")
    ways = (f"g60 explain {command}", f"FROM analysis.explain('{literal}')")
    text = "{}, or in SQL {}, explains this row".format(*(f"`{way.replace('`', ' ')}`" for way in ways))
    return {"explain": dg.MetadataValue.md(text)}


def newest_explained(settings: Settings) -> dict[str, dg.MetadataValue]:
    """Return the explanations of the newest numbers of `EXAMPLES` in every corridor that has them."""
    texts: list[str] = []
    with open_warehouse(settings) as published:
        for scope in published.rows("SELECT corridor_id FROM core.corridor ORDER BY corridor_id"):
            for metric, indicator in EXAMPLES:
                try:
                    found = explain(published, MetricQuery(metric, indicator, corridor=scope["corridor_id"]))
                except UsageError:
                    continue  # a corridor of one's own may have no such figure
                texts.append(markdown(found, Words("en")))
    return {"explained": dg.MetadataValue.md("\n\n---\n\n".join(texts))} if texts else {}
