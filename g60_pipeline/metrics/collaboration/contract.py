"""Contracts of collaboration events: by path, links, networks; and what every row made of records carries.

These rows count events and documents, not figures of an indicator, so they do not share the form of
`engine.contract.Metric`.
"""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.vocabulary import PATHS
from g60_pipeline.metrics.engine.contract import MetricRow, WithinEnds

SPANS: Final = ("year", "undated", "all")
"""What a row gathers: one year of start, the events whose start is not known, or all events."""

ALL_PATHS: Final = "all"
"""Path of the rows that gather the four paths."""

DIRECTIONS: Final = ("directed", "undirected")
"""A link runs from home to host, or joins two of the places that take part."""

POSITIONS: Final = ("within", "outside", "undecided")
"""Both ends are members; one is not; an end is a larger place, a member or several of which lie in it."""

WEIGHTS: Final = ("none", "full", "fractional")
"""How links weigh in a measure: not at all, 1 per event, or 1 / number of pairs of the event."""

GRAPH_MEASURES: Final = ("density", "components", "ei_corridor", "ei_province")
"""Measures of a whole network."""

NODE_MEASURES: Final = (
    "degree",
    "in_degree",
    "out_degree",
    "strength",
    "in_strength",
    "out_strength",
    "betweenness",
    "eigenvector",
    "ei_corridor",
)
"""Measures of a member in a network."""


class Record(MetricRow):
    """What every row made of records in words carries."""

    year = c.year("Year; empty where the row is not for one year.", nullable=True)
    document_ids = c.words("Documents behind the row.", references="core.document.document_id")


class EventRecord(Record):
    """What every row made of collaboration events carries."""

    span = c.one_of(SPANS, "year, undated (events whose start is not known) or all.")
    event_ids = c.words("Events counted.", references="core.collaboration.event_id")

    @dy.rule()
    def year_where_span_is_year(cls) -> pl.Expr:
        """There is a year exactly where the row is for a year."""
        return pl.col("year").is_not_null() == (pl.col("span") == "year")


class CollaborationByPath(EventRecord):
    """Events on the four paths by place, corridor and year of start: how many, with whom, and what amounts are printed.

    An event counts once for every place it names and once for a corridor, so cities do not add up to the corridor. A
    place has the events that name it or a place inside it; those that name only a larger place may or may not be its
    own and reach the upper end. Plans, totals and repeats are no events of their own. Rows with `kind` and `unit` give
    the amounts printed for one kind in one unit, those of totals and repeats among them: there every record counts. An
    amount is that of the whole event, and may contain another. Rows of neither corridor nor place name no place.
    """

    corridor_id = c.text("Corridor the row is for.", nullable=True, references="core.corridor.corridor_id")
    geo_code = c.code("Place the row is for.", nullable=True)
    path = c.one_of(PATHS, "One of the four paths.")
    kind = c.text("Kind of event of the amounts; empty in the row of all events.", nullable=True)
    unit = c.text(
        "Unit of the amounts; money stands in 100 million yuan.",
        nullable=True,
        references="core.unit.unit",
        role="subject",
    )
    events = c.count("Events; empty where they can not be told from those of a larger place.", nullable=True)
    events_low = c.count("Events that name the place, or a member of the corridor.")
    events_high = c.count("Those and the events that name only a larger place it lies in.")
    year_counts = c.counts("Events of events_low by year of start, in order; those without a year last.")
    corridor_events = c.count(
        "Events among them that name every member of the corridor; empty for a place.", nullable=True
    )
    undecided_ids = c.words("Events that name only a larger place.", references="core.collaboration.event_id")
    parties = c.words("Distinct places the counted events name, the row's own among them.")
    party_count = c.count("How many.")
    amounts = c.count("Counted events whose amount enters the sum; none in the row of all events.")
    amounts_left_out = c.count("Counted events whose amount does not: targets, and amounts without a form.")
    printed_amounts = c.numbers("Amounts as printed, of event_ids and then of undecided_ids.", "the unit as printed")
    amount_shifts = dy.List(
        dy.Int32(nullable=False),
        description="Power of ten by which each is divided to be in the unit of the row.",
        metadata={"role": "evidence"},
    )
    amount_forms = c.words(
        "Wording of each amount: point, about, more_than, nearly, at_most; left_out enters nothing.", role="evidence"
    )
    value = c.number("The amount, where a single one enters and it is exact.", "unit", answer=True)
    value_low = c.number(
        "Largest lower end of one amount: what the amounts come to if each contains the others.", "unit"
    )
    value_high = c.number("Sum of the upper ends: what they come to if none contains another.", "unit")
    amount_sum = c.number("Plain sum where each amount is exact; counts twice what one contains of another.", "unit")
    members_reporting = c.count(
        "Members, or the place, whose events can be told from those of a larger place.", role="context"
    )
    members_expected = c.count("Members of the corridor; 1 for a place, 0 for events that name none.", role="context")
    members_missing = c.words("Members whose events can not be told.", references="core.geography.geo_code")
    reason_code, reason_args = c.reasons(
        ("larger_place", "no_amount", "several_amounts", "bound_amount"),
        "Why there is no number of events, or no one amount.",
    )

    @classmethod
    def answered(cls) -> pl.Expr:
        """Return whether a row has its number of events; one of amounts also what these come to."""
        return pl.col("events").is_not_null() & (pl.col("kind").is_null() | pl.col("value").is_not_null())

    @dy.rule()
    def at_most_one_subject(cls) -> pl.Expr:
        """A row is for a corridor, for a place, or for events that name no place."""
        return pl.col("corridor_id").is_null() | pl.col("geo_code").is_null()

    @dy.rule()
    def ends_hold_events(cls) -> pl.Expr:
        """The number of events lies between its ends."""
        between = pl.col("events").is_between(pl.col("events_low"), pl.col("events_high")).fill_null(value=True)
        return between & (pl.col("events_low") <= pl.col("events_high"))

    @dy.rule()
    def ends_hold_value(cls) -> pl.Expr:
        """The value lies between its ends."""
        above = (pl.col("value") >= pl.col("value_low")).fill_null(value=True)
        return above & (pl.col("value") <= pl.col("value_high")).fill_null(value=True)

    @dy.rule()
    def amounts_have_kind_and_unit(cls) -> pl.Expr:
        """Amounts are in rows of one kind and one unit."""
        counted = (pl.col("kind").is_not_null()) & (pl.col("unit").is_not_null())
        bare = pl.col("kind").is_null() & pl.col("unit").is_null() & (pl.col("amounts") == 0)
        return counted | (bare & pl.col("value_low").is_null())

    @dy.rule()
    def no_value_without_events(cls) -> pl.Expr:
        """Where the events can not be told apart, their amounts come to no value."""
        return pl.col("events").is_not_null() | pl.col("value").is_null()


