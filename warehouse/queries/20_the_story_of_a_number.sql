-- The story of one number: formula, figures, documents, and what lost against them 一个数值的来龙去脉
SELECT step, kind, what_en, what_zh, value, unit, as_published, grade, told, document, url
FROM analysis.explain('national_share:g60_shanghai:gdp:current_prices:2022-12-31')
ORDER BY step, what_en, told;
