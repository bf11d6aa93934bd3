"""The savings ledger: facts it is booked from, its lines, the prices it fixes."""

from datetime import datetime

from core.database import Tx


def spot_price(tx: Tx, pool_id: str) -> dict | None:
    return tx.one("SELECT price, updated_at FROM spot_pools WHERE pool_id = %(id)s", id=pool_id)


def span(tx: Tx) -> dict:
    """The first moment there is something to book, and the last hour that is wholly booked; NULL where there is none."""
    return tx.one("SELECT (SELECT MIN(created_at) FROM agents) AS first, (SELECT MAX(hour) FROM ledger_hours) AS closed")


def close_hour(tx: Tx, hour: datetime) -> int:
    """0 when it was closed before."""
    return tx.execute("INSERT IGNORE INTO ledger_hours (hour, closed_at) VALUES (%(hour)s, UTC_TIMESTAMP(6))", hour=hour)


def add_to_months(tx: Tx, hour: datetime) -> int:
    """The lines of one hour into the sums of its month."""
    return tx.execute(
        "INSERT INTO ledger_months (client_id, agent_id, month, line, micros)"
        " SELECT client_id, agent_id, DATE(%(hour)s) - INTERVAL (DAYOFMONTH(%(hour)s) - 1) DAY, line, booked FROM"
        " (SELECT client_id, agent_id, line, SUM(micros) AS booked FROM savings_ledger WHERE hour = %(hour)s"
        "   GROUP BY client_id, agent_id, line) AS closing"
        " ON DUPLICATE KEY UPDATE micros = ledger_months.micros + VALUES(micros)",
        hour=hour,
    )


def machines(tx: Tx, start: datetime, end: datetime) -> list[dict]:
    """Every machine of an agent that was billed in part of [start, end), with the tags of its workload."""
    return tx.all(
        "SELECT i.id, i.client_id, i.account_id, i.agent_id, i.instance_type, i.region, i.pool_id, i.lifecycle, i.replica_of_id,"
        " COALESCE(i.launched_at, i.created_at) AS begin_at, i.ended_at, COALESCE(i.tags, f.tags) AS tags,"
        " f.instance_type AS registered_type, a.created_at AS registered_at"
        " FROM instances i JOIN agents a ON a.id = i.agent_id"
        " JOIN instances f ON f.id = (SELECT MIN(id) FROM instances WHERE agent_id = a.id)"
        " WHERE i.ec2_instance_id IS NOT NULL AND COALESCE(i.launched_at, i.created_at) < %(end)s"
        " AND (i.ended_at IS NULL OR i.ended_at > %(start)s) ORDER BY i.id",
        start=start,
        end=end,
    )


def role_changes(tx: Tx, start: datetime, end: datetime) -> list[dict]:
    """The roles of the same machines, oldest change first."""
    return tx.all(
        "SELECT h.instance_id, h.to_role, h.at FROM instance_history h JOIN instances i ON i.id = h.instance_id"
        " WHERE i.agent_id IS NOT NULL AND i.ec2_instance_id IS NOT NULL AND COALESCE(i.launched_at, i.created_at) < %(end)s"
        " AND (i.ended_at IS NULL OR i.ended_at > %(start)s) ORDER BY h.instance_id, h.id",
        start=start,
        end=end,
    )


def fix_price(tx: Tx, key: str, hour: datetime, usd: float, source: str, stale: bool) -> None:
    """The first price of an hour stands."""
    tx.execute(
        "INSERT IGNORE INTO ledger_prices (price_key, hour, usd_per_hour, data_source, stale)"
        " VALUES (%(key)s, %(hour)s, %(usd)s, %(source)s, %(stale)s)",
        key=key, hour=hour, usd=usd, source=source, stale=stale,
    )  # fmt: skip


def fixed_prices(tx: Tx, hour: datetime) -> list[dict]:
    return tx.all("SELECT price_key, usd_per_hour, data_source, stale FROM ledger_prices WHERE hour = %(hour)s", hour=hour)


def baselines(tx: Tx) -> list[dict]:
    return tx.all("SELECT agent_id, from_at, usd_per_hour, data_source, stale FROM savings_baselines ORDER BY agent_id, from_at")


def fix_baseline(tx: Tx, agent_id: int, from_at: datetime, instance_type: str, usd: float, source: str, stale: bool) -> None:
    tx.execute(
        "INSERT IGNORE INTO savings_baselines (agent_id, from_at, instance_type, usd_per_hour, data_source, stale)"
        " VALUES (%(agent_id)s, %(from_at)s, %(type)s, %(usd)s, %(source)s, %(stale)s)",
        agent_id=agent_id, from_at=from_at, type=instance_type, usd=usd, source=source, stale=stale,
    )  # fmt: skip


def write(tx: Tx, rows: list[tuple]) -> int:
    """Lines of (client, account, agent, instance, hour, line, debit, credit, seconds, price, micros, tags, source, stale, booked_at)."""
    return tx.insert_many(
        "INSERT INTO savings_ledger (client_id, account_id, agent_id, instance_id, hour, line, debit, credit, seconds, usd_per_hour,"
        " micros, tags, data_source, stale, booked_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE seconds = VALUES(seconds), usd_per_hour = VALUES(usd_per_hour), micros = VALUES(micros),"
        " data_source = VALUES(data_source), stale = VALUES(stale), booked_at = VALUES(booked_at)",
        rows,
    )


