"""Intents: the recorded wishes towards AWS, their claims under a lease and their fenced ends."""

from datetime import datetime
from typing import Any

from core.database import Tx
from core.domain.intent import Intent

LEASE_SECONDS = 20
PER_ACCOUNT = 6  # claims at work at once, so that one account's slow answers leave executors for the others


def insert(tx: Tx, *, uuid: str, client_id: int, account_id: int, agent_id: int | None, instance_id: int | None, incident_id: int | None,
           kind: str, dedupe_key: str, params: str, priority: int, deadline: datetime | None, state: str, client_token: str, why: str,
           now: datetime) -> int:  # fmt: skip
    """The id of the new intent; Duplicate when the same order stands already."""
    return tx.insert(
        "INSERT INTO actions (uuid, client_id, account_id, agent_id, instance_id, incident_id, kind, dedupe_key, params, priority,"
        " deadline_at, state, client_token, why, next_run_at, created_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(account_id)s, %(agent_id)s, %(instance_id)s, %(incident_id)s, %(kind)s, %(dedupe_key)s,"
        " %(params)s, %(priority)s, %(deadline)s, %(state)s, %(client_token)s, %(why)s, %(now)s, %(now)s)",
        uuid=uuid, client_id=client_id, account_id=account_id, agent_id=agent_id, instance_id=instance_id, incident_id=incident_id,
        kind=kind, dedupe_key=dedupe_key, params=params, priority=priority, deadline=deadline, state=state,
        client_token=client_token, why=why[:255], now=now,
    )  # fmt: skip


def next_ordinal(tx: Tx, incident_id: int) -> int:
    """The number of the incident's next replica order; taken under the agent's lock (DK8)."""
    return tx.one("SELECT COUNT(*) + 1 AS n FROM actions WHERE incident_id = %(id)s AND kind = 'launch'", id=incident_id)["n"]


def get(tx: Tx, action_id: int) -> Intent | None:
    return Intent.maybe(tx.one("SELECT * FROM actions WHERE id = %(id)s", id=action_id))


def error_of(tx: Tx, action_id: int) -> str | None:
    """AWS's last words about an order."""
    return tx.one("SELECT last_error FROM actions WHERE id = %(id)s", id=action_id)["last_error"]


def due(tx: Tx) -> list[int]:
    """Claimable intents in order: emergencies first, earliest deadline first. A plain read that locks nothing.

    Accounts that do not answer, and those with enough claims at work, wait. The end of a ZOMBIE in an account whose hosts
    execute is left to them for ten minutes, and then done here.
    """
    rows = tx.all(
        "SELECT a.id FROM actions a LEFT JOIN account_breakers b ON b.account_id = a.account_id"
        " WHERE a.state = 'pending' AND a.next_run_at <= UTC_TIMESTAMP(6)"
        " AND (a.lease_until IS NULL OR a.lease_until < UTC_TIMESTAMP(6))"
        " AND (b.open_until IS NULL OR b.open_until <= UTC_TIMESTAMP(6))"
        " AND a.account_id NOT IN (SELECT w.account_id FROM actions w WHERE w.state = 'pending'"
        "   AND w.lease_until > UTC_TIMESTAMP(6) GROUP BY w.account_id HAVING COUNT(*) >= %(most)s)"
        " AND NOT (a.kind = 'terminate' AND EXISTS (SELECT 1 FROM accounts o JOIN instances i ON i.id = a.instance_id"
        "    WHERE o.id = a.account_id AND o.executor = 'agent' AND i.role = 'ZOMBIE' AND i.asg_name IS NULL"
        "    AND i.terminate_requested_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE))"
        " ORDER BY a.priority, a.deadline_at IS NULL, a.deadline_at, a.id LIMIT 20",
        most=PER_ACCOUNT,
    )
    return [row["id"] for row in rows]


def lock_due(tx: Tx, action_id: int) -> Intent | None:
    """The intent, locked, if it is still due and nobody else holds it; waits for no one."""
    return Intent.maybe(
        tx.one(
            "SELECT * FROM actions WHERE id = %(id)s AND state = 'pending' AND next_run_at <= UTC_TIMESTAMP(6)"
            " AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6)) FOR UPDATE SKIP LOCKED",
            id=action_id,
        )
    )


