"""Moves of a PRIMARY: the planned ones and those an emergency made."""

from datetime import datetime

from core.database import Tx
from core.domain.downtime import Measured
from core.domain.switch import Switch


def insert(tx: Tx, *, uuid: str, client_id: int, agent_id: int, request_id: str, plan_id: int | None, old_id: int, new_id: int | None,
           old_price: float | None, new_price: float | None, on_demand: float | None, data_source: str, stale: bool, state: str,
           cause: str, user: str, auto_terminate: bool | None, sentence: str, now: datetime) -> int:  # fmt: skip
    """The id of the new switch; Duplicate when the agent has a live one, or the request made one already."""
    return tx.insert(
        "INSERT INTO switches (uuid, client_id, agent_id, request_id, plan_id, old_instance_id, new_instance_id, old_usd_per_hour,"
        " new_usd_per_hour, on_demand_usd_per_hour, data_source, stale, state, cause, user_id, auto_terminate, sentence, started_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(agent_id)s, %(request_id)s, %(plan_id)s, %(old_id)s, %(new_id)s, %(old_price)s,"
        " %(new_price)s, %(on_demand)s, %(data_source)s, %(stale)s, %(state)s, %(cause)s, %(user)s, %(auto_terminate)s, %(sentence)s, %(now)s)",
        uuid=uuid, client_id=client_id, agent_id=agent_id, request_id=request_id, plan_id=plan_id, old_id=old_id, new_id=new_id,
        old_price=old_price, new_price=new_price, on_demand=on_demand, data_source=data_source, stale=stale, state=state, cause=cause,
        user=user[:64], auto_terminate=auto_terminate, sentence=sentence[:255], now=now,
    )  # fmt: skip


def get(tx: Tx, switch_id: int) -> Switch | None:
    return Switch.maybe(tx.one("SELECT * FROM switches WHERE id = %(id)s", id=switch_id))


def live_of_instance(tx: Tx, new_instance_id: int) -> Switch | None:
    """The switch whose new host this is, while it is being prepared."""
    return Switch.maybe(
        tx.one("SELECT * FROM switches WHERE new_instance_id = %(id)s AND state = 'preparing'", id=new_instance_id)
    )


def unfinished(tx: Tx) -> list[dict]:
    """What the reconciler goes through."""
    return tx.all(
        "SELECT id, agent_id FROM switches WHERE state IN ('preparing', 'promoted', 'serving') AND cause <> 'emergency' ORDER BY id LIMIT 500"
    )


def count_live(tx: Tx, agent_id: int) -> int:
    return tx.one("SELECT COUNT(*) AS n FROM switches WHERE live_slot = %(id)s", id=agent_id)["n"]


def last_move(tx: Tx, agent_id: int) -> datetime | None:
    """When the agent was last moved, or a move of it was tried."""
    row = tx.one(
        "SELECT MAX(COALESCE(promoted_at, started_at)) AS at FROM switches WHERE agent_id = %(id)s AND state <> 'dry_run'", id=agent_id
    )
    return row["at"]


def set_promoted(tx: Tx, switch_id: int, now: datetime) -> int:
    return tx.execute(
        "UPDATE switches SET state = 'promoted', promoted_at = %(now)s WHERE id = %(id)s AND state = 'preparing'", id=switch_id, now=now
    )


def set_serving(tx: Tx, switch_id: int, at: datetime, seconds: float | None, method: str | None) -> int:
    """1 for whoever verified it first."""
    return tx.execute(
        "UPDATE switches SET state = 'serving', serving_at = %(at)s, success = 1, downtime_seconds = %(seconds)s, downtime_method = %(method)s"
        " WHERE id = %(id)s AND state = 'promoted'",
        id=switch_id, at=at, seconds=seconds, method=method,
    )  # fmt: skip


def finish(tx: Tx, switch_id: int, state: str, sentence: str, now: datetime) -> int:
    return tx.execute(
        "UPDATE switches SET state = %(state)s, sentence = %(sentence)s, success = COALESCE(success, %(success)s), finished_at = %(now)s"
        " WHERE id = %(id)s AND state IN ('preparing', 'promoted', 'serving')",
        id=switch_id, state=state, sentence=sentence[:255], success=state == "done", now=now,
    )  # fmt: skip


