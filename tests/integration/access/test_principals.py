"""Every kind of caller on every kind of route: who is let in, and what the others may learn (nothing)."""

from uuid import uuid4

import pytest

from core.agents import enrolment
from tests.integration.conftest import ADMIN, error_of

CALLERS = (
    "nobody",
    "a forger",
    "the admin",
    "the client",
    "another client",
    "the agent",
    "a sister agent",
    "a foreign agent",
    "an enroller",
)

# the route, and what each caller is answered: 401 who are you, 403 not you, 404 there is no such thing, 2xx and 422 come in.
# (A notice that names no instance is clear until a replica exists.)
MATRIX = {
    "POST /api/admin/clients/create": (401, 401, 422, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/notifications": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/stats": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/clients": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/clients/growth": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/instances": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/agents": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/agents/health-summary": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/activity": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/search?q=we": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/emergency-events": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/system-health": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/health/workers": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "POST /api/events/test/{client}": (401, 401, 202, 403, 403, 403, 403, 403, 403),
    "GET /api/events/stats": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/activity/live": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/auth/me": (401, 401, 200, 200, 200, 403, 403, 403, 403),
    "GET /api/client/validate": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/client/{client}": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/{client}/agents": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/{client}/incidents": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/{client}/instances": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/{client}/replicas": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/{client}/analytics/downtime": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "POST /api/agents/enrolment-tokens": (401, 401, 403, 422, 422, 403, 403, 403, 403),
    "POST /api/client/instances/{instance}/simulate-interruption": (401, 401, 403, None, 404, 403, 403, 403, 403),
    "GET /api/client/{client}/agents/history": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/instances/{instance}/logs": (401, 401, 403, 200, 404, 403, 403, 403, 403),
    "POST /api/client/agents/{agent}/config": (401, 401, 403, 200, 404, 403, 403, 403, 403),
    "POST /api/client/agents/{agent}/toggle-enabled": (401, 401, 403, 422, 422, 403, 403, 403, 403),
    "POST /api/client/agents/{agent}/settings": (401, 401, 403, 200, 404, 403, 403, 403, 403),
    "DELETE /api/client/agents/{agent}": (401, 401, 403, 200, 404, 403, 403, 403, 403),
    "GET /api/notifications": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "POST /api/notifications/{nothing}/mark-read": (401, 401, 403, 404, 404, 403, 403, 403, 403),
    "POST /api/notifications/mark-all-read": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/alerts": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "POST /api/alerts": (401, 401, 403, 422, 422, 403, 403, 403, 403),
    "PATCH /api/alerts/{nothing}": (401, 401, 403, 422, 422, 403, 403, 403, 403),
    "DELETE /api/alerts/{nothing}": (401, 401, 403, 404, 404, 403, 403, 403, 403),
    "GET /api/alerts/events": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/agents/{agent}/instances-to-terminate": (401, 401, 200, 200, 404, 200, 404, 404, 404),
    "GET /api/agents/{agent}/replica-config": (401, 401, 200, 200, 404, 200, 404, 404, 404),
    "GET /api/agents/{agent}/statistics": (401, 401, 200, 200, 404, 200, 404, 404, 404),
    "POST /api/agents/{agent}/termination-report": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/switch-report": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/termination": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/cleanup-report": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/replicas": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/replicas/{nothing}/promote": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/replicas/{nothing}/sync-status": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "PUT /api/agents/{agent}/replicas/{nothing}": (401, 401, 404, 404, 404, 404, 404, 404, 404),
    "DELETE /api/agents/{agent}/replicas/{nothing}": (401, 401, 404, 404, 404, 404, 404, 404, 404),
    "GET /api/agents/{agent}/config": (401, 401, 200, 200, 404, 200, 404, 404, 404),
    "GET /api/agents/{agent}/emergency-status": (401, 401, 200, 200, 404, 200, 404, 404, 404),
    "GET /api/agents/{agent}/replicas": (401, 401, 200, 200, 404, 200, 404, 404, 404),
    "GET /api/agents/{agent}/pending-commands": (401, 401, 404, 404, 404, 200, 404, 404, 404),
    "POST /api/agents/{agent}/heartbeat": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/serving": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "GET /api/agents/{agent}/failover-plan": (401, 401, 200, 200, 404, 200, 404, 404, 404),
    "POST /api/agents/{agent}/failover-report": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/rebalance-notice": (401, 401, 202, 422, 404, 202, 404, 404, 404),
    "POST /api/agents/{agent}/termination-notice": (401, 401, 202, 422, 404, 202, 404, 404, 404),
    "POST /api/agents/{agent}/pricing-report": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/replicas/{nothing}/status": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/commands/{nothing}/executed": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/agents/{agent}/issue-switch-command": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "POST /api/client/instances/{instance}/force-switch": (401, 401, 403, 422, 422, 403, 403, 403, 403),
    "POST /api/client/instances/{instance}/simulate-switch": (401, 401, 403, 422, 422, 403, 403, 403, 403),
    "GET /api/client/{client}/switch-history": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/{client}/export/switch-history": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/plans": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/plans/{nothing}": (401, 401, 403, 404, 404, 403, 403, 403, 403),
    "POST /api/plans/{nothing}/approve": (401, 401, 403, 404, 404, 403, 403, 403, 403),
    "POST /api/plans/{nothing}/reject": (401, 401, 403, 404, 404, 403, 403, 403, 403),
    "GET /api/replays": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "POST /api/replays": (401, 401, 403, 409, 409, 403, 403, 403, 403),
    "GET /api/replays/{nothing}": (401, 401, 403, 404, 404, 403, 403, 403, 403),
    "GET /api/replays/{nothing}/report": (401, 401, 403, 404, 404, 403, 403, 403, 403),
    "GET /api/replays/{nothing}/actions?policy=yours": (401, 401, 403, 404, 404, 403, 403, 403, 403),
    "POST /api/replays/{nothing}/cancel": (401, 401, 403, 404, 404, 403, 403, 403, 403),
    "PUT /api/modes": (401, 401, 403, 422, 422, 403, 403, 403, 403),
    "GET /api/groups": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/account/iam-policy": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/policies/diversity": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "PATCH /api/policies/diversity": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/admin/decision-engine": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "POST /api/admin/decision-engine/upload": (401, 401, 415, 403, 403, 403, 403, 403, 403),
    "GET /api/client/{client}/savings": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/{client}/export/savings": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/{client}/stats/charts": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/admin/export/global-stats": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/ledger": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "POST /api/ledger/bill-import": (401, 401, 403, 422, 422, 403, 403, 403, 403),
    "GET /api/ledger/reconciliation": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/metrics/kpi": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/metrics/composition": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/metrics/cost/timeseries": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "POST /api/agents/{agent}/decide": (401, 401, 422, 422, 404, 422, 404, 404, 404),
    "GET /api/agents/{agent}/switch-recommendation": (401, 401, 404, 404, 404, 404, 404, 404, 404),
    "GET /api/client/{client}/agents/decisions": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/instances/{instance}/available-options": (401, 401, 403, 200, 404, 403, 403, 403, 403),
    "POST /api/agents/register": (401, 401, 403, 403, 403, 403, 403, 403, 422),
    "GET /api/admin/ml-models": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/ml-models/sessions": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "POST /api/admin/ml-models/upload": (401, 401, 415, 403, 403, 403, 403, 403, 403),
    "POST /api/admin/models/upload": (401, 401, 415, 403, 403, 403, 403, 403, 403),
    "POST /api/admin/ml-models/activate": (401, 401, 422, 403, 403, 403, 403, 403, 403),
    "POST /api/lab/graduate": (401, 401, 422, 403, 403, 403, 403, 403, 403),
    "POST /api/admin/ml-models/shadow": (401, 401, 422, 403, 403, 403, 403, 403, 403),
    "POST /api/admin/ml-models/fallback": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/models/scorecard": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/admin/safe-mode": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "PUT /api/admin/safe-mode": (401, 401, 422, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/modules": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "PUT /api/admin/modules/{nothing}": (401, 401, 422, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/clients/{client}/token": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "POST /api/admin/clients/{nothing}/regenerate-token": (401, 401, 404, 403, 403, 403, 403, 403, 403),
    "DELETE /api/admin/clients/{nothing}": (401, 401, 404, 403, 403, 403, 403, 403, 403),
    "POST /api/incidents/{nothing}/acknowledge": (401, 401, 403, 404, 404, 403, 403, 403, 403),
    "POST /api/events/keys": (401, 401, 403, 422, 422, 403, 403, 403, 403),
    "POST /api/events/aws": (401,) * 9,
    "GET /api/client/{client}/pools": (401, 401, 200, 200, 404, 403, 403, 403, 403),
    "GET /api/client/{client}/pricing-history": (401, 401, 422, 422, 404, 403, 403, 403, 403),
    "GET /api/pools/lead-times": (401, 401, 200, 200, 200, 403, 403, 403, 403),
    "GET /api/client/pools": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /api/client/pricing-history": (401, 401, 403, 422, 422, 403, 403, 403, 403),
    "GET /api/client/instances/{instance}/pricing": (401, 401, 403, 200, 404, 403, 403, 403, 403),
    "GET /api/client/instances/{instance}/price-history": (401, 401, 403, 200, 404, 403, 403, 403, 403),
    "GET /api/client/instances/{instance}/pool-volatility": (401, 401, 403, 200, 404, 403, 403, 403, 403),
    "GET /api/admin/pools/statistics": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/consolidation-jobs": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "POST /api/admin/consolidation-jobs": (401, 401, 202, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/logs": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/metrics/operational": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "GET /api/admin/dead-letters": (401, 401, 200, 403, 403, 403, 403, 403, 403),
    "POST /api/admin/dead-letters/{nothing}/replay": (401, 401, 404, 403, 403, 403, 403, 403, 403),
    "POST /api/admin/impersonate": (401, 401, 422, 403, 403, 403, 403, 403, 403),
    "GET /api/accounts": (401, 401, 403, 200, 200, 403, 403, 403, 403),
    "GET /metrics": (401, 401, 200, 403, 403, 403, 403, 403, 403),
}


@pytest.fixture
def house(world):
    """One agent with a sister of the same client and a stranger; the bearer token of each caller."""
    world.prices()
    shop = world.workload()
    sister, foreign = world.workload("sister", shop.client), world.workload("foreign", aws_account="210987654321")
    enroller, _ = world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))
    tokens = (
        None,
        "soc_forged",
        ADMIN,
        shop.client.token,
        foreign.client.token,
        shop.token,
        sister.token,
        foreign.token,
        enroller,
    )
    return shop, foreign, dict(zip(CALLERS, tokens, strict=True))


