"""What the administrator reads of all clients at once."""

from datetime import datetime

from core.database import Tx


def totals(tx: Tx) -> dict:
    """Over all clients. ``switches`` counts committed promotions, ``net_micros`` sums the ledger (NULL: nothing is booked)."""
    return tx.one(
        "SELECT (SELECT COUNT(*) FROM clients WHERE status <> 'deleted') AS clients,"
        " (SELECT COUNT(*) FROM agents WHERE status <> 'deregistered') AS agents,"
        " (SELECT COALESCE(SUM(epoch), 0) FROM agents) AS switches,"
        " (SELECT COUNT(*) FROM incidents WHERE open_slot = 1) AS open_incidents,"
        " (SELECT SUM(IF(line = 'baseline', micros, 0)) - SUM(IF(line = 'baseline', 0, micros)) FROM v_ledger_sums) AS net_micros"
    )


def spend(tx: Tx) -> dict:
    """What the machines that run cost per hour, as far as their price is known (NULL: none is), and how many have none."""
    return tx.one(
        "SELECT SUM(price) AS usd_per_hour, COALESCE(SUM(price IS NULL), 0) AS unpriced_instances FROM"
        " (SELECT CASE WHEN i.lifecycle = 'spot' THEN s.price ELSE o.price END AS price FROM instances i"
        "   LEFT JOIN spot_pools s ON s.pool_id = i.pool_id"
        "   LEFT JOIN ondemand_prices o ON o.region = i.region AND o.instance_type = i.instance_type AND o.product = 'linux'"
        "   WHERE i.role IN ('PRIMARY', 'REPLICA', 'ZOMBIE') AND i.ec2_instance_id IS NOT NULL AND i.ended_at IS NULL) AS live"
    )


def instances_by_role(tx: Tx) -> dict[str, int]:
    rows = tx.all("SELECT role, COUNT(*) AS n FROM instances WHERE role IS NOT NULL GROUP BY role")
    return {row["role"]: row["n"] for row in rows}


def clients(tx: Tx, *, status: str | None, q: str | None, before: int | None, limit: int) -> list[dict]:
    """Clients with what they have, the newest first. Last activity: of its hosts, its people and its token."""
    return tx.all(
        "SELECT c.id, c.uuid, c.name, c.email, c.status, c.created_at,"
        " (SELECT COUNT(*) FROM agents a WHERE a.client_id = c.id AND a.status = 'active') AS agents,"
        " (SELECT COUNT(*) FROM instances i WHERE i.client_id = c.id AND i.role IN ('PRIMARY', 'REPLICA', 'ZOMBIE')) AS instances,"
        " (SELECT COUNT(*) FROM incidents x WHERE x.client_id = c.id AND x.open_slot = 1) AS open_incidents,"
        " l.net_micros,"
        " NULLIF(GREATEST(COALESCE((SELECT MAX(h.contact_at) FROM agent_heartbeats h WHERE h.client_id = c.id), '2000-01-01'),"
        "  COALESCE((SELECT MAX(s.created_at) FROM sessions s WHERE s.client_id = c.id), '2000-01-01')), '2000-01-01') AS last_activity_at"
        " FROM clients c LEFT JOIN (SELECT client_id, SUM(IF(line = 'baseline', micros, 0)) - SUM(IF(line = 'baseline', 0, micros)) AS net_micros"
        "  FROM v_ledger_sums GROUP BY client_id) AS l ON l.client_id = c.id WHERE (%(status)s IS NULL OR c.status = %(status)s)"
        " AND (%(q)s IS NULL OR INSTR(c.name, %(q)s) > 0 OR INSTR(c.email, %(q)s) > 0)"
        " AND (%(before)s IS NULL OR c.id < %(before)s) ORDER BY c.id DESC LIMIT %(limit)s",
        status=status, q=q, before=before, limit=limit,
    )  # fmt: skip


def tokens_of(tx: Tx, client_ids: list[int]) -> list[dict]:
    """The live API tokens of some clients, without their secrets, the newest first."""
    if not client_ids:
        return []
    return tx.all(
        "SELECT client_id, prefix, scopes, created_at, expires_at, last_used_at FROM api_tokens WHERE client_id IN %(ids)s"
        " AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > UTC_TIMESTAMP(6)) ORDER BY id DESC",
        ids=client_ids,
    )


def new_clients(tx: Tx, days: int) -> list[dict]:
    """How many clients came on each of the last days (UTC); days without any are left out."""
    return tx.all(
        "SELECT DATE_FORMAT(created_at, '%%Y-%%m-%%d') AS day, COUNT(*) AS n FROM clients"
        " WHERE created_at >= DATE(UTC_TIMESTAMP()) - INTERVAL %(days)s DAY GROUP BY DATE_FORMAT(created_at, '%%Y-%%m-%%d')",
        days=days - 1,
    )


def clients_before(tx: Tx, at: datetime) -> int:
    return tx.one("SELECT COUNT(*) AS n FROM clients WHERE created_at < %(at)s", at=at)["n"]


