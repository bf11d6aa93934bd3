"""Decisions over HTTP: asked, written down with their inputs, taken again from them."""

import json
from datetime import date, timedelta

import pytest

from core.domain.decision import select_best_instance
from core.domain.decision.values import Inputs
from core.domain.risk import PRIOR, UNKNOWN_BAND, Record, Table
from core.forecast import sightings
from core.moves.decisions import comes_out_the_same, output_of
from core.sql import pools, risk
from tests.integration.conftest import data_of, error_of

FAR = "use1-az1:m5.large:linux"


@pytest.fixture
def workload(world):
    world.prices()
    return world.workload()


@pytest.fixture
def me(api, workload):
    return api.by(workload.client.token)


def ask(me, workload, **more):
    return me.post(f"/api/agents/{workload.uuid}/decide", {"instance_id": workload.primary.uuid, **more})


def test_a_decision_names_a_pool_the_others_and_a_sentence(me, workload):
    told = data_of(ask(me, workload))

    assert told["decision"] in ("SWITCH", "STAY", "HOLD")
    zone, kind, _ = told["target_pool"].split(":")
    assert f"{kind} in {zone}" in told["reason"] and told["model_version"] == "static-rule"
    assert {one["pool"].split(":")[1] for one in told["runners_up"]} | {one["pool_id"].split(":")[1] for one in told["rejected"]} == {"m5.large", "c5.large", "m6i.large"}
    assert told["interruption_probability"] == PRIOR[UNKNOWN_BAND] and told["latency_ms"] < 500
    assert told["confidence"] == 0, "nobody has watched the pool"


def test_a_much_cheaper_pool_is_worth_a_switch_and_the_saving_is_told(me, workload):
    told = data_of(ask(me, workload, prices=[{"pool_id": "use1-az1:m5.large:linux", "spot_price": 0.004}]))

    assert (told["decision"], told["target_pool"]) == ("SWITCH", "use1-az1:m5.large:linux")
    assert told["saving_usd_per_hour"] == pytest.approx(0.028)


def test_how_far_a_decision_can_be_trusted_is_kept_with_it_and_grows_with_what_was_seen(world, me, workload):
    before = data_of(ask(me, workload, prices=[{"pool_id": FAR, "spot_price": 0.004}]))
    now = world.now()
    world.db.run(lambda tx: sightings.observe(tx, [(FAR, "lost", now - timedelta(hours=31), "a"), (FAR, "available", now - timedelta(hours=30), "b")]))
    table = Table(hours=(0.0,) * 8 + (450.0,), pools={FAR: Record(0, 0.0, 6.0)})
    world.db.run(lambda tx: risk.insert_model(
        tx, now=now, is_active=False, samples=0, span_days=20, scores=(None,) * 3, params=json.dumps({"table": table.as_json(), "model": None}), why="a test",
        dataset_id=None,
    ))  # fmt: skip

    world.jump(hours=1)
    after = data_of(ask(me, workload))
    watched = data_of(ask(me, workload, prices=[{"pool_id": FAR, "spot_price": 0.004}]))

    rows = {row["uuid"]: row for row in world.all("SELECT uuid, confidence, confidence_why FROM ml_decisions")}
    assert (before["target_pool"], before["confidence"]) == (FAR, 0)
    assert (watched["target_pool"], watched["confidence"]) == (FAR, pytest.approx((1 + 2 * (0.9 + 0.75) / 2) / 3, abs=1e-4))
    assert watched["confidence_why"].startswith("Well founded: its risk rests on 450 hours") and after["confidence_why"].endswith("its price is 60 min old")
    for told in (before, watched):
        assert (rows[told["decision_id"]]["confidence"], rows[told["decision_id"]]["confidence_why"]) == (told["confidence"], told["confidence_why"])
    listed = data_of(me.get(f"/api/client/{workload.client.uuid}/agents/decisions"))["decisions"]
    assert (listed[0]["confidence"], listed[0]["confidence_why"]) == (watched["confidence"], watched["confidence_why"])


