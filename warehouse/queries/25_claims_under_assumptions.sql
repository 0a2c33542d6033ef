-- The lead claims in every tier of assumptions, in both scopes: what is printed, nothing fell, steady 各层假设下的重点说法
SELECT c.lead, b.claim_id, c.statement_en, c.statement_zh, b.corridor_id, b.basis, b.tier, b.verdict, b.low, b.high, b.unit,
       b.fall, b.rise
FROM metrics.claim_bound AS b
JOIN analysis.claims AS c ON c.claim_id = b.claim_id AND c.scope = b.corridor_id AND c.basis = b.basis
WHERE c.lead IS NOT NULL AND c.position = 1
ORDER BY c.lead, b.corridor_id DESC, b.high - b.low DESC;
