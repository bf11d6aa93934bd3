"""Alert rules people made, what has come of all rules, and the figures they watch: each with its entity and its time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.database import Tx
from core.domain.alert import Reading, Rule


def own_rules(tx: Tx) -> list[Rule]:
    """The enabled rules of active clients."""
    rows = tx.all(
        "SELECT CONCAT('alert:', a.id) AS `key`, a.name, a.metric, a.entity_id AS entity, a.operator, a.threshold, a.severity, a.client_id"
        " FROM alerts a JOIN clients c ON c.id = a.client_id AND c.status = 'active' WHERE a.is_enabled = 1 ORDER BY a.id"
    )
    return [Rule.from_row(row) for row in rows]


def of_client(tx: Tx, client_id: int) -> list[dict]:
    return tx.all("SELECT * FROM alerts WHERE client_id = %(client_id)s ORDER BY id", client_id=client_id)


def by_uuid(tx: Tx, client_id: int, uuid: str) -> dict | None:
    return tx.one("SELECT * FROM alerts WHERE client_id = %(client_id)s AND uuid = %(uuid)s", client_id=client_id, uuid=uuid)


def insert(tx: Tx, client_id: int, uuid: str, rule: Mapping[str, Any], now: datetime) -> int:
    return tx.insert(
        "INSERT INTO alerts (uuid, client_id, name, metric, entity_id, operator, threshold, severity, is_enabled, created_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(name)s, %(metric)s, %(entity_id)s, %(operator)s, %(threshold)s, %(severity)s, %(is_enabled)s, %(now)s)",
        uuid=uuid, client_id=client_id, now=now, **rule,
    )  # fmt: skip


def set_enabled(tx: Tx, alert_id: int, on: bool) -> None:
    tx.execute("UPDATE alerts SET is_enabled = %(on)s WHERE id = %(id)s", id=alert_id, on=on)


def delete(tx: Tx, alert_id: int) -> None:
    tx.execute("DELETE FROM alerts WHERE id = %(id)s", id=alert_id)


def events_of_client(tx: Tx, client_id: int, is_open: bool | None, limit: int) -> list[dict]:
    return tx.all(
        "SELECT uuid, rule_key, entity_id, metric, operator, threshold_value, current_value, severity, triggered_at, resolved_at, resolution_value"
        " FROM alert_events WHERE client_id = %(client_id)s AND (%(is_open)s IS NULL OR (open_slot IS NOT NULL) = %(is_open)s)"
        " ORDER BY id DESC LIMIT %(limit)s",
        client_id=client_id, is_open=is_open, limit=limit,
    )  # fmt: skip


def open_event(tx: Tx, key: str, client_id: int, entity: str) -> dict | None:
    return tx.one(
        "SELECT * FROM alert_events WHERE rule_key = %(key)s AND client_id = %(client_id)s AND entity_id = %(entity)s AND open_slot = 1",
        key=key, client_id=client_id, entity=entity,
    )  # fmt: skip


def begin(tx: Tx, rule: Rule, reading: Reading, *, uuid: str, now: datetime) -> int:
    """1 for whoever was first: one unresolved event per rule and entity (INV-16)."""
    return tx.execute(
        "INSERT IGNORE INTO alert_events (uuid, rule_key, client_id, entity_id, metric, operator, threshold_value, current_value, severity,"
        " triggered_at) VALUES (%(uuid)s, %(key)s, %(client_id)s, %(entity)s, %(metric)s, %(operator)s, %(threshold)s, %(value)s,"
        " %(severity)s, %(now)s)",
        uuid=uuid, key=rule.key, client_id=reading.client_id, entity=reading.entity, metric=rule.metric, operator=rule.operator,
        threshold=rule.threshold, value=reading.value, severity=rule.severity, now=now,
    )  # fmt: skip


def set_told(tx: Tx, event_id: int, now: datetime) -> int:
    """1 when nobody had been told of it."""
    return tx.execute("UPDATE alert_events SET told_at = %(now)s WHERE id = %(id)s AND told_at IS NULL", id=event_id, now=now)


def resolve(tx: Tx, event_id: int, value: float | None, now: datetime) -> int:
    """1 when it was open; ``value`` is None where the thing itself is no more."""
    return tx.execute(
        "UPDATE alert_events SET open_slot = NULL, resolved_at = %(now)s, resolution_value = %(value)s WHERE id = %(id)s AND open_slot = 1",
        id=event_id, value=value, now=now,
    )  # fmt: skip


def open_of_rule(tx: Tx, key: str) -> list[dict]:
    return tx.all("SELECT * FROM alert_events WHERE rule_key = %(key)s AND open_slot = 1", key=key)


def open_keys(tx: Tx) -> set[str]:
    return {row["rule_key"] for row in tx.all("SELECT DISTINCT rule_key FROM alert_events WHERE open_slot = 1")}


def event_queue_silent_seconds(tx: Tx) -> list[dict]:
    return tx.all(
        "SELECT q.client_id, CONCAT(a.aws_account_id, ':', q.region) AS entity,"
        " TIMESTAMPDIFF(SECOND, q.polled_at, UTC_TIMESTAMP(6)) AS value, UTC_TIMESTAMP(6) AS at"
        " FROM event_queues q JOIN accounts a ON a.id = q.account_id AND a.is_active = 1 WHERE q.polled_at IS NOT NULL"
    )


def dead_letters_per_day(tx: Tx) -> list[dict]:
    """Zero where there were some before: that resolves."""
    return tx.all(
        "SELECT COALESCE(client_id, 0) AS client_id, channel AS entity,"
        " SUM(received_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY) AS value, UTC_TIMESTAMP(6) AS at FROM dead_letters GROUP BY 1, 2"
    )


def downtime_seconds(tx: Tx) -> list[dict]:
    """Unplanned seconds of this month, of every active client."""
    return tx.all(
        "SELECT c.id AS client_id, 'downtime' AS entity, COALESCE(SUM(d.duration_seconds), 0) AS value, UTC_TIMESTAMP(6) AS at FROM clients c"
        " LEFT JOIN downtime_logs d ON d.client_id = c.id AND d.cause <> 'planned'"
        " AND d.start_time >= DATE_FORMAT(UTC_TIMESTAMP(), '%%Y-%%m-01') WHERE c.status = 'active' GROUP BY c.id",
    )


def oldest_order_seconds(tx: Tx) -> list[dict]:
    """Of every client that has ordered anything within a day; 0 when nothing waits."""
    return tx.all(
        "SELECT client_id, 'orders' AS entity, COALESCE(MAX(IF(state = 'pending' AND next_run_at <= UTC_TIMESTAMP(6),"
        " TIMESTAMPDIFF(SECOND, next_run_at, UTC_TIMESTAMP(6)), 0)), 0) AS value, UTC_TIMESTAMP(6) AS at FROM actions"
        " WHERE state = 'pending' OR created_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY GROUP BY client_id"
    )


def host_end_failures(tx: Tx) -> list[dict]:
    """How often hosts failed to end each machine that is marked for its end."""
    return tx.all(
        "SELECT i.client_id, i.ec2_instance_id AS entity, COUNT(x.id) AS value, UTC_TIMESTAMP(6) AS at FROM instances i"
        " JOIN actions x ON x.instance_id = i.id AND x.kind = 'terminate' AND x.state = 'failed'"
        " WHERE i.terminate_requested_at IS NOT NULL AND i.ended_at IS NULL GROUP BY i.client_id, i.ec2_instance_id"
    )


def spot_price(tx: Tx) -> list[dict]:
    """USD per hour of every pool; the rule's owner may watch any."""
    return tx.all("SELECT -1 AS client_id, pool_id AS entity, price AS value, updated_at AS at FROM spot_pools WHERE price IS NOT NULL")
