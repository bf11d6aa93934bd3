-- Whose turn it is to ask EC2, how often an intent was turned away without effect, and queues that do not answer.

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
