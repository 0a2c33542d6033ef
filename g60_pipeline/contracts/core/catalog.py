"""Contracts of what exists: places, corridors, indicators with their bases, units, ratios, formulas and sources."""

from __future__ import annotations

import dataframely as dy

from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.vocabulary import DOCUMENT_KINDS, TERMS
from g60_pipeline.wording import KINDS


class Geography(dy.Schema):
    """Places: the corridor's cities, Songjiang, provinces, other places the documents name, China and the world."""

    geo_code = dy.String(
        primary_key=True, regex=r"^(\d{6}|[A-Z0-9]{3})$", description="GB/T 2260 code as text, or WLD, YRD, G60."
    )
    level = c.text("world, country, delta, province, prefecture, district or corridor.")
    name_en = c.note("English name.")
    name_zh = c.note("Chinese name.")
    short_zh = c.note("Short Chinese name.")
    parent_code = c.code("Place it belongs to.", nullable=True)
    valid_from = c.day("Day the code came into force, where known.", nullable=True)
    valid_to = c.day("Last day of the code, where it has ended.", nullable=True)
    longitude = c.number("Longitude.", "degree")
    latitude = c.number("Latitude.", "degree")
    coordinate_source = c.note("Where the coordinates come from.", nullable=True)
    aliases = c.words("Other names to recognise.")


class Corridor(dy.Schema):
    """Corridors: sets of places whose figures are added up. Every corridor figure names the one it is for."""

    corridor_id = c.text("Identifier of the corridor.", key=True)
    name_en = c.note("English name.")
    name_zh = c.note("Chinese name.")
    aliases = c.words("Other names to recognise; one of several corridors is refused with all its meanings.")
    description_en = c.note("What it counts, in English.")
    description_zh = c.note("What it counts, in Chinese.")
    parent_code = c.code("Country it is compared with.")
    as_published_code = c.code(
        "Geography under which sources publish figures of the corridor as a whole.", nullable=True
    )
    established = c.whole("Year of foundation.", nullable=True)
    document_publisher = c.note("Publisher of the document that defines it.")
    document_title = c.note("Title of that document.")
    document_published = c.note("Its publication date as far as known.", nullable=True)
    document_url = c.note("Its address.", nullable=True)


class CorridorMember(dy.Schema):
    """Members of each corridor: the set every metric uses (version 'metrics') and its dated versions."""

    corridor_id = c.text("Corridor.", key=True, references="core.corridor.corridor_id")
    version = c.text("'metrics' for the set all metrics use; else the corridor's own version.", key=True)
    geo_code = c.code("Member.", key=True)
    position = c.count("Place in the list, from 1.", minimum=1, role="context")
    valid_from = c.day("First day of the version; empty for 'metrics'.", nullable=True)
    valid_to = c.day("Last day of the version, where it has ended.", nullable=True)
    document_title = c.note("Document the list was printed in.")
    document_url = c.note("Its address.", nullable=True)


class Indicator(dy.Schema):
    """What is measured, with its canonical unit and kind."""

    indicator_id = c.text("Identifier of the indicator.", key=True)
    name_en = c.note("English name.")
    name_zh = c.note("Chinese name.")
    aliases = c.words("Other names to recognise; one of several indicators is refused with all its meanings.")
    definition_en = c.note("Definition in English.")
    definition_zh = c.note("Definition in Chinese.")
    theme = c.text("Theme.")
    unit = c.text("Canonical unit.", references="core.unit.unit")
    kind = c.text("stock, flow, ratio, index or constant.")
    default_basis = c.text("Basis shown where none is asked for.")
    computed_by = c.text("Ratio that computes the indicator for a corridor.", nullable=True)
    counts_for_gradient = c.yes_no("Whether its size counts for the tiers of the gradient.")
    plausible_min = c.number("Smallest believable value.", "canonical unit")
    plausible_max = c.number("Largest believable value.", "canonical unit")
    max_yearly_change = c.number("Change over a year beyond which a warning is raised.", "ratio")
    release_month = c.whole("Month in which a year's figure is normally out.", nullable=True, minimum=1, maximum=12)
    release_lag_years = c.whole("Years between the reference year and that month.", nullable=True)
    release_month_places = c.whole(
        "Month by which most cities have theirs, where that is another one.", nullable=True, minimum=1, maximum=12
    )
    release_note = c.text("What the release calendar says.", nullable=True)
    printed_kind = c.one_of(DOCUMENT_KINDS, "In what kind of document figures of places are printed.")
    printed_source_id = c.text(
        "Who prints it; where empty, the place's own bureau prints communiques, bulletins and yearbooks.",
        nullable=True,
        references="core.source.source_id",
    )


class IndicatorBasis(dy.Schema):
    """Ways of counting each indicator. Bases never mix; a share divides by `national_basis` and by nothing else."""

    indicator_id = c.text("Indicator.", key=True, references="core.indicator.indicator_id")
    basis = c.text("Basis.", key=True)
    name_en = c.note("English name.")
    name_zh = c.note("Chinese name.")
    kind = c.text("stock, flow, ratio, index or constant.")
    observed_over = c.text("What a figure filed for a year means: calendar_year or point_in_time.")
    unit = c.text("Canonical unit of this basis.", references="core.unit.unit")
    additive = c.yes_no("Whether the figures of places add up.")
    non_negative = c.yes_no("Whether the figure can not be below zero.")
    national_basis = c.text("Basis of China that this basis may be divided by.", nullable=True)
    world_basis = c.text("Basis of the world that this basis may be divided by.", nullable=True)
    shared = c.yes_no("Whether one thing counts in every place that takes part, so that sums are upper ends.")
    stand_in_basis = c.text("Basis whose figure serves where this one has none.", nullable=True)
    stand_in_reason_en = c.note("Why the two are the same number, in English.", nullable=True)
    stand_in_reason_zh = c.note("Why the two are the same number, in Chinese.", nullable=True)
    slack_basis = c.text("Basis that counts, at the parent, what could not be placed in a member.", nullable=True)
    note = c.note("Care to take.", nullable=True)


