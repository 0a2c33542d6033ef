-- What was known on 30 June 2022: city GDP from documents published by then 截至2022年6月30日已公布的城市生产总值
SELECT g.name_en, g.name_zh, o.year, o.value, o.unit, o.status, o.round, o.published
FROM analysis.observation_as_of(DATE '2022-06-30') AS o
JOIN core.geography AS g USING (geo_code)
WHERE o.indicator_id = 'gdp' AND g.level = 'prefecture' AND o.year >= 2018
ORDER BY g.geo_code, o.year;
