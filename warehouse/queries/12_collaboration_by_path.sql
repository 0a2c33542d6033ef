-- Collaboration events by path and year, with the cities that take part most 四条协同路径的事件数
SELECT
    path,
    year,
    count(*) AS events,
    count(*) FILTER (from_geo IS NOT NULL AND to_geo IS NOT NULL) AS directed,
    round(avg(len(members)), 1) AS places_per_event
FROM core.collaboration
WHERE year IS NOT NULL
GROUP BY path, year
ORDER BY path, year;
