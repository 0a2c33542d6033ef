"""`analysis.city_year`: one row per city and year, one column per indicator on its default basis."""

from __future__ import annotations

from typing import Final

import polars as pl

COMMENT: Final = (
    "One row per city and year: annual figures that enter arithmetic, on the default basis of each indicator. "
    "Cities may stand in different revision rounds: take sums from metrics.corridor_total"
)
"""Comment of the view."""


PLACE: Final = ("g.geo_code", "g.name_en", "g.name_zh", "o.year")
"""Columns before those of the indicators."""

GATHERED: Final = (
    "list_sort(list_distinct(flatten(list(o.flags)))) AS flags",
    "list_sort(list_distinct(list(o.grade))) AS grades",
    "list_sort(list_distinct(list(o.round))) AS rounds",
)
"""Columns after them."""


def city_year_sql(indicator: pl.DataFrame, indicator_basis: pl.DataFrame, observation: pl.DataFrame) -> str:
    """Return the statement that creates the view, with a comment per column naming basis and unit.

    Args:
        indicator: `core.indicator`.
        indicator_basis: `core.indicator_basis`.
        observation: `core.observation`; an indicator without any figure on its default basis gets no column. Where that
            goes for all of them, the view has the columns that belong to no indicator.
    """
    defaults = indicator.select("indicator_id", "name_en", "name_zh", basis="default_basis").join(
        indicator_basis.select("indicator_id", "basis", "kind", "unit", basis_en="name_en"),
        on=["indicator_id", "basis"],
    )
    filled = observation.select("indicator_id", "basis").unique()
    used = defaults.join(filled, on=["indicator_id", "basis"], how="semi").sort("indicator_id")
    columns, comments = [], []
    for row in used.iter_rows(named=True):
        match = f"o.indicator_id = '{row['indicator_id']}' AND o.basis = '{row['basis']}'"
        if row["kind"] == "constant":
            continue
        columns.append(f"max(o.value) FILTER ({match}) AS {row['indicator_id']}")
        words = f"{row['name_en']} {row['name_zh']}: {row['basis_en']}; unit {row['unit']}".replace("'", "''")
        comments.append(f"COMMENT ON COLUMN analysis.city_year.{row['indicator_id']} IS '{words}';")
    selected = ",\n    ".join([*PLACE, *columns, *GATHERED])
    return f"""
CREATE VIEW analysis.city_year AS
SELECT
    {selected}
FROM core.observation AS o
JOIN core.geography AS g USING (geo_code)
WHERE g.geo_code IN (SELECT m.geo_code FROM core.corridor_member AS m WHERE m.version = 'metrics')
  AND NOT list_contains(o.flags, 'estimated_by_source')
  AND NOT list_contains(o.flags, 'withdrawn')
  AND NOT list_contains(o.flags, 'lower_bound')
  AND NOT list_contains(o.flags, 'upper_bound')
  AND o.annual
GROUP BY g.geo_code, g.name_en, g.name_zh, o.year;
COMMENT ON VIEW analysis.city_year IS
'{COMMENT}';
COMMENT ON COLUMN analysis.city_year.grades IS 'Grades of the figures of the row.';
COMMENT ON COLUMN analysis.city_year.rounds IS 'Revision rounds of the figures of the row.';
{chr(10).join(comments)}
"""  # noqa: S608  - identifiers of our own catalog, checked on load
