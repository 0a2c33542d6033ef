-- STAR Market firms at year end: corridor, China, share, as counted from listing records 年末科创板上市公司数及占比
SELECT
    year,
    corridor_id,
    numerator_low AS firms_at_least,
    numerator_high AS firms_at_most,
    denominator AS china,
    round(100 * share_low, 1) AS percent_at_least,
    round(100 * share_high, 1) AS percent_at_most,
    members_reporting || ' of ' || members_expected AS members
FROM metrics.national_share
WHERE corridor_id IS NOT NULL AND indicator_id = 'star_listed' AND basis = 'tally'
  AND month(period_end) = 12
ORDER BY year, corridor_id;
