-- Missing figures by what they would narrow, where they are printed, and the line for the inbox 下一步应查的数据
SELECT w.claim_id, w.corridor, w.number_indicator_id, w.measure, g.name_en AS place, g.name_zh AS place_zh, w.indicator_id,
       w.period_end, w.low, w.high, w.width, w.width_left, w.part_removed, w.publisher_zh, w.list_url, w.release_year,
       w.release_month, d.title AS printed_in, w.inbox_line
FROM metrics.wanted AS w
JOIN core.geography AS g USING (geo_code)
LEFT JOIN core.document AS d ON d.document_id = w.printed_in
WHERE w.tier = 'steady' AND w.claim_id IS NOT NULL
ORDER BY w.part_removed DESC, w.metric_id
LIMIT 50;
