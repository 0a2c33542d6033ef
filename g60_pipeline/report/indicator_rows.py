"""Figures of one indicator: totals and shares of the corridors, figures of places. Queries only, no layout."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from g60_pipeline.reader.database import Row, Warehouse

_BOUND: Final = "list_has_any(o.flags, ['lower_bound', 'upper_bound'])"
"""Whether a figure is a bound and no value."""

_CORRIDOR: Final = """
WITH total AS (
    SELECT corridor_id, indicator_id, basis, period_kind, period_end, year, annual, unit, flags, formula_id, input_ids,
           metric_id, value, value_low, value_high, members_reporting, members_expected, members_missing, round,
           reason_code, reason_args
    FROM metrics.corridor_total WHERE indicator_id = $indicator AND basis = $basis
    UNION ALL
    SELECT corridor_id, $indicator, $basis, period_kind, period_end, year, true, unit, flags, formula_id, input_ids,
           metric_id, value, value_low, value_high, NULL, NULL, [], numerator_round, reason_code, reason_args
    FROM metrics.intensity WHERE ratio_id = $ratio AND corridor_id IS NOT NULL
),
national AS (
    SELECT corridor_id, period_kind, period_end, metric_id AS share_metric_id, share, one_in_n, share_low, share_high,
           numerator, denominator, national_basis, round AS share_round, flags AS share_flags,
           formula_id AS share_formula_id, input_ids AS share_input_ids
    FROM metrics.national_share WHERE corridor_id IS NOT NULL AND indicator_id = $indicator AND basis = $basis
),
assumed AS (
    SELECT corridor_id, period_kind, period_end,
           coalesce(arg_min(tier, width) FILTER (NOT is_share), arg_min(tier, width) FILTER (is_share)) AS assumed_tier,
           arg_min(low, width) FILTER (NOT is_share) AS assumed_low,
           arg_min(high, width) FILTER (NOT is_share) AS assumed_high,
           arg_min(low, width) FILTER (is_share) AS assumed_share_low,
           arg_min(high, width) FILTER (is_share) AS assumed_share_high
    FROM (SELECT * REPLACE (coalesce(width, 'inf') AS width), measure = 'share_of_nation' AS is_share
          FROM metrics.bound
          WHERE corridor_id IS NOT NULL AND tier <> 'printed' AND reason_code IS NULL
            AND ((measure IN ('level', 'share_of_nation') AND indicator_id = $indicator AND basis = $basis)
                 OR (measure = 'ratio' AND ratio_id = $ratio)))
    GROUP BY ALL
),
joined AS (
    SELECT t.*, n.* EXCLUDE (corridor_id, period_kind, period_end),
           list_sort(list_distinct(list_concat(t.flags, coalesce(n.share_flags, [])))) AS all_flags,
           list_distinct(list_concat(t.input_ids, coalesce(n.share_input_ids, []))) AS all_inputs
    FROM total AS t LEFT JOIN national AS n USING (corridor_id, period_kind, period_end)
),
graded AS (
    SELECT b.metric_id, max(c.grade) AS grade
    FROM (SELECT metric_id, unnest(all_inputs) AS observation_id FROM joined) AS b
    JOIN core.observation_candidate AS c USING (observation_id)
    GROUP BY b.metric_id
),
partial AS (
    SELECT m.metric_id,
           list_sort(list(m.geo_code) FILTER (f.metric_id IS NOT NULL)) AS bounded,
           list_sort(list(m.geo_code) FILTER (f.metric_id IS NULL AND list_contains(o.flags, 'estimated_by_source')))
               AS estimated
    FROM (SELECT metric_id, period_kind, period_end, unnest(members_missing) AS geo_code FROM joined) AS m
    LEFT JOIN metrics.figure AS f
        ON f.geo_code = m.geo_code AND f.period_kind = m.period_kind AND f.period_end = m.period_end
       AND f.indicator_id = $indicator AND f.basis = $basis AND f.round_group = 'any'
    LEFT JOIN core.observation AS o
        ON o.geo_code = m.geo_code AND o.period_kind = m.period_kind AND o.period_end = m.period_end
       AND o.indicator_id = $indicator AND o.basis = $basis
    GROUP BY m.metric_id
)
SELECT b.* EXCLUDE (all_flags, all_inputs, annual, flags, input_ids, share_flags, share_input_ids),
       b.all_flags AS flags, b.all_inputs AS input_ids, g.grade,
       coalesce(p.bounded, []) AS members_bound_only, coalesce(p.estimated, []) AS members_estimate_only,
       analysis.stands_for_year(b.annual, b.flags) AS annual,
       analysis.reason(b.reason_code, b.reason_args) AS reason_en,
       analysis.reason(b.reason_code, b.reason_args, language := 'zh') AS reason_zh,
       a.* EXCLUDE (corridor_id, period_kind, period_end)
