-- Auto Scaling groups: who is a member, how large a group may be, and the exchanges of an old machine for a new one.

ALTER TABLE instances ADD COLUMN asg_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;  -- K-37: the group it is a member of, as EC2's tag said

-- What was last seen of the groups that machines of ours belong to.
CREATE TABLE scaling_groups (
  account_id BIGINT UNSIGNED NOT NULL,
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  min_size INT UNSIGNED NOT NULL,
  max_size INT UNSIGNED NOT NULL,
  desired INT UNSIGNED NOT NULL,
  zones LONGTEXT NOT NULL,                                                     -- AZ ids, JSON; empty: not told
  capacity_rebalance TINYINT NOT NULL,
  hooks LONGTEXT NULL,                                                         -- of ending machines: heartbeat timeout in seconds by name, JSON
  seen_at DATETIME(6) NOT NULL,
  PRIMARY KEY (account_id, region, name),
  CONSTRAINT fk_scaling_account FOREIGN KEY (account_id, client_id) REFERENCES accounts (id, client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A workload left a member: its new machine takes the member's place, and the group launches and ends nothing for it.
CREATE TABLE group_exchanges (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  incident_id BIGINT UNSIGNED NULL,
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asg_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  old_instance_id BIGINT UNSIGNED NOT NULL,
  new_instance_id BIGINT UNSIGNED NOT NULL,
  state ENUM('open', 'done', 'outside') NOT NULL DEFAULT 'open',               -- outside: the new machine could not, or should not, join
  sentence VARCHAR(255) NOT NULL,
  since_at DATETIME(6) NOT NULL,                                               -- what the group launched since may be in the old one's place
  opened_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  UNIQUE KEY uq_exchange_uuid (uuid),
  UNIQUE KEY uq_exchange_machines (old_instance_id, new_instance_id),
  KEY ix_exchange_open (state, account_id, region),
  KEY ix_exchange_new (new_instance_id),
  CONSTRAINT fk_exchange_agent FOREIGN KEY (agent_id, client_id) REFERENCES agents (id, client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
