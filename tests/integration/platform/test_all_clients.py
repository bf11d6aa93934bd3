"""The administrator looks at all clients, agents and machines (E-07 to E-12, E-14, E-16, E-19)."""

import csv
import io

import pytest

from core.agents import commands
from core.emergencies import replicas as by_hand
from core.money import ledger
from core.people import past
from core.sql import agents
from tests.integration.conftest import error_of


def test_totals_count_every_client_and_leave_null_what_nobody_measured(world, ask, town):
    told = ask("/api/admin/stats")

    assert (told["clients"], told["agents"], told["open_incidents"]) == (2, 3, 1)
    assert told["instances"] == {"PRIMARY": 3, "REPLICA": 1, "ZOMBIE": 0, "TERMINATED": 0}
    assert told["savings_usd"] is None
    assert told["monthly_spend_usd"] == pytest.approx(730 * (0.032 + 0.030 + 0.032), abs=0.01)


def test_the_switches_are_the_promotions_of_all_clients(world, ask, town):
    """E-07; each epoch is one of them (INV-31)."""
    assert ask("/api/admin/stats")["switches"] == 0

    for workload in (town[1], town[2], town[2]):
        replica = world.replica(workload)
        world.db.run(lambda tx, replica=replica, workload=workload: by_hand.promote(
            tx, workload.id, replica.uuid, agents.get(tx, workload.id).epoch, actor="admin", request_id=replica.uuid,
        ))  # fmt: skip

    assert ask("/api/admin/stats")["switches"] == 3


def test_a_command_is_found_by_its_id_its_request_and_its_kind(world, ask, town):
    """E-14."""
    uuid = world.db.run(lambda tx: commands.give(tx, town[0].id, "restart_workload", {}, actor="admin", request_id="request-to-find"))

    for words in (uuid, "request-to-find", "restart"):
        found = ask("/api/admin/search", q=words, types="command")["command"]
        assert [(hit["id"], hit["title"], hit["client_name"]) for hit in found] == [(uuid, "restart_workload", "Acme")]
        assert "web-shop" in found[0]["more"] and "pending" in found[0]["more"]


def test_what_was_saved_is_the_net_of_the_ledger_in_total_by_client_by_agent_and_in_the_export(world, ask, admin, town):
    shop = town[0]
    world.client("Idle")
    world.jump(hours=2)
    ledger.book()
    booked = world.all("SELECT client_id, agent_id, line, micros FROM savings_ledger")
    net = lambda **of: sum(row["micros"] * (1 if row["line"] == "baseline" else -1) for row in booked if of.items() <= row.items()) / 1e6  # noqa: E731

    clients = {one["name"]: one for one in ask("/api/admin/clients")["clients"]}
    agent = world.db.run(lambda tx: past.statistics(tx, world.agent(shop)))
    sheet = csv.DictReader(io.StringIO(admin.get("/api/admin/export/global-stats").get_data(as_text=True)))

    assert ask("/api/admin/stats")["savings_usd"] == pytest.approx(net())
    assert clients["Acme"]["savings_usd"] == pytest.approx(net(client_id=shop.client.id))
    assert clients["Idle"]["savings_usd"] is None
    assert agent["savings_usd"] == pytest.approx(net(agent_id=shop.id)) != clients["Acme"]["savings_usd"]
    assert {line["name"]: line["savings_usd"] for line in sheet}["Acme"] == str(clients["Acme"]["savings_usd"])


def test_without_a_price_the_spend_is_unknown_not_nought(world, ask):
    world.workload()

    told = ask("/api/admin/stats")

    assert (told["monthly_spend_usd"], told["unpriced_instances"]) == (None, 1)


def test_clients_are_listed_with_what_they_have_and_never_with_a_secret(ask, town):
    bolt, acme = ask("/api/admin/clients")["clients"]

    assert (acme["name"], acme["agents"], acme["instances"], acme["open_incidents"]) == ("Acme", 2, 3, 1)
    assert acme["last_activity_at"] is not None
    assert bolt["last_activity_at"] is None
    assert [set(token) for token in acme["tokens"]] == [{"prefix", "scopes", "created_at", "expires_at", "last_used_at"}]


def test_a_client_is_found_by_name_address_or_status(world, ask, town):
    world.execute("UPDATE clients SET status = 'suspended' WHERE name = 'Bolt'")

    assert [one["name"] for one in ask("/api/admin/clients", q="acm")["clients"]] == ["Acme"]
    assert len(ask("/api/admin/clients", q="example.com")["clients"]) == 2
    assert [one["name"] for one in ask("/api/admin/clients", status="suspended")["clients"]] == ["Bolt"]


@pytest.mark.parametrize("path", ["clients", "instances", "agents", "activity"])
def test_a_list_comes_in_pages_without_a_gap_or_a_repetition(ask, town, path):
    address = f"/api/admin/{path}"
    name = "events" if path == "activity" else path
    whole, cursor, pages = ask(address, limit=200)[name], None, []
    while True:
        page = ask(address, limit=1, **({"cursor": cursor} if cursor else {}))
        pages, cursor = pages + page[name], page["next_cursor"]
        if cursor is None or len(pages) > 6:
            break

    still = [{**one, "heartbeat_age_seconds": None} for one in pages]
    assert still == [{**one, "heartbeat_age_seconds": None} for one in whole[: len(pages)]]
    assert len(pages) == min(len(whole), 7)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=x", "cursor=99999999999999999999", "unknown=1", "status=nice"])
