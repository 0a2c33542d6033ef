"""How the warehouse and its documents are cited: CITATION.cff, BibTeX, one line of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.screens import harmless

TITLE: Final = (
    "g60_pipeline: the open warehouse of the Yangtze River Delta G60 Science and Technology Innovation Corridor"
)
AUTHORS: Final = "Contributors of g60_pipeline"
"""Who a citation names."""

ABSTRACT: Final = (
    "Published figures about the nine cities of the G60 corridor, with every share, growth rate and interval computed "
    "from them, in both readings of the corridor, and the document of each figure."
)
KEYWORDS: Final = ("G60 corridor", "Yangtze River Delta", "regional innovation", "长三角G60科创走廊")

SPECIAL: Final = re.compile(r"[\\{}$&%#_^~]")
"""Characters that LaTeX obeys."""

_SPELT: Final = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}


def citation(warehouse: Warehouse) -> str:
    """Return the citation of the warehouse in one line."""
    build = warehouse.one("FROM core.build")
    return f"{AUTHORS} ({build['built_at']:%Y}): {TITLE}, version {build['version']}, build {build['build_id']}"


def citation_cff(warehouse: Warehouse) -> str:
    """Return `CITATION.cff` of the published file, by version 1.2.0 of the Citation File Format."""
    build = warehouse.one("FROM core.build")
    quoted = {
        "title": TITLE,
        "message": "Cite the document of every figure as well; references.bib has them.",
        "type": "dataset",
        "version": build["build_id"],
        "date-released": f"{build['built_at']:%F}",
        "abstract": ABSTRACT,
    }
    lines = ["cff-version: 1.2.0", *(f"{key}: {json.dumps(text, ensure_ascii=False)}" for key, text in quoted.items())]
    lines += ["authors:", f"  - name: {json.dumps(AUTHORS)}", "keywords:"]
    lines += [f"  - {json.dumps(word, ensure_ascii=False)}" for word in KEYWORDS]
    return "\n".join(lines) + "\n"


def bibtex(warehouse: Warehouse) -> str:
    """Return the warehouse and every document as BibTeX; keys of documents are their identifiers."""
    build = warehouse.one("FROM core.build")
    own = {
        "author": AUTHORS,
        "title": TITLE,
        "year": f"{build['built_at']:%Y}",
        "version": build["version"],
        "note": f"Build {build['build_id']}",
    }
    documents = warehouse.rows(
        """SELECT d.document_id, d.publisher, d.title, d.published_as_printed, d.url, d.grade, s.name_en
           FROM core.document AS d JOIN core.source AS s USING (source_id) ORDER BY d.document_id"""
    )
    return "\n".join([_entry("g60_pipeline", own), *(_entry(d["document_id"], _fields(d)) for d in documents)])


def _fields(document: Row) -> dict[str, str | None]:
    published = document["published_as_printed"]
    return {
        "author": document["publisher"],
        "title": document["title"],
        "year": published[:4] if published else None,
        "date": published,
        "howpublished": document["name_en"],
        "url": document["url"],
        "note": f"Grade {document['grade']}",
    }


def _entry(key: str, fields: dict[str, str | None]) -> str:
    return "\n".join([f"@misc{{{key},", *_lines(fields), "}\n"])


def _lines(fields: dict[str, str | None]) -> Iterator[str]:
    for name, text in fields.items():
        if text:
            # An address is read as it is; a second pair of braces keeps names of institutions and titles whole.
            yield f"  {name} = {{{text}}}," if name == "url" else f"  {name} = {{{{{_tex(text)}}}}},"


def _tex(text: str) -> str:
    line = " ".join(harmless(text).split())
    return SPECIAL.sub(lambda found: _SPELT.get(found.group(), f"\\{found.group()}"), line)
