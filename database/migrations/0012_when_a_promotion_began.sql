-- How long a promotion took is counted from the notice of the interruption, not from the warning hours before it.

DROP VIEW v_emergency_events_daily;

-- Each emergency with what it became, and how long a promotion took: from the interruption notice, where there was one
-- before it, else from the first sighting.
CREATE SQL SECURITY INVOKER VIEW v_emergency_events AS
SELECT i.id, i.client_id, i.opened_at,
       CASE WHEN i.cause = 'rebalance' AND i.notice_rank >= 2 THEN 'termination' ELSE i.cause END AS kind,
       COALESCE(i.outcome, 'open') AS outcome,
       TIMESTAMPDIFF(MICROSECOND, COALESCE((SELECT MIN(n.received_at) FROM notices n WHERE n.incident_id = i.id
         AND n.kind = 'termination' AND n.received_at <= i.promoted_at), i.opened_at), i.promoted_at) / 1000000 AS promote_seconds
  FROM incidents i;

-- Emergencies by day, kind and outcome (VIEW-03). A rebalance that became an interruption counts as what it became.
CREATE SQL SECURITY INVOKER VIEW v_emergency_events_daily AS
SELECT client_id, DATE(opened_at) AS day, kind, outcome, COUNT(*) AS events, AVG(promote_seconds) AS promote_seconds_avg,
       MAX(promote_seconds) AS promote_seconds_max
  FROM v_emergency_events
 GROUP BY client_id, DATE(opened_at), kind, outcome;
