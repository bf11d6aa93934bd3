"""Level 3: what an agent may do alone while every server is down (docs/decisions/0015).

A plan is one On-Demand launch, fixed in advance for (agent, epoch). It is signed for each host with the hash of that
host's own secret, which both sides have and nobody else does.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from core.domain.lifecycle import Agent, Instance
from core.domain.serialize import canonical

MODE = "level3"
PLAN_LIFE = timedelta(hours=24)
SURPLUS_GRACE_SECONDS = 60
CAUSES = {
    "interruption": "it was told of its interruption",
    "primary_dead": "EC2 says that the PRIMARY has ended",
}


@dataclass(frozen=True)
class Surroundings:
    """What a plan says beside the workload: this installation, and where its hosts find it and EC2."""

    install: str
    server_url: str
    ec2_url: str | None
    join_token: str


def client_token(agent_uuid: str, epoch: int, primary_ec2_id: str) -> str:
    """64 hex characters that follow from (agent, epoch): two hosts deciding at once get one machine (INV-22)."""
    return sha256(f"L3{agent_uuid}{epoch}{primary_ec2_id}".encode()).hexdigest()


def join_token(install_key: str, agent_uuid: str, epoch: int) -> str:
    """Lets the one host launched alone for (agent, epoch) join that agent."""
    return f"soj_L3_{agent_uuid}_{epoch}_{_mac(bytes.fromhex(install_key), f'L3:{agent_uuid}:{epoch}')}"


def read_join_token(install_key: str, token: str) -> tuple[str, int] | None:
    """Agent and epoch that a token of ours speaks for; None for any other text."""
    try:
        _, _, agent_uuid, epoch, _ = token.split("_")
        expected = join_token(install_key, agent_uuid, int(epoch))
    except ValueError:
        return None
    return (agent_uuid, int(epoch)) if hmac.compare_digest(expected, token) else None


def is_join_token(token: str) -> bool:
    return token.startswith("soj_L3_")


def places(primary: Instance, zones: set[str]) -> list[str]:
    """AZ ids in which the primary's type is tried On-Demand, away from the troubled one first."""
    return sorted(zones | {primary.az_id}, key=lambda az_id: (az_id == primary.az_id, az_id))


def plan(agent: Agent, primary: Instance, spec: Mapping[str, Any], az_ids: list[str], around: Surroundings, now: datetime) -> str:
    """The plan as canonical JSON. All but ``issued_at`` follows from agent and epoch, so every host sends equal parameters."""
    token = client_token(agent.uuid, agent.epoch, primary.ec2_instance_id)
    return canonical({
        "agent_id": agent.uuid, "epoch": agent.epoch, "primary": primary.ec2_instance_id, "region": primary.region,
        "ec2_url": around.ec2_url, "client_token": token, "issued_at": now, "expires_at": now + PLAN_LIFE, "az_ids": az_ids,
        "request": _request(primary, spec, _user_data(around, primary)), "tags": _tags(agent, around),
    })  # fmt: skip


def signature(secret_hash: bytes, text: str) -> str:
    """Only a host that knows the secret can have got this plan from us (L3-6)."""
    return _mac(secret_hash, text)


def _request(primary: Instance, spec: Mapping[str, Any], user_data: str) -> dict:
    """The RunInstances members that do not depend on the place; On-Demand by leaving out the market."""
    optional = {"iam_instance_profile": spec.get("iam_instance_profile"), "key_name": spec.get("key_name")}
    return {
        "image_id": spec["image_id"], "instance_type": primary.instance_type,
        "security_group_ids": spec.get("security_group_ids", []), "user_data": user_data,
        **{name: value for name, value in optional.items() if value},
    }  # fmt: skip


def _tags(agent: Agent, around: Surroundings) -> dict[str, str]:
    """What a Level 3 machine bears (AR1): no intent, because nobody could write one."""
    return {
        "ManagedBy": "SpotOptimizer", "Name": f"spotopt-{agent.uuid[:8]}", "spotopt:install": around.install,
        "spotopt:agent": agent.uuid, "spotopt:epoch": str(agent.epoch), "spotopt:level3": "1",
    }  # fmt: skip


def _user_data(around: Surroundings, primary: Instance) -> str:
    where = f" --ec2-url {around.ec2_url}" if around.ec2_url else ""
    return (
        f"#!/bin/bash\nexec spotopt-agent --server {around.server_url} --token {around.join_token}"
        f" --predecessor {primary.ec2_instance_id}{where}\n"
    )


def _mac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), sha256).hexdigest()
