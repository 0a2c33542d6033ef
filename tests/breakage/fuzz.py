"""Puts mutated inputs to a parser with Hypothesis, and counts how they end: read, or refused with a reason.

Anything else fails: an error that is not the project's own, a refusal without rule and remedy, a lost row, a parser that
does not come back.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from breakage.mutation import mutated
from g60_pipeline.errors import G60Error

SECONDS: Final = 10.0
"""Processor time one input may take."""

LONGEST: Final = 4_000
"""Signs of a reason: what a parser quotes of an input must not fill a screen."""


class HangError(AssertionError):
    """A parser did not come back."""


@dataclass(frozen=True)
class Case:
    """A sound input and what reads it. What is read must be refused with a G60Error or be consistent (AssertionError)."""

    content: bytes
    read: Callable[[bytes], object]


@dataclass(frozen=True)
class Parser:
    """A parser with its sound inputs."""

    name: str
    cases: Sequence[Case]


def in_file(path: Path, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """Return a reader of bytes that puts them into a file first."""
    path.parent.mkdir(parents=True, exist_ok=True)

    def put_and_read(content: bytes) -> object:
        path.write_bytes(content)
        return read(path)

    return put_and_read


def restored(path: Path, content: bytes, read: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """Return a reader after which a file is as it was."""

    def read_and_restore(given: bytes) -> object:
        try:
            return read(given)
        finally:
            path.write_bytes(content)

    return read_and_restore


def outcome(case: Case, content: bytes) -> str:
    """Return how an input ended: `read` or `refused`.

    Raises:
        BaseException: Whatever the parser let through.
    """
    try:
        with _within(SECONDS):
            case.read(content)
    except G60Error as error:
        _check_told(error)
        return "refused"
    return "read"


def _check_told(error: G60Error) -> None:
    """Fail where a refusal leaves a person without what was read, the rule or the remedy, or can not be printed."""
    assert error.subject
    assert error.rule
    assert error.remedy
    assert len(str(error)) < LONGEST, f"it quotes {len(str(error))} signs"
    str(error).encode()


def fuzz(parser: Parser, *, examples: int, number: int) -> Counter[str]:
    """Return how many inputs ended how.

    Args:
        parser: The parser.
        examples: How many inputs are tried.
        number: Seed.

    Raises:
        BaseException: What the parser let through, with the input that Hypothesis found smallest.
    """
    ended: Counter[str] = Counter()

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(which=st.integers(0, len(parser.cases) - 1), random=st.randoms(use_true_random=False))
    def attempt(which: int, random: Random) -> None:
        case = parser.cases[which]
        content = mutated(random, case.content)
        try:
            ended[outcome(case, content)] += 1
        except Exception as error:
            error.add_note(f"{parser.name}: input {content[:600]!r} of {len(content)} bytes")
            raise

    attempt()
    return ended


def sound(parser: Parser) -> list[str]:
    """Return how the sound inputs of a parser end; each must be read."""
    return [outcome(case, case.content) for case in parser.cases]


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise HangError in what takes longer on the processor."""

    def stop(_: int, frame: FrameType | None) -> Any:
        raise HangError(f"more than {seconds} s" + (f" in {frame.f_code.co_qualname}" if frame else ""))

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
