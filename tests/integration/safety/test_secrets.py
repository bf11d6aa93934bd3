"""Planted secrets occur nowhere: not in logs, replies, events, the audit or the database (F36, INV-52); and one event is one line (F35)."""

import io
import json
import logging
from uuid import uuid4

import pytest

from config.logging import Brackets, JsonLines, configure_logging, redact
from core.agents import enrolment
from core.execution.actions import join_token
from core.people import fleet
from tests.integration.conftest import ADMIN
from tests.world import new_ec2_id, registration

FORMS = {"json": JsonLines, "text": Brackets}


@pytest.fixture
def written(settings):
    """Everything the process logs, at DEBUG, in both forms."""
    root, paper = logging.getLogger(), {form: io.StringIO() for form in FORMS}
    before, level = root.handlers[:], root.level
    configure_logging("DEBUG", "json", settings.secrets)
    root.handlers[:] = []
    for form, kind in FORMS.items():
        handler = logging.StreamHandler(paper[form])
        handler.setFormatter(kind())
        root.addHandler(handler)
    yield paper
    root.handlers[:], root.level = before, level


class Planted:
    """Every kind of secret there is, and where each has been."""

    def __init__(self, world, api, settings):
        self.shop = shop = world.workload()
        self.agent_secret, self.rotated = shop.token.split("_", 2)[2], "R" * 21 + uuid4().hex[:22]
        self.enroller, _ = world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))
        signed = api.post("/api/auth/token", {"token": shop.client.token})
        self.cookie = signed.headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
        self.guess, self.access_key = f"soc_{uuid4().hex}", "AKIAIOSFODNN7EXAMPLE"
        self.aws_secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        self.join = join_token(settings.install_key, 1, 1)
        self.settings = settings

    def all(self) -> dict[str, str]:
        s = self.settings
        return {
            "client token": self.shop.client.token, "agent token": self.shop.token, "agent secret": self.agent_secret,
            "new agent secret": self.rotated, "enrolment token": self.enroller, "session": self.cookie, "guessed token": self.guess,
            "access key": self.access_key, "secret key": self.aws_secret, "join token": self.join, "admin token": s.admin_token,
            "install key": s.install_key, "session key": s.jwt_secret, "database password": s.db_password,
        }  # fmt: skip


@pytest.fixture
def planted(world, api, settings):
    world.prices()
    return Planted(world, api, settings)


def heartbeat(planted: Planted) -> dict:
    return {
        "instance_id": planted.shop.primary.ec2_instance_id, "epoch_seen": 0, "config_version": 1, "agent_version": "0.1.0", "protocol": 1,
        "uptime_seconds": 1, "cpu_pct": 1, "memory_pct": 1, "imds": {"ok": True, "last_ok_age_ms": 1}, "serving": True, "spooled": 0,
        "dead_notices": 0, "agent_clock": "x", "new_secret": planted.rotated,
    }  # fmt: skip


def go_through_the_house(planted: Planted, api, monkeypatch) -> str:
    """Use each secret rightly and wrongly, and let the server fail with them in its hands; all replies as one text."""
    shop, replies = planted.shop, []
    me, host = api.by(shop.client.token), api.by(shop.token)
    replies += [me.get("/api/client/validate"), host.post(f"/api/agents/{shop.uuid}/heartbeat", heartbeat(planted))]
    body = registration(planted.agent_secret, "copy", new_ec2_id(), "m5.large", "use1-az6", "spot")
    replies += [api.by(token).post("/api/agents/register", body) for token in (planted.enroller, planted.join)]
    replies += [api.by(planted.guess).get("/api/client/validate"), api.post("/api/auth/token", {"token": planted.guess})]
    replies += [api.get(f"/api/client/{planted.guess}"), api.get("/api/client/validate", headers={"Cookie": f"spotopt_session={planted.cookie}"})]
    replies.append(me.post("/api/agents/enrolment-tokens", {"aws_account_id": planted.access_key, planted.guess: planted.aws_secret}))
    with monkeypatch.context() as broken:
        broken.setattr(fleet, "of_client", _fail_with(planted))
        replies.append(me.get(f"/api/client/{shop.client.uuid}/agents"))
    assert replies[-1].status_code == 500
    return "\n".join(reply.get_data(as_text=True) for reply in replies)


