"""Incidents: raised, never lowered; one open per instance."""

from datetime import datetime

from core.database import Tx
from core.domain.incident import Incident


def raise_incident(tx: Tx, *, uuid: str, client_id: int, agent_id: int, instance_id: int, aws_account: str, region: str, ec2_id: str,
                   cause: str, rank: int, deadline: datetime | None, sentence: str, now: datetime) -> int:  # fmt: skip
    """Open an incident for the instance, or raise the open one: rank only up, deadline only down."""
    return tx.insert(
        "INSERT INTO incidents (uuid, client_id, agent_id, instance_id, aws_account, region, ec2_instance_id, cause, notice_rank,"
        " deadline_at, sentence, opened_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(agent_id)s, %(instance_id)s, %(aws_account)s, %(region)s, %(ec2_id)s, %(cause)s, %(rank)s,"
        " %(deadline)s, %(sentence)s, %(now)s)"
        " ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), notice_rank = GREATEST(notice_rank, VALUES(notice_rank)),"
        " deadline_at = LEAST(COALESCE(deadline_at, VALUES(deadline_at)), COALESCE(VALUES(deadline_at), deadline_at))",
        uuid=uuid, client_id=client_id, agent_id=agent_id, instance_id=instance_id, aws_account=aws_account, region=region,
        ec2_id=ec2_id, cause=cause, rank=rank, deadline=deadline, sentence=sentence[:255], now=now,
    )  # fmt: skip


def get(tx: Tx, incident_id: int) -> Incident | None:
    return Incident.maybe(tx.one("SELECT * FROM incidents WHERE id = %(id)s", id=incident_id))


def by_uuid(tx: Tx, client_id: int, uuid: str) -> Incident | None:
    return Incident.maybe(
        tx.one("SELECT * FROM incidents WHERE client_id = %(client_id)s AND uuid = %(uuid)s", client_id=client_id, uuid=uuid)
    )


def newest_of_instance(tx: Tx, aws_account: str, region: str, ec2_id: str) -> Incident | None:
    return Incident.maybe(
        tx.one(
            "SELECT * FROM incidents WHERE aws_account = %(account)s AND region = %(region)s AND ec2_instance_id = %(ec2_id)s"
            " ORDER BY id DESC LIMIT 1",
            account=aws_account,
            region=region,
            ec2_id=ec2_id,
        )
    )


def newest_of_agent(tx: Tx, agent_id: int) -> Incident | None:
    """The open one before any closed one, the newest first."""
    return Incident.maybe(
        tx.one(
            "SELECT * FROM incidents WHERE agent_id = %(id)s ORDER BY open_slot IS NULL, id DESC LIMIT 1", id=agent_id
        )
    )


def open_of_instance(tx: Tx, instance_id: int) -> Incident | None:
    return Incident.maybe(
        tx.one("SELECT * FROM incidents WHERE instance_id = %(id)s AND open_slot = 1", id=instance_id)
    )


def newest_of(tx: Tx, instance_id: int) -> Incident | None:
    return Incident.maybe(tx.one("SELECT * FROM incidents WHERE instance_id = %(id)s ORDER BY id DESC LIMIT 1", id=instance_id))


def set_verified(tx: Tx, incident_id: int, proof: str, now: datetime) -> int:
    """1 when that is news."""
    return tx.execute(
        "UPDATE incidents SET verified_at = %(now)s, verified_by = %(proof)s WHERE id = %(id)s AND verified_at IS NULL",
        id=incident_id, proof=proof, now=now,
    )  # fmt: skip


def open_led_by(tx: Tx, successor_id: int) -> list[Incident]:
    """Open incidents that this instance was promoted for."""
    rows = tx.all("SELECT * FROM incidents WHERE successor_id = %(id)s AND open_slot = 1", id=successor_id)
    return [Incident.from_row(row) for row in rows]


