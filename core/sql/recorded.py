"""What was recorded of a region and of a client's own machines there, for replays."""

from datetime import datetime

from core.database import Tx
from core.domain.pools import LONG_AGO, Pool


def spans(tx: Tx, client_id: int) -> list[dict]:
    """Per region of a client's workloads: how many they are, and from when to when prices are known."""
    return tx.all(
        "SELECT w.region, w.workloads, COUNT(x.pool_id) AS pools, MIN(x.first_at) AS first_at, MAX(x.last_at) AS last_at"
        " FROM (SELECT i.region, COUNT(*) AS workloads FROM agents a JOIN instances i ON i.id = a.primary_instance_id"
        "   WHERE a.client_id = %(client_id)s AND a.status = 'active' AND a.enabled = 1 GROUP BY i.region) w"
        " LEFT JOIN spot_pools p ON p.region = w.region"
        " LEFT JOIN (SELECT pool_id, MIN(observed_at) AS first_at, MAX(observed_at) AS last_at FROM spot_price_snapshots GROUP BY pool_id"
        "   UNION ALL SELECT s.pool_id, MIN(c.bucket_at), MAX(c.bucket_at) FROM pricing_consolidated c"
        "   JOIN price_series s ON s.pool_no = c.pool_no GROUP BY s.pool_id) x ON x.pool_id = p.pool_id"
        " GROUP BY w.region, w.workloads ORDER BY w.workloads DESC, w.region",
        client_id=client_id,
    )


def pools(tx: Tx, region: str) -> list[Pool]:
    """Every pool of a region without price and without memory."""
    rows = tx.all(
        "SELECT p.pool_id, p.region, p.az_id, p.instance_type, p.vcpus, p.memory_mib, p.arch, t.gpus, t.ebs_mbps, t.instance_store_gib"
        " FROM spot_pools p LEFT JOIN instance_types t ON t.instance_type = p.instance_type WHERE p.region = %(region)s ORDER BY p.pool_id",
        region=region,
    )
    none = {"price": None, "ice_until": LONG_AGO, "danger_until": LONG_AGO, "poisoned_until": LONG_AGO, "is_stale": False, "price_age_seconds": 0}
    return [Pool.from_row({**row, **none}) for row in rows]


def consolidated(tx: Tx, pool_ids: list[str], since: datetime, until: datetime) -> list[dict]:
    """Each pool's consolidated prices as text: seconds since 1970 and dollars, in turns."""
    tx.execute("SET SESSION group_concat_max_len = 4294967295")
    return tx.all(
        "SELECT s.pool_id, GROUP_CONCAT(UNIX_TIMESTAMP(c.bucket_at), ',', c.price ORDER BY c.bucket_at) AS told FROM price_series s"
        " JOIN pricing_consolidated c ON c.pool_no = s.pool_no"
        " WHERE s.pool_id IN %(pools)s AND c.bucket_at >= %(since)s AND c.bucket_at < %(until)s GROUP BY s.pool_id",
        pools=pool_ids, since=since, until=until,
    )  # fmt: skip


def published(tx: Tx, pool_ids: list[str], since: datetime, until: datetime) -> list[dict]:
    """The same of AWS's own list, as it was fetched or imported: changes, and the price in force when the span begins."""
    tx.execute("SET SESSION group_concat_max_len = 4294967295")
    return tx.all(
        "SELECT pool_id, GROUP_CONCAT(FLOOR(UNIX_TIMESTAMP(observed_at)), ',', price ORDER BY observed_at) AS told FROM spot_price_snapshots"
        " WHERE pool_id IN %(pools)s AND observed_at >= %(since)s AND observed_at < %(until)s AND source <> 'agent' GROUP BY pool_id",
        pools=pool_ids, since=since, until=until,
    )  # fmt: skip


def on_demand(tx: Tx, region: str) -> dict[str, float]:
    """USD per hour of each type, for Linux."""
    rows = tx.all("SELECT instance_type, price FROM ondemand_prices WHERE region = %(region)s AND product = 'linux'", region=region)
    return {row["instance_type"]: float(row["price"]) for row in rows}


def sightings(tx: Tx, region: str, since: datetime, until: datetime) -> list[dict]:
    """What was seen of a region's pools, oldest first within a pool."""
    return tx.all(
        "SELECT o.pool_id, o.kind, o.at FROM pool_observations o JOIN spot_pools p ON p.pool_id = o.pool_id"
        " WHERE p.region = %(region)s AND o.at >= %(since)s AND o.at < %(until)s ORDER BY o.pool_id, o.at, o.id",
        region=region, since=since, until=until,
    )  # fmt: skip


