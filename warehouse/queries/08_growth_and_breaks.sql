-- Yearly GDP growth at current prices: given where both ends stand in one round, refused across a census 现价增速与断点
SELECT coalesce(corridor_id, geo_code) AS place, base_year, year, round(100 * value, 1) AS percent, round, flags,
       analysis.reason(reason_code, reason_args) AS reason
FROM metrics.growth
WHERE indicator_id = 'gdp' AND measure = 'yoy' AND (corridor_id IS NOT NULL OR geo_code = '100000')
ORDER BY place, year;
