"""Makes figures of every prefecture of China and puts them through the arithmetic: seconds, memory, and their slope.

    python benchmarks/prefectures.py 3 30 100 300

An argument is a number of indicators: 337 prefectures, 31 provinces and China x that many x 30 years x 3 documents.
Nothing of it was ever published: places, indicators, documents and values are made by this file, and nothing is stored.
A tenth of the figures of prefectures is left out, so that totals lack members and the bounds have work. Each number of
indicators is a process of its own. `slope` is that of time against rows, both as logarithms, of the last two sizes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import dataframely as dy
import numpy as np
import polars as pl
from timing import cost_of, slope

from g60_pipeline.contracts.core.catalog import Geography, Indicator, IndicatorBasis
from g60_pipeline.contracts.core.figures import Document
from g60_pipeline.contracts.raw import Observation as RawObservation
from g60_pipeline.metrics.bounds.bound import bound
from g60_pipeline.metrics.figures.figure import figures
from g60_pipeline.metrics.figures.total import totals
from g60_pipeline.metrics.growth.growth import growth
from g60_pipeline.metrics.ratios.national_share import national_share
from g60_pipeline.normalize.catalog_tables import METRICS_VERSION
from g60_pipeline.normalize.choose import choose, observations
from g60_pipeline.normalize.live_rows import with_vintage
from g60_pipeline.normalize.observations import candidates_from_raw
from g60_pipeline.normalize.scale import in_scale
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context, run_steps

PREFECTURES, PROVINCES, YEARS, DOCUMENTS, MEMBERS = 337, 31, 30, 3, 27
LEFT_OUT: Final = 0.1
LAST_YEAR: Final = 2024
NATION: Final = "100000"


def places() -> pl.DataFrame:
    """Return China, provinces and prefectures by made codes, prefectures dealt out to the provinces in turn."""
    provinces = [f"{11 + number}0000" for number in range(PROVINCES)]
    rows = [(NATION, "country", None), *((code, "province", NATION) for code in provinces)]
    for number in range(PREFECTURES):
        parent = provinces[number % PROVINCES]
        rows.append((f"{parent[:2]}{1 + number // PROVINCES:02}00", "prefecture", parent))
    return filled(Geography, pl.DataFrame(rows, schema=["geo_code", "level", "parent_code"], orient="row"))


def filled(schema: type[dy.Schema], frame: pl.DataFrame, **values: Any) -> pl.DataFrame:
    """Return a frame with the columns of a contract: those it has, the given values, else an empty text or nothing."""

    def column(name: str, definition: dy.Column) -> pl.Expr:
        if name in frame.columns:
            return pl.col(name).cast(definition.dtype)
        default = None if definition.nullable or definition.dtype != pl.String else "made"
        if isinstance(definition.dtype, pl.List):
            return pl.lit([], dtype=definition.dtype).alias(name)
        return pl.lit(values.get(name, default)).cast(definition.dtype).alias(name)

    return frame.select(column(name, definition) for name, definition in schema.columns().items())


def catalog(indicators: int) -> dict[str, pl.DataFrame]:
    """Return the made tables of the catalog."""
    names = pl.DataFrame({"indicator_id": [f"made_{number:03}" for number in range(indicators)]})
    basis = {"basis": "default", "kind": "flow", "observed_over": "calendar_year", "unit": "count", "shared": False}
    sums = {"additive": True, "non_negative": True, "national_basis": "default"}
    documents = pl.DataFrame({"document_id": ["made_a", "made_b", "made_c"], "grade": ["A", "B", "C"]})
    inside = places().filter(level="prefecture")["geo_code"].head(MEMBERS)
    return {
        "geography": places(),
        "indicator": filled(Indicator, names, unit="count", kind="flow", counts_for_gradient=False),
        "indicator_basis": filled(IndicatorBasis, names, **basis, **sums),
        "document": filled(Document, documents, published=dt.date(2025, 6, 1)),
        "corridor_member": pl.DataFrame({"corridor_id": "made", "version": METRICS_VERSION, "geo_code": inside}),
    }


def raw_figures(made: Mapping[str, pl.DataFrame], *, seed: int = 60) -> pl.DataFrame:
    """Return figures as printed: those of prefectures at random, of provinces and China their sums."""
    random = np.random.default_rng(seed)
    cities = made["geography"].filter(level="prefecture").select("geo_code", "parent_code")
    years = pl.DataFrame({"period": range(LAST_YEAR - YEARS + 1, LAST_YEAR + 1)})
    cells = made["indicator"].select("indicator_id").join(cities, how="cross").join(years, how="cross")
    size = 20 + 80 * random.random(cells.height)
    grown = cells.with_columns(
        value=(pl.Series(size) * 1.05 ** (pl.col("period") - LAST_YEAR + YEARS) * 100).cast(pl.Int64)
    )
    of = ("indicator_id", "period")
    provinces = grown.group_by(*of, geo_code="parent_code").agg(pl.col("value").sum())
    nation = provinces.group_by(*of).agg(pl.col("value").sum()).with_columns(geo_code=pl.lit(NATION))
    printed = grown.filter(pl.Series(random.random(grown.height) >= LEFT_OUT))
    columns = ("geo_code", *of, "value")
    every = pl.concat([frame.select(columns) for frame in (printed, provinces, nation)])
    told = every.join(made["document"].select("document_id"), how="cross").with_row_index("line", offset=2)
    rows = told.with_columns(pl.format("made_{}", "line").alias("row_id"), pl.col("period", "value").cast(pl.String))
    return filled(RawObservation, rows, file="made.csv", basis="default", period_kind="year", unit="count")


def through(indicators: int, report: Path) -> None:
    """Put made figures through the arithmetic and write the seconds and rows of every step as JSON."""
    made = catalog(indicators)
    with tempfile.TemporaryDirectory() as home:
        needed = ("core.unit", "core.ratio", "core.series_break", "core.indicator_basis", "raw.live_figure")
        tables = run_steps(Context.now(Settings(Path(home))), wanted=needed)
    made["indicator_basis"] = pl.concat(
        [made["indicator_basis"], tables["core.indicator_basis"]]
    )  # bounds.yaml names them
    unit, ratio, breaks = (tables[name] for name in needed[:3])
    seconds: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        seconds[name] = time.process_time() - begun

    raw = raw_figures(made)
    core = {name: made[name] for name in ("geography", "indicator_basis")}
    member = {"corridor_member": made["corridor_member"]}
    rows = {"raw": raw.height}
    with step("normalise"):
        told = {name: made[name] for name in ("geography", "indicator", "indicator_basis", "document")}
        found, issues = candidates_from_raw(raw, **told, unit=unit, today=dt.date(2026, 1, 1))
        assert not issues, issues[:3]
    del raw  # as in a build, where a table is on disk once it is made
    with step("scale"):
        found, _ = in_scale(found, unit=unit)
    with step("choice"):
        candidate = choose(with_vintage(found, tables["raw.live_figure"].clear()))
        rows["chosen"] = observations(candidate).height
    del found
    with step("figures"):
        figure = figures(candidate, **core)
    with step("bounds"):
        known = {"figure": figure, "observation_candidate": candidate, "ratio": ratio.clear()}
        bounds, _ = bound(**known, **core, **member, series_break=breaks.clear())
    del candidate, known
    rows["bounds"] = bounds.height
    with step("totals"):
        total = totals(figure, bounds, **core, **member)
    del bounds
    with step("shares"):
        rows["shares"] = national_share(total, figure, **core).height
    with step("growth"):
        rows["growth"] = growth(total, figure, **core, **member, series_break=breaks.clear()).height
    report.write_text(json.dumps({"seconds": seconds, "rows": rows}), encoding="utf-8")


def main(sizes: list[int]) -> None:
    found: list[dict[str, Any]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            cost = cost_of([sys.executable, __file__, "--one", str(size), str(report)], home=folder)
            one = json.loads(report.read_text(encoding="utf-8"))
        found.append(one)
        taken = ", ".join(f"{name} {value:.1f}" for name, value in one["seconds"].items())
        work = sum(one["seconds"].values())
        print(
            f"{size:>4} indicators, {one['rows']['raw']:>10,} figures: {work:7.1f} s ({taken}), {cost.peak_gb:.1f} GB",
            flush=True,
        )
        print(f"     rows: {one['rows']}", flush=True)
    if len(found) > 1:
        rows = [one["rows"]["raw"] for one in found]
        each: Callable[[str], list[float]] = lambda name: [one["seconds"][name] for one in found]  # noqa: E731
        slopes = {name: slope(rows, each(name)) for name in found[0]["seconds"]}
        print("slope of the last two:", ", ".join(f"{name} {value:.2f}" for name, value in slopes.items()))
        print(f"slope of all steps: {slope(rows, [sum(one['seconds'].values()) for one in found]):.2f}")
    print(f"load of the machine in the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        through(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main([int(argument) for argument in sys.argv[1:]] or [3, 30])
