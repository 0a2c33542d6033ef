"""One chart: its form, its words and its numbers, and the whole Vega-Lite specification of it."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.reader.words import plain

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
"""Name of the language of the specification; nothing is fetched from there."""

WIDTH: Final = 720
"""Width of a picture, in pixels."""

ROOM_FOR_NAMES: Final = 104
"""Pixels right of lines for the names of places."""

LOOKS: Final = ("colour", "dash")
"""Fields of a line that are the same in all rows of a place: a page has them once."""

Values = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Chart:
    """A chart. Its numbers are rows whose fields the form names (`kinds`)."""

    kind: str
    title: str
    notes: tuple[str, ...]
    """Below the title: unit and years, flags, source."""
    values: Values
    columns: Mapping[str, str]
    """Fields that are data, with their names in the language of the chart: the columns of the CSV file."""
    height: int | None = 280
    """Pixels; None where rows make the height."""
    ticks: Sequence[float] = ()
    """Values of a logarithmic scale that are named; with none the scale is a plain one."""
    most: float | None = None
    """Where the scale ends, and what goes beyond is cut; the largest number without it."""
    unit: str = ""
    """Unit of all numbers, which the CSV file names in each row where `columns` has it."""
    shared: str = ""
    """Name of a set of rows that pages share, of which this chart has those of its places that are not in focus."""

    @property
    def logarithmic(self) -> bool:
        """Return whether the scale is logarithmic."""
        return bool(self.ticks)

    def payload(self) -> dict[str, Any]:
        """Return what a page of the site needs: `rows` under `fields`; the form is shipped once for all charts."""
        own = [row for row in self.values if row.get("focus") or not self.shared]
        looks = {row["place"]: {k: row[k] for k in LOOKS} for row in own if all(k in row for k in ("place", *LOOKS))}
        fields = list(dict.fromkeys(k for row in own for k, v in row.items() if v is not None))
        fields = [field for field in fields if not (looks and field in LOOKS)]
        found = {
            "kind": self.kind,
            "title": self.title,
            "notes": list(self.notes),
            "fields": fields,
            "rows": [[row.get(field) for field in fields] for row in own],
            "looks": looks,
            "shared": self.shared,
            "among": sorted({row["place"] for row in self.values if not row.get("focus")}) if self.shared else None,
            "columns": dict(self.columns),
            "unit": self.unit,
            "height": self.height,
            "ticks": list(self.ticks),
            "most": self.most,
        }
        return {key: value for key, value in found.items() if value}

    def specification(self) -> dict[str, Any]:
        """Return the Vega-Lite specification with numbers, words and light colours."""
        from g60_pipeline.report.charts.kinds import form  # noqa: PLC0415  - Altair takes half a second to load
        from g60_pipeline.report.charts.theme import config  # noqa: PLC0415

        spec = filled(copy.deepcopy(form(self.kind)), self)
        return spec | {
            "$schema": SCHEMA,
            "config": config(),
            "title": {"text": self.title, "subtitle": list(self.notes)},
            "width": WIDTH,
        }


def filled(spec: dict[str, Any], chart: Chart) -> dict[str, Any]:
    """Put numbers into a form; `site.js` does the same in a page."""
    spec["data"] = {"values": plain(list(chart.values))}
    if chart.height:
        spec["height"] = chart.height
    if chart.kind == "lines":
        spec["padding"] = {"left": 4, "top": 4, "bottom": 4, "right": ROOM_FOR_NAMES}
    for layer in spec.get("layer", [spec]):
        y = layer["encoding"].get("y", {})
        if "scale" in y and chart.logarithmic:
            y["scale"] = {"type": "log", "nice": False, "padding": 6}
            y["axis"] = {k: v for k, v in y["axis"].items() if k != "tickCount"} | {"values": list(chart.ticks)}
        if "scale" in y and chart.most:
            y["scale"] |= {"domainMax": chart.most}
    return spec


def spread(targets: Sequence[float], *, low: float, high: float, apart: float) -> list[float]:
    """Return where labels go: near their targets, in the same order, at least `apart` from each other.

    All are in one unit, such as the share of the height; labels that do not fit are squeezed together.

        >>> spread([0.5, 0.5, 0.9], low=0, high=1, apart=0.1)
        [0.45, 0.55, 0.9]
    """
    order = sorted(range(len(targets)), key=lambda i: targets[i])
    apart = min(apart, (high - low) / max(len(order) - 1, 1))
    groups: list[list[int]] = []
    for i in order:
        groups.append([i])
        while len(groups) > 1 and _start(groups[-1], targets, low=low, high=high, apart=apart) < (
            _start(groups[-2], targets, low=low, high=high, apart=apart) + apart * len(groups[-2])
        ):
            groups[-2:] = [groups[-2] + groups[-1]]
    found = [0.0] * len(targets)
    for group in groups:
        start = _start(group, targets, low=low, high=high, apart=apart)
        for position, i in enumerate(group):
            found[i] = round(start + apart * position, 9)
    return found


def decades(low: float, high: float) -> list[float]:
    """Return the ones, twos and fives of every decade between two positive numbers, the ends of a logarithmic scale.

    >>> decades(300, 6000)
    [500.0, 1000.0, 2000.0, 5000.0]
    """
    first, last = math.floor(math.log10(low)), math.floor(math.log10(high))
    every = [float(f"{step}e{power}") for power in range(first, last + 1) for step in (1, 2, 5)]
    return [tick for tick in every if low <= tick <= high]


def _start(group: Sequence[int], targets: Sequence[float], *, low: float, high: float, apart: float) -> float:
    """Return where the first label of a group goes so that the group lies around the mean of its targets."""
    length = apart * (len(group) - 1)
    middle = sum(targets[i] for i in group) / len(group)
    return min(max(middle - length / 2, low), high - length)
