-- Which Shanghai the sources count when they speak of the corridor 各来源所称“上海”的范围
SELECT s.names_shanghai_as, s.total_area_km2, s.total_population_10k, d.publisher, d.title, d.published_as_printed, d.grade, s.summary_en
FROM core.scope_statement AS s
JOIN core.document AS d USING (document_id)
ORDER BY s.names_shanghai_as, d.published_as_printed;
