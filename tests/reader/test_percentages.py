"""A share is written with two decimals, and never as none or all of a thing where it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import g60_pipeline
from g60_pipeline.metrics.claims.claim_audit import _span
from g60_pipeline.normalize.printed import percent, percentage
from g60_pipeline.reader.words import Words


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.0, "0.00 %"),
        (-0.0, "0.00 %"),
        (0.100849, "10.08 %"),
        (8.43e-7, "0.000084 %"),
        (-1e-6, "-0.0001 %"),
        (0.99996, "99.996 %"),
        (1 - 1e-16, "100.00 %"),
        (1.0, "100.00 %"),
        (1.00004, "100.004 %"),
        (1.2, "120.00 %"),
        (-0.99996, "-99.996 %"),
        (-1.0, "-100.00 %"),
    ],
)
def test_a_share_is_written_with_two_decimals_or_as_many_as_say_something(share: float, written: str) -> None:
    assert percent(share) == written


@given(st.floats(min_value=1e-12, max_value=1 - 1e-10))
def test_no_part_is_written_as_none_or_all(share: float) -> None:
    assert 0 < float(percentage(share)) < 100
    assert "e" not in percentage(share)


def test_an_end_of_an_interval_is_none_of_zero_or_all() -> None:
    assert Words("en").share(None, 8.43e-7, 0.99996).startswith("0.000084–99.996 % = 1/")
    assert Words("en").share(None, None, 8.43e-7).startswith("≤ 0.000084 % = 1/")


def test_a_claim_says_neither_none_nor_all_of_a_share_that_is_neither() -> None:
    assert _span(8.43e-7, 0.99996, {"claimed_unit": "ratio", "ratio_n": None}) == "0.000084 % – 99.996 %"


def test_a_change_has_its_sign_and_is_not_written_as_none() -> None:
    assert [percent(share, signed=True) for share in (0.0, 4e-6, -4e-6)] == ["+0.00 %", "+0.0004 %", "-0.0004 %"]


def test_no_module_writes_percentages_in_a_form_of_its_own() -> None:
    package = Path(g60_pipeline.__file__).parent
    own = re.compile(r"\.[1-9]f\} ?%|\.[1-9]%\}")
    found = [str(file) for file in package.rglob("*.py") if own.search(file.read_text(encoding="utf-8"))]
    assert found == []
