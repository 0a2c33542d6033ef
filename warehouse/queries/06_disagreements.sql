-- Where published figures of the same thing differ by more than 2 %, and why one was chosen 同一指标各来源相差2%以上者及取舍理由
SELECT
    c.geo_code, g.name_en, g.name_zh, c.indicator_id, c.basis, c.year,
    c.value, c.unit, c.round, c.grade, c.flags, c.chosen,
    analysis.reason(c.reason_code, c.reason_args) AS reason
FROM core.observation_candidate AS c
JOIN core.observation AS o USING (geo_code, indicator_id, basis, period_kind, period_start, period_end)
JOIN core.geography AS g ON g.geo_code = c.geo_code
WHERE o.spread > 0.02
ORDER BY o.spread DESC, c.geo_code, c.indicator_id, c.year, c.chosen DESC;
