-- Whose turn it is to ask EC2, how often an intent was turned away without effect, queues that do not answer, and alert rules.

CREATE TABLE describe_turns (
  account_id BIGINT UNSIGNED NOT NULL,
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  taken_at DATETIME(6) NOT NULL,
  PRIMARY KEY (account_id, region)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE actions ADD COLUMN throttled INT UNSIGNED NOT NULL DEFAULT 0 AFTER tries;

ALTER TABLE event_queues
  ADD COLUMN failures INT UNSIGNED NOT NULL DEFAULT 0 AFTER error_at,
  ADD COLUMN open_until DATETIME(6) NULL AFTER failures;

CREATE TABLE alerts (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  name VARCHAR(120) NOT NULL,
  metric VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entity_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NULL,
  operator VARCHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  threshold DOUBLE NOT NULL,
  severity ENUM('info', 'warning', 'critical') NOT NULL DEFAULT 'warning',
  is_enabled TINYINT NOT NULL DEFAULT 1,
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_alert_uuid (uuid),
  KEY ix_alert_client (client_id),
  CONSTRAINT fk_alert_client FOREIGN KEY (client_id) REFERENCES clients (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE alert_events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  rule_key VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  entity_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  metric VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  operator VARCHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  threshold_value DOUBLE NOT NULL,
  current_value DOUBLE NOT NULL,
  severity ENUM('info', 'warning', 'critical') NOT NULL,
  triggered_at DATETIME(6) NOT NULL,
  told_at DATETIME(6) NULL,
  resolved_at DATETIME(6) NULL,
  resolution_value DOUBLE NULL,
  open_slot TINYINT NULL DEFAULT 1,
  UNIQUE KEY uq_alert_event_uuid (uuid),
  UNIQUE KEY uq_alert_open (rule_key, client_id, entity_id, open_slot),
  KEY ix_alert_event_client (client_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
