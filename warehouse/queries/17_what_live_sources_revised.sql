-- How often newer answers of each live source added, removed or changed a row, and when last.
SELECT s.source_id, s.name_en, s.name_zh,
       count(r.revision_id) FILTER (r.change = 'added') AS added,
       count(r.revision_id) FILTER (r.change = 'removed') AS removed,
       count(r.revision_id) FILTER (r.change = 'changed') AS changed,
       max(r.detected_at) AS last_revision
FROM core.source AS s
LEFT JOIN core.revision AS r USING (source_id)
WHERE s.kind = 'live'
GROUP BY ALL
ORDER BY s.source_id;
