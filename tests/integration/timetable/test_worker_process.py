"""The timetable in a process of its own (`python -m jobs`): it works, and hands over when it is told to stop."""

import signal
import subprocess
import sys
import time

import pytest

from core.leases import NAME
from core.sql import leases
from scripts.stack import ROOT


@pytest.fixture(params=[["jobs"]])
def worker(request, world, settings, access, simulator):
    """A process of its own, by its module and arguments."""
    environment = {
        **access.environment(), "INSTALL_KEY": settings.install_key, "JWT_SECRET": settings.jwt_secret, "SIMULATOR_URL": simulator.url,
        "AWS_EC2_METADATA_DISABLED": "true", "PATH": "",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", *request.param], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()


def until(fact, seconds: float = 40):
    deadline = time.monotonic() + seconds
    while not (seen := fact()):
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.1)
    return seen


def holder(world) -> str | None:
    row = world.db.run(lambda tx: leases.holder(tx, NAME))
    return row and row["holder"]


ALERTS = ["jobs.alert_rules", "--interval", "0.2"]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("worker", [ALERTS], indirect=True)
def test_the_alert_worker_finishes_its_cycle_sums_up_and_ends_well(worker, told):
    """FAIL-26."""
    for line in worker.stderr:
        if "Starting evaluation cycle 2" in line:
            break
    worker.send_signal(told)

    rest = worker.stderr.read()

    assert worker.wait(timeout=40) == 0
    assert rest.rindex("Evaluation cycle completed") < rest.index("Alert worker stops after")
    assert "'evaluated'" in rest.splitlines()[-1]


def test_a_worker_runs_the_jobs_and_hands_the_lease_over_when_it_stops(world, worker):
    until(lambda: world.one("SELECT 1 AS yes FROM job_runs WHERE job = 'emergency_watch' AND finished_at IS NOT NULL LIMIT 1"))
    assert holder(world)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=40) == 0
    last = worker.stderr.read().splitlines()[-1]
    assert "the timetable stops after" in last and "ticks (" in last, "what it did is summed up at the end (FAIL-26)"
    assert world.one("SELECT expires_at < UTC_TIMESTAMP(6) AS free FROM leases")["free"], "nobody has to wait until it lapses"
