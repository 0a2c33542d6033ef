"""Links between places made of collaboration events, as each corridor sees them, with full and fractional weight.

An event with a home or a host makes directed links, from every home to every host; where it names only one of the two,
the other places that take part are the open end. An event with neither joins every pair of the places that take part.
A place and one it lies in make no pair. An event that names every member of a corridor says nothing of any two of them:
in that corridor it makes no link, unless it has both a home and a host. Measures of the network are
`collaboration_network`'s work.

    home Suzhou, host Wuhu                          Suzhou -> Wuhu
    home Suzhou, taking part Wuhu, Hefei            Suzhou -> Wuhu, Suzhou -> Hefei
    taking part Suzhou, Wuhu, Hefei                 Suzhou - Wuhu, Suzhou - Hefei, Wuhu - Hefei
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.collaboration.collaboration_by_path import happened, spans
from g60_pipeline.metrics.collaboration.contract import ALL_PATHS, CollaborationLink
from g60_pipeline.metrics.collaboration.named_places import (
    ABOVE,
    OUTSIDE,
    ancestry,
    named_places,
    naming_all,
    placements,
)
from g60_pipeline.metrics.collaboration.network_kernel import collaboration_link as kernel
from g60_pipeline.metrics.engine.frames import conform, row_id
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.total import metric_members

FORMULA: Final = "collaboration_link"

_PAIR: Final = ("corridor_id", "direction", "from_geo", "to_geo", "position")
_KEY: Final = (*_PAIR, "path", "span", "year")


@metric(CollaborationLink)
def collaboration_link(
    collaboration: pl.DataFrame, *, flow: pl.DataFrame, corridor_member: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Return `metrics.collaboration_link`; flows that name one place at each end are named and do not weigh."""
    collaboration, members = happened(collaboration), metric_members(corridor_member)
    where = placements(geography, members=members)
    lineage = ancestry(geography).filter(pl.col("distance") > 0).select(from_geo="geo_code", to_geo="ancestor")
    of_all = corridor_events(collaboration, members=members, geography=geography)
    pair = _placed(event_pairs(collaboration), where=where, lineage=lineage)
    weighed = pair.join(of_all, on=["corridor_id", "event_id"], how="anti").with_columns(
        pairs=pl.len().over("corridor_id", "event_id")
    )
    dated = weighed.filter(pl.col("position").is_not_null()).join(spans(collaboration), on="event_id")
    every = dated.with_columns(path=pl.lit(ALL_PATHS))
    links = (
        pl.concat([dated, every])
        .sort("event_id")
        .group_by(_KEY, maintain_order=True)
        .agg(
            event_ids=pl.col("event_id"),
            pair_counts=pl.col("pairs"),
            document_ids=pl.col("document_id").unique().sort(),
        )
    )
    flows = _placed(_flow_pairs(flow), where=where, lineage=lineage).filter(pl.col("position").is_not_null())
    printed = (
        _flow_spans(flows)
        .with_columns(path=pl.lit(ALL_PATHS))
        .group_by(_KEY)
        .agg(flow_ids=pl.col("flow_id").unique().sort(), flow_documents=pl.col("document_id").unique().sort())
    )
    none = pl.lit([], dtype=pl.List(pl.String))
    rows = links.join(printed, on=_KEY, how="full", coalesce=True, nulls_equal=True).with_columns(
        event_ids=pl.col("event_ids").fill_null(none),
        pair_counts=pl.col("pair_counts").fill_null(pl.lit([], dtype=pl.List(pl.UInt32))),
        flow_ids=pl.col("flow_ids").fill_null(none),
        document_ids=pl.concat_list(pl.col("document_ids", "flow_documents").fill_null(none)).list.unique().list.sort(),
        flags=none,
        formula_id=pl.lit(FORMULA),
    )
    when = pl.coalesce(pl.col("year").cast(pl.String), "span")
    named = row_id("collaboration_link", "corridor_id", "direction", "path", "from_geo", "to_geo", when)
    standing = _standing(geography, members=members)
    for end in ("from", "to"):
        of_end = standing.rename({"geo_code": f"{end}_geo", "members": f"{end}_members"})
        rows = rows.join(of_end, on=["corridor_id", f"{end}_geo"], how="left")
    placed = rows.with_columns(pl.col("from_members", "to_members").fill_null(none), metric_id=named, parent_ids=none)
    return conform(_weighed(placed), CollaborationLink)


def _weighed(links: pl.DataFrame) -> pl.DataFrame:
    made = [kernel(row) for row in links.select("pair_counts").iter_rows(named=True)]
    return links.with_columns(
        pl.Series(name, [float(row[name]) for row in made], dtype=pl.Float64)
        for name in ("events", "weight_fractional")
    )