class CollaborationLink(EventRecord):
    """Links between places by corridor, path and year, with both weights and the events behind them.

    A directed link runs from home to host; an undirected one joins two places of an event without direction and has
    the smaller code first. Places inside a member count as the member. An event that names every member joins no pair
    of them and makes no link here: `collaboration_by_path` counts it. Flows printed for the same pair are named and do
    not weigh: most of them repeat an event.
    """

    corridor_id = c.text("Corridor that says which places are members.", references="core.corridor.corridor_id")
    direction = c.one_of(DIRECTIONS, "directed (home to host) or undirected.")
    path = c.one_of((*PATHS, ALL_PATHS), "One of the four paths, or all.")
    from_geo = c.code("Home of a directed link; else the smaller code.")
    to_geo = c.code("Host of a directed link; else the larger code.")
    position = c.called(
        "与成员的关系",
        c.one_of(
            POSITIONS, "within (two members), outside (one is not), undecided (an end holds members without being one)."
        ),
    )
    from_members = c.words(
        "Members the home or first place is or holds.", references="core.geography.geo_code", role="evidence"
    )
    to_members = c.words(
        "Members the host or second place is or holds.", references="core.geography.geo_code", role="evidence"
    )
    events = c.count("Full weight: 1 per event.", answer=True)
    pair_counts = c.counts("Pairs of places each event joins, in the order of event_ids.")
    weight_fractional = c.number(
        "Fractional weight: 1 / number of pairs of the event.", "events", nullable=False, minimum=0
    )
    flow_ids = c.words("Flows printed for the pair.", references="core.flow.flow_id")

    @dy.rule()
    def two_places(cls) -> pl.Expr:
        """A link joins two places, in order of code where it has no direction."""
        ordered = (pl.col("direction") == "directed") | (pl.col("from_geo") < pl.col("to_geo"))
        return (pl.col("from_geo") != pl.col("to_geo")) & ordered

    @dy.rule()
    def fraction_of_full(cls) -> pl.Expr:
        """No event weighs more than one."""
        return pl.col("weight_fractional") <= pl.col("events") + 1e-9


class CollaborationNetwork(EventRecord, WithinEnds):
    """Measures of the network of links between the members of a corridor, in long form; cities without links stay in.

    A row with `geo_code` is a measure of that member, one without a measure of the whole network. The network is that
    of recorded links between two members. Links that name a larger place are counted and give the ends. A year has a
    network where as many events as the formula says join members, those that name every member not among them; with
    fewer it has one row that says so.
    """

    corridor_id = c.text("Corridor.", references="core.corridor.corridor_id")
    geo_code = c.code("Member; empty for a measure of the network.", nullable=True)
    direction = c.one_of(DIRECTIONS, "directed (home to host) or undirected.")
    path = c.one_of((*PATHS, ALL_PATHS), "One of the four paths, or all.")
    weight = c.one_of(WEIGHTS, "none, full (1 per event) or fractional (1 / number of pairs of the event).")
    measure = c.one_of(tuple(dict.fromkeys((*GRAPH_MEASURES, *NODE_MEASURES))), "What is measured.")
    value = c.number("The measure.", "measure", answer=True)
    value_low = c.number("Lower end, were the undecided links decided one way.", "measure")
    value_high = c.number("Upper end, were they decided the other way.", "measure")
    corridor_events = c.count("Events that name every member: they join no pair and are no links of this network.")
    undecided_links = c.count("Pairs of places of which one is a larger place that holds members.")
    members = c.words("Members of the corridor: the nodes.", references="core.geography.geo_code", role="evidence")
    provinces = c.words(
        "Province of each member, in the same order.", references="core.geography.geo_code", role="evidence"
    )
    members_reporting = c.count("Members whose events can be told from those of a larger place.", role="context")
    members_expected = c.count("How many members.", minimum=1, role="context")
    members_missing = c.words("Members whose events can not be told.", references="core.geography.geo_code")
    reason_code, reason_args = c.reasons(
        ("undecided_links", "too_few_events", "no_link", "single_member", "too_few_nodes", "shared_eigenvalue"),
        "Why there is no value.",
    )
