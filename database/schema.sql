-- Spot Optimizer: the whole truth about the tables.
--
-- What must never be untrue stands here as a constraint, with the invariant's id beside it
-- (docs/STATE_MACHINE.md explains the ids). Routines live in triggers/ and procedures/, one file each:
--
--   cat database/schema.sql database/triggers/*.sql database/procedures/*.sql | mysql spot_optimizer
--
-- loads an empty database; an existing one is moved on by `python -m database.migrate`.
-- Conventions: `id` is internal, `uuid` is what the API shows; times are UTC with microseconds and written
-- explicitly from UTC_TIMESTAMP(6); `version` is moved by a trigger alone, statements only test it;
-- LONGTEXT holds JSON whose bytes matter (MySQL would reorder a JSON column's keys).

-- People and machines -------------------------------------------------------------------------------

CREATE TABLE clients (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(120) NOT NULL,
  email VARCHAR(254) NOT NULL,
  status ENUM('active', 'suspended', 'deleted') NOT NULL DEFAULT 'active',
  created_at DATETIME(6) NOT NULL,
  version BIGINT UNSIGNED NOT NULL DEFAULT 1,
  UNIQUE KEY uq_client_uuid (uuid),
  UNIQUE KEY uq_client_email (email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE api_tokens (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT UNSIGNED NOT NULL,
  prefix VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  secret_hash BINARY(32) NOT NULL,                       -- SHA-256; the token itself was shown once
  scopes VARCHAR(255) NOT NULL DEFAULT 'all',
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NULL,
  revoked_at DATETIME(6) NULL,
  last_used_at DATETIME(6) NULL,
  UNIQUE KEY uq_api_token_secret (secret_hash),
  KEY ix_api_token_client (client_id),
  CONSTRAINT fk_api_token_client FOREIGN KEY (client_id) REFERENCES clients (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE sessions (
  jti CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  principal VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NULL,                        -- NULL: the platform's administrator
  acting VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL, -- who acts for the client (G-32); NULL: it itself
  reason VARCHAR(255) NULL,                              -- and why
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  revoked_at DATETIME(6) NULL,                           -- read on each request: signing out acts at once
  ip VARCHAR(45) NULL,
  user_agent VARCHAR(255) NULL,
  KEY ix_session_expiry (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE accounts (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  aws_account_id CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(120) NOT NULL,
  status ENUM('pending', 'scanning', 'connected', 'active', 'failed') NOT NULL DEFAULT 'pending',
  connection_method ENUM('iam_role', 'access_keys') NOT NULL DEFAULT 'iam_role',
  role_arn VARCHAR(255) NULL,
  external_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  regions LONGTEXT NOT NULL,
  is_active TINYINT NOT NULL DEFAULT 1,
  executor ENUM('server', 'agent') NOT NULL DEFAULT 'server',
  health ENUM('ok', 'degraded') NOT NULL DEFAULT 'ok',
  health_reason VARCHAR(255) NULL,
  account_metadata LONGTEXT NULL,
  created_at DATETIME(6) NOT NULL,
  version BIGINT UNSIGNED NOT NULL DEFAULT 1,
  UNIQUE KEY uq_account_uuid (uuid),
  UNIQUE KEY uq_account_aws (aws_account_id),            -- one AWS account belongs to one client
  UNIQUE KEY uq_account_client (id, client_id),
  KEY ix_account_client (client_id),
  CONSTRAINT fk_account_client FOREIGN KEY (client_id) REFERENCES clients (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The protected workload's identity; it survives its instances.
CREATE TABLE agents (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  logical_name VARCHAR(120) NOT NULL,
  hostname VARCHAR(255) NOT NULL,
  status ENUM('registering', 'active', 'deregistered') NOT NULL DEFAULT 'registering',
  enabled TINYINT NOT NULL DEFAULT 1,
  primary_instance_id BIGINT UNSIGNED NULL,
  epoch BIGINT UNSIGNED NOT NULL DEFAULT 0,              -- INV-31: + 1 per committed promotion
  agent_version VARCHAR(32) NOT NULL,
  protocol SMALLINT UNSIGNED NOT NULL,
  notice_status ENUM('none', 'rebalance', 'termination') NOT NULL DEFAULT 'none',   -- a mirror, never read by a rule
  notice_deadline DATETIME(6) NULL,
  fastest_boot_pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NULL,
  last_failover_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  deleted_at DATETIME(6) NULL,
  version BIGINT UNSIGNED NOT NULL DEFAULT 1,
  labels LONGTEXT NULL,
  cost_tags LONGTEXT NULL,
  UNIQUE KEY uq_agent_uuid (uuid),
  UNIQUE KEY uq_agent_client (id, client_id),
  KEY ix_agent_client (client_id, status),
  CONSTRAINT ck_active_has_primary CHECK (status <> 'active' OR primary_instance_id IS NOT NULL),   -- INV-30
  CONSTRAINT fk_agent_account FOREIGN KEY (account_id, client_id) REFERENCES accounts (id, client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE agent_configs (
  agent_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  auto_switch_enabled TINYINT NOT NULL DEFAULT 1,
  manual_replica_enabled TINYINT NOT NULL DEFAULT 0,
  auto_terminate_enabled TINYINT NOT NULL DEFAULT 1,
  on_demand_fallback TINYINT NOT NULL DEFAULT 1,
  terminate_wait_seconds INT UNSIGNED NOT NULL DEFAULT 3600,
  rebalance_mode ENUM('off', 'observe', 'prepare_replica', 'switch') NOT NULL DEFAULT 'prepare_replica',
  heartbeat_seconds SMALLINT UNSIGNED NOT NULL DEFAULT 15,
  notice_poll_seconds SMALLINT UNSIGNED NOT NULL DEFAULT 2,
  pricing_seconds SMALLINT UNSIGNED NOT NULL DEFAULT 300,
  config_version BIGINT UNSIGNED NOT NULL DEFAULT 1,
  CONSTRAINT ck_one_mode CHECK (NOT (auto_switch_enabled = 1 AND manual_replica_enabled = 1)),      -- INV-02
  CONSTRAINT fk_config_agent FOREIGN KEY (agent_id) REFERENCES agents (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One EC2 machine. A replica on its way is a row without ec2_instance_id, beside its intent in `actions`.
CREATE TABLE instances (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NULL,                                               -- NULL: inventory only
  ec2_instance_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,      -- NULL until EC2 answered
  instance_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  az VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  az_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NULL,
  lifecycle ENUM('spot', 'on-demand') NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,                -- as EC2 last said
  auth_status ENUM('authorized', 'unauthorized') NOT NULL DEFAULT 'authorized',
  tags LONGTEXT NULL,
  launch_spec LONGTEXT NULL,                                                   -- what a twin of it needs: image, groups, profile
  role ENUM('PRIMARY', 'REPLICA', 'ZOMBIE', 'TERMINATED') NULL,
  role_reason VARCHAR(255) NULL,                                               -- the sentence, copied to the history
  status VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  notice_rank TINYINT UNSIGNED NOT NULL DEFAULT 0,                             -- 0 none, 1 rebalance, 2 termination
  is_replica TINYINT GENERATED ALWAYS AS (CASE WHEN role = 'REPLICA' THEN 1 ELSE 0 END) STORED,
  replica_of_id BIGINT UNSIGNED NULL,
  replica_expiry DATETIME(6) NULL,
  terminate_requested_at DATETIME(6) NULL,
  terminate_after DATETIME(6) NULL,                                            -- a ZOMBIE's wait ends
  lost_at DATETIME(6) NULL,
  serving_at DATETIME(6) NULL,
  launched_at DATETIME(6) NULL,
  ended_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  version BIGINT UNSIGNED NOT NULL DEFAULT 1,
  primary_slot BIGINT UNSIGNED GENERATED ALWAYS AS (CASE WHEN role = 'PRIMARY' THEN agent_id ELSE NULL END) STORED,
  farewell_at DATETIME(6) NULL,                                                -- its host said that it is going down
  asg_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,  -- K-37: the group it is a member of, as EC2's tag said
  UNIQUE KEY uq_instance_uuid (uuid),
  UNIQUE KEY uq_one_primary (primary_slot),                                    -- INV-01
  UNIQUE KEY uq_agent_inst (agent_id, id),
  UNIQUE KEY uq_ec2 (ec2_instance_id),
  KEY ix_instance_client (client_id, role),
  KEY ix_instance_role (role, status),
  CONSTRAINT ck_role_has_agent CHECK ((agent_id IS NULL) = (role IS NULL)),
  CONSTRAINT ck_primary_has_machine CHECK (role <> 'PRIMARY' OR ec2_instance_id IS NOT NULL),
  CONSTRAINT ck_no_kill_primary CHECK (role <> 'PRIMARY' OR terminate_requested_at IS NULL),        -- INV-32
  CONSTRAINT fk_inst_agent FOREIGN KEY (agent_id, client_id) REFERENCES agents (id, client_id),
  CONSTRAINT fk_inst_account FOREIGN KEY (account_id, client_id) REFERENCES accounts (id, client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE agents ADD CONSTRAINT fk_agent_primary                             -- INV-30: its own instance
  FOREIGN KEY (id, primary_instance_id) REFERENCES instances (agent_id, id);

CREATE TABLE role_arrows (
  from_role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  to_role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (from_role, to_role)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO role_arrows (from_role, to_role) VALUES
  ('NONE', 'PRIMARY'), ('NONE', 'REPLICA'),
  ('REPLICA', 'PRIMARY'), ('REPLICA', 'TERMINATED'),
  ('PRIMARY', 'ZOMBIE'), ('PRIMARY', 'NONE'),
  ('ZOMBIE', 'REPLICA'), ('ZOMBIE', 'TERMINATED');

-- Written by trigger; the foreign key refuses an arrow nobody drew, whatever statement tried it (SM-01).
CREATE TABLE instance_history (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  instance_id BIGINT UNSIGNED NOT NULL,
  from_role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  to_role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT UNSIGNED NOT NULL,
  sentence VARCHAR(255) NULL,
  at DATETIME(6) NOT NULL,
  KEY ix_history_instance (instance_id, id),
  CONSTRAINT fk_legal_arrow FOREIGN KEY (from_role, to_role) REFERENCES role_arrows (from_role, to_role)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The life of a replica, from the order to its end.
CREATE TABLE replica_instances (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  instance_id BIGINT UNSIGNED NOT NULL,
  incident_id BIGINT UNSIGNED NULL,
  mode ENUM('manual', 'emergency', 'level3', 'planned') NOT NULL,               -- level3: launched by a host while no server answered
  status ENUM('launching', 'syncing', 'ready', 'promoted', 'terminated', 'failed') NOT NULL DEFAULT 'launching',
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  requested_at DATETIME(6) NOT NULL,
  launched_at DATETIME(6) NULL,
  ready_at DATETIME(6) NULL,
  boot_time_seconds DECIMAL(10,3) NULL,
  expires_at DATETIME(6) NULL,
  ended_at DATETIME(6) NULL,
  end_reason VARCHAR(255) NULL,
  live_slot BIGINT UNSIGNED GENERATED ALWAYS AS
    (CASE WHEN mode = 'emergency' AND ended_at IS NULL THEN incident_id ELSE NULL END) STORED,
  live_agent_id BIGINT UNSIGNED GENERATED ALWAYS AS
    (CASE WHEN ended_at IS NULL THEN agent_id ELSE NULL END) STORED,
  promoted_by VARCHAR(64) NULL,                                                -- set: by hand, and by whom
  progress_pct TINYINT UNSIGNED NULL,                                          -- as its host last said
  lag_seconds DECIMAL(12,3) NULL,
  UNIQUE KEY uq_replica_uuid (uuid),
  UNIQUE KEY uq_replica_instance (instance_id),
  UNIQUE KEY uq_one_live_emergency (live_slot),                                -- INV-34
  KEY ix_replica_agent (agent_id, ended_at),
  KEY ix_replica_live (live_agent_id, instance_id),
  CONSTRAINT fk_replica_instance FOREIGN KEY (live_agent_id, instance_id) REFERENCES instances (agent_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What hosts say about themselves. Unversioned and without foreign keys: a heartbeat must neither make an
-- operator's edit stale nor queue behind a promotion.
CREATE TABLE agent_heartbeats (
  instance_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  agent_id BIGINT UNSIGNED NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  received_at DATETIME(6) NOT NULL,                                            -- last heartbeat
  contact_at DATETIME(6) NOT NULL,                                             -- last request of any kind
  heard_since DATETIME(6) NULL,                                                -- no gap of five seconds in its contact since then
  first_at DATETIME(6) NULL,                                                   -- since then heartbeats are counted
  beats INT UNSIGNED NOT NULL DEFAULT 0,
  seen_epoch BIGINT UNSIGNED NOT NULL DEFAULT 0,
  clock_skew_ms INT NULL,
  serving TINYINT NULL,                                                        -- NULL: no check configured
  serving_since DATETIME(6) NULL,
  spooled INT UNSIGNED NOT NULL DEFAULT 0,
  dead_notices INT UNSIGNED NOT NULL DEFAULT 0,
  imds_ok TINYINT NULL,                                                        -- NULL: never said
  imds_silent_since DATETIME(6) NULL,                                          -- INV-56: its notice path has been broken since
  host_events LONGTEXT NULL,                                                   -- scheduled maintenance and Auto Scaling's wish, as JSON
  missed_beats INT UNSIGNED NOT NULL DEFAULT 0,                                -- heartbeats of the last outage that never left the host
  figures LONGTEXT NULL,
  cpu_mean DOUBLE NULL,                                                        -- per cent, over about a day
  KEY ix_heartbeat_agent (agent_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Append only, one row per change: the source of measured downtime (INV-39).
CREATE TABLE serving_reports (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  agent_id BIGINT UNSIGNED NOT NULL,
  instance_id BIGINT UNSIGNED NOT NULL,
  serving TINYINT NOT NULL,
  since_at DATETIME(6) NOT NULL,                                               -- received_at − since_age_ms
  received_at DATETIME(6) NOT NULL,
  seen_epoch BIGINT UNSIGNED NOT NULL,
  KEY ix_serving_instance (agent_id, instance_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE agent_tokens (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  agent_id BIGINT UNSIGNED NOT NULL,
  instance_id BIGINT UNSIGNED NULL,                                            -- set: speaks for this instance only
  secret_hash BINARY(32) NOT NULL,                                             -- the agent made the secret; we never had it
  nonce_hash BINARY(32) NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NULL,
  first_used_at DATETIME(6) NULL,
  superseded_at DATETIME(6) NULL,
  last_used_at DATETIME(6) NULL,
  last_ip VARCHAR(45) NULL,
  UNIQUE KEY uq_agent_secret (secret_hash),
  KEY ix_agent_token (agent_id, instance_id, superseded_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE enrolment_tokens (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT UNSIGNED NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  token_hash BINARY(32) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  bound_secret_hash BINARY(32) NULL,                                           -- one use: the first secret binds it
  agent_id BIGINT UNSIGNED NULL,
  UNIQUE KEY uq_enrolment_token (token_hash),
  KEY ix_enrolment_client (client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Notices, incidents, what we do about them ----------------------------------------------------------

CREATE TABLE incidents (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NULL,
  agent_id BIGINT UNSIGNED NULL,
  instance_id BIGINT UNSIGNED NULL,                                            -- the noticed one
  successor_id BIGINT UNSIGNED NULL,                                           -- the instance promoted because of it
  aws_account CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ec2_instance_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cause ENUM('rebalance', 'termination', 'no_notice', 'maintenance', 'lifecycle') NOT NULL,
  notice_rank TINYINT UNSIGNED NOT NULL,                                       -- INV-44: only rises
  deadline_at DATETIME(6) NULL,                                                -- INV-43: only falls
  sentence VARCHAR(255) NOT NULL,
  open_slot TINYINT UNSIGNED NULL DEFAULT 1,
  opened_at DATETIME(6) NOT NULL,
  promoted_at DATETIME(6) NULL,
  gone_at DATETIME(6) NULL,                                                    -- the noticed one ended, as EC2 says
  serving_at DATETIME(6) NULL,                                                 -- the successor serves
  end_proven_at DATETIME(6) NULL,                                              -- both of these are known
  closed_at DATETIME(6) NULL,
  outcome VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
  verified_at DATETIME(6) NULL,                                                -- AWS itself proved that it took the machine
  verified_by VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,          -- eviction (its event) or state_reason (Describe)
  downtime_seconds DECIMAL(12,3) NULL,                                         -- measured; NULL: not known
  downtime_method VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  acknowledged_at DATETIME(6) NULL,
  UNIQUE KEY uq_incident_uuid (uuid),
  UNIQUE KEY uq_open (aws_account, region, ec2_instance_id, open_slot),        -- INV-43: one open incident per instance
  KEY ix_incident_instance (aws_account, region, ec2_instance_id, id),
  KEY ix_incident_client (client_id, id),
  KEY ix_incident_agent (agent_id, id),
  KEY ix_incident_open (open_slot, id),
  KEY ix_incident_of (instance_id, id),
  CONSTRAINT ck_open CHECK ((open_slot IS NULL) = (closed_at IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE notices (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NULL,
  agent_id BIGINT UNSIGNED NULL,
  incident_id BIGINT UNSIGNED NULL,
  aws_account CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ec2_instance_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  channel ENUM('agent', 'eventbridge', 'poll') NOT NULL,
  source_key VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,      -- the time as text, or the event's id
  action_time DATETIME(6) NULL,
  received_at DATETIME(6) NOT NULL,
  sightings INT UNSIGNED NOT NULL DEFAULT 1,
  disposition ENUM('act', 'verify', 'record') NOT NULL,
  reason VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NULL,               -- why it is verified or only recorded
  handled_at DATETIME(6) NULL,
  payload MEDIUMTEXT NOT NULL,
  UNIQUE KEY uq_notice_uuid (uuid),
  UNIQUE KEY uq_notice (aws_account, region, ec2_instance_id, kind, channel, source_key),
  KEY ix_notice_unhandled (handled_at, received_at),
  KEY ix_notice_incident (incident_id),
  KEY ix_notice_instance (ec2_instance_id, handled_at),
  KEY ix_notice_kind (kind, received_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The queue of AWS's events in each linked account and region, and how it stands.
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
  failures INT UNSIGNED NOT NULL DEFAULT 0,                                    -- in a row
  open_until DATETIME(6) NULL,                                                 -- set: it rests; then one reader may try
  PRIMARY KEY (account_id, region),
  KEY ix_event_queue_client (client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Who may post AWS's events over HTTP. The secret follows from the installation's key and is not stored.
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

-- How many events were odd, ignored or dead, by reason.
CREATE TABLE event_counts (
  reason VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  n BIGINT UNSIGNED NOT NULL,
  last_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Maintenance that AWS announced long before: nothing is moved until shortly before it begins.
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

-- Accounts in which so many machines look dead without proof that nobody is declared lost (INV-57).
CREATE TABLE account_holds (
  account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  client_id BIGINT UNSIGNED NOT NULL,
  since DATETIME(6) NOT NULL,
  unconfirmed INT UNSIGNED NOT NULL,
  machines INT UNSIGNED NOT NULL,
  sentence VARCHAR(255) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Intents: no changing call to AWS without a committed row here (INV-38).
CREATE TABLE actions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NULL,
  instance_id BIGINT UNSIGNED NULL,
  incident_id BIGINT UNSIGNED NULL,
  kind ENUM('launch', 'terminate', 'stop', 'start', 'tag', 'asg', 'volume', 'lifecycle') NOT NULL,
  dedupe_key VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,      -- a replica order: replica:<incident>:<n>
  params LONGTEXT NOT NULL,                                                    -- frozen: a retry is byte-equal
  priority TINYINT NOT NULL DEFAULT 5,
  deadline_at DATETIME(6) NULL,
  state ENUM('pending', 'done', 'failed', 'superseded', 'dry_run', 'dead') NOT NULL DEFAULT 'pending',
  attempt SMALLINT UNSIGNED NOT NULL DEFAULT 1,                                -- moves only after a definite refusal
  tries SMALLINT UNSIGNED NOT NULL DEFAULT 0,                                  -- every claim
  throttled INT UNSIGNED NOT NULL DEFAULT 0,                                   -- those of them that AWS turned away at its door
  client_token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  fence BIGINT UNSIGNED NOT NULL DEFAULT 0,
  lease_until DATETIME(6) NULL,
  next_run_at DATETIME(6) NOT NULL,
  ec2_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  last_error VARCHAR(255) NULL,
  why VARCHAR(255) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  UNIQUE KEY uq_action_uuid (uuid),
  UNIQUE KEY uq_dedupe (client_id, dedupe_key),
  UNIQUE KEY uq_token (client_token),
  KEY ix_claim (state, priority, deadline_at, id),
  KEY ix_action_incident (incident_id, kind, id),
  KEY ix_action_instance (instance_id, kind, state)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

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

-- Per account: how often in a row AWS did not answer, and when it is asked again (FAIL-22, FAIL-52). Unversioned:
-- a failing call must not make an operator's edit of the account stale.
CREATE TABLE account_breakers (
  account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  failures INT UNSIGNED NOT NULL DEFAULT 0,                                    -- in a row
  failing_since DATETIME(6) NULL,                                              -- the first of them began
  open_until DATETIME(6) NULL,                                                 -- set: open; then one call may try
  last_error VARCHAR(255) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Whose turn it is to ask EC2: of one account and region one Describe begins a second, over all processes.
CREATE TABLE describe_turns (
  account_id BIGINT UNSIGNED NOT NULL,
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  taken_at DATETIME(6) NOT NULL,
  PRIMARY KEY (account_id, region)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Orders to an agent: delivered at least once, executed at most once (INV-36).
CREATE TABLE commands (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  instance_id BIGINT UNSIGNED NOT NULL,
  request_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  epoch BIGINT UNSIGNED NOT NULL,
  payload LONGTEXT NOT NULL,
  status ENUM('pending', 'leased', 'executing', 'completed', 'failed', 'expired') NOT NULL DEFAULT 'pending',
  priority TINYINT NOT NULL DEFAULT 5,
  lease_until DATETIME(6) NULL,
  pre_state LONGTEXT NULL,
  post_state LONGTEXT NULL,
  result VARCHAR(255) NULL,
  actor_id VARCHAR(64) NOT NULL,
  lifecycle_event_type VARCHAR(32) NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  version BIGINT UNSIGNED NOT NULL DEFAULT 1,
  UNIQUE KEY uq_command_uuid (uuid),
  UNIQUE KEY uq_command_request (client_id, request_id),
  KEY ix_command_queue (instance_id, status, priority, id),
  CONSTRAINT fk_command_agent FOREIGN KEY (agent_id, client_id) REFERENCES agents (id, client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE downtime_logs (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  incident_id BIGINT UNSIGNED NULL,
  instance_id BIGINT UNSIGNED NOT NULL,
  start_time DATETIME(6) NOT NULL,
  end_time DATETIME(6) NOT NULL,
  duration_seconds DECIMAL(12,3) NOT NULL,
  cause ENUM('promotion', 'no_replica', 'replica_late', 'no_notice', 'planned') NOT NULL,
  cause_details VARCHAR(255) NOT NULL,
  method VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  downtime_metadata LONGTEXT NULL,
  UNIQUE KEY uq_downtime_incident (incident_id),
  KEY ix_downtime_client (client_id, start_time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Markets --------------------------------------------------------------------------------------------

-- Keyed on the AZ **id**: AZ names map differently in every account. Times only ever move later (INV-41).
CREATE TABLE pool_memory (
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  ice_until DATETIME(6) NOT NULL DEFAULT '2000-01-01',                         -- no capacity: 3 minutes
  danger_until DATETIME(6) NOT NULL DEFAULT '2000-01-01',                      -- after any notice: 30 minutes, hard
  poisoned_until DATETIME(6) NOT NULL DEFAULT '2000-01-01',                    -- after a termination: 15 days, soft
  capacity_errors INT UNSIGNED NOT NULL DEFAULT 0,
  notices INT UNSIGNED NOT NULL DEFAULT 0,
  launches INT UNSIGNED NOT NULL DEFAULT 0,
  last_seen DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What one client's own notices say of a pool: it holds for that client alone until AWS or a second client confirms (INV-60).
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

CREATE TABLE spot_pools (
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,   -- <az_id>:<type>:<product>
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  az_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  instance_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  product VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'linux',
  vcpus SMALLINT UNSIGNED NOT NULL,
  memory_mib INT UNSIGNED NOT NULL,
  arch VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  price DECIMAL(12,6) NULL,                                                    -- USD per hour
  price_at DATETIME(6) NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_pool_region (region, arch)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What a type has besides CPU and memory, the same in every region; NULL where the catalogue does not say.
CREATE TABLE instance_types (
  instance_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  gpus SMALLINT UNSIGNED NULL,
  ebs_mbps INT UNSIGNED NULL,                                                  -- to EBS, sustained
  instance_store_gib INT UNSIGNED NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Staging: in the order in which consolidation reads it.
CREATE TABLE spot_price_snapshots (
  client_id BIGINT UNSIGNED NULL,                                              -- NULL: our own collector
  instance_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  source ENUM('agent', 'collector', 'import') NOT NULL,
  source_role ENUM('PRIMARY', 'REPLICA', 'NONE') NOT NULL DEFAULT 'NONE',
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  price DECIMAL(12,6) NOT NULL,
  observed_at DATETIME(6) NOT NULL,
  received_at DATETIME(6) NOT NULL,
  PRIMARY KEY (pool_id, observed_at, instance_id),
  KEY ix_snapshot_received (received_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE ondemand_prices (
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  instance_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  product VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'linux',
  price DECIMAL(12,6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (region, instance_type, product)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One row per pool whose prices are kept: its short number, and where the next consolidation goes on.
-- Buckets are five minutes, counted from 1970.
CREATE TABLE price_series (
  pool_no INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  restart_bucket INT UNSIGNED NULL,                                            -- everything before it is final
  history_bucket INT UNSIGNED NULL,                                            -- AWS's price in force there
  history_price DECIMAL(12,6) NULL,
  thinned_bucket INT UNSIGNED NOT NULL DEFAULT 0,                              -- hourly before it
  is_pending TINYINT NOT NULL DEFAULT 0,
  run_id INT UNSIGNED NOT NULL DEFAULT 0,
  UNIQUE KEY uq_series_pool (pool_id),
  KEY ix_series_pending (is_pending)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One price per pool and five minutes, hourly after 30 days; its source is told everywhere (INV-23).
CREATE TABLE pricing_consolidated (
  pool_no INT UNSIGNED NOT NULL,
  bucket_at DATETIME NOT NULL,
  price DECIMAL(12,6) NOT NULL,
  data_source ENUM('agent', 'interpolated', 'backfilled') NOT NULL,
  run_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (pool_no, bucket_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Hourly, with what a model may learn from; NULL: nobody observed it.
CREATE TABLE pricing_canonical (
  pool_no INT UNSIGNED NOT NULL,
  hour_at DATETIME NOT NULL,
  price DECIMAL(12,6) NOT NULL,
  data_source ENUM('agent', 'interpolated', 'backfilled') NOT NULL,
  hour TINYINT UNSIGNED NOT NULL,
  weekday TINYINT UNSIGNED NOT NULL,
  on_demand_ratio DOUBLE NULL,
  volatility DOUBLE NOT NULL,
  age_seconds INT UNSIGNED NULL,
  share_1h DOUBLE NULL,
  share_6h DOUBLE NULL,
  share_24h DOUBLE NULL,
  share_7d DOUBLE NULL,
  losses_6h SMALLINT UNSIGNED NULL,
  losses_24h SMALLINT UNSIGNED NULL,
  lost_within_1h TINYINT NULL,
  run_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (pool_no, hour_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE consolidation_jobs (
  run_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status ENUM('queued', 'running', 'done', 'failed') NOT NULL DEFAULT 'queued',
  open_slot TINYINT UNSIGNED NULL DEFAULT 1,
  fence INT UNSIGNED NOT NULL DEFAULT 0,
  requested_by VARCHAR(64) NOT NULL,
  window_from DATETIME(6) NULL,
  window_to DATETIME(6) NULL,
  pools INT UNSIGNED NOT NULL DEFAULT 0,
  rows_in INT UNSIGNED NOT NULL DEFAULT 0,
  rows_deduplicated INT UNSIGNED NOT NULL DEFAULT 0,
  rows_interpolated INT UNSIGNED NOT NULL DEFAULT 0,
  rows_backfilled INT UNSIGNED NOT NULL DEFAULT 0,
  rows_out INT UNSIGNED NOT NULL DEFAULT 0,
  rows_canonical INT UNSIGNED NOT NULL DEFAULT 0,
  requested_at DATETIME(6) NOT NULL,
  started_at DATETIME(6) NULL,
  touched_at DATETIME(6) NULL,
  finished_at DATETIME(6) NULL,
  error VARCHAR(255) NULL,
  UNIQUE KEY uq_consolidation_uuid (uuid),
  UNIQUE KEY uq_one_consolidation (open_slot),                                 -- one at a time
  KEY ix_consolidation_requested (requested_at),
  CONSTRAINT ck_consolidation_open CHECK ((open_slot IS NULL) = (finished_at IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How each feed is: stale_since is set while it does not arrive or does not change (INV-21).
CREATE TABLE price_feeds (
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  feed ENUM('spot', 'on_demand', 'advisor') NOT NULL,
  watermark_at DATETIME(6) NULL,
  last_ok_at DATETIME(6) NULL,
  stale_since DATETIME(6) NULL,
  note VARCHAR(255) NULL,
  PRIMARY KEY (region, feed)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The Spot Advisor's latest snapshot: buckets rank, they are no hazards (K-40). The file carries no date; ours is stamped.
CREATE TABLE interruption_rates (
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  os VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  instance_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  bucket TINYINT UNSIGNED NOT NULL,
  savings_pct TINYINT UNSIGNED NOT NULL,
  snapshot_date DATE NOT NULL,
  PRIMARY KEY (region, os, instance_type),
  CONSTRAINT ck_advisor_bucket CHECK (bucket <= 4)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- EC2's own 1 to 10 for the types in use.
CREATE TABLE placement_scores (
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  az_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  instance_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  score TINYINT UNSIGNED NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (region, az_id, instance_type)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What tenants reported of pools; only verified ones are shared, and the shared row names no tenant (INV-60).
CREATE TABLE global_risk_events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_type ENUM('rebalance_notice', 'termination_notice', 'capacity_error') NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  reported_at DATETIME(6) NOT NULL,
  event_at DATETIME(6) NOT NULL,
  verified TINYINT NOT NULL DEFAULT 0,
  verified_by VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  expires_at DATETIME(6) NOT NULL,
  KEY ix_risk_event_pool (pool_id, expires_at),
  KEY ix_risk_event_client (client_id, reported_at),
  KEY ix_risk_event_expiry (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What was seen of pools, append only; `source` makes a repetition harmless and names no tenant.
CREATE TABLE pool_observations (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind ENUM('launched', 'refused', 'lost', 'noticed', 'false_alarm', 'available', 'unavailable') NOT NULL,
  at DATETIME(6) NOT NULL,
  source VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  UNIQUE KEY uq_observation (pool_id, at, kind, source),
  KEY ix_observation_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How each pool stands after its last sighting; a reader needs no sightings. Kept up by core/forecast/sightings.py.
CREATE TABLE pool_standings (
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  samples INT UNSIGNED NOT NULL DEFAULT 0,                                     -- sightings of the seven days before
  seen_at DATETIME(6) NULL,                                                    -- last seen up or down
  is_down TINYINT NOT NULL DEFAULT 0,
  came_back_at DATETIME(6) NULL,                                               -- begin of the present stretch; NULL: it is down
  is_whole TINYINT NOT NULL DEFAULT 1,                                         -- somebody saw that begin
  history MEDIUMTEXT NULL,                                                     -- stretches, losses and notices of seven days
  last_id BIGINT UNSIGNED NOT NULL DEFAULT 0,                                  -- the newest sighting in it
  refreshed_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What a model of risk was trained on (TAB-15): the same rows have the same hash, in any process.
CREATE TABLE ml_training_datasets (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  from_at DATETIME(6) NOT NULL,
  to_at DATETIME(6) NOT NULL,
  features VARCHAR(1000) NOT NULL,                                             -- JSON: what is made of the rows
  source VARCHAR(255) NOT NULL,                                                -- where they are, and their order
  row_count INT UNSIGNED NOT NULL,
  sha256 BINARY(32) NOT NULL,                                                  -- of the rows, a line each, in that order
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_training_set (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Each training with its verdict on held-out time; at most one is active.
CREATE TABLE risk_models (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  trained_at DATETIME(6) NOT NULL,
  is_active TINYINT NOT NULL,
  samples INT UNSIGNED NOT NULL,
  span_days DOUBLE NOT NULL,
  brier_model DOUBLE NULL,
  brier_table DOUBLE NULL,
  brier_base DOUBLE NULL,
  params LONGTEXT NOT NULL,
  why VARCHAR(255) NOT NULL,
  dataset_id BIGINT UNSIGNED NULL                                              -- what it was trained on; NULL: older than that was written down
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What was decided for a workload; TAB-14.
CREATE TABLE ml_decisions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  instance_id BIGINT UNSIGNED NOT NULL,
  verdict ENUM('SWITCH', 'STAY', 'PREPARE_REPLICA', 'HOLD') NOT NULL,
  sentence VARCHAR(255) NOT NULL,
  inputs MEDIUMTEXT NOT NULL,                                                  -- canonical: replayed, they give the same output
  output MEDIUMTEXT NOT NULL,
  confidence DECIMAL(9,8) NULL,                                                -- how much of it was seen and proven; NULL: no pool chosen
  confidence_why VARCHAR(255) NULL,                                            -- the same in words
  model_version VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,   -- whose word the risk was
  fell_back_because VARCHAR(255) NULL,                                         -- why it was not the active model's
  asked_by ENUM('host', 'planner') NOT NULL DEFAULT 'host',
  latency_ms DECIMAL(10,3) NOT NULL,
  executed BOOLEAN NOT NULL DEFAULT FALSE,
  outcome VARCHAR(255) NULL,
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_decision_uuid (uuid),
  KEY ix_decision_agent (agent_id, id),
  KEY ix_decision_client (client_id, id),
  KEY ix_decision_created (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Models ---------------------------------------------------------------------------------------------

CREATE TABLE ml_models (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  model_version VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  manifest LONGTEXT NOT NULL,
  sha256 BINARY(32) NOT NULL,                                                  -- of the weights as they were uploaded
  status ENUM('validated', 'rejected', 'shadow', 'active', 'retired', 'demoted') NOT NULL,
  checks LONGTEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  changed_at DATETIME(6) NOT NULL,
  active_slot TINYINT UNSIGNED GENERATED ALWAYS AS (CASE WHEN status = 'active' THEN 1 ELSE NULL END) STORED,
  UNIQUE KEY uq_model_uuid (uuid),
  UNIQUE KEY uq_model_name (name, model_version),
  UNIQUE KEY uq_one_active_model (active_slot),                                -- one model decides, on every host
  KEY ix_model_status (status, changed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The weights live here, in parts: every host has them with the row, and no file can be missing.
CREATE TABLE ml_model_parts (
  model_id BIGINT UNSIGNED NOT NULL,
  part SMALLINT UNSIGNED NOT NULL,
  bytes MEDIUMBLOB NOT NULL,
  PRIMARY KEY (model_id, part),
  CONSTRAINT fk_model_part FOREIGN KEY (model_id) REFERENCES ml_models (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE ml_sessions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  model_id BIGINT UNSIGNED NULL,
  kind ENUM('upload', 'shadow', 'activation', 'fallback', 'demotion', 'retirement', 'settings') NOT NULL,
  sentence VARCHAR(255) NOT NULL,
  actor_id VARCHAR(64) NOT NULL,
  at DATETIME(6) NOT NULL,
  figures LONGTEXT NULL,                                                       -- of that moment: checks and bytes, or the score until then
  UNIQUE KEY uq_model_session_uuid (uuid),
  KEY ix_model_session_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE predictions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  model_id BIGINT UNSIGNED NOT NULL DEFAULT 0,                                 -- 0: the static rule
  instance_id BIGINT UNSIGNED NOT NULL,
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  predicted_at DATETIME(6) NOT NULL,
  horizon_at DATETIME(6) NOT NULL,
  probability DECIMAL(9,8) NOT NULL,
  confidence DECIMAL(9,8) NOT NULL,
  features LONGTEXT NOT NULL,
  latency_ms DECIMAL(10,3) NOT NULL,
  outcome ENUM('interrupted', 'survived', 'unknown') NULL,                     -- unknown: we ended it ourselves before
  outcome_at DATETIME(6) NULL,
  UNIQUE KEY uq_prediction (model_id, instance_id, horizon_at),
  KEY ix_prediction_due (outcome, horizon_at),
  KEY ix_prediction_scored (model_id, outcome, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Plans, switches, savings ----------------------------------------------------------------------------

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

-- Where a client's workloads may stand: how many in one pool, how much dearer than the cheapest, of which types (P-01, MET-16).
CREATE TABLE placement_policies (
  client_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  max_share_pct TINYINT UNSIGNED NOT NULL DEFAULT 50,                          -- of its workloads in a region, in one pool
  price_increase_pct SMALLINT UNSIGNED NULL,                                   -- above the cheapest pool that fits; NULL: no cap
  price_weight DECIMAL(4,3) NULL,                                              -- of the score, the rest is risk; NULL: the engine's
  allow_types VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '', -- globs, separated by spaces; empty: all
  deny_types VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  set_by VARCHAR(64) NOT NULL,
  set_at DATETIME(6) NOT NULL,
  CONSTRAINT fk_placement_client FOREIGN KEY (client_id) REFERENCES clients (id),
  CONSTRAINT ck_placement_share CHECK (max_share_pct BETWEEN 1 AND 100),
  CONSTRAINT ck_placement_weight CHECK (price_weight BETWEEN 0 AND 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Weights, gates and cool-downs of the decision engine: signed figures, never code (E-46, K-10).
CREATE TABLE decision_settings (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  settings LONGTEXT NOT NULL,
  sha256 BINARY(32) NOT NULL,
  status ENUM('active', 'retired') NOT NULL,
  uploaded_by VARCHAR(64) NOT NULL,
  uploaded_at DATETIME(6) NOT NULL,
  active_slot TINYINT UNSIGNED GENERATED ALWAYS AS (CASE WHEN status = 'active' THEN 1 ELSE NULL END) STORED,
  UNIQUE KEY uq_decision_settings_uuid (uuid),
  UNIQUE KEY uq_decision_settings_name (name),
  UNIQUE KEY uq_one_active_settings (active_slot)
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

-- Policies played on a client's own history: what was asked, how far it is, what it came to (TAB-57).
CREATE TABLE replays (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  status ENUM('queued', 'running', 'done', 'failed', 'cancelled') NOT NULL DEFAULT 'queued',
  is_cancelling TINYINT NOT NULL DEFAULT 0,
  fence INT UNSIGNED NOT NULL DEFAULT 0,                                       -- how often it was begun
  question LONGTEXT NOT NULL,                                                  -- canonical: region, span, policies, draws, seed
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

-- Each policy's action log, in parts that fit any packet.
CREATE TABLE replay_logs (
  replay_id BIGINT UNSIGNED NOT NULL,
  policy VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  part SMALLINT UNSIGNED NOT NULL,
  packed MEDIUMBLOB NOT NULL,                                                  -- JSON lines, gzip
  PRIMARY KEY (replay_id, policy, part),
  CONSTRAINT fk_replay_log FOREIGN KEY (replay_id) REFERENCES replays (id) ON DELETE CASCADE
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
  KEY ix_ledger_hour (hour),
  CONSTRAINT ck_ledger_two_accounts CHECK (debit <> credit),
  CONSTRAINT ck_ledger_within_hour CHECK (seconds <= 3600)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE ledger_hours (
  hour DATETIME NOT NULL PRIMARY KEY,                                          -- wholly booked
  closed_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Closed hours, summed once as they close: nobody adds up years to show a total.
CREATE TABLE ledger_months (
  client_id BIGINT UNSIGNED NOT NULL,
  agent_id BIGINT UNSIGNED NOT NULL,
  month DATE NOT NULL,
  line ENUM('baseline', 'actual', 'overlap', 'fallback_premium', 'zombie_burn') NOT NULL,
  micros BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (client_id, agent_id, month, line)
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

-- Machinery ------------------------------------------------------------------------------------------

CREATE TABLE idempotency_keys (
  principal VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,        -- 'client:7', 'agent:42', 'admin', 'enrol:3', 'join:17'
  request_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  fingerprint BINARY(32) NOT NULL,                                             -- SHA-256 of method, path, canonical JSON
  status_code SMALLINT UNSIGNED NOT NULL,
  body MEDIUMBLOB NULL,                                                        -- NULL: the reply carried a secret
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  PRIMARY KEY (principal, request_id),
  KEY ix_idempotency_expiry (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE leases (
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  holder VARCHAR(64) NULL,
  token BIGINT UNSIGNED NOT NULL DEFAULT 0,
  expires_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE job_runs (
  job VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  slot DATETIME NOT NULL,                                                      -- database time, cut to the period
  token BIGINT UNSIGNED NOT NULL,
  started_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  counts VARCHAR(1000) NULL,
  PRIMARY KEY (job, slot)                                                      -- INV-46: a slot starts at most once
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE system_settings (
  k VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  v VARCHAR(255) NOT NULL,
  requested_at DATETIME(6) NOT NULL,
  in_force_at DATETIME(6) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO system_settings (k, v, requested_at) VALUES
  ('SAFE_MODE', 'off', '2000-01-01'), ('ADMIN_TOKEN_ENABLED', 'on', '2000-01-01');

CREATE TABLE rate_counters (
  bucket VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  window_start DATETIME NOT NULL,
  n INT UNSIGNED NOT NULL,
  PRIMARY KEY (bucket, window_start),
  KEY ix_rate_window (window_start)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Append only, by trigger and by grant (INV-09).
CREATE TABLE audit_logs (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT UNSIGNED NOT NULL,                                          -- 0 = the system
  at DATETIME(6) NOT NULL,
  actor_id VARCHAR(64) NOT NULL,
  on_behalf_of VARCHAR(64) NULL,
  action VARCHAR(64) NOT NULL,
  resource_type VARCHAR(32) NOT NULL,
  resource_id BIGINT UNSIGNED NOT NULL,
  before_state LONGTEXT NULL,
  after_state LONGTEXT NULL,
  why VARCHAR(255) NULL,
  request_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ip VARCHAR(45) NULL,
  KEY ix_audit_client (client_id, id),
  KEY ix_audit_at (at),
  KEY ix_audit_actor (actor_id),
  KEY ix_audit_resource (resource_type, resource_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE notifications (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  incident_id BIGINT UNSIGNED NULL,
  dedupe_key VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,       -- told once, whoever notices first
  severity ENUM('info', 'warning', 'critical') NOT NULL,
  title VARCHAR(160) NOT NULL,
  text VARCHAR(1000) NOT NULL,
  link VARCHAR(255) NULL,
  created_at DATETIME(6) NOT NULL,
  read_at DATETIME(6) NULL,
  details LONGTEXT NULL,                                                       -- JSON: figures and log lines that belong to it
  UNIQUE KEY uq_notification_uuid (uuid),
  UNIQUE KEY uq_notification (client_id, dedupe_key),
  KEY ix_notification_client (client_id, read_at, id),
  KEY ix_notification_incident (incident_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The outbox of the live streams. Readers re-read an overlap: ids commit out of order.
CREATE TABLE system_events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT UNSIGNED NOT NULL,
  type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payload LONGTEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  KEY ix_event_time (created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

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

-- What every process counts and how long it took, by day and bucket (E-95); a process adds, nobody overwrites.
CREATE TABLE measured_calls (
  day DATE NOT NULL,                                                           -- 2000-01-01: every day older than a month
  name VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,             -- aws, http, event, decision
  what VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  result VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  upto_ms INT UNSIGNED NOT NULL,                                               -- the bucket: it took no longer
  n BIGINT UNSIGNED NOT NULL,
  micros BIGINT UNSIGNED NOT NULL,                                             -- all of them together
  PRIMARY KEY (day, name, what, result, upto_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The processes of the server, each writing its own row every fifteen seconds.
CREATE TABLE server_processes (
  process VARCHAR(64) NOT NULL PRIMARY KEY,
  cpu_share DOUBLE NULL,                                                       -- of one core, lately; NULL: not measured yet
  rss_mb INT UNSIGNED NOT NULL,
  seen_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The lines of every process of the server, redacted, for its administrator (TAB-20); written behind the work, kept for thirty days.
CREATE TABLE system_logs (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at DATETIME(3) NOT NULL,                                                     -- by the clock of the machine that wrote the line
  level ENUM('debug', 'info', 'success', 'warning', 'error') NOT NULL,
  component VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  message VARCHAR(1000) NOT NULL,
  request_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
  process VARCHAR(64) NOT NULL,
  fields TEXT NULL,                                                            -- JSON: what else the line says, its traceback included
  KEY ix_log_component (component, at),
  KEY ix_log_time (at),
  KEY ix_log_request (request_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE dead_letters (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT UNSIGNED NULL,
  channel VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  body MEDIUMTEXT NOT NULL,
  received_at DATETIME(6) NOT NULL,
  replayed_at DATETIME(6) NULL,                                                -- when somebody had it read again
  outcome VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,              -- what it came to then
  sentence VARCHAR(255) NULL,
  UNIQUE KEY uq_dead_letter_uuid (uuid),
  KEY ix_dead_letter (reason, received_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Rules people made: one figure each, told when it passes a limit.
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

-- What came of rules, ours and theirs: one unresolved event per rule and entity (INV-16).
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

-- What is read of all this --------------------------------------------------------------------------

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

-- All that is booked: the months' sums, and the lines of hours that are still open.
CREATE SQL SECURITY INVOKER VIEW v_ledger_sums AS
SELECT client_id, agent_id, line, micros FROM ledger_months
UNION ALL
SELECT client_id, agent_id, line, micros FROM savings_ledger
 WHERE hour > COALESCE((SELECT MAX(hour) FROM ledger_hours), '2000-01-01');
