"""Figures, totals and ratios as SDMX-CSV 2.0, with their structure as SDMX-JSON 2.0.

A period is its year where it is a calendar year, its months where it is a part of one (`2025-01-01/P6M`), else its
day; `PERIOD_KIND` says which.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.export.cite import TITLE
from g60_pipeline.export.flat import csv_bytes
from g60_pipeline.export.selection import Selection
from g60_pipeline.export.series import long_table
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import ESTIMATE
from g60_pipeline.wording import word

if TYPE_CHECKING:
    from pysdmx.model import Codelist, ConceptScheme, DataStructureDefinition

AGENCY: Final = "G60"
VERSION: Final = "1.0"
FLOW: Final = "G60_FIGURES"
SCHEME: Final = "CS_G60"
"""Who maintains the structure, and what it is called."""

DIMENSIONS: Final = {
    "INDICATOR": "What is measured",
    "BASIS": "How it is counted",
    "AREA": "Place, or corridor in one of its two readings",
    "PERIOD_KIND": "Calendar year, point in time or part of a year",
    "TIME_PERIOD": "The year, the day, or the first day and length of a part of a year",
}
ATTRIBUTES: Final = {
    "UNIT_MEASURE": "Unit",
    "OBS_STATUS": "A normal, E estimate of the source, M no value: only bounds",
    "LOW": "Lower end of what the published figures allow",
    "HIGH": "Upper end of what the published figures allow",
    "SHARE": "Share of China",
    "SHARE_LOW": "Lower end of the share",
    "SHARE_HIGH": "Upper end of the share",
    "REVISION_ROUND": "Revision round of the figures",
    "GRADE": "Lowest grade of the documents",
    "FLAGS": "What must be known before use, separated by blanks",
    "REASON": "Why there is no value, in English and Chinese",
    "DOCUMENTS": "Identifiers of the documents, separated by blanks",
    "ROW_ID": "Identifier in the warehouse",
}
COMPONENTS: Final = DIMENSIONS | {"OBS_VALUE": "Value; empty where only bounds are known"} | ATTRIBUTES
NUMBERS: Final = ("OBS_VALUE", "LOW", "HIGH", "SHARE", "SHARE_LOW", "SHARE_HIGH")
STATUS: Final = {"A": "Normal value", "E": "Estimate of the source", "M": "No value: only bounds are known"}
"""Concepts, in the order of the file."""


def write(selection: Selection, folder: Path) -> None:
    """Write `figures.csv` and `structure.json`."""
    rows = long_table(selection).to_dicts()
    columns = [*DIMENSIONS, "OBS_VALUE", *ATTRIBUTES]
    cells = ([shown[name] for name in columns] for shown in map(_cells, rows))
    head = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *columns]
    flow = f"{AGENCY}:{FLOW}({VERSION})"
    content = csv_bytes(head, (["dataflow", flow, "I", *row] for row in cells))
    (folder / "figures.csv").write_bytes(content)
    (folder / "structure.json").write_text(_structure(selection, rows), encoding="utf-8")


def _cells(row: Row) -> dict[str, Any]:
    """Return the cell of every component: a column of the same name, where nothing else is said here."""
    return {name: row.get(name.lower()) for name in COMPONENTS} | {
        "INDICATOR": row["indicator_id"],
        "BASIS": _basis(row),
        "AREA": row["area"],
        "PERIOD_KIND": row["period_kind"],
        "TIME_PERIOD": _period(row),
        "OBS_VALUE": row["value"],
        "UNIT_MEASURE": row["unit"],
        "OBS_STATUS": "M" if row["value"] is None else "E" if ESTIMATE in row["flags"] else "A",
        "REVISION_ROUND": row["round"],
        "FLAGS": " ".join(row["flags"]),
        "REASON": f"{row['reason_en']} {row['reason_zh']}" if row["reason_en"] else "",
        "DOCUMENTS": " ".join(row["documents"]),
        "ROW_ID": row["row_id"],
    }


def _period(row: Row) -> str:
    """Return the reference period. Parts of a year that end on one day are told apart."""
    end: dt.date = row["period_end"]
    if row["period_kind"] == "calendar_year":
        return str(end.year)
    if row["period_kind"] == "part_year":
        start: dt.date = row["period_start"]
        return f"{start.isoformat()}/P{12 * (end.year - start.year) + end.month - start.month + 1}M"
    return end.isoformat()


def _basis(row: Row) -> str:
    """Return the basis as a code: a ratio has two."""
    return str(row["basis"]).replace("/", "-")


def _structure(selection: Selection, rows: list[Row]) -> str:
    """Return the structure message: code lists, concepts, data structure and dataflow."""
    from pysdmx.io.json.sdmxjson2.writer.v2_0.structure import write as written  # noqa: PLC0415  - only here
    from pysdmx.model import Agency, Dataflow  # noqa: PLC0415
    from pysdmx.model.message import Header  # noqa: PLC0415

    build = selection.warehouse.one("FROM core.build")
    lists = _codelists(selection, rows)
    structure = _data_structure(lists)
    flow = Dataflow(id=FLOW, name=TITLE, agency=AGENCY, version=VERSION, structure=structure)
    header = Header(id=build["build_id"], prepared=build["built_at"], sender=Agency(AGENCY))
    message = json.loads(written([*lists.values(), _concepts(), structure, flow], header=header) or "")
    for made in message["data"]["dataStructures"]:
        del made["dataStructureComponents"]["groups"]  # pysdmx writes an empty list, which the schema forbids
    return json.dumps(message, ensure_ascii=False, indent=1) + "\n"


def _codelists(selection: Selection, rows: list[Row]) -> dict[str, Codelist]:
    """Return the code list of each component that has one; names are in both languages."""
    from pysdmx.model import Code, Codelist  # noqa: PLC0415

    codes = {
        "INDICATOR": {r["indicator_id"]: f"{r['indicator_en']} {r['indicator_zh']}" for r in rows},
        "BASIS": {_basis(r): _basis(r) for r in rows},
        "AREA": {r["area"]: f"{r['area_en']} {r['area_zh']}" for r in rows},
        "PERIOD_KIND": {k: " ".join(word(k)) for k in selection.columns["core.observation"]["period_kind"].words},
        "UNIT_MEASURE": {r["unit"]: f"{r['unit_en']} {r['unit_zh']}" for r in rows},
        "OBS_STATUS": STATUS,
    }
    return {
        component: Codelist(
            id=f"CL_{component}",
            name=COMPONENTS[component],
            agency=AGENCY,
            version=VERSION,
            items=[Code(id=code, name=name) for code, name in sorted(named.items())],
        )
        for component, named in codes.items()
    }


def _concepts() -> ConceptScheme:
    from pysdmx.model import Concept, ConceptScheme  # noqa: PLC0415

    items = [Concept(id=name, name=words) for name, words in COMPONENTS.items()]
    return ConceptScheme(id=SCHEME, name="Concepts of the warehouse", agency=AGENCY, version=VERSION, items=items)


def _data_structure(lists: dict[str, Codelist]) -> DataStructureDefinition:
    from pysdmx.model import Component, Components, DataStructureDefinition, DataType, Role  # noqa: PLC0415
    from pysdmx.util import ItemReference  # noqa: PLC0415

    def component(name: str, role: Role) -> Component:
        other = DataType.PERIOD if name == "TIME_PERIOD" else DataType.DOUBLE if name in NUMBERS else DataType.STRING
        listed = f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist={AGENCY}:CL_{name}({VERSION})"
        return Component(
            id=name,
            required=role is Role.DIMENSION,
            role=role,
            concept=ItemReference("Concept", AGENCY, SCHEME, VERSION, name),
            local_dtype=None if name in lists else other,
            local_enum_ref=listed if name in lists else None,
            attachment_level="O" if role is Role.ATTRIBUTE else None,
        )

    roles = {
        **dict.fromkeys(DIMENSIONS, Role.DIMENSION),
        "OBS_VALUE": Role.MEASURE,
        **dict.fromkeys(ATTRIBUTES, Role.ATTRIBUTE),
    }
    return DataStructureDefinition(
        id="DSD_G60",
        name="Figures, totals and ratios",
        agency=AGENCY,
        version=VERSION,
        components=Components([component(name, role) for name, role in roles.items()]),
    )
