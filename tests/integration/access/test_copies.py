"""F29, SEC-10: a copied host is refused, people hear of it once, and the first host goes on."""

from agent.identity import Identity
from core.agents import enrolment
from tests.integration.conftest import error_of
from tests.integration.level3.conftest import beat_body
from tests.world import new_ec2_id, registration


def alarms(world) -> list[str]:
    return [row["dedupe_key"].split(":")[0] for row in world.all("SELECT dedupe_key FROM notifications ORDER BY id")]


def test_a_copied_disk_on_another_machine_makes_an_identity_of_its_own(tmp_path):
    first = Identity(tmp_path, "i-0aaaaaaaaaaaaaaaa")
    first.registered("agent", None)
    secret = first.secret

    copy = Identity(tmp_path, "i-0bbbbbbbbbbbbbbbb")

    assert copy.agent_id is None
    assert copy.secret != secret


def test_a_host_that_uses_the_token_of_another_machine_is_refused_with_an_alarm_and_the_first_goes_on(world, api):
    shop = world.workload()
    copy = beat_body(shop, instance_id=new_ec2_id())

    for _ in range(3):
        assert error_of(api.by(shop.token).post(f"/api/agents/{shop.uuid}/heartbeat", copy)) == (403, "FORBIDDEN")

    assert alarms(world) == ["copied_host"], "once, however often it tries"
    assert api.by(shop.token).post(f"/api/agents/{shop.uuid}/heartbeat", beat_body(shop)).status_code == 200


def test_a_second_host_with_a_used_enrolment_token_is_an_alarm(world, api):
    shop = world.workload()
    token, _ = world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))
    enrol(api, token, "s" * 43)

    assert error_of(enrol(api, token, "t" * 43)) == (403, "FORBIDDEN")

    assert alarms(world) == ["token_shared"]


def test_a_token_whose_hour_is_over_is_refused_without_alarm(world, api):
    shop = world.workload()
    token, _ = world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))
    world.jump(hours=2)

    assert error_of(enrol(api, token, "s" * 43)) == (403, "FORBIDDEN")
    assert alarms(world) == []


def test_a_copy_that_says_the_same_instance_id_is_refused_with_an_alarm(world, api):
    shop = world.workload()
    token, _ = world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))

    assert error_of(enrol(api, token, "s" * 43, shop.primary.ec2_instance_id)) == (403, "FORBIDDEN")

    assert alarms(world) == ["copied_host"]


def test_a_replaced_secret_is_refused_and_later_use_of_it_is_an_alarm(world, api):
    shop = world.workload()
    rotate(world, api, shop)
    config = f"/api/agents/{shop.uuid}/config"
    assert error_of(api.by(shop.token).get(config)) == (401, "UNAUTHENTICATED")
    assert alarms(world) == [], "what was under way at the change is no alarm"

    world.jump(seconds=61)

    assert error_of(api.by(shop.token).get(config)) == (401, "UNAUTHENTICATED")
    assert alarms(world) == ["old_secret"]


def test_a_lost_reply_to_a_rotation_costs_nothing(world, api):
    """The old secret ends on the first use of the new one, not before."""
    shop = world.workload()
    api.by(shop.token).post(f"/api/agents/{shop.uuid}/heartbeat", beat_body(shop, new_secret="n" * 43))

    assert api.by(shop.token).get(f"/api/agents/{shop.uuid}/config").status_code == 200


def rotate(world, api, shop) -> None:
    """The host sends its next secret, and uses it."""
    api.by(shop.token).post(f"/api/agents/{shop.uuid}/heartbeat", beat_body(shop, new_secret="n" * 43))
    fresh = api.by(f"soa_{shop.uuid}_{'n' * 43}")
    assert fresh.post(f"/api/agents/{shop.uuid}/heartbeat", beat_body(shop)).status_code == 200


def enrol(api, token: str, secret: str, ec2_id: str | None = None):
    body = registration(secret, "new", ec2_id or new_ec2_id(), "m5.large", "use1-az6", "spot")
    return api.by(token).post("/api/agents/register", body)
