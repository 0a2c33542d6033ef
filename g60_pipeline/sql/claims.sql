-- Published claims with the verdict in every scope, the lead claims first.
CREATE VIEW analysis.claims AS
SELECT
    c.lead,
    a.claim_id,
    c.statement_en,
    c.statement_zh,
    coalesce(a.corridor_id, a.geo_code) AS scope,
    a.basis,
    a.verdict,
    a.literally_true,
    a.scope_fit,
    a.period_end,
    a.value,
    a.value_low,
    a.value_high,
    a.claimed_low,
    a.claimed_high,
    a.unit,
    a.reason_en,
    a.reason_zh,
    a.missing,
    a.flags,
    c.measure,
    c.form,
    c.printed,
    c.note,
    c.scope_as_printed,
    d.publisher,
    d.title,
    d.published_as_printed,
    d.url,
    d.grade
FROM metrics.claim_audit AS a
JOIN core.claim AS c USING (claim_id)
JOIN core.document AS d USING (document_id)
ORDER BY c.lead NULLS LAST, a.claim_id, scope,
    list_position(['reproduced', 'contradicted', 'consistent', 'uninformative', 'not_computable'], a.verdict), a.basis;
COMMENT ON VIEW analysis.claims IS 'Every published claim with its verdict in each scope and on each basis, and the document it was printed in';
