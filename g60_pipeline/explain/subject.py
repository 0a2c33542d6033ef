"""What a number is of: the columns that name a row of each table, with the names of their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.explain.derivation import RowContext
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import Words
from g60_pipeline.wording import Bilingual, bilingual, entries, say, word

TITLE: Final = "title"
"""Key of the titles of a row in both languages."""


@dataclass(frozen=True)
class NamedValue:
    """One thing a row is of: its column, value and names. A screen prints a proper name in both languages."""

    key: str
    value: Any
    name_en: str
    name_zh: str
    lead: str | None = None
    """Key of the words around its name; None where there are none."""
    is_proper: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {"value": self.value, "name_en": self.name_en, "name_zh": self.name_zh}


def subject_of(context: RowContext) -> list[NamedValue]:
    """Return what a row is of, in the order of the title; a column without a value is left out."""
    row = context.row | ({TITLE: context.row["title_en"]} if "title_en" in context.row else {})
    found = []
    for column in sorted((c for c in context.columns.values() if c.naming), key=lambda c: c.naming or 0):
        key = TITLE if column.column_name == "title_en" else column.column_name
        value = row[key]
        if value is not None and key != "title_zh" and not _repeats_another(key, row):
            names = _names(context, key, column.refers_to, value=value)
            proper = column.refers_to in _ENTRIES or key in {TITLE, "reference_id"}
            found.append(NamedValue(key, value, *names, lead=_lead(key, row), is_proper=proper))
    return found


def title(formula: Row, subject: Sequence[NamedValue], words: Words) -> str:
    """Return the name of a number: its formula and what it is of, nothing twice; proper names in both languages."""
    once: dict[str, str] = {}
    for name in (words.first(formula["name_en"], formula["name_zh"]), *(_in_title(named, words) for named in subject)):
        once.setdefault(name.casefold(), name)
    return words.comma.join(once.values())


def _in_title(named: NamedValue, words: Words) -> str:
    name = (words.both if named.is_proper else words.first)(named.name_en, named.name_zh)
    return say(f"explanation.{named.lead}", words.language, name=name) if named.lead else name


def _repeats_another(key: str, row: dict[str, Any]) -> bool:
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


def _names(context: RowContext, key: str, refers_to: str | None, *, value: Any) -> Bilingual:
    named = _OF.get(key) or _ENTRIES.get(refers_to or "")
    if named is not None:
        return named(context, str(value))
    if not isinstance(value, str):
        return str(value), str(value)
    return word(value, key)


def _lead(key: str, row: dict[str, Any]) -> str | None:
    """Return the key of the words around the name of a column's value."""
    directed = row.get("direction") == "directed" and key in {"from_geo", "to_geo"}
    lead = f"lead.directed_{key.removesuffix('_geo')}" if directed else f"lead.{key}"
    return lead if lead in entries("explanation") else None


def _first(context: RowContext, sql: str, otherwise: Bilingual, **values: Any) -> Bilingual:
    """Return the first pair of names a query finds."""
    found = context.rows(sql, **values)
    return tuple(found[0].values()) if found else otherwise


def _entry(refers_to: str) -> Callable[[RowContext, str], Bilingual]:
    """Return what names an entry of a table of the catalog, given as `core.table.key`."""
    table, _, key = refers_to.rpartition(".")
    sql = f"SELECT name_en, name_zh FROM {table} WHERE {key} = $id LIMIT 1"  # noqa: S608  - names of our own
    return lambda context, code: _first(context, sql, (code, code), id=code)


_corridor: Final = _entry("core.corridor.corridor_id")


def _place(context: RowContext, code: str) -> Bilingual:
    return context.name(code) if code in context.places else _corridor(context, code)


def component_name(context: RowContext, code: str) -> Bilingual:
    """Return the name of the ratio or indicator a component takes first."""
    sql = """SELECT coalesce(r.name_en, i.name_en), coalesce(r.name_zh, i.name_zh) AS zh
             FROM core.index_framework AS f
             LEFT JOIN (SELECT DISTINCT ratio_id, name_en, name_zh FROM core.ratio) AS r USING (ratio_id)
             LEFT JOIN core.indicator AS i ON i.indicator_id = f.indicator_id
             WHERE f.framework_id = $framework AND f.component_id = $id ORDER BY f.preference LIMIT 1"""
    otherwise = code.replace("_", " "), code
    return _first(context, sql, otherwise, framework=context.row["framework_id"], id=code)


def _basis(context: RowContext, basis: str) -> Bilingual:
    sql = "SELECT name_en, name_zh FROM core.indicator_basis WHERE indicator_id = $indicator AND basis = $basis"
    return _first(context, sql, (basis, basis), indicator=context.row["indicator_id"], basis=basis)


def _claim(context: RowContext, code: str) -> Bilingual:
    sql = "SELECT statement_en, statement_zh FROM core.claim WHERE claim_id = $id"
    english, chinese = _first(context, sql, (code, code), id=code)
    return bilingual("explanation.claim", claim=code, statement=(english.rstrip("."), chinese.rstrip("。")))


def _title(context: RowContext, _: str) -> Bilingual:
    row = context.row
    english, chinese = row["title_en"] or row["title_zh"], row["title_zh"] or row["title_en"]
    return bilingual("explanation.title", title=(english, chinese))


_ENTRIES: Final[dict[str, Callable[[RowContext, str], Bilingual]]] = {
    "core.geography.geo_code": _place,
    "core.corridor.corridor_id": _corridor,
    "core.index_framework.component_id": component_name,
} | {
    refers_to: _entry(refers_to)
    for refers_to in (
        "core.indicator.indicator_id",
        "core.index_framework.framework_id",
        "core.ratio.ratio_id",
    )
}
"""What a column refers to -> how its value is named: entries of the catalog, which have proper names."""

_OF: Final[dict[str, Callable[[RowContext, str], Bilingual]]] = {
    "reference_id": _place,
    "basis": _basis,
    "claim_id": _claim,
    TITLE: _title,
    "version": lambda _, version: (version, version),
    "issuer": lambda _, issuer: (issuer, issuer),
}
"""Column -> how its value is named, where it is neither an entry of the catalog nor a plain word."""
