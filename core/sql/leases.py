"""Who runs the jobs: a lease with a token, and one row per job and slot."""

from datetime import datetime

from core.database import Tx

TTL_SECONDS = 10


def acquire(tx: Tx, name: str, holder: str) -> int | None:
    """The fencing token of a lease that was free, or None."""
    tx.execute("INSERT IGNORE INTO leases (name, holder, token, expires_at) VALUES (%(name)s, NULL, 0, '2000-01-01')", name=name)
    taken = tx.execute(
        "UPDATE leases SET holder = %(holder)s, token = token + 1, expires_at = UTC_TIMESTAMP(6) + INTERVAL %(ttl)s SECOND"
        " WHERE name = %(name)s AND expires_at < UTC_TIMESTAMP(6)",
        name=name,
        holder=holder,
        ttl=TTL_SECONDS,
    )
    return tx.one("SELECT token FROM leases WHERE name = %(name)s", name=name)["token"] if taken else None


def renew(tx: Tx, name: str, holder: str, token: int) -> int:
    return tx.execute(
        "UPDATE leases SET expires_at = UTC_TIMESTAMP(6) + INTERVAL %(ttl)s SECOND"
        " WHERE name = %(name)s AND holder = %(holder)s AND token = %(token)s AND expires_at >= UTC_TIMESTAMP(6)",
        name=name, holder=holder, token=token, ttl=TTL_SECONDS,
    )  # fmt: skip


def release(tx: Tx, name: str, holder: str, token: int) -> int:
    """A graceful stop hands the lease over at once."""
    return tx.execute(
        "UPDATE leases SET expires_at = '2000-01-01' WHERE name = %(name)s AND holder = %(holder)s AND token = %(token)s",
        name=name,
        holder=holder,
        token=token,
    )


def still_held(tx: Tx, name: str, holder: str, token: int) -> bool:
    """The fence: the first statement of every job transaction; a taker waits for us or we find nothing."""
    row = tx.one(
        "SELECT token FROM leases WHERE name = %(name)s AND holder = %(holder)s AND token = %(token)s LOCK IN SHARE MODE",
        name=name,
        holder=holder,
        token=token,
    )
    return row is not None


def begin_slot(tx: Tx, job: str, period_seconds: int, token: int) -> datetime | None:
    """The slot of this moment if nobody has begun it, else None. A slot starts at most once (INV-46)."""
    slot = tx.one(
        "SELECT FROM_UNIXTIME(FLOOR(UNIX_TIMESTAMP(UTC_TIMESTAMP(6)) / %(period)s) * %(period)s) AS slot", period=period_seconds
    )["slot"]
    begun = tx.execute(
        "INSERT IGNORE INTO job_runs (job, slot, token, started_at) VALUES (%(job)s, %(slot)s, %(token)s, UTC_TIMESTAMP(6))",
        job=job, slot=slot, token=token,
    )  # fmt: skip
    return slot if begun else None


def finish_slot(tx: Tx, job: str, slot: datetime, outcome: str, counts: str) -> None:
    tx.execute(
        "UPDATE job_runs SET finished_at = UTC_TIMESTAMP(6), outcome = %(outcome)s, counts = %(counts)s WHERE job = %(job)s AND slot = %(slot)s",
        job=job, slot=slot, outcome=outcome, counts=counts[:1000],
    )  # fmt: skip


def holder(tx: Tx, name: str) -> dict | None:
    return tx.one(
        "SELECT holder, token, (SELECT TIMESTAMPDIFF(SECOND, MAX(started_at), UTC_TIMESTAMP(6)) FROM job_runs"
        " WHERE started_at > UTC_TIMESTAMP(6) - INTERVAL 1 HOUR) AS last_tick_age_seconds"
        " FROM leases WHERE name = %(name)s",
        name=name,
    )
