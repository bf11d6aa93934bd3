-- Closed hours of the ledger, summed once as they close; what is open is added when somebody reads.

CREATE TABLE ledger_months (
  client_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  month DATE NOT NULL,
  line ENUM('baseline', 'actual', 'overlap', 'fallback_premium', 'zombie_burn') NOT NULL,
  micros BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (client_id, agent_id, month, line)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE savings_ledger ADD KEY ix_ledger_hour (hour);

INSERT INTO ledger_months (client_id, agent_id, month, line, micros)
SELECT client_id, agent_id, DATE(hour) - INTERVAL (DAYOFMONTH(hour) - 1) DAY AS month, line, SUM(micros)
  FROM savings_ledger WHERE hour <= (SELECT MAX(hour) FROM ledger_hours)
 GROUP BY client_id, agent_id, month, line;

CREATE SQL SECURITY INVOKER VIEW v_ledger_sums AS
SELECT client_id, agent_id, line, micros FROM ledger_months
UNION ALL
SELECT client_id, agent_id, line, micros FROM savings_ledger
 WHERE hour > COALESCE((SELECT MAX(hour) FROM ledger_hours), '2000-01-01');
