"""By which figures it is decided: a client's own spread, and the engine's settings, signed and never code."""

import io
import json
import subprocess
import sys
from uuid import uuid4

import pytest

from core.moves.engine import signature
from tests.contract.tree import ROOT
from tests.integration.conftest import data_of, error_of

ALL = {"price_weight": 0.5, "worth_moving": 0.03, "riskier": 0.2, "historic_below": 0.5, "min_saving_pct": 5, "cooldown_seconds": 600, "restore_after_seconds": 60}


@pytest.fixture
def workload(world):
    world.prices()
    return world.workload()


@pytest.fixture
def me(api, workload):
    return api.by(workload.client.token)


@pytest.fixture
def upload(admin, settings):
    """An administrator who uploads settings."""

    def send(data: bytes, name: str = "calm", signed: str | None = None, request_id: str | None = None):
        form = {
            "manifest": json.dumps({"name": name, "signature": signed or signature(settings.install_key, data)}),
            "settings": (io.BytesIO(data), "settings.json"),
        }
        headers = {"Authorization": f"Bearer {admin.token}", "X-Request-ID": request_id or str(uuid4())}
        return admin.http.post("/api/admin/decision-engine/upload", headers=headers, data=form, content_type="multipart/form-data")

    return send


def ask(me, workload) -> dict:
    return data_of(me.post(f"/api/agents/{workload.uuid}/decide", {"instance_id": workload.primary.uuid}))


def test_settings_are_in_force_with_the_next_decision_and_told_as_a_session(me, admin, workload, upload):
    before = ask(me, workload)
    reply = upload(b'{"min_saving_pct": 5, "worth_moving": 0.01}')

    told = data_of(reply)
    assert (reply.status_code, told["name"], told["settings"]["min_saving_pct"], told["settings"]["price_weight"]) == (201, "calm", 5, 0.6)
    assert (before["decision"], ask(me, workload)["decision"]) == ("STAY", "SWITCH")
    [session, *_] = data_of(admin.get("/api/admin/ml-models/sessions"))["sessions"]
    assert session["session_id"] == told["session_id"] and session["kind"] == "settings"
    assert "min saving pct 10 → 5" in session["sentence"]


def test_every_figure_can_be_set_and_the_newest_upload_holds_alone(admin, upload):
    upload(json.dumps(ALL).encode())
    assert data_of(admin.get("/api/admin/decision-engine"))["settings"] == ALL

    upload(b"{}", name="back")

    told = data_of(admin.get("/api/admin/decision-engine"))
    assert (told["name"], told["settings"]["cooldown_seconds"]) == ("back", 3600)


@pytest.mark.parametrize("code", [b"import os\nos.system('id')", b"\x80\x04K\x01.", b"[1]", b"", b"\xff\xfe", b"null"])
def test_code_is_refused_whoever_signed_it(admin, upload, code):
    assert error_of(upload(code)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert data_of(admin.get("/api/admin/decision-engine"))["name"] == "the product's own"


@pytest.mark.parametrize("wrong", [
    {"price_weight": 1.1}, {"cooldown_seconds": 59}, {"min_saving_pct": 1.5}, {"riskier": "0.1"}, {"worth_moving": True}, {"colour": 1},
])  # fmt: skip
def test_a_figure_outside_its_bounds_is_named(upload, wrong):
    reply = upload(json.dumps(wrong).encode())

    assert error_of(reply) == (422, "VALIDATION_ERROR")
    assert set(reply.get_json()["error"]["details"]["fields"]) == set(wrong)


def test_a_signature_of_another_file_or_key_is_refused(admin, upload, settings):
    for signed in (signature(settings.install_key, b"{}"), signature("00" * 32, b'{"riskier": 0.2}'), "0" * 64):
        assert error_of(upload(b'{"riskier": 0.2}', signed=signed)) == (403, "FORBIDDEN")
    assert data_of(admin.get("/api/admin/decision-engine"))["settings"]["riskier"] == 0.1


def test_a_name_is_never_overwritten_and_a_repeated_upload_is_one(upload):
    first, again = (upload(b"{}", request_id="settings-1") for _ in range(2))

    assert first.get_data() == again.get_data()
    assert error_of(upload(b"{}")) == (422, "VALIDATION_ERROR")


def test_the_command_line_signs_what_the_server_takes(upload, settings, tmp_path):
    file = tmp_path / "settings.json"
    file.write_bytes(b'{"riskier": 0.25}')
    command = [sys.executable, "-m", "scripts.cli", "sign", str(file)]
    environment = {"INSTALL_KEY": settings.install_key, "PATH": "/usr/bin:/bin"}

    signed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True).stdout.strip()

    assert data_of(upload(file.read_bytes(), signed=signed))["settings"]["riskier"] == 0.25
    file.write_text("import os")
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "never code" in done.stderr


def test_a_client_sets_its_own_spread_and_what_is_left_out_stays(me, workload):
    assert data_of(me.get("/api/policies/diversity"))["max_share_pct"] == 50

    me.patch("/api/policies/diversity", {"deny": ["c5.*"], "price_weight": 0.25})
    told = data_of(me.patch("/api/policies/diversity", {"max_share_pct": 20, "price_increase_pct": 0}))

    assert (told["max_share_pct"], told["price_increase_pct"], told["deny"], told["weights"]) == (20, 0, ["c5.*"], {"price": 0.25, "risk": 0.75})
    out = {one["pool_id"].split(":")[1] for one in ask(me, workload)["rejected"] if one["filter"] == "policy"}
    assert out == {"c5.large"}


def test_without_a_margin_only_the_cheapest_pool_is_left(me, workload):
    me.patch("/api/policies/diversity", {"price_increase_pct": 0})

    options = data_of(me.get(f"/api/client/instances/{workload.primary.uuid}/available-options"))["options"]

    assert options[0]["pool"] == "use1-az6:c5.large:linux"
    assert {one["excluded_by"] for one in options[2:]} == {"price cap"}, "the second is where it stands"


@pytest.mark.parametrize("body", [{"max_share_pct": 0}, {"max_share_pct": 101}, {"price_weight": 2}, {"allow": ["m5; DROP"]}, {"cap": 1}])
def test_a_spread_that_makes_no_sense_is_refused(me, body):
    assert error_of(me.patch("/api/policies/diversity", body)) == (422, "VALIDATION_ERROR")


def test_a_clients_spread_is_its_own(world, api, me):
    me.patch("/api/policies/diversity", {"max_share_pct": 20})

    assert data_of(api.by(world.client("Other").token).get("/api/policies/diversity"))["max_share_pct"] == 50
