"""What the README quotes of the screens is what a run prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ANSWERS = README.partition("\n## What it answers\n")[2].partition("\n## ")[0]


def rows(header: str) -> list[list[str]]:
    """Return the cells of the table of the README that begins with a header."""
    lines = ANSWERS[ANSWERS.index(header) :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def blocks(screen: str, begins: str) -> str:
    """Return the lines of a screen from the one that begins with a word to the next empty one, with single spaces."""
    lines = screen.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(begins))
    return re.sub(r"\s+", " ", "\n".join(lines[start : start + 4]))


@pytest.fixture
def headline(g60) -> str:
    return g60("show", columns=250).stdout.partition("Each one's newest")[0]


@pytest.fixture
def claims(g60) -> str:
    return g60("claims", "--lead", columns=250).stdout


def test_both_tables_are_there():
    assert (len(rows("| share of China |")), len(rows("| claim |"))) == (6, 7)


@pytest.mark.parametrize("row", rows("| share of China |"), ids=lambda row: row[0])
def test_a_share_of_the_headline_is_what_the_screen_prints(row, headline):
    name, songjiang, shanghai, flags = row
    printed = blocks(headline, name.partition(",")[0])
    for cell in (songjiang, shanghai):
        share, _, members = cell.partition(" (")
        assert share in printed
        assert members.rstrip(")") in printed
    assert flags in printed


@pytest.mark.parametrize("row", rows("| claim |"), ids=lambda row: row[0])
def test_a_verdict_of_the_lead_claims_is_what_the_screen_prints(row, claims):
    claim, *scopes = row
    lines = claims.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(claim.partition(":")[0]))
    block = "\n".join(lines[start:]).partition("\n\n")[0]
    songjiang, _, shanghai = block.partition("g60_shanghai")
    shanghai = re.split(r"\nC\d{3} ", shanghai)[0]
    for cell, printed in zip(scopes, (songjiang, shanghai), strict=True):
        verdict, _, figure = cell.rpartition(": ") if ": " in cell else (cell, "", "")
        told = re.sub(r"\s+", " ", printed)
        assert verdict in told
        for part in filter(None, figure.split(", ")):
            assert part in told


@pytest.mark.parametrize("row", rows("| under assumptions |"), ids=lambda row: f"{row[0][:4]} {row[1][-22:]}")
def test_what_the_lead_claims_are_worth_under_assumptions_is_what_the_screen_prints(row, claims):
    claim, assumed, *scopes = row
    under = claims.partition("What follows under assumptions")[2]
    block = re.split(r"\nC\d{3} ", under.partition(f"\n{claim.partition(':')[0]} ")[2])[0]
    songjiang, _, shanghai = block.partition("g60_shanghai")
    for cell, printed in zip(scopes, (songjiang, shanghai), strict=True):
        if cell:
            verdict, figure = cell.split(": ")
            assert re.search(rf"{verdict} +{re.escape(figure)} *\n? +if {assumed} *\n", f"{printed}\n"), printed


LANDSCAPE = [
    in_pieces
    for line in re.findall(r"^    (\S.*)$", ANSWERS.partition("`g60 landscape` says")[2], flags=re.MULTILINE)
    for in_pieces in filter(None, re.split(r"[;.]? ?… ?\.?|; (?=Mixed: …)", line))
]
"""What the README quotes of the landscape, cut where it leaves something out."""


def test_the_landscape_is_quoted():
    assert len(LANDSCAPE) >= 10


@pytest.mark.parametrize("quoted", LANDSCAPE, ids=lambda text: text[:30])
def test_what_is_quoted_of_the_landscape_is_what_the_screen_prints(quoted, g60):
    printed = re.sub(r"\s+", " ", g60("landscape", columns=250).stdout)
    assert re.sub(r"; (Third tier|Mixed):$", "", quoted).rstrip(" :;") in printed
