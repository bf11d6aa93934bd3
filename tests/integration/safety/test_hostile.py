"""Nothing anybody sends makes the server fail, reaches the database as a command, or leaves a row when it is refused (F25, F26)."""

import json
import os
import resource
import time
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from config.settings import use
from core import auth, limits
from core.agents import enrolment
from tests.integration.conftest import ADMIN
from tests.integration.safety.hostile import Case, cases
from tests.world import World

MOST = int(os.environ.get("SPOTOPT_HOSTILE", "5200"))
AT_ONCE = 25
BOOKKEEPING = {"audit_logs", "notifications", "rate_counters", "idempotency_keys", "sessions", "system_events", "system_settings", "agent_heartbeats", "api_tokens"}
SLOWEST_SECONDS = 2.5  # a SLEEP(3) that is executed takes longer


@dataclass
class Cast:
    """Whoever may ask, with a token each."""

    world: World
    tokens: dict[str, str | None]
    ids: dict[str, str]
    known: dict[str, str]

    @classmethod
    def of(cls, world: World) -> "Cast":
        shop = world.workload(aws_account=f"{uuid4().int % 10**12:012d}")
        replica = world.replica(shop)
        enroller, _ = world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))
        tokens = {"admin": ADMIN, "client": shop.client.token, "agent": shop.token, "enrolment": enroller, "open": None}
        ids = {"client_id": shop.client.uuid, "agent_id": shop.uuid, "instance_id": shop.primary.uuid, "replica_id": replica.uuid}
        return cls(world, tokens, ids, {"instance_id": shop.primary.ec2_instance_id})

    def send(self, http, case: Case):
        token = self.tokens.get(case.auth)
        headers = {"X-Request-ID": str(uuid4()), **({"Authorization": f"Bearer {token}"} if token else {}), **case.headers}
        content = {} if case.body is None else {"data": case.body, "content_type": case.headers.get("Content-Type", "application/json")}
        headers = {name: value for name, value in headers.items() if not (content and name == "Content-Type")}
        return http.open(case.path, method=case.method, headers=headers, query_string=case.query, **content)


def spread(by_route: dict[str, list[Case]], most: int) -> dict[str, list[Case]]:
    """At most so many, evenly: every n-th of each route, and never fewer than forty of one."""
    total = sum(map(len, by_route.values()))
    step = max(1.0, total / most)
    return {route: [some[int(i * step)] for i in range(int(len(some) / step))] if len(some) > 40 else some for route, some in by_route.items()}


def wrong_with(case: Case, reply, seconds: float) -> str | None:
    """What is not as it must be, in words."""
    if reply.status_code >= 500:
        return f"{reply.status_code}"
    if seconds > SLOWEST_SECONDS:
        return f"took {seconds:.1f} s"
    if reply.status_code >= 400:
        return _wrong_envelope(reply)
    if reply.mimetype == "text/html" and "<script>alert" in reply.get_data(as_text=True):
        return "is reflected into a page"
    return None


def _wrong_envelope(reply) -> str | None:
    try:
        told = json.loads(reply.get_data())
    except ValueError:
        return f"{reply.status_code} without JSON"
    good = set(told) == {"status", "error"} and set(told["error"]) == {"code", "message", "request_id", "details"}
    return None if good and told["status"] == "error" else f"{reply.status_code} in another envelope"


class Ledger:
    """How many rows each business table has; audit, alarms and counters may grow."""

    def __init__(self, world: World, tables: list[str]):
        self._world = world
        counts = " UNION ALL ".join(f"SELECT '{name}' AS name, COUNT(*) AS n FROM {name}" for name in sorted(set(tables) - BOOKKEEPING))
        self._sql = counts

    def read(self) -> dict[str, int]:
        return {row["name"]: row["n"] for row in self._world.all(self._sql)}