FROM joined AS b LEFT JOIN assumed AS a
    ON a.corridor_id = b.corridor_id AND a.period_kind = b.period_kind AND a.period_end = b.period_end
   AND b.value IS NULL
LEFT JOIN graded AS g USING (metric_id) LEFT JOIN partial AS p USING (metric_id)
WHERE (CAST($corridor AS VARCHAR) IS NULL OR b.corridor_id = $corridor)
  AND (CAST($year AS INTEGER) IS NULL OR b.year = $year)
  AND (CAST($day AS DATE) IS NULL OR b.period_end <= $day)
QUALIFY CAST($year AS INTEGER) IS NOT NULL
     OR CAST($day AS DATE) IS NULL
        AND row_number() OVER (PARTITION BY b.corridor_id, b.year
                               ORDER BY analysis.stands_for_year(b.annual, b.flags) DESC, b.period_end DESC) = 1
     OR row_number() OVER (PARTITION BY b.corridor_id
                           ORDER BY b.period_end DESC, analysis.stands_for_year(b.annual, b.flags) DESC) = 1
ORDER BY b.corridor_id, b.period_end, b.period_kind
"""

_PLACE: Final = f"""
SELECT o.observation_id, o.geo_code, o.indicator_id, o.basis, o.period_kind, o.period_start, o.period_end, o.year,
       o.value, o.unit, o.value_as_published, o.unit_as_published, o.status, o.round, o.flags, o.grade, o.document_id,
       o.candidates, o.spread, b.name_en AS basis_en, b.name_zh AS basis_zh, b.kind, u.symbol_en, u.symbol_zh,
       {_BOUND} AS bound, s.share, s.one_in_n, s.share_low, s.share_high, s.national_basis,
       list_contains(s.input_ids, o.observation_id) AS share_of_this_figure, s.input_ids AS share_input_ids,
       coalesce((SELECT list({{value: c.value, flags: c.flags, grade: c.grade, document_id: c.document_id}}
                             ORDER BY c.observation_id)
                 FROM core.observation_candidate AS c
                 WHERE c.geo_code = o.geo_code AND c.indicator_id = o.indicator_id AND c.basis = o.basis
                   AND c.period_kind = o.period_kind AND c.period_end = o.period_end AND NOT c.chosen
                   AND c.reason_code = 'contradicted'), []) AS contradicted,
       analysis.stands_for_year(o.annual, o.flags) AS annual
FROM core.observation AS o
JOIN core.indicator_basis AS b USING (indicator_id, basis)
JOIN core.unit AS u ON u.unit = o.unit
LEFT JOIN metrics.national_share AS s
    ON s.geo_code = o.geo_code AND s.indicator_id = o.indicator_id AND s.basis = o.basis
   AND s.period_kind = o.period_kind AND s.period_end = o.period_end
WHERE list_contains($geos, o.geo_code) AND o.indicator_id = $indicator
  AND (CAST($basis AS VARCHAR) IS NULL OR o.basis = $basis)
  AND (CAST($year AS INTEGER) IS NULL OR o.year = $year)
  AND (CAST($day AS DATE) IS NULL OR o.period_end <= $day AND o.period_kind <> 'part_year')
QUALIFY CAST($year AS INTEGER) IS NOT NULL OR o.period_kind = 'part_year'
     OR CAST($day AS DATE) IS NULL
        AND row_number() OVER (PARTITION BY o.geo_code, o.basis, o.year, o.period_kind = 'part_year'
                               ORDER BY analysis.stands_for_year(o.annual, o.flags) DESC, o.period_end DESC) = 1
     OR row_number() OVER (PARTITION BY o.geo_code, o.basis
                           ORDER BY o.period_end DESC, analysis.stands_for_year(o.annual, o.flags) DESC) = 1