def test_without_a_choice_there_is_nothing_to_trust(world, me, workload):
    world.execute("UPDATE spot_pools SET price = NULL")

    told = data_of(ask(me, workload))

    assert (told["target_pool"], told["confidence"], told["confidence_why"]) == (None, None, "No pool was chosen")


def reading(pool: str, price: float, at) -> dict:
    return {"pool_id": pool, "spot_price": price, "observed_at": at if isinstance(at, str) else at.isoformat()}


def test_what_a_host_read_itself_is_kept_and_counts_where_it_is_newer(world, me, workload):
    world.jump(minutes=2)
    now = world.now()
    told = data_of(ask(me, workload, readings=[reading(FAR, 0.005, now - timedelta(seconds=30)), reading(FAR, 0.003, now - timedelta(minutes=90))]))

    assert (told["decision"], told["target_pool"]) == ("SWITCH", FAR)
    assert told["saving_usd_per_hour"] == pytest.approx(0.027)
    assert told["readings"] == {"stored": 2, "duplicates": 0, "rejected": []}
    stored = world.all("SELECT source, pool_id, price FROM spot_price_snapshots ORDER BY price")
    assert [(row["source"], row["pool_id"], row["price"]) for row in stored] == [("agent", FAR, 0.003), ("agent", FAR, 0.005)]
    [row] = world.all("SELECT inputs, output FROM ml_decisions")
    assert output_of(select_best_instance(Inputs.from_json(row["inputs"]))) == row["output"]


def test_an_older_reading_is_kept_and_decides_nothing_and_one_without_a_time_is_named(world, me, workload):
    readings = [reading(FAR, 0.003, world.now() - timedelta(hours=2)), reading(FAR, 0.003, "noon"), reading(FAR, 0.003, world.now() + timedelta(hours=2))]

    told = data_of(ask(me, workload, readings=readings))

    assert told["decision"] == "STAY" and told["readings"]["stored"] == 1
    assert [one["why"] for one in told["readings"]["rejected"]] == ["no time", "observed in the future"]


def test_a_figure_of_the_caller_goes_before_its_reading(world, me, workload):
    world.jump(minutes=2)
    told = data_of(ask(me, workload, readings=[reading(FAR, 0.005, world.now())], prices=[{"pool_id": FAR, "spot_price": 0.09}]))

    assert told["decision"] == "STAY" and told["target_pool"] != FAR


def test_a_stored_decision_taken_again_from_its_own_inputs_is_the_same(world, me, workload):
    world.interruption(workload)
    ask(me, workload)
    ask(me, workload, prices=[{"pool_id": "use1-az2:m6i.large:linux", "spot_price": 0.0125}])

    rows = world.all("SELECT inputs, output FROM ml_decisions")

    assert len(rows) == 2
    assert [output_of(select_best_instance(Inputs.from_json(row["inputs"]))) for row in rows] == [row["output"] for row in rows]
    assert [Inputs.from_json(row["inputs"]).as_json() for row in rows] == [row["inputs"] for row in rows]


def test_a_decision_stored_before_offers_had_a_member_comes_out_the_same_and_a_forged_one_does_not(world, me, workload):
    ask(me, workload)
    row = world.one("SELECT inputs, output FROM ml_decisions")
    inputs, output = (row[name].replace('"bucket":null,', "") for name in ("inputs", "output"))

    again = select_best_instance(Inputs.from_json(inputs))

    assert output != row["output"] and comes_out_the_same(output, again)
    assert not comes_out_the_same(output.replace('"vcpus":2', '"vcpus":4'), again) and not comes_out_the_same(output + " ", again)


def rank(world, **buckets: int) -> None:
    rows = [("us-east-1", "Linux", kind.replace("_", "."), bucket, 60, date(2026, 1, 1)) for kind, bucket in buckets.items()]
    world.db.run(lambda tx: risk.write_rates(tx, rows))


