-- How concentrated the corridor is, by year: value, or the ends it must lie between 走廊集中度
SELECT corridor_id, indicator_id, year, measure, round(value, 3) AS value, round(value_low, 3) AS low,
       round(value_high, 3) AS high, members_reporting,
       analysis.reason(reason_code, reason_args) AS reason
FROM metrics.concentration
WHERE measure IN ('hhi', 'cr4', 'gini_corrected', 'hoover') AND indicator_id IN ('gdp', 'star_listed')
ORDER BY corridor_id, indicator_id, measure, year;
