-- The story of one number: what it is, its formula, every figure and document behind it, and what lost against them.
CREATE MACRO analysis.explain(id) AS TABLE
WITH told AS (
    SELECT
        1 AS step, 'number' AS kind, m.metric AS what_en, m.metric_id AS what_zh, m.value, m.unit,
        CAST(NULL AS VARCHAR) AS as_published, CAST(NULL AS VARCHAR) AS grade, m.flags,
        concat_ws('; ', m.answer, m.reason) AS told, CAST(NULL AS VARCHAR) AS document, CAST(NULL AS VARCHAR) AS url,
        CAST(NULL AS VARCHAR) AS snapshot_id
    FROM analysis.metric AS m
    WHERE m.metric_id = id
    UNION ALL
    SELECT
        2, 'formula', f.name_en, f.name_zh, NULL, NULL, concat(f.formula_id, ' version ', f.version), NULL, [],
        f.words_en, f.source, NULL, NULL
    FROM analysis.metric AS m JOIN core.formula AS f USING (formula_id)
    WHERE m.metric_id = id
    UNION ALL
    SELECT
        3, 'figure', concat(i.name_en, ', ', i.indicator_id, ', ', i.period_end), i.name_zh, i.value, i.unit,
        concat(i.value_as_published, ' ', i.unit_as_published), i.grade, i.flags, i.observation_id,
        concat_ws(', ', i.publisher, i.title, i.published_as_printed, i.locator), i.url, i.snapshot_id
    FROM analysis.metric_input AS i
    WHERE i.metric_id = id
    UNION ALL
    SELECT
        4, 'lost', concat(g.name_en, ', ', o.indicator_id, ', ', o.period_end), g.name_zh, o.value, o.unit,
        concat(o.value_as_published, ' ', o.unit_as_published), o.grade, o.flags, o.reason,
        concat_ws(', ', d.publisher, d.title, d.published_as_printed), d.url, o.snapshot_id
    FROM (SELECT DISTINCT observation_id FROM analysis.metric_input WHERE metric_id = id) AS u
    JOIN core.observation_candidate AS c USING (observation_id)
    JOIN core.observation_candidate AS o
        ON o.geo_code = c.geo_code AND o.indicator_id = c.indicator_id AND o.basis = c.basis
        AND o.period_kind = c.period_kind AND o.period_end = c.period_end
    JOIN core.geography AS g ON g.geo_code = o.geo_code
    JOIN core.document AS d ON d.document_id = o.document_id
    WHERE o.observation_id NOT IN (SELECT observation_id FROM analysis.metric_input WHERE metric_id = id)
    UNION ALL
    SELECT
        5, 'document', x.source_en, x.source_zh, NULL, NULL, NULL, NULL, [], x.document_id,
        concat_ws(', ', x.publisher, x.title, x.published_as_printed), x.url, NULL
    FROM analysis.metric_document AS x
    WHERE x.metric_id = id
        AND x.document_id NOT IN (SELECT document_id FROM analysis.metric_input WHERE metric_id = id)
    UNION ALL
    SELECT
        6, 'build', b.build_id, b.build_id, NULL, NULL, b.version, NULL, [], concat('catalog ', b.catalog_hash), NULL, NULL, NULL
    FROM core.build AS b
)
SELECT * FROM told ORDER BY step, what_en, told;