def _standing(geography: pl.DataFrame, *, members: pl.DataFrame) -> pl.DataFrame:
    """Return `corridor_id`, `geo_code`, `members`: the members each place is or holds; a member is itself alone."""
    held = (
        ancestry(geography)
        .join(members, on="geo_code")
        .join(
            members.select("corridor_id", ancestor="geo_code", alone="geo_code"),
            on=["corridor_id", "ancestor"],
            how="left",
        )
        .filter(pl.col("alone").is_null() | (pl.col("distance") == 0))
    )
    return held.group_by("corridor_id", geo_code="ancestor").agg(members=pl.col("geo_code").sort())


def corridor_events(collaboration: pl.DataFrame, *, members: pl.DataFrame, geography: pl.DataFrame) -> pl.DataFrame:
    """Return `corridor_id`, `event_id` of the events of all members that make no link: their home or host is open."""
    both_ends = pl.col("from_geo").is_not_null() & pl.col("to_geo").is_not_null()
    return naming_all(named_places(collaboration.filter(~both_ends)), members=members, geography=geography)


def event_pairs(collaboration: pl.DataFrame) -> pl.DataFrame:
    """Return `event_id`, `direction`, `from_geo`, `to_geo`: the pairs of places every event names, as named."""
    named = named_places(collaboration)
    ends = collaboration.select("event_id", home="from_geo", host="to_geo")
    pair = (
        named.join(named, on="event_id", suffix="_to")
        .rename({"geo_code": "from_geo", "geo_code_to": "to_geo"})
        .filter(pl.col("from_geo") != pl.col("to_geo"))
        .join(ends, on="event_id")
    )
    open_ended = pl.col("home").is_null() & pl.col("host").is_null()
    at_home = (pl.col("home") == pl.col("from_geo")).fill_null(value=True)
    at_host = (pl.col("host") == pl.col("to_geo")).fill_null(value=True)
    directed = pair.filter(~open_ended & at_home & at_host).with_columns(direction=pl.lit("directed"))
    joined = pair.filter(open_ended & (pl.col("from_geo") < pl.col("to_geo"))).with_columns(
        direction=pl.lit("undirected")
    )
    return pl.concat([directed, joined]).select("event_id", "direction", "from_geo", "to_geo")


def _placed(pair: pl.DataFrame, *, where: pl.DataFrame, lineage: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs as each corridor sees them, once an event; `position` is null where no end concerns it."""
    ends = where.select("corridor_id", "geo_code", "node", "role")
    placed = (
        pair.join(ends.rename({"geo_code": "from_geo", "node": "from_node", "role": "from_role"}), on="from_geo")
        .join(ends.rename({"geo_code": "to_geo", "node": "to_node", "role": "to_role"}), on=["corridor_id", "to_geo"])
        .with_columns(from_geo="from_node", to_geo="to_node")
        .filter(pl.col("from_geo") != pl.col("to_geo"))
    )
    swapped = (pl.col("direction") == "undirected") & (pl.col("from_geo") > pl.col("to_geo"))
    above = (pl.col("from_role") == ABOVE) | (pl.col("to_role") == ABOVE)
    out = (pl.col("from_role") == OUTSIDE).cast(pl.Int8) + (pl.col("to_role") == OUTSIDE).cast(pl.Int8)
    reversed_lineage = lineage.select(from_geo="to_geo", to_geo="from_geo")
    return (
        placed.with_columns(
            from_geo=pl.when(swapped).then("to_geo").otherwise("from_geo"),
            to_geo=pl.when(swapped).then("from_geo").otherwise("to_geo"),
            position=pl.when(above)
            .then(pl.lit("undecided"))
            .when(out == 0)
            .then(pl.lit("within"))
            .when(out == 1)
            .then(pl.lit("outside")),
        )
        .drop("from_node", "to_node", "from_role", "to_role")
        .join(pl.concat([lineage, reversed_lineage]), on=["from_geo", "to_geo"], how="anti")
        .unique()
    )


def _flow_pairs(flow: pl.DataFrame) -> pl.DataFrame:
    """Return the flows that name one place at each end, as pairs."""
    single = (pl.col("from_geo").list.len() == 1) & (pl.col("to_geo").list.len() == 1)
    return flow.filter(single).select(
        "flow_id",
        "document_id",
        "year",
        direction=pl.when("directed").then(pl.lit("directed")).otherwise(pl.lit("undirected")),
        from_geo=pl.col("from_geo").list.first(),
        to_geo=pl.col("to_geo").list.first(),
    )


def _flow_spans(pair: pl.DataFrame) -> pl.DataFrame:
    """Return every flow twice: with all, and with its year or the undated."""
    own = pair.with_columns(span=pl.when(pl.col("year").is_null()).then(pl.lit("undated")).otherwise(pl.lit("year")))
    every = pair.with_columns(year=pl.lit(None, dtype=pl.Int32), span=pl.lit("all"))
    return pl.concat([own, every])
