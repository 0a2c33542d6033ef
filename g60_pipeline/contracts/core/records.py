"""Contracts of published claims and of records in words: events, policies, profiles, flows, scopes."""

from __future__ import annotations

import dataframely as dy

from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.vocabulary import AMOUNT_FORMS, CLAIM_FORMS, CLAIM_MEASURES, NATURES, NUMBER_FORMS, PATHS


class Claim(dy.Schema):
    """Published statements about the corridor, with the interval their printed form stands for."""

    claim_id = c.text("Identifier of the claim.", key=True)
    lead = c.whole("Rank among the claims that lead the audit.", nullable=True, minimum=1, role="note")
    indicator_id = c.text("Indicator.", references="core.indicator.indicator_id")
    basis = c.text("Basis the claim is about, where it says so; else every basis that can test it does.", nullable=True)
    measure = c.one_of(CLAIM_MEASURES, "What is stated.")
    form = c.one_of(CLAIM_FORMS, "How the number is worded.")
    end_form = c.one_of(
        ("point", "more_than", "nearly"), "How the end of a from-to claim, or a target, is worded.", nullable=True
    )
    geo_code = c.code("Place the claim speaks of.")
    value = c.number("Value as claimed.", "unit", nullable=False)
    value_start = c.number("Start value of a from-to claim.", "unit")
    unit = c.text("Unit as claimed.", references="core.unit.unit")
    ratio_n = c.whole("n where the claim is printed as 1/n.", nullable=True, minimum=2)
    precision = c.number("One unit of the last printed digit.", "unit", role="note")
    claimed_low = c.number(
        "Lower end of what the printed form stands for.", "canonical unit, or ratio for shares and growth"
    )
    claimed_high = c.number(
        "Upper end of what the printed form stands for.", "canonical unit, or ratio for shares and growth"
    )
    claimed_unit = c.note("Unit of claimed_low and claimed_high.")
    claimed_form = c.one_of(NUMBER_FORMS, "How the number is meant; at_least is a target, open above.")
    claimed_factor = c.number(
        "What one unit of the number is in claimed_unit.", "claimed_unit", nullable=False, role="note"
    )
    start_low = c.number("Lower end of the start of a from-to claim.", "claimed_unit")
    start_high = c.number("Upper end of the start of a from-to claim.", "claimed_unit")
    period_start = c.day("First day of the claim's own period.", nullable=True, role="context")
    period_end = c.day("Last day of the claim's own period.", nullable=True, role="context")
    as_of = c.day("Date the claim speaks of.", nullable=True)
    speaks_from = c.day("First day the claim's own date may mean; a year must be over by then.", nullable=True)
    tested_until = c.day("Last day a figure that tests the claim may refer to.", nullable=True)
    scope_as_printed = c.note("Which Shanghai the source counts, as worded.")
    printed = c.note("The form it was printed in, where recorded.", nullable=True)
    statement_en = c.note("The claim in English words.")
    statement_zh = c.note("The claim in Chinese words.")
    note = c.note("What a reader must know besides.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class Collaboration(dy.Schema):
    """Records of collaboration on the four paths: events, and plans, totals and repeats, which are not counted."""

    event_id = c.text("Identifier of the event.", key=True)
    path = c.one_of(PATHS, "One of the four paths.", role="value")
    kind = c.text("Kind of event.", role="value")
    nature = c.one_of(
        NATURES, "event, or what is no event of its own: plan, total at a date, repeat of another record."
    )
    name_zh = c.note("Chinese name.")
    name_en = c.note("English name.")
    from_geo = c.code("Home of a directed link.", nullable=True, role="value")
    to_geo = c.code("Host of a directed link.", nullable=True, role="value")
    members = c.words("Codes of all places taking part.", references="core.geography.geo_code", role="value")
    start_as_printed = c.note("Start date as far as known.", nullable=True)
    start_date = c.day("First day that date may mean.", nullable=True, role="note")
    year = c.year("Year of the start, where known.", nullable=True, role="value")
    amount = c.number("Amount as printed.", "amount_unit")
    amount_unit = c.text("Unit of the amount.", nullable=True)
    amount_form = c.one_of(AMOUNT_FORMS, "How the amount is worded.", nullable=True)
    description_en = c.note("What happened.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class Policy(dy.Schema):
    """Policies that concern the corridor."""

    policy_id = c.text("Identifier of the policy.", key=True)
    geo_code = c.code("Place it was issued for.", role="value")
    level = c.text("Level of government.", role="value")
    title_zh = c.note("Chinese title.")
    title_en = c.note("English title.")
    issuer = c.text("Issuing body.", nullable=True, role="note")
    issued_as_printed = c.note("Date of issue as far as known.", nullable=True)
    issued = c.day("First day that date may mean.", nullable=True)
    theme = c.text("Theme.", role="value")
    summary_en = c.note("What it says.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class CityProfile(dy.Schema):
    """Role, policy focus and lead industries of each city, as documents describe them."""

    profile_id = c.text("Identifier of the statement.", key=True)
    geo_code = c.code("City.")
    role_en = c.note("Role in English.")
    role_zh = c.note("Role in Chinese.")
    policy_focus_en = c.note("Policy focus.", nullable=True)
    lead_industries_en = c.note("Lead industries in English.", nullable=True)
    lead_industries_zh = c.note("Lead industries in Chinese.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class Flow(dy.Schema):
    """Innovation linkages between places that carry a number, as published."""

    flow_id = c.text("Identifier of the flow.", key=True)
    from_geo = c.words(
        "Codes of the origin; empty where the document names none.", references="core.geography.geo_code", role="value"
    )
    to_geo = c.words(
        "Codes of the destination; empty where the document names none.",
        references="core.geography.geo_code",
        role="value",
    )
    flow_indicator = c.text("Identifier of what flows.")
    indicator_en = c.note("What flows, in English.")
    indicator_zh = c.note("What flows, in Chinese.")
    period_as_printed = c.note("Period as printed.", nullable=True)
    year = c.year("Year of the end of the period, where known.", nullable=True, role="value")
    value = c.number("Value as printed.", "unit", nullable=False)
    unit = c.text("Unit as printed.", references="core.unit.unit")
    value_form = c.one_of(AMOUNT_FORMS, "How the value is worded.")
    directed = c.yes_no("Whether the direction matters.")
    definition_en = c.note("What the number counts.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class ScopeStatement(dy.Schema):
    """Which Shanghai each source counts when it speaks of the corridor."""

    scope_id = c.text("Identifier of the statement.", key=True)
    names_shanghai_as = c.note("How Shanghai is named.")
    total_area_km2 = c.number("Total area printed beside it.", "km2")
    total_population_10k = c.number("Total population printed beside it.", "persons_10k")
    summary_en = c.note("What the source says.")
    document_id = c.text("Document.", references="core.document.document_id")
