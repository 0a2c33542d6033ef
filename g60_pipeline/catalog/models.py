"""The form of the catalog entries, in pydantic. References between them: `whole`; live sources: `live_models`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from g60_pipeline.catalog.dates import first_day
from g60_pipeline.signs import WEB_ADDRESS

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
GeoCode = Annotated[str, StringConstraints(pattern=r"^(\d{6}|[A-Z0-9]{3})$")]


def _readable(partial: str) -> str:
    first_day(partial)
    return partial


PartialDate = Annotated[str, AfterValidator(_readable)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

WebAddress = Annotated[str, StringConstraints(pattern=WEB_ADDRESS)]

CHINA: Final = ((73.0, 136.0), (3.0, 54.0))
"""Longitudes and latitudes between which China lies."""

Level = Literal["world", "country", "delta", "province", "prefecture", "district", "corridor"]
Kind = Literal["stock", "flow", "ratio", "index", "constant"]
ObservedOver = Literal["calendar_year", "point_in_time"]
DocumentKind = Literal[
    "communique", "rd_bulletin", "yearbook", "listing", "official_list", "ranking", "database", "reports"
]
Grade = Literal["A", "B", "C", "D", "U"]
Terms = Literal["open", "ask", "closed"]


class Entry(BaseModel):
    """Base of all catalog entries: immutable, and an unknown key is an error rather than silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Geography(Entry):
    """A place by its GB/T 2260 code (or WLD, YRD, G60 for areas without one)."""

    geo_code: GeoCode
    level: Level
    name_en: Text
    name_zh: Text
    short_zh: Text
    parent_code: GeoCode | None = None
    valid_from: PartialDate | None = None
    valid_to: PartialDate | None = None
    longitude: float | None = Field(default=None, ge=-180, le=180)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    coordinate_source: str | None = None
    aliases: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _coordinates_are_cited(self) -> Self:
        if (self.longitude is None) != (self.latitude is None):
            raise ValueError("longitude and latitude go together")
        if self.longitude is not None and not self.coordinate_source:
            raise ValueError("coordinates need a coordinate_source")
        return self


class DocumentReference(Entry):
    """Where a definition was printed."""

    publisher: Text
    title: Text
    published: PartialDate | None = None
    url: WebAddress | None = None
    note: str | None = None


class CorridorVersion(Entry):
    """One dated list of members; information for the reader, never used by a metric."""

    version: Text
    valid_from: PartialDate
    valid_to: PartialDate | None = None
    members: tuple[GeoCode, ...]
    document: DocumentReference


class Corridor(Entry):
    """A set of places whose figures are added up. `members` serve every year of every metric."""

    corridor_id: Identifier
    name_en: Text
    name_zh: Text
    aliases: tuple[Text, ...] = ()
    description_en: Text
    description_zh: Text
    parent_code: GeoCode
    as_published_code: GeoCode | None = None
    established: int | None = None
    document: DocumentReference
    members: Annotated[tuple[GeoCode, ...], Field(min_length=1)]
    versions: tuple[CorridorVersion, ...] = ()


class PlausibleRange(Entry):
    """Bounds of a believable value, in the canonical unit."""

    min: float
    max: float


class Release(Entry):
    """When the figure of a reference year is normally out; December of that year itself: what is public at once."""

    month: int = Field(ge=1, le=12)
    lag_years: int = Field(ge=0)
    places_month: int | None = Field(default=None, ge=1, le=12)
    """Month by which most cities have theirs, where that is another one."""
    note: str | None = None


class PrintedIn(Entry):
    """In what figures of places are printed, and by whom."""

    document: DocumentKind
    source: Identifier | None = None
    """Where none is named, a communique, bulletin or yearbook is that of the place's own bureau."""


class StandIn(Entry):
    """Another basis whose figure serves where this one has none, and why the two are the same number."""

    basis: Identifier
    reason_en: Text
    reason_zh: Text


