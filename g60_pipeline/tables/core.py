"""Contracts of the core layer: what exists and what was ever published, in canonical codes, units and periods."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from g60_pipeline.tables import columns as c
from g60_pipeline.tables.vocabulary import (
    AMOUNT_FORMS,
    CLAIM_FORMS,
    CLAIM_MEASURES,
    PATHS,
    STATUSES,
    TERMS,
)


class Geography(dy.Schema):
    """Places: the corridor's cities, Songjiang, provinces, other places the documents name, China and the world."""

    geo_code = dy.String(
        primary_key=True, regex=r"^(\d{6}|[A-Z0-9]{3})$", description="GB/T 2260 code as text, or WLD, YRD, G60."
    )
    level = c.text("world, country, delta, province, prefecture, district or corridor.")
    name_en = c.text("English name.")
    name_zh = c.text("Chinese name.")
    short_zh = c.text("Short Chinese name.")
    parent_code = c.code("Place it belongs to.", nullable=True)
    valid_from = dy.Date(nullable=True, description="Day the code came into force, where known.")
    valid_to = dy.Date(nullable=True, description="Last day of the code, where it has ended.")
    longitude = c.number("Longitude.", "degree")
    latitude = c.number("Latitude.", "degree")
    coordinate_source = c.text("Where the coordinates come from.", nullable=True)
    aliases = c.words("Other names to recognise.")


class Corridor(dy.Schema):
    """Corridors: sets of places whose figures are added up. Every corridor figure names the one it is for."""

    corridor_id = c.text("Identifier of the corridor.", key=True)
    name_en = c.text("English name.")
    name_zh = c.text("Chinese name.")
    description_en = c.text("What it counts, in English.")
    description_zh = c.text("What it counts, in Chinese.")
    parent_code = c.code("Country it is compared with.")
    as_published_code = c.code(
        "Geography under which sources publish figures of the corridor as a whole.", nullable=True
    )
    established = dy.Int32(nullable=True, description="Year of foundation.")
    document_publisher = c.text("Publisher of the document that defines it.")
    document_title = c.text("Title of that document.")
    document_published = c.text("Its publication date as far as known.", nullable=True)
    document_url = c.text("Its address.", nullable=True)


class CorridorMember(dy.Schema):
    """Members of each corridor: the set every metric uses (version 'metrics') and its dated versions."""

    corridor_id = c.text("Corridor.", key=True, references="core.corridor.corridor_id")
    version = c.text("'metrics' for the set all metrics use; else the corridor's own version.", key=True)
    geo_code = c.code("Member.", key=True)
    position = c.count("Place in the list, from 1.", minimum=1)
    valid_from = dy.Date(nullable=True, description="First day of the version; empty for 'metrics'.")
    valid_to = dy.Date(nullable=True, description="Last day of the version, where it has ended.")
    document_title = c.text("Document the list was printed in.")
    document_url = c.text("Its address.", nullable=True)


class Indicator(dy.Schema):
    """What is measured, with its canonical unit and kind."""

    indicator_id = c.text("Identifier of the indicator.", key=True)
    name_en = c.text("English name.")
    name_zh = c.text("Chinese name.")
    definition_en = c.text("Definition in English.")
    definition_zh = c.text("Definition in Chinese.")
    theme = c.text("Theme.")
    unit = c.text("Canonical unit.", references="core.unit.unit")
    kind = c.text("stock, flow, ratio, index or constant.")
    default_basis = c.text("Basis shown where none is asked for.")
    computed_by = c.text("Ratio that computes the indicator for a corridor.", nullable=True)
    plausible_min = c.number("Smallest believable value.", "canonical unit")
    plausible_max = c.number("Largest believable value.", "canonical unit")
    max_yearly_change = c.number("Change over a year beyond which a warning is raised.", "ratio")
    release_month = dy.Int32(
        nullable=True, min=1, max=12, description="Month in which a year's figure is normally out."
    )
    release_lag_years = dy.Int32(nullable=True, description="Years between the reference year and that month.")
    release_note = c.text("What the release calendar says.", nullable=True)


