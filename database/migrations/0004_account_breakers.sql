-- Per account: how often in a row AWS did not answer, and when it is asked again (FAIL-22, FAIL-52).

CREATE TABLE account_breakers (
  account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  failures INT UNSIGNED NOT NULL DEFAULT 0,
  failing_since DATETIME(6) NULL,
  open_until DATETIME(6) NULL,
  last_error VARCHAR(255) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
