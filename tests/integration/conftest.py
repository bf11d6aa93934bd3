"""What integration tests share: a caller of the HTTP API, and a workload on the simulated AWS."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import database, errors
from core.cloud.aws import Clouds
from core.execution.actions import Executor
from tests.integration.shop import Shop, Still, open_shop
from tests.simulator import Simulator

ADMIN = "a" * 64
# Writes that may leave no audit row, each with its reason; every other one must, in every test of this room (CON-15).
MAY_BE_SILENT = {
    "agents.heartbeat": "a measurement", "reporting.pricing_report": "a measurement", "replicas.sync_status": "a measurement",
    "decisions.decide": "advice: nothing changes", "switching.simulate_switch": "nothing changes", "monitoring.test_stream": "an event and no state",
    "inbox.mark_read": "a person's own mark", "inbox.mark_all_read": "a person's own mark",
    "identity.sign_in": "its row in sessions says who, from where and when", "identity.sign_out": "as signing in",
    "instances.simulate_interruption": "at the simulated AWS, which tells of it",
    **dict.fromkeys(
        ("agents.register", "commands.command_executed", "emergency.rebalance_notice", "emergency.termination_notice", "incidents.acknowledge",
         "failover.failover_report", "models.activate_model", "models.fall_back", "replicas.replica_status", "reporting.switch_report", "workloads.configure"),
        "the same once more changes nothing; the first time is audited",
    ),
}  # fmt: skip


@dataclass
class Api:
    """Speaks as whoever holds ``token``; each POST bears a request id of its own unless one is given."""

    http: FlaskClient
    token: str | None = None

    def by(self, token: str | None) -> "Api":
        return Api(self.http, token)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.http.get(path, headers=self._headers(more), **more)

    def post(self, path: str, body: Any = None, request_id: str | None = None, **more: Any) -> TestResponse:
        return self._write("POST", path, body, request_id, more)

    def put(self, path: str, body: Any = None, request_id: str | None = None, **more: Any) -> TestResponse:
        return self._write("PUT", path, body, request_id, more)

    def patch(self, path: str, body: Any = None, request_id: str | None = None, **more: Any) -> TestResponse:
        return self._write("PATCH", path, body, request_id, more)

    def delete(self, path: str, body: Any = None, request_id: str | None = None, **more: Any) -> TestResponse:
        return self._write("DELETE", path, body, request_id, more)

    def _write(self, method: str, path: str, body: Any, request_id: str | None, more: dict) -> TestResponse:
        headers = {"X-Request-ID": request_id or str(uuid4()), **self._headers(more)}
        content = {"data": body, "content_type": "application/json"} if isinstance(body, bytes) else {"json": body or {}}
        before = last_audit()
        reply = self.http.open(path, method=method, headers=headers, **content, **more)
        assert not is_silent(self.http, path, method, reply, before), f"{method} {path} changed something without an audit row (CON-15)"
        return reply

    def _headers(self, more: dict) -> dict:
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**bearer, **more.pop("headers", {})}


def is_silent(http: FlaskClient, path: str, method: str, reply: TestResponse, before: int | None) -> bool:
    """Whether a write was done, and no audit row came with it, though its route is none that may be silent."""
    done = reply.status_code < 300 and "Idempotent-Replayed" not in reply.headers
    if not done or before is None or last_audit() != before:
        return False
    found = [rule for rule in http.application.url_map.iter_rules() if rule.endpoint in MAY_BE_SILENT and method in rule.methods]
    return not any(re.fullmatch(re.sub(r"<[^>]+>", "[^/]+", rule.rule), path.partition("?")[0]) for rule in found)


def last_audit() -> int | None:
    """The newest audit row; None while the test keeps the database away."""
    try:
        return database.run(lambda tx: tx.one("SELECT COALESCE(MAX(id), 0) AS id FROM audit_logs"))["id"]
    except errors.SpotError:
        return None


@pytest.fixture
def api(http) -> Api:
    """Nobody yet; ``api.by(token)`` is somebody."""
    return Api(http)


@pytest.fixture
def admin(api: Api) -> Api:
    return api.by(ADMIN)


@pytest.fixture
def still(simulator: Simulator) -> Iterator[Still]:
    """The simulated AWS with machines that never boot."""
    made = Still(simulator)
    yield made
    made.calm()


@pytest.fixture
def executor(clouds: Clouds, settings) -> Executor:
    return Executor(clouds, settings)


@pytest.fixture
def shop(world, still: Still, clouds: Clouds) -> Shop:
    """A workload whose PRIMARY runs in the simulated AWS."""
    return open_shop(world, still, clouds)


def error_of(reply: TestResponse) -> tuple[int, str]:
    """Status and code of a reply in the error envelope; fails for any other shape."""
    body = reply.get_json()
    assert (body["status"], set(body)) == ("error", {"status", "error"})
    assert set(body["error"]) == {"code", "message", "request_id", "details"}
    return reply.status_code, body["error"]["code"]


def data_of(reply: TestResponse) -> Any:
    """The data of a reply in the success envelope."""
    body = reply.get_json()
    assert (body["status"], set(body)) == ("success", {"status", "data"}), body
    return body["data"]
