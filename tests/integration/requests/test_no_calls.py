"""What people and hosts order is written down and answered while AWS is out of reach: no request waits for it (CON-14)."""

import pytest
import requests
from botocore.httpsession import URLLib3Session

from core.sql import agents
from tests.integration.conftest import ADMIN, Api
from tests.world import Workload, World

TARGET = "use1-az1:m5.large:linux"


@pytest.fixture
def shop(world: World) -> Workload:
    return world.at_work()


@pytest.fixture(autouse=True)
def out_of_reach(monkeypatch):
    """Whoever calls the outside in this process fails, and with him the request."""

    def refuse(*_, **__):
        raise AssertionError("a request called the outside")

    monkeypatch.setattr(URLLib3Session, "send", refuse)
    monkeypatch.setattr(requests.Session, "send", refuse)


def orders_of(shop: Workload, world: World, me: Api) -> list[tuple[str, object]]:
    """What changes something at AWS in the end, in an order in which each is possible."""
    agent, instance, client = f"/api/agents/{shop.uuid}", f"/api/client/instances/{shop.primary.uuid}", f"/api/client/{shop.client.uuid}"
    host, ec2 = me.by(shop.token), {"instance_id": shop.primary.ec2_instance_id}
    return [
        ("a switch tried", lambda: me.post(f"{instance}/simulate-switch", {"target_pool": TARGET})),
        ("a switch", lambda: me.post(f"{agent}/issue-switch-command", {"target_pool": TARGET})),
        ("an enrolment", lambda: me.post("/api/agents/enrolment-tokens", {"aws_account_id": "123456789012"})),
        ("a rebalance", lambda: host.post(f"{agent}/rebalance-notice", {**ec2, "notice_time": world.now().isoformat()})),
        ("an interruption", lambda: host.post(f"{agent}/termination-notice", {**ec2, "action": "terminate", "time": world.now().isoformat()})),
        ("a host that goes down", lambda: host.post(f"{agent}/termination", {**ec2, "cause": "shutdown", "at": world.now().isoformat()})),
        ("SAFE MODE", lambda: me.by(ADMIN).put("/api/admin/safe-mode", {"on": True, "reason": "a test"})),
        ("the end of care", lambda: me.delete(f"/api/client/agents/{shop.uuid}")),
        ("a look at everything", lambda: me.get(f"{client}/agents")),
    ]  # fmt: skip


def test_every_order_is_answered_although_aws_cannot_be_reached(world: World, shop: Workload, api: Api):
    told = {name: order().status_code for name, order in orders_of(shop, world, api.by(shop.client.token))}

    assert {name: status for name, status in told.items() if status >= 400} == {}
    assert world.one("SELECT COUNT(*) AS n FROM actions")["n"] >= 1
    assert world.db.run(lambda tx: agents.get(tx, shop.id)).id == shop.id


def test_a_replica_by_hand_is_launched_promoted_and_ended_on_paper(world: World, shop: Workload, api: Api):
    world.execute("UPDATE agent_configs SET auto_switch_enabled = 0, manual_replica_enabled = 1")
    me, base = api.by(shop.client.token), f"/api/agents/{shop.uuid}/replicas"
    assert me.post(base, {"mode": "manual"}).status_code == 202
    world.execute("UPDATE replica_instances SET ended_at = UTC_TIMESTAMP(6), status = 'failed'")
    first, second = world.replica(shop), world.replica(shop)

    assert me.post(f"{base}/{first.uuid}/promote", {"epoch": 0}).status_code == 200
    assert me.delete(f"{base}/{second.uuid}").status_code == 200
    assert [row["kind"] for row in world.all("SELECT kind FROM actions ORDER BY id")] == ["launch", "terminate"]
