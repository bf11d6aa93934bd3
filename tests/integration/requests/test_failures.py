"""A request that ends in a 5xx has done nothing: neither its work nor its key is there, and the same request may come again (INV-35)."""

import pymysql
import pytest

from core import errors
from tests.integration.conftest import Api, error_of
from tests.world import Workload, World

KEY = "request-0001"
COUNTERS = {"rate_counters"}  # a refused request counts


@pytest.fixture
def shop(world: World) -> Workload:
    world.prices()
    return world.workload()


@pytest.fixture
def tell(api: Api, shop: Workload):
    """Post an interruption notice of the shop's PRIMARY: it writes into a dozen tables."""
    api.http.application.config["PROPAGATE_EXCEPTIONS"] = False
    api.by(shop.token).get(f"/api/agents/{shop.uuid}/config")  # the first use of a secret is noted, whatever becomes of the request

    def post():
        notice = {"instance_id": shop.primary.ec2_instance_id, "action": "terminate", "time": "2099-01-01T00:00:00Z"}
        return api.by(shop.token).post(f"/api/agents/{shop.uuid}/termination-notice", notice, KEY)

    return post


def rows(world: World, tables: list[str]) -> dict[str, list]:
    """Every row of every table, as text."""
    names = sorted({*tables, "audit_logs"} - COUNTERS)
    return {name: sorted(map(str, world.all(f"SELECT * FROM {name}"))) for name in names}


def raising(error: BaseException):
    def fails(*_, **__):
        raise error

    return fails


# where it fails, how, and the answer
FAILURES = [
    ("core.idempotency.idempotency.store_reply", ZeroDivisionError("nobody foresaw this"), (500, "INTERNAL")),
    ("core.emergencies.emergency.respond", errors.SpotError("a mistake of ours"), (500, "INTERNAL")),
    ("core.events.emit", MemoryError(), (500, "INTERNAL")),
    ("pymysql.connections.Connection.commit", pymysql.OperationalError(2013, "lost"), (503, "UNAVAILABLE")),
]


@pytest.mark.parametrize(("place", "error", "answer"), FAILURES, ids=[place for place, *_ in FAILURES])
def test_a_request_that_fails_on_our_side_leaves_no_row_and_is_done_when_it_comes_again(world, tables, tell, monkeypatch, place, error, answer):
    before = rows(world, tables)
    with monkeypatch.context() as placed:
        if "commit" in place:
            only_after_work(placed, error)
        else:
            placed.setattr(place, raising(error))
        assert error_of(tell()) == answer
    assert rows(world, tables) == before

    again = tell()

    assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (202, None)
    assert (count(world, "notices"), count(world, "incidents"), count(world, "idempotency_keys")) == (1, 1, 1)


def only_after_work(placed, error: Exception) -> None:
    """The connection breaks at the COMMIT of the work, not at that of the counters before it."""
    from core.sql import idempotency

    commit, stored = pymysql.connections.Connection.commit, []
    store = idempotency.store_reply
    placed.setattr(idempotency, "store_reply", lambda *args: (store(*args), stored.append(True)))
    placed.setattr(pymysql.connections.Connection, "commit", lambda self: raising(error)() if stored else commit(self))


def test_work_that_is_committed_before_the_request_fails_would_be_noticed(world, tables, tell, monkeypatch):
    """The naive twin: a step commits by itself."""
    before = rows(world, tables)
    monkeypatch.setattr("core.emergencies.emergency.respond", lambda tx, *_: (tx._connection.commit(), 1 / 0))

    assert error_of(tell()) == (500, "INTERNAL")
    assert rows(world, tables) != before


def count(world: World, table: str) -> int:
    return world.one(f"SELECT COUNT(*) AS n FROM {table}")["n"]
