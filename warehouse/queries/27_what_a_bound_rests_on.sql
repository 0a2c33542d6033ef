-- The constraints behind a bound, each with its multiplier in both ends 上下限由何而来
SELECT c.kind, c.rule, c.cells, c.coefficients, c.sense, c.figure, e.low_above, e.low_below, e.high_above, e.high_below,
       c.reason_en, c.reason_zh
FROM (
    SELECT unnest(parent_ids) AS parent_id, unnest(low_above) AS low_above, unnest(low_below) AS low_below,
           unnest(high_above) AS high_above, unnest(high_below) AS high_below
    FROM metrics.bound
    WHERE metric_id = 'bound:g60_songjiang:gdp:current_prices:2021-12-31:level:printed'
) AS e
JOIN metrics.bound_constraint AS c ON c.metric_id = e.parent_id
ORDER BY c.kind, c.metric_id;
