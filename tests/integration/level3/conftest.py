"""A workload of an agent of protocol 2, and what its host may tell after it acted alone."""

from dataclasses import dataclass

import pytest

from core.domain import failover
from tests.integration.conftest import Api, data_of
from tests.world import Workload, World, new_ec2_id

SPEC = '{"image_id":"ami-0de30c0ffee000001","security_group_ids":[],"iam_instance_profile":null,"key_name":null}'


@dataclass
class Lonely:
    """The workload and the HTTP API as its host speaks it."""

    world: World
    workload: Workload
    api: Api

    def beat(self, protocol: int = 2, **more) -> dict:
        """A heartbeat of the PRIMARY's host; its reply."""
        return data_of(self.api.post(f"/api/agents/{self.workload.uuid}/heartbeat", beat_body(self.workload, protocol, **more)))

    def body(self, launched: str | None, **more) -> dict:
        """What the host says of a launch of its own."""
        primary = self.workload.primary.ec2_instance_id
        return {
            "instance_id": primary, "epoch": 0, "primary": primary, "cause": "interruption", "decided_age_ms": 5000,
            "client_token": failover.client_token(self.workload.uuid, 0, primary), "launched_instance_id": launched,
            "az_id": "use1-az1", "error": None, **more,
        }  # fmt: skip

    def report(self, launched: str | None, **more):
        return self.api.post(f"/api/agents/{self.workload.uuid}/failover-report", self.body(launched, **more))

    def replica(self) -> dict | None:
        return self.world.one(
            "SELECT i.*, r.mode, r.uuid AS replica_uuid, r.ended_at AS replica_ended_at FROM replica_instances r"
            " JOIN instances i ON i.id = r.instance_id WHERE r.mode = 'level3'"
        )

    def launches(self) -> int:
        return self.world.one("SELECT COUNT(*) AS n FROM actions WHERE kind = 'launch'")["n"]


def beat_body(workload: Workload, protocol: int = 2, **more) -> dict:
    return {
        "instance_id": workload.primary.ec2_instance_id, "epoch_seen": 0, "config_version": 1, "agent_version": "0.2.0",
        "protocol": protocol, "uptime_seconds": 1.0, "cpu_pct": None, "memory_pct": None,
        "imds": {"ok": True, "last_ok_age_ms": 100}, "serving": True, "since_age_ms": 0, "spooled": 0, "dead_notices": 0,
        "agent_clock": "2026-03-04T11:00:00Z", **more,
    }  # fmt: skip


@pytest.fixture
def lonely(world: World, api: Api) -> Lonely:
    """EC2 has been asked what its PRIMARY is made of."""
    world.prices()
    workload = world.workload()
    world.execute("UPDATE instances SET launch_spec = %(spec)s, state = 'running' WHERE id = %(id)s", spec=SPEC, id=workload.primary.id)
    return Lonely(world, workload, api.by(workload.token))


@pytest.fixture
def machine() -> str:
    return new_ec2_id()
