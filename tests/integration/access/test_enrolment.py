"""How hosts become known: an enrolment token makes one agent, a join token lets in the one host we launched."""

import secrets
from functools import partial

import pytest

from core.agents import enrolment
from core.crypto import digest
from core.execution.actions import join_token
from tests.integration.conftest import data_of, error_of
from tests.world import new_ec2_id, registration

SECRET = "s" * 43


@pytest.fixture
def shop(world):
    world.prices()
    return world.workload()


@pytest.fixture
def token(world, shop):
    return world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))[0]


@pytest.fixture
def register(api):
    def post(token: str, secret: str = SECRET, ec2_id: str = "i-0123456789abcdef0", **more):
        body = {**registration(secret, "new", ec2_id, "m5.large", "use1-az6", "spot"), **more}
        return api.by(token).post("/api/agents/register", body)

    return post


@pytest.fixture
def launch(world, shop):
    """A launch ordered for a rebalance of the shop, recorded as done; its instance and its join token."""
    world.rebalance(shop)
    intent = world.one("SELECT id, attempt, instance_id FROM actions WHERE kind = 'launch'")
    launched = {
        **intent,
        "ec2_id": new_ec2_id(),
        "token": join_token(world.settings.install_key, intent["id"], intent["attempt"]),
    }

    def record() -> dict:
        world.execute(
            "UPDATE actions SET state = 'done', ec2_id = %(ec2)s WHERE id = %(id)s", ec2=launched["ec2_id"], id=intent["id"]
        )
        world.execute(
            "UPDATE instances SET ec2_instance_id = %(ec2)s WHERE id = %(id)s", ec2=launched["ec2_id"], id=intent["instance_id"]
        )
        return launched

    launched["record"] = record
    return launched


def test_a_new_host_becomes_a_new_agent_whose_instance_is_the_primary(world, register, token):
    reply = register(token)

    orders = data_of(reply)
    assert (reply.status_code, orders["role"], orders["serve"], orders["epoch"], orders["replica_id"]) == (
        201,
        "PRIMARY",
        True,
        0,
        None,
    )
    row = world.one("SELECT * FROM agents WHERE uuid = %(uuid)s", uuid=orders["agent_id"])
    assert world.instance(row["primary_instance_id"]).ec2_instance_id == "i-0123456789abcdef0"


def test_a_host_that_lost_the_reply_asks_again_and_is_the_same_agent(world, register, token):
    first, second = data_of(register(token)), data_of(register(token))

    assert first["agent_id"] == second["agent_id"]
    assert world.one("SELECT COUNT(*) AS n FROM agents WHERE logical_name = 'new'")["n"] == 1


@pytest.mark.parametrize("document", ["{}", "no JSON at all", '{"instanceId": "i-somebody-elses", "accountId": "999999999999"}'])
def test_nothing_rests_on_the_identity_document(world, token, register, document):
    """As docs/AGENTS.md says: a host is who its token says, and a second secret for its instance is refused whatever it shows."""
    reply = register(token, identity_document=document, identity_signature="anything")

    assert (reply.status_code, data_of(reply)["role"]) == (201, "PRIMARY")
    assert world.one("SELECT ec2_instance_id FROM instances ORDER BY id DESC LIMIT 1")["ec2_instance_id"] == "i-0123456789abcdef0"
    assert error_of(register(token, secret="t" * 43, identity_document=document))[0] == 403


def test_an_enrolment_token_is_bound_to_its_first_host(register, token):
    register(token)

    assert error_of(register(token, secret="t" * 43, ec2_id=new_ec2_id())) == (403, "FORBIDDEN")


def test_an_enrolment_token_ends_after_an_hour(world, register, token):
    world.jump(hours=1, seconds=1)

    assert error_of(register(token)) == (403, "FORBIDDEN")


def test_the_number_of_one_enrolment_token_with_the_secret_of_none_is_refused(register, token):
    number = token.split("_")[1]

    assert error_of(register(f"soe_{number}_{secrets.token_urlsafe(32)}")) == (401, "UNAUTHENTICATED")


def test_a_copied_host_with_a_secret_of_its_own_is_refused(world, register, token, shop):
    """An image of an enrolled machine says the same instance id: it is not a second agent."""
    assert error_of(register(token, ec2_id=shop.primary.ec2_instance_id)) == (403, "FORBIDDEN")
    assert world.one("SELECT COUNT(*) AS n FROM agents")["n"] == 1


def test_the_server_keeps_the_hash_of_a_secret_alone(world, register, token):
    reply = register(token)

    assert SECRET.encode() not in reply.data
    assert world.one("SELECT COUNT(*) AS n FROM agent_tokens WHERE secret_hash = %(hash)s", hash=digest(SECRET))["n"] == 1


