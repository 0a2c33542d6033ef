"""Runs rules over raw rows and lists what breaks them. The rules are in the module of their table."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Final

import polars as pl

from g60_pipeline.contracts.issues import Issue
from g60_pipeline.naming import Names, folded, index_of

Words = str | Callable[[str], str] | pl.Expr
"""Words for the user: fixed, made of the offending value, or made of the whole row."""


COMPARED: Final = 100
"""Distinct values of a column that are compared with what is known: thousands in one file are no typing errors."""

LONGEST_COMPARED: Final = 200
"""Characters of a value beyond which it is not compared."""


@dataclass(frozen=True)
class Nearest:
    """Names what comes nearest to an unknown value. Comparing takes milliseconds, so each value is compared once."""

    allowed: Sequence[str]
    names: Names = field(default_factory=dict)
    """Allowed values by the names they go by."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """How an allowed value is shown, where it is not shown as it is; then names are compared, not values."""
    otherwise: str = ""
    """What to do where nothing comes near, in place of a list of what is allowed."""

    def __call__(self, value: str) -> str:
        """Return the remedy for one value."""
        bearers = [self.titles.get(name, name) for name in self.names.get(folded(value), ())]
        if bearers:
            return f"Write {' or '.join(bearers)}"
        if not self.titles:
            return _nearest(value, self.allowed)
        shown = {name: self.titles[ids[0]] for name, ids in self.names.items() if not name.isdecimal()}
        near = _close(folded(value), [*shown], cutoff=0.6 if value.isascii() else 0.5)
        return f"Did you mean {' or '.join(dict.fromkeys(map(shown.__getitem__, near)))}?" if near else self.otherwise

    def of_all(self, values: pl.Series) -> pl.Series:
        """Return the remedies for all values of a column."""
        compared = values.unique(maintain_order=True).head(COMPARED).to_list()
        otherwise = self.otherwise or _nearest("", self.allowed)
        return values.replace_strict({value: self(value) for value in compared}, default=otherwise)


@dataclass(frozen=True)
class Rule:
    """One rule over raw rows.

    Args:
        name: Short name, as it appears in the quarantine.
        column: Column at fault.
        broken: Boolean expression, true where the rule is broken (null counts as kept).
        message: The rule in words; a function of the offending value where the words depend on it.
        remedy: What to do; likewise. An expression gives words made of other columns of the row.
    """

    name: str
    column: str
    broken: pl.Expr
    message: Words
    remedy: Words


def apply_rules(rows: pl.DataFrame, rules: Sequence[Rule]) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the rows that keep every rule, and an issue for each rule a row breaks.

    Args:
        rows: Raw rows with `file` and `line`.
        rules: Rules in order; all are reported, not only the first.
    """
    names = [f"__{i}" for i in range(len(rules))]
    marked = rows.with_columns(
        rule.broken.fill_null(value=False).alias(name) for name, rule in zip(names, rules, strict=True)
    )
    any_broken = marked.select(pl.col(names).any()).row(0) if names else ()
    issues: list[Issue] = []
    for name, rule in compress(zip(names, rules, strict=True), any_broken):
        broken = marked.filter(pl.col(name))
        found = broken.select(
            "file",
            "line",
            value=pl.col(rule.column).cast(pl.String),
            message=_words(rule.message, rule.column),
            remedy=_words(rule.remedy, rule.column),
        )
        issues += [Issue(**row, rule=rule.name, column=rule.column) for row in found.iter_rows(named=True)]
    kept = marked.filter(~pl.any_horizontal(names)) if names else marked
    return kept.drop(names), issues


def required(columns: Iterable[str]) -> list[Rule]:
    """Return the rules that the given columns are filled."""
    return [
        Rule("required", c, pl.col(c).is_null(), f"column {c} is empty", f"Fill {c}, or take the row out")
        for c in columns
    ]


def known(column: str, allowed: Sequence[str], what: str) -> Rule:
    """Return the rule that a column has one of the allowed words; the remedy names the nearest ones."""
    return Rule(
        name=f"unknown_{what.replace(' ', '_')}",
        column=column,
        broken=pl.col(column).is_not_null() & ~pl.col(column).is_in(list(allowed)),
        message=lambda value: f"{value!r} is not a known {what}",
        remedy=Nearest(allowed),
    )