@pytest.mark.parametrize(("bucket", "decision"), [(3, "SWITCH"), (4, "STAY")])
def test_a_type_that_aws_often_interrupts_is_no_target_of_a_planned_move(world, me, workload, bucket, decision):
    rank(world, c5_large=bucket)

    told = data_of(ask(me, workload, prices=[{"pool_id": "use1-az1:c5.large:linux", "spot_price": 0.010}]))

    assert told["decision"] == decision
    why = {one["pool_id"]: one for one in told["rejected"] if one["filter"] == "historic"}
    assert bool(why) == (bucket == 4) and all("more than 20 % of c5.large" in one["why"] for one in why.values())


def test_an_emergency_asks_nothing_of_the_past_months(world, workload):
    rank(world, m5_large=4, c5_large=4, m6i_large=4)

    world.interruption(workload)

    launched = world.one("SELECT lifecycle, pool_id FROM instances WHERE role = 'REPLICA'")
    assert launched["lifecycle"] == "spot" and launched["pool_id"] != workload.primary.pool_id


def bandwidth(world, **mbps: int) -> None:
    now = world.now()
    world.db.run(lambda tx: pools.write_types(tx, [(kind.replace("_", "."), 0, some, 0, now) for kind, some in mbps.items()]))


def endanger_its_type(world) -> None:
    """No pool of the workload's own type is calm, so another type replaces it."""
    world.execute(
        "INSERT INTO pool_memory (pool_id, danger_until, last_seen) SELECT pool_id, '2038-01-01', UTC_TIMESTAMP(6) FROM spot_pools"
        " WHERE instance_type = 'm5.large'"
    )


def test_a_pool_with_less_bandwidth_than_what_is_replaced_is_neither_moved_to_nor_launched_in_an_emergency(world, me, workload):
    bandwidth(world, m5_large=650, c5_large=649, m6i_large=650)
    endanger_its_type(world)

    out = {one["pool_id"]: one for one in data_of(ask(me, workload))["rejected"]}
    world.interruption(workload)

    launched = world.one("SELECT instance_type FROM instances WHERE role = 'REPLICA'")
    assert {out[f"use1-az{n}:c5.large:linux"]["why"] for n in (1, 2, 6)} == {"649 Mbit/s to EBS are less than 650"}
    assert launched["instance_type"] == "m6i.large"


@pytest.mark.parametrize("known", [{}, {"m5_large": 650}, {"c5_large": 100}, {"m5_large": 650, "c5_large": 650}])
def test_where_the_catalogue_does_not_tell_the_cheapest_is_launched(world, workload, known):
    """The twin of the test before it."""
    bandwidth(world, **known) if known else None
    endanger_its_type(world)

    world.interruption(workload)

    assert world.one("SELECT instance_type FROM instances WHERE role = 'REPLICA'")["instance_type"] == "c5.large"


def test_a_pool_in_danger_is_listed_with_the_reason_and_the_time(world, me, workload):
    world.interruption(workload)

    options = data_of(me.get(f"/api/client/instances/{workload.primary.uuid}/available-options"))["options"]

    flagged = next(one for one in options if one["pool"] == workload.primary.pool_id)
    assert (flagged["excluded_by"], flagged["score"]) == ("danger", None)
    assert flagged["flagged_until"] and "notice" in flagged["why"]
    assert len(options) == 9


def test_every_option_tells_its_price_and_what_it_saves_of_on_demand_and_an_unknown_price_saves_nothing(world, me, workload):
    world.execute("UPDATE spot_pools SET price = NULL WHERE pool_id = %(id)s", id=FAR)

    options = {one["pool"]: one for one in data_of(me.get(f"/api/client/instances/{workload.primary.uuid}/available-options"))["options"]}

    stored = {row["pool_id"]: row["price"] for row in world.all("SELECT pool_id, price FROM spot_pools")}
    assert {name: one["price"] for name, one in options.items()} == stored
    saved = {name: one["saving"] for name, one in options.items() if one["saving"] is not None}
    assert saved == {name: pytest.approx(0.096 - price) for name, price in stored.items() if price is not None}
    assert (options[FAR]["excluded_by"], options[FAR]["saving"]) == ("price unknown", None)


