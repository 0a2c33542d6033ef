"""Events on the four collaboration paths by place, corridor and year: how many, with whom, and what amounts they print.

Links between the places: `collaboration_link`; what amounts come to: `by_path_kernel`. An event counts once for every
place it names and once for a corridor; plans, totals and repeats of an event do not count, but their amounts are given
beside the others. What a larger place has, a member of it may have: such events reach the upper end only.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.collaboration.by_path_kernel import CAPPED, EXACT, LEFT_OUT, OPEN, amounts, counted
from g60_pipeline.metrics.collaboration.contract import CollaborationByPath
from g60_pipeline.metrics.collaboration.named_places import (
    ABOVE,
    WITHIN,
    ancestry,
    indistinct,
    named_places,
    naming_all,
    placements,
)
from g60_pipeline.metrics.engine.frames import conform, entity
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.normalize.reasons import reason_columns

FORMULA: Final = "collaboration_by_path"
NO_PLACE: Final = "no-place"
"""Stands in the identifier of a row for events that name no place."""

EVENT: Final = "event"
"""Nature of the records that are counted."""

PLAN: Final = "plan"
"""Nature of the records whose amounts were never paid."""

MONEY: Final = "cny_100m"
"""Unit all amounts of money are brought to."""

LAST_YEAR: Final = 9999
"""Year after which events without one are counted."""

_KEY: Final = ("corridor_id", "geo_code", "path", "span", "year")
_AMOUNT_FLAGS: Final = {
    "about": "rounded",
    "more_than": "lower_bound",
    "nearly": "upper_bound",
    "at_most": "upper_bound",
}


def happened(collaboration: pl.DataFrame) -> pl.DataFrame:
    """Return the records of events that happened, each event once."""
    return collaboration.filter(pl.col("nature") == EVENT)


@metric(CollaborationByPath)
def collaboration_by_path(
    collaboration: pl.DataFrame, *, corridor_member: pl.DataFrame, geography: pl.DataFrame, unit: pl.DataFrame
) -> pl.DataFrame:
    """Return `metrics.collaboration_by_path`."""
    members = metric_members(corridor_member)
    named = named_places(collaboration)
    places = named.group_by("event_id").agg(named=pl.col("geo_code").sort())
    whose = pl.concat(
        [
            _of_corridors(named, members=members, geography=geography),
            _of_places(named, members=members, geography=geography),
            _of_none(collaboration, named),
        ],
        how="diagonal",
    )
    events = (
        spans(collaboration)
        .join(whose, on="event_id")
        .join(places, on="event_id", how="left")
        .join(_amounts(collaboration, unit=unit), on="event_id")
    )
    bare = events.filter(pl.col("nature") == EVENT).group_by(_KEY).agg(*_counts())
    priced = (
        events.filter(pl.col("amount").is_not_null() & pl.col("unit").is_not_null())
        .sort("event_id")
        .group_by(*_KEY, "kind", "unit", maintain_order=True)
        .agg(*_counts(), *_printed())
    )
    rows = _computed(pl.concat([bare, priced], how="diagonal"))
    own = named_places(happened(collaboration))
    return conform(_with_coverage(rows, named=own, members=members, geography=geography), CollaborationByPath)


def spans(collaboration: pl.DataFrame) -> pl.DataFrame:
    """Return every event twice, `span` all and `span` year or undated, with `year` where the row is for one."""
    columns = ("event_id", "path", "document_id")
    own = collaboration.select(
        *columns, "year", span=pl.when(pl.col("year").is_null()).then(pl.lit("undated")).otherwise(pl.lit("year"))
    )
    every = collaboration.select(*columns, year=pl.lit(None, dtype=pl.Int32), span=pl.lit("all"))
    return pl.concat([own, every])


def _of_corridors(named: pl.DataFrame, *, members: pl.DataFrame, geography: pl.DataFrame) -> pl.DataFrame:
    """Return `corridor_id`, `event_id`, `certain` (names a member, not only a larger place), `of_all`."""
    of_all = naming_all(named, members=members, geography=geography).with_columns(of_all=pl.lit(value=True))
    return (
        named.join(placements(geography, members=members), on="geo_code")
        .filter(pl.col("role").is_in([WITHIN, ABOVE]))
        .group_by("corridor_id", "event_id")
        .agg(certain=(pl.col("role") == WITHIN).any())
        .join(of_all, on=["corridor_id", "event_id"], how="left")
        .with_columns(pl.col("of_all").fill_null(value=False))
    )


def _of_places(named: pl.DataFrame, *, members: pl.DataFrame, geography: pl.DataFrame) -> pl.DataFrame:
    """Return `geo_code`, `event_id`, `certain` for every place an event names; what is uncertain, for members only."""
    subjects = pl.concat([members.select("geo_code"), named.select("geo_code")]).unique()
    lineage = ancestry(geography).select("geo_code", "ancestor")
    own = named.join(lineage, on="geo_code").select("event_id", geo_code="ancestor", certain=pl.lit(value=True))
    larger = named.join(lineage, left_on="geo_code", right_on="ancestor").select(
        "event_id", geo_code="geo_code_right", certain=pl.lit(value=False)
    )
    return (
        pl.concat([own, larger.join(members, on="geo_code", how="semi")])
        .join(subjects, on="geo_code", how="semi")
        .group_by("geo_code", "event_id")
        .agg(pl.col("certain").any())
    )


def _of_none(collaboration: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Return `event_id`, `certain` of the events that name no place."""
    return collaboration.join(named, on="event_id", how="anti").select("event_id", certain=pl.lit(value=True))