@pytest.mark.parametrize("route", MATRIX)
def test_each_caller_hears_what_he_may_on(api, house, route):
    shop, foreign, tokens = house
    method, path = route.split()
    path = path.format(client=shop.client.uuid, agent=shop.uuid, instance=shop.primary.uuid, nothing=uuid4())
    asked = {name: status for name, status in zip(CALLERS, MATRIX[route], strict=True) if status}

    heard = {name: getattr(api.by(tokens[name]), method.lower())(path).status_code for name in asked}

    assert heard == asked


def test_no_route_is_missing_from_the_matrix(app):
    """Open routes and those with tests of their own are named here."""
    elsewhere = {
        "/", "/<path:path>", "/api", "/api/openapi.json", "/health", "/assets/<path:name>", "/favicon.svg", "/api/auth/token", "/api/auth/logout",
        "/api/events/stream",
    }  # fmt: skip
    shapes = {shape(route.split()[1].split("?")[0]) for route in MATRIX}

    assert {rule.rule for rule in app.url_map.iter_rules() if shape(rule.rule) not in shapes} == elsewhere


@pytest.mark.parametrize(
    "path", ["/api/client/{}", "/api/client/{}/agents", "/api/agents/{}/config", "/api/agents/{}/emergency-status"]
)
def test_what_belongs_to_another_and_what_does_not_exist_are_answered_alike(api, house, path):
    shop, foreign, _ = house
    me = api.by(shop.client.token)
    theirs = path.format(foreign.client.uuid if "client" in path else foreign.uuid)

    replies = [me.get(theirs), me.get(path.format(uuid4()))]

    assert {error_of(reply) for reply in replies} == {(404, "NOT_FOUND")}
    assert len({reply.get_json()["error"]["message"] for reply in replies}) == 1


