"""OECD SDMX: one CSV a series, columns found by name. Each data flow is a part, so one that fails keeps no other out.

Flow, key and the dimension values a row must have stand in `source.yaml`. A row with another unit is refused.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from g60_pipeline.catalog.live_models import LiveSeries, LiveSource, file_of
from g60_pipeline.catalog.models import Entry
from g60_pipeline.contracts.live import live_frame
from g60_pipeline.ingest.live.connector import REFUSED_ALONE, Job, Parsed, SeriesError
from g60_pipeline.ingest.live.decode import WAIT, digits_or_none, expect, plain, signs, subject, text_of
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.options import options_of
from g60_pipeline.signs import is_missing

SOURCE: Final = "oecd_sdmx"
CATALOG: Final = file_of(SOURCE)
COLUMNS: Final = (
    "STRUCTURE_ID",
    "STRUCTURE_NAME",
    "REF_AREA",
    "UNIT_MEASURE",
    "TIME_PERIOD",
    "OBS_VALUE",
    "OBS_STATUS",
)
"""Columns every flow must have, besides those a series selects by."""

NO_OBSERVATION: Final = "nan"
"""What SDMX writes where there is no observation, in small letters."""

NORMAL: Final = frozenset({"", "A"})
"""Observation statuses that need no remark."""

ESTIMATED: Final = frozenset({"E", "F"})
"""Observation statuses of an estimate and of a forecast: neither enters a value of ours."""

PROVISIONAL: Final = "P"
"""Observation status of a provisional value."""

CODES: Final = f"Look the codes up in the OECD Data Explorer and change `key` and `select` in {CATALOG}"


class Span(Entry):
    """Options of the source: the first year to ask for."""

    first_year: int


class Slice(Entry):
    """Options of a series: data flow, key within it, the unit it must declare and the dimension values it is of."""

    flow: str
    key: str
    unit_measure: str
    select: dict[str, str]

    @property
    def dataflow(self) -> str:
        """Return the bare name of the flow, DF_MSTI for OECD.STI.STP,DSD_MSTI@DF_MSTI,1.0."""
        return self.flow.split(",")[1].split("@")[-1]

    @property
    def structure(self) -> str:
        """Return how rows name the flow, without its version: OECD.STI.STP:DSD_MSTI@DF_MSTI."""
        return ":".join(self.flow.split(",")[:2])


@dataclass(frozen=True)
class Line:
    """One row of a CSV file with the line it ends on."""

    number: int
    cells: Mapping[str, str]


class Oecd:
    """China's R&D intensity and PCT applications as the OECD keeps them."""

    source_id: Final = SOURCE

    def parts(self, plan: LiveSource, *, today: dt.date) -> tuple[str, ...]:  # noqa: ARG002 - every flow, every time
        """Return the data flows of the catalog."""
        return tuple(dict.fromkeys(_slice(series).dataflow for series in plan.series))

    def refused(self, part: str, plan: LiveSource, *, today: dt.date) -> str | None:
        """Return why a part is not a data flow of the catalog."""
        flows = self.parts(plan, today=today)
        return None if part in flows else f"its parts are {', '.join(flows)}"

    def collect(self, job: Job) -> Mapping[str, Sequence[Answer]]:
        """Return one answer a series by data flow. No answer depends on another, so they are judged by `parse` alone.

        A series of several in a flow that the service no longer gives keeps its last answer.

        Raises:
            SourceError: The source did not answer.
        """
        first_year = options_of(Span, job.plan.options, where=CATALOG).first_year
        found: dict[str, list[Answer]] = {}
        gone: dict[str, dict[str, SeriesError]] = {}
        for series in job.plan.series:
            piece = _slice(series)
            if piece.dataflow not in job.parts:
                continue
            request = Request(
                key=_key(series),
                path=f"{piece.flow}/{piece.key}",
                params=(
                    ("startPeriod", str(first_year)),
                    ("dimensionAtObservation", "AllDimensions"),
                    ("format", "csvfilewithlabels"),
                ),
                form="csv",
                accept_missing=True,
            )
            answer = job.ask_series(request)
            found.setdefault(piece.dataflow, []).append(answer)
            with suppress(SourceError):
                try:
                    _figures(series, answer, lines=_selected(series, answer, warnings=[]), warnings=[])
                except SeriesError as error:
                    gone.setdefault(piece.dataflow, {})[answer.key] = error
        return {part: _standing(job, part, answers, gone=gone.get(part, {})) for part, answers in found.items()}

    def parse(self, part: str, answers: Mapping[str, Answer], *, plan: LiveSource) -> Parsed:
        """Return the figures of the series of one data flow.

        Raises:
            SourceError: An answer has not the form it must have.
        """
        wanted = [series for series in plan.series if _slice(series).dataflow == part]
        there = [series for series in wanted if _key(series) in answers]
        if not there:
            raise SourceError(f"{SOURCE}, {part}", "the snapshot holds no series of the catalog", "Refresh the source")
        warnings = [f"{s.series} is not in this snapshot" for s in wanted if s not in there]
        figures: list[dict[str, str | None]] = []
        titles: dict[str, None] = {}
        for series in there:
            answer = answers[_key(series)]
            lines = _selected(series, answer, warnings=warnings)
            figures += _figures(series, answer, lines=lines, warnings=warnings)
            titles |= dict.fromkeys(line.cells["STRUCTURE_NAME"] for line in lines)
        return Parsed(
            title="; ".join(f"OECD, {title}" for title in titles),
            figures=live_frame("figures", figures),
            warnings=tuple(warnings),
        )


