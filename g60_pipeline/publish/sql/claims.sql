-- Published claims with the verdict in every scope, the lead claims first.
CREATE VIEW analysis.claims AS
-- The most telling basis first, the same for every scope: by verdict, then the younger and the narrower figure.
WITH audit AS (
    SELECT
        *,
        min(list_position(
            ['reproduced', 'contradicted', 'exceeded', 'consistent', 'uninformative', 'outdated', 'not_computable'],
            verdict
        )) OVER of_basis AS telling,
        min(age) OVER of_basis AS youngest,
        min(value_high / nullif(value_low, 0)) OVER of_basis AS narrowest,
        max(value_low) OVER of_basis AS highest
    FROM metrics.claim_audit
    WINDOW of_basis AS (PARTITION BY claim_id, basis)
)
SELECT
    c.lead,
    a.claim_id,
    c.statement_en,
    c.statement_zh,
    coalesce(a.corridor_id, a.geo_code) AS scope,
    a.basis,
    a.verdict,
    a.would_say,
    a.age,
    a.verdict_then,
    a.period_end_then,
    a.value_then,
    a.value_low_then,
    a.value_high_then,
    a.literally_true,
    a.scope_fit,
    a.period_end,
    a.value,
    a.value_low,
    a.value_high,
    a.claimed_low,
    a.claimed_high,
    a.unit,
    concat_ws(' ', why.words_en, more.words_en) AS reason_en,
    concat(why.words_zh, more.words_zh) AS reason_zh,
    a.reason_code,
    a.reason_args,
    a.remark_codes,
    a.remark_args,
    a.missing,
    a.flags,
    row_number() OVER (
        PARTITION BY a.claim_id, a.corridor_id, a.geo_code
        ORDER BY a.telling, a.youngest NULLS LAST, a.narrowest NULLS LAST, a.highest DESC NULLS LAST,
            a.basis <> i.default_basis, a.basis
    ) AS position,
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
FROM audit AS a
JOIN core.claim AS c USING (claim_id)
JOIN core.document AS d USING (document_id)
JOIN core.indicator AS i ON i.indicator_id = a.indicator_id
LEFT JOIN analysis.reason_words AS why ON why.of_codes = [a.reason_code] AND why.of_arguments = a.reason_args
LEFT JOIN analysis.reason_words AS more ON more.of_codes = a.remark_codes AND more.of_arguments = a.remark_args
ORDER BY c.lead NULLS LAST, a.claim_id, scope, position;
COMMENT ON VIEW analysis.claims IS 'Every published claim with its verdict in each scope and on each basis, the most telling basis first, and the document it was printed in';
COMMENT ON COLUMN analysis.claims.scope IS 'Corridor or place the claim is tested in.';
COMMENT ON COLUMN analysis.claims.reason_en IS 'Why there is no value, and remarks on the verdict, in English.';
COMMENT ON COLUMN analysis.claims.reason_zh IS 'Why there is no value, and remarks on the verdict, in Chinese.';
COMMENT ON COLUMN analysis.claims.position IS 'Rank of the basis within claim and scope: 1 is the most telling.';
