-- What AWS's own events need beside the agents' notices: their queues and keys, what they prove, what is planned
-- because of them, and what one client's word is worth to the others.

ALTER TABLE notices ADD COLUMN reason VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER disposition;

ALTER TABLE notices ADD KEY ix_notice_instance (ec2_instance_id, handled_at);

ALTER TABLE notices ADD KEY ix_notice_kind (kind, received_at);

ALTER TABLE incidents ADD KEY ix_incident_of (instance_id, id);

ALTER TABLE incidents MODIFY COLUMN cause ENUM('rebalance', 'termination', 'no_notice', 'maintenance', 'lifecycle') NOT NULL;

ALTER TABLE incidents ADD COLUMN verified_at DATETIME(6) NULL AFTER outcome;

ALTER TABLE incidents ADD COLUMN verified_by VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER verified_at;

CREATE TABLE event_queues (
  account_id BIGINT UNSIGNED NOT NULL,
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  name VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  polled_at DATETIME(6) NULL,
  received_at DATETIME(6) NULL,
  messages BIGINT UNSIGNED NOT NULL DEFAULT 0,
  delay_ms BIGINT UNSIGNED NOT NULL DEFAULT 0,
  error VARCHAR(255) NULL,
  error_at DATETIME(6) NULL,
  PRIMARY KEY (account_id, region),
  KEY ix_event_queue_client (client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE event_keys (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  created_at DATETIME(6) NOT NULL,
  revoked_at DATETIME(6) NULL,
  UNIQUE KEY uq_event_key_uuid (uuid),
  KEY ix_event_key_client (client_id),
  CONSTRAINT fk_event_key_account FOREIGN KEY (account_id, client_id) REFERENCES accounts (id, client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE event_counts (
  reason VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  n BIGINT UNSIGNED NOT NULL,
  last_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE maintenance_plans (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  instance_id BIGINT UNSIGNED NOT NULL,
  incident_id BIGINT UNSIGNED NULL,
  event_key VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  not_before DATETIME(6) NOT NULL,
  state ENUM('scheduled', 'begun', 'cancelled', 'over') NOT NULL DEFAULT 'scheduled',
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_plan_uuid (uuid),
  UNIQUE KEY uq_plan (instance_id, event_key),
  KEY ix_plan_due (state, not_before)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE account_holds (
  account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  client_id BIGINT UNSIGNED NOT NULL,
  since DATETIME(6) NOT NULL,
  unconfirmed INT UNSIGNED NOT NULL,
  machines INT UNSIGNED NOT NULL,
  sentence VARCHAR(255) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE pool_reports (
  client_id BIGINT UNSIGNED NOT NULL,
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  danger_until DATETIME(6) NOT NULL DEFAULT '2000-01-01',
  poisoned_until DATETIME(6) NOT NULL DEFAULT '2000-01-01',
  notices INT UNSIGNED NOT NULL DEFAULT 0,
  last_seen DATETIME(6) NOT NULL,
  PRIMARY KEY (client_id, pool_id),
  KEY ix_report_pool (pool_id, danger_until)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