def sums_by_period(tx: Tx, client_id: int, start: datetime, end: datetime, shape: str) -> list[dict]:
    """``shape`` is how a period is named, as DATE_FORMAT writes it."""
    return tx.all(
        "SELECT DATE_FORMAT(hour, %(shape)s) AS period, line, SUM(micros) AS micros, MAX(stale) AS stale FROM savings_ledger"
        " WHERE client_id = %(id)s AND hour >= %(start)s AND hour < %(end)s GROUP BY period, line ORDER BY period, line",
        id=client_id, start=start, end=end, shape=shape,
    )  # fmt: skip


def sums_by_agent(tx: Tx, client_id: int, start: datetime, end: datetime) -> list[dict]:
    return tx.all(
        "SELECT a.logical_name AS name, a.uuid, l.line, SUM(l.micros) AS micros FROM savings_ledger l JOIN agents a ON a.id = l.agent_id"
        " WHERE l.client_id = %(id)s AND l.hour >= %(start)s AND l.hour < %(end)s GROUP BY a.id, a.logical_name, a.uuid, l.line",
        id=client_id, start=start, end=end,
    )  # fmt: skip


def sums_by_account(tx: Tx, client_id: int, start: datetime, end: datetime) -> list[dict]:
    return tx.all(
        "SELECT c.name, c.uuid, l.line, SUM(l.micros) AS micros FROM savings_ledger l JOIN accounts c ON c.id = l.account_id"
        " WHERE l.client_id = %(id)s AND l.hour >= %(start)s AND l.hour < %(end)s GROUP BY c.id, c.name, c.uuid, l.line",
        id=client_id, start=start, end=end,
    )  # fmt: skip


def sums_by_tag(tx: Tx, client_id: int, start: datetime, end: datetime, path: str) -> list[dict]:
    """By the value of one tag at booking time; what bears no such tag is a group of its own (name NULL)."""
    return tx.all(
        "SELECT JSON_UNQUOTE(JSON_EXTRACT(tags, %(path)s)) AS name, line, SUM(micros) AS micros FROM savings_ledger"
        " WHERE client_id = %(id)s AND hour >= %(start)s AND hour < %(end)s GROUP BY name, line",
        id=client_id, start=start, end=end, path=path,
    )  # fmt: skip


def net_of_agent(tx: Tx, agent_id: int) -> int | None:
    """Of all that was ever booked of it, in millionths of a dollar; None where nothing is."""
    row = tx.one(
        "SELECT SUM(IF(line = 'baseline', micros, 0)) - SUM(IF(line = 'baseline', 0, micros)) AS micros"
        " FROM v_ledger_sums WHERE agent_id = %(id)s",
        id=agent_id,
    )
    return row["micros"]


def lines(tx: Tx, client_id: int, start: datetime, end: datetime, before: int | None, limit: int) -> list[dict]:
    """Single lines, newest first."""
    return tx.all(
        "SELECT l.*, a.uuid AS agent_uuid, a.logical_name, i.ec2_instance_id FROM savings_ledger l JOIN agents a ON a.id = l.agent_id"
        " JOIN instances i ON i.id = l.instance_id WHERE l.client_id = %(id)s AND l.hour >= %(start)s AND l.hour < %(end)s"
        " AND (%(before)s IS NULL OR l.id < %(before)s) ORDER BY l.id DESC LIMIT %(limit)s",
        id=client_id, start=start, end=end, before=before, limit=limit,
    )  # fmt: skip


def own_machines(tx: Tx, client_id: int) -> set[str]:
    rows = tx.all("SELECT ec2_instance_id FROM instances WHERE client_id = %(id)s AND ec2_instance_id IS NOT NULL", id=client_id)
    return {row["ec2_instance_id"] for row in rows}


def write_bill(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (client, ec2 id, day, micros, source, imported_at); a day imported again is replaced."""
    return tx.insert_many(
        "INSERT INTO bill_lines (client_id, ec2_instance_id, day, micros, source, imported_at) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE micros = VALUES(micros), source = VALUES(source), imported_at = VALUES(imported_at)",
        rows,
    )


def booked_and_billed(tx: Tx, client_id: int, start: datetime, end: datetime) -> list[dict]:
    """Per day what the ledger says that machines cost, and what the bill says; NULL where one of them says nothing."""
    return tx.all(
        "SELECT day, MAX(booked) AS booked, MAX(billed) AS billed FROM ("
        "  SELECT DATE_FORMAT(hour, '%%Y-%%m-%%d') AS day, SUM(micros) AS booked, NULL AS billed FROM savings_ledger"
        "   WHERE client_id = %(id)s AND line <> 'baseline' AND hour >= %(start)s AND hour < %(end)s GROUP BY day"
        "  UNION ALL"
        "  SELECT DATE_FORMAT(day, '%%Y-%%m-%%d') AS day, NULL AS booked, SUM(micros) AS billed FROM bill_lines"
        "   WHERE client_id = %(id)s AND day >= %(start)s AND day < %(end)s GROUP BY day"
        " ) both_sides GROUP BY day ORDER BY day",
        id=client_id, start=start, end=end,
    )  # fmt: skip
