"""What people see of the market: pools with their prices then and now, who runs where, what happened there."""

from datetime import datetime

from core.database import Tx


def pools(tx: Tx, region: str | None, instance_type: str | None, before: datetime) -> list[dict]:
    """Every pool with its price, the one of ``before`` (a whole bucket), the price list's, and how many agents run in it."""
    return tx.all(
        "SELECT p.pool_id, p.region, p.az_id, p.instance_type, p.vcpus, p.memory_mib, p.arch, p.price, p.price_at, p.updated_at,"
        " p.updated_at < UTC_TIMESTAMP(6) - INTERVAL 300 SECOND AS is_stale, o.price AS on_demand_price, c.price AS price_before,"
        " (SELECT COUNT(*) FROM agents a JOIN instances i ON i.id = a.primary_instance_id WHERE i.pool_id = p.pool_id AND a.status = 'active')"
        " AS agents"
        " FROM spot_pools p LEFT JOIN ondemand_prices o ON o.region = p.region AND o.instance_type = p.instance_type AND o.product = 'linux'"
        " LEFT JOIN price_series s ON s.pool_id = p.pool_id"
        " LEFT JOIN pricing_consolidated c ON c.pool_no = s.pool_no AND c.bucket_at = %(before)s"
        " WHERE (%(region)s IS NULL OR p.region = %(region)s) AND (%(type)s IS NULL OR p.instance_type = %(type)s) ORDER BY p.pool_id",
        region=region, type=instance_type, before=before,
    )  # fmt: skip


def pool(tx: Tx, pool_id: str) -> dict | None:
    return tx.one(
        "SELECT p.pool_id, p.region, p.instance_type, p.price, p.price_at, p.updated_at, o.price AS on_demand_price,"
        " p.updated_at < UTC_TIMESTAMP(6) - INTERVAL 300 SECOND AS is_stale FROM spot_pools p"
        " LEFT JOIN ondemand_prices o ON o.region = p.region AND o.instance_type = p.instance_type AND o.product = 'linux'"
        " WHERE p.pool_id = %(pool)s",
        pool=pool_id,
    )


def own_workloads(tx: Tx, client_id: int) -> dict[str, list[str]]:
    """The names of a client's workloads by the pool they run in."""
    rows = tx.all(
        "SELECT i.pool_id, a.logical_name FROM agents a JOIN instances i ON i.id = a.primary_instance_id"
        " WHERE a.client_id = %(client)s AND a.status = 'active' AND i.pool_id IS NOT NULL ORDER BY a.logical_name",
        client=client_id,
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["pool_id"], []).append(row["logical_name"])
    return found


def regions(tx: Tx, client_id: int) -> list[str]:
    """Where a client has machines, the most first; then where it has an account."""
    rows = tx.all(
        "SELECT region, COUNT(*) AS n FROM instances WHERE client_id = %(client)s GROUP BY region ORDER BY n DESC, region", client=client_id
    )
    return [row["region"] for row in rows]


def instance(tx: Tx, client_id: int, uuid: str) -> dict | None:
    return tx.one("SELECT * FROM instances WHERE client_id = %(client)s AND uuid = %(uuid)s", client=client_id, uuid=uuid)


def az_id_of(tx: Tx, client_id: int, az: str) -> str | None:
    """What an AZ's name means in this client's account, as its own machines told."""
    row = tx.one(
        "SELECT az_id FROM instances WHERE client_id = %(client)s AND az = %(az)s AND az_id IS NOT NULL ORDER BY id DESC LIMIT 1",
        client=client_id,
        az=az,
    )
    return row and row["az_id"]


def notices(tx: Tx, client_id: int, pool_id: str, since: datetime) -> list[dict]:
    """Notices for a client's own machines in a pool."""
    return tx.all(
        "SELECT n.received_at AS at, n.kind, i.ec2_instance_id, a.logical_name FROM notices n"
        " JOIN instances i ON i.ec2_instance_id = n.ec2_instance_id LEFT JOIN agents a ON a.id = i.agent_id"
        " WHERE i.client_id = %(client)s AND i.pool_id = %(pool)s AND n.received_at >= %(since)s ORDER BY n.received_at LIMIT 200",
        client=client_id, pool=pool_id, since=since,
    )  # fmt: skip


def switches(tx: Tx, client_id: int, pool_id: str, since: datetime) -> list[dict]:
    """When a client's workload came into a pool or left it."""
    return tx.all(
        "SELECT h.at, h.to_role, i.ec2_instance_id, a.logical_name FROM instance_history h"
        " JOIN instances i ON i.id = h.instance_id LEFT JOIN agents a ON a.id = i.agent_id"
        " WHERE i.client_id = %(client)s AND i.pool_id = %(pool)s AND h.at >= %(since)s"
        " AND (h.to_role = 'PRIMARY' OR h.from_role = 'PRIMARY') ORDER BY h.at LIMIT 200",
        client=client_id, pool=pool_id, since=since,
    )  # fmt: skip
