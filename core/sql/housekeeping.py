"""What is deleted once nobody can need it."""

from core.database import Tx

BATCH = 1000


def expired_keys(tx: Tx) -> int:
    return tx.execute("DELETE FROM idempotency_keys WHERE expires_at < UTC_TIMESTAMP(6) LIMIT %(n)s", n=BATCH)


def old_events(tx: Tx) -> int:
    return tx.execute("DELETE FROM system_events WHERE created_at < UTC_TIMESTAMP(6) - INTERVAL 1 DAY LIMIT %(n)s", n=BATCH)


def old_counters(tx: Tx) -> int:
    return tx.execute("DELETE FROM rate_counters WHERE window_start < UTC_TIMESTAMP() - INTERVAL 1 DAY LIMIT %(n)s", n=BATCH)


def old_sessions(tx: Tx) -> int:
    return tx.execute("DELETE FROM sessions WHERE expires_at < UTC_TIMESTAMP(6) - INTERVAL 30 DAY LIMIT %(n)s", n=BATCH)


def old_job_runs(tx: Tx) -> int:
    return tx.execute("DELETE FROM job_runs WHERE started_at < UTC_TIMESTAMP(6) - INTERVAL 7 DAY LIMIT %(n)s", n=BATCH)


def old_snapshots(tx: Tx) -> int:
    return tx.execute("DELETE FROM spot_price_snapshots WHERE received_at < UTC_TIMESTAMP(6) - INTERVAL 90 DAY LIMIT %(n)s", n=BATCH)


def old_notices(tx: Tx) -> int:
    """Sightings that belong to no incident: of machines nobody knew or looked after."""
    return tx.execute("DELETE FROM notices WHERE received_at < UTC_TIMESTAMP(6) - INTERVAL 30 DAY AND incident_id IS NULL LIMIT %(n)s", n=BATCH)


def old_log_lines(tx: Tx) -> int:
    return tx.execute("DELETE FROM system_logs WHERE at < UTC_TIMESTAMP(3) - INTERVAL 30 DAY LIMIT %(n)s", n=BATCH)
