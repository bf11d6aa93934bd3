"""What a client was told, and what of it was read."""

from uuid import uuid4

import pytest

from tests.integration.conftest import data_of, error_of
from tests.world import World


@pytest.fixture
def shop(world: World):
    world.prices()
    made = world.workload()
    world.rebalance(made)
    world.interruption(made)
    return made


@pytest.fixture
def me(api, shop):
    return api.by(shop.client.token)


def test_what_was_told_is_listed_newest_first_and_leads_to_its_emergency(me, shop):
    told = data_of(me.get("/api/notifications"))

    assert told["unread"] == 2
    assert [row["severity"] for row in told["notifications"]] == ["critical", "warning"]
    assert told["notifications"][0]["link"].startswith(f"/agents/{shop.uuid}/emergencies/")


def test_what_was_read_stays_read_and_leaves_the_unread(me):
    first = data_of(me.get("/api/notifications"))["notifications"][0]["notification_id"]

    assert data_of(me.post(f"/api/notifications/{first}/mark-read"))["unread"] == 1
    read_at = data_of(me.get("/api/notifications"))["notifications"][0]["read_at"]
    assert data_of(me.post(f"/api/notifications/{first}/mark-read"))["unread"] == 1

    assert data_of(me.get("/api/notifications"))["notifications"][0]["read_at"] == read_at
    assert len(data_of(me.get("/api/notifications?unread=true"))["notifications"]) == 1


def test_all_are_marked_at_once(me):
    assert data_of(me.post("/api/notifications/mark-all-read")) == {"marked": 2}
    assert data_of(me.post("/api/notifications/mark-all-read")) == {"marked": 0}
    assert data_of(me.get("/api/notifications?unread=true"))["notifications"] == []


def test_pages_follow_each_other(me):
    first = data_of(me.get("/api/notifications?limit=1"))
    second = data_of(me.get(f"/api/notifications?limit=1&cursor={first['next_cursor']}"))

    assert [page["notifications"][0]["severity"] for page in (first, second)] == ["critical", "warning"]
    assert second["next_cursor"] is None


def test_another_clients_notifications_are_neither_seen_nor_marked(world, api, me):
    stranger = api.by(world.client("stranger").token)
    mine = data_of(me.get("/api/notifications"))["notifications"][0]["notification_id"]

    assert data_of(stranger.get("/api/notifications")) == {"unread": 0, "notifications": [], "next_cursor": None}
    assert error_of(stranger.post(f"/api/notifications/{mine}/mark-read")) == (404, "NOT_FOUND")
    assert error_of(stranger.post(f"/api/notifications/{uuid4()}/mark-read")) == (404, "NOT_FOUND")
    assert data_of(stranger.post("/api/notifications/mark-all-read")) == {"marked": 0}
    assert data_of(me.get("/api/notifications"))["unread"] == 2
