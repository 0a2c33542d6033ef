"""Contracts of figures and the documents they were printed in."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.vocabulary import CHOSEN_BECAUSE, LOST_BY, STATUSES


class Document(dy.Schema):
    """Documents in which figures were printed."""

    document_id = c.text("Identifier of the document.", key=True)
    source_id = c.text("Source it belongs to.", references="core.source.source_id", role="note")
    publisher = c.text("Publisher as printed.")
    title = c.text("Title as printed.")
    published_as_printed = c.note("Publication date as far as known: YYYY, YYYY-MM or YYYY-MM-DD.", nullable=True)
    published = c.day("Last day that date may mean: from then on the document was known.", nullable=True)
    url = c.note("Address, where it is fit to link.", nullable=True)
    grade = c.grade()
    note = c.note("What a reader must know besides.", nullable=True)


class _Figure(dy.Schema):
    """What every figure carries, chosen or not."""

    observation_id = c.text("Identifier of the figure.", key=True)
    geo_code = c.code("Place.")
    indicator_id = c.text("Indicator.", references="core.indicator.indicator_id")
    basis = c.text("Basis.")
    period_kind = c.period_kind()
    period_start = c.day("First day of the reference period.", role="subject")
    period_end = c.day("Last day of the reference period.")
    year = c.year()
    annual = c.annual()
    value = c.number("Value in the canonical unit.", "canonical unit", nullable=False)
    unit = c.text("Canonical unit.", references="core.unit.unit")
    value_as_published = c.note("Digits as published.")
    unit_as_published = c.text("Unit as published.", references="core.unit.unit", role="note")
    status = c.one_of(STATUSES, "Status as the document words it.")
    round = c.revision_round()
    flags = c.flags()
    grade = c.grade()
    document_id = c.text("Document it was printed in.", references="core.document.document_id")
    published = c.day(
        "Publication date of the document; unknown dates stay out of as-of queries.", nullable=True, role="note"
    )


class ObservationCandidate(_Figure):
    """Every figure ever seen, in canonical units, with flags and document; the ones not chosen keep the reason."""

    chosen = c.yes_no("Whether it is the observation of its place, indicator, basis and period.", role="note")
    reason_code, reason_args = c.reasons(
        (*CHOSEN_BECAUSE, *LOST_BY),
        "Why it was chosen, or the criterion of the rule it lost by.",
        nullable=False,
        arguments="Number of figures it is the first of, or the figure it lost to.",
    )
    locator = c.note("Where in the document.", nullable=True)
    note = c.note("What a reader must know besides.", nullable=True)
    confirmed_by = c.text(
        "Document of another source that prints the same figure.",
        nullable=True,
        references="core.document.document_id",
        role="note",
    )
    origin = c.note("File and line it was loaded from, the archived answer, or the records it was counted from.")
    snapshot_id = c.text(
        "Snapshot that first said so, for figures of live sources.",
        nullable=True,
        references="core.snapshot.snapshot_id",
        role="note",
    )
    retrieved_at = c.moment("When that snapshot was fetched.", nullable=True)
    withdrawn = c.day("Day a newer answer of the source no longer held the figure.", nullable=True, role="note")
    superseded = c.day("Day a newer answer or edition of the source replaced the figure.", nullable=True, role="note")
    known_from = c.day(
        "Day from which it was known: its document's, or that of the answer that replaced an older one.",
        nullable=True,
        role="note",
    )

    @dy.rule()
    def period_in_order(cls) -> pl.Expr:
        """A period does not end before it starts, and its year is the year of its end."""
        return (pl.col("period_start") <= pl.col("period_end")) & (pl.col("year") == pl.col("period_end").dt.year())

    @dy.rule()
    def one_chosen(cls) -> pl.Expr:
        """Exactly one candidate of a place, indicator, basis and period is chosen."""
        series = ["geo_code", "indicator_id", "basis", "period_kind", "period_start", "period_end"]
        return pl.col("chosen").sum().over(series) == 1


class Observation(_Figure):
    """The chosen figure of each place, indicator, basis and period."""

    candidates = c.count("How many figures stood for choice.", minimum=1)
    spread = c.number("(largest - smallest) / largest of the candidates that enter arithmetic.", "ratio")


class StarListing(dy.Schema):
    """STAR Market firms with listing date and city. Terms of the upstream lists: ask before republishing."""

    stock_code = dy.String(primary_key=True, regex=r"^68[89]\d{3}$", description="Stock code.")
    short_name_zh = c.note("Short name.")
    list_date = c.day("First day of trading.")
    delist_date = c.day("Day of delisting; not counted from that day on.", nullable=True)
    province_code = c.code("Province.")
    province_zh = c.note("Province as published.")
    city_zh = c.note("City as published.", nullable=True)
    geo_code = c.code("City, where it is one of the corridor's.", nullable=True)
    city_basis = c.text("What the city was read from; 'unknown' where it is not known.")
    city_rule = c.text("Address rule that placed the firm, where the exchange's own record did.", nullable=True)
    district_zh = c.note("District of Shanghai, or the zone that tells it is not Songjiang.", nullable=True)
    district_code = c.code("Code of the district, where it is one of the corridor's.", nullable=True)
    district_rule = c.text("Address rule that gave the district.", nullable=True)
    registered_address = c.note(
        "Registered address, where a record of the exchange or a document prints it.", nullable=True
    )
    address_document_id = c.text(
        "Document the address was printed in; empty for a record of the exchange.",
        nullable=True,
        references="core.document.document_id",
    )
    office_geo_code = c.code("City of the office, where it is one of the corridor's.", nullable=True)
    office_elsewhere = c.yes_no("Whether the office lies in another city than the register.", nullable=True)
    snapshot_id = c.text(
        "Snapshot the record was read from; empty for the facts of the package.",
        nullable=True,
        references="core.snapshot.snapshot_id",
    )
    document_id = c.text("Document.", references="core.document.document_id")

    @dy.rule()
    def listed_before_delisted(cls) -> pl.Expr:
        """A firm is not delisted before it is listed."""
        return pl.col("delist_date").is_null() | (pl.col("list_date") <= pl.col("delist_date"))


class StarUnplaced(dy.Schema):
    """STAR Market firms that no address rule places: for a person to look at. Nothing is guessed."""

    stock_code = c.text("Stock code.", key=True)
    what = c.text("What is not known.", key=True)
    full_name_zh = c.note("Registered name.", nullable=True)
    province_zh = c.note("Province as published.")
    registered_address = c.note("Registered address.", nullable=True)
    remedy = c.note("What to do about it.")


class SeriesBreak(dy.Schema):
    """Breaks in series. No growth rate crosses one; a change of borders breaks every basis of the place."""

    break_id = c.text("Identifier of the break: the same for every basis of a change of borders.", key=True)
    geo_code = c.text("Place, or * for every place.")
    indicator_id = c.text("Indicator.", key=True, references="core.indicator.indicator_id")
    basis = c.text("Basis.", key=True)
    round = c.revision_round("Revision round concerned; empty for every round.", nullable=True)
    first_period = c.year("First year on the new side.")
    territorial = c.yes_no("Whether the place changed its borders: no area of today serves the years before.")
    reason_en = c.reason("Why, in English.")
    reason_zh = c.reason("Why, in Chinese.")
    document_id = c.text("Document that shows it.", references="core.document.document_id")
