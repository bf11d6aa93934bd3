"""While AWS is asked, no transaction is open; what changes anything there was committed as an intent before (INV-38)."""

from dataclasses import dataclass, field

import pytest
from botocore.httpsession import URLLib3Session

from core import database
from core.emergencies.reconciler import reconcile
from core.execution.orphans import sweep
from core.execution.watch import watch
from core.prices.pricing import collect
from tests.integration.shop import Shop

CHANGING = ("RunInstances", "TerminateInstances")


@dataclass
class Wire:
    """What left this process towards AWS: how many connections of the pool were lent, and which intent stood in the database."""

    lent: list[int] = field(default_factory=list)
    intents: list[dict | None] = field(default_factory=list)

    def look(self, world, body: str) -> None:
        pool = database.current().pool
        self.lent.append(world.settings.db_pool_size - pool._idle.qsize())
        if any(f"Action={name}" in body for name in CHANGING):
            self.intents.append(self._intent(world, body))

    def _intent(self, world, body: str) -> dict | None:
        """The committed order that names this token or this machine, as another connection sees it."""
        rows = world.all("SELECT client_token, kind, state, params, lease_until FROM actions")
        return next((row for row in rows if row["client_token"] in body or named(row, body)), None)


def named(row: dict, body: str) -> bool:
    return row["kind"] == "terminate" and any(part.removeprefix("InstanceId.1=") in row["params"] for part in body.split("&") if part.startswith("InstanceId.1="))


@pytest.fixture
def wire(shop: Shop, monkeypatch) -> Wire:
    made, send = Wire(), URLLib3Session.send

    def looked_at(self, request):
        body = request.body or b""
        made.look(shop.world, body.decode() if isinstance(body, bytes) else str(body))
        return send(self, request)

    monkeypatch.setattr(URLLib3Session, "send", looked_at)
    return made


def test_no_transaction_is_open_while_aws_is_asked_and_every_change_was_committed_first(shop: Shop, executor, clouds, settings, wire: Wire):
    """A launch that is refused, one that is throttled, one that works, an end, and every question between them."""
    shop.simulator.fault("RunInstances", code="InsufficientInstanceCapacity", http_status=500, count=1)
    shop.order()
    executor.drain()
    watch(clouds), collect(clouds), sweep(clouds, settings)
    shop.world.jump(hours=7)
    reconcile(), executor.drain()

    assert (shop.intent("terminate")["state"], len(shop.calls("RunInstances"))) == ("done", 2)
    assert set(wire.lent) == {0} and len(wire.lent) > 6
    assert [intent and intent["state"] for intent in wire.intents] == ["pending"] * 3
    assert all(intent["lease_until"] for intent in wire.intents)


def test_a_call_from_within_a_transaction_is_noticed(shop: Shop, clouds, wire: Wire):
    """The naive twin: ask first, commit afterwards."""
    with database.transaction():
        shop.simulator.ec2().describe_instances()

    assert wire.lent == [1]
