"""Contracts of what live sources answered: figures, firms, pairs of cities, places, institutions; all values text.

`record_key` says what a row is about and stays the same from answer to answer; two vintages are compared by it. Which
snapshot a row was read from is added when the archive is replayed.
"""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts.columns import text


class LiveRow(dy.Schema):
    """What every row of a live source carries."""

    record_key = text("What the row is about, within its source.")
    locator = text("Answer it was read from, and where in it.")


class LiveFigure(LiveRow):
    """Figures of live sources as published."""

    series = text("Publisher's code of the series.")
    place = text("Publisher's code of the place.")
    period_kind = text("year, date or census.")
    period = text("YYYY or YYYY-MM-DD; empty for the day the figure was first retrieved.", nullable=True)
    value = text("Digits as published.")
    unit = text("Unit as declared in the answer, where it declares one.", nullable=True)
    status = text("Status as the publisher codes it: preliminary, or nothing.", nullable=True)
    flags = text("Flags of the figure, separated by semicolons, such as lower_bound.", nullable=True)
    note = text("What a reader must know besides.", nullable=True)


class LiveListing(LiveRow):
    """STAR Market firms as the exchange lists them."""

    stock_code = text("Stock code.")
    short_name_zh = text("Short name; null in the first days, when the list prints '-'.", nullable=True)
    full_name_zh = text("Registered name.", nullable=True)
    list_date = text("First day of trading, YYYY-MM-DD.")
    delist_date = text("Day of delisting, YYYY-MM-DD.", nullable=True)
    province_zh = text("Province as published.")
    registered_address = text("Registered address, where a profile is held.", nullable=True)
    office_address = text("Office address, where a profile is held.", nullable=True)
    industry_zh = text("Industry as published.", nullable=True)


class LivePair(LiveRow):
    """Works with authors in two cities, by year."""

    place_1 = text("Code of the first city.")
    place_2 = text("Code of the second city.")
    year = text("Year of publication.")
    works = text("Number of works.")
    institutions_1 = text("Institutions asked for in the first city.")
    institutions_2 = text("Institutions asked for in the second city.")
    flags = text("Flags of the count, separated by semicolons, such as lower_bound.", nullable=True)
    note = text("What a reader must know besides: a truncated list, two answers that differed.", nullable=True)


class LivePlace(LiveRow):
    """Coordinates of places."""

    place = text("Code of the place.")
    item = text("Publisher's identifier of the place.")
    label = text("Publisher's name of the place.", nullable=True)
    longitude = text("Longitude, degrees.")
    latitude = text("Latitude, degrees.")


class LiveInstitution(LiveRow):
    """Institutions of the cities whose works are counted."""

    place = text("Code of the city.")
    institution = text("Publisher's identifier of the institution.")
    name = text("Publisher's name of it.")
    works = text("Works the publisher counts for it in all.")
    covered_by = text("Institution above it in the same city, whose count covers it.", nullable=True)


LIVE: Final[dict[str, type[dy.Schema]]] = {
    "figures": LiveFigure,
    "listings": LiveListing,
    "pairs": LivePair,
    "places": LivePlace,
    "institutions": LiveInstitution,
}
"""Kind of rows a connector reads out of its answers -> their contract."""


def live_frame(kind: str, rows: list[dict[str, str | None]]) -> pl.DataFrame:
    """Return rows of one kind as a frame in the order of the contract; a missing key is null."""
    names = LIVE[kind].column_names()
    return pl.DataFrame(
        [[row.get(name) for name in names] for row in rows], schema=dict.fromkeys(names, pl.String), orient="row"
    )


class LiveVintage(dy.Schema):
    """What replaying the archive adds to a live row: the snapshot that first said so, and how long it held."""

    source_id = text("Live source.")
    part = text("Part of the source the row belongs to; empty for an undivided one.")
    snapshot_id = text("Snapshot that first held the row as it stands.", references="core.snapshot.snapshot_id")
    retrieved_at = dy.Datetime(time_zone="UTC", description="When that snapshot was fetched.")
    withdrawn = dy.Date(nullable=True, description="Day a newer answer no longer held the row.")
    superseded = dy.Date(nullable=True, description="Day a newer answer, or a newer edition, replaced the row.")
    came_later = dy.Bool(description="Whether it came after the first answer of its part: it was not known before.")
    current = dy.Bool(description="Whether the newest answer still says so.")


class FigureVintage(LiveFigure, LiveVintage):
    """Figures of live sources, every vintage: a value that changed is there twice, with the day each was first seen."""


class ListingVintage(LiveListing, LiveVintage):
    """STAR Market firms as the exchange listed them, every vintage. Terms: ask before republishing."""


class PairVintage(LivePair, LiveVintage):
    """Works with authors in two cities, every vintage."""


class PlaceVintage(LivePlace, LiveVintage):
    """Coordinates of places as a live source gives them, every vintage."""


class InstitutionVintage(LiveInstitution, LiveVintage):
    """Institutions of the cities as a live source lists them, every vintage."""


VINTAGES: Final[dict[str, type[dy.Schema]]] = {
    "figures": FigureVintage,
    "listings": ListingVintage,
    "pairs": PairVintage,
    "places": PlaceVintage,
    "institutions": InstitutionVintage,
}
"""Kind of rows -> contract of their vintages."""
