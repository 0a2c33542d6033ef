-- The strongest recorded links between members, in both scopes of the corridor 走廊成员之间联系最强的城市对
SELECT
    l.corridor_id,
    l.direction,
    a.name_en || ' – ' || b.name_en AS pair_en,
    a.name_zh || ' – ' || b.name_zh AS pair_zh,
    l.events,
    round(l.weight_fractional, 2) AS fractional_weight
FROM metrics.collaboration_link AS l
JOIN core.geography AS a ON a.geo_code = l.from_geo
JOIN core.geography AS b ON b.geo_code = l.to_geo
WHERE l.span = 'all' AND l.path = 'all' AND l.position = 'within'
QUALIFY row_number() OVER (PARTITION BY l.corridor_id, l.direction ORDER BY l.weight_fractional DESC, l.metric_id) <= 5
ORDER BY l.corridor_id, l.direction, fractional_weight DESC;
