"""EC2 machines and their roles. Role changes go through the stored procedures alone."""

from datetime import datetime

from core.database import Tx
from core.domain.handover import Predecessor
from core.domain.lifecycle import Instance


def get(tx: Tx, instance_id: int) -> Instance | None:
    return Instance.maybe(tx.one("SELECT * FROM instances WHERE id = %(id)s", id=instance_id))


def by_uuid(tx: Tx, uuid: str) -> Instance | None:
    return Instance.maybe(tx.one("SELECT * FROM instances WHERE uuid = %(uuid)s", uuid=uuid))


def by_ec2_id(tx: Tx, ec2_id: str) -> Instance | None:
    return Instance.maybe(tx.one("SELECT * FROM instances WHERE ec2_instance_id = %(ec2_id)s", ec2_id=ec2_id))


def live_of_agent(tx: Tx, agent_id: int) -> list[Instance]:
    rows = tx.all(
        "SELECT * FROM instances WHERE agent_id = %(agent_id)s AND role <> 'TERMINATED' ORDER BY id", agent_id=agent_id
    )
    return [Instance.from_row(row) for row in rows]


def of_agent(tx: Tx, agent_id: int, limit: int = 12) -> list[dict]:
    return tx.all(
        "SELECT * FROM instances WHERE agent_id = %(agent_id)s ORDER BY id DESC LIMIT %(limit)s",
        agent_id=agent_id,
        limit=limit,
    )


def insert(tx: Tx, *, uuid: str, client_id: int, account_id: int, agent_id: int, ec2_id: str | None, instance_type: str,
           region: str, az: str | None, az_id: str | None, pool_id: str, lifecycle: str, role: str, reason: str, status: str,
           launch_spec: str | None, replica_of_id: int | None, replica_expiry: datetime | None, now: datetime) -> int:  # fmt: skip
    return tx.insert(
        "INSERT INTO instances (uuid, client_id, account_id, agent_id, ec2_instance_id, instance_type, region, az, az_id,"
        " pool_id, lifecycle, role, role_reason, status, launch_spec, replica_of_id, replica_expiry, created_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(account_id)s, %(agent_id)s, %(ec2_id)s, %(instance_type)s, %(region)s, %(az)s,"
        " %(az_id)s, %(pool_id)s, %(lifecycle)s, %(role)s, %(reason)s, %(status)s, %(launch_spec)s, %(replica_of_id)s,"
        " %(replica_expiry)s, %(now)s)",
        uuid=uuid, client_id=client_id, account_id=account_id, agent_id=agent_id, ec2_id=ec2_id,
        instance_type=instance_type, region=region, az=az, az_id=az_id, pool_id=pool_id, lifecycle=lifecycle, role=role,
        reason=reason[:255], status=status, launch_spec=launch_spec, replica_of_id=replica_of_id,
        replica_expiry=replica_expiry, now=now,
    )  # fmt: skip


def record_launch(tx: Tx, instance_id: int, ec2_id: str, az: str | None, now: datetime) -> int:
    """Give a launching row its machine; 0 when it has one already."""
    return tx.execute(
        "UPDATE instances SET ec2_instance_id = %(ec2_id)s, status = 'syncing', az = %(az)s, launched_at = %(now)s"
        " WHERE id = %(id)s AND ec2_instance_id IS NULL",
        id=instance_id, ec2_id=ec2_id, az=az, now=now,
    )  # fmt: skip


def retarget(tx: Tx, instance_id: int, *, pool_id: str, az_id: str, instance_type: str, lifecycle: str) -> None:
    """A launching row follows its intent to the next pool."""
    tx.execute(
        "UPDATE instances SET pool_id = %(pool_id)s, az_id = %(az_id)s, instance_type = %(instance_type)s,"
        " lifecycle = %(lifecycle)s WHERE id = %(id)s AND ec2_instance_id IS NULL",
        id=instance_id, pool_id=pool_id, az_id=az_id, instance_type=instance_type, lifecycle=lifecycle,
    )  # fmt: skip


def set_status(tx: Tx, instance_id: int, status: str) -> None:
    tx.execute("UPDATE instances SET status = %(status)s WHERE id = %(id)s", id=instance_id, status=status)


def set_state(tx: Tx, instance_id: int, state: str) -> None:
    """What EC2 last said of it."""
    tx.execute("UPDATE instances SET state = %(state)s WHERE id = %(id)s", id=instance_id, state=state)


def set_launch_spec(tx: Tx, instance_id: int, spec: str) -> None:
    tx.execute("UPDATE instances SET launch_spec = %(spec)s WHERE id = %(id)s", id=instance_id, spec=spec)


def mark_lost(tx: Tx, instance_id: int, now: datetime) -> None:
    """A PRIMARY that died keeps the slot until its successor takes it."""
    tx.execute(
        "UPDATE instances SET status = 'lost', lost_at = COALESCE(lost_at, %(now)s) WHERE id = %(id)s",
        id=instance_id,
        now=now,
    )


