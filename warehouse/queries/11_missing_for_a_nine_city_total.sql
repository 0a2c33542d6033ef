-- Which cities keep each indicator from a nine-city total, newest year with any figure 各指标九城合计所缺城市
WITH newest AS (
    SELECT * FROM metrics.corridor_total
    QUALIFY row_number() OVER (PARTITION BY corridor_id, indicator_id, basis ORDER BY period_end DESC) = 1
)
SELECT t.corridor_id, t.indicator_id, i.name_en, i.name_zh, t.basis, t.year, t.members_reporting, t.members_expected,
    list(g.name_en || ' ' || g.short_zh ORDER BY g.geo_code) AS missing
FROM newest AS t
JOIN core.indicator AS i USING (indicator_id)
CROSS JOIN unnest(t.members_missing) AS m(geo_code)
JOIN core.geography AS g ON g.geo_code = m.geo_code
GROUP BY ALL
ORDER BY t.members_reporting DESC, t.indicator_id, t.basis, t.corridor_id;