def lease(tx: Tx, action_id: int) -> None:
    tx.execute(
        "UPDATE actions SET lease_until = UTC_TIMESTAMP(6) + INTERVAL %(seconds)s SECOND, fence = fence + 1, tries = tries + 1"
        " WHERE id = %(id)s",
        id=action_id,
        seconds=LEASE_SECONDS,
    )


def finish(tx: Tx, intent: Intent, state: str, *, ec2_id: str | None = None, error: str | None = None) -> int:
    """End the intent under its fence; 0 rows: another executor took over."""
    return tx.execute(
        "UPDATE actions SET state = %(state)s, ec2_id = COALESCE(%(ec2_id)s, ec2_id), last_error = %(error)s, lease_until = NULL,"
        " finished_at = UTC_TIMESTAMP(6) WHERE id = %(id)s AND fence = %(fence)s AND state = 'pending'",
        id=intent.id, fence=intent.fence, state=state, ec2_id=ec2_id, error=error and error[:255],
    )  # fmt: skip


def try_again(tx: Tx, intent: Intent, seconds: float, error: str, *, throttled: bool = False) -> int:
    """Nothing was decided: later, with the same token."""
    return tx.execute(
        "UPDATE actions SET lease_until = NULL, last_error = %(error)s, throttled = throttled + %(throttled)s,"
        " next_run_at = UTC_TIMESTAMP(6) + INTERVAL %(microseconds)s MICROSECOND"
        " WHERE id = %(id)s AND fence = %(fence)s AND state = 'pending'",
        id=intent.id, fence=intent.fence, microseconds=int(seconds * 1e6), error=error[:255], throttled=throttled,
    )  # fmt: skip


def next_attempt(tx: Tx, intent: Intent, params: str, client_token: str, error: str) -> int:
    """A definite refusal: attempt, parameters and token change together, in this one statement."""
    return tx.execute(
        "UPDATE actions SET attempt = attempt + 1, params = %(params)s, client_token = %(token)s, lease_until = NULL,"
        " next_run_at = UTC_TIMESTAMP(6), last_error = %(error)s WHERE id = %(id)s AND fence = %(fence)s AND state = 'pending'",
        id=intent.id, fence=intent.fence, params=params, token=client_token, error=error[:255],
    )  # fmt: skip


def set_params(tx: Tx, intent: Intent, params: str) -> None:
    """Complete an order that nobody has begun."""
    tx.execute("UPDATE actions SET params = %(params)s WHERE id = %(id)s AND state = 'pending' AND tries = 0", id=intent.id, params=params)


def supersede_launch(tx: Tx, instance_id: int) -> int:
    """Withdraw a launch nobody has begun."""
    return tx.execute(
        "UPDATE actions SET state = 'superseded', finished_at = UTC_TIMESTAMP(6) WHERE instance_id = %(id)s AND kind = 'launch'"
        " AND state = 'pending' AND tries = 0",
        id=instance_id,
    )


def retarget_unbegun(tx: Tx, instance_id: int, params: str) -> int:
    """1 when the launch nobody has begun goes elsewhere; its token was never shown to AWS."""
    return tx.execute(
        "UPDATE actions SET params = %(params)s WHERE instance_id = %(id)s AND kind = 'launch' AND state = 'pending' AND tries = 0",
        id=instance_id,
        params=params,
    )


def terminations_for_host(tx: Tx, agent_id: int) -> list[dict]:
    """Ends of ZOMBIEs that the account leaves to its hosts."""
    return tx.all(
        "SELECT x.uuid AS action_id, i.ec2_instance_id AS instance_id FROM actions x JOIN instances i ON i.id = x.instance_id"
        " JOIN accounts a ON a.id = x.account_id WHERE x.agent_id = %(id)s AND x.kind = 'terminate' AND x.state = 'pending'"
        " AND a.executor = 'agent' AND i.role = 'ZOMBIE' AND i.asg_name IS NULL AND i.terminate_after <= UTC_TIMESTAMP(6) ORDER BY x.id LIMIT 50",
        id=agent_id,
    )