class Unit(dy.Schema):
    """Units of measure and how they convert."""

    unit = c.text("Unit.", key=True)
    dimension = c.called("量纲", c.text("What it measures; only units of one dimension convert."))
    power_of_ten = c.whole("Value x 10^power_of_ten is the value in the dimension's base unit.")
    symbol_en = c.text("How it is written in English.")
    symbol_zh = c.text("How it is written in Chinese.")
    aliases = c.words("Other ways to write it.")


class Ratio(dy.Schema):
    """Ratios computed in metrics.intensity: one row per denominator basis, in order of preference."""

    ratio_id = c.text("Identifier of the ratio.", key=True)
    denominator_basis = c.text("Basis below the line.", key=True)
    preference = c.count("Order of preference among the denominator bases, from 0.")
    name_en = c.note("English name.")
    name_zh = c.note("Chinese name.")
    indicator_id = c.text("Indicator above the line.", references="core.indicator.indicator_id")
    basis = c.text("Its basis.")
    denominator_indicator_id = c.text("Indicator below the line.", references="core.indicator.indicator_id")
    scale = c.number("Factor after the division.", "ratio", nullable=False)
    unit = c.text("Unit of the result.", references="core.unit.unit")
    formula_en = c.note("The ratio in English words.")
    formula_zh = c.note("The ratio in Chinese words.")
    counts_for_gradient = c.yes_no("Whether it counts for the tiers of the gradient.")


class IndexFramework(dy.Schema):
    """Frameworks of the composite index: one row per component and series that may fill it, in order of preference."""

    framework_id = c.text("Framework.", key=True)
    component_id = c.text("Component of it.", key=True)
    preference = dy.Int32(primary_key=True, min=0, description="Order in which the series may fill it, from 0.")
    position = c.count("Place of the component in the framework, from 1.", minimum=1, role="context")
    version = c.whole("Version of the framework; a changed one is a new version.", minimum=1)
    name_en = c.note("English name of the framework.")
    name_zh = c.note("Chinese name of the framework.")
    what_en = c.note("What it measures and what not, in English.")
    what_zh = c.note("What it measures and what not, in Chinese.")
    first_year = c.year("First year the bounds of the normalisation run over.")
    least_cities = c.count("Cities with every component below which a year has no index.", minimum=3)
    dimension = c.one_of(("input", "output", "industry"), "Dimension of the component.")
    ratio_id = c.text("Ratio that fills it.", nullable=True)
    indicator_id = c.text("Or indicator that fills it.", nullable=True, references="core.indicator.indicator_id")
    basis = c.text("Basis of that indicator.", nullable=True)
    why_en = c.note("Why it is in the framework, in English.")
    why_zh = c.note("Why it is in the framework, in Chinese.")


class Formula(dy.Schema):
    """Formulas of the metrics, with version and source."""

    formula_id = c.text("Identifier of the formula.", key=True)
    version = c.whole("Version; a changed formula is a new one.", minimum=1)
    metric = c.text("Metric table it fills.")
    name_en = c.note("English name.")
    name_zh = c.note("Chinese name.")
    words_en = c.note("The formula in English words.")
    words_zh = c.note("The formula in Chinese words.")
    latex = c.note("The formula in LaTeX.")
    source = c.called("出处", c.note("Where the formula comes from."))
    parameters = c.words("Constants of the formula: 'name = number'.")
    operands = c.words("Names of the parents of a row in the steps, in their order.")
    steps = c.words("What is computed, in order: 'name = expression'.")
    kernel = c.note("Function that computes it, where it is not written as steps.", nullable=True)


class FormulaVersion(dy.Schema):
    """History of the formulas: every version, since when, and what changed. Words and LaTeX may be mended."""

    formula_id = c.text("Formula.", key=True, references="core.formula.formula_id")
    version = dy.Int32(primary_key=True, min=1, description="Version, from 1.")
    since = c.day("Day it took effect.")
    meaning = c.text("Hash of parameters, operands, steps and code, first 16 digits of SHA-256.")
    change_en = c.note("What changed.")


class Reason(dy.Schema):
    """The words of every reason code: why a row has no value, a figure lost, a claim got its verdict.

    A row has the code and, in the order of `placeholders`, what stands for them; `analysis.reason` puts both together.
    """

    reason_code = c.text("Code of the reason.", key=True)
    words_en = c.text("In English, with placeholders in braces.")
    words_zh = c.text("In Chinese, with the same placeholders.")
    placeholders = c.words("Names of the placeholders, in the order of the arguments.")
    kinds = c.words("What each argument is; places, breaks and units have names of their own.", allowed=KINDS)


class Source(dy.Schema):
    """Publishers, with licence, terms and the grade their documents usually have."""

    source_id = c.text("Identifier of the source.", key=True)
    name_en = c.note("English name.")
    name_zh = c.note("Chinese name.")
    publisher_en = c.note("Publisher in English.")
    publisher_zh = c.note("Publisher in Chinese.")
    url = c.note("Home page.", nullable=True)
    licence = c.note("Licence as stated, or 'not stated'.")
    terms = c.one_of(TERMS, "open: may be republished; ask: ask first; closed: stays inside.")
    cadence = c.note("How often it publishes.")
    grade = c.grade()
    kind = c.text("official, press, yearbook, compilation or live.")
    publishers = c.words("Names under which its documents appear.")
    note = c.note("Care to take.", nullable=True)
