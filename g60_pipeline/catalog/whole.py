"""The catalog as a whole: every entry, with the references between them checked."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from g60_pipeline.catalog.bound_models import BoundRules
from g60_pipeline.catalog.formula_models import Formula
from g60_pipeline.catalog.formula_versions import FormulaVersion, check_versions
from g60_pipeline.catalog.index_models import IndexFramework
from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.catalog.models import Corridor, Entry, Geography, Indicator, Ratio, Source, Unit
from g60_pipeline.catalog.references import check_known, check_no_namesake, check_own_names, check_unique, places_above


class Catalog(Entry):
    """Everything that exists, with the references between entries checked."""

    geographies: tuple[Geography, ...]
    corridors: tuple[Corridor, ...]
    indicators: tuple[Indicator, ...]
    units: tuple[Unit, ...]
    sources: tuple[Source, ...]
    ratios: tuple[Ratio, ...]
    formulas: tuple[Formula, ...]
    formula_versions: tuple[FormulaVersion, ...] = ()
    bounds: BoundRules | None = None
    frameworks: tuple[IndexFramework, ...] = ()
    live: tuple[LiveSource, ...] = ()

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        check_unique("geographies.csv: geo_code", (g.geo_code for g in self.geographies))
        check_unique("geographies.csv: alias", (a for g in self.geographies for a in g.aliases))
        check_unique("corridors/*.yaml: corridor_id", (c.corridor_id for c in self.corridors))
        check_unique("indicators/*.yaml: indicator_id", (i.indicator_id for i in self.indicators))
        check_own_names(
            "indicators/*.yaml", {i.indicator_id: (i.name_en, i.name_zh, i.aliases) for i in self.indicators}
        )
        check_own_names("corridors/*.yaml", {c.corridor_id: (c.name_en, c.name_zh, c.aliases) for c in self.corridors})
        check_no_namesake(
            "corridors/*.yaml",
            {c.corridor_id: (c.name_en, c.name_zh) for c in self.corridors},
            {g.geo_code: (g.name_en, g.name_zh, g.short_zh, *g.aliases) for g in self.geographies},
        )
        check_unique("units.csv: unit", (u.unit for u in self.units))
        check_unique("units.csv: alias", (a for u in self.units for a in u.aliases))
        check_unique("sources.yaml: source_id", (s.source_id for s in self.sources))
        check_unique("sources.yaml: publisher", (p for s in self.sources for p in s.publishers))
        check_unique("ratios.yaml: ratio_id", (r.ratio_id for r in self.ratios))
        check_unique("formulas.yaml: formula_id", (f.formula_id for f in self.formulas))
        check_versions(self.formulas, self.formula_versions)
        parents = {g.geo_code: g.parent_code for g in self.geographies}
        places = set(parents)
        check_known("geographies.csv: parent_code", (g.parent_code for g in self.geographies if g.parent_code), places)
        for corridor in self.corridors:
            name, versions = f"of {corridor.corridor_id}", (v.version for v in corridor.versions)
            members = (*corridor.members, *(m for v in corridor.versions for m in v.members))
            check_known(f"corridors/*.yaml: member {name}", (*members, corridor.parent_code), places)
            check_unique(f"corridors/*.yaml: member {name}", corridor.members)
            check_unique(f"corridors/*.yaml: version {name}", ("metrics", *versions))
            if inside := [m for m in corridor.members if places_above(m, parents) & set(corridor.members)]:
                raise ValueError(f"corridors/*.yaml: member {name} lies inside another one: {', '.join(inside)}")
        units = {u.unit for u in self.units}
        check_known("indicators/*.yaml: unit", (i.unit_of(b) for i in self.indicators for b in i.bases), units)
        bases = {f"{i.indicator_id} / {b.basis}" for i in self.indicators for b in i.bases}
        for ratio in self.ratios:
            wanted = [f"{ratio.numerator.indicator} / {ratio.numerator.basis}"]
            wanted += [f"{ratio.denominator.indicator} / {basis}" for basis in ratio.denominator.bases]
            check_known(f"ratios.yaml: series of {ratio.ratio_id}", wanted, bases)
        if self.bounds:
            check_known("bounds.yaml: indicator and basis", (f"{i} / {b}" for i, b in self.bounds.series), bases)
        check_known("ratios.yaml: unit", (r.unit for r in self.ratios), units)
        check_known(
            "indicators/*.yaml: computed_by",
            (i.computed_by for i in self.indicators if i.computed_by),
            {r.ratio_id for r in self.ratios},
        )
        check_known(
            "indicators/*.yaml: printed: source",
            (i.printed.source for i in self.indicators if i.printed.source),
            {s.source_id for s in self.sources},
        )
        check_unique("index.yaml: framework_id", (f.framework_id for f in self.frameworks))
        for framework in self.frameworks:
            series = [s for component in framework.components for s in component.series]
            name = framework.framework_id
            ratios = {r.ratio_id for r in self.ratios}
            check_known(f"index.yaml: ratio of {name}", (s.ratio for s in series if s.ratio), ratios)
            named = (f"{s.indicator} / {s.basis}" for s in series if s.indicator)
            check_known(f"index.yaml: indicator and basis of {name}", named, bases)
        live = {s.source_id for s in self.sources if s.kind == "live"}
        check_unique("live/*.yaml: source_id", (s.source_id for s in self.live))
        check_known("live/*.yaml: source_id", (s.source_id for s in self.live), live)
        for source in self.live:
            meant = [f"{s.indicator_id} / {s.basis}" for s in source.series]
            check_known(f"live/{source.source_id}.yaml: indicator and basis", meant, bases)
            check_known(f"live/{source.source_id}.yaml: unit", (s.unit for s in source.series), units)
            check_known(
                f"live/{source.source_id}.yaml: place", (p for s in source.series for p in s.places.values()), places
            )
        return self

    def live_source(self, source_id: str) -> LiveSource:
        """Return one live source; raises KeyError for an unknown id."""
        return {s.source_id: s for s in self.live}[source_id]

    def indicator(self, indicator_id: str) -> Indicator:
        """Return one indicator; raises KeyError for an unknown id."""
        return {i.indicator_id: i for i in self.indicators}[indicator_id]
