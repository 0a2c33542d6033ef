-- Tiers of the members over all years that can be judged, and how often they hold 梯度层级及其稳定性
SELECT g.yardstick, g.corridor_id, p.name_en, p.name_zh, g.tier, g.says_core, g.says_second, g.says_third, g.left_open,
       s.kept || '/' || s.trials AS kept_without_one_indicator, g.indicators,
       analysis.reason(g.reason_code, g.reason_args) AS reason
FROM metrics.gradient AS g
JOIN core.geography AS p USING (geo_code)
LEFT JOIN metrics.gradient_stability AS s
    ON s.yardstick = g.yardstick AND s.corridor_id = g.corridor_id AND s.geo_code = g.geo_code AND s.span = g.span AND s.left_out = 'indicator'
WHERE g.span = 'all'
ORDER BY g.yardstick DESC, g.corridor_id, list_position(['core', 'second', 'third', 'mixed'], g.tier), g.says_core DESC, p.geo_code;
