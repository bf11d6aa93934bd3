"""Orders to AWS: an intent is a committed row before anything is called (INV-38)."""

import json
import logging
from datetime import datetime
from uuid import uuid4

from config.settings import current
from core import doorbell, errors
from core.database import Tx
from core.domain.intent import ORDINARY, client_token
from core.domain.lifecycle import Instance
from core.domain.pools import Candidate
from core.domain.serialize import canonical
from core.sql import actions, instances

log = logging.getLogger("core.execution.orders")


def order(
    tx: Tx, kind: str, dedupe_key: str, params: dict, *, subject: dict, why: str, safe: bool,
    priority: int = ORDINARY, deadline: datetime | None = None,
) -> int | None:  # fmt: skip
    """The id of the new intent, or None when the same order stands already.

    ``subject`` names client, account and, where there are, agent, instance and incident. An intent born while
    SAFE_MODE is requested is a dry run for ever.
    """
    token = client_token(current().install_key, subject["client_id"], dedupe_key, 1)
    names = {"agent_id": None, "instance_id": None, "incident_id": None, **subject}
    try:
        action_id = actions.insert(
            tx, uuid=str(uuid4()), kind=kind, dedupe_key=dedupe_key, params=canonical(params), priority=priority,
            deadline=deadline, state="dry_run" if safe else "pending", client_token=token, why=why, now=tx.now(), **names,
        )  # fmt: skip
    except errors.Duplicate:
        return None
    if safe:
        log.info("[SAFE_MODE] Would execute: %s", kind, extra={"component": "CORE-EXEC", "action": kind.upper(), "result": "DRY_RUN"})
    tx.on_commit(lambda: doorbell.ring("executor"))
    return action_id


def on_paper(safe: bool, action: str) -> dict:
    """What a reply adds when SAFE MODE made a dry run of an order (LOG-05)."""
    return {"dry_run": True, "action": action} if safe else {}


def launch_params(candidate: Candidate, like: Instance) -> dict:
    """All that a launch is made of but the token, the tags and the join token, which follow from the intent."""
    return {
        "region": like.region,
        "pool_id": candidate.pool_id,
        "az_id": candidate.az_id,
        "instance_type": candidate.instance_type,
        "lifecycle": candidate.lifecycle,
        **made_of(like),
        "why": candidate.why,
    }


def made_of(like: Instance) -> dict:
    """What EC2 told of the machine a new one is to be like; nothing until it was asked, and then the order waits."""
    spec = json.loads(like.launch_spec or "{}")
    return {
        "image_id": spec.get("image_id"),
        "security_group_ids": spec.get("security_group_ids", []),
        "iam_instance_profile": spec.get("iam_instance_profile"),
        "key_name": spec.get("key_name"),
    }


def order_end(tx: Tx, instance: Instance, why: str, *, safe: bool, incident_id: int | None = None) -> bool:
    """Mark an instance for its end and order it. The database refuses a PRIMARY (INV-32)."""
    now = tx.now()
    if instance.ec2_instance_id is None or safe:
        return False
    instances.doom(tx, instance.id, now)
    return order_termination(tx, instance, why, incident_id=incident_id)


def order_termination(tx: Tx, instance: Instance, why: str, *, incident_id: int | None = None) -> bool:
    """The terminate order of an instance that is marked for its end, once per attempt of ours."""
    tries = actions.count_terminations(tx, instance.id)
    ordered = order(
        tx, "terminate", f"terminate:{instance.ec2_instance_id}:{tries + 1}",
        {"region": instance.region, "ec2_instance_id": instance.ec2_instance_id},
        subject={
            "client_id": instance.client_id, "account_id": instance.account_id, "agent_id": instance.agent_id,
            "instance_id": instance.id, "incident_id": incident_id,
        },
        why=why, safe=False,
    )  # fmt: skip
    return ordered is not None
