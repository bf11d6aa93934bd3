"""What hosts say of themselves: heartbeats (one row each) and serving reports (one row a change)."""

from datetime import datetime

from core.database import Tx
from core.domain.downtime import ServingReport


def write(tx: Tx, *, instance_id: int, agent_id: int, client_id: int, epoch: int, skew_ms: int | None, serving: int | None,
          serving_since: datetime | None, spooled: int, dead: int, figures: str, now: datetime, imds_ok: bool | None = None,
          imds_silent_since: datetime | None = None, host_events: str | None = None, missed_beats: int = 0,
          cpu_pct: float | None = None) -> None:  # fmt: skip
    """A beat may be overtaken by the report of a change: against one of the last 5 s it counts only if it tells of a later one.

    The mean of the CPU is of all its beats in the first day, then it forgets by the day; it is told before the times are moved on.
    """
    tx.execute(
        "INSERT INTO agent_heartbeats (instance_id, agent_id, client_id, received_at, contact_at, heard_since, first_at, beats, seen_epoch, clock_skew_ms,"
        " serving, serving_since, spooled, dead_notices, imds_ok, imds_silent_since, host_events, missed_beats, figures, cpu_mean)"
        " VALUES (%(instance_id)s, %(agent_id)s, %(client_id)s, %(now)s, %(now)s, %(now)s, %(now)s, 1, %(epoch)s, %(skew)s, %(serving)s,"
        " %(since)s, %(spooled)s, %(dead)s, %(imds_ok)s, %(silent)s, %(host_events)s, %(missed)s, %(figures)s, %(cpu)s)"
        " ON DUPLICATE KEY UPDATE cpu_mean = IF(VALUES(cpu_mean) IS NULL, cpu_mean, COALESCE(cpu_mean + (VALUES(cpu_mean) - cpu_mean)"
        "  * TIMESTAMPDIFF(MICROSECOND, received_at, VALUES(received_at)) / GREATEST(1, TIMESTAMPDIFF(MICROSECOND, received_at, VALUES(received_at)),"
        "  LEAST(86400000000, TIMESTAMPDIFF(MICROSECOND, first_at, VALUES(received_at)))), VALUES(cpu_mean))), received_at = VALUES(received_at),"
        " heard_since = IF(contact_at < VALUES(contact_at) - INTERVAL 5 SECOND, VALUES(contact_at), heard_since), contact_at = VALUES(contact_at),"
        " first_at = COALESCE(first_at, VALUES(first_at)), beats = beats + 1,"
        " seen_epoch = GREATEST(seen_epoch, VALUES(seen_epoch)), clock_skew_ms = VALUES(clock_skew_ms),"
        " serving = IF(VALUES(serving_since) < serving_since AND serving_since > VALUES(received_at) - INTERVAL 5 SECOND, serving, VALUES(serving)),"
        " serving_since = IF(VALUES(serving_since) < serving_since AND serving_since > VALUES(received_at) - INTERVAL 5 SECOND, serving_since, VALUES(serving_since)),"
        " spooled = VALUES(spooled),"
        " dead_notices = VALUES(dead_notices), imds_ok = VALUES(imds_ok), imds_silent_since = VALUES(imds_silent_since),"
        " host_events = VALUES(host_events), missed_beats = IF(VALUES(missed_beats) > 0, VALUES(missed_beats), missed_beats),"
        " figures = VALUES(figures)",
        instance_id=instance_id, agent_id=agent_id, client_id=client_id, epoch=epoch, skew=skew_ms, serving=serving,
        since=serving_since, spooled=spooled, dead=dead, imds_ok=None if imds_ok is None else int(imds_ok),
        silent=imds_silent_since, host_events=host_events, missed=missed_beats, figures=figures, cpu=cpu_pct, now=now,
    )  # fmt: skip


def told(tx: Tx, instance_id: int) -> dict | None:
    """What the host's last heartbeat said of its notices; None before the first."""
    return tx.one("SELECT imds_ok, imds_silent_since, dead_notices FROM agent_heartbeats WHERE instance_id = %(id)s", id=instance_id)


def touch(tx: Tx, instance_id: int, now: datetime) -> None:
    """The host asked something: it is in contact."""
    tx.execute(
        "UPDATE agent_heartbeats SET heard_since = IF(contact_at < %(now)s - INTERVAL 5 SECOND, %(now)s, heard_since), contact_at = %(now)s"
        " WHERE instance_id = %(id)s",
        id=instance_id,
        now=now,
    )


def report_serving(tx: Tx, *, instance_id: int, agent_id: int, client_id: int, serving: int, since: datetime, epoch: int,
                   now: datetime) -> None:  # fmt: skip
    tx.insert(
        "INSERT INTO serving_reports (agent_id, instance_id, serving, since_at, received_at, seen_epoch)"
        " VALUES (%(agent_id)s, %(instance_id)s, %(serving)s, %(since)s, %(now)s, %(epoch)s)",
        agent_id=agent_id, instance_id=instance_id, serving=serving, since=since, now=now, epoch=epoch,
    )  # fmt: skip
    tx.execute(
        "INSERT INTO agent_heartbeats (instance_id, agent_id, client_id, received_at, contact_at, heard_since, seen_epoch, serving, serving_since)"
        " VALUES (%(instance_id)s, %(agent_id)s, %(client_id)s, %(now)s, %(now)s, %(now)s, %(epoch)s, %(serving)s, %(since)s)"
        " ON DUPLICATE KEY UPDATE heard_since = IF(contact_at < VALUES(contact_at) - INTERVAL 5 SECOND, VALUES(contact_at), heard_since),"
        " contact_at = VALUES(contact_at), serving = VALUES(serving), serving_since = VALUES(serving_since),"
        " seen_epoch = GREATEST(seen_epoch, VALUES(seen_epoch))",
        instance_id=instance_id, agent_id=agent_id, client_id=client_id, serving=serving, since=since, epoch=epoch, now=now,
    )  # fmt: skip


def serving_reports(tx: Tx, instance_id: int, since: datetime) -> list[ServingReport]:
    """Changes received since then, oldest first."""
    rows = tx.all(
        "SELECT instance_id, serving, since_at FROM serving_reports WHERE instance_id = %(id)s AND received_at >= %(since)s ORDER BY id",
        id=instance_id,
        since=since,
    )
    return [ServingReport.from_row(row) for row in rows]


def waiting_since(tx: Tx, instance_id: int) -> datetime | None:
    """Since when a host that says that it does not serve has been heard without a gap of five seconds."""
    row = tx.one("SELECT heard_since FROM agent_heartbeats WHERE instance_id = %(id)s AND serving = 0", id=instance_id)
    return row and row["heard_since"]


def last_contact(tx: Tx, instance_id: int) -> datetime | None:
    row = tx.one("SELECT contact_at FROM agent_heartbeats WHERE instance_id = %(id)s", id=instance_id)
    return row and row["contact_at"]
