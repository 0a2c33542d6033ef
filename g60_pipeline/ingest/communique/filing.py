"""What a proposal is in the catalog: indicator, basis and unit, or why the catalog has no place for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from g60_pipeline.ingest.communique.proposals import Proposal
from g60_pipeline.ingest.communique.rules.read import IndicatorRules, Rule, indicator_rules

_MONEY: Final = {"": "", "千": "_1000", "万": "_10k", "百万": "_m", "亿": "_100m", "十亿": "_bn", "万亿": "_tn"}
_PERSONS: Final = {"": "persons", "千": "persons_1000", "万": "persons_10k", "亿": "persons_100m"}
_COUNTS: Final = {"": "count", "千": "count_1000", "万": "count_10k", "亿": "count_100m"}
_PREFIXES: Final = ("万亿", "十亿", "百万", "亿", "万", "千", "")

FLAGS: Final = {
    "over": "lower_bound",
    "below": "upper_bound",
    "expected": "estimated_by_source",
    "nearly": "rounded",
    "about": "rounded",
}
"""Qualifier of a figure -> flag of the warehouse."""


@dataclass(frozen=True)
class FilingTarget:
    """A proposal in the words of the catalog."""

    indicator_id: str
    basis: str
    unit: str
    flags: tuple[str, ...]


@cache
def _by_rule() -> dict[str, tuple[IndicatorRules, Rule]]:
    return {rule.id: (entry, rule) for entry in indicator_rules() for rule in entry.rules}


def filed(proposal: Proposal) -> FilingTarget | None:
    """Return what a proposal is in the catalog; nothing where the catalog has no such indicator, basis or unit."""
    entry, rule = _by_rule()[proposal.rule.removesuffix("/table")]
    filing = entry.files
    if filing is None:
        return None
    in_dollars = "美元" in proposal.unit
    basis = filing.dollars if in_dollars else filing.basis
    unit = unit_id(proposal.unit, per=filing.per)
    if basis is None or unit is None:
        return None
    if not in_dollars:
        basis = next((b for year, b in sorted(filing.until.items()) if proposal.year <= year), rule.basis or basis)
    flags = sorted({FLAGS[q] for q in proposal.qualifiers})
    return FilingTarget(filing.indicator_id, basis, unit, tuple(flags))


def unit_id(printed: str, *, per: str | None = None) -> str | None:
    """Return the unit of the catalog a printed one stands for.

    >>> unit_id("亿元"), unit_id("万美元"), unit_id("万件"), unit_id("%"), unit_id("件", per="10k_persons")
    ('cny_100m', 'usd_10k', 'count_10k', 'percent', 'per_10k_persons')
    """
    if per == "10k_persons":
        return "per_10k_persons" if printed[:1] not in _PREFIXES else None
    if per == "person":
        return {"元": "cny_per_person", "万元": "cny_10k_per_person"}.get(printed)
    if printed == "%":
        return "percent"
    prefix = next(p for p in _PREFIXES if printed.startswith(p))
    sign = printed[len(prefix) :]
    if sign in {"元", "美元"}:
        return f"{'cny' if sign == '元' else 'usd'}{_MONEY[prefix]}"
    return (_PERSONS if sign in {"人", "名", "位"} else _COUNTS).get(prefix)
