"""STAR Market listing records, and their tally by place and month end.

A firm counts from its listing day on and no longer from its delisting day on. A firm whose city is not known is counted
in its province and in China, never in a city: the cities of that province then carry a lower bound, and the number of
unplaced firms is kept beside it under its own basis.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from g60_pipeline.catalog.addresses import AddressRules
from g60_pipeline.contracts.core.figures import ObservationCandidate, StarListing
from g60_pipeline.contracts.frames import dtypes_of
from g60_pipeline.contracts.issues import Issue
from g60_pipeline.normalize.address_finder import SHANGHAI
from g60_pipeline.normalize.addresses import resolve
from g60_pipeline.normalize.expressions import full_date
from g60_pipeline.normalize.observations import CANDIDATE_COLUMNS
from g60_pipeline.normalize.rules import Rule, apply_rules, known, required, unique, unreadable

INDICATOR: Final = "star_listed"
TALLY: Final = "tally"
UNPLACED: Final = "tally_unplaced"
NATION: Final = "100000"
UNKNOWN_CITY: Final = "unknown"


def star_listings(
    raw: pl.DataFrame, *, geography: pl.DataFrame, document: pl.DataFrame, rules: AddressRules
) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the listing records of the facts in the form of `core.star_listing`, and the issues of those refused.

    A registered address that a document prints places the firm in a district; the city stays as its list has it.
    """
    provinces = province_codes(geography)
    checks = [
        *required(["stock_code", "short_name_zh", "list_date", "province_zh", "city_basis", "document_id"]),
        unique("stock_code"),
        known("geo_code", geography["geo_code"].to_list(), "geography_code"),
        known("document_id", document["document_id"].to_list(), "document"),
        known("province_zh", list(provinces), "province"),
        unreadable("list_date", full_date("list_date"), what="date", remedy="remedy.day"),
        unreadable("delist_date", full_date("delist_date"), what="date", remedy="remedy.day"),
        Rule(
            "city_without_basis",
            "city_basis",
            (pl.col("city_basis") == UNKNOWN_CITY) != pl.col("city_zh").is_null(),
        ),
        known("address_document_id", document["document_id"].to_list(), "document"),
        Rule(
            "address_without_document",
            "registered_address",
            pl.col("registered_address").is_not_null() & pl.col("address_document_id").is_null(),
        ),
    ]
    kept, issues = apply_rules(raw, checks)
    unheard = kept.with_columns(
        full_name_zh=pl.lit(None, dtype=pl.String), office_address=pl.lit(None, dtype=pl.String)
    )
    districts = resolve(unheard, rules).select("district_zh", "district_code", "district_rule")
    listings = kept.hstack(districts).with_columns(
        list_date=full_date("list_date"),
        delist_date=full_date("delist_date"),
        province_code=pl.col("province_zh").replace_strict(provinces, return_dtype=pl.String),
        geo_code=pl.coalesce(
            "geo_code", pl.col("city_zh").replace_strict(_cities(geography), default=None, return_dtype=pl.String)
        ),
    )
    empty = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in dtypes_of(StarListing).items()
        if name not in listings.columns
    ]
    return listings.with_columns(empty).select(StarListing.column_names()).sort("stock_code"), issues


def province_codes(geography: pl.DataFrame) -> dict[str, str]:
    """Return every name of a province with its code."""
    provinces = geography.filter(pl.col("level") == "province")
    return {
        alias: code
        for code, name_zh, short_zh, aliases in provinces.select(
            "geo_code", "name_zh", "short_zh", "aliases"
        ).iter_rows()
        for alias in (name_zh, short_zh, *aliases)
    }


