"""The catalog as core tables: one function each, no judgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl

from g60_pipeline.catalog import Catalog
from g60_pipeline.catalog.dates import first_day, last_day
from g60_pipeline.catalog.formula_versions import check_meanings
from g60_pipeline.catalog.models import DocumentReference, StandIn
from g60_pipeline.contracts.core import catalog as contract
from g60_pipeline.contracts.frames import frame_of
from g60_pipeline.wording import REASON, REFUSAL, entries

METRICS_VERSION: Final = "metrics"
"""Version of `core.corridor_member` that every metric uses."""


def geography(catalog: Catalog) -> pl.DataFrame:
    """Return `core.geography`."""
    rows = [
        g.model_dump()
        | {
            "aliases": list(g.aliases),
            "valid_from": first_day(g.valid_from) if g.valid_from else None,
            "valid_to": last_day(g.valid_to) if g.valid_to else None,
        }
        for g in catalog.geographies
    ]
    return frame_of(contract.Geography, rows).sort("geo_code")


def corridor(catalog: Catalog) -> pl.DataFrame:
    """Return `core.corridor`."""
    rows = [
        c.model_dump()
        | {
            "aliases": list(c.aliases),
            "document_publisher": c.document.publisher,
            "document_title": c.document.title,
            "document_published": c.document.published,
            "document_url": c.document.url,
        }
        for c in catalog.corridors
    ]
    return frame_of(contract.Corridor, rows).sort("corridor_id")


def corridor_member(catalog: Catalog) -> pl.DataFrame:
    """Return `core.corridor_member`: the set the metrics use, and the dated versions."""
    rows: list[dict[str, Any]] = []
    for c in catalog.corridors:
        rows += [
            _member(c.corridor_id, METRICS_VERSION, position=position, geo_code=geo_code, document=c.document)
            for position, geo_code in enumerate(c.members, start=1)
        ]
        for version in c.versions:
            dates = {
                "valid_from": first_day(version.valid_from),
                "valid_to": last_day(version.valid_to) if version.valid_to else None,
            }
            rows += [
                _member(c.corridor_id, version.version, position=position, geo_code=geo_code, document=version.document)
                | dates
                for position, geo_code in enumerate(version.members, start=1)
            ]
    return frame_of(contract.CorridorMember, rows).sort("corridor_id", "version", "position")


def indicator(catalog: Catalog) -> pl.DataFrame:
    """Return `core.indicator`."""
    rows = [
        i.model_dump()
        | {
            "aliases": list(i.aliases),
            "plausible_min": i.plausible.min if i.plausible else None,
            "plausible_max": i.plausible.max if i.plausible else None,
            "release_month": i.release.month if i.release else None,
            "release_lag_years": i.release.lag_years if i.release else None,
            "release_month_places": i.release.places_month if i.release else None,
            "release_note": i.release.note if i.release else None,
            "printed_kind": i.printed.document,
            "printed_source_id": i.printed.source,
        }
        for i in catalog.indicators
    ]
    return frame_of(contract.Indicator, rows).sort("indicator_id")


def indicator_basis(catalog: Catalog) -> pl.DataFrame:
    """Return `core.indicator_basis`, each basis with its effective kind."""
    rows = [
        b.model_dump()
        | {f"stand_in_{name}": getattr(b.stand_in, name, None) for name in StandIn.model_fields}
        | {
            "indicator_id": i.indicator_id,
            "kind": i.kind_of(b),
            "observed_over": i.observed_over_of(b),
            "unit": i.unit_of(b),
        }
        for i in catalog.indicators
        for b in i.bases
    ]
    return frame_of(contract.IndicatorBasis, rows).sort("indicator_id", "basis")


def unit(catalog: Catalog) -> pl.DataFrame:
    """Return `core.unit`."""
    return frame_of(contract.Unit, [u.model_dump() | {"aliases": list(u.aliases)} for u in catalog.units]).sort("unit")


def source(catalog: Catalog) -> pl.DataFrame:
    """Return `core.source`."""
    rows = [s.model_dump() | {"publishers": list(s.publishers)} for s in catalog.sources]
    return frame_of(contract.Source, rows).sort("source_id")


def formula(catalog: Catalog) -> pl.DataFrame:
    """Return `core.formula`."""
    rows = [
        f.model_dump()
        | {"operands": [*f.operands], "steps": [step.text for step in f.steps]}
        | {"parameters": [f"{name} = {number!r}" for name, number in f.parameters.items()]}
        for f in catalog.formulas
    ]
    return frame_of(contract.Formula, rows).sort("formula_id")


def ratio(catalog: Catalog) -> pl.DataFrame:
    """Return `core.ratio`, one row per denominator basis in order of preference."""
    rows = [
        r.model_dump()
        | {
            "indicator_id": r.numerator.indicator,
            "basis": r.numerator.basis,
            "denominator_indicator_id": r.denominator.indicator,
            "denominator_basis": basis,
            "preference": preference,
        }
        for r in catalog.ratios
        for preference, basis in enumerate(r.denominator.bases)
    ]
    return frame_of(contract.Ratio, rows).sort("ratio_id", "preference")


def index_framework(catalog: Catalog) -> pl.DataFrame:
    """Return `core.index_framework`, one row per framework, component and series that may fill it."""
    rows = [
        framework.model_dump(include={"framework_id", "version", "name_en", "name_zh", "what_en", "what_zh"})
        | framework.model_dump(include={"first_year", "least_cities"})
        | component.model_dump(include={"component_id", "dimension", "why_en", "why_zh"})
        | {"position": position, "preference": preference}
        | {"ratio_id": series.ratio, "indicator_id": series.indicator, "basis": series.basis}
        for framework in catalog.frameworks
        for position, component in enumerate(framework.components, start=1)
        for preference, series in enumerate(component.series)
    ]
    return frame_of(contract.IndexFramework, rows)


def formula_version(catalog: Catalog) -> pl.DataFrame:
    """Return `core.formula_version`, the history of every formula.

    Raises:
        G60Error: A formula computes something else than its newest version.
    """
    check_meanings(catalog.formulas, catalog.formula_versions)
    return frame_of(contract.FormulaVersion, [v.model_dump() for v in catalog.formula_versions])


def reason(_: Catalog) -> pl.DataFrame:
    """Return `core.reason`, the words of every reason code."""
    refusals = {code.removesuffix(".rule"): words for code, words in entries(REFUSAL).items()}
    rows = [
        {"reason_code": code, "words_en": words.en, "words_zh": words.zh}
        | {"placeholders": list(words.arguments), "kinds": list(words.arguments.values())}
        for code, words in {**entries(REASON), **refusals}.items()
    ]
    return frame_of(contract.Reason, rows).sort("reason_code")


CATALOG_TABLES: Final[dict[str, Callable[[Catalog], pl.DataFrame]]] = {
    "geography": geography,
    "corridor": corridor,
    "corridor_member": corridor_member,
    "indicator": indicator,
    "indicator_basis": indicator_basis,
    "unit": unit,
    "ratio": ratio,
    "index_framework": index_framework,
    "formula": formula,
    "formula_version": formula_version,
    "reason": reason,
    "source": source,
}
"""Core table -> the function that makes it of the catalog."""


def _member(
    corridor_id: str, version: str, *, position: int, geo_code: str, document: DocumentReference
) -> dict[str, Any]:
    return {
        "corridor_id": corridor_id,
        "version": version,
        "geo_code": geo_code,
        "position": position,
        "document_title": document.title,
        "document_url": document.url,
    }
