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

-- A reason in words: its code and arguments put together, places, breaks and units named; null without a code.
-- Its tables have names that no query is likely to use: what is given as `r.reason_code` has to mean the caller's `r`.
CREATE MACRO analysis.reason(code, arguments, language := 'en') AS (
    WITH named AS (
        SELECT map(
            list(concat(kind, ':', name)), list(CASE language WHEN 'zh' THEN words_zh ELSE words_en END)
        ) AS words
        FROM analysis.reason_name
    )
    SELECT list_reduce(
        list_prepend(
            CASE language WHEN 'zh' THEN of_code.words_zh ELSE of_code.words_en END,
            list_transform(arguments, lambda argument, i: CASE of_code.kinds[i]
                WHEN 'place' THEN list_reduce(
                    list_transform(
                        string_split(argument, ' '),
                        lambda place: coalesce(of_name.words[concat('place:', place)], place)
                    ),
                    lambda one, next: concat(one, CASE language WHEN 'zh' THEN '、' ELSE ', ' END, next)
                )
                WHEN 'list' THEN replace(argument, ' ', CASE language WHEN 'zh' THEN '、' ELSE ', ' END)
                WHEN 'either' THEN replace(argument, ' ', CASE language WHEN 'zh' THEN '或' ELSE ' or ' END)
                WHEN 'break' THEN coalesce(of_name.words[concat('break:', argument)], argument)
                WHEN 'amount' THEN regexp_replace(
                    argument, '\[\w+\]',
                    coalesce(of_name.words[concat('unit:', regexp_extract(argument, '\[(\w+)\]', 1))], ''), 'g'
                )
                ELSE argument
            END)
        ),
        lambda text, word, i: replace(text, concat('{', of_code.placeholders[i - 1], '}'), word)
    )
    FROM core.reason AS of_code, named AS of_name
    WHERE of_code.reason_code = code
);

-- The remarks on a verdict in words, one sentence after the other.
CREATE MACRO analysis.remarks(codes, arguments, language := 'en') AS (
    SELECT list_reduce(
        list(analysis.reason(code, CASE WHEN argument = '' THEN [] ELSE [argument] END, language := language)
            ORDER BY i),
        lambda one, next: concat(one, CASE language WHEN 'zh' THEN '' ELSE ' ' END, next)
    )
    FROM (SELECT unnest(codes) AS code, unnest(arguments) AS argument, unnest(range(len(codes))) AS i)
);
COMMENT ON MACRO analysis.reason IS 'A reason in words, such as analysis.reason(reason_code, reason_args, language := ''zh''); places and breaks are named. core.reason has the words of each code';
COMMENT ON MACRO analysis.remarks IS 'The remarks on a verdict in words, such as analysis.remarks(remark_codes, remark_args)';