ORDER BY o.period_end, o.period_kind, o.basis, list_position($geos, o.geo_code)
"""  # noqa: S608  - a fragment of our own


def corridor_rows(
    warehouse: Warehouse,
    indicator: Row,
    basis: str,
    *,
    corridor: str | None = None,
    year: int | None = None,
    day: dt.date | None = None,
) -> list[Row]:
    """Return the totals and shares of each corridor, one row per year, every period where a year is given.

    By a day it is the newest period that had ended.

    A year's row is the one that may stand for the year; where none may, the newest of the year. An indicator that is a
    ratio computed here has the ratio in the value columns. `grade` is the lowest of the figures used; of some
    `members_missing` there is a bound (`members_bound_only`) or an estimate of the source (`members_estimate_only`).
    A row without a value says why (`reason_en`, `reason_zh`), and has the narrowest ends under assumptions beside the
    printed ones (`assumed_*`), if any.
    """
    return warehouse.rows(
        _CORRIDOR,
        {
            "indicator": indicator["indicator_id"],
            "basis": basis,
            "ratio": indicator["computed_by"] if basis == indicator["default_basis"] else None,
            "corridor": corridor,
            "year": year,
            "day": day,
        },
    )


def taken_instead(warehouse: Warehouse, totals: Sequence[Row], *, geo_codes: Sequence[str]) -> list[Row]:
    """Return the figures of places (`geo_code`, `value`) that enter totals where the chosen one is another number.

    A total takes its figures from one revision round, or the nearest.
    """
    return warehouse.rows(
        """SELECT DISTINCT c.geo_code, c.value
           FROM (SELECT indicator_id, basis, period_kind, period_end, unnest(input_ids) AS observation_id
                 FROM metrics.corridor_total WHERE list_contains($totals, metric_id))
           JOIN core.observation_candidate AS c USING (observation_id, indicator_id, basis, period_kind, period_end)
           JOIN core.observation AS o USING (geo_code, indicator_id, basis, period_kind, period_end)
           WHERE c.value <> o.value AND list_contains($geos, geo_code) ORDER BY ALL""",
        {"totals": [row["metric_id"] for row in totals], "geos": list(geo_codes)},
    )


def place_rows(
    warehouse: Warehouse,
    indicator: Row,
    *,
    geo_codes: Sequence[str],
    basis: str | None = None,
    year: int | None = None,
    day: dt.date | None = None,
) -> list[Row]:
    """Return the chosen figures of places with their shares of China, one row per year, all where a year is given.

    They are of one basis, of every basis where none is given; by a day it is the newest period that had ended.

    A share takes both its figures from one revision round, or the nearest; where the chosen figure is of another,
    `share_of_this_figure` is false.
    """
    return warehouse.rows(
        _PLACE,
        {"indicator": indicator["indicator_id"], "basis": basis, "geos": list(geo_codes), "year": year, "day": day},
    )


def assumed_of_places(
    warehouse: Warehouse, indicator: str, basis: str, *, geo_codes: Sequence[str], year: int | None = None
) -> list[Row]:
    """Return between what the figures of places are that nobody has entered, under the assumptions that narrow most."""
    return warehouse.rows(
        """SELECT geo_code, period_kind, period_end, year, metric_id, tier, low, high FROM metrics.bound
           WHERE list_contains($geos, geo_code) AND indicator_id = $indicator AND basis = $basis
             AND measure = 'level' AND tier <> 'printed' AND width IS NOT NULL
             AND (CAST($year AS INTEGER) IS NULL OR year = $year)
           QUALIFY row_number() OVER (PARTITION BY geo_code, period_end ORDER BY width) = 1
           ORDER BY geo_code, period_end""",
        {"indicator": indicator, "basis": basis, "geos": list(geo_codes), "year": year},
    )


def implied(
    warehouse: Warehouse, indicator: Row, basis: Row, *, geo_codes: Sequence[str], year: int | None
) -> dict[str, Row]:
    """Return between what a figure of a year lies by what else is printed, of each place of which that says anything.

    The interval rests on no assumption; that of the basis which stands in counts too.
    """
    found = warehouse.rows(
        """SELECT geo_code, period_end, year, low, high, flags, input_ids, metric_id
           FROM metrics.bound
           WHERE indicator_id = $indicator AND list_contains([$basis, $stand_in], basis) AND measure = 'level'
             AND tier = 'printed' AND year = $year AND list_contains($geos, geo_code) AND (low > 0 OR high IS NOT NULL)
           QUALIFY row_number() OVER (PARTITION BY geo_code ORDER BY period_end DESC) = 1""",
        {
            "indicator": indicator["indicator_id"],
            "basis": basis["basis"],
            "stand_in": basis["stand_in_basis"],
            "geos": list(geo_codes),
            "year": year,
        },
    )
    return {row["geo_code"]: row for row in found}


def newest(rows: Iterable[Row]) -> Row:
    """Return the most informative row of a place: one of its year, a value before a bound, the newest."""
    return max(rows, key=lambda r: (r["period_kind"] != "part_year", not r["bound"], r["annual"], r["period_end"]))


def bases(warehouse: Warehouse, indicator: str, *, geo_codes: Sequence[str] = ()) -> list[Row]:
    """Return the bases of an indicator with the number of their figures, of some places where they are given.

    The default basis comes first, then the one with most figures.
    """
    return warehouse.rows(
        """SELECT b.basis, b.name_en, b.name_zh, b.unit, b.kind, b.note, b.additive, b.stand_in_basis,
                  b.stand_in_reason_en, b.stand_in_reason_zh, u.symbol_en, u.symbol_zh,
                  b.basis = i.default_basis AS is_default, count(o.observation_id) AS figures
           FROM core.indicator_basis AS b
           JOIN core.indicator AS i USING (indicator_id)
           JOIN core.unit AS u ON u.unit = b.unit
           LEFT JOIN core.observation AS o ON o.indicator_id = b.indicator_id AND o.basis = b.basis
                AND (len($geos) = 0 OR list_contains($geos, o.geo_code))
           WHERE b.indicator_id = $indicator
           GROUP BY ALL
           ORDER BY is_default DESC, figures DESC, b.basis""",
        {"indicator": indicator, "geos": list(geo_codes)},
    )


def places_with_figures(warehouse: Warehouse, indicator: str, basis: str) -> list[Row]:
    """Return the places that have figures of a series, with their first and last year."""
    return warehouse.rows(
        """SELECT g.geo_code, g.name_en, g.name_zh, g.short_zh, min(o.year) AS first, max(o.year) AS last,
                  count(*) AS figures
           FROM core.observation AS o JOIN core.geography AS g USING (geo_code)
           WHERE o.indicator_id = $indicator AND o.basis = $basis
           GROUP BY ALL ORDER BY g.geo_code""",
        {"indicator": indicator, "basis": basis},
    )


def place_profile(
    warehouse: Warehouse, *, geo_code: str, year: int | None = None, day: dt.date | None = None
) -> list[Row]:
    """Return the newest chosen figure of every series of a place, of one year or by a day where given."""
    return warehouse.rows(
        f"""SELECT o.observation_id, o.geo_code, o.indicator_id, i.name_en, i.name_zh, o.basis, b.name_en AS basis_en,
                  b.name_zh AS basis_zh, {_BOUND} AS bound, o.period_kind, o.period_start, o.period_end, o.year,
                  o.value, o.unit, u.symbol_en, u.symbol_zh, o.status, o.round, o.flags, o.grade, o.document_id,
                  s.share, s.one_in_n, s.share_low, s.share_high,
                  list_contains(s.input_ids, o.observation_id) AS share_of_this_figure
           FROM core.observation AS o
           JOIN core.indicator AS i USING (indicator_id)
           JOIN core.indicator_basis AS b USING (indicator_id, basis)
           JOIN core.unit AS u ON u.unit = o.unit
           LEFT JOIN metrics.national_share AS s
               ON s.geo_code = o.geo_code AND s.indicator_id = o.indicator_id AND s.basis = o.basis
              AND s.period_kind = o.period_kind AND s.period_end = o.period_end
           WHERE o.geo_code = $geo AND o.period_kind <> 'part_year'
             AND (CAST($year AS INTEGER) IS NULL OR o.year = $year)
             AND (CAST($day AS DATE) IS NULL OR o.period_end <= $day)
           QUALIFY row_number() OVER (PARTITION BY o.indicator_id, o.basis ORDER BY o.period_end DESC) = 1
           ORDER BY i.theme, o.indicator_id, o.basis""",  # noqa: S608  - a fragment of our own
        {"geo": geo_code, "year": year, "day": day},
    )
