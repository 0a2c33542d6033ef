-- Shares of China held by the corridor in its two scopes, side by side: the newest of each, and one year common to most.
CREATE VIEW analysis.share_text AS
SELECT
    s.*,
    CASE
        WHEN s.share IS NOT NULL THEN printf('1/%.1f', 1 / s.share)
        WHEN s.share_low IS NULL THEN printf('at most 1/%.1f', 1 / s.share_high)
        WHEN s.share_high IS NULL THEN printf('at least 1/%.1f', 1 / s.share_low)
        ELSE printf('1/%.1f to 1/%.1f', 1 / s.share_low, 1 / s.share_high)
    END || CASE WHEN s.members_reporting < s.members_expected
                THEN printf(' (%d of %d)', s.members_reporting, s.members_expected) ELSE '' END AS in_words
FROM metrics.national_share AS s
WHERE coalesce(s.share, s.share_low, s.share_high) > 0;
COMMENT ON VIEW analysis.share_text IS 'metrics.national_share with the share in words: 1/24.4, or an interval with the members that report';

CREATE VIEW analysis.headline AS
WITH corridor_share AS (
    SELECT * FROM analysis.share_text
    WHERE corridor_id IN ('g60_songjiang', 'g60_shanghai')
),
constant AS (
    SELECT indicator_id, basis FROM core.indicator_basis WHERE kind = 'constant'
),
-- A share that may stand for its year; constants stand for every year.
annual AS (
    SELECT s.* FROM corridor_share AS s
    WHERE analysis.stands_for_year(s.annual, s.flags)
),
settled AS (
    SELECT
        year,
        count(DISTINCT indicator_id) FILTER (complete = 2) AS indicators_complete,
        count(DISTINCT indicator_id) FILTER (bounded = 2) AS indicators_bounded
    FROM (
        SELECT
            indicator_id, basis, year,
            count(DISTINCT corridor_id) FILTER (share IS NOT NULL) AS complete,
            count(DISTINCT corridor_id) FILTER (share_high <= 2 * share_low) AS bounded
        FROM annual ANTI JOIN constant USING (indicator_id, basis)
        GROUP BY indicator_id, basis, year
    )
    GROUP BY year
),
common AS (
    SELECT year FROM settled ORDER BY indicators_complete DESC, indicators_bounded DESC, year DESC LIMIT 1
),
picked AS (
    SELECT 'newest' AS view, s.*,
        row_number() OVER (PARTITION BY corridor_id, indicator_id, basis
                           ORDER BY share IS NULL, period_end DESC) AS place
    FROM corridor_share AS s
    UNION ALL
    SELECT 'common year' AS view, s.*,
        row_number() OVER (PARTITION BY corridor_id, indicator_id, basis
                           ORDER BY share IS NULL, period_end DESC) AS place
    FROM annual AS s
    WHERE s.year = (SELECT year FROM common)
       OR (s.indicator_id, s.basis) IN (SELECT (indicator_id, basis) FROM constant)
),
wide AS (
    SELECT
        p.view,
        p.indicator_id,
        p.basis,
        max(p.period_end) FILTER (p.corridor_id = 'g60_songjiang') AS songjiang_period,
        max(p.in_words) FILTER (p.corridor_id = 'g60_songjiang') AS songjiang,
        max(p.share) FILTER (p.corridor_id = 'g60_songjiang') AS songjiang_share,
        max(p.share_low) FILTER (p.corridor_id = 'g60_songjiang') AS songjiang_low,
        max(p.share_high) FILTER (p.corridor_id = 'g60_songjiang') AS songjiang_high,
        max(p.period_end) FILTER (p.corridor_id = 'g60_shanghai') AS shanghai_period,
        max(p.in_words) FILTER (p.corridor_id = 'g60_shanghai') AS shanghai,
        max(p.share) FILTER (p.corridor_id = 'g60_shanghai') AS shanghai_share,
        max(p.share_low) FILTER (p.corridor_id = 'g60_shanghai') AS shanghai_low,
        max(p.share_high) FILTER (p.corridor_id = 'g60_shanghai') AS shanghai_high,
        list_sort(list_distinct(flatten(list(p.flags)))) AS flags
    FROM picked AS p
    WHERE p.place = 1
    GROUP BY p.view, p.indicator_id, p.basis
)
SELECT
    w.view,
    w.indicator_id,
    i.name_en,
    i.name_zh,
    w.basis,
    b.name_en AS basis_en,
    b.name_zh AS basis_zh,
    w.* EXCLUDE (view, indicator_id, basis)
FROM wide AS w
JOIN core.indicator AS i USING (indicator_id)
JOIN core.indicator_basis AS b USING (indicator_id, basis)
ORDER BY w.view, (w.songjiang_share IS NULL)::INT + (w.shanghai_share IS NULL)::INT, i.theme, w.indicator_id, w.basis;
COMMENT ON VIEW analysis.headline IS 'Shares of China in both scopes side by side: each one''s newest, and one year common to most indicators';
COMMENT ON COLUMN analysis.share_text.in_words IS 'The share as 1/n, or its interval, and how many members report where some are missing.';
COMMENT ON COLUMN analysis.headline.view IS 'newest: each share''s newest; common year: the year that most indicators share.';
COMMENT ON COLUMN analysis.headline.basis_en IS 'English name of the basis.';
COMMENT ON COLUMN analysis.headline.basis_zh IS 'Chinese name of the basis.';
COMMENT ON COLUMN analysis.headline.songjiang_period IS 'Last day of the period of the share of the corridor with Songjiang District.';
COMMENT ON COLUMN analysis.headline.songjiang IS 'Share in words of the corridor with Songjiang District.';
COMMENT ON COLUMN analysis.headline.songjiang_share IS 'Share of China of the corridor with Songjiang District.';
COMMENT ON COLUMN analysis.headline.songjiang_low IS 'Lower end of the share of the corridor with Songjiang District.';
COMMENT ON COLUMN analysis.headline.songjiang_high IS 'Upper end of the share of the corridor with Songjiang District.';
COMMENT ON COLUMN analysis.headline.shanghai_period IS 'Last day of the period of the share of the corridor with all of Shanghai.';
COMMENT ON COLUMN analysis.headline.shanghai IS 'Share in words of the corridor with all of Shanghai.';
COMMENT ON COLUMN analysis.headline.shanghai_share IS 'Share of China of the corridor with all of Shanghai.';
COMMENT ON COLUMN analysis.headline.shanghai_low IS 'Lower end of the share of the corridor with all of Shanghai.';
COMMENT ON COLUMN analysis.headline.shanghai_high IS 'Upper end of the share of the corridor with all of Shanghai.';
