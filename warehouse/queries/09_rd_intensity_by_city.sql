-- R&D intensity: computed from R&D and GDP, beside what the city or province published 研发强度:计算值与公布值
SELECT
    g.name_en, g.name_zh, i.year,
    round(i.value, 2) AS computed_percent,
    o.value AS published_percent,
    i.numerator_round, i.denominator_round, i.flags
FROM metrics.intensity AS i
JOIN core.geography AS g USING (geo_code)
LEFT JOIN core.observation AS o
    ON o.geo_code = i.geo_code AND o.indicator_id = 'rd_intensity' AND o.basis = 'gross_domestic' AND o.year = i.year
   AND o.period_kind = 'calendar_year'
WHERE i.ratio_id = 'rd_to_gdp' AND i.value IS NOT NULL
ORDER BY i.geo_code, i.year;