def notices(tx: Tx, client_id: int, region: str, since: datetime, until: datetime) -> list[dict]:
    """Notices for a client's own Spot machines: the first sighting of each kind, and AWS's time."""
    return tx.all(
        "SELECT i.pool_id, n.kind, MIN(n.received_at) AS at, MAX(n.action_time) AS action_time FROM notices n"
        " JOIN instances i ON i.ec2_instance_id = n.ec2_instance_id"
        " WHERE i.client_id = %(client_id)s AND i.region = %(region)s AND i.lifecycle = 'spot' AND i.pool_id IS NOT NULL"
        " AND n.kind IN ('rebalance', 'termination') AND n.received_at >= %(since)s AND n.received_at < %(until)s"
        " GROUP BY n.ec2_instance_id, i.pool_id, n.kind ORDER BY at, n.ec2_instance_id, n.kind",
        client_id=client_id, region=region, since=since, until=until,
    )  # fmt: skip


def trainings(tx: Tx, until: datetime) -> list[dict]:
    """What each training of the risk left, oldest first."""
    return tx.all("SELECT trained_at, is_active, params FROM risk_models WHERE trained_at < %(until)s ORDER BY id", until=until)


def ranks(tx: Tx, region: str) -> list[dict]:
    """The Spot Advisor's bucket of each type, and the day of the snapshot."""
    return tx.all("SELECT instance_type, bucket, snapshot_date FROM interruption_rates WHERE region = %(region)s AND os = 'Linux'", region=region)


def workloads(tx: Tx, client_id: int, region: str, at: datetime) -> list[dict]:
    """A client's workloads of a region, with the machine that was PRIMARY at a time, else the first one after it."""
    return tx.all(
        "SELECT a.id, a.logical_name, a.account_id, i.instance_type, i.az_id, i.pool_id, i.lifecycle FROM agents a"
        " JOIN instances here ON here.id = a.primary_instance_id"
        " JOIN instances i ON i.id = COALESCE("
        "   (SELECT h.instance_id FROM instance_history h JOIN instances x ON x.id = h.instance_id"
        "     WHERE x.agent_id = a.id AND h.to_role = 'PRIMARY' AND h.at <= %(at)s ORDER BY h.id DESC LIMIT 1),"
        "   (SELECT h.instance_id FROM instance_history h JOIN instances x ON x.id = h.instance_id"
        "     WHERE x.agent_id = a.id AND h.to_role = 'PRIMARY' ORDER BY h.id LIMIT 1), a.primary_instance_id)"
        " WHERE a.client_id = %(client_id)s AND a.status = 'active' AND a.enabled = 1 AND here.region = %(region)s ORDER BY a.logical_name, a.id",
        client_id=client_id, region=region, at=at,
    )  # fmt: skip


def boots(tx: Tx, client_id: int) -> list[float]:
    """How long the newest replicas took to be ready, in seconds."""
    rows = tx.all(
        "SELECT boot_time_seconds AS s FROM replica_instances WHERE client_id = %(client_id)s AND boot_time_seconds IS NOT NULL"
        " ORDER BY id DESC LIMIT 200",
        client_id=client_id,
    )
    return [float(row["s"]) for row in rows]


def handovers(tx: Tx, client_id: int) -> list[float]:
    """The newest measured gaps of handovers to a machine that stood ready, in seconds."""
    rows = tx.all(
        "SELECT i.downtime_seconds AS s FROM incidents i JOIN replica_instances r ON r.instance_id = i.successor_id"
        " WHERE i.client_id = %(client_id)s AND i.downtime_seconds IS NOT NULL AND r.ready_at <= i.promoted_at"
        " ORDER BY i.id DESC LIMIT 200",
        client_id=client_id,
    )
    return [float(row["s"]) for row in rows]


def decisions(tx: Tx, client_id: int, after: int, limit: int = 200) -> list[dict]:
    """A client's stored decisions with all they looked at, oldest first."""
    return tx.all(
        "SELECT id, uuid, inputs, output, created_at FROM ml_decisions WHERE client_id = %(client_id)s AND id > %(after)s ORDER BY id LIMIT %(limit)s",
        client_id=client_id, after=after, limit=limit,
    )  # fmt: skip


def clients_named(tx: Tx, named: str) -> list[int]:
    rows = tx.all("SELECT id FROM clients WHERE uuid = %(named)s OR email = %(named)s OR name = %(named)s ORDER BY id", named=named)
    return [row["id"] for row in rows]
