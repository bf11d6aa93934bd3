-- Replays of a client's own history: what was asked, how far it is, what it came to.

CREATE TABLE replays (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  status ENUM('queued', 'running', 'done', 'failed', 'cancelled') NOT NULL DEFAULT 'queued',
  is_cancelling TINYINT NOT NULL DEFAULT 0,
  fence INT UNSIGNED NOT NULL DEFAULT 0,
  question LONGTEXT NOT NULL,
  progress DECIMAL(5,4) NOT NULL DEFAULT 0,
  sentence VARCHAR(255) NOT NULL,
  requested_by VARCHAR(64) NOT NULL,
  requested_at DATETIME(6) NOT NULL,
  started_at DATETIME(6) NULL,
  touched_at DATETIME(6) NULL,
  finished_at DATETIME(6) NULL,
  report LONGTEXT NULL,
  UNIQUE KEY uq_replay_uuid (uuid),
  KEY ix_replay_client (client_id, id),
  KEY ix_replay_open (status, id),
  CONSTRAINT ck_replay_end CHECK ((finished_at IS NULL) = (status IN ('queued', 'running')))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE replay_logs (
  replay_id BIGINT UNSIGNED NOT NULL,
  policy VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  part SMALLINT UNSIGNED NOT NULL,
  packed MEDIUMBLOB NOT NULL,
  PRIMARY KEY (replay_id, policy, part),
  CONSTRAINT fk_replay_log FOREIGN KEY (replay_id) REFERENCES replays (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