def _amounts(collaboration: pl.DataFrame, *, unit: pl.DataFrame) -> pl.DataFrame:
    """Return the year and the amount of every record, with the wording of those that enter; plans and targets do not.

    Amounts of money are in one unit, so that they can be compared; all others keep their own.
    """
    (money,) = unit.filter(pl.col("unit") == MONEY).select("dimension", "power_of_ten").iter_rows()
    of_money = unit.filter(pl.col("dimension") == money[0]).select(
        amount_unit="unit", shift=money[1] - pl.col("power_of_ten")
    )
    form = pl.col("amount_form")
    enters = form.is_in([*EXACT, *CAPPED, *OPEN]) & (pl.col("nature") != PLAN)
    return collaboration.join(of_money, on="amount_unit", how="left", maintain_order="left").select(
        "event_id",
        "kind",
        "nature",
        "amount",
        started="year",
        unit=pl.when(pl.col("shift").is_not_null()).then(pl.lit(MONEY)).otherwise("amount_unit"),
        shift=pl.col("shift").fill_null(0),
        form=pl.when(enters.fill_null(value=False)).then(form).otherwise(pl.lit(LEFT_OUT)),
        amount_flag=form.replace_strict(_AMOUNT_FLAGS, default=None, return_dtype=pl.String),
    )


def _counts() -> list[pl.Expr]:
    certain = pl.col("certain")
    return [
        pl.col("started").filter(certain).fill_null(LAST_YEAR).sort().rle().struct.field("len").alias("year_counts"),
        pl.when(pl.col("of_all").is_not_null().any()).then(pl.col("of_all").sum()).alias("corridor_events"),
        pl.col("event_id").filter(certain).sort().alias("event_ids"),
        pl.col("event_id").filter(~certain).sort().alias("undecided_ids"),
        pl.col("document_id").unique().sort().alias("document_ids"),
        pl.col("named")
        .filter(certain)
        .list.explode(keep_nulls=False, empty_as_null=False)
        .unique()
        .sort()
        .alias("parties"),
    ]