def serving_since(tx: Tx, instance_id: int, since: datetime) -> datetime | None:
    """When a host first said, after ``since``, that its workload answers."""
    row = tx.one(
        "SELECT MIN(since_at) AS at FROM serving_reports WHERE instance_id = %(id)s AND serving = 1 AND received_at >= %(since)s",
        id=instance_id,
        since=since,
    )
    return row["at"]


def end_reason(tx: Tx, new_instance_id: int) -> str | None:
    """Why the new host's life as a replica ended, if it did before it was promoted."""
    row = tx.one(
        "SELECT end_reason FROM replica_instances WHERE instance_id = %(id)s AND status IN ('terminated', 'failed')", id=new_instance_id
    )
    return row and row["end_reason"]


def of_old_instance(tx: Tx, instance_id: int) -> Switch | None:
    """The planned switch that let this instance go, if one did."""
    return Switch.maybe(
        tx.one(
            "SELECT * FROM switches WHERE old_instance_id = %(id)s AND cause <> 'emergency' AND promoted_at IS NOT NULL ORDER BY id DESC LIMIT 1",
            id=instance_id,
        )
    )


def adopt_failovers(tx: Tx, data_source: str) -> int:
    """What emergencies moved enters the history of switches, each once, with the prices of that moment."""
    return tx.execute(
        "INSERT IGNORE INTO switches (uuid, client_id, agent_id, request_id, incident_id, old_instance_id, new_instance_id,"
        " old_usd_per_hour, new_usd_per_hour, on_demand_usd_per_hour, data_source, stale, state, cause, user_id, sentence, started_at,"
        " promoted_at)"
        " SELECT UUID(), i.client_id, i.agent_id, CONCAT('incident:', i.uuid), i.id, i.instance_id, i.successor_id,"
        " IF(o.lifecycle = 'spot', op.price, oo.price), IF(n.lifecycle = 'spot', np.price, nd.price), oo.price, %(source)s, 0,"
        " 'promoted', 'emergency', 'system', i.sentence, i.opened_at, i.promoted_at"
        " FROM incidents i JOIN instances o ON o.id = i.instance_id JOIN instances n ON n.id = i.successor_id"
        " LEFT JOIN spot_pools op ON op.pool_id = o.pool_id LEFT JOIN spot_pools np ON np.pool_id = n.pool_id"
        " LEFT JOIN ondemand_prices oo ON oo.region = o.region AND oo.instance_type = o.instance_type AND oo.product = 'linux'"
        " LEFT JOIN ondemand_prices nd ON nd.region = n.region AND nd.instance_type = n.instance_type AND nd.product = 'linux'"
        " WHERE i.open_slot = 1 AND i.promoted_at IS NOT NULL AND i.successor_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM switches s WHERE s.incident_id = i.id AND s.new_instance_id = i.successor_id)",
        source=data_source,
    )


def adopt_by_hand(tx: Tx, data_source: str) -> int:
    """Promotions by hand of the last hour enter the history once their successor serves, each once."""
    return tx.execute(
        "INSERT IGNORE INTO switches (uuid, client_id, agent_id, request_id, old_instance_id, new_instance_id, old_usd_per_hour,"
        " new_usd_per_hour, on_demand_usd_per_hour, data_source, stale, state, cause, user_id, success, sentence, started_at, promoted_at,"
        " serving_at, finished_at, downtime_seconds, downtime_method)"
        " SELECT UUID(), r.client_id, r.agent_id, CONCAT('promotion:', r.uuid), o.id, n.id, IF(o.lifecycle = 'spot', op.price, oo.price),"
        " IF(n.lifecycle = 'spot', np.price, nd.price), oo.price, %(source)s, 0, 'done', 'manual', r.promoted_by, 1, n.role_reason,"
        " r.ended_at, r.ended_at, n.serving_at, n.serving_at, d.duration_seconds, d.method"
        " FROM replica_instances r JOIN instances n ON n.id = r.instance_id JOIN instances o ON o.id = n.replica_of_id"
        " LEFT JOIN spot_pools op ON op.pool_id = o.pool_id LEFT JOIN spot_pools np ON np.pool_id = n.pool_id"
        " LEFT JOIN ondemand_prices oo ON oo.region = o.region AND oo.instance_type = o.instance_type AND oo.product = 'linux'"
        " LEFT JOIN ondemand_prices nd ON nd.region = n.region AND nd.instance_type = n.instance_type AND nd.product = 'linux'"
        " LEFT JOIN downtime_logs d ON d.instance_id = o.id AND d.incident_id IS NULL AND d.end_time >= r.ended_at"
        " WHERE r.promoted_by IS NOT NULL AND r.ended_at > UTC_TIMESTAMP(6) - INTERVAL 1 HOUR AND n.serving_at >= r.ended_at"
        " AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.successor_id = n.id)",
        source=data_source,
    )


