"""Runs rules over raw rows and lists what breaks them. The rules are in the module of their table.

Their words are in `catalog/words/refusal.yaml`, under the name of the rule.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Any, Final

import polars as pl

from g60_pipeline.contracts.issues import Issue
from g60_pipeline.naming import Names, folded, index_of
from g60_pipeline.normalize.expressions import NUMBER, filed_as

COMPARED: Final = 100
"""Distinct values of a column that are compared with what is known: thousands in one file are no typing errors."""

LONGEST_COMPARED: Final = 200
"""Characters of a value beyond which it is not compared."""

Remedy = tuple[str, Mapping[str, Any]]
"""Entry of `words/refusal.yaml` and what stands for its placeholders."""


@dataclass(frozen=True)
class Nearest:
    """Names what comes nearest to an unknown value. Comparing takes milliseconds, so each value is compared once."""

    allowed: Sequence[str]
    names: Names = field(default_factory=dict)
    """Allowed values by the names they go by."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """How an allowed value is shown, where it is not shown as it is; then names are compared, not values."""
    otherwise: str = ""
    """Remedy where nothing comes near, in place of a list of what is allowed."""

    def __call__(self, value: str) -> Remedy:
        """Return the remedy for one value."""
        bearers = [self.titles.get(name, name) for name in self.names.get(folded(value), ())]
        if bearers:
            many = "write_one" if len(bearers) > 1 else "write"
            return f"remedy.{many}", {"n": len(bearers), "names": _listed(bearers)}
        if not self.titles:
            near = _close(value, self.allowed, cutoff=0.6)
            return _near(near) if near else self.unlike()
        shown = {name: self.titles[ids[0]] for name, ids in self.names.items() if not name.isdecimal()}
        found = _close(folded(value), [*shown], cutoff=0.6 if value.isascii() else 0.5)
        return _near(dict.fromkeys(map(shown.__getitem__, found))) if found else self.unlike()

    def unlike(self) -> Remedy:
        """Return the remedy for a value that nothing comes near."""
        if self.otherwise:
            return self.otherwise, {}
        if len(self.allowed) > 20:
            return "remedy.catalog", {}
        return "remedy.known", {"names": ", ".join(self.allowed)}


@dataclass(frozen=True)
class Rule:
    """One rule over raw rows.

    Args:
        name: Its entry in `words/refusal.yaml`, as it appears in the quarantine.
        column: Column at fault.
        broken: Boolean expression, true where the rule is broken (null counts as kept).
        remedy: What to do, where it is not the rule's own remedy: another entry, or what is nearest to the value.
        values: What stands for placeholders besides `column` and `value`; an expression is of other columns of the row.
    """

    name: str
    column: str
    broken: pl.Expr
    remedy: str | Nearest | None = None
    values: Mapping[str, str | pl.Expr] = field(default_factory=dict)

    def issues(self, rows: pl.DataFrame) -> Iterator[Issue]:
        """Yield an issue for each of the rows that break it."""
        others = {n: v if isinstance(v, pl.Expr) else pl.lit(v) for n, v in self.values.items()}
        found = rows.select("file", "line", value=pl.col(self.column).cast(pl.String), **others)
        remedies: dict[str, Remedy] = {}
        for row in found.iter_rows(named=True):
            if not isinstance(self.remedy, Nearest):
                yield Issue.of(rule=self.name, column=self.column, remedy=self.remedy, **row)
                continue
            value = row["value"] or ""
            if value not in remedies:
                remedies[value] = self.remedy(value) if len(remedies) < COMPARED else self.remedy.unlike()
            remedy, more = remedies[value]
            yield Issue.of(rule=self.name, column=self.column, remedy=remedy, **row, **more)


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
        issues += rule.issues(marked.filter(pl.col(name)))
    kept = marked.filter(~pl.any_horizontal(names)) if names else marked
    return kept.drop(names), issues


def required(columns: Iterable[str]) -> list[Rule]:
    """Return the rules that the given columns are filled."""
    return [Rule("required", c, pl.col(c).is_null()) for c in columns]


def known(column: str, allowed: Sequence[str], what: str) -> Rule:
    """Return the rule `unknown_WHAT`: a column has one of the allowed words; the remedy names the nearest ones."""
    broken = pl.col(column).is_not_null() & ~pl.col(column).is_in(list(allowed))
    return Rule(f"unknown_{what}", column, broken, Nearest(allowed))


def known_list(column: str, allowed: Sequence[str], what: str) -> Rule:
    """Return the rule `unknown_WHAT`: a semicolon-separated column has only allowed words."""
    words = pl.col(column).str.split(";").list.eval(pl.element().str.strip_chars().is_in([*allowed, ""]))
    broken = pl.col(column).is_not_null() & ~words.list.all()
    if len(allowed) >= 20:
        return Rule(f"unknown_{what}", column, broken, "remedy.codes")
    return Rule(f"unknown_{what}", column, broken, "remedy.list", {"known": ", ".join(allowed)})


def known_place(geography: pl.DataFrame) -> Rule:
    """Return the rule that `geo_code` is a code of `core.geography`; the remedy for a name is its code."""
    rows = geography.select("geo_code", "name_en", "name_zh", "aliases").rows()
    names = index_of({code: (name_en, name_zh, *aliases) for code, name_en, name_zh, aliases in rows})
    titles = {code: f"{code} ({name_en} {name_zh})" for code, name_en, name_zh, _ in rows}
    rule = known("geo_code", list(titles), "geography_code")
    return replace(rule, remedy=Nearest((), names, titles, otherwise="remedy.place"))


def known_indicator(indicator: pl.DataFrame) -> Rule:
    """Return the rule that `indicator_id` is one of `core.indicator`; the remedy for a name is its identifier."""
    rows = indicator.select("indicator_id", "name_en", "name_zh", "aliases").rows()
    names = index_of({identifier: (*others, *aliases) for identifier, *others, aliases in rows})
    allowed = [identifier for identifier, *_ in rows]
    return replace(known("indicator_id", allowed, "indicator"), remedy=Nearest(allowed, names))


def known_unit(unit: pl.DataFrame) -> Rule:
    """Return the rule that `unit` is a name of `core.unit`; the remedy for a symbol is the name."""
    names: dict[str, dict[tuple[str, int], str]] = {}
    for name, dimension, power, *written, aliases in unit.select(
        "unit", "dimension", "power_of_ten", "symbol_en", "symbol_zh", "aliases"
    ).iter_rows():
        for other in (*written, *aliases):
            names.setdefault(folded(other), {}).setdefault((dimension, power), name)
    bearers = {name: tuple(units.values()) for name, units in names.items()}
    return replace(known("unit", unit["unit"].to_list(), "unit"), remedy=Nearest(unit["unit"].to_list(), bearers))


def numeric(column: str) -> list[Rule]:
    """Return the rules that a filled column is a plain number; what a comma in it means is not guessed."""
    other, comma = ~pl.col(column).str.contains(NUMBER), pl.col(column).str.contains(",", literal=True)
    return [
        Rule("not_a_number", column, other & ~comma, "remedy.digits"),
        Rule("comma_in_number", column, other & comma, "remedy.digits"),
    ]


def unreadable(column: str, parsed: pl.Expr, *, what: str, remedy: str) -> Rule:
    """Return the rule `not_a_WHAT`: a filled column can be read as what it should be."""
    return Rule(f"not_a_{what}", column, pl.col(column).is_not_null() & parsed.is_null(), remedy)


def unique(column: str) -> Rule:
    """Return the rule that no two rows get one identifier (`filed_as`); the first row with it is kept."""
    broken = pl.col(column).is_not_null() & ~filed_as(column).is_first_distinct()
    return Rule("duplicate", column, broken)


def _near(names: Iterable[str]) -> Remedy:
    return "remedy.near", {"names": _listed(names)}


def _listed(names: Iterable[str]) -> str:
    return " / ".join(names)


def _close(value: str, allowed: Sequence[str], *, cutoff: float) -> list[str]:
    return difflib.get_close_matches(value, allowed, n=3, cutoff=cutoff) if len(value) <= LONGEST_COMPARED else []