class IndicatorBasis(dy.Schema):
    """Ways of counting each indicator. Bases never mix; a share divides by `national_basis` and by nothing else."""

    indicator_id = c.text("Indicator.", key=True, references="core.indicator.indicator_id")
    basis = c.text("Basis.", key=True)
    name_en = c.text("English name.")
    name_zh = c.text("Chinese name.")
    kind = c.text("stock, flow, ratio, index or constant.")
    observed_over = c.text("What a figure filed for a year means: calendar_year or point_in_time.")
    unit = c.text("Canonical unit of this basis.", references="core.unit.unit")
    additive = dy.Bool(description="Whether the figures of places add up.")
    non_negative = dy.Bool(description="Whether the figure can not be below zero.")
    national_basis = c.text("Basis of China that this basis may be divided by.", nullable=True)
    world_basis = c.text("Basis of the world that this basis may be divided by.", nullable=True)
    slack_basis = c.text("Basis that counts, at the parent, what could not be placed in a member.", nullable=True)
    note = c.text("Care to take.", nullable=True)


class Unit(dy.Schema):
    """Units of measure and how they convert."""

    unit = c.text("Unit.", key=True)
    dimension = c.text("What it measures; only units of one dimension convert.")
    power_of_ten = dy.Int32(description="Value x 10^power_of_ten is the value in the dimension's base unit.")
    symbol_en = c.text("How it is written in English.")
    symbol_zh = c.text("How it is written in Chinese.")


class Ratio(dy.Schema):
    """Ratios computed in metrics.intensity: one row per denominator basis, in order of preference."""

    ratio_id = c.text("Identifier of the ratio.", key=True)
    denominator_basis = c.text("Basis below the line.", key=True)
    preference = c.count("Order of preference among the denominator bases, from 0.")
    name_en = c.text("English name.")
    name_zh = c.text("Chinese name.")
    indicator_id = c.text("Indicator above the line.", references="core.indicator.indicator_id")
    basis = c.text("Its basis.")
    denominator_indicator_id = c.text("Indicator below the line.", references="core.indicator.indicator_id")
    scale = c.number("Factor after the division.", "ratio", nullable=False)
    unit = c.text("Unit of the result.", references="core.unit.unit")
    formula_en = c.text("The ratio in English words.")
    formula_zh = c.text("The ratio in Chinese words.")


class Formula(dy.Schema):
    """Formulas of the metrics, with version and source."""

    formula_id = c.text("Identifier of the formula.", key=True)
    version = dy.Int32(min=1, description="Version; a changed formula is a new one.")
    metric = c.text("Metric table it fills.")
    name_en = c.text("English name.")
    name_zh = c.text("Chinese name.")
    words_en = c.text("The formula in English words.")
    words_zh = c.text("The formula in Chinese words.")
    latex = c.text("The formula in LaTeX.")
    source = c.text("Where the formula comes from.")


class Source(dy.Schema):
    """Publishers, with licence, terms and the grade their documents usually have."""

    source_id = c.text("Identifier of the source.", key=True)
    name_en = c.text("English name.")
    name_zh = c.text("Chinese name.")
    publisher_en = c.text("Publisher in English.")
    publisher_zh = c.text("Publisher in Chinese.")
    url = c.text("Home page.", nullable=True)
    licence = c.text("Licence as stated, or 'not stated'.")
    terms = c.one_of(TERMS, "open: may be republished; ask: ask first; closed: stays inside.")
    cadence = c.text("How often it publishes.")
    grade = c.grade()
    kind = c.text("official, press, yearbook, compilation or live.")
    publishers = c.words("Names under which its documents appear.")
    note = c.text("Care to take.", nullable=True)


class Document(dy.Schema):
    """Documents in which figures were printed."""

    document_id = c.text("Identifier of the document.", key=True)
    source_id = c.text("Source it belongs to.", references="core.source.source_id")
    publisher = c.text("Publisher as printed.")
    title = c.text("Title as printed.")
    published_as_printed = c.text("Publication date as far as known: YYYY, YYYY-MM or YYYY-MM-DD.", nullable=True)
    published = dy.Date(nullable=True, description="Last day that date may mean: from then on the document was known.")
    url = c.text("Address, where it is fit to link.", nullable=True)
    grade = c.grade()
    note = c.text("What a reader must know besides.", nullable=True)


