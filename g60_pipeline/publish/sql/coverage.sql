-- Which city x indicator x year is filled, and by what grade.
CREATE VIEW analysis.coverage AS
WITH city AS (
    SELECT DISTINCT geo_code FROM core.corridor_member WHERE version = 'metrics'
),
annual AS (
    SELECT o.* FROM core.observation AS o JOIN city USING (geo_code)
    WHERE analysis.stands_for_year(o.annual, o.flags)
),
series AS (
    SELECT DISTINCT indicator_id, basis FROM annual
),
span AS (
    SELECT unnest(generate_series(min(year), max(year))) AS year FROM annual
)
SELECT
    g.geo_code,
    g.name_en,
    g.name_zh,
    s.indicator_id,
    i.name_en AS indicator_en,
    i.name_zh AS indicator_zh,
    s.basis,
    y.year,
    a.observation_id IS NOT NULL AS filled,
    a.observation_id,
    a.value,
    a.unit,
    a.grade,
    a.round,
    a.flags
FROM city
CROSS JOIN series AS s
CROSS JOIN span AS y
JOIN core.geography AS g ON g.geo_code = city.geo_code
JOIN core.indicator AS i ON i.indicator_id = s.indicator_id
LEFT JOIN (SELECT * FROM annual
           QUALIFY row_number() OVER (PARTITION BY geo_code, indicator_id, basis, year ORDER BY period_end DESC) = 1) AS a
    ON a.geo_code = city.geo_code AND a.indicator_id = s.indicator_id AND a.basis = s.basis AND a.year = y.year
ORDER BY s.indicator_id, s.basis, y.year, g.geo_code;
COMMENT ON VIEW analysis.coverage IS 'Which city x indicator x basis x year is filled, by which figure and grade; unfilled cells are rows too';
COMMENT ON COLUMN analysis.coverage.filled IS 'Whether a figure stands for the year.';
COMMENT ON COLUMN analysis.coverage.indicator_en IS 'English name of the indicator.';
COMMENT ON COLUMN analysis.coverage.indicator_zh IS 'Chinese name of the indicator.';
