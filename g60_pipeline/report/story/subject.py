"""What a number is of: the columns that name a row of each table, with the names they stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.report.story.working import Case
from g60_pipeline.wording import Both, entries, say, word

PLACES: Final = ("geo_code", "geo_code_1", "geo_code_2", "from_geo", "to_geo", "reference_id")
INDICATORS: Final = ("indicator_id", "weight_indicator_id")

PROPER: Final = (*PLACES, *INDICATORS, "corridor_id", "framework_id", "component_id", "ratio_id", "title")
"""Columns whose names are told in both languages."""

NAMING: Final = (
    "framework_id",
    "component_id",
    "title",
    "issued_as_printed",
    "claim_id",
    "geo_code",
    "geo_code_1",
    "geo_code_2",
    "from_geo",
    "to_geo",
    "corridor_id",
    "reference_id",
    "ratio_id",
    "indicator_id",
    "basis",
    "weight_indicator_id",
    "yardstick",
    "measure",
    "path",
    "direction",
    "position",
    "weight",
    "weighting",
    "aggregation",
    "source",
    "left_out",
    "kind",
    "treatment",
    "base_year",
    "issuer",
    "level",
    "theme",
    "version",
    "standing",
    "period_end",
    "year",
    "span",
)
"""Columns that say what a row is of, in the order they are named."""


@dataclass(frozen=True)
class Named:
    """One thing a row is of: its column, what stands there, its names, and the words these stand in."""

    key: str
    value: Any
    name_en: str
    name_zh: str
    lead: str | None = None
    """Key of the words around its name; None where it stands alone."""

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {"value": self.value, "name_en": self.name_en, "name_zh": self.name_zh}


def subject(case: Case) -> list[Named]:
    """Return what a row is of, in the order it is told; a column without a value is left out."""
    row = case.row | ({"title": case.row["title_en"]} if "title_en" in case.row else {})
    found = []
    for key in NAMING:
        value = row.get(key)
        if value is not None and not _said_already(key, row):
            found.append(Named(key, value, *_names(case, key, value), lead=_lead(key, row)))
    return found


def _said_already(key: str, row: dict[str, Any]) -> bool:
    """Return whether a column repeats what another one of the row says."""
    dated = row.get("period_end") is not None
    return (
        (key == "year" and (dated or row.get("issued_as_printed") is not None))
        or (key == "span" and row.get("year") is not None)
        or (key == "indicator_id" and row.get("ratio_id") is not None)
        or (key == "position" and not isinstance(row["position"], str))
        or (key == "weight" and row["weight"] == "none")
        or (key == "measure" and str(row["formula_id"]).startswith("growth_"))
        or (key == "source" and "draws" not in row)
        or (key == "component_id" and row.get("framework_id") is None)
    )


def _names(case: Case, key: str, value: Any) -> Both:
    if key in PLACES:
        return _place(case, str(value))
    named = _OF.get(key)
    if named is not None:
        return named(case, str(value))
    if key in INDICATORS:
        return case.indicator(str(value))
    if not isinstance(value, str):
        return str(value), str(value)
    return word(str(value), key)


def _place(case: Case, code: str) -> Both:
    return case.name(code) if code in case.places else _corridor(case, code)


def _lead(key: str, row: dict[str, Any]) -> str | None:
    """Return the key of the words the name of a column's value stands in."""
    directed = row.get("direction") == "directed" and key in {"from_geo", "to_geo"}
    lead = f"lead.directed_{key.removesuffix('_geo')}" if directed else f"lead.{key}"
    return lead if lead in entries("story") else None


def _one(case: Case, sql: str, value: str) -> Both | None:
    found = case.rows(sql, id=value)
    return (found[0]["en"], found[0]["zh"]) if found else None


def _corridor(case: Case, code: str) -> Both:
    sql = "SELECT name_en AS en, name_zh AS zh FROM core.corridor WHERE corridor_id = $id"
    return _one(case, sql, code) or (code, code)


def _framework(case: Case, code: str) -> Both:
    sql = "SELECT name_en AS en, name_zh AS zh FROM core.index_framework WHERE framework_id = $id LIMIT 1"
    return _one(case, sql, code) or (code, code)


def component_name(case: Case, code: str) -> Both:
    """Return the name of the ratio or indicator a component takes first."""
    found = case.rows(
        """SELECT coalesce(r.name_en, i.name_en) AS en, coalesce(r.name_zh, i.name_zh) AS zh
           FROM core.index_framework AS f
           LEFT JOIN (SELECT DISTINCT ratio_id, name_en, name_zh FROM core.ratio) AS r USING (ratio_id)
           LEFT JOIN core.indicator AS i ON i.indicator_id = f.indicator_id
           WHERE f.framework_id = $framework AND f.component_id = $id ORDER BY f.preference LIMIT 1""",
        framework=case.row["framework_id"],
        id=code,
    )
    if not found:
        return code.replace("_", " "), code
    return found[0]["en"], found[0]["zh"]


def _ratio(case: Case, code: str) -> Both:
    sql = "SELECT name_en AS en, name_zh AS zh FROM core.ratio WHERE ratio_id = $id LIMIT 1"
    return _one(case, sql, code) or (code, code)


def _basis(case: Case, basis: str) -> Both:
    found = case.bases.get((case.row["indicator_id"], basis))
    return (found["name_en"], found["name_zh"]) if found else (basis, basis)


def _claim(case: Case, code: str) -> Both:
    sql = "SELECT statement_en AS en, statement_zh AS zh FROM core.claim WHERE claim_id = $id"
    english, chinese = _one(case, sql, code) or (code, code)
    return (
        say("story.claim", "en", claim=code, statement=english.rstrip(".")),
        say("story.claim", "zh", claim=code, statement=chinese.rstrip("。")),
    )


def _title(case: Case, _: str) -> Both:
    row = case.row
    english, chinese = row["title_en"] or row["title_zh"], row["title_zh"] or row["title_en"]
    return say("story.title", "en", title=english), say("story.title", "zh", title=chinese)


_OF: Final[dict[str, Callable[[Case, str], Both]]] = {
    "corridor_id": _corridor,
    "framework_id": _framework,
    "component_id": component_name,
    "ratio_id": _ratio,
    "basis": _basis,
    "claim_id": _claim,
    "title": _title,
    "version": lambda _, version: (version, version),
    "issuer": lambda _, issuer: (issuer, issuer),
}
"""Column -> how its value is named, where it is no plain word."""
