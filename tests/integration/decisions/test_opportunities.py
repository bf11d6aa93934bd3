"""What could be cheaper, as the Decisions page asks for it."""

import pytest

from core.agents import hosts
from core.sql import agents, instances
from tests.integration.conftest import data_of


@pytest.fixture
def dear(world):
    world.prices()
    return world.workload("dear", lifecycle="on-demand")


def told(api, client) -> dict:
    return data_of(api.by(client.token).get(f"/api/client/{client.uuid}/agents/decisions"))["opportunities"]


def beats(world, workload, *cpu: float | None, every: float = 900) -> None:
    """One heartbeat after each span, each with how busy the host was in it."""
    for busy in cpu:
        body = {"epoch_seen": 1, "spooled": 0, "dead_notices": 0, "serving": True, "since_age_ms": 0, "cpu_pct": busy}
        world.db.run(lambda tx, body=body: hosts.heartbeat(tx, agents.get(tx, workload.id), instances.get(tx, workload.primary.id), None, body))
        world.jump(seconds=every)


def test_an_on_demand_machine_is_told_with_the_pool_it_would_have_as_spot_and_a_spot_one_is_not(world, api, dear):
    world.workload("fine", dear.client)

    found = told(api, dear.client)

    assert (found["found"], len(found["shown"])) == (1, 1)
    [one] = found["shown"]
    assert (one["kind"], one["name"], one["target_pool"]) == ("could_be_spot", "dear", "use1-az6:c5.large:linux")
    assert one["saving_usd_per_hour"] == pytest.approx(0.096 - 0.029)


def test_where_a_clients_policy_allows_only_its_own_type_that_is_what_it_is_compared_with(world, api, dear):
    me = api.by(dear.client.token)
    assert me.patch("/api/policies/diversity", {"allow": ["m5.*"]}).status_code == 200

    assert told(api, dear.client)["shown"][0]["target_pool"] == "use1-az6:m5.large:linux"


def test_strangers_and_what_has_ended_are_not_told(world, api, dear):
    assert told(api, world.client("Stranger")) == {"found": 0, "shown": []}
    world.execute("UPDATE instances SET ended_at = UTC_TIMESTAMP(6)")

    assert told(api, dear.client)["found"] == 0


def test_a_host_that_hardly_works_is_told_by_the_mean_of_its_heartbeats(world, api):
    lazy = world.workload("lazy")
    beats(world, lazy, 80.0, 10.0, None, 10.0, 10.0, 10.0, every=1000)
    world.execute("UPDATE agent_heartbeats SET received_at = UTC_TIMESTAMP(6)")

    [one] = told(api, lazy.client)["shown"]

    assert one["kind"] == "hardly_used" and one["saving_usd_per_hour"] is None
    assert one["cpu_pct"] == pytest.approx(10.0, abs=0.1), "the first beat speaks of no span that was watched"
    assert "of the CPU of its m5.large over the last 2 h" in one["sentence"]


def test_a_busy_spell_counts_by_how_long_it_was(world, api):
    host = world.workload("spiky")
    beats(world, host, 0.0, *[90.0] * 3, *[10.0] * 9)

    assert world.one("SELECT cpu_mean FROM agent_heartbeats")["cpu_mean"] == pytest.approx((3 * 90 + 9 * 10) / 12, abs=0.5)


def test_a_day_later_the_day_before_is_forgotten(world):
    host = world.workload("changed")
    beats(world, host, 0.0, *[90.0] * 12, every=7200)
    beats(world, host, *[5.0] * 48, every=7200)

    assert world.one("SELECT cpu_mean FROM agent_heartbeats")["cpu_mean"] < 10


@pytest.mark.parametrize(("said", "kept"), [(250.0, 100.0), (-3.0, 0.0), (None, None)])
def test_what_is_no_share_is_made_one(world, said, kept):
    host = world.workload("odd")
    beats(world, host, said)

    assert world.one("SELECT cpu_mean FROM agent_heartbeats")["cpu_mean"] == kept


def test_a_host_that_fell_silent_is_not_called_idle(world, api):
    host = world.workload("silent")
    beats(world, host, *[1.0] * 6)
    assert told(api, host.client)["found"] == 0

    world.execute("UPDATE agent_heartbeats SET received_at = UTC_TIMESTAMP(6)")
    assert told(api, host.client)["found"] == 1