def tally(
    listings: pl.DataFrame,
    *,
    geography: pl.DataFrame,
    corridor_member: pl.DataFrame,
    document: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    complete_until: dt.date | None = None,
) -> pl.DataFrame:
    """Return the tally as candidates: members of the corridors, their provinces and China, at every complete month end.

    Args:
        listings: `core.star_listing`.
        geography: `core.geography`.
        corridor_member: `core.corridor_member`; the places to tally are the members and their parents.
        document: `core.document`, for grade and date.
        indicator_basis: `core.indicator_basis`, for the unit.
        complete_until: Day up to which the records are known to be complete, where there is a list of the exchange.

    Returns:
        Candidates on the bases `tally` and `tally_unplaced`. The last month end is the one before the newest record,
        because the newest month may not be complete; or the last one by `complete_until`. A district is counted once
        the district of any firm of its city is known; firms of the city without one make it a lower bound. Cited is the
        newest list of the exchange, where one is in force; which one it was on earlier days: `star_vintages`.
    """
    unit = indicator_basis.row(
        by_predicate=(pl.col("indicator_id") == INDICATOR) & (pl.col("basis") == TALLY), named=True
    )["unit"]
    dtypes = pl.Schema({name: ObservationCandidate.columns()[name].dtype for name in CANDIDATE_COLUMNS})
    if listings.is_empty():
        return pl.DataFrame(schema=dtypes)
    ends = _month_ends(listings, complete_until)
    counted = listings.join(ends, how="cross").filter(
        (pl.col("list_date") <= pl.col("period_end"))
        & (pl.col("delist_date").is_null() | (pl.col("delist_date") > pl.col("period_end")))
    )
    provinces = geography.filter(pl.col("level") == "province")["geo_code"].to_list()
    members = corridor_member["geo_code"].unique().to_list()
    kinds = ["prefecture", "province", *(["district"] if listings["district_zh"].is_not_null().any() else [])]
    places = geography.filter(pl.col("geo_code").is_in(members) & pl.col("level").is_in(kinds))
    parents = places["parent_code"].drop_nulls().to_list()
    cities = places.filter(pl.col("level") == "prefecture").select("geo_code", "parent_code")
    used_provinces = sorted({p for p in [*parents, *places["geo_code"].to_list()] if p in provinces})
    nation = _count(counted.with_columns(place=pl.lit(NATION)), ends, [NATION])
    province = _count(counted.with_columns(place="province_code"), ends, used_provinces)
    unplaced = _count(counted.filter(_unplaced(listings)).with_columns(place="province_code"), ends, used_provinces)
    city = _count(counted.with_columns(place="geo_code"), ends, cities["geo_code"].to_list())
    slack = unplaced.select(parent_code="place", period_end="period_end", slack="n")
    city = city.join(cities.rename({"geo_code": "place"}), on="place").join(
        slack, on=["parent_code", "period_end"], how="left"
    )
    rows = pl.concat(
        [
            nation.with_columns(basis=pl.lit(TALLY), slack=pl.lit(0, dtype=pl.UInt32)),
            province.with_columns(basis=pl.lit(TALLY), slack=pl.lit(0, dtype=pl.UInt32)),
            unplaced.with_columns(basis=pl.lit(UNPLACED), slack=pl.lit(0, dtype=pl.UInt32)),
            city.select("place", "period_end", "n", basis=pl.lit(TALLY), slack=pl.col("slack").fill_null(0)),
        ],
        how="diagonal",
    )
    rows = pl.concat([rows, _districts(counted, ends, places=places, columns=rows.columns)])
    return _candidates(rows, listings=listings, document=document, unit=unit).cast(dtypes)


