"""`g60 show --as-of`: the warehouse as it would have been on a day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest


def test_only_what_was_published_by_then_is_shown(g60: Callable[..., Any]) -> None:
    now = json.loads(g60("show", "gdp", "--geo", "Hefei", "--json").stdout)
    then = json.loads(g60("show", "gdp", "--geo", "Hefei", "--as-of", "2024-06-30", "--json").stdout)
    assert then["as_of"] == "2024-06-30"
    assert then["figures_undated"] > 1000
    years = [row["year"] for row in then["places"]]
    assert then["build_id"] == f"{now['build_id']}, as known on 2024-06-30"
    assert "as known on 2024-06-30" in then["places"][0]["citation"]["text"]
    assert max(years) == 2023 < max(row["year"] for row in now["places"])
    assert 0 < len(years) < len(now["places"])


def test_shares_are_computed_anew_and_the_screen_says_of_which_day(g60: Callable[..., Any]) -> None:
    shown = g60("show", "--as-of", "2024-06-30").stdout
    assert shown.startswith("As known on 2024-06-30.")
    assert "documents without a date stay out" in shown
    assert "截至2024-06-30所知" in g60("show", "--as-of", "2024-06-30", "--lang", "zh").stdout


@pytest.mark.parametrize("day", ["yesterday", "2024-6-30", "20240630", "2024-02-30"])
def test_a_day_that_is_none_is_wrong_usage(g60: Callable[..., Any], day: str) -> None:
    result = g60("show", "gdp", "--as-of", day)
    assert result.exit_code == 2
    assert "YYYY-MM-DD" in result.stderr


def test_a_day_ahead_is_wrong_usage(g60: Callable[..., Any]) -> None:
    ahead = (dt.date.today() + dt.timedelta(days=30)).isoformat()
    result = g60("show", "gdp", "--as-of", ahead)
    assert (result.exit_code, "lies ahead" in result.stderr) == (2, True)
