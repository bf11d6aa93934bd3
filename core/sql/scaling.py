"""Auto Scaling groups: who is a member, what was last seen of a group, and the exchanges under way."""

import json
from datetime import datetime

from core.database import Tx
from core.domain.scaling import Exchange

EXCHANGE = (
    "SELECT x.*, o.ec2_instance_id AS old_ec2_id, o.role AS old_role, n.ec2_instance_id AS new_ec2_id, n.az_id AS new_az_id, n.role AS new_role"
    " FROM group_exchanges x JOIN instances o ON o.id = x.old_instance_id JOIN instances n ON n.id = x.new_instance_id"
)


def set_member(tx: Tx, instance_id: int, name: str | None) -> int:
    """1 when that is news."""
    return tx.execute(
        "UPDATE instances SET asg_name = %(name)s WHERE id = %(id)s AND NOT (asg_name <=> %(name)s)", id=instance_id, name=name
    )


def looked_after(tx: Tx, account_id: int, region: str) -> list[dict]:
    """Machines of agents in a region, with the group each is known to be in, and whether its host was heard just now."""
    return tx.all(
        "SELECT i.id, i.agent_id, i.ec2_instance_id, i.asg_name,"
        " COALESCE(h.contact_at > UTC_TIMESTAMP(6) - INTERVAL 30 SECOND, 0) AS is_in_touch FROM instances i"
        " LEFT JOIN agent_heartbeats h ON h.instance_id = i.id WHERE i.account_id = %(account_id)s AND i.region = %(region)s"
        " AND i.role IN ('PRIMARY', 'REPLICA', 'ZOMBIE') AND i.ec2_instance_id IS NOT NULL",
        account_id=account_id,
        region=region,
    )


def places(tx: Tx) -> list[dict]:
    """Every account and region with machines of agents."""
    return tx.all(
        "SELECT DISTINCT i.account_id, i.region FROM instances i JOIN accounts a ON a.id = i.account_id AND a.is_active = 1"
        " WHERE i.role IN ('PRIMARY', 'REPLICA', 'ZOMBIE') AND i.ec2_instance_id IS NOT NULL ORDER BY i.account_id, i.region"
    )


def write_group(tx: Tx, *, account_id: int, client_id: int, region: str, name: str, minimum: int, maximum: int, desired: int,
                zones: str, rebalance: bool, now: datetime) -> None:  # fmt: skip
    tx.execute(
        "INSERT INTO scaling_groups (account_id, region, name, client_id, min_size, max_size, desired, zones, capacity_rebalance, seen_at)"
        " VALUES (%(account_id)s, %(region)s, %(name)s, %(client_id)s, %(minimum)s, %(maximum)s, %(desired)s, %(zones)s, %(rebalance)s, %(now)s)"
        " ON DUPLICATE KEY UPDATE min_size = VALUES(min_size), max_size = VALUES(max_size), desired = VALUES(desired), zones = VALUES(zones),"
        " capacity_rebalance = VALUES(capacity_rebalance), seen_at = VALUES(seen_at)",
        account_id=account_id, client_id=client_id, region=region, name=name, minimum=minimum, maximum=maximum, desired=desired,
        zones=zones, rebalance=int(rebalance), now=now,
    )  # fmt: skip


def write_hooks(tx: Tx, account_id: int, region: str, name: str, hooks: str) -> None:
    tx.execute(
        "UPDATE scaling_groups SET hooks = %(hooks)s WHERE account_id = %(account_id)s AND region = %(region)s AND name = %(name)s",
        account_id=account_id, region=region, name=name, hooks=hooks,
    )  # fmt: skip


def group(tx: Tx, account_id: int, region: str, name: str) -> dict | None:
    return tx.one(
        "SELECT * FROM scaling_groups WHERE account_id = %(account_id)s AND region = %(region)s AND name = %(name)s",
        account_id=account_id,
        region=region,
        name=name,
    )