def test_a_question_that_makes_no_sense_is_refused(admin, query):
    assert error_of(admin.get(f"/api/admin/clients?{query}")) == (422, "VALIDATION_ERROR")


def test_growth_has_a_line_for_every_day_and_adds_up(world, ask, town):
    world.execute("UPDATE clients SET created_at = UTC_TIMESTAMP(6) - INTERVAL 40 DAY WHERE name = 'Bolt'")

    days = ask("/api/admin/clients/growth", days=30)["days"]

    assert len(days) == 30
    assert (days[0]["total"], days[0]["new"], days[-1]["total"], days[-1]["new"]) == (1, 0, 2, 1)
    assert days[-1]["date"] == str(world.now().date())


def test_machines_are_filtered_by_client_region_type_and_role(ask, town):
    shop, api, bolt = town
    found = lambda **query: {one["agent_name"] for one in ask("/api/admin/instances", **query)["instances"]}  # noqa: E731

    assert found(client=bolt.client.uuid) == {"report"}
    assert found(type="c5.large", role="PRIMARY") == {"search-api"}
    assert found(role="REPLICA") == {"web-shop"}
    assert found(region="eu-west-1") == set()
    assert found(auth_status="authorized", region="us-east-1") == {"web-shop", "search-api", "report"}
    assert found(state="running") == set(), "EC2 was not asked about any of them"


def test_agents_are_filtered_by_presence_and_show_how_old_their_last_heartbeat_is(world, ask, town):
    assert {one["logical_name"]: one["presence"] for one in ask("/api/admin/agents")["agents"]} == {
        "web-shop": "online", "search-api": "online", "report": "never",
    }  # fmt: skip
    world.jump(seconds=90)

    late = ask("/api/admin/agents", presence="late")["agents"]

    assert {one["logical_name"] for one in late} == {"web-shop", "search-api"}
    assert all(90 <= one["heartbeat_age_seconds"] < 120 for one in late)
    world.jump(seconds=40)
    assert len(ask("/api/admin/agents", presence="offline", status="active")["agents"]) == 2


@pytest.mark.parametrize(("seconds", "presence"), [(58, "online"), (61, "late"), (118, "late"), (121, "offline")])
def test_a_host_is_late_after_sixty_seconds_and_offline_after_a_hundred_and_twenty(world, ask, town, seconds, presence):
    """By the rows (E-12), by VIEW-01, and by the rule: the three say the same on either side of each boundary."""
    world.execute("UPDATE agent_heartbeats SET contact_at = UTC_TIMESTAMP(6), received_at = UTC_TIMESTAMP(6)")
    world.jump(seconds=seconds)

    found = {one["logical_name"]: one["presence"] for one in ask("/api/admin/agents")["agents"]}
    heard = ask("/api/admin/agents/health-summary")

    assert (found["web-shop"], found["search-api"]) == (presence, presence)
    assert {name: heard[name] for name in ("online", "late", "offline")} == {"online": 0, "late": 0, "offline": 0, presence: 2}


def test_heartbeats_that_never_came_are_counted(world, ask, town):
    assert ask("/api/admin/agents/health-summary")["miss_rate"] is None, "nothing was expected yet"
    shop, api, _ = town
    for _ in range(4):
        world.jump(seconds=15)
        world.beat(shop, shop.primary.id)

    heard = ask("/api/admin/agents/health-summary")

    assert (heard["agents"], heard["online"], heard["late"], heard["offline"], heard["never_heard"]) == (3, 1, 1, 0, 1)
    assert (heard["expected"], heard["missed"]) == (8, 3)
    assert heard["miss_rate"] == pytest.approx(3 / 8, abs=0.001)


def test_activity_is_told_over_all_clients_or_of_one(ask, api, town):
    shop, _, bolt = town
    every = ask("/api/admin/activity", limit=200)["events"]

    assert {one["client_name"] for one in every} >= {"Acme", "Bolt"}
    assert all(one["text"] and one["relative"] == "Just now" for one in every if one["client_name"] in ("Acme", "Bolt"))
    assert {one["client_name"] for one in ask("/api/admin/activity", client=bolt.client.uuid)["events"]} == {"Bolt"}


def test_a_client_reads_its_own_activity_and_nobody_elses(api, town):
    shop, _, bolt = town

    told = api.by(shop.client.token).get("/api/activity/live?limit=200").get_json()["data"]["events"]

    assert {one["client_id"] for one in told} == {shop.client.uuid}
    assert any(one["agent_name"] == "web-shop" and one["agent_id"] == shop.uuid for one in told)


