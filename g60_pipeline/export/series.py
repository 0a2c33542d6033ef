"""All figures, totals and ratios as one long table: what the workbook and SDMX are made of. No layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from g60_pipeline.export.selection import Selection

if TYPE_CHECKING:
    import polars as pl

TABLES: Final = ("core.observation", "metrics.corridor_total", "metrics.national_share", "metrics.intensity")
"""Tables it is made of, without the rows that may not be passed on."""

RATIOS: Final = "ratios"
"""Theme of the ratios of two indicators."""

_LONG: Final = """
WITH papers AS (
    SELECT m.metric_id, list_sort(list(DISTINCT c.document_id)) AS documents, max(c.grade) AS grade
    FROM (SELECT metric_id, unnest(input_ids) AS observation_id FROM corridor_total
          UNION ALL SELECT metric_id, unnest(input_ids) FROM intensity) AS m
    JOIN core.observation_candidate AS c USING (observation_id)
    GROUP BY m.metric_id
),
figures AS (
    SELECT o.observation_id AS row_id, 'figure' AS measure, o.geo_code AS area, o.indicator_id, o.basis,
           o.period_kind, o.period_start, o.period_end, o.year,
           CASE WHEN NOT list_has_any(o.flags, ['lower_bound', 'upper_bound']) THEN o.value END AS value,
           CASE WHEN list_contains(o.flags, 'lower_bound') THEN o.value END AS low,
           CASE WHEN list_contains(o.flags, 'upper_bound') THEN o.value END AS high,
           o.unit, s.share, s.share_low, s.share_high, NULL::INTEGER AS reporting, NULL::INTEGER AS expected,
           o.round, o.grade, o.flags, [o.document_id] AS documents, NULL::VARCHAR AS reason_code,
           []::VARCHAR[] AS reason_args
    FROM observation AS o
    LEFT JOIN national_share AS s
        ON s.geo_code = o.geo_code AND s.indicator_id = o.indicator_id AND s.basis = o.basis
       AND s.period_kind = o.period_kind AND s.period_end = o.period_end
       AND list_contains(s.input_ids, o.observation_id)
),
totals AS (
    SELECT t.metric_id, 'total', t.corridor_id, t.indicator_id, t.basis, t.period_kind, NULL::DATE, t.period_end,
           t.year, t.value, t.value_low, t.value_high, t.unit, s.share, s.share_low, s.share_high,
           t.members_reporting, t.members_expected, t.round, p.grade,
           list_sort(list_distinct(list_concat(t.flags, coalesce(s.flags, [])))), coalesce(p.documents, []),
           t.reason_code, t.reason_args
    FROM corridor_total AS t
    LEFT JOIN national_share AS s USING (corridor_id, indicator_id, basis, period_kind, period_end)
    LEFT JOIN papers AS p ON p.metric_id = t.metric_id
),
ratios AS (
    SELECT r.metric_id, 'ratio', coalesce(r.corridor_id, r.geo_code), r.ratio_id, r.basis || '/' || r.denominator_basis,
           r.period_kind, NULL::DATE, r.period_end, r.year, r.value, r.value_low, r.value_high, r.unit,
           NULL, NULL, NULL, NULL::INTEGER, NULL::INTEGER, r.numerator_round, p.grade, r.flags,
           coalesce(p.documents, []), r.reason_code, r.reason_args
    FROM intensity AS r LEFT JOIN papers AS p ON p.metric_id = r.metric_id
),
rows AS (FROM figures UNION ALL FROM totals UNION ALL FROM ratios)
SELECT r.* EXCLUDE (reason_code, reason_args), analysis.reason(r.reason_code, r.reason_args) AS reason_en,
       analysis.reason(r.reason_code, r.reason_args, language := 'zh') AS reason_zh,
       coalesce(i.theme, '{ratios}') AS theme,
       coalesce(i.name_en, q.name_en) AS indicator_en, coalesce(i.name_zh, q.name_zh) AS indicator_zh,
       coalesce(b.name_en, '') AS basis_en, coalesce(b.name_zh, '') AS basis_zh,
       coalesce(c.name_en, g.name_en) AS area_en, coalesce(c.name_zh, g.name_zh) AS area_zh,
       u.symbol_en AS unit_en, u.symbol_zh AS unit_zh
FROM rows AS r
LEFT JOIN core.indicator AS i ON i.indicator_id = r.indicator_id
LEFT JOIN (SELECT DISTINCT ratio_id, name_en, name_zh FROM core.ratio) AS q ON q.ratio_id = r.indicator_id
LEFT JOIN core.indicator_basis AS b ON b.indicator_id = r.indicator_id AND b.basis = r.basis
LEFT JOIN core.corridor AS c ON c.corridor_id = r.area
LEFT JOIN core.geography AS g ON g.geo_code = r.area
JOIN core.unit AS u ON u.unit = r.unit
ORDER BY theme, r.indicator_id, r.basis, r.area, r.period_end, r.period_kind, r.row_id
"""


def long_table(selection: Selection) -> pl.DataFrame:
    """Return one row per figure of a place, total of a corridor and ratio that may be passed on.

    A bound is no value: it is in `low` or `high`, and a total or ratio says in both languages why it has no value.
    Shares are of China; that of a place is given where it is made of the figure of the row. `documents` are those of
    all figures a row rests on, `grade` is the lowest of these.
    """
    selection.share(*TABLES)
    return selection.query(_LONG.format(ratios=RATIOS))
