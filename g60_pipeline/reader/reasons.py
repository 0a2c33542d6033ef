"""Stored reasons in words: why a row has no value, why a figure lost. The words themselves are in the catalogue."""

from __future__ import annotations

from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.wording import LANGUAGES, REASON, Bilingual, NameOf, say


def names(warehouse: Warehouse) -> NameOf:
    """Return what gives the arguments of reasons their names; what has none keeps its identifier."""
    known = {(row["kind"], row["name"]): row for row in warehouse.rows("FROM analysis.reason_name")}
    return lambda kind, name, language: known[kind, name][f"words_{language}"] if (kind, name) in known else name


def reason(row: Row, named: NameOf | None = None) -> Bilingual | None:
    """Return the reason of a row in both languages, with the remarks of a verdict after it; None without one."""
    if row.get("reason_code") is None:
        return None
    codes = row.get("remark_codes") or ()
    remarks = zip(codes, row["remark_args"] if codes else (), strict=True)
    parts = [(row["reason_code"], row["reason_args"]), *((code, [arg] if arg else []) for code, arg in remarks)]
    english, chinese = (
        joint.join(say(f"{REASON}.{code}", language, *arguments, named=named) for code, arguments in parts)
        for language, joint in zip(LANGUAGES, (" ", ""), strict=True)
    )
    return english, chinese
