"""AWS throttles, refuses, loses replies, or falls silent: few calls, no second machine, and other tenants unhurt."""

import os
import time
from collections import Counter

import pytest

from core import database, errors
from core.cloud.aws import NoSession
from core.cloud.errors import Answer
from core.execution import breaker
from core.execution.actions import Executor
from core.execution.crew import Crew
from core.execution.watch import watch
from core.intake.event_intake import Intake
from core.prices.pricing import collect, score_placements
from core.sql import accounts
from tests.integration.safety.orders import carry_out, impatient, order_many, pending
from tests.integration.shop import Shop

INTENTS = int(os.environ.get("SPOTOPT_INTENTS", "40"))  # 300 for the full figure
OTHER = "210987654321"


def trouble(shop: Shop) -> None:
    """15 % throttled, 10 % without capacity, 10 % too late, 15 % with their reply lost."""
    strike = shop.simulator.fault
    strike("RunInstances", code="RequestLimitExceeded", share=0.15)
    strike("RunInstances", code="InsufficientInstanceCapacity", http_status=500, share=0.10)
    strike("RunInstances", when="after", delay_seconds=1.2, only_delay=True, share=0.10)
    strike("RunInstances", when="after", code=None, share=0.15)


def test_under_heavy_trouble_each_order_becomes_one_machine_for_at_most_two_and_a_half_calls(shop: Shop, clouds, monkeypatch):
    trouble(shop)
    order_many(shop, INTENTS)

    seconds = carry_out(impatient(clouds, monkeypatch), shop.world)

    states = Counter(row["state"] for row in shop.world.all("SELECT state FROM actions WHERE kind = 'launch'"))
    calls = len(shop.calls()) + len(shop.calls("DescribeInstances"))
    machines = shop.machines()
    recorded = {row["ec2_id"] for row in shop.world.all("SELECT ec2_id FROM actions WHERE kind = 'launch'")}
    print(f"{INTENTS} intents: {calls / INTENTS:.2f} calls each, {len(machines)} machines, {seconds:.1f} s, {dict(states)}")
    assert states == {"done": INTENTS}
    assert {machine["instance_id"] for machine in machines} == recorded and len(machines) == INTENTS
    assert calls / INTENTS <= 2.5


def silent(shop: Shop, account: str | None = None) -> None:
    shop.simulator.fault("*", code="ServiceUnavailable", share=1.0, **({"account_id": account} if account else {}))


def until_open(shop: Shop, executor: Executor) -> None:
    """Fail until the breaker opens; the clock helps."""
    for _ in range(20):
        executor.drain()
        shop.world.jump(seconds=3)
        if shop.world.one("SELECT open_until FROM account_breakers WHERE open_until IS NOT NULL"):
            return
    raise AssertionError("the breaker stays closed")


@pytest.fixture
def open_one(shop: Shop, executor: Executor) -> Shop:
    """A shop whose account has not answered five times in a row."""
    silent(shop)
    shop.order()
    until_open(shop, executor)
    return shop


def account(shop: Shop) -> dict:
    return shop.world.one("SELECT health, health_reason FROM accounts WHERE id = %(id)s", id=shop.workload.account_id)


def test_after_five_failures_in_a_row_the_account_is_degraded_and_its_client_is_told(open_one: Shop):
    row = open_one.world.one("SELECT failures, open_until FROM account_breakers")

    assert row["failures"] == breaker.FAILURES
    assert account(open_one)["health"] == "degraded" and "ServiceUnavailable" in account(open_one)["health_reason"]
    assert open_one.world.one("SELECT title FROM notifications WHERE dedupe_key LIKE 'account_away:%%'")["title"].endswith("does not answer")


def test_while_it_is_open_one_call_tries_each_half_minute_whoever_asks(open_one: Shop, executor, clouds):
    tries = []
    for _ in range(6):
        before = len(open_one.simulator.calls(since=open_one.since))
        for _ in range(3):
            executor.drain(), watch(clouds)
        tries.append(len(open_one.simulator.calls(since=open_one.since)) - before)
        open_one.world.jump(seconds=15)

    assert sum(tries) <= 3 and max(tries) <= 1, tries
    assert sum(tries) >= 2, "and it is tried at all"


def test_when_aws_answers_again_everything_goes_on_at_once(open_one: Shop, executor):
    order_many(open_one, 3)
    open_one.simulator.clear_faults()
    open_one.world.jump(seconds=61)

    executor.drain()

    assert (account(open_one)["health"], pending(open_one.world)) == ("ok", 0)
    assert open_one.world.one("SELECT severity FROM notifications ORDER BY id DESC LIMIT 1")["severity"] == "info"


def test_a_refusal_is_an_answer(shop: Shop, executor):
    shop.simulator.fault("RunInstances", code="InsufficientInstanceCapacity", http_status=500, count=9)
    shop.order()

    executor.drain()

    assert shop.world.one("SELECT * FROM account_breakers") is None


def test_a_short_row_of_failures_between_answers_opens_nothing(shop: Shop, executor):
    shop.simulator.fault("RunInstances", code="RequestLimitExceeded", count=5)
    order_many(shop, 5)

    executor.drain()

    assert shop.world.one("SELECT open_until FROM account_breakers") == {"open_until": None}
    assert account(shop)["health"] == "ok"