def to_advance(tx: Tx) -> list[dict]:
    """What the reconciler goes through, earliest deadline first.

    All that are open; of more than fifty, those that something can be done about now and a fifth of the others, so that each
    is looked at every ten seconds.
    """
    return tx.all(
        "SELECT i.id, i.agent_id FROM incidents i WHERE i.open_slot = 1 AND ("
        " (SELECT COUNT(*) FROM incidents WHERE open_slot = 1) <= 50"
        " OR MOD(i.id + FLOOR(UNIX_TIMESTAMP() / 2), 5) = 0"
        " OR (i.gone_at IS NOT NULL AND i.serving_at IS NOT NULL AND i.end_proven_at IS NULL)"
        " OR (i.promoted_at IS NULL AND (EXISTS (SELECT 1 FROM replica_instances r WHERE r.agent_id = i.agent_id AND r.status = 'ready'"
        "   AND r.ended_at IS NULL) OR NOT EXISTS (SELECT 1 FROM replica_instances r WHERE r.agent_id = i.agent_id AND r.ended_at IS NULL))))"
        " ORDER BY i.deadline_at IS NULL, i.deadline_at, i.id LIMIT 1000"
    )


def count_open(tx: Tx, agent_id: int) -> int:
    return tx.one("SELECT COUNT(*) AS n FROM incidents WHERE agent_id = %(id)s AND open_slot = 1", id=agent_id)["n"]


def set_sentence(tx: Tx, incident_id: int, sentence: str) -> int:
    """1 when the sentence is news."""
    return tx.execute(
        "UPDATE incidents SET sentence = %(sentence)s WHERE id = %(id)s AND sentence <> %(sentence)s",
        id=incident_id,
        sentence=sentence[:255],
    )


def set_promoted(tx: Tx, incident_id: int, successor_id: int, now: datetime) -> None:
    tx.execute(
        "UPDATE incidents SET successor_id = %(successor)s, promoted_at = %(now)s WHERE id = %(id)s",
        id=incident_id,
        successor=successor_id,
        now=now,
    )


def set_gone(tx: Tx, instance_id: int, now: datetime) -> int:
    return tx.execute(
        "UPDATE incidents SET gone_at = COALESCE(gone_at, %(now)s) WHERE instance_id = %(id)s AND open_slot = 1",
        id=instance_id,
        now=now,
    )


def set_serving(tx: Tx, incident_id: int, at: datetime, seconds: float | None, method: str | None) -> None:
    tx.execute(
        "UPDATE incidents SET serving_at = %(at)s, downtime_seconds = %(seconds)s, downtime_method = %(method)s"
        " WHERE id = %(id)s AND serving_at IS NULL",
        id=incident_id, at=at, seconds=seconds, method=method,
    )  # fmt: skip


def measure(tx: Tx, incident_id: int, *, at: datetime, seconds: float, method: str) -> None:
    """A host's own measure, where we have none."""
    tx.execute(
        "UPDATE incidents SET serving_at = COALESCE(serving_at, %(at)s), downtime_seconds = %(seconds)s, downtime_method = %(method)s"
        " WHERE id = %(id)s AND downtime_seconds IS NULL",
        id=incident_id, at=at, seconds=seconds, method=method,
    )  # fmt: skip


def prove_end(tx: Tx, incident_id: int, now: datetime) -> None:
    tx.execute(
        "UPDATE incidents SET end_proven_at = %(now)s WHERE id = %(id)s AND end_proven_at IS NULL", id=incident_id, now=now
    )


def close_proven(tx: Tx, incident_id: int, outcome: str) -> int:
    """Close after an end: proven, and ten minutes past any deadline."""
    return tx.execute(
        "UPDATE incidents SET open_slot = NULL, closed_at = UTC_TIMESTAMP(6), outcome = %(outcome)s WHERE id = %(id)s"
        " AND open_slot = 1 AND end_proven_at IS NOT NULL"
        " AND (deadline_at IS NULL OR deadline_at + INTERVAL 10 MINUTE <= UTC_TIMESTAMP(6))",
        id=incident_id,
        outcome=outcome,
    )


