-- What each member added to the growth of the corridor's GDP in 2023 各城市对走廊GDP增长的贡献
SELECT p.name_en, p.name_zh, d.base_value, d.end_value, d.contribution,
       round(100 * d.contribution_points, 2) AS percentage_points, round(100 * d.share_of_change, 1) AS percent_of_change,
       d.differential_part, d.flags
FROM metrics.growth_decomposition AS d
JOIN core.geography AS p USING (geo_code)
WHERE d.corridor_id = 'g60_shanghai' AND d.indicator_id = 'gdp' AND d.measure = 'yoy' AND d.year = 2023
ORDER BY d.contribution DESC;
