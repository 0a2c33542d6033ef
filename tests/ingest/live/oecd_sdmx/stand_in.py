"""Stand-in for the OECD SDMX service: CSV with labels, ETags and its answer to an unknown key; own figures."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field

from simulator.wire import IncomingRequest, Reply

MSTI = "OECD.STI.STP,DSD_MSTI@DF_MSTI,1.0/CHN.A.G.PT_B1GQ._Z._Z"
PATENTS = "OECD.STI.PIE,DSD_PATENTS@DF_PATENTS,1.0/9P50_1.A.AP.PATN.PRIORITY.CHN._Z.INVENTOR._Z._Z._T"

Row = dict[str, str]


def observation(dimensions: Row, year: int, value: str, *, status: str = "A") -> Row:
    """Return one row: dimensions, then period, value and attributes."""
    names = {"A": "Normal value", "E": "Estimated value", "P": "Provisional value", "B": "Time series break"}
    return dimensions | {
        "TIME_PERIOD": str(year),
        "Time period": "",
        "OBS_VALUE": value,
        "Observation value": "",
        "OBS_STATUS": status,
        "Observation status": names[status],
        "UNIT_MULT": "0",
        "Unit multiplier": "Units",
    }


MSTI_DIMENSIONS: Row = {
    "STRUCTURE": "DATAFLOW",
    "STRUCTURE_ID": "OECD.STI.STP:DSD_MSTI@DF_MSTI(1.0)",
    "STRUCTURE_NAME": "Main science and technology indicators",
    "ACTION": "I",
    "REF_AREA": "CHN",
    "Reference area": "China (People’s Republic of)",
    "FREQ": "A",
    "Frequency of observation": "Annual",
    "MEASURE": "G",
    "Measure": "Gross domestic expenditure on R&D, all sectors",
    "UNIT_MEASURE": "PT_B1GQ",
    "Unit of measure": "Percentage of GDP",
    "PRICE_BASE": "_Z",
    "Price base": "Not applicable",
    "TRANSFORMATION": "_Z",
    "Transformation": "Not applicable",
}

PATENT_DIMENSIONS: Row = {
    "STRUCTURE": "DATAFLOW",
    "STRUCTURE_ID": "OECD.STI.PIE:DSD_PATENTS@DF_PATENTS(1.0)",
    "STRUCTURE_NAME": "Patent counts",
    "ACTION": "I",
    "PATENT_AUTHORITIES": "9P50_1",
    "FREQ": "A",
    "MEASURE": "AP",
    "UNIT_MEASURE": "PATN",
    "DATE_TYPE": "PRIORITY",
    "REF_AREA": "CHN",
    "Reference area": "China (People’s Republic of)",
    "PARTNER_AREA": "_Z",
    "AGENT_ROLE": "INVENTOR",
    "COOPERATION_TYPE": "_Z",
    "WIPO": "_Z",
    "OECD_TECHNOLOGY_PATENT": "_T",
}


def _default() -> dict[str, list[Row]]:
    intensity = [observation(MSTI_DIMENSIONS, y, f"{0.9 * 1.045 ** (y - 2000):.5f}") for y in range(2000, 2025)]
    patents = [observation(PATENT_DIMENSIONS, y, f"{800 * 1.2 ** (y - 2000):.4f}") for y in range(2000, 2024)]
    return {MSTI: intensity, PATENTS: patents}


@dataclass
class Oecd:
    """The service. `slices` holds the rows by flow and key; all rows of a slice have the same columns."""

    slices: dict[str, list[Row]] = field(default_factory=_default)

    def reply(self, asked: IncomingRequest) -> Reply:
        """Return what the real service would reply; an unchanged slice is a 304 to whoever sends its ETag."""
        if asked.query.get("format") != "csvfilewithlabels":
            return Reply(content=b"<?xml version='1.0'?><GenericData/>", content_type="application/xml")
        first = asked.query.get("startPeriod", "")
        rows = [row for row in self.slices.get(asked.path, []) if row["TIME_PERIOD"] >= first]
        if not rows:
            return Reply(404, b"NoRecordsFound", "text/plain")
        content = to_csv(rows)
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if any(name.lower() == "if-none-match" and value == etag for name, value in asked.headers.items()):
            return Reply(304, headers={"ETag": etag})
        kind = "application/vnd.sdmx.data+csv; charset=utf-8; version=1; labels=both"
        return Reply(content=content, content_type=kind, headers={"ETag": etag})


def to_csv(rows: list[Row]) -> bytes:
    """Return the rows as the service writes them."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
