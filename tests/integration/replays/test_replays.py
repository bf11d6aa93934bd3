"""Replays over HTTP: asked for once, played in a process of their own, told, cancelled, begun anew."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from core.child import run_in_child
from core.moves import replays
from core.replay.own_lineup import NAMES
from core.sql import replays as rows
from jobs import replays as job
from tests.integration.conftest import data_of, error_of

SMALL = {"days": 3, "draws": 2, "policies": ["stay", "lowest-price", "on-demand", "omniscient"]}


def ask(me, request_id=None, **more) -> dict:
    reply = me.post("/api/replays", {**SMALL, **more}, request_id)
    assert reply.status_code == 202, reply.get_json()
    return data_of(reply)


def told(me, replay: dict) -> dict:
    return data_of(me.get(f"/api/replays/{replay['replay_id']}"))


def report_of(me, replay: dict) -> dict:
    return data_of(me.get(f"/api/replays/{replay['replay_id']}/report"))


def figure(report: dict, policy: str, name: str) -> float:
    return next(one for one in report["policies"] if one["policy"] == policy)["figures"][name]["mean"]


def test_a_replay_is_asked_for_played_in_a_child_and_told(me, settings):
    asked = ask(me)
    assert (asked["status"], asked["progress"], asked["region"]) == ("queued", 0, "us-east-1")

    assert run_in_child("replay", settings, timeout_seconds=120) == {"done": 1}

    assert (told(me, asked)["status"], told(me, asked)["progress"]) == ("done", 1)
    report = report_of(me, asked)
    assert {one["policy"] for one in report["policies"]} == {"yours", *SMALL["policies"]}
    assert figure(report, "on-demand", "cost_over_on_demand") == pytest.approx(1)
    assert figure(report, "omniscient", "cost_over_on_demand") <= min(figure(report, name, "cost_over_on_demand") for name in ("yours", "stay", "lowest-price"))
    assert report["verdict"] == told(me, asked)["sentence"] and report["workloads"] == 3


def test_what_was_recorded_befalls_whoever_stands_there(me, history):
    asked = ask(me, hazard=0)
    replays.run()

    report = report_of(me, asked)

    assert figure(report, "stay", "interruptions") == 2  # web-1 and web-2 stood in the pool that was lost; batch did not
    assert figure(report, "stay", "downtime_seconds_per_workload_month") > 0
    assert figure(report, "on-demand", "interruptions") == 0
    assert any("in 75 s" in gap for gap in report["gaps"])


def test_every_action_can_be_downloaded_with_its_sentence(me):
    asked = ask(me)
    replays.run()

    reply = me.get(f"/api/replays/{asked['replay_id']}/actions?policy=stay")

    lines = [json.loads(line) for line in reply.get_data(as_text=True).splitlines()]
    assert reply.mimetype == "application/x-ndjson"
    assert {line["op"] for line in lines} >= {"launch_spot", "lost", "release"} and all(line["why"] for line in lines)
    assert len(lines) == report_of(me, asked)["logs"]["stay"]["actions"]
    assert error_of(me.get(f"/api/replays/{asked['replay_id']}/actions?policy=eager")) == (404, "NOT_FOUND")


def test_the_same_request_is_one_replay(me, world):
    first, second = ask(me, "request-0001"), ask(me, "request-0001")

    assert first == second
    assert world.one("SELECT COUNT(*) AS n FROM replays")["n"] == 1


def test_the_same_question_gives_the_same_report(me, world):
    asked = [ask(me, until=world.now().isoformat()) for _ in range(1)]
    until = told(me, asked[0])["until"]
    asked.append(ask(me, until=until))
    replays.run()
    replays.run()

    reports = [{name: value for name, value in report_of(me, one).items() if name != "replay_id"} for one in asked]
    assert reports[0] == reports[1]


def test_a_policy_of_ones_own_is_played_beside_the_others(me):
    asked = ask(me, custom=[{"name": "careful", "min_saving_pct": 40, "rebalance_mode": "switch"}])
    replays.run()

    assert "careful" in {one["policy"] for one in report_of(me, asked)["policies"]}


@pytest.mark.parametrize("wrong", [
    {"days": 0}, {"days": 91}, {"days": "7"}, {"policies": ["best"]}, {"policies": []}, {"draws": 31}, {"hazard": -1}, {"hazard": "x"}, {"seed": -1},
    {"until": "yesterday"}, {"until": "0001-01-01T00:00:00Z"}, {"region": "Mars"}, {"region": "eu-west-1"}, {"custom": [{"name": "yours"}]},
    {"custom": [{"name": "a"}, {"name": "a"}]}, {"custom": [{}]}, {"custom": [{"name": "a", "return_window": "9-17"}]}, {"more": 1},
])  # fmt: skip
def test_a_wrong_question_is_refused_and_leaves_nothing(me, world, wrong):
    assert error_of(me.post("/api/replays", {**SMALL, **wrong})) == (422, "VALIDATION_ERROR")
    assert world.one("SELECT COUNT(*) AS n FROM replays")["n"] == 0


def test_a_time_of_which_nothing_is_known_is_refused_in_words(me, world):
    reply = me.post("/api/replays", {**SMALL, "until": (world.now() - timedelta(days=30)).isoformat()})

    assert error_of(reply) == (409, "CONFLICT")
    assert "no hour of prices is known of us-east-1" in reply.get_json()["error"]["message"]


def test_without_a_workload_there_is_nothing_to_replay(api, world):
    stranger = api.by(world.client("Nobody").token)

    reply = stranger.post("/api/replays", SMALL)

    assert error_of(reply) == (409, "CONFLICT") and "no workload" in reply.get_json()["error"]["message"]
    assert data_of(stranger.get("/api/replays"))["data"] == []


def test_a_client_has_two_at_a_time(me):
    ask(me)
    ask(me)

    assert error_of(me.post("/api/replays", SMALL)) == (409, "CONFLICT")


def test_a_client_sees_its_own_alone(me, api, world):
    asked = ask(me)
    stranger = api.by(world.client("Other").token)

    for path in ("", "/report", "/actions?policy=stay"):
        assert error_of(stranger.get(f"/api/replays/{asked['replay_id']}{path}")) == (404, "NOT_FOUND")
    assert error_of(stranger.post(f"/api/replays/{asked['replay_id']}/cancel")) == (404, "NOT_FOUND")
    assert data_of(stranger.get("/api/replays"))["replays"] == []


def test_the_overview_names_what_can_be_replayed(me, world):
    found = data_of(me.get("/api/replays"))

    (place,) = found["data"]
    assert (place["region"], place["workloads"], place["pools"]) == ("us-east-1", 3, 9)
    assert {one["name"] for one in found["policies"]} == set(NAMES)


def test_one_that_waits_is_cancelled_at_once(me):
    asked = ask(me)

    done = data_of(me.post(f"/api/replays/{asked['replay_id']}/cancel"))

    assert done["status"] == "cancelled" and done["finished_at"]
    assert replays.run() == {}
    assert error_of(me.get(f"/api/replays/{asked['replay_id']}/report")) == (409, "CONFLICT")


def test_one_that_runs_is_cancelled_at_its_next_word(me, monkeypatch):
    asked = ask(me)
    monkeypatch.setattr(replays, "TELL_EVERY", 0.0)
    plain = replays.compare

    def cancelled_meanwhile(*args):
        me.post(f"/api/replays/{asked['replay_id']}/cancel")
        return plain(*args)

    monkeypatch.setattr(replays, "compare", cancelled_meanwhile)

    assert replays.run() == {"stopped": 1}
    assert told(me, asked)["status"] == "cancelled"


def test_one_whose_process_died_is_begun_anew_and_finished(me, world):
    asked = ask(me)
    world.db.run(replays._take)
    assert replays.run() == {}  # somebody seems to work on it

    world.jump(seconds=rows.SILENT_SECONDS + 1)

    assert replays.run() == {"done": 1}
    assert told(me, asked)["status"] == "done"


def test_the_dead_process_cannot_write_over_the_living_ones_result(me, world):
    ask(me)
    dead = world.db.run(replays._take)
    replays.let_go()
    replays.run()

    assert world.db.run(lambda tx: replays._end(tx, dead, "failed", "late")) == 0
    assert world.one("SELECT status FROM replays")["status"] == "done"


def test_one_that_dies_three_times_is_given_up_with_a_sentence(me, world):
    asked = ask(me)
    for _ in range(replays.MOST_BEGUN):
        world.db.run(replays._take)
        replays.let_go()

    assert replays.run() == {}
    assert (told(me, asked)["status"], "begun 3 times" in told(me, asked)["sentence"]) == ("failed", True)
    assert world.db.run(replays.is_due) is False


def test_the_job_lets_a_child_do_it_and_frees_what_a_dead_child_held(me, settings, monkeypatch):
    class Context:
        pass

    context = Context()
    context.settings = settings
    asked = ask(me)

    assert job.run(context) == {"done": 1}
    assert job.run(context) == {}
    assert told(me, asked)["status"] == "done"
    again = ask(me)
    context.settings = replace(settings, db_password="wrong")
    with pytest.raises(Exception, match="ended with"):
        job.run(context)
    assert told(me, again)["status"] == "queued"


def test_old_replays_go_with_their_logs(me, world):
    ask(me)
    replays.run()
    assert world.one("SELECT COUNT(*) AS n FROM replay_logs")["n"] > 0

    world.jump(days=31)

    assert world.db.run(rows.old_replays) == 1
    assert world.one("SELECT COUNT(*) AS n FROM replay_logs")["n"] == 0
