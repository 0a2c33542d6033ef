"""Dictionary of the warehouse, and the methods: formulas, flags, reasons, grades, and which build this is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from latex2mathml.converter import convert
from markupsafe import Markup

from g60_pipeline.report.site.data import grouped
from g60_pipeline.report.site.page import Page, Site
from g60_pipeline.wording import REASON, entries

FLAGS: Final = (
    "rounded", "unverified", "year_inferred", "census", "month_only", "lower_bound", "upper_bound",
    "estimated_by_source", "unit_confirmed", "disagreement", "implausible", "basis_joined", "mixed_vintage",
    "break", "withdrawn", "corrected",
)  # fmt: skip
"""Flags in the order they are explained."""

ARGUMENT: Final = re.compile(r"\{\w+\}")
"""Placeholder of an argument in the words of a reason."""


def pages(site: Site) -> Iterator[Page]:
    """Yield both pages."""
    columns = site.data.warehouse.rows("FROM core.column ORDER BY table_schema, table_name, position")
    comments = {
        (row["schema_name"], row["table_name"]): row["comment"] or ""
        for row in site.data.warehouse.rows("SELECT schema_name, table_name, comment FROM duckdb_tables()")
    }
    tables = [
        {"name": ".".join(key), "comment": comments.get(key, ""), "columns": rows}
        for key, rows in grouped(columns, lambda row: (row["table_schema"], row["table_name"])).items()
    ]
    yield Page(
        "dictionary.html", "dictionary.html.jinja", site.t("dictionary"), {"tables": tables}, section="dictionary"
    )
    known = entries(REASON)  # rules of refused rows are no reasons of numbers
    content = {
        "formulas": [row | {"mathml": typeset(row["latex"])} for row in site.data.formulas.values()],
        "build": site.data.build,
        "flags": [(site.word(flag), site.t(f"flag.{flag}")) for flag in FLAGS],
        "reasons": [
            (row["reason_code"], ARGUMENT.sub("…", site.first(row, "words")))
            for row in site.data.warehouse.rows("FROM core.reason ORDER BY reason_code")
            if row["reason_code"] in known
        ],
        "sources": site.data.warehouse.rows(
            """SELECT s.source_id, s.name_en, s.name_zh, s.publisher_en, s.publisher_zh, s.licence, s.terms, s.url,
                      count(d.document_id) AS documents
               FROM core.source AS s LEFT JOIN core.document AS d USING (source_id)
               GROUP BY ALL ORDER BY documents DESC, s.source_id"""
        ),
    }
    yield Page("methods.html", "methods.html.jinja", site.t("methods"), content, section="methods")


def typeset(latex: str) -> Markup:
    """Return a formula as MathML, which browsers set without help."""
    return Markup(convert(latex, display="block"))  # noqa: S704  - made of a formula of the catalog