def groups_of_client(tx: Tx, client_id: int) -> list[dict]:
    return tx.all(
        "SELECT g.*, a.aws_account_id FROM scaling_groups g JOIN accounts a ON a.id = g.account_id WHERE g.client_id = %(client_id)s"
        " ORDER BY g.name, g.region LIMIT 500",
        client_id=client_id,
    )


def members_of_client(tx: Tx, client_id: int) -> list[dict]:
    return tx.all(
        "SELECT i.account_id, i.region, i.asg_name, i.ec2_instance_id, i.role, a.uuid AS agent_uuid, a.logical_name FROM instances i"
        " JOIN agents a ON a.id = i.agent_id WHERE i.client_id = %(client_id)s AND i.asg_name IS NOT NULL"
        " AND i.role IN ('PRIMARY', 'REPLICA', 'ZOMBIE') ORDER BY i.id",
        client_id=client_id,
    )


def shown(tx: Tx, agent_id: int) -> dict | None:
    """The group of an agent's PRIMARY, or of the latest exchange, with what that came to; None where there never was one."""
    return tx.one(
        "SELECT COALESCE(p.asg_name, x.asg_name) AS name, g.min_size, g.max_size, g.desired, g.capacity_rebalance, g.seen_at,"
        " p.asg_name IS NOT NULL AS is_member, x.state AS exchange_state, x.sentence AS exchange_sentence"
        " FROM agents a JOIN instances p ON p.id = a.primary_instance_id"
        " LEFT JOIN group_exchanges x ON x.id = (SELECT MAX(id) FROM group_exchanges WHERE new_instance_id = p.id)"
        " LEFT JOIN scaling_groups g ON g.account_id = p.account_id AND g.region = p.region AND g.name = COALESCE(p.asg_name, x.asg_name)"
        " WHERE a.id = %(id)s AND COALESCE(p.asg_name, x.asg_name) IS NOT NULL",
        id=agent_id,
    )


def insert_exchange(tx: Tx, *, uuid: str, client_id: int, account_id: int, agent_id: int, incident_id: int | None, region: str, name: str,
                    old_id: int, new_id: int, sentence: str, since: datetime, now: datetime) -> int:  # fmt: skip
    return tx.insert(
        "INSERT INTO group_exchanges (uuid, client_id, account_id, agent_id, incident_id, region, asg_name, old_instance_id, new_instance_id,"
        " sentence, since_at, opened_at) VALUES (%(uuid)s, %(client_id)s, %(account_id)s, %(agent_id)s, %(incident_id)s, %(region)s, %(name)s,"
        " %(old_id)s, %(new_id)s, %(sentence)s, %(since)s, %(now)s)",
        uuid=uuid, client_id=client_id, account_id=account_id, agent_id=agent_id, incident_id=incident_id, region=region, name=name,
        old_id=old_id, new_id=new_id, sentence=sentence[:255], since=since, now=now,
    )  # fmt: skip


def exchange(tx: Tx, exchange_id: int) -> Exchange:
    return Exchange.from_row(tx.one(EXCHANGE + " WHERE x.id = %(id)s", id=exchange_id))


def open_exchanges(tx: Tx) -> list[Exchange]:
    rows = tx.all(EXCHANGE + " WHERE x.state = 'open' ORDER BY x.account_id, x.region, x.id LIMIT 500")
    return [Exchange.from_row(row) for row in rows]


def open_towards(tx: Tx, new_instance_id: int) -> Exchange | None:
    """The open exchange in which this machine is the new one."""
    return Exchange.maybe(tx.one(EXCHANGE + " WHERE x.new_instance_id = %(id)s AND x.state = 'open'", id=new_instance_id))


def by_machines(tx: Tx, old_id: int, new_id: int) -> dict | None:
    return tx.one(
        "SELECT id FROM group_exchanges WHERE old_instance_id = %(old_id)s AND new_instance_id = %(new_id)s", old_id=old_id, new_id=new_id
    )


