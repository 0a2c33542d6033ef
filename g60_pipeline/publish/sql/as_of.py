"""The macro `analysis.observation_as_of`, made of the rule of choice: no criterion is written here."""

from __future__ import annotations

from g60_pipeline.normalize.choose import CHOICE, CRITERIA, DISAGREES, SERIES


def as_of_sql() -> str:
    """Return the statement that creates the macro."""
    keys = ", ".join(f"{c.sql} AS key_{c.name}" for c in CRITERIA)
    names = ", ".join(f"key_{c.name}" for c in CRITERIA)
    order = ", ".join(f"key_{c.name}{' DESC NULLS LAST' if c.newest_first else ''}" for c in CRITERIA)
    return f"""\
-- What was known on a day: the rule of choice over the documents published by then. Undated documents stay out.
CREATE MACRO analysis.observation_as_of(day) AS TABLE
WITH known AS (
    SELECT * EXCLUDE ({", ".join(CHOICE)}) REPLACE (
        CASE WHEN withdrawn > day THEN list_filter(flags, lambda flag: flag <> 'withdrawn') ELSE flags END AS flags,
        CASE WHEN withdrawn <= day THEN withdrawn END AS withdrawn,
        CASE WHEN superseded <= day THEN superseded END AS superseded
    )
    FROM core.observation_candidate
    WHERE known_from <= day
),
keyed AS (SELECT *, {DISAGREES} AS disagrees, {keys} FROM known)
SELECT * EXCLUDE (disagrees, {names}) REPLACE (
    list_sort(CASE WHEN disagrees THEN list_distinct(list_append(flags, 'disagreement'))
                   ELSE list_filter(flags, lambda flag: flag <> 'disagreement') END) AS flags
)
FROM keyed
QUALIFY row_number() OVER (PARTITION BY {", ".join(SERIES)} ORDER BY {order}) = 1;
COMMENT ON MACRO TABLE analysis.observation_as_of IS
'What was known on a day, by the rule of choice; undated documents stay out: core.build.undated_candidates counts them';
"""  # noqa: S608 - made of constants of the package
