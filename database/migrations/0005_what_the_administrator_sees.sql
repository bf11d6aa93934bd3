-- What the administrator looks at: heartbeats counted, components with their since-when, stream readers, and three views.

ALTER TABLE agent_heartbeats
  ADD COLUMN first_at DATETIME(6) NULL AFTER contact_at,
  ADD COLUMN beats INT UNSIGNED NOT NULL DEFAULT 0 AFTER first_at;

-- How each part of the platform stands; `since` moves only when `status` does (SM-05). No row: never measured.
CREATE TABLE health_components (
  component VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  status ENUM('healthy', 'degraded', 'critical') NULL,                         -- NULL: unknown, never shown as healthy
  details VARCHAR(255) NOT NULL,
  since DATETIME(6) NOT NULL,
  latency_ms DECIMAL(10,3) NOT NULL,                                           -- how long the check took
  checked_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The processes that hold live streams open, each writing its own row every few seconds.
CREATE TABLE event_readers (
  process VARCHAR(64) NOT NULL PRIMARY KEY,
  streams INT UNSIGNED NOT NULL,
  lag_ms INT UNSIGNED NULL,                                                    -- of the slowest event it handed out lately
  seen_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How each client's hosts are heard (VIEW-01). Of the PRIMARYs: online to 60 s of silence, late to 120 s, then offline.
-- Expected: one heartbeat per period since the host's first one was counted; missed: what of that never came.
CREATE SQL SECURITY INVOKER VIEW v_agent_health_summary AS
SELECT client_id,
       COUNT(*) AS agents,
       COALESCE(SUM(silence <= 60000000), 0) AS online,
       COALESCE(SUM(silence > 60000000 AND silence <= 120000000), 0) AS late,
       COALESCE(SUM(silence > 120000000), 0) AS offline,
       COALESCE(SUM(silence IS NULL), 0) AS never_heard,
       COALESCE(SUM(expected), 0) AS expected,
       COALESCE(SUM(GREATEST(expected - beats, 0)), 0) AS missed,
       SUM(GREATEST(expected - beats, 0)) / NULLIF(SUM(expected), 0) AS miss_rate
  FROM (SELECT a.client_id, CAST(h.beats AS SIGNED) AS beats,
               TIMESTAMPDIFF(MICROSECOND, h.contact_at, UTC_TIMESTAMP(6)) AS silence,
               FLOOR(TIMESTAMPDIFF(MICROSECOND, h.first_at, UTC_TIMESTAMP(6)) / 1000000 / c.heartbeat_seconds) AS expected
          FROM agents a
          JOIN agent_configs c ON c.agent_id = a.id
          LEFT JOIN agent_heartbeats h ON h.instance_id = a.primary_instance_id
         WHERE a.status = 'active' AND a.enabled = 1) AS host
 GROUP BY client_id;

-- How handovers went in the last 24 hours, and in the 24 before (VIEW-02). p95 by nearest rank; NULL: not measured.
CREATE SQL SECURITY INVOKER VIEW v_switch_performance_24h AS
SELECT client_id,
       SUM(recent) AS switches,
       MAX(CASE WHEN recent = 1 AND place = CEIL(0.95 * measured) THEN downtime_seconds END) AS p95_seconds,
       AVG(CASE WHEN recent = 1 THEN downtime_seconds END) AS avg_seconds,
       MIN(CASE WHEN recent = 1 THEN downtime_seconds END) AS min_seconds,
       MAX(CASE WHEN recent = 1 THEN downtime_seconds END) AS max_seconds,
       AVG(CASE WHEN recent = 1 THEN served END) AS success_rate,
       COUNT(*) - SUM(recent) AS previous_switches,
       MAX(CASE WHEN recent = 0 AND place = CEIL(0.95 * measured) THEN downtime_seconds END) AS previous_p95_seconds
  FROM (SELECT client_id, downtime_seconds, serving_at IS NOT NULL AS served, recent,
               ROW_NUMBER() OVER (PARTITION BY client_id, recent, downtime_seconds IS NULL ORDER BY downtime_seconds) AS place,
               COUNT(downtime_seconds) OVER (PARTITION BY client_id, recent) AS measured
          FROM (SELECT client_id, downtime_seconds, serving_at, opened_at > UTC_TIMESTAMP(6) - INTERVAL 24 HOUR AS recent
                  FROM incidents
                 WHERE promoted_at IS NOT NULL AND opened_at > UTC_TIMESTAMP(6) - INTERVAL 48 HOUR) AS handover) AS ranked
 GROUP BY client_id;

-- Emergencies by day, kind and outcome (VIEW-03). A rebalance that became an interruption counts as what it became.
CREATE SQL SECURITY INVOKER VIEW v_emergency_events_daily AS
SELECT client_id, day, kind, outcome, COUNT(*) AS events, AVG(promote_seconds) AS promote_seconds_avg,
       MAX(promote_seconds) AS promote_seconds_max
  FROM (SELECT client_id, DATE(opened_at) AS day,
               CASE WHEN cause = 'rebalance' AND notice_rank >= 2 THEN 'termination' ELSE cause END AS kind,
               COALESCE(outcome, 'open') AS outcome,
               TIMESTAMPDIFF(MICROSECOND, opened_at, promoted_at) / 1000000 AS promote_seconds
          FROM incidents) AS event
 GROUP BY client_id, day, kind, outcome;
