"""A model is uploaded, examined, tried, put in charge and replaced; what is broken or hostile is contained."""

import pickle
import time
from threading import Event
from uuid import UUID

import numpy as np
import pytest

from core import database, ml_interface
from core.domain.model import kinds
from core.domain.model.check import features_of
from core.domain.model.contract import CHECK_VECTOR
from core.domain.model.registered import STATIC
from core.forecast import model_check, risk
from core.operations import modules, monitor
from core.sql import pools
from tests.integration.conftest import data_of, error_of
from tests.unit.model.samples import LOGISTIC, XGBOOST, as_json, as_npz, bomb, features, logistic_says, manifest

CHECKS = ["arrays", "check vector", "golden vectors", "strange numbers", "deadline"]


def asked(age: float) -> dict:
    return database.run(lambda tx: ml_interface.invoke_ml_decision(tx, features_of(features(pool_age_hours=age))))


def test_an_upload_passes_every_check_and_says_so(registry):
    reply = registry.upload()

    made = data_of(reply)
    assert (reply.status_code, made["status"]) == (201, "validated")
    assert [(check["name"], check["passed"]) for check in made["checks"]] == [(name, True) for name in CHECKS]


@pytest.mark.parametrize("weights", [as_npz(LOGISTIC), as_json(LOGISTIC)])
def test_json_and_npz_weights_are_both_taken(registry, weights):
    assert data_of(registry.upload(weights=weights))["status"] == "validated"


def test_xgboosts_own_json_is_taken_and_predicts_without_xgboost(registry):
    rows = [{name: value for name, value in zip(XGBOOST["numbers"], row, strict=True) if value is not None} for row in XGBOOST["rows"]]
    golden = [{"features": features(**row), "interruption_probability": p} for row, p in zip(rows, XGBOOST["probabilities"], strict=True)]
    said = manifest(name="boosted", kind="trees", numbers=XGBOOST["numbers"], golden=golden)

    assert data_of(registry.upload(said, as_json(XGBOOST["document"])))["status"] == "validated"


def test_a_model_that_misses_its_own_golden_vectors_is_rejected_and_keeps_no_weights(registry, world):
    golden = [{"features": features(pool_age_hours=2.0), "interruption_probability": 0.1}]

    made = data_of(registry.upload(manifest(golden=golden)))

    assert made["status"] == "rejected"
    assert made["checks"][-1]["name"] == "golden vectors"
    assert world.one("SELECT COUNT(*) AS n FROM ml_model_parts")["n"] == 0
    assert error_of(registry.do("activate", made["model_id"])) == (409, "CONFLICT")


@pytest.mark.parametrize(
    ("weights", "answer"),
    [
        (pickle.dumps({"coef": [1.0]}), (415, "UNSUPPORTED_MEDIA_TYPE")),
        (bomb(), (422, "VALIDATION_ERROR")),
        (b"PK\x03\x04 not really", (422, "VALIDATION_ERROR")),
        (b"", (422, "VALIDATION_ERROR")),
    ],
    ids=["pickle", "zip bomb", "damaged", "empty"],
)
def test_a_hostile_file_is_refused_and_leaves_nothing_behind(registry, world, weights, answer):
    assert error_of(registry.upload(weights=weights)) == answer
    assert world.one("SELECT (SELECT COUNT(*) FROM ml_models) + (SELECT COUNT(*) FROM ml_model_parts) AS n")["n"] == 0


def test_a_pickle_that_would_run_code_runs_none(registry, tmp_path):
    canary = tmp_path / "canary"

    class Bomb:
        def __reduce__(self):
            return (open, (str(canary), "w"))

    assert error_of(registry.upload(weights=pickle.dumps(Bomb())))[0] == 415
    assert not canary.exists()


@pytest.mark.parametrize(
    ("arrays", "check"),
    [
        ({**LOGISTIC, "coef": [1.0, 2.0]}, "arrays"),
        ({**LOGISTIC, "intercept": float("nan")}, "arrays"),
        ({**LOGISTIC, "coef": [1e308], "scale": [1e-308]}, "golden vectors"),
    ],
    ids=["wrong shape", "NaN", "overflow"],
)
def test_a_broken_model_is_rejected_by_the_check_it_fails(registry, arrays, check):
    made = data_of(registry.upload(weights=as_npz(arrays)))

    assert (made["status"], made["checks"][-1]["name"], made["checks"][-1]["passed"]) == ("rejected", check, False)


def test_a_model_that_is_slow_to_examine_is_ended_and_rejected(registry, monkeypatch):
    monkeypatch.setattr(model_check, "SECONDS", 0.01)

    made = data_of(registry.upload())

    assert (made["status"], made["checks"][0]["name"]) == ("rejected", "deadline")


