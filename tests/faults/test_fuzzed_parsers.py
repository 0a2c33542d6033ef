"""Parsers are put inputs made unsound: each is read or refused with a reason, none brings a traceback or hangs.

`make faults` does the same with thousands of inputs.
"""

from __future__ import annotations

from typing import Final

import pytest
from breakage.fuzz import Parser, fuzz, sound
from breakage.parsers import parsers

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