def missing_exchanges(tx: Tx) -> list[dict]:
    """Former PRIMARYs that are members still, while nobody exchanges them."""
    return tx.all(
        "SELECT z.id, z.agent_id FROM instances z JOIN agents a ON a.id = z.agent_id AND a.status = 'active'"
        " WHERE z.role = 'ZOMBIE' AND z.asg_name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM group_exchanges x"
        " WHERE x.old_instance_id = z.id AND (x.state = 'open' OR x.new_instance_id = a.primary_instance_id)) ORDER BY z.id LIMIT 200"
    )


def retarget(tx: Tx, exchange_id: int, new_id: int) -> None:
    """The new machine was replaced itself before it was asked in."""
    tx.execute("UPDATE group_exchanges SET new_instance_id = %(new_id)s WHERE id = %(id)s", id=exchange_id, new_id=new_id)


def reopen(tx: Tx, exchange_id: int, now: datetime) -> None:
    """The same two machines change places once more."""
    tx.execute(
        "UPDATE group_exchanges SET state = 'open', opened_at = %(now)s, since_at = %(now)s, finished_at = NULL WHERE id = %(id)s",
        id=exchange_id,
        now=now,
    )


def set_sentence(tx: Tx, exchange_id: int, sentence: str) -> int:
    """1 when that is news."""
    return tx.execute(
        "UPDATE group_exchanges SET sentence = %(sentence)s WHERE id = %(id)s AND sentence <> %(sentence)s", id=exchange_id, sentence=sentence[:255]
    )


def finish(tx: Tx, exchange_id: int, state: str, sentence: str, now: datetime) -> int:
    return tx.execute(
        "UPDATE group_exchanges SET state = %(state)s, sentence = %(sentence)s, finished_at = %(now)s WHERE id = %(id)s AND state = 'open'",
        id=exchange_id, state=state, sentence=sentence[:255], now=now,
    )  # fmt: skip


def orders(tx: Tx, client_id: int, uuid: str) -> list[dict]:
    """What was asked of the group for an exchange, oldest first."""
    return tx.all(
        "SELECT id, params, state, last_error FROM actions WHERE client_id = %(client_id)s AND dedupe_key LIKE CONCAT('asg:', %(uuid)s, ':%%')"
        " ORDER BY id",
        client_id=client_id,
        uuid=uuid,
    )


def last_resize(tx: Tx, client_id: int, region: str, name: str) -> dict | None:
    """The last change of a group's sizes that a person ordered and that was carried out."""
    found = tx.all(
        "SELECT params FROM actions WHERE client_id = %(client_id)s AND dedupe_key LIKE 'resize:%%' AND state = 'done' ORDER BY id DESC LIMIT 200",
        client_id=client_id,
    )
    return next((row for row in found if (told := json.loads(row["params"]))["group"] == name and told["region"] == region), None)


def known(tx: Tx, ec2_ids: list[str]) -> set[str]:
    """Those of these machines that an agent of ours has, or had."""
    rows = tx.all("SELECT ec2_instance_id FROM instances WHERE ec2_instance_id IN %(ids)s AND role IS NOT NULL", ids=ec2_ids or [""])
    return {row["ec2_instance_id"] for row in rows}


def is_raised_by_another(tx: Tx, exchange: Exchange) -> bool:
    """Whether another open exchange of the group has asked for a higher maximum."""
    row = tx.one(
        "SELECT COUNT(*) AS n FROM group_exchanges x WHERE x.account_id = %(account_id)s AND x.region = %(region)s AND x.asg_name = %(name)s"
        " AND x.state = 'open' AND x.id <> %(id)s AND EXISTS (SELECT 1 FROM actions a WHERE a.client_id = x.client_id"
        " AND a.dedupe_key LIKE CONCAT('asg:', x.uuid, ':%%') AND a.params LIKE '%%\"verb\":\"raise\"%%' AND a.state IN ('pending', 'done'))",
        account_id=exchange.account_id, region=exchange.region, name=exchange.asg_name, id=exchange.id,
    )  # fmt: skip
    return row["n"] > 0