def test_an_examination_that_needs_more_memory_than_it_may_is_ended_and_the_model_rejected(registry, monkeypatch):
    """The limit is set below what a model of ours ever needs."""
    monkeypatch.setattr(model_check, "MEMORY_BYTES", 200 * 2**20)
    wide = as_npz({**LOGISTIC, "spare": np.zeros(7 * 2**20)})

    made = data_of(registry.upload(weights=wide))

    assert (made["status"], made["checks"][0]["name"]) == ("rejected", "limits")


@pytest.mark.parametrize("over", [1, 1024 * 1024], ids=["by a byte", "by a megabyte"])
def test_a_file_of_more_than_sixteen_megabytes_is_refused_and_leaves_nothing(registry, over: int):
    """CON-07."""
    before = len(registry.models())

    assert error_of(registry.upload(weights=b"\0" * (16 * 1024 * 1024 + over))) == (413, "TOO_LARGE")
    assert len(registry.models()) == before


def test_a_file_of_sixteen_megabytes_is_read_and_judged_by_what_is_in_it(registry):
    assert error_of(registry.upload(weights=b"\0" * (16 * 1024 * 1024)))[0] in (400, 422)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "python"}, {"numbers": ["secrets"]}, {"numbers": []}, {"golden": []}, {"name": "../../etc"}, {"contract_version": "v9"},
        {"surprise": 1},
    ],
)  # fmt: skip
def test_a_manifest_that_breaks_the_contract_is_named_field_by_field(registry, changes):
    reply = registry.upload({**manifest(), **changes})

    assert error_of(reply) == (422, "VALIDATION_ERROR")
    assert set(reply.get_json()["error"]["details"]["fields"]) == set(changes)


def test_a_name_and_version_are_never_overwritten(registry):
    registry.uploaded()

    assert error_of(registry.upload()) == (422, "VALIDATION_ERROR")


def test_the_same_upload_sent_twice_is_one_model(registry):
    replies = [registry.upload(request_id="upload-0001") for _ in range(2)]

    assert replies[0].get_data() == replies[1].get_data()
    assert len(registry.models()) == 2, "the static rule and one model"


def test_other_weights_under_the_same_request_id_are_refused(registry):
    registry.upload(request_id="upload-0001")

    assert error_of(registry.upload(weights=as_json(LOGISTIC), request_id="upload-0001")) == (422, "REQUEST_ID_REUSED")


def test_the_active_model_decides_without_a_restart_and_the_static_rule_before_and_after(registry):
    before = asked(2.0)
    registry.do("activate", registry.uploaded())
    active = asked(2.0)
    registry.do("fallback")
    after = asked(2.0)

    assert [answer["model"]["version"] for answer in (before, active, after)] == ["static", "1", "static"]
    assert active["interruption_probability"] == pytest.approx(logistic_says(2.0))


def test_an_activation_names_the_model_before_it_and_none_when_it_was_in_charge_already(registry):
    first, second = registry.uploaded(), registry.uploaded(version="2")

    told = [data_of(registry.do("activate", model)) for model in (first, second, second)]

    assert [one["active"]["model_id"] for one in told] == [first, second, second]
    assert told[0]["previous"] == STATIC and told[1]["previous"]["model_id"] == first and told[2]["previous"] is None
    assert told[1]["previous"]["status"] == "retired"
    assert [(one["version"], one["status"]) for one in registry.models() if one["name"] == "by-age"] == [("2", "active"), ("1", "retired")]


def test_every_prediction_has_an_id_of_its_own_and_is_as_the_contract_says(registry):
    registry.do("activate", registry.uploaded())
    told = [asked(2.0) for _ in range(3)] + [data_of_static()]

    assert len({UUID(one["prediction_id"]) for one in told}) == 4
    for one in told:
        assert one["contract_version"] == "v1.0" and one["recommended_action"] in ("SAFE", "CAUTION", "AVOID")
        assert 0 <= one["interruption_probability"] <= 1 and 0 <= one["confidence_score"] <= 1


def data_of_static() -> dict:
    """The contract's own check vector, of which the static rule knows nothing but the prior."""
    return database.run(lambda tx: ml_interface.invoke_ml_decision(tx, CHECK_VECTOR))


def test_the_dashboards_address_puts_a_model_in_charge_too(registry):
    """G-36."""
    first, second = registry.uploaded(), registry.uploaded(version="2")
    registry.do("activate", first)

    told = data_of(registry.api.post("/api/lab/graduate", {"model_id": second}))

    assert (told["active"]["model_id"], told["previous"]["model_id"]) == (second, first)
    assert asked(2.0)["model"]["version"] == "2"


def test_a_model_may_be_uploaded_at_the_second_address_too(registry):
    """G-39."""
    made = data_of(registry.upload(path="/api/admin/models/upload"))

    assert made["status"] == "validated"
    assert made["model_id"] in {model.get("model_id") for model in registry.models()}


