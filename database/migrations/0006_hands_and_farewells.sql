-- What people do by hand, and workloads that are taken out of care.

-- A replica's past outlives its machine's membership; a live one belongs to its agent's machine as before.
ALTER TABLE replica_instances DROP FOREIGN KEY fk_replica_instance;
ALTER TABLE replica_instances DROP KEY fk_replica_instance;
ALTER TABLE replica_instances
  ADD COLUMN live_agent_id BIGINT UNSIGNED GENERATED ALWAYS AS
    (CASE WHEN ended_at IS NULL THEN agent_id ELSE NULL END) STORED,
  ADD COLUMN promoted_by VARCHAR(64) NULL,
  ADD COLUMN progress_pct TINYINT UNSIGNED NULL,
  ADD COLUMN lag_seconds DECIMAL(12,3) NULL,
  ADD KEY ix_replica_live (live_agent_id, instance_id),
  ADD CONSTRAINT fk_replica_instance FOREIGN KEY (live_agent_id, instance_id) REFERENCES instances (agent_id, id);

ALTER TABLE instances ADD COLUMN farewell_at DATETIME(6) NULL;

ALTER TABLE agents
  ADD COLUMN labels LONGTEXT NULL,
  ADD COLUMN cost_tags LONGTEXT NULL;
