-- STAR firms measured against people, land and GDP: above 1, more than its size suggests 科创板企业相对人口、土地、经济规模的代表性
SELECT coalesce(corridor_id, geo_code) AS place, year, weight_indicator_id, weight_basis,
    round(value, 2) AS times, round(value_low, 2) AS at_least, round(value_high, 2) AS at_most, flags
FROM metrics.location_quotient
WHERE reference_id = '100000' AND indicator_id = 'star_listed' AND basis = 'tally' AND corridor_id IS NOT NULL
ORDER BY year DESC, place, weight_indicator_id;