def mark_ended(tx: Tx, instance_id: int, status: str, now: datetime) -> None:
    tx.execute(
        "UPDATE instances SET status = %(status)s, ended_at = COALESCE(ended_at, %(now)s) WHERE id = %(id)s",
        id=instance_id,
        status=status,
        now=now,
    )


def raise_rank(tx: Tx, instance_id: int, rank: int) -> None:
    tx.execute(
        "UPDATE instances SET notice_rank = GREATEST(notice_rank, %(rank)s) WHERE id = %(id)s", id=instance_id, rank=rank
    )


def clear_rank(tx: Tx, instance_id: int) -> None:
    tx.execute("UPDATE instances SET notice_rank = 0 WHERE id = %(id)s", id=instance_id)


def set_serving_at(tx: Tx, instance_id: int, at: datetime) -> None:
    tx.execute("UPDATE instances SET serving_at = COALESCE(serving_at, %(at)s) WHERE id = %(id)s", id=instance_id, at=at)


def set_terminate_after(tx: Tx, instance_id: int, at: datetime) -> None:
    tx.execute(
        "UPDATE instances SET terminate_after = %(at)s WHERE id = %(id)s AND terminate_after IS NULL", id=instance_id, at=at
    )


def doom(tx: Tx, instance_id: int, now: datetime) -> int:
    """Mark an instance for its end; 0 when it is marked already. The database refuses it for a PRIMARY."""
    return tx.execute(
        "UPDATE instances SET terminate_requested_at = %(now)s WHERE id = %(id)s AND terminate_requested_at IS NULL",
        id=instance_id,
        now=now,
    )


def doom_expired_replica(tx: Tx, instance_id: int) -> int:
    """1 when the replica's six hours are over and nobody promoted or ended it meanwhile."""
    return tx.execute(
        "UPDATE instances SET terminate_requested_at = UTC_TIMESTAMP(6) WHERE id = %(id)s AND role = 'REPLICA'"
        " AND terminate_requested_at IS NULL AND replica_expiry <= UTC_TIMESTAMP(6)",
        id=instance_id,
    )


def promote(tx: Tx, *, agent_id: int, instance_id: int, epoch: int, actor: str, behalf: str | None, request_id: str | None, why: str) -> None:
    tx.call("promote_instance_to_primary", agent_id, instance_id, epoch, actor, behalf, request_id, why[:255])


def move(tx: Tx, instance: Instance, role: str, why: str) -> None:
    """Along a drawn arrow, from the version that was read."""
    tx.call("move_instance", instance.id, role, instance.version, why[:255])


def release(tx: Tx, instance: Instance, why: str) -> None:
    """A PRIMARY becomes plain inventory, from the version that was read."""
    tx.call("release_instance", instance.id, instance.version, why[:255])


def adopt(tx: Tx, instance: Instance, agent_id: int, why: str) -> None:
    """Plain inventory becomes the first PRIMARY of an agent, from the version that was read."""
    tx.call("adopt_instance", instance.id, agent_id, instance.version, why[:255])


def set_farewell(tx: Tx, instance_id: int, now: datetime) -> None:
    """Its host said that it is going down: EC2 is asked about it for a while."""
    tx.execute("UPDATE instances SET farewell_at = %(now)s WHERE id = %(id)s", id=instance_id, now=now)


def replaced_by_hand(tx: Tx, successor_id: int) -> list[Instance]:
    """Former PRIMARYs whose successor was promoted by a person, without an incident, and still have no end in sight."""
    rows = tx.all(
        "SELECT z.* FROM instances z JOIN replica_instances r ON r.agent_id = z.agent_id"
        " WHERE r.instance_id = %(id)s AND r.promoted_by IS NOT NULL AND z.role = 'ZOMBIE' AND z.terminate_after IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.instance_id = z.id AND i.successor_id = %(id)s)",
        id=successor_id,
    )
    return [Instance.from_row(row) for row in rows]


def story(tx: Tx, instance_id: int, limit: int) -> list[dict]:
    """What a machine went through, newest first: its roles, its orders, its workload, its notices, each with a sentence."""
    return tx.all(
        "SELECT at, kind, sentence FROM ("
        " SELECT at, 'role' AS kind, CONCAT(from_role, ' → ', to_role, COALESCE(CONCAT(': ', sentence), '')) AS sentence"
        "   FROM instance_history WHERE instance_id = %(id)s"
        " UNION ALL SELECT created_at, 'order', IF(kind = 'launch', why, IF(kind = 'asg', why, CONCAT('Ordered to ', kind, ': ', why)))"
        "   FROM actions WHERE instance_id = %(id)s"
        " UNION ALL SELECT finished_at, 'order', CONCAT(IF(kind = 'asg', 'That call to the group', CONCAT('The order to ', kind)), ' is ', state, COALESCE(CONCAT(': ', last_error), ''))"
        "   FROM actions WHERE instance_id = %(id)s AND finished_at IS NOT NULL"
        " UNION ALL SELECT since_at, 'workload', CASE WHEN serving = 1 THEN 'The workload began to answer'"
        "   ELSE 'The workload ceased to answer' END FROM serving_reports WHERE instance_id = %(id)s"
        " UNION ALL SELECT opened_at, 'notice', sentence FROM incidents WHERE instance_id = %(id)s"
        " UNION ALL SELECT ready_at, 'replica', 'Ready to take over' FROM replica_instances"
        "   WHERE instance_id = %(id)s AND ready_at IS NOT NULL"
        ") story ORDER BY at DESC LIMIT %(limit)s",
        id=instance_id,
        limit=limit,
    )


