"""Predictions are written down before, compared with what happened after, and a model that knows nothing is taken out."""

import json
from datetime import timedelta

import pytest

from core import database
from core.domain.model.score import JUDGED_AFTER, scorecard
from core.forecast import risk
from core.forecast.predictions import join_outcomes, judge, outcome_of, predict, work
from tests.integration.conftest import data_of
from tests.unit.model.samples import manifest


@pytest.fixture
def workload(world):
    world.prices()
    return world.workload()


def predicted(world) -> list[dict]:
    return world.all("SELECT * FROM predictions ORDER BY id")


def test_each_live_spot_instance_is_predicted_once_a_slot_by_every_model(world, registry, workload):
    world.workload("on-demand", workload.client, lifecycle="on-demand")
    registry.do("activate", registry.uploaded())
    registry.do("shadow", registry.uploaded(version="2"))

    database.run(predict)
    database.run(predict)

    rows = predicted(world)
    assert len(rows) == 3, "the static rule, the active model, the shadow"
    assert {row["instance_id"] for row in rows} == {workload.primary.id}
    assert len({row["features"] for row in rows}) == 1


def test_nothing_later_than_the_moment_of_prediction_goes_in(world, workload):
    """The machine that AWS takes afterwards is unknown to the features, and known to the next prediction of a sister."""
    database.run(predict)
    database.run(lambda tx: risk.taken(tx, workload.primary, "state_reason"))
    sister = world.workload("sister", workload.client)
    world.jump(minutes=10)
    database.run(predict)

    before, *after = predicted(world)
    assert json.loads(before["features"])["pool"]["losses_24h"] == 0
    assert {json.loads(row["features"])["pool"]["losses_24h"] for row in after if row["instance_id"] == sister.primary.id} == {1}


def test_a_model_that_does_not_answer_is_not_judged_by_another_s_words(world, registry, workload, monkeypatch):
    registry.do("activate", registry.uploaded())
    monkeypatch.setattr("core.domain.model.kinds.Logistic.__call__", lambda self, numbers: numbers[:, 0] * float("nan"))

    database.run(predict)

    assert [row["model_id"] for row in predicted(world)] == [0]


def test_the_static_rule_that_is_scored_is_the_risk_that_decisions_take(world, workload):
    database.run(lambda tx: risk.taken(tx, workload.primary, "state_reason"))
    world.jump(minutes=20)
    database.run(predict)

    [row] = predicted(world)
    assert float(row["probability"]) == database.run(lambda tx: risk.risk_of_pools(tx, "us-east-1"))[workload.primary.pool_id].probability


def test_an_interruption_within_the_hour_is_the_outcome_and_a_quiet_hour_too(world, workload):
    quiet = world.workload("quiet", workload.client)
    database.run(predict)
    world.jump(minutes=30)
    world.interruption(workload)
    world.jump(minutes=31)

    assert database.run(join_outcomes) == 2
    assert {row["instance_id"]: row["outcome"] for row in predicted(world)} == {
        workload.primary.id: "interrupted",
        quiet.primary.id: "survived",
    }


def test_no_outcome_is_booked_before_the_hour_is_over(world, workload):
    database.run(predict)
    world.jump(minutes=49)

    assert database.run(join_outcomes) == 0


def test_an_instance_we_ended_ourselves_says_nothing(world):
    now = world.now()
    row = {"interrupted_at": None, "ended_at": now + timedelta(minutes=10), "terminate_requested_at": None, "horizon_at": now + timedelta(hours=1)}

    assert outcome_of(row) == "unknown"
    assert outcome_of({**row, "ended_at": now + timedelta(hours=2)}) == "survived"
    assert outcome_of({**row, "interrupted_at": now}) == "interrupted"


def _outcomes(world, model_uuid: str, pairs: list[tuple[float, int]]) -> None:
    model = world.one("SELECT id FROM ml_models WHERE uuid = %(uuid)s", uuid=model_uuid)
    for number, (p, outcome) in enumerate(pairs):
        world.execute(
            "INSERT INTO predictions (model_id, instance_id, pool_id, predicted_at, horizon_at, probability, confidence, features, latency_ms,"
            " outcome) VALUES (%(model)s, %(n)s, 'use1-az1:m5.large:linux', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), %(p)s, 1, '{}', 0.1, %(outcome)s)",
            model=model["id"], n=number, p=p, outcome="interrupted" if outcome else "survived",
        )  # fmt: skip


WRONG = [(0.9, 0), (0.1, 1)] * (JUDGED_AFTER // 2)


def test_an_active_model_worse_than_the_base_rate_is_demoted_and_the_one_before_decides_again(world, registry):
    first, second = registry.uploaded(), registry.uploaded(version="2")
    for model_id in (first, second):
        registry.do("activate", model_id)
    _outcomes(world, second, WRONG)

    assert database.run(judge) == 1

    assert {model["version"]: model.get("status") for model in registry.models()} == {"static": None, "2": "demoted", "1": "active"}
    session = data_of(registry.api.get("/api/admin/ml-models/sessions"))["sessions"][0]
    assert "worse than the base rate" in session["sentence"]
    assert session["figures"] == {"outcomes": JUDGED_AFTER, "brier": pytest.approx(0.81), "base_brier": 0.25}


def test_a_shadow_worse_than_the_base_rate_leaves_it_and_its_history_says_so(world, registry):
    model_id = registry.uploaded()
    registry.do("shadow", model_id)
    _outcomes(world, model_id, WRONG)

    assert database.run(judge) == 1

    session = data_of(registry.api.get("/api/admin/ml-models/sessions"))["sessions"][0]
    assert (session["kind"], session["figures"]["outcomes"]) == ("demotion", JUDGED_AFTER)
    assert "left the shadow" in session["sentence"]


def test_one_outcome_fewer_demotes_nobody(world, registry):
    model_id = registry.uploaded()
    registry.do("activate", model_id)
    _outcomes(world, model_id, WRONG[1:])

    assert database.run(judge) == 0


def test_the_scorecard_shown_is_the_one_computed_apart(world, registry):
    model_id = registry.uploaded()
    pairs = [(0.2, 0), (0.7, 1), (0.4, 0), (0.9, 1)]
    _outcomes(world, model_id, pairs)

    shown = next(model for model in registry.models() if model["model_id"] == model_id)["scorecard"]

    assert shown["brier"] == pytest.approx(scorecard(pairs).brier)
    assert sum(one["count"] for one in shown["calibration"]) == shown["outcomes"] == 4


def test_the_job_does_all_three_and_counts(world, workload, registry):
    registry.do("activate", registry.uploaded(**{"name": manifest()["name"]}))

    assert work() == {"predicted": 2, "outcomes": 0, "demoted": 0}
