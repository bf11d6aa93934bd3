"""Two servers beside each other on one database, started by the two printed commands: both answer, and each job runs once.

The first is `gunicorn … backend:app` without a configuration file named (CLI-05, K-41); the second `FLASK_PORT=… python
backend.py` (CLI-05, CLI-06) with LOG_LEVEL=DEBUG (CLI-14).
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from core.cloud.simulator.ports import free_port
from scripts.stack import ROOT

PRINTED = "-w 2 -b 127.0.0.1:{port} --timeout 120 --access-logfile {logs}/access.log --error-logfile {logs}/error.log backend:app"
WATCHED = ("emergency_watch", "heartbeat_watch", "safe_mode")


@dataclass
class Server:
    """One process tree of the product, and what it wrote."""

    port: int
    log: Path
    process: subprocess.Popen

    def get(self, path: str) -> requests.Response:
        session = requests.Session()
        session.trust_env = False
        return session.get(f"http://127.0.0.1:{self.port}{path}", timeout=10)

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/health").status_code == 200
        except requests.RequestException:
            return False

    def runs(self) -> list[str]:
        """The jobs that were run under the lease, as its debug lines tell them."""
        lines = (json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{"))
        return [line["job"] for line in lines if line["logger"] == "core.leases" and line["level"] == "debug"]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@pytest.fixture
def start(world, settings, access, simulator, tmp_path):
    """Start a server by a command; the environment is a fresh machine's and what is named."""
    running: list[Server] = []

    def begin(*command: str, port: int, **environment: str) -> Server:
        given = {
            "PATH": os.environ["PATH"], **access.environment(), "INSTALL_KEY": settings.install_key, "JWT_SECRET": settings.jwt_secret,
            "SIMULATOR_URL": simulator.url, "AWS_EC2_METADATA_DISABLED": "true", "DB_POOL_SIZE": "8", "LOG_LEVEL": "DEBUG", **environment,
        }  # fmt: skip
        log = tmp_path / f"{port}.log"
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=given, stdout=log.open("ab"), stderr=subprocess.STDOUT, start_new_session=True)
        running.append(Server(port, log, process))
        return running[-1]

    yield begin
    for server in running:
        if server.process.poll() is None:
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()


def until(what: str, fact, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_both_printed_commands_start_a_server_and_on_one_database_each_job_runs_once(world, start, tmp_path):
    ports = free_port(), free_port()
    first = start("-m", "gunicorn", *PRINTED.format(port=ports[0], logs=tmp_path).split(), port=ports[0])
    second = start("backend.py", port=ports[1], FLASK_PORT=str(ports[1]))
    until("both answer", lambda: first.answers() and second.answers())
    until("the watched jobs have run some times", lambda: all(runs(world).get(name, 0) > 1 for name in WATCHED))

    assert first.get("/api").json()["data"]["name"] == second.get("/api").json()["data"]["name"] == "Spot Optimizer"
    assert first.get("/health").json()["scheduler"]["holder"] == second.get("/health").json()["scheduler"]["holder"]
    assert_gevent_and_a_shared_port(first, tmp_path)
    assert [server.stop() for server in (first, second)] == [0, 0]
    told = first.runs() + second.runs()
    assert {name: told.count(name) for name in WATCHED} == {name: count for name, count in runs(world).items() if name in WATCHED}
    assert "GET /api 200" in (tmp_path / "access.log").read_text()


def runs(world) -> dict[str, int]:
    """How often each job ran to its end: a row is one slot of it."""
    rows = world.all("SELECT job, COUNT(*) AS n FROM job_runs WHERE finished_at IS NOT NULL GROUP BY job")
    return {row["job"]: row["n"] for row in rows}


def assert_gevent_and_a_shared_port(server: Server, logs: Path) -> None:
    """Never sync workers, though the line names none; and a second server may listen beside it."""
    assert "Using worker: config.worker.Worker" in (logs / "error.log").read_text()
    with socket.socket() as beside:
        beside.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        beside.bind(("127.0.0.1", server.port))
    with socket.socket() as alone, pytest.raises(OSError):
        alone.bind(("127.0.0.1", server.port))


def test_a_server_told_to_run_no_workers_answers_and_leaves_the_timetable_to_others(world, start):
    """CFG-06."""
    port = free_port()
    server = start("backend.py", port=port, FLASK_PORT=str(port), START_WORKERS="false")
    until("it answers", server.answers)
    time.sleep(1.0)

    assert (runs(world), server.get("/health").json()["scheduler"]["holder"]) == ({}, None)
    assert server.get("/health").json()["status"] == "degraded"