def predecessors(tx: Tx, agent_id: int, instance_id: int) -> list[Predecessor]:
    """Former PRIMARYs of the agent that may still serve, with what was last heard of them."""
    rows = tx.all(
        "SELECT i.ec2_instance_id, i.status, h.serving, h.contact_at FROM instances i"
        " JOIN agent_heartbeats h ON h.instance_id = i.id"
        " WHERE i.agent_id = %(agent_id)s AND i.id <> %(id)s AND i.role = 'ZOMBIE'",
        agent_id=agent_id,
        id=instance_id,
    )
    return [Predecessor.from_row(row) for row in rows]


def expired_replicas(tx: Tx) -> list[dict]:
    return tx.all(
        "SELECT id, agent_id FROM instances WHERE role = 'REPLICA' AND terminate_requested_at IS NULL"
        " AND replica_expiry <= UTC_TIMESTAMP(6) ORDER BY agent_id, id LIMIT 200"
    )


def due_zombies(tx: Tx) -> list[dict]:
    return tx.all(
        "SELECT id, agent_id FROM instances WHERE role = 'ZOMBIE' AND terminate_requested_at IS NULL"
        " AND terminate_after <= UTC_TIMESTAMP(6) AND status <> 'terminated' ORDER BY agent_id, id LIMIT 200"
    )


def to_watch(tx: Tx) -> list[Instance]:
    """Machines whose end we wait for, with a notice to verify, or whose agent fell silent: EC2 is asked about them."""
    rows = tx.all(
        "SELECT i.* FROM instances i JOIN accounts c ON c.id = i.account_id AND c.is_active = 1"
        " LEFT JOIN agent_heartbeats h ON h.instance_id = i.id"
        " WHERE i.role IN ('PRIMARY', 'REPLICA', 'ZOMBIE') AND i.ec2_instance_id IS NOT NULL"
        " AND (i.role = 'ZOMBIE' OR i.terminate_requested_at IS NOT NULL OR i.notice_rank > 0 OR i.launch_spec IS NULL"
        "      OR i.farewell_at > UTC_TIMESTAMP(6) - INTERVAL 5 MINUTE"
        "      OR EXISTS (SELECT 1 FROM replica_instances r WHERE r.agent_id = i.agent_id AND r.mode = 'level3' AND r.ended_at IS NULL)"
        "      OR EXISTS (SELECT 1 FROM notices n WHERE n.ec2_instance_id = i.ec2_instance_id AND n.handled_at IS NULL"
        "        AND n.disposition = 'verify')"
        "      OR COALESCE(h.contact_at, i.created_at) < UTC_TIMESTAMP(6) - INTERVAL 45 SECOND)"
        " ORDER BY i.account_id, i.region, i.id LIMIT 1000"
    )
    return [Instance.from_row(row) for row in rows]


def late_launches(tx: Tx, seconds: int) -> list[dict]:
    """Replicas that were launched and never became ready."""
    return tx.all(
        "SELECT i.id, i.agent_id FROM instances i JOIN replica_instances r ON r.instance_id = i.id"
        " WHERE r.status IN ('launching', 'syncing') AND r.ended_at IS NULL AND r.mode <> 'level3'"
        " AND i.terminate_requested_at IS NULL AND r.launched_at < UTC_TIMESTAMP(6) - INTERVAL %(seconds)s SECOND ORDER BY i.agent_id, i.id LIMIT 200",
        seconds=seconds,
    )


def recorded_ec2_ids(tx: Tx, account_id: int) -> set[str]:
    rows = tx.all(
        "SELECT ec2_instance_id FROM instances WHERE account_id = %(account_id)s AND ec2_instance_id IS NOT NULL",
        account_id=account_id,
    )
    return {row["ec2_instance_id"] for row in rows}


def of_client(tx: Tx, client_id: int, limit: int, *, role: str | None, status: str | None, auth_status: str | None) -> list[dict]:
    return tx.all(
        "SELECT i.*, a.uuid AS agent_uuid, a.logical_name, s.price AS spot_price, o.price AS on_demand_price FROM instances i"
        " LEFT JOIN agents a ON a.id = i.agent_id LEFT JOIN spot_pools s ON s.pool_id = i.pool_id"
        " LEFT JOIN ondemand_prices o ON o.region = i.region AND o.instance_type = i.instance_type AND o.product = 'linux'"
        " WHERE i.client_id = %(client_id)s AND (%(role)s IS NULL OR i.role = %(role)s)"
        " AND (%(status)s IS NULL OR i.status = %(status)s) AND (%(auth)s IS NULL OR i.auth_status = %(auth)s)"
        " ORDER BY i.id DESC LIMIT %(limit)s",
        client_id=client_id, role=role, status=status, auth=auth_status, limit=limit,
    )  # fmt: skip
