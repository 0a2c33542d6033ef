"""The form of `bounds.yaml`: identities between figures, and tiers of what is assumed of the years between them."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from g60_pipeline.catalog.models import Entry, Identifier, Level, Text


class Side(Entry):
    """One quantity of an identity: a series of a place, in the year of the whole or some years before."""

    indicator: Identifier
    basis: Identifier
    years_before: int = Field(default=0, ge=0, le=9)
    revised: bool = False
    """Whether later rounds revise it, so that the printed ratio may rest on another round than the one chosen."""


class Identity(Entry):
    """A whole that is a ratio times a base, or the sum of its parts, within a tolerance."""

    identity_id: Identifier
    whole: Side
    ratio: Side | None = None
    base: Side | None = None
    scale: float = Field(default=1.0, gt=0)
    offset: float = Field(default=0.0, ge=0)
    """What is added to the ratio: 100 for growth in per cent, which is a ratio to the year before less 100."""
    parts: tuple[Side, ...] = ()
    levels: tuple[Level, ...] = ()
    """Levels of places it holds for; all where none is named."""
    tolerance: float = Field(ge=0, lt=1)
    tolerance_revised: float | None = Field(default=None, ge=0, lt=1)
    """Tolerance where no first publication of a revised side is stored."""
    tolerance_above: float | None = Field(default=None, ge=0, lt=1)
    """How far a sum may be below its whole, where that is another distance."""
    reason_en: Text
    reason_zh: Text

    @model_validator(mode="after")
    def _is_product_or_sum(self) -> Self:
        product = self.ratio is not None and self.base is not None
        if product == bool(self.parts) or (self.ratio is None) != (self.base is None):
            raise ValueError("an identity has a ratio and a base, or parts")
        if product != (self.tolerance_revised is not None):
            raise ValueError("a product has tolerance_revised, a sum has none")
        if self.offset and (self.base is None or self.base.revised):
            raise ValueError("only a ratio to a base that is not revised has an offset")
        return self


class Assumption(Entry):
    """How far a series of a place may move from one year to the next, since a year."""

    indicator: Identifier
    basis: Identifier
    since: int
    fall: float | None = Field(default=None, ge=0, lt=1)
    rise: float | None = Field(default=None, ge=0)


class Tier(Entry):
    """A named set of assumptions; it contains those of the tiers before it."""

    tier: Identifier
    reason_en: Text
    reason_zh: Text
    assumptions: tuple[Assumption, ...]


class Rank(Entry):
    """A series of printed ranks among the members of a corridor, and what is ranked: who is first has the most."""

    rank_id: Identifier
    rank: Side
    of: Side
    corridor: Identifier
    reason_en: Text
    reason_zh: Text


class Mean(Entry):
    """A mean of the members' ratios, and the basis it is published on."""

    indicator: Identifier
    basis: Identifier
    mean_basis: Identifier


class BoundRules(Entry):
    """Everything `bounds.yaml` says."""

    identities: tuple[Identity, ...]
    tiers: tuple[Tier, ...]
    ranks: tuple[Rank, ...] = ()
    means: tuple[Mean, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = (
            [i.identity_id for i in self.identities] + [r.rank_id for r in self.ranks] + [t.tier for t in self.tiers]
        )
        if len(names) != len(set(names)):
            raise ValueError("identities, ranks and tiers have names of their own")
        if not self.tiers or self.tiers[0].assumptions:
            raise ValueError("the first tier assumes nothing")
        return self

    @property
    def series(self) -> tuple[tuple[str, str], ...]:
        """Return indicator and basis of every series that is named."""
        sides = [s for i in self.identities for s in (i.whole, i.ratio, i.base, *i.parts) if s is not None]
        named = [(s.indicator, s.basis) for s in sides]
        named += [(s.indicator, s.basis) for r in self.ranks for s in (r.rank, r.of)]
        named += [(m.indicator, basis) for m in self.means for basis in (m.basis, m.mean_basis)]
        return tuple(dict.fromkeys(named + [(a.indicator, a.basis) for t in self.tiers for a in t.assumptions]))
