-- Every live source with the snapshot in force of each of its parts; sources never asked have none.
SELECT s.source_id, s.name_en, s.name_zh, s.terms, p.part, p.snapshot_id, p.fetched_at, p.rows, p.holds_until, p.note_en
FROM core.source AS s
LEFT JOIN core.snapshot AS p ON p.source_id = s.source_id AND p.state = 'in force'
WHERE s.kind = 'live'
ORDER BY s.source_id, p.part;
