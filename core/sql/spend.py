"""What runs now and what it costs, over a client's machines."""

from core.database import Tx


def running(tx: Tx, client_id: int) -> list[dict]:
    """Every machine that is billed now, with its present price; NULL where no price is known."""
    return tx.all(
        "SELECT i.instance_type, i.az_id, i.lifecycle, i.role, IF(i.lifecycle = 'spot', s.price, o.price) AS price, o.price AS on_demand,"
        " COALESCE(IF(i.lifecycle = 'spot', s.updated_at, o.updated_at) < UTC_TIMESTAMP(6) - INTERVAL 30 MINUTE, 1) AS stale"
        " FROM instances i LEFT JOIN spot_pools s ON s.pool_id = i.pool_id"
        " LEFT JOIN ondemand_prices o ON o.region = i.region AND o.instance_type = i.instance_type AND o.product = 'linux'"
        " WHERE i.client_id = %(id)s AND i.ec2_instance_id IS NOT NULL AND i.ended_at IS NULL AND COALESCE(i.role, '') <> 'TERMINATED'",
        id=client_id,
    )


def modes(tx: Tx, client_id: int) -> list[dict]:
    """How many agents live in each mode."""
    return tx.all(
        "SELECT CASE WHEN a.enabled = 0 THEN 'observe' WHEN c.manual_replica_enabled = 1 THEN 'manual_replica'"
        " WHEN c.auto_switch_enabled = 1 THEN 'auto_switch' ELSE 'off' END AS mode, COUNT(*) AS agents"
        " FROM agents a JOIN agent_configs c ON c.agent_id = a.id WHERE a.client_id = %(id)s AND a.status = 'active' GROUP BY mode",
        id=client_id,
    )
