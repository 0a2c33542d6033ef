"""Parsers are put inputs made unsound: each is read or refused with a reason, none brings a traceback or hangs.

`make faults` does the same with thousands of inputs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any, Final

import polars as pl
import pytest
from breakage.fuzz import Parser, fuzz, sound
from breakage.mutation import mutated
from breakage.parsers import parsers

from g60_pipeline.contracts.issues import in_words

ROWS: Final = 300
"""Rows of an inbox file, each changed in its own way."""

EXAMPLES: Final = 15
"""Inputs of each parser, the same in every run."""


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> list[Parser]:
    return parsers(tmp_path_factory.mktemp("fuzzed"))


def test_sound_inputs_are_read(every: list[Parser]) -> None:
    assert {parser.name: set(sound(parser)) for parser in every} == {parser.name: {"read"} for parser in every}


def test_unsound_inputs_are_read_or_refused_with_a_reason(every: list[Parser]) -> None:
    ended = {parser.name: fuzz(parser, examples=EXAMPLES, number=1) for parser in every}
    assert all(sum(outcomes.values()) >= EXAMPLES for outcomes in ended.values())
    assert all(outcomes["refused"] for name, outcomes in ended.items() if name.startswith(("document", "live"))), ended


def test_each_mutated_row_is_a_candidate_or_in_quarantine(make: Any, run_home: Callable[..., Any]) -> None:
    draw = Random(7)  # noqa: S311  - the same rows in every run
    head, *rows = make.inbox_csv(*({"value": f"{n}.5", "period": f"{2000 + n % 24}"} for n in range(ROWS))).splitlines()
    lines = [re.sub(r"[\r\n\0]", "", mutated(draw, row.encode()).decode(errors="replace"))[:2_000] for row in rows]
    text = "\n".join([head, *lines]) + "\n"
    tables = run_home({"inbox/own.csv": text})
    accepted = tables["core.observation_candidate"].filter(pl.col("observation_id").str.starts_with("inbox/own.csv#"))
    told = tables["core.quarantine"].filter(pl.col("file") == "inbox/own.csv")
    given = {n for n, line in enumerate(lines, start=2) if re.search("[0-9A-Za-z]", line)}
    refused = set(told["line"].to_list())
    assert accepted.height + len(refused) == len(given)
    assert refused <= given
    assert accepted.height > ROWS // 20
    assert all(in_words(told)["remedy_en"].to_list())
