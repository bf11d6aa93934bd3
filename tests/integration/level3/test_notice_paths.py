"""What a host says of its notice path, its maintenance and its refused notices reaches people."""

from tests.integration.conftest import data_of

EVENT = {"event_id": "instance-event-1", "code": "system-reboot", "state": "active", "not_before": "12 Apr 2026 02:00:00 GMT", "not_after": None}
DEAF = {"ok": False, "last_ok_age_ms": 20_000}


def host_in_the_fleet(lonely) -> dict:
    client = lonely.workload.client
    return data_of(lonely.api.by(client.token).get(f"/api/client/{client.uuid}/agents"))["agents"][0]["host"]


def told(lonely, action: str) -> int:
    sql = "SELECT COUNT(*) AS n FROM audit_logs WHERE action = %(action)s AND resource_id = %(id)s"
    return lonely.world.one(sql, action=action, id=lonely.workload.id)["n"]


def test_a_host_that_cannot_read_its_metadata_is_shown_and_told_of_once(lonely):
    lonely.beat(imds=DEAF)
    lonely.beat(imds=DEAF)

    assert host_in_the_fleet(lonely)["notice_path"] == "imds_unreachable"
    assert told(lonely, "imds_unreachable") == 1


def test_its_recovery_is_told_of_too(lonely):
    lonely.beat(imds=DEAF)
    lonely.beat()

    assert host_in_the_fleet(lonely)["notice_path"] == "working"
    assert told(lonely, "imds_back") == 1


def test_scheduled_maintenance_is_shown(lonely):
    lonely.beat(maintenance=[EVENT], asg_state="InService")

    shown = host_in_the_fleet(lonely)
    assert (shown["maintenance"], shown["asg_state"]) == ([EVENT], "InService")


def test_refused_notices_are_shown_and_told_of_when_their_number_grows(lonely):
    for dead in (0, 1, 1, 2):
        lonely.beat(dead_notices=dead)

    assert host_in_the_fleet(lonely)["dead_notices"] == 2
    assert told(lonely, "dead_notices") == 2
    assert lonely.world.one("SELECT COUNT(*) AS n FROM notifications WHERE dedupe_key LIKE 'dead_notices:%%'")["n"] == 2


def test_heartbeats_that_never_left_the_host_are_counted_and_kept_in_sight(lonely):
    lonely.beat(missed_beats=480)
    lonely.beat(missed_beats=0)

    assert host_in_the_fleet(lonely)["missed_heartbeats"] == 480
