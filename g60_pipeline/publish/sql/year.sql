-- Whether a row may serve for its year: a calendar year, the figure of 31 December, or a census of that year.
CREATE MACRO analysis.stands_for_year(annual, flags) AS annual OR list_contains(flags, 'census');
COMMENT ON MACRO analysis.stands_for_year IS 'Whether a row may serve for its year: a calendar year, a figure of 31 December or a census of it';