class ObservationCandidate(dy.Schema):
    """Every figure ever seen, in canonical units, with flags and document; the ones not chosen keep the reason."""

    observation_id = c.text("Identifier of the figure.", key=True)
    geo_code = c.code("Place.")
    indicator_id = c.text("Indicator.", references="core.indicator.indicator_id")
    basis = c.text("Basis.")
    period_kind = c.period_kind()
    period_start = dy.Date(description="First day of the reference period.")
    period_end = dy.Date(description="Last day of the reference period.")
    year = c.year()
    value = c.number("Value in the canonical unit.", "canonical unit", nullable=False)
    unit = c.text("Canonical unit.", references="core.unit.unit")
    value_as_published = c.text("Digits as published.")
    unit_as_published = c.text("Unit as published.", references="core.unit.unit")
    status = c.one_of(STATUSES, "Status as the document words it.")
    round = c.revision_round()
    flags = c.flags()
    grade = c.grade()
    document_id = c.text("Document it was printed in.", references="core.document.document_id")
    published = dy.Date(
        nullable=True, description="Publication date of the document; unknown dates stay out of as-of queries."
    )
    chosen = dy.Bool(description="Whether it is the observation of its place, indicator, basis and period.")
    reason = c.text("Why it was chosen, or which rule it lost by and to which figure.")
    locator = c.text("Where in the document.", nullable=True)
    note = c.text("What a reader must know besides.", nullable=True)
    origin = c.text("File and line it was loaded from, or the records it was counted from.")

    @dy.rule()
    def period_in_order(cls) -> pl.Expr:
        """A period does not end before it starts, and its year is the year of its end."""
        return (pl.col("period_start") <= pl.col("period_end")) & (pl.col("year") == pl.col("period_end").dt.year())

    @dy.rule()
    def one_chosen(cls) -> pl.Expr:
        """Exactly one candidate of a place, indicator, basis and period is chosen."""
        series = ["geo_code", "indicator_id", "basis", "period_kind", "period_start", "period_end"]
        return pl.col("chosen").sum().over(series) == 1


class Observation(dy.Schema):
    """The chosen figure of each place, indicator, basis and period."""

    observation_id = c.text(
        "Identifier of the figure.", key=True, references="core.observation_candidate.observation_id"
    )
    geo_code = c.code("Place.")
    indicator_id = c.text("Indicator.", references="core.indicator.indicator_id")
    basis = c.text("Basis.")
    period_kind = c.period_kind()
    period_start = dy.Date(description="First day of the reference period.")
    period_end = dy.Date(description="Last day of the reference period.")
    year = c.year()
    value = c.number("Value in the canonical unit.", "canonical unit", nullable=False)
    unit = c.text("Canonical unit.", references="core.unit.unit")
    value_as_published = c.text("Digits as published.")
    unit_as_published = c.text("Unit as published.", references="core.unit.unit")
    status = c.one_of(STATUSES, "Status as the document words it.")
    round = c.revision_round()
    flags = c.flags()
    grade = c.grade()
    document_id = c.text("Document it was printed in.", references="core.document.document_id")
    published = dy.Date(nullable=True, description="Publication date of the document.")
    candidates = c.count("How many figures stood for choice.", minimum=1)
    spread = c.number("(largest - smallest) / largest of the candidates that enter arithmetic.", "ratio")


class StarListing(dy.Schema):
    """STAR Market firms with listing date and city. Terms of the upstream lists: ask before republishing."""

    stock_code = dy.String(primary_key=True, regex=r"^68[89]\d{3}$", description="Stock code.")
    short_name_zh = c.text("Short name.")
    list_date = dy.Date(description="First day of trading.")
    delist_date = dy.Date(nullable=True, description="Day of delisting; not counted from that day on.")
    province_code = c.code("Province.")
    province_zh = c.text("Province as published.")
    city_zh = c.text("City as published.", nullable=True)
    geo_code = c.code("City, where it is one of the corridor's.", nullable=True)
    city_basis = c.text("What the city was read from; 'unknown' where it is not known.")
    document_id = c.text("Document.", references="core.document.document_id")

    @dy.rule()
    def listed_before_delisted(cls) -> pl.Expr:
        """A firm is not delisted before it is listed."""
        return pl.col("delist_date").is_null() | (pl.col("list_date") <= pl.col("delist_date"))


