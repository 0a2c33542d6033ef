"""Whatever sound rows an analyst enters, however odd together, every table keeps its contract and a rebuild is identical."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest
from few_facts import using

from g60_pipeline.catalog import load_catalog
from g60_pipeline.publish.storage import data_hash, validated
from g60_pipeline.tables import table

Frames = dict[str, pl.DataFrame]
TESTS: Final = str(Path(__file__).parents[1])
ROWS: Final = 1500
"""Beside the facts of three indicators. Enough that figures of one place, period and basis meet in every combination of round, bound and grade."""

PLACES: Final = (
    "310117", "310000", "330400", "330100", "330700", "320500", "330500", "341800", "340200", "340100",
    "100000", "320000", "330000", "340000", "WLD", "YRD", "G60",
)  # fmt: skip
INDICATORS: Final = (
    "gdp", "population_resident", "star_listed", "land_area", "rd_expenditure", "hightech_enterprises",
)  # fmt: skip


def odd_rows(seed: int) -> Iterator[dict[str, str]]:
    """Yield rows in which every word is allowed and nothing else is considered."""
    draw = random.Random(seed)  # noqa: S311  # a fixed seed, nothing secret
    catalog = load_catalog()
    dimension = {u.unit: u.dimension for u in catalog.units}
    series = [(i, b) for i in catalog.indicators if i.indicator_id in INDICATORS for b in i.bases]
    for _ in range(ROWS):
        indicator, basis = draw.choice(series)
        year = draw.choice((2018, 2019, 2020, 2022))
        over_year = indicator.observed_over_of(basis) == "calendar_year"
        kind, period = draw.choice(
            (("year", f"{year}"), ("part_year", f"{year}-01/{year}-06"))
            if over_year
            else (
                ("year", f"{year}"),
                ("date", f"{year}-06-30"),
                ("census", f"{year}-11-01"),
                ("date", f"{year}-12/{year}-12"),
            )
        )
        value = draw.choice(("0", "1", "0.0000001", "999999999999", "12.5", f"{draw.uniform(0, 1e5):.2f}"))
        marks = [f for f in ("rounded", "unverified", "census", "estimated_by_source") if draw.random() < 0.15]
        bound = draw.choice(([], [], ["lower_bound"], ["upper_bound"]))
        yield {
            "geo_code": draw.choice(PLACES),
            "indicator_id": indicator.indicator_id,
            "basis": basis.basis,
            "period_kind": kind,
            "period": period,
            "value": value if basis.non_negative else draw.choice((value, f"-{value}")),
            "unit": draw.choice([u for u, d in dimension.items() if d == dimension[indicator.unit_of(basis)]]),
            "status": draw.choice(("", "final", "revised", "preliminary")),
            "round": draw.choice(("", "", "first", "annual_final", "census4", "census5")),
            "flags": ";".join([*marks, *bound, "unit_confirmed"]),
            "document_title": f"Bulletin {draw.randint(1, 5)}",
            "published": draw.choice(("", f"{year}", "2024-05", "2024-05-06")),
            "grade": draw.choice("ABCDU"),
        }


@pytest.fixture(scope="module")
def files(make: Any) -> dict[str, str]:
    return {"inbox/odd.csv": make.inbox_csv(*odd_rows(seed=1))}


@pytest.fixture(scope="module")
def built(run_home: Callable[..., Frames], files: dict[str, str], few_facts: Path) -> Frames:
    with using(few_facts):
        return dict(run_home(files))


def test_no_sound_row_is_refused(built: Frames) -> None:
    assert built["core.quarantine"].is_empty()
    own = built["core.observation_candidate"].filter(pl.col("origin").str.starts_with("inbox/"))
    assert own.height == ROWS


@pytest.fixture(scope="module")
def sound(built: Frames) -> Frames:
    return {name: validated(table(name), frame) for name, frame in built.items()}


def test_every_table_keeps_its_contract(built: Frames, sound: Frames) -> None:
    assert {name: frame.height for name, frame in sound.items()} == {n: frame.height for n, frame in built.items()}


BUILT_ELSEWHERE = """
import datetime as dt, json, sys
from pathlib import Path
from few_facts import using
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context, run_steps
from g60_pipeline.publish.storage import data_hash, validated
from g60_pipeline.tables import table
context = Context(settings=Settings(Path(sys.argv[1])), today=dt.date.fromisoformat(sys.argv[2]))
with using(Path(sys.argv[3])):
    tables = run_steps(context)
print(json.dumps({n: data_hash(validated(table(n), f)) for n, f in tables.items()}))
"""


def test_another_process_with_other_threads_gives_the_same_data_to_the_last_bit(
    sound: Frames, files: dict[str, str], few_facts: Path, tmp_path: Path, make: Any
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(content, encoding="utf-8")
    threads = "1" if pl.thread_pool_size() > 1 else "4"
    again = subprocess.run(
        [sys.executable, "-c", BUILT_ELSEWHERE, str(tmp_path), str(make.today), str(few_facts)],
        env=os.environ | {"POLARS_MAX_THREADS": threads, "PYTHONHASHSEED": "4711", "PYTHONPATH": TESTS},
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(again.stdout) == {name: data_hash(frame) for name, frame in sound.items()}


def test_intervals_stay_in_order(built: Frames) -> None:
    total = built["metrics.corridor_total"]
    assert total.filter(pl.col("value_low") > pl.col("value_high")).is_empty()
    for name in ("growth", "intensity"):
        frame = built[f"metrics.{name}"].filter(pl.col("value").is_not_null())
        slack = pl.col("value").abs() * 1e-12
        assert frame.filter(pl.col("value_low") > pl.col("value") + slack).is_empty(), name
        assert frame.filter(pl.col("value_high") < pl.col("value") - slack).is_empty(), name
