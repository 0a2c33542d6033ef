"""The catalog entry of an export, as DCAT 3 in JSON-LD: what it is, and every file of it with its checksum."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from g60_pipeline.export.checksums import sha256
from g60_pipeline.export.cite import ABSTRACT, AUTHORS, KEYWORDS, TITLE
from g60_pipeline.export.selection import Selection
from g60_pipeline.wording import bilingual

FILE: Final = "catalog.jsonld"

CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Vocabularies; they are in the file, so that reading it needs no network."""

MEDIA: Final = {
    ".bib": "application/x-bibtex",
    ".cff": "application/yaml",
    ".csv": "text/csv",
    ".duckdb": "application/vnd.duckdb",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".txt": "text/plain",
}
"""Media type by the end of a name."""


def write(selection: Selection, folder: Path) -> None:
    """Write the entry of the files that are in a folder; addresses are relative to it."""
    build = selection.warehouse.one("FROM core.build")
    made = f"{build['built_at']:%Y-%m-%dT%H:%M:%SZ}"
    english, chinese = bilingual("export.about.title")
    owners = bilingual("export.about.owners")
    sources = selection.warehouse.rows(
        "SELECT name_en, name_zh, url, terms, licence FROM core.source ORDER BY source_id"
    )
    entry: dict[str, Any] = {
        "@context": CONTEXT,
        "@id": f"urn:g60:{build['build_id']}",
        "@type": "dcat:Dataset",
        "dct:title": [_in("en", TITLE), _in("en", english), _in("zh", chinese)],
        "dct:description": _in("en", ABSTRACT),
        "dct:identifier": build["build_id"],
        "dcat:version": build["version"],
        "dct:issued": {"@type": "xsd:dateTime", "@value": made},
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": AUTHORS},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:date", "@value": f"{build['coverage_start']:%F}"},
            "dcat:endDate": {"@type": "xsd:date", "@value": f"{build['coverage_end']:%F}"},
        },
        "dct:rights": {"@type": "dct:RightsStatement", "dct:description": [_in("en", owners[0]), _in("zh", owners[1])]},
        "dcat:keyword": list(KEYWORDS),
        "dct:source": [
            {
                "dct:title": [_in("en", s["name_en"]), _in("zh", s["name_zh"])],
                "dct:rights": f"{s['terms']}; {s['licence']}",
            }
            | ({"foaf:page": {"@id": s["url"]}} if s["url"] else {})
            for s in sources
        ],
        "dcat:distribution": [_distribution(file, folder) for file in sorted(folder.rglob("*")) if file.is_file()],
    }
    (folder / FILE).write_text(json.dumps(entry, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _in(language: str, text: str) -> dict[str, str]:
    return {"@language": language, "@value": text}


def _distribution(file: Path, folder: Path) -> dict[str, Any]:
    name = file.relative_to(folder).as_posix()
    return {
        "@type": "dcat:Distribution",
        "dct:title": name,
        "dcat:downloadURL": {"@id": quote(name)},
        "dcat:mediaType": MEDIA.get(file.suffix, "application/octet-stream"),
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.stat().st_size)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": sha256(file),
        },
    }