class Claim(dy.Schema):
    """Published statements about the corridor, with the interval their printed form stands for."""

    claim_id = c.text("Identifier of the claim.", key=True)
    lead = dy.Int32(nullable=True, min=1, description="Rank among the claims that lead the audit.")
    indicator_id = c.text("Indicator.", references="core.indicator.indicator_id")
    measure = c.one_of(CLAIM_MEASURES, "What is stated.")
    form = c.one_of(CLAIM_FORMS, "How the number is worded.")
    end_form = c.one_of(
        ("point", "more_than", "nearly"), "How the end of a from-to claim, or a target, is worded.", nullable=True
    )
    geo_code = c.code("Place the claim speaks of.")
    value = c.number("Value as claimed.", "unit", nullable=False)
    value_start = c.number("Start value of a from-to claim.", "unit")
    unit = c.text("Unit as claimed.", references="core.unit.unit")
    ratio_n = dy.Int32(nullable=True, min=2, description="n where the claim is printed as 1/n.")
    precision = c.number("One unit of the last printed digit.", "unit")
    claimed_low = c.number(
        "Lower end of what the printed form stands for.", "canonical unit, or ratio for shares and growth"
    )
    claimed_high = c.number(
        "Upper end of what the printed form stands for.", "canonical unit, or ratio for shares and growth"
    )
    claimed_unit = c.text("Unit of claimed_low and claimed_high.")
    start_low = c.number("Lower end of the start of a from-to claim.", "claimed_unit")
    start_high = c.number("Upper end of the start of a from-to claim.", "claimed_unit")
    period_start = dy.Date(nullable=True, description="First day of the claim's own period.")
    period_end = dy.Date(nullable=True, description="Last day of the claim's own period.")
    as_of = dy.Date(nullable=True, description="Date the claim speaks of.")
    tested_until = dy.Date(nullable=True, description="Last day a figure that tests the claim may refer to.")
    scope_as_printed = c.text("Which Shanghai the source counts, as worded.")
    printed = c.text("The form it was printed in, where recorded.", nullable=True)
    statement_en = c.text("The claim in English words.")
    statement_zh = c.text("The claim in Chinese words.")
    note = c.text("What a reader must know besides.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class Collaboration(dy.Schema):
    """Events on the four collaboration paths."""

    event_id = c.text("Identifier of the event.", key=True)
    path = c.one_of(PATHS, "One of the four paths.")
    kind = c.text("Kind of event.")
    name_zh = c.text("Chinese name.")
    name_en = c.text("English name.")
    from_geo = c.code("Home of a directed link.", nullable=True)
    to_geo = c.code("Host of a directed link.", nullable=True)
    members = c.words("Codes of all places taking part.", references="core.geography.geo_code")
    start_as_printed = c.text("Start date as far as known.", nullable=True)
    start_date = dy.Date(nullable=True, description="First day that date may mean.")
    year = c.year("Year of the start, where known.", nullable=True)
    amount = c.number("Amount as printed.", "amount_unit")
    amount_unit = c.text("Unit of the amount.", nullable=True)
    amount_form = c.one_of(AMOUNT_FORMS, "How the amount is worded.", nullable=True)
    description_en = c.text("What happened.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class Policy(dy.Schema):
    """Policies that concern the corridor."""

    policy_id = c.text("Identifier of the policy.", key=True)
    geo_code = c.code("Place it was issued for.")
    level = c.text("Level of government.")
    title_zh = c.text("Chinese title.")
    title_en = c.text("English title.")
    issuer = c.text("Issuing body.", nullable=True)
    issued_as_printed = c.text("Date of issue as far as known.", nullable=True)
    issued = dy.Date(nullable=True, description="First day that date may mean.")
    theme = c.text("Theme.")
    summary_en = c.text("What it says.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class CityProfile(dy.Schema):
    """Role, policy focus and lead industries of each city, as documents describe them."""

    profile_id = c.text("Identifier of the statement.", key=True)
    geo_code = c.code("City.")
    role_en = c.text("Role in English.")
    role_zh = c.text("Role in Chinese.")
    policy_focus_en = c.text("Policy focus.", nullable=True)
    lead_industries_en = c.text("Lead industries in English.", nullable=True)
    lead_industries_zh = c.text("Lead industries in Chinese.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class Flow(dy.Schema):
    """Innovation linkages between places that carry a number, as published."""

    flow_id = c.text("Identifier of the flow.", key=True)
    from_geo = c.words(
        "Codes of the origin; empty where the document names none.", references="core.geography.geo_code"
    )
    to_geo = c.words(
        "Codes of the destination; empty where the document names none.", references="core.geography.geo_code"
    )
    flow_indicator = c.text("Identifier of what flows.")
    indicator_en = c.text("What flows, in English.")
    indicator_zh = c.text("What flows, in Chinese.")
    period_as_printed = c.text("Period as printed.", nullable=True)
    year = c.year("Year of the end of the period, where known.", nullable=True)
    value = c.number("Value as printed.", "unit", nullable=False)
    unit = c.text("Unit as printed.", references="core.unit.unit")
    value_form = c.one_of(AMOUNT_FORMS, "How the value is worded.")
    directed = dy.Bool(description="Whether the direction matters.")
    definition_en = c.text("What the number counts.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class ScopeStatement(dy.Schema):
    """Which Shanghai each source counts when it speaks of the corridor."""

    scope_id = c.text("Identifier of the statement.", key=True)
    names_shanghai_as = c.text("How Shanghai is named.")
    total_area_km2 = c.number("Total area printed beside it.", "km2")
    total_population_10k = c.number("Total population printed beside it.", "persons_10k")
    summary_en = c.text("What the source says.")
    document_id = c.text("Document.", references="core.document.document_id")


class SeriesBreak(dy.Schema):
    """Breaks in series. No growth rate crosses one."""

    break_id = c.text("Identifier of the break.", key=True)
    geo_code = c.text("Place, or * for every place.")
    indicator_id = c.text("Indicator.", references="core.indicator.indicator_id")
    basis = c.text("Basis.")
    round = c.revision_round("Revision round concerned; empty for every round.", nullable=True)
    first_period = dy.Int32(min=1949, max=2100, description="First year on the new side.")
    reason_en = c.text("Why, in English.")
    reason_zh = c.text("Why, in Chinese.")
    document_id = c.text("Document that shows it.", references="core.document.document_id")


class Rejected(dy.Schema):
    """Rows of the evidence that did not become a fact, and why."""

    evidence_file = c.text("Evidence file.", key=True)
    evidence_id = c.text("Row of that file.", key=True)
    reason = c.text("Why it was refused.")
    remedy = c.text("What would make it a fact.")


class Quarantine(dy.Schema):
    """Rows a contract refused: where they stand, which rule they break and what to do about it."""

    quarantine_id = c.text("Identifier: file, line and rule.", key=True)
    file = c.text("File the row stands in.")
    line = dy.Int32(nullable=True, description="Line of that file; empty when the whole file is refused.")
    column_name = c.text("Column at fault; empty when the whole row or file is.", nullable=True)
    value = c.text("What stands there.", nullable=True)
    rule = c.text("Rule it breaks.")
    message = c.text("The rule in words, with the value.")
    remedy = c.text("What to do about it.")


class Build(dy.Schema):
    """The build that published this file: one row."""

    build_id = c.text("Identifier of the build.", key=True)
    built_at = dy.Datetime(time_zone="UTC", description="Time of publication.")
    version = c.text("Version of g60_pipeline.")
    inputs_hash = c.text("SHA-256 over the contents of all tables; equal hashes mean equal warehouses.")
    duckdb_version = c.text("DuckDB that wrote the file.")
    polars_version = c.text("Polars that computed it.")
    observations = c.count("Rows of core.observation.")
    candidates = c.count("Rows of core.observation_candidate.")
    documents = c.count("Rows of core.document.")
    quarantined = c.count("Rows of core.quarantine.")
    undated_candidates = c.count("Candidates whose document has no date: they stay out of as-of queries.")
    coverage_start = dy.Date(description="First day any observation refers to.")
    coverage_end = dy.Date(description="Last day any observation refers to.")
    inbox_files = c.words("Inbox files that were loaded.")