def instances(tx: Tx, *, client: str | None, region: str | None, type: str | None, role: str | None, state: str | None,
              auth_status: str | None, before: int | None, limit: int) -> list[dict]:  # fmt: skip
    return tx.all(
        "SELECT i.*, a.uuid AS agent_uuid, a.logical_name, c.uuid AS client_uuid, c.name AS client_name,"
        " IF(s.updated_at < UTC_TIMESTAMP(6) - INTERVAL 300 SECOND, s.price * 1.1, s.price) AS spot_price,"
        " COALESCE(s.updated_at < UTC_TIMESTAMP(6) - INTERVAL 300 SECOND, 0) AS price_is_stale,"
        " o.price AS on_demand_price FROM instances i JOIN clients c ON c.id = i.client_id LEFT JOIN agents a ON a.id = i.agent_id"
        " LEFT JOIN spot_pools s ON s.pool_id = i.pool_id"
        " LEFT JOIN ondemand_prices o ON o.region = i.region AND o.instance_type = i.instance_type AND o.product = 'linux'"
        " WHERE (%(client)s IS NULL OR c.uuid = %(client)s) AND (%(region)s IS NULL OR i.region = %(region)s)"
        " AND (%(type)s IS NULL OR i.instance_type = %(type)s) AND (%(role)s IS NULL OR i.role = %(role)s)"
        " AND (%(state)s IS NULL OR i.state = %(state)s) AND (%(auth)s IS NULL OR i.auth_status = %(auth)s)"
        " AND (%(before)s IS NULL OR i.id < %(before)s) ORDER BY i.id DESC LIMIT %(limit)s",
        client=client, region=region, type=type, role=role, state=state, auth=auth_status, before=before, limit=limit,
    )  # fmt: skip


def agents(tx: Tx, *, status: str | None, presence: str | None, before: int | None, limit: int) -> list[dict]:
    """Agents with the silence of their PRIMARY's host in seconds; presence as in core/domain/presence.py (60 and 120 s)."""
    return tx.all(
        "SELECT * FROM (SELECT a.id, a.uuid, a.logical_name, a.hostname, a.status, a.enabled, a.epoch, a.agent_version, a.protocol,"
        "  a.created_at, c.uuid AS client_uuid, c.name AS client_name, h.received_at, h.contact_at, h.serving, h.clock_skew_ms, h.spooled,"
        "  TIMESTAMPDIFF(MICROSECOND, h.received_at, UTC_TIMESTAMP(6)) / 1000000 AS heartbeat_age_seconds,"
        "  CASE WHEN h.contact_at IS NULL THEN 'never'"
        "   WHEN h.contact_at < UTC_TIMESTAMP(6) - INTERVAL 120 SECOND THEN 'offline'"
        "   WHEN h.contact_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND THEN 'late' ELSE 'online' END AS presence"
        "  FROM agents a JOIN clients c ON c.id = a.client_id LEFT JOIN agent_heartbeats h ON h.instance_id = a.primary_instance_id"
        "  WHERE (%(status)s IS NULL OR a.status = %(status)s) AND (%(before)s IS NULL OR a.id < %(before)s)) AS agent"
        " WHERE (%(presence)s IS NULL OR presence = %(presence)s) ORDER BY id DESC LIMIT %(limit)s",
        status=status, presence=presence, before=before, limit=limit,
    )  # fmt: skip


def emergencies_by_day(tx: Tx, days: int) -> list[dict]:
    """Days, kinds and outcomes with their counts and the slowest promotion, over all clients; the newest day first."""
    return tx.all(
        "SELECT DATE_FORMAT(day, '%%Y-%%m-%%d') AS day, kind, outcome, SUM(events) AS events, MAX(promote_seconds_max) AS promote_seconds_max"
        " FROM v_emergency_events_daily"
        " WHERE day >= DATE(UTC_TIMESTAMP()) - INTERVAL %(days)s DAY GROUP BY day, kind, outcome ORDER BY day DESC, kind, outcome",
        days=days - 1,
    )


def emergencies(tx: Tx, days: int, limit: int) -> list[dict]:
    return tx.all(
        "SELECT i.*, a.uuid AS agent_uuid, a.logical_name, c.uuid AS client_uuid, c.name AS client_name,"
        " e.kind, e.promote_seconds FROM incidents i JOIN v_emergency_events e ON e.id = i.id LEFT JOIN agents a ON a.id = i.agent_id LEFT JOIN clients c ON c.id = i.client_id"
        " WHERE i.opened_at >= DATE(UTC_TIMESTAMP()) - INTERVAL %(days)s DAY ORDER BY i.id DESC LIMIT %(limit)s",
        days=days - 1, limit=limit,
    )  # fmt: skip


def promotion_times(tx: Tx, days: int) -> list[float]:
    """Seconds from the notice of an interruption to the promotion, ascending."""
    rows = tx.all(
        "SELECT promote_seconds FROM v_emergency_events WHERE promote_seconds IS NOT NULL"
        " AND opened_at >= DATE(UTC_TIMESTAMP()) - INTERVAL %(days)s DAY ORDER BY promote_seconds",
        days=days - 1,
    )
    return [row["promote_seconds"] for row in rows]


def rebalances(tx: Tx, days: int) -> dict:
    """Rebalance recommendations whose end is known, and how many of them came to nothing."""
    return tx.one(
        "SELECT COUNT(*) AS ended, COALESCE(SUM(notice_rank < 2 AND outcome = 'expired'), 0) AS false_alarms FROM incidents"
        " WHERE cause = 'rebalance' AND closed_at IS NOT NULL AND opened_at >= DATE(UTC_TIMESTAMP()) - INTERVAL %(days)s DAY",
        days=days - 1,
    )