CONNECTOR: Final = Oecd()


def _standing(job: Job, part: str, answers: Sequence[Answer], *, gone: Mapping[str, SeriesError]) -> list[Answer]:
    sound = [answer for answer in answers if answer.key not in gone]
    return [*sound, *job.standing_in(part, gone)] if sound else list(answers)


def _slice(series: LiveSeries) -> Slice:
    return options_of(Slice, series.options, where=f"{CATALOG}, {series.series}")


def _key(series: LiveSeries) -> str:
    return f"series/{series.series}"


def _selected(series: LiveSeries, answer: Answer, *, warnings: list[str]) -> list[Line]:
    """Return the rows of the series: of its flow, its dimension values and its places.

    Raises:
        SourceError: The file is not the one asked for, or has no such row.
    """
    piece = _slice(series)
    name = subject(SOURCE, answer)
    if answer.status in REFUSED_ALONE:
        rule = f"the service has nothing under {piece.flow}/{piece.key} (status {answer.status})"
        raise SeriesError(name, rule, CODES)
    lines = list(_lines(answer, text_of(SOURCE, answer, warnings=warnings), columns=(*COLUMNS, *piece.select)))
    for line in lines:
        structure = line.cells["STRUCTURE_ID"]
        expect(
            structure.split("(")[0] == piece.structure,
            SOURCE,
            answer,
            rule=f"line {line.number} is of {structure!r}, {piece.structure} was asked for",
        )
    chosen = [
        line
        for line in lines
        if line.cells["REF_AREA"] in series.places and all(line.cells[c] == v for c, v in piece.select.items())
    ]
    if not chosen:
        seen = "; ".join(f"{c} {_codes(lines, c)}" for c in ("REF_AREA", *piece.select))
        asked = ", ".join(f"{c} {v}" for c, v in piece.select.items())
        rule = f"no row is of {'/'.join(series.places)} with {asked}; the codes seen: {seen}"
        raise SeriesError(name, rule, CODES)
    return chosen


def _lines(answer: Answer, text: str, *, columns: tuple[str, ...]) -> Iterator[Line]:
    name = subject(SOURCE, answer)
    if not text.strip():
        raise SourceError(name, "the answer is empty", WAIT)
    if text.lstrip().startswith("<"):
        raise SourceError(name, "the answer is an HTML or XML page, not CSV", WAIT)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [signs(name) for name in next(reader)]
        missing = [c for c in columns if c not in header]
        expect(not missing, SOURCE, answer, rule=f"columns are missing: {', '.join(missing)} (there are {header})")
        double = sorted({c for c in columns if header.count(c) > 1})
        expect(not double, SOURCE, answer, rule=f"columns stand there twice: {', '.join(double)}")
        start = reader.line_num + 1
        for cells in reader:
            rule = f"a cell spans lines {start} to {reader.line_num}: a quotation mark is not closed on its line"
            expect(reader.line_num == start, SOURCE, answer, rule=rule)
            start = reader.line_num + 1
            rule = (
                f"line {reader.line_num} has {len(cells)} fields, the header {len(header)}; the file may be cut short"
            )
            expect(len(cells) == len(header), SOURCE, answer, rule=rule, remedy=WAIT)
            yield Line(reader.line_num, dict(zip(header, map(signs, cells), strict=True)))
    except csv.Error as error:
        raise SourceError(name, f"line {reader.line_num} is not whole CSV ({error})", WAIT) from error


