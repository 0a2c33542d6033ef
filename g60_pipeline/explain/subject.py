"""What a number is of: the columns that name a row of each table, with the names they stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.explain.working import Case
from g60_pipeline.wording import Both, entries, say, word

TITLE: Final = "title"
"""What the titles of a row in both languages are called together."""


@dataclass(frozen=True)
class Named:
    """One thing a row is of: its column, what stands there, its names, and the words these stand in.

    A proper name is told in both languages.
    """

    key: str
    value: Any
    name_en: str
    name_zh: str
    lead: str | None = None
    """Key of the words around its name; None where it stands alone."""
    is_proper: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {"value": self.value, "name_en": self.name_en, "name_zh": self.name_zh}


def subject(case: Case) -> list[Named]:
    """Return what a row is of, in the order it is told; a column without a value is left out."""
    row = case.row | ({TITLE: case.row["title_en"]} if "title_en" in case.row else {})
    found = []
    for column in sorted((c for c in case.columns.values() if c.naming), key=lambda c: c.naming or 0):
        key = TITLE if column.column_name == "title_en" else column.column_name
        value = row[key]
        if value is not None and key != "title_zh" and not _said_already(key, row):
            names = _names(case, key, column.refers_to, value=value)
            proper = column.refers_to in _ENTRIES or key in {TITLE, "reference_id"}
            found.append(Named(key, value, *names, lead=_lead(key, row), is_proper=proper))
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


def _names(case: Case, key: str, refers_to: str | None, *, value: Any) -> Both:
    named = _OF.get(key) or _ENTRIES.get(refers_to or "")
    if named is not None:
        return named(case, str(value))
    if not isinstance(value, str):
        return str(value), str(value)
    return word(value, key)


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


_ENTRIES: Final[dict[str, Callable[[Case, str], Both]]] = {
    "core.geography.geo_code": _place,
    "core.indicator.indicator_id": lambda case, code: case.indicator(code),
    "core.corridor.corridor_id": _corridor,
    "core.index_framework.framework_id": _framework,
    "core.index_framework.component_id": component_name,
    "core.ratio.ratio_id": _ratio,
}
"""What a column refers to -> how its value is named: entries of the catalog, which have proper names."""

_OF: Final[dict[str, Callable[[Case, str], Both]]] = {
    "reference_id": _place,
    "basis": _basis,
    "claim_id": _claim,
    TITLE: _title,
    "version": lambda _, version: (version, version),
    "issuer": lambda _, issuer: (issuer, issuer),
}
"""Column -> how its value is named, where it is neither an entry of the catalog nor a plain word."""
