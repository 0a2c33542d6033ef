-- From any metric row to the figures and documents behind it.
CREATE VIEW analysis.metric_input AS
WITH used AS (
    SELECT 'corridor_total' AS metric, metric_id, unnest(input_ids) AS observation_id FROM metrics.corridor_total
    UNION ALL SELECT 'national_share', metric_id, unnest(input_ids) FROM metrics.national_share
    UNION ALL SELECT 'growth', metric_id, unnest(input_ids) FROM metrics.growth
    UNION ALL SELECT 'intensity', metric_id, unnest(input_ids) FROM metrics.intensity
    UNION ALL SELECT 'representation', metric_id, unnest(input_ids) FROM metrics.representation
    UNION ALL SELECT 'claim_audit', metric_id, unnest(input_ids) FROM metrics.claim_audit
)
SELECT
    u.metric,
    u.metric_id,
    c.observation_id,
    c.geo_code,
    g.name_en,
    g.name_zh,
    c.indicator_id,
    c.basis,
    c.period_end,
    c.value,
    c.unit,
    c.value_as_published,
    c.unit_as_published,
    c.status,
    c.round,
    c.flags,
    c.grade,
    c.locator,
    c.snapshot_id,
    c.retrieved_at,
    d.document_id,
    d.publisher,
    d.title,
    d.published_as_printed,
    d.url,
    s.name_en AS source_en,
    s.name_zh AS source_zh,
    s.terms
FROM used AS u
JOIN core.observation_candidate AS c USING (observation_id)
JOIN core.geography AS g USING (geo_code)
JOIN core.document AS d USING (document_id)
JOIN core.source AS s USING (source_id);
COMMENT ON VIEW analysis.metric_input IS 'Every figure behind every metric row, with the document it was printed in';

-- What was known on a day: the rule of choice over the documents published by then. Undated documents stay out.
CREATE MACRO analysis.observation_as_of(day) AS TABLE
SELECT * EXCLUDE (chosen, reason) REPLACE (
    CASE WHEN withdrawn > day THEN list_filter(flags, lambda flag: flag <> 'withdrawn') ELSE flags END AS flags,
    CASE WHEN withdrawn <= day THEN withdrawn END AS withdrawn,
    CASE WHEN superseded <= day THEN superseded END AS superseded
)
FROM core.observation_candidate
WHERE known_from <= day
QUALIFY row_number() OVER (
    PARTITION BY geo_code, indicator_id, basis, period_kind, period_start, period_end
    ORDER BY
        coalesce(withdrawn <= day, false),
        coalesce(superseded <= day, false),
        list_contains(flags, 'estimated_by_source'),
        grade = 'U',
        list_contains(flags, 'lower_bound') OR list_contains(flags, 'upper_bound'),
        CASE round WHEN 'census5' THEN 0 WHEN 'census4' THEN 1 WHEN 'annual_final' THEN 2
             WHEN 'unknown' THEN CASE WHEN status IN ('revised', 'final') THEN 3 ELSE 4 END ELSE 4 END,
        list_contains(flags, 'rounded'),
        list_position(['final', 'revised', 'unstated', 'preliminary'], status),
        list_position(['A', 'B', 'C', 'D', 'U'], grade),
        published DESC,
        retrieved_at DESC NULLS LAST,
        observation_id
) = 1;
