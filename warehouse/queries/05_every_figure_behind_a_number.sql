-- Every figure and document behind one published number: STAR share of all of Shanghai's scope, end of 2022 一个数字的全部来源
SELECT observation_id, name_en, name_zh, value, unit, value_as_published, unit_as_published, grade, flags, publisher, title, url
FROM analysis.metric_input
WHERE metric_id = 'national_share:g60_shanghai:star_listed:tally:2022-12-31'
ORDER BY observation_id;
