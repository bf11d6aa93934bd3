"""One worker of several is killed or stands still, the database comes back, the server too: how long until somebody goes on (MET-38, INV-45)."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import requests

from scripts.client import ApiError
from scripts.stack import ROOT, Stack
from tests.scenarios.calm import Calm
from tests.scenarios.town import Town, until

TAKE_OVER_SECONDS, HANDLED_SECONDS, BACK_SECONDS = 15, 5, 3
NOTICE = """
import sys
from config.settings import read_settings, use
from core import database
from core.emergencies import emergency
database.connect(use(read_settings()))
agent, ec2_id, at = int(sys.argv[1]), sys.argv[2], sys.argv[3]
database.run(lambda tx: emergency.handle_termination_notice(tx, agent, None, {"instance_id": ec2_id, "termination_time": at, "detected_at": at}))
"""


def asked(stack: Stack, sql: str, *parameters: object) -> tuple:
    with stack.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()


def holder(stack: Stack) -> tuple[int, int]:
    """The process that runs the timetable, and its token."""
    name, token = until("somebody holds the lease", lambda: held(stack), 30, every=0.1)
    return int(name.split(":")[1]), token


def held(stack: Stack) -> tuple | None:
    return asked(stack, "SELECT holder, token FROM leases WHERE name = 'timetable' AND expires_at > UTC_TIMESTAMP(6)")


def taken_over(stack: Stack, token: int) -> tuple | None:
    now = held(stack)
    return now if now and now[1] > token else None


def measure_take_over(stack: Stack, token: int, calm: Calm) -> float:
    """Seconds until another process holds the lease, as this machine would take alone."""
    until("another process took over", lambda: taken_over(stack, token), 90, every=0.1)
    return calm.seconds_of_ours(calm.seconds())


def workers(stack: Stack) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(stack._server.pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_worker_that_stands_still_with_the_lease_is_followed_and_deposed_when_it_wakes(stack: Stack, town: Town):
    [shop] = town.open("stands-still")
    pid, token = holder(stack)
    calm = Calm(stack._server.pid)

    with frozen(pid):
        seconds = measure_take_over(stack, token, calm)
        town.levers.interrupt(shop.ec2_id)
        heir = until("the workload is carried over", lambda: town.answering(shop) - {shop.ec2_id}, 150)

    assert seconds <= TAKE_OVER_SECONDS
    until("it takes requests again", lambda: town.primary(shop) in heir, 60)
    assert town.launches() == heir, "one machine, whoever ordered it"
    assert (holder(stack)[0] != pid, held(stack)[1] > token) == (True, True), "who wakes up finds itself deposed"
    assert asked(stack, "SELECT COUNT(*) FROM (SELECT 1 FROM job_runs GROUP BY job, slot HAVING COUNT(*) > 1) twice") == (0,)


def test_one_worker_of_several_killed_loses_nothing_that_was_acknowledged_and_is_followed(stack: Stack, town: Town):
    [shop] = town.open("worker-killed")
    pid, token = holder(stack)
    said: dict[str, int] = {}
    over = threading.Event()
    speakers = [threading.Thread(target=speak, args=(town, shop, said, over), daemon=True) for _ in range(4)]
    for one in speakers:
        one.start()
    until("notices are acknowledged", lambda: len(said) > 10, 60)
    calm = Calm(stack._server.pid)

    os.kill(pid, signal.SIGKILL)

    seconds = measure_take_over(stack, token, calm)
    until("the master has made another", lambda: len(set(workers(stack)) - {pid}) >= 2, 60)
    over.set()
    for one in speakers:
        one.join(60)
    kept = {key for (key,) in every(stack, "SELECT request_id FROM idempotency_keys")}
    assert seconds <= TAKE_OVER_SECONDS
    assert set(said) - kept == set(), "what was answered is stored"


def speak(town: Town, shop, said: dict, over: threading.Event) -> None:
    """Notices, one after the other; those that were answered are remembered."""
    while not over.is_set():
        request_id = str(uuid4())
        try:
            town.notice(shop, "rebalance", request_id, notice_time="2026-01-01T00:00:00Z")
            said[request_id] = 1
        except (ApiError, requests.RequestException, OSError):
            time.sleep(0.05)
        time.sleep(0.1)  # under the limit of a client


def every(stack: Stack, sql: str) -> tuple:
    with stack.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_the_first_answer_after_the_databases_return_comes_within_three_seconds(stack: Stack, town: Town):
    stack.database.kill()
    until("the server says that it has no database", lambda: not answers(stack, town), 30, every=0.1)
    stack.database.start()
    calm = Calm(stack._server.pid)

    until("the server answers", lambda: answers(stack, town), 60, every=0.05)

    assert calm.seconds_of_ours(calm.seconds()) <= BACK_SECONDS


def answers(stack: Stack, town: Town) -> bool:
    bearer = {"Authorization": f"Bearer {town.client.token}"}
    try:
        return requests.get(f"{stack.url}/api/client/validate", headers=bearer, timeout=10).ok
    except requests.RequestException:
        return False


def test_what_a_notice_left_in_the_rows_is_carried_out_within_five_seconds_of_a_restart(stack: Stack, town: Town):
    """The notice is committed and whoever took it is gone: its order stands in the rows alone."""
    [shop] = town.open("left-in-the-rows")
    stack.kill_server()
    [agent] = asked(stack, "SELECT id FROM agents WHERE uuid = %s", shop.agent_id)
    at = (datetime.now(UTC) + timedelta(seconds=110)).isoformat()
    subprocess.run([sys.executable, "-c", NOTICE, str(agent), shop.ec2_id, at], cwd=ROOT, env=stack.environment(), check=True, timeout=120)
    assert town.launches() == set()

    stack.start_server()
    calm = Calm(stack._server.pid)
    until("its order is carried out", town.launches, 60, every=0.05)

    assert calm.seconds_of_ours(calm.seconds()) <= HANDLED_SECONDS
    assert town.moved(shop, 90) in town.launches()
