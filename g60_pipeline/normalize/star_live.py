"""STAR Market firms by the exchange's own list, which replaces the records of the facts; placed by their address.

The list decides who is listed since when; the address rules decide where. A firm they do not place keeps the city and,
while it has not left it, the district that a document of the facts gives it, or none: nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import polars as pl

from g60_pipeline.catalog.addresses import AddressRules
from g60_pipeline.contracts.core.figures import StarListing
from g60_pipeline.contracts.issues import Issue
from g60_pipeline.normalize.addresses import resolve, unresolved
from g60_pipeline.normalize.expressions import full_date
from g60_pipeline.normalize.live_rows import china_day, live_document
from g60_pipeline.normalize.rules import Rule, apply_rules
from g60_pipeline.normalize.star import UNKNOWN_CITY, province_codes

SOURCE: Final = "sse_star"
"""Live source of the list."""

_OF_AN_ADDRESS: Final = ("registered_address", "district_zh", "district_code", "district_rule")

FROM_RECORD: Final = "exchange_record"
"""Basis of a city read from the exchange's own record of the firm."""


def with_live(
    facts: pl.DataFrame, live: pl.DataFrame, *, rules: AddressRules, geography: pl.DataFrame
) -> tuple[pl.DataFrame, list[Issue]]:
    """Return `core.star_listing` and the issues of live rows refused.

    Args:
        facts: Listing records of the facts, in the form of `core.star_listing`.
        live: `raw.live_listing`; its current rows count. A firm of the facts that the exchange listed once and lists no
            more stays out; one that was on none of its lists yet is counted; both are issues.
        rules: Address rules of the catalog.
        geography: `core.geography`.
    """
    now = live.filter("current")
    if now.is_empty():
        return facts, []
    provinces = province_codes(geography)
    of_facts = facts.select(pl.all().name.prefix("fact_"))
    placed = (
        resolve(now, rules)
        .join(of_facts, left_on="stock_code", right_on="fact_stock_code", how="left", maintain_order="left")
        .with_columns(
            province_code=pl.coalesce(
                pl.col("province_zh").replace_strict(provinces, default=None, return_dtype=pl.String),
                "fact_province_code",
            ),
            file=pl.format("archive/snapshots/{}/{}.json", "source_id", "snapshot_id"),
            line=pl.lit(None, dtype=pl.Int32),
        )
    )
    kept, issues = apply_rules(placed, [_unknown_province()])
    by_rule = pl.col("city_rule").is_not_null()
    stays = ~by_rule | (pl.col("geo_code") == pl.col("fact_geo_code"))
    from_facts = pl.col("district_zh").is_null() & pl.col("fact_district_zh").is_not_null() & stays
    rows = kept.with_columns(
        short_name_zh=pl.coalesce("short_name_zh", "fact_short_name_zh", "full_name_zh", "stock_code"),
        list_date=full_date("list_date"),
        delist_date=full_date("delist_date"),
        geo_code=pl.when(by_rule).then("geo_code").otherwise("fact_geo_code"),
        city_zh=pl.when(by_rule).then("city_zh").otherwise("fact_city_zh"),
        city_basis=pl.when(by_rule)
        .then(pl.lit(FROM_RECORD))
        .otherwise(pl.col("fact_city_basis").fill_null(UNKNOWN_CITY)),
        document_id=live_document(),
        **{name: pl.when(from_facts).then(f"fact_{name}").otherwise(name) for name in _OF_AN_ADDRESS},
        address_document_id=pl.when(from_facts).then("fact_address_document_id"),
    ).select(StarListing.column_names())
    others = facts.join(kept, on="stock_code", how="anti")
    listed_once = others.join(live, on="stock_code", how="semi")
    gone = listed_once.filter(pl.col("list_date") <= _fetched(live))
    issues += [_gone(row) for row in gone.iter_rows(named=True)]
    issues += [_never_listed(row) for row in others.join(live, on="stock_code", how="anti").iter_rows(named=True)]
    return pl.concat([rows, others.join(gone, on="stock_code", how="anti")]).sort("stock_code"), issues


def complete_until(snapshot: pl.DataFrame) -> dt.date | None:
    """Return the last month end up to which the exchange's list is complete; None where no list is in force."""
    held = snapshot.filter((pl.col("source_id") == SOURCE) & (pl.col("state") == "in force"))
    return held["holds_until"].max() if held.height else None  # type: ignore[return-value]  # a column of dates


def days_seen(snapshot: pl.DataFrame) -> pl.DataFrame:
    """Return the days on which a list of the exchange was seen, and the document of the list each saw.

    Returns:
        `seen`, `document_id` and `fetched`, the day that list was fetched; of every list the first day in each month,
        whether it was kept then or found unchanged. Of a day on which it changed the last one.
    """
    held = snapshot.filter((pl.col("source_id") == SOURCE) & pl.col("state").is_in(["in force", "superseded"]))
    return (
        held.sort("fetched_at", "snapshot_id")
        .select("document_id", seen="seen_on", fetched=china_day("fetched_at"))
        .explode("seen", keep_nulls=False, empty_as_null=False)
        .unique("seen", keep="last", maintain_order=True)
        .sort("seen")
    )


def unplaced(listings: pl.DataFrame, live: pl.DataFrame, *, rules: AddressRules) -> pl.DataFrame:
    """Return the firms a person has to place: their address, what is not known, and what to do.

    Args:
        listings: `core.star_listing`; a firm that a document of the facts places is not listed for its city.
        live: `raw.live_listing`.
        rules: Address rules of the catalog.
    """
    open_cases = unresolved(resolve(live.filter("current"), rules))
    by_document = listings.filter(
        pl.col("snapshot_id").is_not_null()
        & ~pl.col("city_basis").is_in([FROM_RECORD, UNKNOWN_CITY])
        & (pl.col("province_code") != "310000")
    )
    return open_cases.join(by_document, on="stock_code", how="anti")


def _fetched(live: pl.DataFrame) -> dt.date:
    """Return the day of the newest answer among the rows."""
    day: dt.date = live.select(china_day().max()).item()
    return day


def _gone(row: dict[str, Any]) -> Issue:
    return _of_firm(f"archive/snapshots/{SOURCE}", "gone_from_the_list", row)


def _never_listed(row: dict[str, Any]) -> Issue:
    return _of_firm("facts/star_listings.csv", "never_on_the_list", row)


def _of_firm(file: str, rule: str, row: dict[str, Any]) -> Issue:
    code = row["stock_code"]
    where = {"column": "stock_code", "value": code}
    return Issue.of(f"{file}, firm {code}", rule, **where, name=row["short_name_zh"], code=code)


def _unknown_province() -> Rule:
    return Rule("unknown_province", "province_zh", pl.col("province_code").is_null(), "remedy.alias")