def _printed() -> list[pl.Expr]:
    """Return the amounts of a group: of the certain events, then of those that only may be of the place."""
    certain, enters = pl.col("certain"), pl.col("form") != LEFT_OUT
    columns = {"printed_amounts": "amount", "amount_shifts": "shift", "amount_forms": "form"}
    return [
        *(pl.col(held).sort_by(~certain, "event_id").alias(name) for name, held in columns.items()),
        (certain & enters).sum().alias("amounts"),
        (certain & ~enters).sum().alias("amounts_left_out"),
        pl.col("amount_flag").drop_nulls().unique().sort().alias("flags"),
    ]


def _computed(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the numbers of events and what the amounts come to."""
    filled = rows.with_columns(
        pl.col("flags", "amount_forms").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        pl.col("printed_amounts").fill_null(pl.lit([], dtype=pl.List(pl.Float64))),
        pl.col("amount_shifts").fill_null(pl.lit([], dtype=pl.List(pl.Int32))),
        pl.col("amounts", "amounts_left_out").fill_null(0),
    )
    made = []
    for row in filled.iter_rows(named=True):
        events, sums = counted(row), amounts(row)
        ends = sums["value"]
        low, high = events["events_low"], events["events_high"]
        made.append((low, low if high is None else high, ends.value, ends.low, ends.high, sums["amount_sum"]))
    names = ("events_low", "events_high", "value", "value_low", "value_high", "amount_sum")
    numbers = [[None if end is None else float(end) for end in row] for row in made]
    return filled.hstack(pl.DataFrame(numbers, schema=dict.fromkeys(names, pl.Float64), orient="row"))


def _with_coverage(
    rows: pl.DataFrame, *, named: pl.DataFrame, members: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Add who can be told from a larger place, and take the number of events from rows where that is not so."""
    unclear = indistinct(named, geography=geography).select("geo_code", "named_as")
    of_corridor = (
        members.join(unclear, on="geo_code", how="left")
        .group_by("corridor_id")
        .agg(
            corridor_missing=pl.col("geo_code").filter(pl.col("named_as").is_not_null()).sort(),
            corridor_size=pl.len(),
        )
    )
    no_codes = pl.lit([], dtype=pl.List(pl.String))
    place = pl.col("geo_code").is_not_null()
    joined = rows.join(of_corridor, on="corridor_id", how="left").join(unclear, on="geo_code", how="left")
    counted = joined.with_columns(
        members_missing=pl.when(pl.col("named_as").is_not_null())
        .then(pl.concat_list("geo_code"))
        .otherwise(pl.coalesce("corridor_missing", no_codes)),
        members_expected=pl.coalesce("corridor_size", place.cast(pl.UInt32)),
    )
    open_count = (pl.col("members_missing").list.len() > 0) & (pl.col("events_high") > pl.col("events_low"))
    label = pl.coalesce(entity(), pl.lit(NO_PLACE))
    amount_label = pl.concat_str(pl.lit(":"), pl.col("kind"), pl.lit(":"), pl.col("unit")).fill_null("")
    when = pl.coalesce(pl.col("year").cast(pl.String), "span")
    return counted.with_columns(
        metric_id=pl.format("collaboration_by_path:{}:{}:{}{}", label, "path", when, amount_label),
        events=pl.when(~open_count).then("events_low"),
        value=pl.when(~open_count).then("value"),
        parent_ids=no_codes,
        party_count=pl.col("parties").list.len(),
        members_reporting=pl.col("members_expected") - pl.col("members_missing").list.len(),
        **reason_columns(
            (
                open_count,
                "larger_place",
                [
                    (pl.col("events_high") - pl.col("events_low")).cast(pl.Int64),
                    pl.col("members_missing").list.join(" "),
                ],
            ),
            (pl.col("kind").is_null() | pl.col("value").is_not_null(), None, []),
            (pl.col("amounts") == 0, "no_amount", []),
            (pl.col("amounts") > 1, "several_amounts", [pl.col("amounts")]),
            (pl.lit(value=True), "bound_amount", []),
        ),
        formula_id=pl.lit(FORMULA),
    )
