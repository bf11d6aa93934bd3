"""F9: what waited on a host during an outage arrives whole, in order and once, on the real server."""

import os
import threading
from datetime import UTC, datetime, timedelta

import pytest

from agent.contact import Contact
from agent.notices import Courier
from agent.server import Server, Temporary
from agent.spool import Spool
from tests.unit.agent.kit import PRIMARY

NOTICES = int(os.environ.get("SPOTOPT_DRAIN", "30"))  # 500 for the figure of F9
START = datetime(2026, 3, 4, tzinfo=UTC)


class Quiet:
    """A host that did nothing alone."""

    def unreported(self) -> list:
        return []


class Shaky(Server):
    """Loses every seventh reply after the server has done its work."""

    sent = 0

    def _once(self, *request):
        data = super()._once(*request)
        self.sent += 1
        if self.sent % 7 == 0:
            raise Temporary("the reply was lost")
        return data


@pytest.fixture
def shop(world):
    world.prices()
    return world.workload()


def filled(folder, ec2_id: str) -> Spool:
    spool = Spool(folder)
    for number in range(NOTICES):
        at = (START + timedelta(minutes=2 * number)).isoformat()
        spool.add("rebalance-notice", {"instance_id": ec2_id, "source": "imds", "notice_time": at, "agent_clock": at, "raw": {"noticeTime": at}})
    return spool


def courier(spool: Spool, server: Server, shop) -> Courier:
    return Courier(spool, server, f"/api/agents/{shop.uuid}", threading.Event(), Contact(), Quiet(), PRIMARY)


def stored(world) -> list[str]:
    return [row["source_key"] for row in world.all("SELECT source_key FROM notices ORDER BY id")]


@pytest.mark.parametrize("kind", [Server, Shaky], ids=["a calm line", "every seventh reply is lost"])
def test_a_full_spool_arrives_whole_in_order_and_once(world, shop, server_url, tmp_path, kind):
    spool = filled(tmp_path, shop.primary.ec2_instance_id)
    carrying = courier(spool, kind(server_url, shop.token), shop)

    for _ in range(NOTICES):
        if carrying.deliver() is None:
            break

    assert stored(world) == [(START + timedelta(minutes=2 * number)).isoformat() for number in range(NOTICES)]
    assert (spool.waiting(), spool.dead()) == (0, 0)
    assert world.agent(shop).epoch == 0, "nobody was moved"