def follow_failovers(tx: Tx) -> int:
    """What an incident has learned of its handover is told by its switch, too."""
    return tx.execute(
        "UPDATE switches s JOIN incidents i ON i.id = s.incident_id"
        " SET s.serving_at = i.serving_at, s.downtime_seconds = i.downtime_seconds, s.downtime_method = i.downtime_method,"
        " s.success = i.serving_at IS NOT NULL, s.state = IF(i.serving_at IS NULL, 'failed', 'done'),"
        " s.finished_at = COALESCE(i.serving_at, i.closed_at)"
        " WHERE s.cause = 'emergency' AND s.state = 'promoted' AND (i.serving_at IS NOT NULL OR i.closed_at IS NOT NULL)"
    )


def of_client(tx: Tx, client_id: int, limit: int, before: int | None = None) -> list[dict]:
    """A client's moves with names and places, newest first; those before an id, if one is named."""
    return tx.all(
        "SELECT s.*, a.uuid AS agent_uuid, a.logical_name, p.uuid AS plan_uuid, i.uuid AS incident_uuid,"
        " o.ec2_instance_id AS old_ec2_id, o.instance_type AS old_type, o.az_id AS old_az_id, o.lifecycle AS old_lifecycle,"
        " n.ec2_instance_id AS new_ec2_id, n.instance_type AS new_type, n.az_id AS new_az_id, n.lifecycle AS new_lifecycle"
        " FROM switches s JOIN agents a ON a.id = s.agent_id JOIN instances o ON o.id = s.old_instance_id"
        " LEFT JOIN instances n ON n.id = s.new_instance_id LEFT JOIN plans p ON p.id = s.plan_id"
        " LEFT JOIN incidents i ON i.id = s.incident_id"
        " WHERE s.client_id = %(client_id)s AND (%(before)s IS NULL OR s.id < %(before)s) ORDER BY s.id DESC LIMIT %(limit)s",
        client_id=client_id,
        limit=limit,
        before=before,
    )


def measured_gaps(tx: Tx, client_id: int, agent_id: int) -> list[Measured]:
    """What a client's handovers measured, an agent's own first, the newest first; also those that are not in the history yet."""
    rows = tx.all(
        "SELECT x.seconds, x.agent_id = %(agent_id)s AS is_own, x.is_planned FROM ("
        " SELECT agent_id, downtime_seconds AS seconds, cause <> 'emergency' AS is_planned, COALESCE(promoted_at, started_at) AS at"
        " FROM switches WHERE client_id = %(client_id)s AND downtime_seconds IS NOT NULL"
        " UNION ALL SELECT d.agent_id, d.duration_seconds, d.incident_id IS NULL, d.start_time FROM downtime_logs d"
        " WHERE d.client_id = %(client_id)s"
        " AND NOT EXISTS (SELECT 1 FROM switches s WHERE s.old_instance_id = d.instance_id AND s.downtime_seconds IS NOT NULL)) x"
        " ORDER BY is_own DESC, x.at DESC LIMIT 500",
        client_id=client_id,
        agent_id=agent_id,
    )
    return [Measured.from_row(row) for row in rows]


def mean_boot(tx: Tx, client_id: int) -> float | None:
    """How many seconds a client's replicas took to be ready, on average; None when none was."""
    return tx.one("SELECT AVG(boot_time_seconds) AS seconds FROM replica_instances WHERE client_id = %(id)s", id=client_id)["seconds"]


def per_day(tx: Tx, client_id: int, days: int) -> list[dict]:
    return tx.all(
        "SELECT DATE_FORMAT(started_at, '%%Y-%%m-%%d') AS day, cause, COUNT(*) AS switches, SUM(success = 1) AS succeeded"
        " FROM switches WHERE client_id = %(id)s AND state <> 'dry_run' AND started_at >= UTC_TIMESTAMP(6) - INTERVAL %(days)s DAY"
        " GROUP BY day, cause ORDER BY day, cause",
        id=client_id,
        days=days,
    )
