"""Which places an event names, and where these lie as seen from a corridor. Nothing is counted here.

A document may name a city, a district of it, or only the province. An event of a district is one of its city; an event
that names only the city may or may not be one of the district. So a member is named by its own code or that of a place
inside it, and what names only a larger place stays undecided for it: never its event, never dropped.

    an event names             in the corridor with Songjiang (310117)       in the one with all of Shanghai (310000)
    Songjiang, Suzhou          within, member Songjiang                      within, member Shanghai
    Shanghai, Suzhou           above: it may be Songjiang's                  within, member Shanghai
    Beijing, Suzhou            outside                                       outside
"""

from __future__ import annotations

from typing import Final

import polars as pl

WITHIN: Final = "within"
"""The place is a member, or lies in one."""

ABOVE: Final = "above"
"""A member lies in the place."""

OUTSIDE: Final = "outside"
"""Neither."""

SMALLEST: Final = 3
"""Members of a corridor from which naming all of them says more than which pair met."""

LARGER: Final = ("province", "prefecture", "district")
"""Levels of the places that can be named for a smaller one; nobody writes China for a district."""


def ancestry(geography: pl.DataFrame) -> pl.DataFrame:
    """Return `geo_code`, `ancestor`, `distance`: every place with itself (0) and all it lies in."""
    parent = dict(geography.select("geo_code", "parent_code").iter_rows())
    rows: list[tuple[str, str, int]] = []
    level = [(code, code) for code in parent]
    for distance in range(len(parent) + 1):
        rows += [(code, ancestor, distance) for code, ancestor in level]
        level = [(code, above) for code, ancestor in level if (above := parent.get(ancestor)) is not None]
    return pl.DataFrame(rows, schema={"geo_code": pl.String, "ancestor": pl.String, "distance": pl.Int32}, orient="row")


def named_places(collaboration: pl.DataFrame) -> pl.DataFrame:
    """Return `event_id`, `geo_code`: every place an event names as home, host or taking part, once."""
    ends = pl.concat_list("from_geo", "to_geo").list.drop_nulls()
    return (
        collaboration.select("event_id", geo_code=pl.concat_list("members", ends))
        .explode("geo_code", keep_nulls=False, empty_as_null=False)
        .unique()
        .sort("event_id", "geo_code")
    )


def placements(geography: pl.DataFrame, *, members: pl.DataFrame) -> pl.DataFrame:
    """Return where every place lies as seen from each corridor.

    Args:
        geography: `core.geography`.
        members: `corridor_id`, `geo_code` of the metric members.

    Returns:
        `corridor_id`, `geo_code`, `node` (the member a place is or lies in, the nearest where there are two; else the
        place itself) and `role`: within, above or outside.
    """
    lineage = ancestry(geography)
    member = members.select("corridor_id", member="geo_code")
    inside = (
        lineage.join(member, left_on="ancestor", right_on="member")
        .sort("corridor_id", "geo_code", "distance")
        .unique(["corridor_id", "geo_code"], keep="first", maintain_order=True)
        .select("corridor_id", "geo_code", inside="ancestor")
    )
    above = (
        lineage.filter(pl.col("distance") > 0)
        .join(member, left_on="geo_code", right_on="member")
        .select("corridor_id", geo_code="ancestor", above=pl.lit(value=True))
        .unique()
    )
    every = members.select("corridor_id").unique().join(geography.select("geo_code"), how="cross")
    key = ["corridor_id", "geo_code"]
    return (
        every.join(inside, on=key, how="left")
        .join(above, on=key, how="left")
        .select(
            *key,
            node=pl.coalesce("inside", "geo_code"),
            role=pl.when(pl.col("inside").is_not_null())
            .then(pl.lit(WITHIN))
            .when(pl.col("above"))
            .then(pl.lit(ABOVE))
            .otherwise(pl.lit(OUTSIDE)),
        )
        .sort(key)
    )


def indistinct(named: pl.DataFrame, *, geography: pl.DataFrame) -> pl.DataFrame:
    """Return the places whose events can not be told from those of a larger place they lie in.

    Those are the places of which more events name only a larger place than name them: most of what may be theirs is
    undecided, so none of their counts is a value.

    Args:
        named: Places named, of `named_places`.
        geography: `core.geography`.

    Returns:
        `geo_code`, `named_as` (the nearest larger place that is named, up to the province).
    """
    lineage = ancestry(geography)
    own = named.join(lineage, on="geo_code").select("event_id", geo_code="ancestor").unique()
    may_stand = geography.filter(pl.col("level").is_in(LARGER)).select(ancestor="geo_code")
    larger = lineage.filter(pl.col("distance") > 0).join(may_stand, on="ancestor")
    undecided = named.join(larger, left_on="geo_code", right_on="ancestor").select(
        "event_id", geo_code="geo_code_right", named_as="geo_code", distance="distance"
    )
    only_larger = undecided.join(own, on=["event_id", "geo_code"], how="anti")
    counted = own.group_by("geo_code").agg(own=pl.col("event_id").n_unique())
    return (
        only_larger.sort("geo_code", "distance", "named_as")
        .group_by("geo_code", maintain_order=True)
        .agg(pl.col("named_as").first(), only_larger=pl.col("event_id").n_unique())
        .join(counted, on="geo_code", how="left")
        .filter(pl.col("only_larger") > pl.col("own").fill_null(0))
        .select("geo_code", "named_as")
        .sort("geo_code")
    )


def naming_all(named: pl.DataFrame, *, members: pl.DataFrame, geography: pl.DataFrame) -> pl.DataFrame:
    """Return `corridor_id`, `event_id` of the events that name every member of a corridor of three or more.

    A member is named by its own code, by that of a place inside it, or by that of a larger place which holds no other
    member: where Shanghai is named beside the eight other cities, the list of the members is meant, whichever Shanghai.

    Args:
        named: Places named, of `named_places`.
        members: `corridor_id`, `geo_code` of the metric members.
        geography: `core.geography`.
    """
    member = members.select("corridor_id", member="geo_code")
    lineage = ancestry(geography).select("geo_code", "ancestor")
    own = lineage.join(member, left_on="ancestor", right_on="member").select(
        "corridor_id", "geo_code", member="ancestor"
    )
    larger = (
        lineage.filter(pl.col("geo_code") != pl.col("ancestor"))
        .join(member, left_on="geo_code", right_on="member")
        .group_by("corridor_id", geo_code="ancestor")
        .agg(member=pl.col("geo_code").first(), held=pl.len())
        .filter(pl.col("held") == 1)
        .drop("held")
    )
    sizes = member.group_by("corridor_id").agg(size=pl.len()).filter(pl.col("size") >= SMALLEST)
    return (
        named.join(pl.concat([own, larger]), on="geo_code")
        .group_by("corridor_id", "event_id")
        .agg(found=pl.col("member").n_unique())
        .join(sizes, on="corridor_id")
        .filter(pl.col("found") == pl.col("size"))
        .select("corridor_id", "event_id")
        .sort("corridor_id", "event_id")
    )
