"""The same request has one effect, however often and however closely it is sent."""

import time

import pytest

from core import database, errors
from core.agents import enrolment
from core.sql import idempotency as keys
from tests.integration.conftest import ADMIN, data_of, error_of
from tests.integration.together import Killed, at_once, die
from tests.world import new_ec2_id, registration

KEY = "request-0001"
NOTIFICATION = (
    "INSERT INTO notifications (uuid, client_id, dedupe_key, severity, title, text, created_at)"
    " VALUES (UUID(), %(id)s, %(key)s, 'info', 't', 't', UTC_TIMESTAMP(6))"
)


@pytest.fixture
def shop(world):
    world.prices()
    return world.workload()


@pytest.fixture
def tell(api, shop):
    """Post a rebalance notice of the shop's PRIMARY."""

    def post(request_id: str = KEY, **body):
        notice = {"instance_id": shop.primary.ec2_instance_id, "notice_time": "2026-01-01T00:00:00Z", **body}
        return api.by(shop.token).post(f"/api/agents/{shop.uuid}/rebalance-notice", notice, request_id)

    return post


def test_a_repeat_is_answered_with_the_very_bytes_of_the_first_reply_and_does_nothing(world, tell):
    first, second = tell(), tell()

    assert (second.status_code, second.data) == (first.status_code, first.data)
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
    assert world.one("SELECT sightings FROM notices")["sightings"] == 1


def test_under_another_request_id_the_same_notice_counts_as_seen_again(world, tell):
    """The naive variant: without the key, a retry is a second effect."""
    tell(), tell("request-0002")

    assert world.one("SELECT sightings FROM notices")["sightings"] == 2


def test_the_order_of_members_makes_no_other_request(api, shop, tell):
    tell(action="terminate")
    swapped = (
        b'{"action":"terminate","notice_time":"2026-01-01T00:00:00Z","instance_id":"%s"}' % shop.primary.ec2_instance_id.encode()
    )

    reply = api.by(shop.token).post(f"/api/agents/{shop.uuid}/rebalance-notice", swapped, KEY)

    assert reply.headers["Idempotent-Replayed"] == "true"


def test_the_same_id_with_another_body_is_refused(world, tell):
    tell()

    assert error_of(tell(notice_time="2026-01-01T00:05:00Z")) == (422, "REQUEST_ID_REUSED")
    assert world.one("SELECT COUNT(*) AS n FROM notices")["n"] == 1


def test_the_same_id_on_another_path_is_refused(api, shop, tell):
    tell()
    body = {"instance_id": shop.primary.ec2_instance_id, "notice_time": "2026-01-01T00:00:00Z"}

    assert error_of(api.by(shop.token).post(f"/api/agents/{shop.uuid}/termination-notice", body, KEY)) == (
        422,
        "REQUEST_ID_REUSED",
    )


def test_two_principals_may_use_the_same_id(world, api, shop, tell):
    other = world.workload("other", shop.client)
    tell()
    body = {"instance_id": other.primary.ec2_instance_id, "notice_time": "2026-01-01T00:00:00Z"}

    reply = api.by(other.token).post(f"/api/agents/{other.uuid}/rebalance-notice", body, KEY)

    assert reply.status_code == 202
    assert "Idempotent-Replayed" not in reply.headers


@pytest.mark.parametrize("request_id", ["", "short", "x" * 129, "with space", "ümlaut-ümlaut"])
def test_a_request_without_a_proper_id_is_refused_before_any_work(world, api, shop, request_id):
    path = f"/api/agents/{shop.uuid}/rebalance-notice"
    headers = {"Authorization": f"Bearer {shop.token}", **({"X-Request-ID": request_id} if request_id else {})}

    assert error_of(api.http.post(path, json={}, headers=headers)) == (400, "MISSING_REQUEST_ID")
    assert world.one("SELECT COUNT(*) AS n FROM notices")["n"] == 0


def test_a_process_that_dies_between_work_and_key_leaves_neither_and_a_retry_does_the_work(world, tell, monkeypatch):
    with monkeypatch.context() as placed:
        placed.setattr(keys, "store_reply", die)
        with pytest.raises(Killed):
            tell()
    assert counts(world) == {"notices": 0, "idempotency_keys": 0, "actions": 0}

    assert "Idempotent-Replayed" not in tell().headers
    assert counts(world) == {"notices": 1, "idempotency_keys": 1, "actions": 1}