def finish_by_host(tx: Tx, agent_id: int, uuid: str, state: str, error: str | None) -> int:
    """End a terminate order that a host carried out; 0 when it is over, not its own, or not left to hosts."""
    return tx.execute(
        "UPDATE actions x JOIN accounts a ON a.id = x.account_id SET x.state = %(state)s, x.last_error = %(error)s,"
        " x.lease_until = NULL, x.finished_at = UTC_TIMESTAMP(6) WHERE x.uuid = %(uuid)s AND x.agent_id = %(agent_id)s"
        " AND x.kind = 'terminate' AND x.state = 'pending' AND a.executor = 'agent'",
        uuid=uuid, agent_id=agent_id, state=state, error=error and error[:255],
    )  # fmt: skip


def by_uuid(tx: Tx, agent_id: int, uuid: str) -> Intent | None:
    return Intent.maybe(
        tx.one("SELECT * FROM actions WHERE agent_id = %(agent_id)s AND uuid = %(uuid)s", agent_id=agent_id, uuid=uuid)
    )


def live_launch_of(tx: Tx, instance_id: int) -> Intent | None:
    return Intent.maybe(
        tx.one(
            "SELECT * FROM actions WHERE instance_id = %(id)s AND kind = 'launch' ORDER BY id DESC LIMIT 1", id=instance_id
        )
    )


def pending_launches(tx: Tx, account_id: int) -> set[str]:
    """The uuids of launches still at work: their machines may not be recorded yet."""
    rows = tx.all(
        "SELECT uuid FROM actions WHERE account_id = %(account_id)s AND kind = 'launch' AND state = 'pending'",
        account_id=account_id,
    )
    return {row["uuid"] for row in rows}


def in_flight(tx: Tx) -> int:
    """How many claims may still be calling AWS."""
    return tx.one("SELECT COUNT(*) AS n FROM actions WHERE state = 'pending' AND lease_until > UTC_TIMESTAMP(6)")["n"]


def count_pending(tx: Tx) -> dict[str, Any]:
    return tx.one(
        "SELECT COUNT(*) AS n, COALESCE(TIMESTAMPDIFF(SECOND, MIN(next_run_at), UTC_TIMESTAMP(6)), 0) AS oldest_seconds"
        " FROM actions WHERE state = 'pending'"
    )


def outstanding_terminations(tx: Tx) -> list[dict]:
    """Instances marked for their end whose intent is over without it: a new order is due, unless the last one was wrong in itself.

    After each failure the next order waits twice as long, up to an hour; the first is made at once.
    """
    return tx.all(
        "SELECT i.id, i.agent_id FROM instances i WHERE i.terminate_requested_at IS NOT NULL AND i.role IN ('REPLICA', 'ZOMBIE')"
        " AND i.ec2_instance_id IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM actions x WHERE x.instance_id = i.id AND x.kind = 'terminate' AND x.state IN ('pending', 'done', 'dead'))"
        " AND UTC_TIMESTAMP(6) >= COALESCE((SELECT MAX(f.finished_at) + INTERVAL IF(COUNT(*) <= 1, 0, LEAST(3600, 15 * POW(2, COUNT(*) - 2))) SECOND"
        "  FROM actions f WHERE f.instance_id = i.id AND f.kind = 'terminate' AND f.state = 'failed'), '2000-01-01')"
        " ORDER BY i.agent_id, i.id LIMIT 200"
    )


def count_terminations(tx: Tx, instance_id: int) -> int:
    return tx.one(
        "SELECT COUNT(*) AS n FROM actions WHERE instance_id = %(id)s AND kind = 'terminate'", id=instance_id
    )["n"]


def held_back(tx: Tx, incident_id: int) -> list[dict]:
    """Launches of an incident that SAFE MODE holds: planned under it, or waiting since before."""
    return tx.all(
        "SELECT why FROM actions WHERE incident_id = %(id)s AND kind = 'launch'"
        " AND (state = 'dry_run' OR (state = 'pending' AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6)))) ORDER BY id",
        id=incident_id,
    )


def has_dry_run(tx: Tx, incident_id: int, kind: str) -> bool:
    row = tx.one(
        "SELECT 1 AS yes FROM actions WHERE incident_id = %(id)s AND kind = %(kind)s AND state = 'dry_run' LIMIT 1",
        id=incident_id,
        kind=kind,
    )
    return row is not None