def is_no_value(text: str) -> bool:
    """Return whether a cell holds no observation: nothing, SDMX's own NaN, or a sign of print for it."""
    return text.casefold() == NO_OBSERVATION or is_missing(text)


def _codes(lines: Sequence[Line], column: str) -> str:
    codes = sorted({line.cells[column] for line in lines})
    return "/".join(codes[:12] + ["…"] * (len(codes) > 12)) or "none"


def _figures(
    series: LiveSeries, answer: Answer, *, lines: Sequence[Line], warnings: list[str]
) -> list[dict[str, str | None]]:
    """Return the rows as figures; a row without a value is none, an odd value is left out with a warning."""
    odd: list[str] = []
    rows: list[dict[str, str | None]] = []
    seen: dict[tuple[str, str], int] = {}
    expected = _slice(series).unit_measure
    for line in lines:
        place, year, unit = (line.cells[c] for c in ("REF_AREA", "TIME_PERIOD", "UNIT_MEASURE"))
        where = f"line {line.number}"
        if unit != expected:
            rule = f"{where} is in the unit {unit!r}, the series in {expected}"
            remedy = f"If the series moved to it, change `unit` and `unit_measure` in {CATALOG}"
            raise SeriesError(subject(SOURCE, answer), rule, remedy)
        is_year = re.fullmatch(r"[12][0-9]{3}", year)
        expect(is_year, SOURCE, answer, rule=f"TIME_PERIOD of {where} is {year!r}, not a year")
        earlier = seen.setdefault((place, year), line.number)
        expect(
            earlier == line.number,
            SOURCE,
            answer,
            rule=f"{place} {year} stands there twice, on lines {earlier} and {line.number}",
            remedy=f"If they differ by a dimension, state its value in `select` in {CATALOG}",
        )
        if is_no_value(line.cells["OBS_VALUE"]):
            continue
        what = f"OBS_VALUE of {where}"
        printed = digits_or_none(line.cells["OBS_VALUE"], what=what, warnings=odd, answer=answer)
        if printed is None:
            continue
        value, scaled = _scaled(printed, answer, line)
        notes = [note for note in (_status(line), scaled) if note]
        rows.append(
            {
                "record_key": f"{series.series}|{place}|{year}",
                "locator": f"{answer.key}, {where}",
                "series": series.series,
                "place": place,
                "period_kind": "year",
                "period": year,
                "value": value,
                "unit": unit,
                "status": "preliminary" if _code(line) == PROVISIONAL else None,
                "flags": "estimated_by_source" if _code(line) in ESTIMATED else None,
                "note": "; ".join(notes) or None,
            }
        )
    expect(rows or not odd, SOURCE, answer, rule=f"no value is a number: {'; '.join(odd[:1])}")
    warnings += odd
    return rows


def _scaled(printed: str, answer: Answer, line: Line) -> tuple[str, str | None]:
    """Return the value with the power of ten of UNIT_MULT applied, and a note where that changed it."""
    power = line.cells.get("UNIT_MULT", "").strip()
    if power in {"", "0"}:
        return printed, None
    expect(
        re.fullmatch(r"-?[0-9]{1,2}", power),
        SOURCE,
        answer,
        rule=f"UNIT_MULT of line {line.number} is {power!r}, not a power of ten",
    )
    return plain(f"{printed}e{power}"), f"printed as {printed} in units of 10^{power}"


def _code(line: Line) -> str:
    return line.cells["OBS_STATUS"].strip()


def _status(line: Line) -> str | None:
    code = _code(line)
    if code in NORMAL:
        return None
    label = line.cells.get("Observation status", "").strip()
    return f"observation status {code}" + (f" ({label})" if label else "")
