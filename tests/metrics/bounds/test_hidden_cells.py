"""Bounds contain what is printed: known figures of the package are hidden one by one."""

from __future__ import annotations

import polars as pl
import pytest
from bounded import at, frame
from hidden_cells import frame_of, hide_each, known_cells

Frames = dict[str, pl.DataFrame]

EVERY = 10
"""Of the known figures each tenth is hidden here; `make bench` hides all."""


def test_a_hidden_figure_lies_in_what_the_others_print(graph: Frames) -> None:
    held = frame_of(graph)
    cells = known_cells(held)
    assert len(cells) > 800
    found = list(hide_each(held, cells[::EVERY]))
    printed = [one for one in found if one.tier == "printed"]
    assert [one.cell for one in printed if not one.covered] == []
    assert any(one.relative_width is not None and one.relative_width < 0.1 for one in printed)
    for tier in ("no_fall", "steady"):
        of_tier = [one for one in found if one.tier == tier]
        assert sum(one.covered for one in of_tier) >= 0.98 * len(of_tier)


@pytest.mark.parametrize(("province", "covered"), [(10.0, True), (6.0, False)])
def test_a_hidden_figure_outside_its_bounds_is_seen(province: float, covered: bool) -> None:
    made = frame(at("330100", 3.0), at("330400", 4.0), at("330000", province), members=("330100", "330400"))
    cell = next(c for c in made.figures.cells if c.place == "330400")
    (found,) = hide_each(made, [cell])
    assert (found.low, found.high, found.covered) == (0.0, province - 3, covered)
