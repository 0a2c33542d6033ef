-- How much of China the corridor holds, with Songjiang and with all of Shanghai 走廊占全国比重:松江口径与全上海口径
SELECT view, name_en, name_zh, basis, songjiang_period, songjiang, shanghai_period, shanghai, flags
FROM analysis.headline
WHERE songjiang_share IS NOT NULL OR shanghai_share IS NOT NULL;
