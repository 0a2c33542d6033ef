"""No two rows get one identifier: the second is refused, and others of its file are not."""

from __future__ import annotations

import polars as pl
import pytest

from g60_pipeline.normalize.rules import apply_rules, unique


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ([("inbox/a.csv", "x"), ("inbox/a.csv", "y"), ("inbox/b.csv", "x")], []),
        ([("inbox/a.csv", "x"), ("inbox/a.csv", "x")], [1]),
        ([("facts/a.csv", "x"), ("facts/b.csv", "x")], [1]),
        ([("inbox/a.csv", "x.csv#y"), ("inbox/a.csv#x.csv", "y"), ("inbox/a.csv#x.csv", "z")], [1]),
        ([("inbox/a.csv", None), ("inbox/a.csv", None)], []),
    ],
)
def test_a_row_is_refused_whose_identifier_another_has(rows: list[tuple[str, str | None]], refused: list[int]) -> None:
    frame = pl.DataFrame(rows, schema=["file", "row_id"], orient="row").with_row_index("line")
    kept, issues = apply_rules(frame, [unique("row_id")])
    assert [issue.line for issue in issues] == refused
    assert kept["line"].to_list() == [n for n in range(len(rows)) if n not in refused]
    assert all(issue.rule == "duplicate" and issue.column == "row_id" for issue in issues)
