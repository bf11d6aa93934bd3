-- An administrator acts for a client (G-32), the server's log lines (TAB-20), dead letters that were tried again.
ALTER TABLE sessions
  ADD COLUMN acting VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER client_id,
  ADD COLUMN reason VARCHAR(255) NULL AFTER acting;

CREATE TABLE system_logs (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at DATETIME(3) NOT NULL,
  level ENUM('debug', 'info', 'success', 'warning', 'error') NOT NULL,
  component VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  message VARCHAR(1000) NOT NULL,
  request_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
  process VARCHAR(64) NOT NULL,
  fields TEXT NULL,
  KEY ix_log_component (component, at),
  KEY ix_log_time (at),
  KEY ix_log_request (request_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE dead_letters
  ADD COLUMN replayed_at DATETIME(6) NULL,
  ADD COLUMN outcome VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN sentence VARCHAR(255) NULL;
