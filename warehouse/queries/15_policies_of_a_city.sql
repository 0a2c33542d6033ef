-- Policies and roles of one city, Hefei, in order of issue 合肥的政策与定位
SELECT 'policy' AS kind, p.issued_as_printed AS issued, p.title_en AS text_en, p.title_zh AS text_zh, d.publisher, d.url
FROM core.policy AS p JOIN core.document AS d USING (document_id)
WHERE p.geo_code = '340100'
UNION ALL
SELECT 'role', d.published_as_printed, c.role_en, c.role_zh, d.publisher, d.url
FROM core.city_profile AS c JOIN core.document AS d USING (document_id)
WHERE c.geo_code = '340100'
ORDER BY kind, issued NULLS LAST;
