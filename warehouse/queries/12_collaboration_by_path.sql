-- Collaboration events by path and year in both scopes, with the places that take part 四条协同路径的事件数
SELECT corridor_id, path, year, events, events_low, events_high, party_count,
       analysis.reason(reason_code, reason_args) AS reason
FROM metrics.collaboration_by_path
WHERE corridor_id IS NOT NULL AND span = 'year' AND kind IS NULL
ORDER BY corridor_id, path, year;