def close_without_end(tx: Tx, incident_id: int, outcome: str) -> int:
    """Close where no end comes: a false alarm, an own action, an unfounded stale notice."""
    return tx.execute(
        "UPDATE incidents SET open_slot = NULL, closed_at = UTC_TIMESTAMP(6), outcome = %(outcome)s"
        " WHERE id = %(id)s AND open_slot = 1",
        id=incident_id,
        outcome=outcome,
    )


def acknowledge(tx: Tx, incident_id: int, now: datetime) -> int:
    """1 at the first time; the first time stands."""
    return tx.execute(
        "UPDATE incidents SET acknowledged_at = %(now)s WHERE id = %(id)s AND acknowledged_at IS NULL", id=incident_id, now=now
    )


def acknowledged_at(tx: Tx, incident_id: int) -> datetime | None:
    return tx.one("SELECT acknowledged_at FROM incidents WHERE id = %(id)s", id=incident_id)["acknowledged_at"]


def last_acknowledged(tx: Tx, agent_id: int) -> datetime | None:
    """When somebody last confirmed a failover of this agent."""
    return tx.one(
        "SELECT MAX(acknowledged_at) AS at FROM incidents WHERE agent_id = %(id)s AND promoted_at IS NOT NULL", id=agent_id
    )["at"]


def close_of_agent(tx: Tx, agent_id: int, outcome: str) -> int:
    """Close whatever is open: the agent is taken out of care."""
    return tx.execute(
        "UPDATE incidents SET open_slot = NULL, closed_at = UTC_TIMESTAMP(6), outcome = %(outcome)s"
        " WHERE agent_id = %(id)s AND open_slot = 1",
        id=agent_id,
        outcome=outcome,
    )


def statistics(tx: Tx, agent_id: int) -> dict:
    """How often something was announced, moved, and served again."""
    return tx.one(
        "SELECT COUNT(*) AS incidents, COALESCE(SUM(promoted_at IS NOT NULL), 0) AS promoted,"
        " COALESCE(SUM(promoted_at IS NOT NULL AND serving_at IS NOT NULL), 0) AS served,"
        " COALESCE(SUM(outcome = 'expired'), 0) AS false_alarms FROM incidents WHERE agent_id = %(id)s",
        id=agent_id,
    )


def of_client(tx: Tx, client_id: int, is_open: bool | None, before: int | None, limit: int) -> list[dict]:
    return tx.all(
        "SELECT i.*, a.uuid AS agent_uuid, a.logical_name FROM incidents i JOIN agents a ON a.id = i.agent_id"
        " WHERE i.client_id = %(client_id)s AND (%(is_open)s IS NULL OR (i.open_slot IS NOT NULL) = %(is_open)s)"
        " AND (%(before)s IS NULL OR i.id < %(before)s) ORDER BY i.id DESC LIMIT %(limit)s",
        client_id=client_id, is_open=is_open, before=before, limit=limit,
    )  # fmt: skip


def steps(tx: Tx, incident_id: int) -> dict:
    """When each step of the answer happened; NULL for what has not."""
    return tx.one(
        "SELECT r.requested_at, r.launched_at, r.ready_at, r.instance_id,"
        " (SELECT MIN(t.created_at) FROM agent_tokens t WHERE t.instance_id = r.instance_id) AS joined_at,"
        " COALESCE(old.ended_at, i.gone_at) AS ended_at"
        " FROM incidents i LEFT JOIN instances old ON old.id = i.instance_id"
        " LEFT JOIN replica_instances r ON r.id = COALESCE("
        "   (SELECT MAX(id) FROM replica_instances WHERE instance_id = i.successor_id),"
        "   (SELECT MAX(id) FROM replica_instances WHERE incident_id = i.id))"
        " WHERE i.id = %(id)s",
        id=incident_id,
    )