def _districts(counted: pl.DataFrame, ends: pl.DataFrame, *, places: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Return the count of each district, and of the firms of its city whose district is not known."""
    districts = places.filter(pl.col("level") == "district").select(place="geo_code", above="parent_code")
    known = counted.with_columns(place="district_code")
    missing = counted.filter(pl.col("district_zh").is_null()).with_columns(place="province_code")
    slack = _count(missing, ends, districts["above"].unique().to_list()).select(
        above="place", period_end="period_end", slack="n"
    )
    return (
        _count(known, ends, districts["place"].to_list())
        .join(districts, on="place")
        .join(slack, on=["above", "period_end"])
        .with_columns(basis=pl.lit(TALLY))
        .select(columns)
    )


def _unplaced(listings: pl.DataFrame) -> pl.Expr:
    """Return whether a firm may lie in any member of its province: its city, or its district of Shanghai, is open."""
    districts = listings["district_zh"].is_not_null().any()
    open_district = (pl.col("province_code") == SHANGHAI) & pl.col("district_zh").is_null() & pl.lit(districts)
    return (pl.col("city_basis") == UNKNOWN_CITY) | open_district


def _cities(geography: pl.DataFrame) -> dict[str, str]:
    cities = geography.filter(pl.col("level").is_in(["prefecture", "province"]))
    return {
        name: code
        for code, name_zh, short_zh, aliases in cities.select("geo_code", "name_zh", "short_zh", "aliases").iter_rows()
        for name in (name_zh, short_zh, *aliases)
    }


def _month_ends(listings: pl.DataFrame, complete_until: dt.date | None) -> pl.DataFrame:
    days = listings.select(pl.col("list_date").min().alias("first"), pl.col("list_date").max().alias("last"))
    first: dt.date = days["first"][0]
    last: dt.date = days["last"][0]
    if complete_until is not None:
        last = complete_until + dt.timedelta(days=1)
    months = pl.date_range(first.replace(day=1), last.replace(day=1), "1mo", eager=True)
    return pl.DataFrame({"period_end": months[:-1].dt.month_end()})


def _count(counted: pl.DataFrame, ends: pl.DataFrame, places: list[str]) -> pl.DataFrame:
    grid = pl.DataFrame({"place": places}, schema={"place": pl.String}).join(ends, how="cross")
    counts = counted.group_by("place", "period_end").agg(n=pl.len())
    return grid.join(counts, on=["place", "period_end"], how="left").with_columns(pl.col("n").fill_null(0))


def _main_document(listings: pl.DataFrame) -> str:
    """Return the newest list of the exchange where one is in force, else the document most records are cited from."""
    lists = listings.filter(pl.col("snapshot_id").is_not_null()).sort("snapshot_id")
    if lists.height:
        return str(lists["document_id"][-1])
    cited = listings.group_by("document_id").len().sort("len", "document_id", descending=[True, False])
    return str(cited["document_id"][0])


def _candidates(rows: pl.DataFrame, *, listings: pl.DataFrame, document: pl.DataFrame, unit: str) -> pl.DataFrame:
    main = _main_document(listings)
    cited = document.row(by_predicate=pl.col("document_id") == main, named=True)
    empty = pl.lit([], dtype=pl.List(pl.String))
    return rows.select(
        observation_id=pl.format(
            "{}:{}:{}",
            pl.when(pl.col("basis") == TALLY).then(pl.lit("TALLY")).otherwise(pl.lit("UNPLACED")),
            "place",
            "period_end",
        ),
        geo_code="place",
        indicator_id=pl.lit(INDICATOR),
        basis="basis",
        period_kind=pl.lit("point_in_time"),
        period_start="period_end",
        period_end="period_end",
        year=pl.col("period_end").dt.year().cast(pl.Int32),
        value=pl.col("n").cast(pl.Float64),
        unit=pl.lit(unit),
        value_as_published=pl.col("n").cast(pl.String),
        unit_as_published=pl.lit(unit),
        status=pl.lit("unstated"),
        round=pl.lit("unknown"),
        flags=pl.when(pl.col("slack") > 0).then(pl.lit(["lower_bound"])).otherwise(empty),
        grade=pl.lit(cited["grade"]),
        document_id=pl.lit(main),
        published=pl.lit(cited["published"], dtype=pl.Date),
        locator=pl.lit("core.star_listing, one row a firm"),
        note=pl.when(pl.col("slack") > 0).then(
            pl.format("{} firm(s) around it have no known place and may be here", "slack")
        ),
        confirmed_by=pl.lit(None, dtype=pl.String),
        origin=pl.lit("counted from core.star_listing (formula star_tally)"),
    ).select(CANDIDATE_COLUMNS)