def throttle(shop: Shop, executor, times: int, apart_seconds: float) -> dict | None:
    """AWS throttles so often in a row; when the breaker opened, if it did."""
    shop.simulator.fault("RunInstances", code="RequestLimitExceeded", share=1.0)
    shop.order()
    for _ in range(times):
        shop.world.execute("UPDATE actions SET next_run_at = UTC_TIMESTAMP(6) WHERE state = 'pending'")
        executor.run_once()
        shop.world.jump(seconds=apart_seconds)
    return shop.world.one("SELECT open_until FROM account_breakers")["open_until"]


def test_an_account_that_throttles_for_some_seconds_is_not_taken_for_a_silent_one(shop: Shop, executor):
    assert throttle(shop, executor, times=6, apart_seconds=1.5) is None
    assert account(shop)["health"] == "ok"


def test_one_that_throttles_every_call_for_ten_seconds_is_left_alone(shop: Shop, executor):
    assert throttle(shop, executor, times=6, apart_seconds=3) is not None


def test_a_throttled_call_had_no_effect_and_needs_no_look_up(shop: Shop, executor):
    shop.simulator.fault("RunInstances", code="RequestLimitExceeded", count=2)
    shop.simulator.capacity("use1-az6", "c5.large", 0)
    shop.order()
    while shop.intent()["state"] == "pending":
        shop.world.execute("UPDATE actions SET next_run_at = UTC_TIMESTAMP(6) WHERE state = 'pending'")
        executor.drain()

    assert shop.intent()["throttled"] == 2 and len(shop.machines()) == 1
    tokens = [call for call in shop.calls("DescribeInstances") if "client-token" in str(call["params"])]
    assert tokens == []


def test_a_role_that_lets_nobody_in_opens_the_breaker_of_its_account_alone(shop: Shop, executor, monkeypatch):
    def closed(self, account):
        raise NoSession(Answer.UNKNOWN, "AccessDenied")

    other = shop.world.workload("other", aws_account=OTHER)
    monkeypatch.setattr("core.cloud.aws.Clouds.of", closed)
    shop.order()
    until_open(shop, executor)

    assert database.run(lambda tx: breaker.may_call(tx, other.account_id)) is True
    assert [database.run(lambda tx: breaker.may_call(tx, shop.workload.account_id)) for _ in range(2)][1] is False
    assert "cannot be entered" in account(shop)["health_reason"]


def test_a_question_to_an_account_that_is_left_alone_is_not_asked(open_one: Shop, clouds):
    owner = database.run(lambda tx: accounts.get(tx, open_one.workload.account_id))
    database.run(lambda tx: breaker.may_call(tx, owner.id))

    with pytest.raises(errors.Unavailable, match="does not answer"):
        breaker.ask(clouds, owner, lambda ec2: pytest.fail("asked"))


def test_neither_prices_nor_queues_are_asked_for_in_an_account_that_is_left_alone(open_one: Shop, clouds, settings):
    database.run(lambda tx: breaker.may_call(tx, open_one.workload.account_id))
    before = len(open_one.simulator.calls(since=open_one.since))

    told = collect(clouds), score_placements(clouds), Intake(clouds, settings).tend()

    assert (told[0]["unreachable"], told[1]["placement_scores"], told[2]["queues"]) == (1, 0, 0)
    assert len(open_one.simulator.calls(since=open_one.since)) == before


def test_a_role_that_may_not_read_queues_is_no_silence_of_its_account(shop: Shop, clouds, settings):
    shop.simulator.fault("GetQueueUrl", code="AccessDenied", http_status=403, share=1.0)

    for _ in range(breaker.FAILURES + 1):
        assert Intake(clouds, settings).tend()["queues"] == 0
        shop.world.jump(seconds=30)

    assert shop.world.one("SELECT * FROM account_breakers") is None


def test_one_accounts_slow_answers_hold_up_nobody_else(shop: Shop, executor):
    """Twelve orders of an account that takes four seconds for each; the neighbour's one order is done meanwhile."""
    shop.simulator.fault("RunInstances", delay_seconds=4.0, only_delay=True, share=1.0, account_id="123456789012")
    neighbour = shop.world.workload("neighbour", aws_account=OTHER)
    shop.world.looked_at()
    order_many(shop, 12)
    crew = Crew(executor)
    crew.send()

    shop.world.interruption(neighbour)
    began = time.monotonic()
    while time.monotonic() - began < 3.5 and not theirs(shop, neighbour.client.id):
        crew.send(), time.sleep(0.05)
    waited = time.monotonic() - began
    crew.finish()

    assert waited < 3.5, "the neighbour waited for the slow one"


def theirs(shop: Shop, client_id: int) -> bool:
    """Whether an order of that client was answered in any way."""
    row = shop.world.one("SELECT tries, lease_until, state FROM actions WHERE client_id = %(id)s AND kind = 'launch'", id=client_id)
    return bool(row and row["tries"] and (row["state"] != "pending" or row["lease_until"] is None))
