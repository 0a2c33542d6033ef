-- What explains one number: what it is, its formula, every figure, event and document behind it, corrections, what lost.
-- No row for an identifier that no metric bears. The sum itself is told by `g60 explain`.
-- An identifier begins with its table, which is named in each filter: the other tables are then left out of the plan.
CREATE MACRO analysis.explain(id) AS TABLE
WITH number AS (
    SELECT metric, metric_id, value, unit, answer, reason_code, reason_args, flags, formula_id
    FROM analysis.metric
    WHERE metric = split_part(id, ':', 1) AND metric_id = id
),
input AS (
    SELECT * FROM analysis.metric_input WHERE metric = split_part(id, ':', 1) AND metric_id = id
),
event AS (
    SELECT * FROM analysis.metric_event WHERE metric = split_part(id, ':', 1) AND metric_id = id
),
firm AS (
    SELECT i.observation_id, count(*)::INTEGER AS firms
    FROM input AS i
    JOIN core.star_listing AS s
        ON s.list_date <= i.period_end AND (s.delist_date IS NULL OR s.delist_date > i.period_end)
        AND i.geo_code IN ('100000', s.geo_code, s.district_code, s.province_code)
    WHERE starts_with(i.observation_id, 'TALLY:')
    GROUP BY i.observation_id
),
hash AS (
    SELECT snapshot_id, list(sha256 ORDER BY answer_key) AS sha256
    FROM core.answer
    WHERE snapshot_id IN (SELECT snapshot_id FROM input)
    GROUP BY snapshot_id
),
lost AS (
    SELECT o.*
    FROM core.observation_candidate AS o
    SEMI JOIN input AS c
        ON o.geo_code = c.geo_code AND o.indicator_id = c.indicator_id AND o.basis = c.basis
        AND o.period_kind = c.period_kind AND o.period_start = c.period_start AND o.period_end = c.period_end
    WHERE o.observation_id NOT IN (SELECT observation_id FROM input)
),
told AS (
    SELECT
        1 AS step, 'number' AS kind, m.metric AS what_en, m.metric_id AS what_zh, m.value, m.unit,
        CAST(NULL AS VARCHAR) AS as_published, CAST(NULL AS DOUBLE) AS conversion_factor,
        CAST(NULL AS VARCHAR) AS grade, m.flags, concat_ws('; ', m.answer, w.words_en) AS told,
        CAST(NULL AS VARCHAR) AS document, CAST(NULL AS VARCHAR) AS url, CAST(NULL AS VARCHAR) AS snapshot_id,
        CAST(NULL AS VARCHAR[]) AS snapshot_sha256, CAST(NULL AS INTEGER) AS firms
    FROM number AS m
    LEFT JOIN analysis.reason_words AS w ON w.of_codes = [m.reason_code] AND w.of_arguments = m.reason_args
    UNION ALL
    SELECT
        2, 'formula', f.name_en, f.name_zh, NULL, NULL, concat(f.formula_id, ' version ', f.version), NULL, NULL, [],
        f.words_en, f.source, NULL, NULL, NULL, NULL
    FROM number AS m JOIN core.formula AS f USING (formula_id)
    UNION ALL
    SELECT
        3, 'figure', concat(i.name_en, ', ', i.indicator_id, ', ', i.period_end), i.name_zh, i.value, i.unit,
        concat(i.value_as_published, ' ', i.unit_as_published), power(10::DOUBLE, p.power_of_ten - u.power_of_ten),
        i.grade, i.flags, i.observation_id,
        concat_ws(', ', i.publisher, i.title, i.published_as_printed, i.locator), i.url, i.snapshot_id, h.sha256,
        f.firms
    FROM input AS i
    LEFT JOIN core.unit AS u ON u.unit = i.unit
    LEFT JOIN core.unit AS p ON p.unit = i.unit_as_published
    LEFT JOIN hash AS h ON h.snapshot_id = i.snapshot_id
    LEFT JOIN firm AS f ON f.observation_id = i.observation_id
    UNION ALL
    SELECT
        4, 'correction', concat(k.correction_id, ' of ', i.observation_id, ', ', k.column_name), k.reason_zh,
        TRY_CAST(k.corrected AS DOUBLE), NULL, k.printed, NULL, NULL, [],
        concat('printed ', k.printed, ', corrected to ', k.corrected, ': ', coalesce(k.reason_en, k.reason_zh), ' (',
            k.author, ', ', k.reviewed, ')'),
        concat_ws(', ', d.publisher, d.title, d.published_as_printed), d.url, NULL, NULL, NULL
    FROM input AS i
    JOIN core.correction AS k ON list_contains(k.row_ids, i.observation_id)
    LEFT JOIN core.document AS d ON d.document_id = k.document_id
    UNION ALL
    SELECT
        5, 'lost', concat(g.name_en, ', ', o.indicator_id, ', ', o.period_end), g.name_zh, o.value, o.unit,
        concat(o.value_as_published, ' ', o.unit_as_published), power(10::DOUBLE, p.power_of_ten - u.power_of_ten),
        o.grade, o.flags, w.words_en, concat_ws(', ', d.publisher, d.title, d.published_as_printed), d.url, o.snapshot_id, NULL, NULL
    FROM lost AS o
    JOIN core.geography AS g ON g.geo_code = o.geo_code
    JOIN core.document AS d ON d.document_id = o.document_id
    LEFT JOIN core.unit AS u ON u.unit = o.unit
    LEFT JOIN core.unit AS p ON p.unit = o.unit_as_published
    LEFT JOIN analysis.reason_words AS w ON w.of_codes = [o.reason_code] AND w.of_arguments = o.reason_args
    UNION ALL
    SELECT
        6, 'event', concat_ws(', ', e.name_en, e.path, e.year), e.name_zh, e.amount, e.amount_unit, NULL, NULL,
        d.grade, [], concat(e.event_id, CASE WHEN x.undecided THEN ', may be one of its events' ELSE '' END),
        concat_ws(', ', d.publisher, d.title, d.published_as_printed), d.url, NULL, NULL, NULL
    FROM event AS x
    JOIN core.collaboration AS e ON e.event_id = x.event_id
    JOIN core.document AS d ON d.document_id = e.document_id
    UNION ALL
    SELECT
        7, 'document', s.name_en, s.name_zh, NULL, NULL, NULL, NULL, NULL, [], x.document_id,
        concat_ws(', ', d.publisher, d.title, d.published_as_printed), d.url, NULL, NULL, NULL
    FROM analysis.metric_named_document AS x
    JOIN core.document AS d USING (document_id)
    JOIN core.source AS s USING (source_id)
    WHERE x.metric = split_part(id, ':', 1) AND x.metric_id = id
        AND x.document_id NOT IN (SELECT document_id FROM input)
    UNION ALL
    SELECT
        8, 'build', b.build_id, b.build_id, NULL, NULL, b.version, NULL, NULL, [], concat('catalog ', b.catalog_hash),
        NULL, NULL, NULL, NULL, NULL
    FROM core.build AS b
    WHERE EXISTS (FROM number)
)
SELECT * FROM told ORDER BY step, what_en, told, value, document;
COMMENT ON MACRO TABLE analysis.explain IS 'The story of one number: formula, every figure, event and document behind it with conversions, corrections and snapshot hashes, and the figures that lost; g60 explain adds the sum';
