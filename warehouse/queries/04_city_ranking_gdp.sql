-- Cities by GDP in the newest year all nine have, with the document of each figure 九城生产总值排名及出处
WITH newest AS (
    SELECT max(year) AS year FROM metrics.corridor_total
    WHERE corridor_id = 'g60_shanghai' AND indicator_id = 'gdp' AND value IS NOT NULL
)
SELECT
    g.name_en,
    g.name_zh,
    o.year,
    o.value AS gdp_100m_yuan,
    o.round,
    o.flags,
    d.publisher,
    d.title,
    d.grade
FROM core.observation AS o
JOIN newest USING (year)
JOIN core.corridor_member AS m ON m.geo_code = o.geo_code AND m.version = 'metrics' AND m.corridor_id = 'g60_shanghai'
JOIN core.geography AS g ON g.geo_code = o.geo_code
JOIN core.document AS d USING (document_id)
WHERE o.indicator_id = 'gdp' AND o.period_kind = 'calendar_year'
ORDER BY o.value DESC;
