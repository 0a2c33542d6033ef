-- Policies in order of time beside the version of the corridor in force 政策时间线与走廊版本
SELECT position, issued_as_printed, level, title_en, title_zh, version, members_in_force, standing,
       analysis.reason(reason_code, reason_args) AS reason
FROM metrics.policy_timeline
WHERE corridor_id = 'g60_songjiang'
ORDER BY position NULLS LAST;
