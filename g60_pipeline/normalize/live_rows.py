"""Live rows in the forms of the warehouse: figures, joint papers, institutions, coordinates. STAR: `star_live`.

Which series is which indicator is in the `source.yaml` of the source; a figure enters through the same rules as a
printed one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from g60_pipeline.catalog import LiveSource
from g60_pipeline.contracts.core.snapshots import Coordinate, Copublication, Institution
from g60_pipeline.contracts.raw import Observation
from g60_pipeline.normalize.expressions import word_list

EARTH_KM: Final = 6371.0
"""Mean radius of the Earth."""

VINTAGE_COLUMNS: Final = ("snapshot_id", "retrieved_at", "withdrawn", "superseded")
"""What a candidate keeps of the vintage it comes from."""


def figure_id() -> pl.Expr:
    """Return the identifier of a live figure: source, row and the snapshot it is first in."""
    return pl.format("{}:{}@{}", "source_id", "record_key", "snapshot_id")


def live_document(source_id: str | pl.Expr = "source_id") -> pl.Expr:
    """Return the identifier of the document a live row is cited from."""
    return pl.format("LIVE-{}-{}", source_id, "snapshot_id")


def china_day(column: str = "retrieved_at") -> pl.Expr:
    """Return the day of a time, where the publishers are."""
    return pl.col(column).dt.convert_time_zone("Asia/Shanghai").dt.date()


def live_observations(figures: pl.DataFrame, plans: Sequence[LiveSource]) -> pl.DataFrame:
    """Return live figures in the form of `raw.observation`, one row a vintage.

    Args:
        figures: Vintages of live figures.
        plans: Live sources of the catalog; a series or place they do not name is not taken.
    """
    meant = pl.DataFrame(
        [
            (plan.source_id, s.series, publisher_place, geo_code, s.indicator_id, s.basis, s.unit)
            for plan in plans
            for s in plan.series
            for publisher_place, geo_code in s.places.items()
        ],
        schema=dict.fromkeys(
            ("source_id", "series", "place", "geo_code", "indicator_id", "basis", "canonical"), pl.String
        ),
        orient="row",
    )
    day = china_day().cast(pl.String)
    rows = figures.join(meant, on=["source_id", "series", "place"], how="inner", maintain_order="left").with_columns(
        file=pl.format("archive/snapshots/{}/{}.json", "source_id", "snapshot_id"),
        line=pl.int_range(2, pl.len() + 2, dtype=pl.Int32),
        row_id=figure_id(),
        period=pl.coalesce("period", day),
        unit="canonical",
        document_id=live_document(),
    )
    empty = [pl.lit(None, dtype=pl.String).alias(c) for c in Observation.column_names() if c not in rows.columns]
    return rows.with_columns(empty).select(Observation.column_names())


def with_vintage(candidates: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Return candidates with snapshot, time of retrieval, the days they were replaced or withdrawn, and known since.

    Args:
        candidates: Candidates, those of live figures among them; a withdrawn one is flagged.
        figures: Vintages of live figures. One that came after the first answer of its part, as a change or as an
            addition, was not known before it was fetched, whatever day its publisher gives.
    """
    known = figures.select(figure_id().alias("observation_id"), "locator", "came_later", *VINTAGE_COLUMNS)
    joined = candidates.drop(VINTAGE_COLUMNS, strict=False).join(
        known.rename({"locator": "answer"}), on="observation_id", how="left", maintain_order="left"
    )
    withdrawn = (
        pl.when(pl.col("withdrawn").is_not_null())
        .then(pl.lit(["withdrawn"]))
        .otherwise(pl.lit([], dtype=pl.List(pl.String)))
    )
    return joined.with_columns(
        flags=pl.concat_list("flags", withdrawn).list.unique().list.sort(),
        origin=pl.when(pl.col("snapshot_id").is_null())
        .then("origin")
        .otherwise(pl.format("archive, snapshot {}, answer {}", "snapshot_id", "answer")),
        known_from=pl.when(pl.col("came_later").fill_null(value=False))
        .then(pl.max_horizontal("published", china_day()))
        .otherwise("published"),
    ).drop("answer", "came_later")


def without_vintage(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return candidates that come from no row of a live source, with the empty columns of a vintage."""
    return candidates.with_columns(
        snapshot_id=pl.lit(None, dtype=pl.String),
        retrieved_at=pl.lit(None, dtype=pl.Datetime("us", "UTC")),
        withdrawn=pl.lit(None, dtype=pl.Date),
    )


def copublications(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return `core.copublication`."""
    swapped = pl.col("place_1") > pl.col("place_2")
    rows = pairs.with_columns(
        geo_code_1=pl.when(swapped).then("place_2").otherwise("place_1"),
        geo_code_2=pl.when(swapped).then("place_1").otherwise("place_2"),
        institutions_1=pl.when(swapped).then("institutions_2").otherwise("institutions_1"),
        institutions_2=pl.when(swapped).then("institutions_1").otherwise("institutions_2"),
        document_id=live_document(),
        flags=word_list("flags"),
    )
    return rows.select(_cast(Copublication, rows)).sort("geo_code_1", "geo_code_2", "year", "retrieved_at")


def institutions(listed: pl.DataFrame) -> pl.DataFrame:
    """Return `core.institution`: the institutions the newest answers list."""
    rows = listed.filter("current").rename({"place": "geo_code", "institution": "institution_id"})
    rows = rows.with_columns(document_id=live_document())
    return rows.select(_cast(Institution, rows)).sort("institution_id", "source_id")


def coordinates(places: pl.DataFrame, *, geography: pl.DataFrame) -> pl.DataFrame:
    """Return `core.coordinate`: the newest answers on places of the catalog, with the great-circle distance."""
    ours = geography.select("geo_code", home_longitude="longitude", home_latitude="latitude")
    rows = (
        places.filter("current")
        .rename({"place": "geo_code"})
        .join(ours, on="geo_code", how="inner")
        .with_columns(pl.col("longitude", "latitude").cast(pl.Float64), document_id=live_document())
        .with_columns(kilometres_apart=_distance())
    )
    return rows.select(_cast(Coordinate, rows)).sort("geo_code", "source_id")


def _distance() -> pl.Expr:
    """Return the haversine distance between the two points of a row, in km."""
    lat1, lat2 = pl.col("home_latitude").radians(), pl.col("latitude").radians()
    half_lat = (lat2 - lat1) / 2
    half_lon = (pl.col("longitude") - pl.col("home_longitude")).radians() / 2
    chord = half_lat.sin().pow(2) + lat1.cos() * lat2.cos() * half_lon.sin().pow(2)
    return 2 * EARTH_KM * chord.sqrt().arcsin()


def _cast(schema: Any, rows: pl.DataFrame) -> list[pl.Expr]:
    return [pl.col(name).cast(column.dtype) for name, column in schema.columns().items() if name in rows.columns]
