"""The form of `catalog/index.yaml`: frameworks of the composite index. How it is computed is in `metrics`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from g60_pipeline.catalog.models import Entry, Identifier, Text
from g60_pipeline.catalog.references import check_unique

Dimension = Literal["input", "output", "industry"]
"""Dimensions of innovation."""


class ComponentSeries(Entry):
    """One series that may fill a component: a ratio, or a basis of an indicator."""

    ratio: Identifier | None = None
    indicator: Identifier | None = None
    basis: Identifier | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.ratio is None) == (self.indicator is None) or (self.indicator is None) != (self.basis is None):
            raise ValueError("a series is {ratio: …} or {indicator: …, basis: …}")
        return self


class IndexComponent(Entry):
    """One component: the dimension it belongs to and the series that may fill it, in order."""

    component_id: Identifier
    dimension: Dimension
    series: Annotated[tuple[ComponentSeries, ...], Field(min_length=1)]
    why_en: Text
    why_zh: Text


class IndexFramework(Entry):
    """One framework: its components, and how much must be stored for an index."""

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
