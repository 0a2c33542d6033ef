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
