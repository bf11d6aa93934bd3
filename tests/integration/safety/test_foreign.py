"""Every route with an id in its address, asked by somebody whose it is not: answered as if it did not exist (F27, CON-09)."""

import json
from uuid import uuid4

import pytest
from werkzeug.routing import Rule

from core import auth, limits
from core.operations.safe_mode import switch
from tests.integration.safety.hostile import WRITES, _path, _schema_of, example


@pytest.fixture
def tenants(world, monkeypatch):
    """Two workloads of two clients, the second one with an open incident and a replica."""
    monkeypatch.setattr(limits, "over", lambda limit, who: None)
    monkeypatch.setattr(auth.limits, "spend", lambda limit, who: None)
    world.prices()
    mine, theirs = world.workload("mine"), world.workload("theirs-secret-name", aws_account="210987654321")
    world.db.run(lambda tx: switch(tx, True, actor="admin", reason="nothing is launched here"))
    replica = world.replica(theirs, ready=False)
    incident = world.interruption(theirs)["incident_id"]
    ids = {
        "client_id": theirs.client.uuid, "agent_id": theirs.uuid, "instance_id": theirs.primary.uuid, "replica_id": replica.uuid,
        "incident_id": incident, "account_id": world.one("SELECT uuid FROM accounts WHERE aws_account_id = '210987654321'")["uuid"],
    }  # fmt: skip
    return mine, theirs, ids


def targets(app) -> list[tuple[Rule, str]]:
    """The routes of clients and agents that name something in their address."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments and app.view_functions[rule.endpoint].auth in ("client", "agent")]
    return [(rule, method) for rule in rules for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]


def ask(app, http, rule: Rule, method: str, token: str, ids: dict):
    schema = _schema_of(app.view_functions[rule.endpoint])
    good = {name: example(f) for name, f in schema().fields.items()} if schema else {}
    path = _path(rule, lambda name: ids.get(name, str(uuid4())))
    content = {"data": json.dumps(good, default=str), "content_type": "application/json"} if method in WRITES else {}
    return http.open(path, method=method, headers={"Authorization": f"Bearer {token}", "X-Request-ID": str(uuid4())}, **content)


def test_what_is_anothers_and_what_does_not_exist_are_answered_alike_on_every_route(app, http, world, tenants):
    mine, theirs, ids = tenants
    secrets = ("theirs-secret-name", theirs.primary.ec2_instance_id, "210987654321")
    problems = []

    for rule, method in targets(app):
        for token in (mine.client.token, mine.token):
            foreign, unknown = ask(app, http, rule, method, token, ids), ask(app, http, rule, method, token, {})
            if foreign.status_code < 400 or told(foreign) != told(unknown):
                problems.append(f"{method} {rule.rule}: {told(foreign)} for what is foreign, {told(unknown)} for what is nothing")
            problems += [f"{method} {rule.rule}: {secret}" for secret in secrets if secret in foreign.get_data(as_text=True)]

    assert len(targets(app)) >= 15
    assert problems == []


def told(reply) -> tuple[int, str, str]:
    error = (reply.get_json() or {}).get("error", {})
    return reply.status_code, error.get("code"), error.get("message")


def test_its_owner_is_let_in_by_the_same_addresses(app, http, world, tenants):
    """Else the test above would prove nothing."""
    _, theirs, ids = tenants

    reads = [(rule, method) for rule, method in targets(app) if method == "GET" and set(rule.arguments) <= {"client_id", "agent_id"}]
    heard = {ask(app, http, rule, method, theirs.client.token, ids).status_code for rule, method in reads}

    assert 200 in heard and len(reads) >= 6
