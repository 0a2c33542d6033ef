"""The gate's comparison of a first answer with the facts of the package. Later ones are compared with those in force.

Of a new series, a unit that is wrong in the whole answer shows only against what others printed for the same places
and years. Bases differ by far less than tenfold, so any basis of the indicator serves, its own first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import polars as pl

from g60_pipeline.ingest.facts import read_facts
from g60_pipeline.normalize.observations import candidates_from_raw

CONSTANT: Final = "constant"
"""Kind of a basis whose figures are compared whatever their year."""


def facts_like(figures: pl.DataFrame, *, core: Mapping[str, pl.DataFrame], today: dt.date) -> pl.DataFrame:
    """Return, for every series, how its figures compare with those of the facts.

    Args:
        figures: Candidates of an answer with their series in `of`.
        core: `geography`, `indicator`, `indicator_basis` and `unit` of the catalog.
        today: Last day a figure may be of.

    Returns:
        `of`, `power` (median of the ratios as a power of ten), `compared` (how many there are), and of the ratio next
        to the median `observation_id`, `value`, `fact`, `unit`, `fact_id`, `document_id`. A series like which
        the facts have nothing has no row.
    """
    printed = _facts(figures, core=core, today=today)
    bases = core["indicator_basis"].select("indicator_id", "basis", "kind")
    scale = core["unit"].select("unit", "dimension", "power_of_ten")
    ours = (
        figures.filter(pl.col("value") > 0)
        .join(scale, on="unit")
        .join(bases, on=["indicator_id", "basis"])
        .select("of", "observation_id", "geo_code", "indicator_id", "basis", "year", "value", "kind", *scale.columns)
    )
    theirs = printed.filter((pl.col("period_kind") != "part_year") & (pl.col("value") > 0)).join(scale, on="unit")
    theirs = theirs.select(
        "geo_code",
        "indicator_id",
        "dimension",
        "document_id",
        fact_id="observation_id",
        fact_basis="basis",
        fact_year="year",
        fact="value",
        fact_power="power_of_ten",
    )
    return (
        ours.join(theirs, on=["geo_code", "indicator_id", "dimension"])
        .filter((pl.col("year") == pl.col("fact_year")) | (pl.col("kind") == CONSTANT))
        .with_columns(
            other=pl.col("basis") != pl.col("fact_basis"),
            fact=pl.col("fact") * pl.lit(10.0).pow(pl.col("fact_power") - pl.col("power_of_ten")),
        )
        .filter(pl.col("other") == pl.col("other").min().over("of"))
        .with_columns(ratio=(pl.col("value") / pl.col("fact")).log10())
        .with_columns(power=pl.col("ratio").median().over("of"), compared=pl.len().over("of"))
        .sort("of", (pl.col("ratio") - pl.col("power")).abs(), "observation_id", "fact_id")
        .unique("of", keep="first", maintain_order=True)
        .select("of", "power", "compared", "observation_id", "value", "fact", "unit", "fact_id", "document_id")
    )


def _facts(figures: pl.DataFrame, *, core: Mapping[str, pl.DataFrame], today: dt.date) -> pl.DataFrame:
    """Return the figures of the facts on the same places and indicators."""
    places = figures.select("geo_code", "indicator_id").unique()
    raw = read_facts("observation").join(places, on=["geo_code", "indicator_id"], how="semi")
    documents = raw.select("document_id").unique().drop_nulls()
    documents = documents.with_columns(grade=pl.lit("U"), published=pl.lit(None, dtype=pl.Date))
    return candidates_from_raw(raw, **core, document=documents, today=today)[0]
