-- The seven claims everybody repeats: what holds, in which scope, and which cities lack figures 七个常见说法的核验
SELECT lead, statement_en, statement_zh, scope, basis, verdict, scope_fit, reason_en, reason_zh
FROM analysis.claims
WHERE lead IS NOT NULL;
