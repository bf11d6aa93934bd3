-- Plans with modes, planned switches, and the savings ledger.

ALTER TABLE replica_instances MODIFY COLUMN mode ENUM('manual', 'emergency', 'level3', 'planned') NOT NULL;

-- Who may let what happen by itself; the most exact row decides. 0 and '*' mean every account, agent, kind.
CREATE TABLE plan_modes (
  client_id BIGINT UNSIGNED NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  agent_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '*',
  mode ENUM('observe', 'propose', 'approve', 'auto') NOT NULL,
  set_by VARCHAR(64) NOT NULL,
  set_at DATETIME(6) NOT NULL,
  PRIMARY KEY (client_id, account_id, agent_id, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- When a move is worth it; an agent without a row lives by the defaults.
CREATE TABLE switch_policies (
  agent_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  min_saving_pct SMALLINT UNSIGNED NOT NULL DEFAULT 10,                        -- of the present price
  cooldown_seconds INT UNSIGNED NOT NULL DEFAULT 3600,
  restore_after_seconds INT UNSIGNED NOT NULL DEFAULT 3600,                    -- On-Demand back to Spot
  return_window VARCHAR(11) CHARACTER SET ascii COLLATE ascii_bin NULL,        -- 22:00-06:00 in UTC; NULL: at any time
  CONSTRAINT fk_switch_policy_agent FOREIGN KEY (agent_id) REFERENCES agents (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Nothing happens that could not be read first (SM-15).
CREATE TABLE plans (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  mode ENUM('observe', 'propose', 'approve', 'auto') NOT NULL,
  state ENUM('proposed', 'approved', 'executing', 'done', 'failed', 'rolled_back', 'rejected', 'expired', 'drifted') NOT NULL DEFAULT 'proposed',
  target_pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  expected_usd_per_hour DECIMAL(12,6) NULL,                                    -- what it saves; NULL: not known
  risk DECIMAL(6,5) NULL,                                                      -- of the target pool
  blast_radius VARCHAR(255) NOT NULL,
  sentence VARCHAR(255) NOT NULL,
  evidence LONGTEXT NOT NULL,
  state_seen LONGTEXT NOT NULL,                                                -- the state it was made for
  fingerprint CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  drift LONGTEXT NULL,                                                         -- before and after of what moved
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  decided_at DATETIME(6) NULL,
  decided_by VARCHAR(64) NULL,
  finished_at DATETIME(6) NULL,
  outcome VARCHAR(255) NULL,
  open_slot BIGINT UNSIGNED GENERATED ALWAYS AS
    (CASE WHEN state IN ('proposed', 'approved', 'executing') THEN agent_id ELSE NULL END) STORED,
  UNIQUE KEY uq_plan_uuid (uuid),
  UNIQUE KEY uq_one_open_plan (open_slot),                                     -- one at a time per agent
  KEY ix_plan_client (client_id, state, id),
  KEY ix_plan_expiry (state, expires_at),
  CONSTRAINT fk_plan_agent FOREIGN KEY (agent_id, client_id) REFERENCES agents (id, client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE plan_steps (
  plan_id BIGINT UNSIGNED NOT NULL,
  n SMALLINT UNSIGNED NOT NULL,
  kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sentence VARCHAR(255) NOT NULL,
  done_at DATETIME(6) NULL,
  PRIMARY KEY (plan_id, n),
  CONSTRAINT fk_step_plan FOREIGN KEY (plan_id) REFERENCES plans (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A move of the PRIMARY to another pool: ordered, or made by an emergency. Driven by the reconciler.
CREATE TABLE switches (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  request_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  incident_id BIGINT UNSIGNED NULL,
  plan_id BIGINT UNSIGNED NULL,
  old_instance_id BIGINT UNSIGNED NOT NULL,
  new_instance_id BIGINT UNSIGNED NULL,                                        -- NULL: a dry run
  old_usd_per_hour DECIMAL(12,6) NULL,
  new_usd_per_hour DECIMAL(12,6) NULL,
  on_demand_usd_per_hour DECIMAL(12,6) NULL,
  data_source VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  stale TINYINT NOT NULL DEFAULT 0,                                            -- INV-21
  state ENUM('preparing', 'promoted', 'serving', 'done', 'failed', 'dry_run') NOT NULL,
  cause ENUM('manual', 'forced', 'plan', 'emergency') NOT NULL,
  user_id VARCHAR(64) NOT NULL,
  auto_terminate TINYINT NULL,                                                 -- NULL: as the agent is configured
  success TINYINT NULL,
  sentence VARCHAR(255) NOT NULL,
  started_at DATETIME(6) NOT NULL,
  promoted_at DATETIME(6) NULL,
  serving_at DATETIME(6) NULL,
  finished_at DATETIME(6) NULL,
  downtime_seconds DECIMAL(12,3) NULL,                                         -- measured; NULL: not known
  downtime_method VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  live_slot BIGINT UNSIGNED GENERATED ALWAYS AS
    (CASE WHEN cause <> 'emergency' AND state IN ('preparing', 'promoted') THEN agent_id ELSE NULL END) STORED,
  UNIQUE KEY uq_switch_uuid (uuid),
  UNIQUE KEY uq_switch_request (client_id, request_id),
  UNIQUE KEY uq_one_live_switch (live_slot),
  UNIQUE KEY uq_switch_incident (incident_id, new_instance_id),
  KEY ix_switch_agent (agent_id, id),
  KEY ix_switch_client (client_id, id),
  KEY ix_switch_open (state, id),
  KEY ix_switch_old (old_instance_id),
  CONSTRAINT fk_switch_agent FOREIGN KEY (agent_id, client_id) REFERENCES agents (id, client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What the workload would cost without us: fixed at its registration and again at each switch.
CREATE TABLE savings_baselines (
  agent_id BIGINT UNSIGNED NOT NULL,
  from_at DATETIME(6) NOT NULL,
  instance_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,    -- as registered, whatever runs now
  usd_per_hour DECIMAL(12,6) NOT NULL,
  data_source VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  stale TINYINT NOT NULL DEFAULT 0,
  PRIMARY KEY (agent_id, from_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The price an instance-hour is booked at, fixed when the hour is first booked: a later run books the same.
CREATE TABLE ledger_prices (
  price_key VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,       -- a pool, or <region>:<type>:on-demand
  hour DATETIME NOT NULL,
  usd_per_hour DECIMAL(12,6) NOT NULL,
  data_source VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  stale TINYINT NOT NULL DEFAULT 0,
  PRIMARY KEY (price_key, hour)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Double entry: each row moves its amount from one account to the other. Millionths of a dollar, so that sums are exact.
CREATE TABLE savings_ledger (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT UNSIGNED NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  instance_id BIGINT UNSIGNED NOT NULL,
  hour DATETIME NOT NULL,
  line ENUM('baseline', 'actual', 'overlap', 'fallback_premium', 'zombie_burn') NOT NULL,
  debit VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  credit VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seconds DECIMAL(9,3) NOT NULL,
  usd_per_hour DECIMAL(12,6) NOT NULL,
  micros BIGINT UNSIGNED NOT NULL,
  tags LONGTEXT NULL,                                                          -- as they were when booked
  data_source VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  stale TINYINT NOT NULL DEFAULT 0,
  booked_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_ledger_line (instance_id, hour, line),                         -- booked twice is booked once
  KEY ix_ledger_client (client_id, hour),
  KEY ix_ledger_agent (agent_id, hour),
  CONSTRAINT ck_ledger_two_accounts CHECK (debit <> credit),
  CONSTRAINT ck_ledger_within_hour CHECK (seconds <= 3600)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE ledger_hours (
  hour DATETIME NOT NULL PRIMARY KEY,                                          -- wholly booked
  closed_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE bill_lines (
  client_id BIGINT UNSIGNED NOT NULL,
  ec2_instance_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  day DATE NOT NULL,
  micros BIGINT UNSIGNED NOT NULL,
  source VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  imported_at DATETIME(6) NOT NULL,
  PRIMARY KEY (client_id, ec2_instance_id, day)                                -- the newest import of a day stands
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
