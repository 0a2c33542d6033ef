"""The form of `catalog/index.yaml`: frameworks of the composite index. How it is computed stands in `metrics`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from g60_pipeline.catalog.models import Entry, Identifier, Text
from g60_pipeline.catalog.references import check_unique

Dimension = Literal["input", "output", "industry", "collaboration"]
"""Dimensions of innovation."""

NETWORK: Final = "strength"
"""Measure of the network of collaboration a component may take."""


class ComponentSeries(Entry):
    """One series that may fill a component: a ratio, a basis of an indicator, or a measure of the network."""

    ratio: Identifier | None = None
    indicator: Identifier | None = None
    basis: Identifier | None = None
    network: Literal["strength"] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [self.ratio, self.indicator, self.network]
        if sum(kind is not None for kind in kinds) != 1 or (self.indicator is None) != (self.basis is None):
            raise ValueError("a series is {ratio: …}, {indicator: …, basis: …} or {network: strength}")
        return self


class IndexComponent(Entry):
    """One component: the dimension it belongs to and the series that may fill it, in order."""

    component_id: Identifier
    dimension: Dimension
    series: Annotated[tuple[ComponentSeries, ...], Field(min_length=1)]
    why_en: Text
    why_zh: Text


class IndexFramework(Entry):
    """One framework: its components, and how much must be held for an index."""

    framework_id: Identifier
    version: int = Field(ge=1)
    name_en: Text
    name_zh: Text
    what_en: Text
    what_zh: Text
    first_year: int = Field(ge=1949, le=2100)
    least_cities: int = Field(ge=3)
    components: Annotated[tuple[IndexComponent, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _components_differ(self) -> Self:
        check_unique(f"component of {self.framework_id}", (c.component_id for c in self.components))
        return self
