"""Contracts of the raw layer: figures and records as their files hold them, nothing judged. All values are text.

Every row carries the file and line it was read from. Column order is the order of the facts file.
"""

from __future__ import annotations

import dataframely as dy

from g60_pipeline.contracts.columns import count, text


class _RawRow(dy.Schema):
    """What every raw row carries besides its own columns."""

    file = text("File the row was read from: facts/NAME, or inbox/NAME.")
    line = count("Line of the file on which the row ends.", minimum=2)


class Observation(_RawRow):
    """Figures as published: number, unit, period and wording untouched, with the document they were printed in."""

    row_id = text("Identifier of the row within its file.", nullable=True)
    geo_code = text("Geography code.", nullable=True)
    indicator_id = text("Indicator.", nullable=True)
    basis = text("Basis of the indicator.", nullable=True)
    period_kind = text("year, date, part_year or census.", nullable=True)
    period = text("YYYY, YYYY-MM-DD, or START/END.", nullable=True)
    value = text("Digits as published.", nullable=True)
    unit = text("Unit as published.", nullable=True)
    status = text("final, revised or preliminary, where the document says so.", nullable=True)
    round = text("census4 or census5, where the document names the census.", nullable=True)
    flags = text("Flags, separated by semicolons.", nullable=True)
    document_id = text("Document of facts/documents.csv.", nullable=True)
    locator = text("Where in the document.", nullable=True)
    note = text("What a reader must know besides.", nullable=True)
    confirmed_by = text("Document of another source that prints the same figure.", nullable=True)
    publisher = text("Inbox only: publisher of a document given in line.", nullable=True)
    document_title = text("Inbox only: title of that document.", nullable=True)
    published = text("Inbox only: its publication date.", nullable=True)
    url = text("Inbox only: its address.", nullable=True)
    grade = text("Inbox only: its grade.", nullable=True)


class Correction(_RawRow):
    """Corrections of figures as registers hold them: what is printed, what it should say, why, by which document."""

    correction_id = text("Identifier of the correction.", nullable=True)
    row_id = text("Row it concerns: of the facts or the inbox, or `source:key` of a live source.", nullable=True)
    column = text("Column of that row.", nullable=True)
    printed = text("What the row says. Once it says something else, the source has been mended.", nullable=True)
    corrected = text("What it should say.", nullable=True)
    reason_en = text("Why, in English.", nullable=True)
    reason_zh = text("Why, in Chinese.", nullable=True)
    document_id = text("Document that shows it.", nullable=True)
    author = text("Who found it.", nullable=True)
    reviewed = text("Day it was reviewed.", nullable=True)


class Document(_RawRow):
    """Documents cited by the facts."""

    document_id = text("Identifier of the document.", nullable=True)
    source_id = text("Source the document belongs to.", nullable=True)
    publisher = text("Publisher as printed.", nullable=True)
    title = text("Title as printed.", nullable=True)
    published = text("Publication date as far as known.", nullable=True)
    url = text("Address, where it is fit to link.", nullable=True)
    grade = text("Grade A, B, C, D or U.", nullable=True)
    note = text("What a reader must know besides.", nullable=True)


class StarListing(_RawRow):
    """STAR Market firms: listing, delisting and city."""

    stock_code = text("Stock code.", nullable=True)
    short_name_zh = text("Short name.", nullable=True)
    list_date = text("First day of trading.", nullable=True)
    delist_date = text("Day of delisting.", nullable=True)
    province_zh = text("Province.", nullable=True)
    city_zh = text("City.", nullable=True)
    geo_code = text("Code of the city, for the corridor's cities.", nullable=True)
    city_basis = text("What the city was read from.", nullable=True)
    document_id = text("Document.", nullable=True)
    registered_address = text("Registered address as printed.", nullable=True)
    address_document_id = text("Document the address was printed in.", nullable=True)


class Claim(_RawRow):
    """Published statements about the corridor as a whole."""

    claim_id = text("Identifier of the claim.", nullable=True)
    lead = text("Rank among the claims that lead the audit.", nullable=True)
    indicator_id = text("Indicator.", nullable=True)
    basis = text("Basis the claim is about, where it says so.", nullable=True)
    measure = text("What is stated.", nullable=True)
    form = text("How the number is worded.", nullable=True)
    end_form = text("How the end of a from-to claim, or a target, is worded.", nullable=True)
    geo_code = text("Place the claim speaks of.", nullable=True)
    value = text("Value as claimed.", nullable=True)
    value_start = text("Start value of a from-to claim.", nullable=True)
    unit = text("Unit as claimed.", nullable=True)
    ratio_n = text("n where the claim is printed as 1/n.", nullable=True)
    precision = text("One unit of the last printed digit.", nullable=True)
    period_start = text("Start of the claim's own period.", nullable=True)
    period_end = text("End of the claim's own period.", nullable=True)
    as_of = text("Date the claim speaks of.", nullable=True)
    scope_as_printed = text("Which Shanghai the source counts, as worded.", nullable=True)
    printed = text("The form it was printed in.", nullable=True)
    note = text("What a reader must know besides.", nullable=True)
    document_id = text("Document of facts/documents.csv.", nullable=True)
    publisher = text("Inbox only: publisher of a document given in line.", nullable=True)
    document_title = text("Inbox only: title of that document.", nullable=True)
    published = text("Inbox only: its publication date.", nullable=True)
    url = text("Inbox only: its address.", nullable=True)
    grade = text("Inbox only: its grade.", nullable=True)


