"""Many launch orders at once, and a crew that carries them out."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from botocore.config import Config

from core.cloud import aws
from core.cloud.aws import Clouds
from core.database import Tx
from core.domain.intent import EMERGENCY
from core.domain.lifecycle import Role
from core.domain.pools import Candidate
from core.execution.actions import Executor
from core.execution.orders import launch_params, order
from core.sql import instances, pools, replicas
from tests.integration.shop import Shop
from tests.world import REGION, World

IMPATIENT = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=3, read_timeout=0.6, max_pool_connections=32)


def order_many(shop: Shop, count: int) -> list[int]:
    """So many replicas of the shop's PRIMARY, each with its launch intent; the intents' ids."""
    return [shop.world.db.run(lambda tx, n=n: _order(tx, shop, n)) for n in range(count)]


def _order(tx: Tx, shop: Shop, number: int) -> int:
    workload, now = shop.workload, tx.now()
    primary = instances.get(tx, workload.primary.id)
    candidate = _place(tx, number)
    replica_id = instances.insert(
        tx, uuid=str(uuid4()), client_id=workload.client.id, account_id=workload.account_id, agent_id=workload.id, ec2_id=None,
        instance_type=candidate.instance_type, region=primary.region, az=None, az_id=candidate.az_id, pool_id=candidate.pool_id,
        lifecycle="spot", role=Role.REPLICA, reason="made by a test", status="launching", launch_spec=primary.launch_spec,
        replica_of_id=primary.id, replica_expiry=None, now=now,
    )  # fmt: skip
    replicas.insert(
        tx, uuid=str(uuid4()), client_id=workload.client.id, agent_id=workload.id, instance_id=replica_id, incident_id=None,
        mode="manual", pool_id=candidate.pool_id, expires_at=None, now=now,
    )  # fmt: skip
    return order(
        tx, "launch", f"many:{workload.id}:{number}", {**launch_params(candidate, primary), "image_id": "ami-00000000000000001"},
        subject={
            "client_id": workload.client.id, "account_id": workload.account_id, "agent_id": workload.id, "instance_id": replica_id,
        }, why="made by a test", safe=False, priority=EMERGENCY,
    )  # fmt: skip


def _place(tx: Tx, number: int) -> Candidate:
    known = pools.in_region(tx, REGION)
    pool = known[number % len(known)]
    return Candidate(pool.pool_id, pool.az_id, pool.instance_type, "spot", pool.price, "made by a test")


def impatient(clouds: Clouds, monkeypatch) -> Executor:
    """An executor that gives AWS 0.6 s to answer."""
    monkeypatch.setattr(aws, "INTENTS", IMPATIENT)
    return Executor(Clouds(clouds._settings), clouds._settings)


def carry_out(executor: Executor, world: World, *, width: int = 8, within: float = 120.0) -> float:
    """Executors side by side until no order is pending; the seconds it took."""
    began = time.monotonic()

    def work(_: int) -> None:
        while time.monotonic() - began < within and pending(world):
            if not executor.run_once():
                time.sleep(0.05)

    with ThreadPoolExecutor(width) as pool:
        list(pool.map(work, range(width)))
    return time.monotonic() - began


def pending(world: World) -> int:
    return world.one("SELECT COUNT(*) AS n FROM actions WHERE state = 'pending'")["n"]