def risk_by_type(me, workload) -> dict[str, set[float]]:
    options = data_of(me.get(f"/api/client/instances/{workload.primary.uuid}/available-options"))["options"]
    return {kind: {one["risk"] for one in options if one["instance_type"] == kind} for kind in ("m5.large", "c5.large")}


def test_the_advisors_rank_of_a_type_moves_the_risk_of_pools_nobody_watched(world, me, workload):
    world.db.run(lambda tx: risk.write_rates(tx, [("us-east-1", "Linux", "m5.large", 4, 60, date(2026, 1, 1))]))

    told = risk_by_type(me, workload)

    assert told["c5.large"] == {PRIOR[UNKNOWN_BAND]}
    assert min(told["m5.large"]) > PRIOR[UNKNOWN_BAND]


def test_a_pool_seen_to_come_back_a_moment_ago_is_the_riskier_choice(world, me, workload):
    fresh, now = "use1-az1:m5.large:linux", world.now()
    seen = [(fresh, "lost", now - timedelta(minutes=20), "a"), (fresh, "available", now - timedelta(minutes=3), "b")]
    world.db.run(lambda tx: sightings.observe(tx, seen))

    told = data_of(ask(me, workload, prices=[{"pool_id": fresh, "spot_price": 0.004}]))

    assert told["target_pool"] not in (fresh, None)
    assert min(risk_by_type(me, workload)["m5.large"]) < 0.05 < 0.5 < max(risk_by_type(me, workload)["m5.large"])
    assert told["decision"] == "STAY"


def test_the_last_decision_says_why_nothing_moves_by_itself(me, workload):
    assert error_of(me.get(f"/api/agents/{workload.uuid}/switch-recommendation")) == (404, "NOT_FOUND")
    asked = data_of(ask(me, workload))

    told = data_of(me.get(f"/api/agents/{workload.uuid}/switch-recommendation"))

    assert (told["decision_id"], told["will_auto_execute"]) == (asked["decision_id"], False)
    assert told["blocked_by"]
    listed = data_of(me.get(f"/api/client/{workload.client.uuid}/agents/decisions"))["decisions"]
    assert [one["decision_id"] for one in listed] == [asked["decision_id"]]


def test_on_demand_whose_notice_path_is_broken_is_held(world, api):
    world.prices()
    shop = world.workload("dear", lifecycle="on-demand")
    world.beat(shop, shop.primary.id)
    world.execute("UPDATE agent_heartbeats SET imds_ok = 0")
    world.jump(hours=2)

    told = data_of(ask(api.by(shop.client.token), shop))

    assert told["decision"] == "HOLD" and "notice path" in told["reason"]


@pytest.mark.parametrize("body", [
    {}, {"instance_id": "x"}, {"instance_id": "i-0", "prices": [{"pool_id": "use1-az1:m5.large:linux", "spot_price": -1}]},
    {"instance_id": "i-0", "readings": [{"cpu_pct": 12}]}, {"instance_id": "i-0", "readings": [reading("use1-az1:m5.large:windows", 0.1, "2026-01-01")]},
    {"instance_id": "i-0", "current_pool": "'; DROP TABLE"}, {"instance_id": "i-0", "colour": "red"},
])  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(me, workload, body):
    assert error_of(me.post(f"/api/agents/{workload.uuid}/decide", body)) == (422, "VALIDATION_ERROR")


def test_another_agents_instance_is_not_decided_about(world, me, workload):
    other = world.workload("other", workload.client)

    assert error_of(ask(me, workload, instance_id=other.primary.uuid))[0] == 404
