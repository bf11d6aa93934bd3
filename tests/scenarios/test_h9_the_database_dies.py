"""H9: the database is killed while notices are read from the queue, and is back after some seconds: nothing is lost, nothing done twice.

The story's half minute is six seconds here: the reader pauses two seconds after each failure, so that it fails, pauses and fails
again, and what was received comes back when its twenty seconds of invisibility are over, which a lever brings about.
"""

import threading
import time

import pytest

from core import errors
from core.intake.event_intake import QueueReader
from database.private import PrivateDatabase
from tests.scenarios.street import Street
from tests.scenarios.town import until
from tests.simulator import ACCOUNT
from tests.world import REGION

COUNT, AWAY_SECONDS = 60, 6.0


@pytest.fixture
def workloads(street: Street) -> list:
    return [street.world.workload(f"shop-{n:02d}", street.workload.client) for n in range(COUNT)]


@pytest.fixture
def reading(street: Street):
    """A reader at work by itself, as in the product."""
    stopping = threading.Event()
    reader = QueueReader(street.queue, street.account, REGION, stopping.is_set)
    thread = threading.Thread(target=reader.read_on, daemon=True)
    yield thread
    stopping.set()
    thread.join(20)


def committed(street: Street) -> int:
    try:
        return street.count("notices")
    except errors.Unavailable:
        return 0


def test_a_database_that_is_killed_loses_no_notice_and_none_is_answered_twice(street: Street, mariadb: PrivateDatabase, workloads, reading):
    street.put(*[street.warning(workload.primary.ec2_instance_id) for workload in workloads])
    reading.start()
    until("it is in the midst of it", lambda: committed(street) >= 5, 30, every=0.005)

    mariadb.kill()
    time.sleep(AWAY_SECONDS)
    left = street.messages()
    mariadb.start()

    assert reading.is_alive()
    until("the database answers", lambda: committed(street), 30)
    assert committed(street) + left >= COUNT, "deleted, and not committed"
    print(f"{committed(street)} of {COUNT} were committed before the end, {left} messages were left")
    until("every one is committed", lambda: (street.simulator.wake_messages(ACCOUNT), committed(street) == COUNT)[1], 60, every=1.0)
    until("the queue is empty", lambda: (street.simulator.wake_messages(ACCOUNT), street.messages() == 0)[1], 60, every=1.0)
    assert (street.count("incidents"), street.count("actions", "kind = 'launch'"), street.count("replica_instances")) == (COUNT,) * 3