def _fail_with(planted: Planted):
    def fail(*_, **__):
        held = " ".join(planted.all().values())
        raise RuntimeError(f"{held} secret_access_key={planted.aws_secret} Authorization: Bearer {planted.guess} password='{planted.aws_secret}'")

    return fail


def everything_stored(world, tables: list[str]) -> str:
    """The whole database as text, audit and events included; columns of bytes as hex and as they are."""
    rows = [row for name in [*tables, "audit_logs"] for row in world.all(f"SELECT * FROM {name}")]
    return "\n".join(str(value) for row in rows for value in row.values())


def found(secrets: dict[str, str], text: str) -> list[str]:
    return [name for name, secret in secrets.items() if secret in text]


def test_no_secret_is_logged_whatever_happens_to_it(planted, api, written, monkeypatch):
    go_through_the_house(planted, api, monkeypatch)
    known = {name: secret for name, secret in planted.all().items() if name not in ("agent secret", "new agent secret", "secret key")}

    for form, paper in written.items():
        assert "RuntimeError" in paper.getvalue(), "the failure itself is told"
        assert (form, found(known, paper.getvalue())) == (form, [])


def test_a_secret_of_no_known_shape_is_hidden_beside_its_name(planted, written):
    for name in ("password", "secret_access_key", "token", "Authorization", "api_key", '"secret"'):
        logging.getLogger("core.test").error("refused: %s=%s and %s: '%s'", name, planted.aws_secret, name, planted.agent_secret)

    for paper in written.values():
        assert found({"a": planted.aws_secret, "b": planted.agent_secret}, paper.getvalue()) == []
        assert paper.getvalue().count("[redacted]") == 12


def test_no_secret_is_told_in_a_reply_or_kept_in_the_database(planted, api, world, tables, monkeypatch):
    told = go_through_the_house(planted, api, monkeypatch)

    assert found({**planted.all(), "new agent secret": planted.rotated}, everything_stored(world, tables)) == []
    assert [name for name in found(planted.all(), told) if name not in ("access key", "guessed token")] == []


def test_what_is_planted_would_be_found():
    """Else the tests above would prove nothing."""
    assert found({"x": ADMIN}, f"the token is {ADMIN}") == ["x"]


@pytest.mark.parametrize("text", ["a token answered i-0123, which is terminated", "next_token=none", "two secrets were kept", "Waiting for i-0abc: it is still syncing"])
def test_ordinary_sentences_stay_as_they_are(text):
    assert redact(text) == text


EVIL = [
    "a\nb", "a\r\n2026-01-01 00:00:00 [CORE-EXEC] [LAUNCH] [SUCCESS]", "\x1b[2J\x1b[31mred", "a\u2028b\u2029c", "x\x85y\x0bz\x0c", "\x00", "\x7f\x9b31m",
    '{"level": "error", "message": "forged"}', '","level":"critical","x":"', "\u202etxt.exe", "%s %n %d", "😀", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("evil", EVIL, ids=[ascii(evil)[:30] for evil in EVIL])
def test_one_event_is_one_line_whatever_is_in_it(form, evil):
    line = FORMS[form]().format(record(evil))

    assert len(line.splitlines()) == 1
    assert line.isprintable()


@pytest.mark.parametrize("evil", EVIL, ids=[ascii(evil)[:30] for evil in EVIL])
def test_a_forged_line_is_text_within_the_real_one(evil):
    event = json.loads(JsonLines().format(record(evil)))

    assert (event["level"], event["path"]) == ("warning", evil)
    assert event["message"] == f"told: {evil}"


def record(evil: str) -> logging.LogRecord:
    made = logging.LogRecord("core.test", logging.WARNING, __file__, 1, "told: %s", (evil,), None)
    made.path = evil
    return made


@pytest.mark.parametrize(("ms", "shown"), [(12, "12ms"), (999, "999ms"), (4200, "4.2s")])
def test_a_line_of_text_has_the_form_that_scripts_read(ms, shown):
    made = logging.LogRecord("core.execution.actions", logging.INFO, __file__, 1, "i-0abc", (), None)
    made.created = 1698400800.5
    made.component, made.action, made.result, made.duration_ms = "MOD-SPOT-01", "SELECT-INSTANCE", "SUCCESS", ms

    assert Brackets().format(made) == f"2023-10-27 10:00:00 [MOD-SPOT-01] [SELECT-INSTANCE] [SUCCESS] [{shown}] i-0abc"
