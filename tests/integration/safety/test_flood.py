"""Limits under pressure: exact over processes, and the one message that counts always comes through."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from backend import create_app
from core import limits
from core.limits import LIMITS
from scripts.stack import ROOT
from tests.integration.conftest import data_of, error_of

TRIES, PROCESSES, LIMIT = 1200, 4, 10
WORKER = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
from config.settings import read_settings, use
from core import database, errors, limits
limits.LIMITS = {{"sign-in": ({LIMIT}, 10**7)}}
database.connect(use(read_settings()))
def one(_):
    try:
        limits.spend("sign-in", "10.0.0.1")
        return 1
    except errors.RateLimited:
        return 0
sys.stdin.read(1)
with ThreadPoolExecutor(8) as pool:
    print(sum(pool.map(one, range({TRIES // PROCESSES}))))
"""


def test_of_twelve_hundred_parallel_tries_in_four_processes_exactly_ten_are_accepted(world, settings, access):
    environment = {**access.environment(), "INSTALL_KEY": settings.install_key, "JWT_SECRET": settings.jwt_secret, "PATH": ""}
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for worker in workers:
        worker.stdin.write("g")
        worker.stdin.flush()

    accepted = [int(worker.communicate(timeout=60)[0]) for worker in workers]

    assert sum(accepted) == LIMIT, accepted
    assert world.one("SELECT n FROM rate_counters WHERE bucket = 'sign-in:10.0.0.1'")["n"] == TRIES


@pytest.fixture
def two(monkeypatch, world):
    """Two of everything an hour, and a workload that has used them up."""
    monkeypatch.setattr(limits, "LIMITS", dict.fromkeys(LIMITS, (2, 10**7)))
    world.prices()
    return world.workload()


def notice(world, kind: str = "termination", seconds: float = 110) -> dict:
    now = world.now()
    if kind == "rebalance":
        return {"notice_time": now.isoformat(), "detected_at": now.isoformat()}
    return {"action": "terminate", "termination_time": (now + timedelta(seconds=seconds)).isoformat(), "detected_at": now.isoformat()}


def tell(api, shop, body: dict, kind: str = "termination", token: str | None = None):
    return api.by(token or shop.token).post(f"/api/agents/{shop.uuid}/{kind}-notice", {"instance_id": shop.primary.ec2_instance_id, **body})


def test_the_first_notice_comes_through_a_flood_and_is_acted_upon(two, api, world):
    for _ in range(5):
        assert api.by(two.token).post(f"/api/agents/{two.uuid}/serving", {}).status_code in (422, 429)

    reply = tell(api, two, notice(world))

    assert (reply.status_code, data_of(reply)["action"]) == (202, "LAUNCH")


def test_a_flood_of_notices_is_refused_from_the_second_of_its_kind_on(two, api, world):
    heard = [tell(api, two, notice(world, seconds=100 - n)).status_code for n in range(6)]

    assert heard == [202, 202, 429, 429, 429, 429]
    assert world.one("SELECT COUNT(*) AS n FROM incidents")["n"] == 1


def test_an_interruption_after_a_flood_of_rebalance_notices_is_news(two, api, world):
    for _ in range(5):
        last = tell(api, two, notice(world, "rebalance"), "rebalance")
    assert error_of(last) == (429, "RATE_LIMITED")

    assert tell(api, two, notice(world)).status_code == 202


def test_a_tenant_wide_limit_stops_no_report_of_an_agent(two, api, world):
    me = api.by(two.client.token)
    while me.get("/api/client/validate").status_code != 429:
        pass

    assert tell(api, two, notice(world), token=two.client.token).status_code == 202


def test_one_agents_flood_does_not_silence_its_sister(two, api, world):
    sister = world.workload("sister", two.client)
    for _ in range(4):
        api.by(two.token).post(f"/api/agents/{two.uuid}/serving", {})

    assert api.by(sister.token).post(f"/api/agents/{sister.uuid}/serving", {}).status_code == 422


def test_posting_for_another_tenants_agent_is_not_found_limited_and_leaves_no_row(two, api, world):
    stranger = world.client("Stranger")

    heard = [tell(api, two, notice(world, seconds=100 - n), token=stranger.token).status_code for n in range(4)]

    assert heard == [404, 404, 429, 429]
    assert world.one("SELECT (SELECT COUNT(*) FROM notices) + (SELECT COUNT(*) FROM incidents) + (SELECT COUNT(*) FROM actions) AS n")["n"] == 0


def test_a_forged_notice_about_a_machine_of_nobody_is_not_found(two, api, world):
    for _ in range(4):
        reply = tell(api, two, {**notice(world), "instance_id": "i-0123456789abcdef0"})

    assert error_of(reply) == (404, "NOT_FOUND")
    assert world.one("SELECT COUNT(*) AS n FROM notices")["n"] == 0


@pytest.mark.parametrize(("proxies", "peer", "believed"), [("", "10.1.1.1", False), ("10.9.9.9", "10.1.1.1", False), ("10.1.1.1, 10.9.9.9", "10.1.1.1", True)])
def test_only_a_trusted_proxy_says_who_the_client_is(two, db, settings, proxies, peer, believed):
    """Else whoever guesses tokens would have a new address for each guess."""
    browser = create_app(replace(settings, trusted_proxies=proxies)).test_client()

    heard = [
        browser.post("/api/auth/token", json={"token": "soc_guessed"}, headers={"X-Forwarded-For": f"192.0.2.{n}"},
                     environ_base={"REMOTE_ADDR": peer}).status_code for n in range(4)
    ]  # fmt: skip

    assert heard == [401] * 4 if believed else heard == [401, 401, 429, 429]


def test_an_unknown_agent_costs_the_caller_a_use_of_his_own(two, api, world):
    client = world.client("Guesser")

    heard = [api.by(client.token).post(f"/api/agents/{uuid4()}/heartbeat", {}).status_code for _ in range(3)]

    assert heard == [404, 404, 429]
