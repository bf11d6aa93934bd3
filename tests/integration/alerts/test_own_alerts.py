"""A client makes, switches and removes rules of its own, and reads what came of them."""

from uuid import uuid4

import pytest

from core.operations import own_alerts
from core.operations.alerting import evaluate
from tests.integration.conftest import data_of, error_of

PRICE = {"name": "dear", "metric": "spot_price", "entity_id": "use1-az6:m5.large:linux", "operator": ">", "threshold": 0.01}


@pytest.fixture
def client(world):
    world.prices()
    return world.client()


@pytest.fixture
def me(api, client):
    return api.by(client.token)


def add(me, **changes) -> dict:
    return data_of(me.post("/api/alerts", {**PRICE, **changes}))


def events(me, **query) -> list[dict]:
    return data_of(me.get("/api/alerts/events", query_string=query))["events"]


def test_a_rule_that_a_client_adds_is_shown_and_evaluated(me):
    made = add(me)
    evaluate()

    [shown] = data_of(me.get("/api/alerts"))["alerts"]
    assert shown == made and made["is_enabled"] is True
    assert [(event["metric"], event["current_value"], event["resolved_at"]) for event in events(me)] == [("spot_price", 0.032, None)]


def test_the_same_request_twice_is_one_rule(me):
    uuid = str(uuid4())
    for _ in range(2):
        assert me.post("/api/alerts", PRICE, request_id=uuid).status_code == 201

    assert len(data_of(me.get("/api/alerts"))["alerts"]) == 1


@pytest.mark.parametrize("change", [{"metric": "component_level"}, {"operator": "~"}, {"threshold": "much"}, {"entity_id": "a'; --"}, {"more": 1}])
def test_what_cannot_be_watched_is_refused(me, change):
    assert error_of(me.post("/api/alerts", {**PRICE, **change})) == (422, "VALIDATION_ERROR")
    assert data_of(me.get("/api/alerts"))["alerts"] == []


def test_a_rule_is_switched_off_and_removed_and_what_was_open_is_over(me):
    made = add(me)
    evaluate()
    assert data_of(me.patch(f"/api/alerts/{made['alert_id']}", {"is_enabled": False}))["is_enabled"] is False
    evaluate()
    assert events(me, open="true") == []

    assert data_of(me.delete(f"/api/alerts/{made['alert_id']}"))["removed"] is True
    assert data_of(me.get("/api/alerts"))["alerts"] == []
    assert len(events(me)) == 1, "what came of it stays readable"


def test_what_came_of_rules_is_read_newest_first_and_by_whether_it_is_open(me, world):
    add(me)
    add(me, name="another", threshold=0.02)
    evaluate()
    world.execute("UPDATE spot_pools SET price = 0.015")
    evaluate()

    assert [(event["threshold_value"], event["resolved_at"] is None) for event in events(me)] == [(0.02, False), (0.01, True)]
    assert [event["threshold_value"] for event in events(me, open="true")] == [0.01]


def test_another_clients_rule_does_not_exist(me, api, world):
    made = add(me)
    other = api.by(world.client("Other").token)

    assert error_of(other.patch(f"/api/alerts/{made['alert_id']}", {"is_enabled": False})) == (404, "NOT_FOUND")
    assert error_of(other.delete(f"/api/alerts/{made['alert_id']}")) == (404, "NOT_FOUND")
    assert (data_of(other.get("/api/alerts"))["alerts"], events(other)) == ([], [])


def test_nobody_has_more_than_two_hundred(me, monkeypatch):
    monkeypatch.setattr(own_alerts, "MOST_RULES", 1)
    add(me)

    assert error_of(me.post("/api/alerts", PRICE)) == (409, "CONFLICT")
