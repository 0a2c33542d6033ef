"""Loads the rules, checked: what a figure of each indicator is called, where, and what must not be near."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal

import yaml
from pydantic import AfterValidator, Field

from g60_pipeline.catalog.models import Entry, Identifier

SCOPE_FILE: Final = "scope.yaml"


def _compiles(pattern: str) -> str:
    re.compile(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class Rule(Entry):
    """One way in which a figure of an indicator is printed."""

    id: str
    label: Pattern | None = None
    """What is right before the figure (or after it, see `side`); before it only words of scope."""
    lead: Pattern | None = None
    """Instead of a label: all that is between the figure before and this one."""
    side: Literal["before", "after"] = "before"
    prefix: Pattern = ""
    """What may be before the label besides words of scope."""
    after: tuple[Identifier, ...] = ()
    """Indicators one of which the figure before must belong to, changes and shares left aside."""
    after_lead: Pattern | None = None
    """What the label of the figure before must end with, changes and shares left aside."""
    context: Pattern | None = None
    """What must be earlier in the sentence."""
    not_since: Pattern | None = None
    """What must not be between that and the figure; in a table, of no row between the one of `after` and its own."""
    reach: Literal["sentence", "previous"] = "sentence"
    """Whether the context may also stand in the sentence before."""
    at_start: bool = False
    """Whether the clause must begin the sentence, or begin with words of scope."""
    unless: Pattern | None = None
    """What must not be earlier in the sentence."""
    unless_prefix: Pattern | None = None
    """What must not be between the beginning of the clause and the label."""
    unless_tail: Pattern | None = None
    """What must not be right after the figure."""
    part: bool = False
    """Whether a row of a table may bear its label after "of which"."""
    new: bool = False
    """Whether the sentence must list what was added this year."""
    lag: bool = False
    """Whether the sentence may name a year before that of the document, which then is the year of the figure."""
    basis: Identifier | None = None
    """Basis of its figures, where the label says it."""
    confidence: float = Field(default=0.99, gt=0, le=1)


class Filing(Entry):
    """What a figure is in the catalog."""

    indicator_id: Identifier
    basis: Identifier | None = None
    """Basis of a figure in yuan, persons or pieces."""
    dollars: Identifier | None = None
    """Basis of a figure in dollars, where the catalog has one."""
    per: Literal["person", "10k_persons"] | None = None
    """What it is a number per, which its printed unit does not say."""
    until: dict[int, Identifier] = Field(default_factory=dict)
    """Last year -> basis of the figures up to it."""


class IndicatorRules(Entry):
    """The rules of one indicator, and the values that can be one of its figures."""

    indicator: Identifier
    """Name of the figure in lists of proposals."""
    files: Filing | None = None
    """What it is in the catalog; nothing where the catalog has no such indicator."""
    units: tuple[str, ...]
    smallest: float | None = None
    """Smallest believable value, in the base unit: yuan, persons, pieces."""
    largest: float | None = None
    signed: bool = False
    """Whether a fall is a negative figure."""
    stock: bool = False
    """Whether it counts what there is, so that a list of what was added this year has no figure of it."""
    flow: bool = False
    """Whether it counts what came in a year, so that a running total is no figure of it."""
    rules: tuple[Rule, ...]


class Scope(Entry):
    """Words that do not change what a figure is of."""

    words: tuple[Pattern, ...]
    levels: dict[str, Pattern]
    """How a place speaks of itself (the whole city), by the ending of its name."""
    new: Pattern
    """Verbs of lists of what was added this year."""
    held: Pattern
    """Words of what there is in all."""
    reached: Pattern
    """Verbs between a label and its figure that say what there is, whatever the sentence began with."""
    having: Pattern
    """Verbs before a figure that precedes its label: the city has 12 universities."""
    starters: Pattern
    """What a sentence about the whole place begins with."""
    parts: Pattern
    """Names of parts of a place: its parks and districts."""
    others: Pattern
    """Names of places that are larger than this one or beside it, and of single institutions."""
    narrower: Pattern
    """Words that make a figure one of something smaller, wherever they are printed around it."""
    narrower_alone: Pattern
    """Words that do so where they are all of a cell or of a bracket."""
    not_narrower: Pattern
    """What a bracket begins with that adds or takes away."""
    other_prices: Pattern
    """Words of prices of another year."""
    totals: Pattern
    """What a cell between a label and its figure may say."""
    areas: Pattern
    """Areas that a short sentence or heading is of, and with it what follows."""
    actors: Pattern
    """Actors that it is of; of what there is in all they say nothing."""
    doing: Pattern
    """What follows the name of a part or another place where it is the subject of a sentence."""
    wholes: Pattern
    """Words with which a sentence returns to the whole place."""
    followed: Pattern
    """What may follow a figure; any other word is a noun that it counts."""
    endings: Pattern
    """What may follow any label: number, total, amount."""


@cache
def indicator_rules() -> tuple[IndicatorRules, ...]:
    """Return all rules, in the order of files and of entries.

    Raises:
        ValueError: An entry is not of the form.
    """
    folder = files(__package__ or "g60_pipeline.ingest.communique.rules")
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".yaml") and f.name != SCOPE_FILE)
    entries = [entry for name in names for entry in yaml.safe_load((folder / name).read_text(encoding="utf-8"))]
    return tuple(IndicatorRules.model_validate(entry) for entry in entries)


@cache
def scope() -> Scope:
    """Return the words of scope."""
    folder = files(__package__ or "g60_pipeline.ingest.communique.rules")
    return Scope.model_validate(yaml.safe_load((folder / SCOPE_FILE).read_text(encoding="utf-8")))
