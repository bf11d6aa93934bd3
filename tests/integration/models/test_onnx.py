"""Models in ONNX form: taken where onnxruntime is installed, and where it is not refused with how to install it."""

import pickle

import pytest

from core import database, ml_interface
from core.domain.model.check import features_of
from core.forecast import onnx
from tests.integration.conftest import data_of, error_of
from tests.unit.model.onnx_file import logistic
from tests.unit.model.samples import features, logistic_says, manifest

# The same formula as the samples' logistic model: -1 - 0.9 * (age - 6) / 4.
FILE = logistic([-0.225], 0.35, [6.0])


@pytest.fixture
def missing(monkeypatch):
    """A host on which the extra is not installed."""
    monkeypatch.setattr(onnx, "is_installed", lambda: False)


def asked(age: float) -> dict:
    return database.run(lambda tx: ml_interface.invoke_ml_decision(tx, features_of(features(pool_age_hours=age))))


def test_an_onnx_model_passes_every_check_and_decides(registry):
    made = data_of(registry.upload(manifest(kind="onnx"), FILE))
    assert made["status"] == "validated", made["checks"]

    registry.do("activate", made["model_id"])

    assert asked(2.0)["model"]["kind"] == "onnx"
    assert asked(2.0)["interruption_probability"] == pytest.approx(logistic_says(2.0), abs=1e-5)


def test_without_the_extra_it_is_refused_with_how_to_install_it(registry, world, missing):
    reply = registry.upload(manifest(kind="onnx"), FILE)

    assert error_of(reply) == (422, "VALIDATION_ERROR")
    assert "pip install -r requirements-onnx.txt" in reply.get_json()["error"]["message"]
    assert world.one("SELECT COUNT(*) AS n FROM ml_models")["n"] == 0


def test_a_host_without_the_extra_goes_on_with_the_rule_and_says_why(registry, monkeypatch, missing):
    monkeypatch.undo()
    monkeypatch.setattr(ml_interface, "LOADED", ml_interface.LoadedModels())
    registry.do("activate", data_of(registry.upload(manifest(kind="onnx"), FILE))["model_id"])
    monkeypatch.setattr(onnx, "is_installed", lambda: False)

    told = asked(2.0)

    assert told["model"]["version"] == "static" and told["fell_back_because"].startswith("by-age 1 failed: ONNX models need onnxruntime")


@pytest.mark.parametrize(("weights", "check"), [
    (b"no protobuf at all", "arrays"), (b"", "arrays"), (FILE[:60], "arrays"), (logistic([1.0, 1.0], 0.0, [0.0, 0.0]), "arrays"),
    (logistic([-0.225], 9.0, [6.0]), "golden vectors"), (logistic([-0.225], 0.35, [float("nan")]), "check vector"),
    (logistic([-0.225], 0.35, [6.0], output="location"), "arrays"),
])  # fmt: skip
def test_what_is_broken_wrong_or_reads_other_files_is_rejected_by_the_check_it_fails(registry, weights, check):
    made = data_of(registry.upload(manifest(kind="onnx"), weights))

    assert (made["status"], made["checks"][-1]["name"]) == ("rejected", check)


def test_a_pickle_is_refused_as_an_onnx_model_too(registry):
    assert error_of(registry.upload(manifest(kind="onnx"), pickle.dumps([1]))) == (415, "UNSUPPORTED_MEDIA_TYPE")