def test_the_search_finds_each_kind_of_thing_and_says_whose_it_is(ask, town):
    shop, _, bolt = town

    hits = ask("/api/admin/search", q="web-shop")

    assert [one["agent_id"] for one in hits["agent"]] == [shop.uuid]
    assert [one["title"] for one in ask("/api/admin/search", q="Bol")["client"]] == ["Bolt"]
    assert ask("/api/admin/search", q=shop.primary.ec2_instance_id)["instance"][0]["client_id"] == shop.client.uuid
    assert ask("/api/admin/search", q=shop.primary.ec2_instance_id, types="incident")["incident"][0]["agent_id"] == shop.uuid
    assert set(ask("/api/admin/search", q="Bol", types="client,agent")) == {"client", "agent"}


@pytest.mark.parametrize("q", ["%%", "__", "'; DROP TABLE clients; --", "café", "🦆🦆", "\\\\"])
def test_a_search_for_strange_letters_finds_nothing_and_harms_nothing(ask, town, q):
    assert not any(ask("/api/admin/search", q=q).values())


@pytest.mark.parametrize("query", ["q=a", "", "q=ab&types=spoon"])
def test_a_search_for_too_little_or_for_an_unknown_kind_is_refused(admin, query):
    assert error_of(admin.get(f"/api/admin/search?{query}")) == (422, "VALIDATION_ERROR")


def test_emergencies_are_counted_by_day_kind_and_outcome(world, ask, town):
    shop, api, _ = town
    world.rebalance(api)
    world.execute(
        "UPDATE incidents SET open_slot = NULL, closed_at = UTC_TIMESTAMP(6), outcome = 'expired' WHERE agent_id = %(id)s", id=api.id
    )
    world.execute(
        "UPDATE incidents SET promoted_at = opened_at + INTERVAL 1500000 MICROSECOND, opened_at = opened_at - INTERVAL 1 HOUR"
        " WHERE agent_id = %(id)s",
        id=shop.id,
    )  # an hour of warning before is no slowness
    world.execute(
        "UPDATE notices n JOIN incidents i ON i.id = n.incident_id SET n.received_at = i.promoted_at - INTERVAL 1500000 MICROSECOND"
        " WHERE i.agent_id = %(id)s",
        id=shop.id,
    )

    told = ask("/api/admin/emergency-events")

    assert sorted((one["kind"], one["outcome"], one["events"]) for one in told["per_day"]) == [
        ("rebalance", "expired", 1), ("termination", "open", 1),
    ]  # fmt: skip
    assert told["time_to_promote_seconds"] == {"p50": 1.5, "p95": 1.5, "p99": 1.5, "samples": 1}
    assert (told["false_alarm_share"], told["rebalances_ended"]) == (1.0, 1)
    assert [one["agent_name"] for one in told["events"]] == ["search-api", "web-shop"]


def test_the_time_to_promote_is_told_by_day_on_average_and_at_worst(world, ask, town):
    for workload, seconds, days in ((town[0], 4, 0), (town[1], 8, 0), (town[2], 30, 2)):
        world.execute(
            "INSERT INTO incidents (uuid, client_id, agent_id, aws_account, region, ec2_instance_id, cause, notice_rank, sentence, opened_at,"
            " promoted_at, open_slot, closed_at, outcome) SELECT UUID(), %(client)s, %(agent)s, '123456789012', 'us-east-1',"
            " CONCAT('i-', LEFT(SHA2(RAND(), 256), 17)), 'termination', 2, 'a test', at, at + INTERVAL %(seconds)s SECOND, NULL, at, 'promoted'"
            " FROM (SELECT DATE(UTC_TIMESTAMP()) - INTERVAL %(days)s DAY AS at) AS moment",
            client=town[0].client.id, agent=workload.id, seconds=seconds, days=days,
        )  # fmt: skip

    view = world.all("SELECT events, promote_seconds_avg, promote_seconds_max FROM v_emergency_events_daily WHERE outcome = 'promoted' ORDER BY day DESC")
    told = [one for one in ask("/api/admin/emergency-events")["per_day"] if one["outcome"] == "promoted"]

    assert [(row["events"], row["promote_seconds_avg"], row["promote_seconds_max"]) for row in view] == [(2, 6, 8), (1, 30, 30)]
    assert [(one["events"], one["promote_seconds_max"]) for one in told] == [(2, 8), (1, 30)]
    assert told[0]["day"] > told[1]["day"]


def test_without_an_emergency_the_shares_are_null(ask, world):
    told = ask("/api/admin/emergency-events")

    assert (told["per_day"], told["false_alarm_share"], told["time_to_promote_seconds"]["p95"]) == ([], None, None)


def test_the_export_has_a_line_per_client_and_no_cell_is_a_formula(world, admin, town):
    world.client("=1+1")

    reply = admin.get("/api/admin/export/global-stats")
    lines = list(csv.DictReader(io.StringIO(reply.get_data(as_text=True))))

    assert reply.mimetype == "text/csv"
    assert [line["name"] for line in lines] == ["'=1+1", "Bolt", "Acme"]
    assert (lines[2]["agents"], lines[2]["savings_usd"]) == ("2", "")