def test_the_probability_alone_is_the_active_models(registry):
    ask = lambda: database.run(lambda tx: ml_interface.predict_interruption_risk(tx, features_of(features(pool_age_hours=2.0))))  # noqa: E731
    assert ask() == 0.23

    registry.do("activate", registry.uploaded())

    assert ask() == pytest.approx(logistic_says(2.0))


def test_the_refusal_of_a_pickle_names_the_way_to_convert_it(registry):
    message = registry.upload(weights=pickle.dumps({})).get_json()["error"]["message"]

    assert "convert it offline (docs/MODELS.md)" in message


def test_the_fallback_goes_down_the_models_that_were_in_charge_before(registry):
    first, second = registry.uploaded(), registry.uploaded(version="2")
    for model_id in (first, second):
        registry.do("activate", model_id)

    steps = [data_of(registry.do("fallback"))["active"]["version"] for _ in range(2)]

    assert steps == ["1", "static"]


def test_another_process_uses_a_new_model_within_five_seconds(registry, monkeypatch):
    monkeypatch.undo()
    elsewhere, model_id = ml_interface.LoadedModels(), registry.uploaded()
    looked = time.monotonic()
    assert database.run(elsewhere.active).model is None

    registry.do("activate", model_id)

    found = database.run(elsewhere.active).model
    assert found is None or time.monotonic() - looked >= ml_interface.LOOK_AGAIN_SECONDS, "it looked a moment ago"
    time.sleep(ml_interface.LOOK_AGAIN_SECONDS)
    assert database.run(elsewhere.active).registered.model_version == "1"


def test_a_model_that_fails_is_answered_for_by_the_static_rule_and_it_is_said(registry, monkeypatch):
    registry.do("activate", registry.uploaded())
    asked(2.0)
    monkeypatch.setattr("core.domain.model.kinds.Logistic.__call__", lambda self, numbers: numbers[:, 0] * float("nan"))

    answer = asked(2.0)

    assert answer["model"]["version"] == "static"
    assert answer["fell_back_because"] == "by-age 1 failed: interruption_probability is not a number"


@pytest.fixture
def slow(registry, monkeypatch) -> Event:
    """An active model that answers once the event is set."""
    registry.do("activate", registry.uploaded())
    asked(2.0)
    may_answer, formula = Event(), kinds.Logistic.__call__
    monkeypatch.setattr(kinds.Logistic, "__call__", lambda self, numbers: may_answer.wait(60) and formula(self, numbers))
    yield may_answer
    may_answer.set()


def test_a_late_model_is_answered_for_by_the_static_rule_within_its_deadline(slow):
    began = time.monotonic()
    answer = asked(2.0)

    assert answer["fell_back_because"] == "by-age 1 was late: it did not answer within 500 ms"
    assert answer["model"]["version"] == "static" and 0.5 <= time.monotonic() - began < 10


def test_a_model_that_is_still_late_is_not_waited_for_again_and_speaks_once_it_is_free(slow):
    asked(2.0)
    began = time.monotonic()
    assert asked(2.0)["fell_back_because"] == "by-age 1 was late: it is still busy with an earlier question"
    assert time.monotonic() - began < 0.4

    slow.set()

    deadline = time.monotonic() + 30
    while (answer := asked(2.0))["fell_back_because"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert answer["model"]["version"] == "1"


def test_every_step_of_a_models_life_is_a_session_and_an_audit_row(registry, world):
    model_id = registry.uploaded()
    for verb in ("shadow", "activate"):
        registry.do(verb, model_id)
    registry.do("fallback")

    told = data_of(registry.api.get("/api/admin/ml-models/sessions"))["sessions"]

    assert [session["kind"] for session in told] == ["fallback", "activation", "shadow", "upload"]
    checks = data_of(registry.api.get("/api/admin/ml-models"))["models"][-1]["checks"]
    assert told[-1]["figures"] == {"bytes": len(as_npz(LOGISTIC)), "checks": len(checks), "passed": len(checks)}
    assert told[0]["figures"] == {"outcomes": 0, "brier": None, "base_brier": None}
    assert world.one("SELECT COUNT(*) AS n FROM audit_logs WHERE action LIKE 'model\\_%%' AND resource_id ="
                     " (SELECT id FROM ml_models)")["n"] == 4  # fmt: skip


def test_while_the_model_server_is_switched_off_the_static_rule_decides_and_health_says_so(world, registry):
    registry.do("activate", registry.uploaded())
    assert (world.db.run(ml_interface.active).model is None) is False
    world.db.run(lambda tx: modules.switch(tx, "MOD-AI-01", False, actor="admin"))

    told = world.db.run(lambda tx: risk.forecast(tx, "us-east-1", pools.in_region(tx, "us-east-1"), ml_interface.active(tx)))

    assert told.model_version == risk.STATIC_RULE
    assert world.db.run(monitor._model).details.endswith("rests; the static rule decides")