@pytest.fixture
def canary(mariadb, access):
    """A table the product knows nothing of, and may change."""
    with mariadb.root() as root, root.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {access.database}.canary (id INT PRIMARY KEY, word VARCHAR(20))")
        cursor.execute(f"INSERT INTO {access.database}.canary VALUES (1, 'sings'), (2, 'still')")
        cursor.execute(f"GRANT UPDATE, DELETE ON {access.database}.canary TO '{access.user}'@'127.0.0.1'")
        root.commit()
        yield
        cursor.execute(f"DROP TABLE IF EXISTS {access.database}.canary")


@pytest.fixture
def simulated(app, world, settings, simulator):
    """The application speaks to the simulated AWS that runs."""
    use(replace(settings, simulator_url=simulator.url))
    yield app
    use(settings)


def test_no_input_yields_a_5xx_and_what_is_refused_leaves_no_row(simulated, http, world, canary, tables, monkeypatch):
    monkeypatch.setattr(limits, "over", lambda limit, who: None)
    monkeypatch.setattr(auth.limits, "spend", lambda limit, who: None)
    world.prices()
    ledger, cast = Ledger(world, tables), Cast.of(world)
    routes = spread(cases(simulated, cast.ids, cast.known), MOST)
    memory = peak_mb()
    tally, problems = {}, []

    for route, sent in routes.items():
        for start in range(0, len(sent), AT_ONCE):
            problems += _volley(http, cast, ledger, route, sent[start : start + AT_ONCE], tally)
        if http.get("/api/client/validate", headers={"Authorization": f"Bearer {cast.tokens['client']}"}).status_code != 200:
            cast = Cast.of(world)

    print(f"{sum(tally.values())} requests over {len(routes)} routes: {dict(sorted(tally.items()))}")
    assert problems == [], "\n".join(problems)
    assert sum(tally.values()) >= min(MOST, 5000)
    assert peak_mb() - memory <= 50
    assert world.all("SELECT word FROM canary ORDER BY id") == [{"word": "sings"}, {"word": "still"}]


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _volley(http, cast: Cast, ledger: Ledger, route: str, volley: list[Case], tally: dict) -> list[str]:
    """Send some; what was wrong with each, and whether refused ones left rows."""
    before, problems, accepted = ledger.read(), [], False
    for case in volley:
        began = time.monotonic()
        reply = cast.send(http, case)
        tally[reply.status_code] = tally.get(reply.status_code, 0) + 1
        accepted |= reply.status_code < 400
        wrong = wrong_with(case, reply, time.monotonic() - began)
        reply.close()
        if wrong:
            problems.append(f"{route} [{case.what}]: {wrong}")
    if not accepted and ledger.read() != before:
        problems.append(f"{route}: refused, and yet rows changed near {volley[0].what}")
    return problems


class Reply:
    """As much of a reply as is judged."""

    mimetype = "application/json"

    def __init__(self, status_code: int, body: str):
        self.status_code, self._body = status_code, body

    def get_data(self, as_text: bool = False):
        return self._body if as_text else self._body.encode()


@pytest.mark.parametrize(
    ("status", "body", "seconds", "said"),
    [
        (500, "{}", 0.1, "500"), (503, "{}", 0.1, "503"), (200, "{}", 3.1, "took"), (404, "<h1>Not Found</h1>", 0.1, "without JSON"),
        (422, '{"error":"no"}', 0.1, "another envelope"), (422, '{"status":"error","error":{"code":"X"}}', 0.1, "another envelope"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_noticed(status, body, seconds, said):
    assert said in wrong_with(Case("GET", "/", "open", "x"), Reply(status, body), seconds)


def test_every_route_and_every_field_is_among_the_targets(simulated):
    made = cases(simulated, {})

    assert len(made) == sum(len(rule.methods - {"HEAD", "OPTIONS"}) for rule in simulated.url_map.iter_rules())
    assert {case.what.split("=")[0] for case in made["PUT /api/admin/safe-mode"]} >= {"on", "reason", "deep list", "NaN", "key twice"}
