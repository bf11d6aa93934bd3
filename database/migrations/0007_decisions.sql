-- What was decided for each workload, from what, and in which sentence.

CREATE TABLE ml_decisions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  instance_id BIGINT UNSIGNED NOT NULL,
  verdict ENUM('SWITCH', 'STAY', 'PREPARE_REPLICA', 'HOLD') NOT NULL,
  sentence VARCHAR(255) NOT NULL,
  inputs MEDIUMTEXT NOT NULL,
  output MEDIUMTEXT NOT NULL,
  confidence DECIMAL(9,8) NULL,
  model_version VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  latency_ms DECIMAL(10,3) NOT NULL,
  executed BOOLEAN NOT NULL DEFAULT FALSE,
  outcome VARCHAR(255) NULL,
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_decision_uuid (uuid),
  KEY ix_decision_agent (agent_id, id),
  KEY ix_decision_client (client_id, id),
  KEY ix_decision_created (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