def known_list(column: str, allowed: Sequence[str], what: str) -> Rule:
    """Return the rule that a semicolon-separated column has only allowed words."""
    words = pl.col(column).str.split(";").list.eval(pl.element().str.strip_chars().is_in([*allowed, ""]))
    return Rule(
        name=f"unknown_{what.replace(' ', '_')}",
        column=column,
        broken=pl.col(column).is_not_null() & ~words.list.all(),
        message=lambda value: f"{value!r} holds a word that is not a known {what}",
        remedy=f"Use, separated by semicolons: {', '.join(allowed) if len(allowed) < 20 else 'codes of the catalog'}",
    )


def known_place(geography: pl.DataFrame) -> Rule:
    """Return the rule that `geo_code` is a code of `core.geography`; the remedy for a name is its code."""
    rows = geography.select("geo_code", "name_en", "name_zh", "aliases").rows()
    names = index_of({code: (name_en, name_zh, *aliases) for code, name_en, name_zh, aliases in rows})
    titles = {code: f"the code {code} ({name_en} {name_zh})" for code, name_en, name_zh, _ in rows}
    remedy = Nearest((), names, titles, otherwise="Use a code of core.geography, as six digits")
    return _with_names(known("geo_code", list(titles), "geography code"), remedy)


def known_indicator(indicator: pl.DataFrame) -> Rule:
    """Return the rule that `indicator_id` is one of `core.indicator`; the remedy for a name is its identifier."""
    rows = indicator.select("indicator_id", "name_en", "name_zh", "aliases").rows()
    names = index_of({identifier: (*others, *aliases) for identifier, *others, aliases in rows})
    rule = known("indicator_id", [identifier for identifier, *_ in rows], "indicator")
    return _with_names(rule, Nearest(indicator["indicator_id"].to_list(), names))


def known_unit(unit: pl.DataFrame) -> Rule:
    """Return the rule that `unit` is a name of `core.unit`; the remedy for a symbol is the name."""
    names: dict[str, dict[tuple[str, int], str]] = {}
    for name, dimension, power, *written, aliases in unit.select(
        "unit", "dimension", "power_of_ten", "symbol_en", "symbol_zh", "aliases"
    ).iter_rows():
        for other in (*written, *aliases):
            names.setdefault(folded(other), {}).setdefault((dimension, power), name)
    bearers = {name: tuple(units.values()) for name, units in names.items()}
    return _with_names(known("unit", unit["unit"].to_list(), "unit"), Nearest(unit["unit"].to_list(), bearers))


def _with_names(rule: Rule, remedy: Nearest) -> Rule:
    """Return a rule that says of a name what it is the name of."""
    what = rule.name.removeprefix("unknown_").replace("_", " ")

    def message(value: str) -> str:
        several = len(remedy.names.get(folded(value), ()))
        return f"{value!r} is the name of {several} of them" if several > 1 else f"{value!r} is not a known {what}"

    return replace(rule, message=message, remedy=remedy)


def unreadable(column: str, parsed: pl.Expr, *, what: str, remedy: str) -> Rule:
    """Return the rule that a filled column can be read as what it should be."""
    return Rule(
        name=f"not_a_{what.replace(' ', '_')}",
        column=column,
        broken=pl.col(column).is_not_null() & parsed.is_null(),
        message=lambda value: f"{value!r} is not a {what}",
        remedy=remedy,
    )


def unique(column: str) -> Rule:
    """Return the rule that an identifier occurs once in its file; the first row with it is kept."""
    return Rule(
        name="duplicate",
        column=column,
        broken=pl.col(column).is_not_null() & ~pl.struct("file", column).is_first_distinct(),
        message=lambda value: f"{column} {value!r} stands on an earlier line already",
        remedy="Give each row an identifier of its own, or take the second one out",
    )


def _words(words: Words, column: str) -> pl.Expr:
    if isinstance(words, pl.Expr):
        return words
    if isinstance(words, str):
        return pl.lit(words)
    values = pl.col(column).cast(pl.String).fill_null("")
    if isinstance(words, Nearest):
        return values.map_batches(words.of_all, return_dtype=pl.String)
    return values.map_elements(words, return_dtype=pl.String)


def _nearest(value: str, allowed: Sequence[str]) -> str:
    near = _close(value, allowed, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Known are {', '.join(allowed)}" if len(allowed) <= 20 else "See the catalog for the known ones"


def _close(value: str, allowed: Sequence[str], *, cutoff: float) -> list[str]:
    return difflib.get_close_matches(value, allowed, n=3, cutoff=cutoff) if len(value) <= LONGEST_COMPARED else []