class Collaboration(_RawRow):
    """Records of collaboration on the four paths."""

    event_id = text("Identifier of the event.", nullable=True)
    path = text("One of the four paths.", nullable=True)
    kind = text("Kind of event.", nullable=True)
    nature = text("event, plan, total or repeat.", nullable=True)
    name_zh = text("Chinese name.", nullable=True)
    name_en = text("English name.", nullable=True)
    from_geo = text("Home of a directed link.", nullable=True)
    to_geo = text("Host of a directed link.", nullable=True)
    members = text("All places taking part, separated by semicolons.", nullable=True)
    start = text("Start date as far as known.", nullable=True)
    amount = text("Amount as printed.", nullable=True)
    amount_unit = text("Unit of the amount.", nullable=True)
    amount_form = text("How the amount is worded.", nullable=True)
    description_en = text("What happened.", nullable=True)
    document_id = text("Document.", nullable=True)


class Policy(_RawRow):
    """Policies that concern the corridor."""

    policy_id = text("Identifier of the policy.", nullable=True)
    geo_code = text("Place it was issued for.", nullable=True)
    level = text("Level of government.", nullable=True)
    title_zh = text("Chinese title.", nullable=True)
    title_en = text("English title.", nullable=True)
    issuer = text("Issuing body.", nullable=True)
    issued = text("Date of issue as far as known.", nullable=True)
    theme = text("Theme.", nullable=True)
    summary_en = text("What it says.", nullable=True)
    document_id = text("Document.", nullable=True)


class CityProfile(_RawRow):
    """Role, policy focus and lead industries of each city, as documents describe them."""

    profile_id = text("Identifier of the statement.", nullable=True)
    geo_code = text("City.", nullable=True)
    role_en = text("Role in English.", nullable=True)
    role_zh = text("Role in Chinese.", nullable=True)
    policy_focus_en = text("Policy focus.", nullable=True)
    lead_industries_en = text("Lead industries in English.", nullable=True)
    lead_industries_zh = text("Lead industries in Chinese.", nullable=True)
    document_id = text("Document.", nullable=True)


class Flow(_RawRow):
    """Innovation linkages between places that carry a number."""

    flow_id = text("Identifier of the flow.", nullable=True)
    from_geo = text("Origin, one or more places separated by semicolons.", nullable=True)
    to_geo = text("Destination, likewise.", nullable=True)
    indicator_en = text("What flows, in English.", nullable=True)
    indicator_zh = text("What flows, in Chinese.", nullable=True)
    flow_indicator = text("Identifier of what flows.", nullable=True)
    period = text("Period as printed.", nullable=True)
    value = text("Value as printed.", nullable=True)
    unit = text("Unit as printed.", nullable=True)
    value_form = text("How the value is worded.", nullable=True)
    directed = text("1 when the direction matters.", nullable=True)
    definition_en = text("What the number counts.", nullable=True)
    document_id = text("Document.", nullable=True)


class ScopeStatement(_RawRow):
    """Which Shanghai a source counts when it speaks of the corridor."""

    scope_id = text("Identifier of the statement.", nullable=True)
    names_shanghai_as = text("How Shanghai is named.", nullable=True)
    total_area_km2 = text("Total area printed beside it.", nullable=True)
    total_population_10k = text("Total population printed beside it, in 10,000 persons.", nullable=True)
    summary_en = text("What the source says.", nullable=True)
    document_id = text("Document.", nullable=True)


class SeriesBreak(_RawRow):
    """Breaks in series, as the documents show them."""

    break_id = text("Identifier of the break.", nullable=True)
    geo_code = text("Place, or * for every place.", nullable=True)
    indicator_id = text("Indicator, or * for every one of a place that changed its borders.", nullable=True)
    basis = text("Basis, or * likewise.", nullable=True)
    round = text("Revision round concerned; empty for every round.", nullable=True)
    first_period = text("First year on the new side.", nullable=True)
    territorial = text("1 where the place itself changed its borders.", nullable=True)
    reason_en = text("Why, in English.", nullable=True)
    reason_zh = text("Why, in Chinese.", nullable=True)
    document_id = text("Document.", nullable=True)


class Rejected(_RawRow):
    """Rows of the evidence that did not become a fact, and why."""

    evidence_file = text("Evidence file.", nullable=True)
    evidence_id = text("Row of that file.", nullable=True)
    reason = text("Why it was refused.", nullable=True)
    remedy = text("What would make it a fact.", nullable=True)
