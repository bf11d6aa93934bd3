"""INV-33, INV-36, SEC-10 on the host: epochs never go back, a command is executed at most once, a secret changes safely."""

import threading

import pytest

from agent.backoff import Backoff
from agent.config import Config
from agent.identity import Identity
from agent.journal import Journal
from agent.loop import Agent
from agent.orders import Orders
from tests.unit.agent.kit import PRIMARY

HERE = {"role": "PRIMARY", "serve": True, "poll_seconds": 5.0}
ELSEWHERE = {"role": "ZOMBIE", "serve": False, "poll_seconds": 1.0}


class Workload:
    """Remembers what was wanted of it."""

    def __init__(self):
        self.wanted = []

    def want(self, serve: bool) -> None:
        self.wanted.append(serve)


@pytest.fixture
def identity(tmp_path) -> Identity:
    return Identity(tmp_path, PRIMARY)


@pytest.fixture
def workload() -> Workload:
    return Workload()


@pytest.fixture
def orders(identity, workload) -> Orders:
    return Orders(identity, workload, threading.Event())


def test_a_host_stops_its_workload_when_it_learns_a_higher_epoch(orders, workload):
    orders.accept({**HERE, "epoch": 3})
    orders.accept({**ELSEWHERE, "epoch": 4})

    assert workload.wanted == [True, False]


def test_orders_of_a_lower_epoch_are_ignored_from_whichever_reply_they_come(orders, workload):
    orders.accept({**ELSEWHERE, "epoch": 4})

    assert not orders.accept({**HERE, "epoch": 3})
    assert workload.wanted == [False]


def test_the_highest_epoch_is_on_disk_before_its_orders_are_obeyed(orders, identity, workload, tmp_path):
    workload.want = lambda serve: workload.wanted.append(Identity(tmp_path, PRIMARY).epoch)
    orders.accept({**HERE, "epoch": 7})

    assert workload.wanted == [7]


def test_a_new_epoch_asks_for_a_new_plan_at_once(identity, workload):
    bell = threading.Event()
    orders = Orders(identity, workload, bell)
    orders.accept({**HERE, "epoch": 0})
    assert not bell.is_set()

    orders.accept({**HERE, "epoch": 1})

    assert bell.is_set()


class Told:
    """A server that answers each poll with one reply, and keeps what is reported."""

    def __init__(self, epoch: int, *commands: dict):
        self.reply = {**HERE, "epoch": epoch, "commands": list(commands)}
        self.reported: list[str] = []

    def use(self, token: str) -> None:
        pass

    def get(self, path: str) -> dict:
        return self.reply

    def post(self, path: str, body: dict, request_id: str) -> dict:
        self.reported.append(path.split("/")[-2])
        return {}


@pytest.fixture
def host(identity, tmp_path) -> Agent:
    """A whole agent that knows epoch 4 and does nothing by itself; what it did stands in ``host.done``."""
    made = Agent(Config(state_dir=str(tmp_path)))
    made._assemble(identity, {"instance_id": PRIMARY, "region": "us-east-1"})
    made._workload = made._orders._workload = Workload()
    identity.saw_epoch(4)
    made.done = []
    made._do = lambda kind: (made.done.append(kind), {"success": True})[1]
    return made


def command(epoch: int) -> dict:
    return {"command_id": f"of-epoch-{epoch}", "kind": "restart_workload", "epoch": epoch, "payload": {}, "priority": 5}


def test_a_command_of_a_lower_epoch_is_refused_and_one_of_the_present_epoch_is_done(host, tmp_path):
    """It was given before the promotion and handed out after it: the reply is of this epoch, the command is not (INV-33)."""
    server = Told(4, command(3), command(4))

    host._poll_once(server, Backoff(0.5, 5))

    assert (host.done, server.reported) == (["restart_workload"], ["of-epoch-4"])
    assert Journal(tmp_path / "journal").outcome("of-epoch-3") is None


def test_no_command_of_a_reply_from_an_older_epoch_is_done(host):
    host._poll_once(server := Told(3, command(4)), Backoff(0.5, 5))

    assert (host.done, server.reported) == ([], [])


def test_a_command_is_begun_once_across_restarts(tmp_path):
    assert Journal(tmp_path).begin("c-1")
    assert not Journal(tmp_path).begin("c-1")


def test_a_command_that_was_cut_has_no_outcome_and_a_finished_one_keeps_it(tmp_path):
    journal = Journal(tmp_path)
    journal.begin("cut")
    journal.begin("done")
    journal.finish("done", {"success": True})

    assert (Journal(tmp_path).outcome("cut"), Journal(tmp_path).outcome("done")) == (None, {"success": True})


def test_a_command_cannot_name_a_file_elsewhere(tmp_path):
    Journal(tmp_path / "journal").begin("../../escape")

    assert [path.name for path in (tmp_path / "journal").iterdir()] == ["escape.json"]


def test_the_next_secret_is_on_disk_before_it_is_sent_and_the_old_one_until_it_is_taken(identity, tmp_path):
    old = identity.secret
    identity.prepare_secret()
    kept = Identity(tmp_path, PRIMARY)
    assert (kept.secret, kept.next_secret) == (old, identity.next_secret)

    identity.adopt_secret()

    assert Identity(tmp_path, PRIMARY).secret == kept.next_secret
    assert Identity(tmp_path, PRIMARY).next_secret is None


def test_a_secret_that_was_prepared_is_not_made_again(identity):
    identity.prepare_secret()
    first = identity.next_secret
    identity.prepare_secret()

    assert identity.next_secret == first
