"""A client's placement policy, the engine's settings, and who stands where."""

from datetime import datetime

from core.database import Tx
from core.domain.decision.engine import Placement


def of_client(tx: Tx, client_id: int) -> Placement:
    """What the client set, else the product's own."""
    row = tx.one("SELECT * FROM placement_policies WHERE client_id = %(id)s", id=client_id)
    if row is None:
        return Placement()
    lists = {"allow": tuple(row["allow_types"].split()), "deny": tuple(row["deny_types"].split())}
    return Placement(row["max_share_pct"], row["price_increase_pct"], row["price_weight"], **lists)


def write(tx: Tx, client_id: int, placement: Placement, by: str, now: datetime) -> None:
    tx.execute(
        "INSERT INTO placement_policies (client_id, max_share_pct, price_increase_pct, price_weight, allow_types, deny_types, set_by, set_at)"
        " VALUES (%(client_id)s, %(share)s, %(increase)s, %(weight)s, %(allow)s, %(deny)s, %(by)s, %(now)s)"
        " ON DUPLICATE KEY UPDATE max_share_pct = VALUES(max_share_pct), price_increase_pct = VALUES(price_increase_pct),"
        " price_weight = VALUES(price_weight), allow_types = VALUES(allow_types), deny_types = VALUES(deny_types),"
        " set_by = VALUES(set_by), set_at = VALUES(set_at)",
        client_id=client_id, share=placement.max_share_pct, increase=placement.price_increase_pct, weight=placement.price_weight,
        allow=" ".join(placement.allow), deny=" ".join(placement.deny), by=by[:64], now=now,
    )  # fmt: skip


def stands(tx: Tx, client_id: int, region: str) -> list[dict]:
    """Where a client's workloads stand, and where an approved or approvable plan takes them; On-Demand has no pool (NULL)."""
    return tx.all(
        "SELECT a.id AS agent_id, IF(i.lifecycle = 'spot', i.pool_id, NULL) AS pool_id, p.target_pool_id AS target_pool_id"
        " FROM agents a JOIN instances i ON i.id = a.primary_instance_id"
        " LEFT JOIN plans p ON p.open_slot = a.id AND p.mode IN ('approve', 'auto')"
        " WHERE a.client_id = %(client_id)s AND a.status = 'active' AND i.region = %(region)s",
        client_id=client_id,
        region=region,
    )


def active_settings(tx: Tx) -> dict | None:
    return tx.one("SELECT * FROM decision_settings WHERE active_slot = 1")


def retire_settings(tx: Tx) -> int:
    return tx.execute("UPDATE decision_settings SET status = 'retired' WHERE active_slot = 1")


def insert_settings(tx: Tx, *, uuid: str, name: str, settings: str, sha256: bytes, by: str, now: datetime) -> int:
    return tx.insert(
        "INSERT INTO decision_settings (uuid, name, settings, sha256, status, uploaded_by, uploaded_at)"
        " VALUES (%(uuid)s, %(name)s, %(settings)s, %(sha256)s, 'active', %(by)s, %(now)s)",
        uuid=uuid, name=name, settings=settings, sha256=sha256, by=by[:64], now=now,
    )  # fmt: skip