FORGERIES = [
    "soc_", "soa_", "soe_", "soj_", "soa_x", "soa_{agent}_", "soa_{agent}_{other}", "soa__{secret}", "soe_1", "soe_x_y", "soe_1_",
    "soj_1", "soj_1_1", "soj_1_1_" + "0" * 64, "soj_x_1_" + "0" * 64, "soj_1_1_1_1", "a" * 63, "Bearer", "''", "x" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("token", FORGERIES, ids=[text[:20] for text in FORGERIES])
def test_a_token_nobody_issued_is_unauthenticated_everywhere(api, house, token):
    shop, foreign, _ = house
    forged = token.format(agent=shop.uuid, other=foreign.token.split("_", 2)[2], secret=shop.token.split("_", 2)[2])

    for path in (f"/api/agents/{shop.uuid}/config", "/api/client/validate"):
        reply = api.by(forged).get(path)
        assert error_of(reply)[0] in (401, 403, 404)
    assert api.by(forged).post("/api/agents/register", {}).status_code in (401, 422)


def test_a_revoked_token_of_a_client_is_dead_at_once(world, api):
    client = world.client()
    me = api.by(client.token)
    assert me.get("/api/client/validate").status_code == 200

    world.execute("UPDATE api_tokens SET revoked_at = UTC_TIMESTAMP(6)")

    assert error_of(me.get("/api/client/validate")) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("change", [
    "UPDATE api_tokens SET expires_at = UTC_TIMESTAMP(6)", "UPDATE clients SET status = 'suspended'",
    "UPDATE clients SET status = 'deleted'",
])  # fmt: skip
def test_a_client_is_locked_out_by(world, api, change):
    client = world.client()
    world.execute(change)

    assert error_of(api.by(client.token).get("/api/client/validate")) == (401, "UNAUTHENTICATED")


def test_a_deregistered_agents_host_is_a_stranger(world, api, house):
    shop, _, _ = house
    world.execute("UPDATE agents SET status = 'deregistered' WHERE id = %(id)s", id=shop.id)

    assert error_of(api.by(shop.token).get(f"/api/agents/{shop.uuid}/config")) == (401, "UNAUTHENTICATED")


def test_the_administrators_token_can_be_switched_off(world, api):
    world.execute("UPDATE system_settings SET v = 'off' WHERE k = 'ADMIN_TOKEN_ENABLED'")

    assert error_of(api.by(ADMIN).get("/metrics")) == (401, "UNAUTHENTICATED")


def test_a_host_cannot_speak_for_another_machine_of_its_own_agent(world, api, house):
    shop, _, _ = house
    replica = world.replica(shop)
    other = world.instance(replica.instance_id).ec2_instance_id

    reply = api.by(shop.token).post(
        f"/api/agents/{shop.uuid}/serving", {"instance_id": other, "serving": True, "since_age_ms": 0, "epoch_seen": 0}
    )

    assert error_of(reply) == (403, "FORBIDDEN")


def shape(path: str) -> str:
    """An address without the names of its holes."""
    return "/".join("*" if part[:1] in "<{" else part for part in path.split("/"))
