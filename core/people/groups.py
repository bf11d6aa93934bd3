"""A client's Auto Scaling groups, with the machines of ours in them, and the policy by which we may touch them."""

import json

from core.cloud import permissions
from core.database import Tx
from core.sql import scaling


def of_client(tx: Tx, client_id: int) -> list[dict]:
    """Every group a workload runs in, or ran in, with its sizes as last seen; members first."""
    members: dict[tuple, list[dict]] = {}
    for row in scaling.members_of_client(tx, client_id):
        members.setdefault((row["account_id"], row["region"], row["asg_name"]), []).append(_member(row))
    return [_group(row, members) for row in scaling.groups_of_client(tx, client_id)]


def iam_policy() -> dict:
    """As an account's owner attaches it to our role."""
    return permissions.policy()


def _group(row: dict, members: dict[tuple, list[dict]]) -> dict:
    same = ("name", "region", "aws_account_id", "min_size", "desired", "max_size", "seen_at")
    return {
        **{name: row[name] for name in same},
        "az_ids": json.loads(row["zones"]),
        "capacity_rebalance": bool(row["capacity_rebalance"]),
        "hooks": json.loads(row["hooks"] or "{}"),
        "members": members.get((row["account_id"], row["region"], row["name"]), []),
    }


def _member(row: dict) -> dict:
    return {"agent_id": row["agent_uuid"], "logical_name": row["logical_name"], "ec2_instance_id": row["ec2_instance_id"], "role": row["role"]}
