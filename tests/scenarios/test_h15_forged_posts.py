"""H15: a client's token posts a thousand notices for another client's agent: nothing of it stays, and no genuine notice is refused."""

from collections import Counter
from datetime import timedelta

import pytest

from core import auth, limits
from core.emergencies import emergency
from tests.integration.conftest import Api
from tests.world import Workload, World

POSTS = 1000
BUSINESS = ("notices", "incidents", "actions", "replica_instances", "pool_reports", "global_risk_events", "notifications", "dead_letters")


@pytest.fixture
def api(http) -> Api:
    return Api(http)


@pytest.fixture
def victim(world: World) -> Workload:
    world.prices()
    return world.workload("victim", aws_account="210987654321")


@pytest.fixture
def forger(world: World, victim: Workload) -> Workload:
    """Has a token, an account and a workload of its own."""
    return world.workload("forger")


def body(world: World, about: Workload, seconds: float = 110) -> dict:
    now = world.now()
    return {
        "instance_id": about.primary.ec2_instance_id, "action": "terminate", "detected_at": now.isoformat(),
        "termination_time": (now + timedelta(seconds=seconds)).isoformat(),
    }  # fmt: skip


def forge(api: Api, world: World, forger: Workload, victim: Workload, posts: int = POSTS) -> Counter:
    """With the client's own token, for another client's agent, about that one's machine."""
    said, me = body(world, victim), api.by(forger.client.token)
    return Counter(me.post(f"/api/agents/{victim.uuid}/termination-notice", {**said, "detected_at": f"{n}"}).status_code for n in range(posts))


def rows(world: World) -> dict[str, int]:
    return {table: world.one(f"SELECT COUNT(*) AS n FROM {table}")["n"] for table in BUSINESS}


def ranking(world: World, workload: Workload) -> list[str]:
    return [place.pool_id for place in world.db.run(lambda tx: emergency.places(tx, workload.primary, True))]


def first_notices(api: Api, world: World, *workloads: Workload) -> list[int]:
    return [api.by(one.token).post(f"/api/agents/{one.uuid}/termination-notice", body(world, one)).status_code for one in workloads]


def test_after_a_thousand_forged_posts_nothing_is_left_of_them_and_every_first_genuine_notice_is_heard(world, api, forger, victim):
    before, ranked = rows(world), ranking(world, victim)

    heard = forge(api, world, forger, victim)

    print(f"{POSTS} forged posts: {dict(heard)}")
    assert set(heard) <= {404, 429} and sum(heard.values()) == POSTS and heard[429] > POSTS / 2
    assert (rows(world), ranking(world, victim)) == (before, ranked)
    assert first_notices(api, world, victim, forger) == [202, 202]


def test_with_one_bucket_for_everything_the_victims_first_notice_is_refused(world, api, forger, victim, monkeypatch):
    """The naive twin: whoever posts about an agent spends what the agent has, and a first notice is like any other."""
    monkeypatch.setattr(limits, "LIMITS", dict.fromkeys(limits.LIMITS, (50, 3600)))
    monkeypatch.setattr(emergency, "_is_known", lambda *_: True)
    over = limits.over
    monkeypatch.setattr(auth.limits, "over", lambda limit, who: over("report", "everybody"))

    forge(api, world, forger, victim, 60)

    assert first_notices(api, world, victim) == [429]