class Basis(Entry):
    """One way of counting an indicator. Bases never mix; `national_basis` names what it may be divided by."""

    basis: Identifier
    name_en: Text
    name_zh: Text
    additive: bool
    shared: bool = False
    """Whether one thing counts in every place that takes part, so that counts of places do not add up."""
    non_negative: bool = True
    national_basis: Identifier | None = None
    world_basis: Identifier | None = None
    slack_basis: Identifier | None = None
    stand_in: StandIn | None = None
    kind: Kind | None = None
    observed_over: ObservedOver | None = None
    unit: Identifier | None = None
    note: str | None = None


class Indicator(Entry):
    """What is measured, in which canonical unit, and the bases it comes in."""

    indicator_id: Identifier
    name_en: Text
    name_zh: Text
    aliases: tuple[Text, ...] = ()
    """What people call it; a name of several indicators is one of each, and refused with all its meanings."""
    definition_en: Text
    definition_zh: Text
    theme: Identifier
    unit: Identifier
    kind: Kind
    observed_over: ObservedOver
    plausible: PlausibleRange | None = None
    max_yearly_change: float | None = Field(default=None, gt=0)
    default_basis: Identifier
    release: Release | None = None
    printed: PrintedIn = PrintedIn(document="communique")
    """Mostly the yearly communique of the place's bureau."""
    computed_by: Identifier | None = None
    counts_for_gradient: bool = False
    bases: Annotated[tuple[Basis, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _bases_refer_to_each_other(self) -> Self:
        names = [b.basis for b in self.bases]
        if len(set(names)) != len(names):
            raise ValueError(f"a basis is listed twice: {names}")
        wanted = {self.default_basis} | {
            other
            for b in self.bases
            for other in (b.national_basis, b.world_basis, b.slack_basis, b.stand_in and b.stand_in.basis)
            if other
        }
        if missing := wanted - set(names):
            raise ValueError(f"bases named but not defined: {sorted(missing)}")
        return self

    def kind_of(self, basis: Basis) -> Kind:
        """Return the kind of one basis: its own where it has one, else the indicator's."""
        return basis.kind or self.kind

    def unit_of(self, basis: Basis) -> str:
        """Return the canonical unit of one basis: its own where it has one (trade in dollars), else the indicator's."""
        return basis.unit or self.unit

    def observed_over_of(self, basis: Basis) -> ObservedOver:
        """Return what a figure filed for a year means on one basis."""
        return basis.observed_over or self.observed_over


class Unit(Entry):
    """A unit of measure: value x 10^power_of_ten is the value in the base unit of its dimension."""

    unit: Identifier
    dimension: Identifier
    power_of_ten: int
    symbol_en: Text
    symbol_zh: Text
    aliases: tuple[Text, ...] = ()
    """Other ways to write it."""


class Source(Entry):
    """Who publishes, under which terms. Terms gate what may be exported."""

    source_id: Identifier
    name_en: Text
    name_zh: Text
    publisher_en: Text
    publisher_zh: Text
    url: WebAddress | None = None
    licence: Text
    terms: Terms
    cadence: Text
    grade: Grade
    kind: Literal["official", "press", "yearbook", "compilation", "live"]
    publishers: tuple[str, ...] = ()
    note: str | None = None


class RatioNumerator(Entry):
    """The one series above the line."""

    indicator: Identifier
    basis: Identifier


class RatioDenominator(Entry):
    """The series below the line; the first of `bases` that holds a figure for the period serves."""

    indicator: Identifier
    bases: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class Ratio(Entry):
    """A ratio of two indicators, for `metrics.intensity`: numerator / denominator x scale, in canonical units."""

    ratio_id: Identifier
    name_en: Text
    name_zh: Text
    numerator: RatioNumerator
    denominator: RatioDenominator
    scale: float = Field(gt=0)
    unit: Identifier
    unit_zh: Text
    formula_en: Text
    formula_zh: Text
    counts_for_gradient: bool = False
