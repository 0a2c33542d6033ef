-- The innovation index of the nine cities, with where its ranks can move 创新指数及位次区间
SELECT i.year, p.name_en, p.name_zh, round(i.value, 3) AS value, i.rank, i.rank_low, i.rank_high, r.rank_p5, r.rank_p95, i.cities, i.members_missing,
    i.edition, i.flags
FROM metrics.innovation_index AS i
JOIN core.geography AS p USING (geo_code)
LEFT JOIN metrics.index_robustness AS r
    ON r.edition = i.edition AND r.geo_code = i.geo_code AND r.year = i.year AND r.source = 'all'
WHERE i.weighting = 'equal' AND i.aggregation = 'arithmetic' AND i.corridor_id = 'g60_shanghai'
ORDER BY len(i.members_missing) > 0, i.year DESC, i.rank_low;
