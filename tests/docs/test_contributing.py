"""The examples in CONTRIBUTING.md are entries the catalog takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from g60_pipeline.catalog import Indicator, load_catalog

ROOT = Path(__file__).parents[2]
EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_example_of_an_indicator_is_an_indicator() -> None:
    (entry,) = yaml.safe_load(EXAMPLES[0])
    assert Indicator.model_validate(entry).bases[0].additive


def test_the_example_of_a_corridor_gives_totals(run_home: Callable[..., dict[str, Any]]) -> None:
    corridor_id = yaml.safe_load(EXAMPLES[1])["corridor_id"]
    total = run_home({"corridors/mine.yaml": EXAMPLES[1]}, wanted=("metrics.corridor_total",))["metrics.corridor_total"]
    own = total.filter(pl.col("corridor_id") == corridor_id)
    assert own.filter(pl.col("value").is_not_null()).height > 50


def test_the_example_of_a_live_series_stands_in_the_catalog() -> None:
    (entry,) = yaml.safe_load(EXAMPLES[2])
    held = {s.series: s for s in load_catalog().live_source("worldbank").series}[entry["series"]]
    assert entry == held.model_dump(include=set(entry))