def test_the_host_we_launched_joins_as_the_replica_it_was_launched_for(world, register, launch):
    launch["record"]()

    orders = data_of(register(launch["token"], ec2_id=launch["ec2_id"]))

    assert (orders["role"], orders["serve"]) == ("REPLICA", False)
    assert (
        world.one("SELECT instance_id FROM replica_instances WHERE uuid = %(id)s", id=orders["replica_id"])["instance_id"]
        == launch["instance_id"]
    )


def test_a_host_that_boots_before_its_launch_is_recorded_comes_back(register, launch):
    reply = register(launch["token"], ec2_id=launch["ec2_id"])

    assert error_of(reply) == (409, "BUSY")
    assert reply.headers["Retry-After"] == "1"
    launch["record"]()
    assert register(launch["token"], ec2_id=launch["ec2_id"]).status_code == 201


def test_a_host_that_joins_again_with_its_secret_is_answered_the_same(register, launch):
    launch["record"]()
    first, second = (data_of(register(launch["token"], ec2_id=launch["ec2_id"])) for _ in range(2))

    assert first["replica_id"] == second["replica_id"]


@pytest.mark.parametrize("who", ["another machine", "another host on that machine"])
def test_a_join_token_in_other_hands_is_refused(register, launch, who):
    launch["record"]()
    register(launch["token"], ec2_id=launch["ec2_id"])

    ec2_id = new_ec2_id() if who == "another machine" else launch["ec2_id"]
    assert error_of(register(launch["token"], secret="t" * 43, ec2_id=ec2_id)) == (403, "FORBIDDEN")


@pytest.mark.parametrize("state", ["failed", "superseded", "dead", "dry_run"])
def test_a_join_token_of_a_launch_that_is_over_is_worthless(world, register, launch, state):
    launch["record"]()
    world.execute("UPDATE actions SET state = %(state)s", state=state)

    assert error_of(register(launch["token"], ec2_id=launch["ec2_id"])) == (401, "UNAUTHENTICATED")


def test_a_join_token_of_an_earlier_attempt_is_worthless(world, register, launch):
    launch["record"]()
    world.execute("UPDATE actions SET attempt = 2")

    assert error_of(register(launch["token"], ec2_id=launch["ec2_id"])) == (401, "UNAUTHENTICATED")


def test_a_new_secret_ends_the_old_one_on_its_first_use_and_not_before(world, api, shop):
    old, new = shop.token, f"soa_{shop.uuid}_{'n' * 43}"
    path = f"/api/agents/{shop.uuid}/config"
    world.execute("UPDATE agent_tokens SET first_used_at = UTC_TIMESTAMP(6)")
    assert api.by(old).post(f"/api/agents/{shop.uuid}/heartbeat", heartbeat(shop, new_secret="n" * 43)).status_code == 200

    assert [api.by(token).get(path).status_code for token in (old, new, old)] == [200, 200, 401]


def test_after_a_day_a_host_is_asked_for_a_new_secret(world, api, shop):
    beat = partial(api.by(shop.token).post, f"/api/agents/{shop.uuid}/heartbeat", heartbeat(shop))
    before = data_of(beat())["rotate_due"]
    world.jump(hours=24, seconds=1)

    assert (before, data_of(beat())["rotate_due"]) == (False, True)


@pytest.mark.parametrize(("field", "value"), [
    ("agent_secret", "short"), ("instance_id", "i-xyz"), ("protocol", 3), ("lifecycle", "reserved"), ("az_id", "USE1;DROP"),
    ("nonce", "x"), ("client_id", 1),
])  # fmt: skip
def test_a_registration_with_a_wrong_field_makes_no_agent(world, register, token, field, value):
    assert error_of(register(token, **{field: value})) == (422, "VALIDATION_ERROR")
    assert world.one("SELECT COUNT(*) AS n FROM agents WHERE logical_name = 'new'")["n"] == 0


def heartbeat(shop, **more) -> dict:
    return {
        "instance_id": shop.primary.ec2_instance_id, "epoch_seen": 0, "config_version": 1, "agent_version": "0.1.0",
        "protocol": 1, "uptime_seconds": 1.0, "cpu_pct": None, "memory_pct": None, "imds": {"ok": True, "last_ok_age_ms": 1},
        "serving": True, "since_age_ms": 0, "spooled": 0, "dead_notices": 0, "agent_clock": "2026-01-01T00:00:00Z", **more,
    }  # fmt: skip
