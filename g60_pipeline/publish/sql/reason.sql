-- Names of what reasons have for arguments: places, breaks, and units as they follow a number.
CREATE VIEW analysis.reason_name AS
SELECT 'place' AS kind, geo_code AS name, name_en AS words_en, short_zh AS words_zh FROM core.geography
UNION ALL
SELECT
    'break', break_id,
    concat(break_id, ' of ', min(first_period), ': ', min(reason_en)),
    concat(min(first_period), '年的断点', break_id, '：', rtrim(min(reason_zh), '。'))
FROM core.series_break GROUP BY break_id
UNION ALL
SELECT
    'unit', unit,
    CASE
        WHEN symbol_en IN ('', 'number') THEN ''
        WHEN regexp_matches(symbol_en, '^[0-9]') THEN concat(' × ', symbol_en)
        ELSE concat(' ', symbol_en)
    END,
    CASE WHEN symbol_zh IN ('', '个') THEN '' WHEN regexp_matches(symbol_zh, '[一-鿿]') THEN symbol_zh
        ELSE concat(' ', symbol_zh) END
FROM core.unit;
COMMENT ON VIEW analysis.reason_name IS 'Names in both languages of what stands in the arguments of a reason: places, breaks, and units as they follow a number';
COMMENT ON COLUMN analysis.reason_name.kind IS 'place, break or unit.';
COMMENT ON COLUMN analysis.reason_name.name IS 'Code of the place or unit, identifier of the break, as arguments hold it.';
COMMENT ON COLUMN analysis.reason_name.words_en IS 'Its name in English.';
COMMENT ON COLUMN analysis.reason_name.words_zh IS 'Its name in Chinese.';

-- The words of every reason a row of this file has, as the catalogue says them; written when the file is.
CREATE TABLE analysis.reason_words (
    of_codes VARCHAR[] NOT NULL, of_arguments VARCHAR[] NOT NULL, words_en VARCHAR NOT NULL, words_zh VARCHAR NOT NULL
);
COMMENT ON TABLE analysis.reason_words IS 'Words in both languages of every reason and of all remarks on a verdict that a row has; analysis.reason looks them up';
COMMENT ON COLUMN analysis.reason_words.of_codes IS 'Code of the reason; several where they are the remarks on one verdict.';
COMMENT ON COLUMN analysis.reason_words.of_arguments IS 'Arguments as the row has them.';
COMMENT ON COLUMN analysis.reason_words.words_en IS 'In English, with places, breaks and units named.';
COMMENT ON COLUMN analysis.reason_words.words_zh IS 'The same in Chinese.';

-- A reason in words: null without a code; code and arguments as they are where no row of the file has them.
-- Its table and columns have names that no query is likely to use: what is given as `r.reason_code` has to mean the caller's `r`.
CREATE MACRO analysis.reason(code, arguments, language := 'en') AS coalesce(
    (
        SELECT CASE language WHEN 'zh' THEN of_reason.words_zh ELSE of_reason.words_en END
        FROM analysis.reason_words AS of_reason
        WHERE of_reason.of_codes = [code] AND of_reason.of_arguments = arguments
    ),
    code || concat(': ' || nullif(array_to_string(arguments, ', '), ''))
);

-- Refused rows in words.
CREATE VIEW analysis.refused AS
SELECT
    quarantine_id, file, line, column_name, value, rule,
    analysis.reason(rule, rule_args) AS message_en,
    analysis.reason(rule, rule_args, language := 'zh') AS message_zh,
    analysis.reason(remedy_code, remedy_args) AS remedy_en,
    analysis.reason(remedy_code, remedy_args, language := 'zh') AS remedy_zh
FROM core.quarantine;
COMMENT ON VIEW analysis.refused IS 'Refused rows in words of both languages: where they are, which rule they break and what to do about them';
COMMENT ON COLUMN analysis.refused.quarantine_id IS 'Identifier: file, line and rule.';
COMMENT ON COLUMN analysis.refused.file IS 'File the row stands in.';
COMMENT ON COLUMN analysis.refused.line IS 'Line of that file; empty when the whole file is refused.';
COMMENT ON COLUMN analysis.refused.column_name IS 'Column at fault; empty when the whole row or file is.';
COMMENT ON COLUMN analysis.refused.value IS 'What stands there.';
COMMENT ON COLUMN analysis.refused.rule IS 'Rule it breaks.';
COMMENT ON COLUMN analysis.refused.message_en IS 'The rule in words, with the value.';
COMMENT ON COLUMN analysis.refused.message_zh IS 'The same in Chinese.';
COMMENT ON COLUMN analysis.refused.remedy_en IS 'What to do about it.';
COMMENT ON COLUMN analysis.refused.remedy_zh IS 'The same in Chinese.';

COMMENT ON MACRO analysis.reason IS 'A reason in words, such as analysis.reason(reason_code, reason_args, language := ''zh''); core.reason has the words of each code';
