-- How many chosen figures rest on which source and grade, and what its terms allow 各来源与等级的数据条数
SELECT s.name_en, s.name_zh, d.grade, s.terms, count(*) AS chosen_figures
FROM core.observation AS o
JOIN core.document AS d USING (document_id)
JOIN core.source AS s USING (source_id)
GROUP BY ALL
ORDER BY chosen_figures DESC, s.name_en, d.grade;