def test_a_request_that_fails_stores_nothing_and_may_come_again(world, tell, monkeypatch):
    with monkeypatch.context() as placed:
        placed.setattr("core.emergencies.emergency.respond", fails)
        assert error_of(tell()) == (409, "CONFLICT")

    assert tell().status_code == 202
    assert counts(world)["idempotency_keys"] == 1


def test_two_copies_at_once_have_one_effect_and_both_hear_the_same(app, world, shop, monkeypatch):
    store = keys.store_reply
    monkeypatch.setattr(keys, "store_reply", lambda *args: (time.sleep(0.2), store(*args)))

    one, two = at_once(*[copy_of_a_registration(app, world, shop)] * 2)

    assert one == two
    assert world.one("SELECT COUNT(*) AS n FROM agents WHERE logical_name = 'twin'")["n"] == 1


def test_without_the_key_two_copies_at_once_make_two_clients(app, world):
    """The naive variant: the same work under two keys."""

    def create(request_id: str):
        body = {"name": "Twin", "email": f"{request_id}@example.com"}
        headers = {"Authorization": f"Bearer {ADMIN}", "X-Request-ID": request_id}
        return lambda: app.test_client().post("/api/admin/clients/create", json=body, headers=headers).status_code

    assert at_once(create("request-0001"), create("request-0002")) == [201, 201]
    assert world.one("SELECT COUNT(*) AS n FROM clients WHERE name = 'Twin'")["n"] == 2


def test_a_copy_that_waits_too_long_for_the_first_is_told_to_come_again(world, shop, tell, monkeypatch):
    """The first copy is held inside its transaction."""
    insert = keys.insert

    def impatient(tx, *args):
        tx.execute("SET innodb_lock_wait_timeout = 1")
        insert(tx, *args)

    with database.transaction() as first:
        insert(first, f"agent:{shop.id}", KEY, b"x" * 32)
        monkeypatch.setattr(keys, "insert", impatient)
        reply = tell()

    assert error_of(reply) == (409, "REQUEST_IN_PROGRESS")
    assert reply.headers["Retry-After"] == "1"


def test_a_secret_is_shown_once_and_not_stored(world, admin):
    body = {"name": "Acme", "email": "a@example.com"}
    token = data_of(admin.post("/api/admin/clients/create", body, KEY))["token"]

    assert error_of(admin.post("/api/admin/clients/create", body, KEY)) == (409, "ALREADY_ISSUED")
    row = world.one("SELECT body, status_code FROM idempotency_keys")
    assert (row["body"], row["status_code"], token[:4]) == (None, 201, "soc_")


def test_a_key_is_kept_for_72_hours(world, tell):
    tell()

    row = world.one("SELECT TIMESTAMPDIFF(HOUR, created_at, expires_at) AS hours FROM idempotency_keys")
    assert row["hours"] == 72


def test_a_write_that_may_be_repeated_honours_an_id_when_one_is_sent_and_needs_none(world, api):
    """CON-05: without an id each request is answered anew; with one, a repeat gets the very reply of the first."""
    client = world.client()
    world.execute(NOTIFICATION, id=client.id, key="a")
    me, path, headers = api.by(client.token), "/api/notifications/mark-all-read", {"Authorization": f"Bearer {client.token}"}
    first = me.post(path, {}, KEY)
    world.execute(NOTIFICATION, id=client.id, key="b")

    again, bare = me.post(path, {}, KEY), api.http.post(path, headers=headers)

    assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")
    assert (data_of(first)["marked"], data_of(bare)["marked"]) == (1, 1)
    assert error_of(me.post(path, {"more": 1})) == (422, "VALIDATION_ERROR")
    assert error_of(api.http.post(path, headers={**headers, "X-Request-ID": "short"})) == (400, "MISSING_REQUEST_ID")


def test_a_duplicate_of_the_work_itself_is_not_taken_for_a_repeat(admin):
    body = {"name": "Acme", "email": "a@example.com"}
    admin.post("/api/admin/clients/create", body)

    assert error_of(admin.post("/api/admin/clients/create", body)) == (422, "VALIDATION_ERROR")


def copy_of_a_registration(app, world, shop):
    """The same registration, sent over a connection of its own each time it is called."""
    token, _ = world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))
    body = registration("s" * 43, "twin", new_ec2_id(), "m5.large", "use1-az6", "spot")
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": KEY}

    def post() -> tuple:
        reply = app.test_client().post("/api/agents/register", json=body, headers=headers)
        return reply.status_code, reply.data

    return post


def counts(world) -> dict:
    return {name: world.one(f"SELECT COUNT(*) AS n FROM {name}")["n"] for name in ("notices", "idempotency_keys", "actions")}


def fails(*_, **__):
    raise errors.Conflict
