"""OECD SDMX: one CSV a series, columns found by name. Each data flow is a part, so one that fails keeps no other out.

Flow, key and the dimension values a row must have are in `source.yaml`. A row with another unit is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from g60_pipeline.catalog.live_models import LiveSeries, LiveSource, file_of
from g60_pipeline.catalog.models import Entry
from g60_pipeline.contracts.source_rows import live_frame
from g60_pipeline.ingest.live.connector import REFUSED_ALONE, Job, SeriesError, SourceRows, yearly_figure
from g60_pipeline.ingest.live.decode import digits_or_none, expect, plain, text_of
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.oecd_sdmx.lines import SOURCE, Line, codes_of, is_no_value, lines_of
from g60_pipeline.ingest.live.options import options_of
from g60_pipeline.wording import in_both, told

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

NORMAL: Final = frozenset({"", "A"})
"""Observation statuses that need no remark."""

ESTIMATED: Final = frozenset({"E", "F", "I"})
"""Observation statuses of an estimate, a forecast and an imputed value: none enters a value of ours."""

PROVISIONAL: Final = "P"
"""Observation status of a provisional value."""

CODES: Final = told("live.remedy.codes", file=CATALOG)


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


class Oecd:
    """China's R&D intensity and PCT applications as the OECD keeps them."""

    source_id: Final = SOURCE

    def parts(self, plan: LiveSource, *, today: dt.date) -> tuple[str, ...]:  # noqa: ARG002 - every flow, every time
        """Return the data flows of the catalog."""
        return tuple(dict.fromkeys(_slice(series).dataflow for series in plan.series))

    def refused(self, part: str, plan: LiveSource, *, today: dt.date) -> str | None:
        """Return why a part is not a data flow of the catalog."""
        flows = self.parts(plan, today=today)
        return None if part in flows else told("live.oecd.no_part", parts=", ".join(flows))

    def collect(self, job: Job) -> Mapping[str, Sequence[Answer]]:
        """Return one answer a series by data flow. No answer depends on another, so `parse` alone validates them.

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

    def parse(self, part: str, answers: Mapping[str, Answer], *, plan: LiveSource) -> SourceRows:
        """Return the figures of the series of one data flow.

        Raises:
            SourceError: An answer has not the form it must have.
        """
        wanted = [series for series in plan.series if _slice(series).dataflow == part]
        there = [series for series in wanted if _key(series) in answers]
        if not there:
            raise SourceError(f"{SOURCE}, {part}", told("live.oecd.none"), told("live.remedy.refresh"))
        warnings: list[str] = [told("live.remark.not_in_snapshot", series=s.series) for s in wanted if s not in there]
        figures: list[dict[str, str | None]] = []
        titles: dict[str, None] = {}
        for series in there:
            answer = answers[_key(series)]
            lines = _selected(series, answer, warnings=warnings)
            figures += _figures(series, answer, lines=lines, warnings=warnings)
            titles |= dict.fromkeys(line.cells["STRUCTURE_NAME"] for line in lines)
        return SourceRows(
            title="; ".join(f"OECD, {title}" for title in titles),
            figures=live_frame("figures", figures),
            warnings=tuple(warnings),
        )


CONNECTOR: Final = Oecd()


def _standing(job: Job, part: str, answers: Sequence[Answer], *, gone: Mapping[str, SeriesError]) -> list[Answer]:
    sound = [answer for answer in answers if answer.key not in gone]
    return [*sound, *job.last_answers(part, gone)] if sound else list(answers)


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
    name = answer.subject
    if answer.status in REFUSED_ALONE:
        raise SeriesError(name, told("live.oecd.nothing", flow=piece.flow, code=piece.key, status=answer.status), CODES)
    lines = list(lines_of(answer, text_of(answer, warnings=warnings), columns=(*COLUMNS, *piece.select)))
    for line in lines:
        structure = line.cells["STRUCTURE_ID"]
        expect(
            structure.split("(")[0] == piece.structure,
            answer,
            "oecd.structure",
            number=line.number,
            structure=structure,
            asked=piece.structure,
        )
    chosen = [
        line
        for line in lines
        if line.cells["REF_AREA"] in series.places and all(line.cells[c] == v for c, v in piece.select.items())
    ]
    if not chosen:
        seen = "; ".join(f"{c} {codes_of(lines, c)}" for c in ("REF_AREA", *piece.select))
        asked = ", ".join(f"{c} {v}" for c, v in piece.select.items())
        raise SeriesError(name, told("live.oecd.no_row", places="/".join(series.places), asked=asked, seen=seen), CODES)
    return chosen


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
        where = told("live.part.line", n=line.number)
        if unit != expected:
            raise SeriesError(
                answer.subject,
                told("live.oecd.unit", where=where, unit=unit, expected=expected),
                told("live.remedy.unit_measure", file=CATALOG),
            )
        is_year = re.fullmatch(r"[12][0-9]{3}", year)
        expect(is_year, answer, "oecd.no_year", where=where, year=year)
        earlier = seen.setdefault((place, year), line.number)
        expect(
            earlier == line.number,
            answer,
            "oecd.twice",
            remedy=told("live.remedy.select", file=CATALOG),
            place=place,
            year=year,
            earlier=earlier,
            number=line.number,
        )
        if is_no_value(line.cells["OBS_VALUE"]):
            continue
        what = told("live.part.cell", column="OBS_VALUE", where=where)
        printed = digits_or_none(line.cells["OBS_VALUE"], what=what, warnings=odd, answer=answer)
        if printed is None:
            continue
        value, scaled = _scaled(printed, answer, line)
        notes = [note for note in (_status(line), scaled) if note]
        rows.append(
            yearly_figure(
                series.series,
                place,
                year,
                value=value,
                locator=f"{answer.key}, {where}",
                unit=unit,
                status="preliminary" if _code(line) == PROVISIONAL else None,
                flags="estimated_by_source" if _code(line) in ESTIMATED else None,
                note="; ".join(notes) or None,
            )
        )
    expect(rows or not odd, answer, "oecd.no_number", odd=odd[0] if odd else "")
    warnings += odd
    return rows


def _scaled(printed: str, answer: Answer, line: Line) -> tuple[str, str | None]:
    """Return the value with the power of ten of UNIT_MULT applied, and a note where that changed it."""
    power = line.cells.get("UNIT_MULT", "").strip()
    if power in {"", "0"}:
        return printed, None
    expect(re.fullmatch(r"-?[0-9]{1,2}", power), answer, "oecd.power", number=line.number, power=power)
    return plain(f"{printed}e{power}"), in_both(told("live.remark.scaled", printed=printed, power=power))


def _code(line: Line) -> str:
    return line.cells["OBS_STATUS"].strip()


def _status(line: Line) -> str | None:
    code = _code(line)
    if code in NORMAL:
        return None
    label = line.cells.get("Observation status", "").strip()
    return in_both(told("live.remark.status", status=f"{code} ({label})" if label else code))
