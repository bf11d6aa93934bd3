"""What the administrator looks into: the log, the figures against their targets, dead letters; and what a client has linked."""

import json
import logging

import pytest

from core.operations import logbook, targets
from core.operations.logbook import Shelf
from tests.integration.conftest import data_of, error_of
from tests.world import ACCOUNT, REGION, Workload, World


@pytest.fixture
def shelf():
    return Shelf()


def told(shelf: Shelf, level: int, message: str, *, name: str = "core.tests", **extra) -> None:
    record = logging.getLogger(name).makeRecord(name, level, __file__, 1, message, (), None, extra=extra)
    shelf.emit(record)


def test_lines_are_read_back_newest_first_by_level_component_request_and_word(world, ask, shelf):
    told(shelf, logging.INFO, "all is well", component="CORE-EXEC", result="SUCCESS")
    told(shelf, logging.WARNING, "something is odd", request_id="req-12345678")
    told(shelf, logging.ERROR, "it broke", request_id="req-87654321")
    shelf.flush()

    assert [line["level"] for line in ask("/api/admin/logs")["lines"]] == ["error", "warning", "success"]
    assert [line["message"] for line in ask("/api/admin/logs", level="warning")["lines"]] == ["it broke", "something is odd"]
    assert [line["message"] for line in ask("/api/admin/logs", request_id="req-12345678")["lines"]] == ["something is odd"]
    assert [line["component"] for line in ask("/api/admin/logs", component="CORE-EXEC")["lines"]] == ["CORE-EXEC"]
    assert [line["message"] for line in ask("/api/admin/logs", q="broke")["lines"]] == ["it broke"]
    assert ask("/api/admin/logs")["components"] == ["CORE-EXEC", "core.tests"]
    first = ask("/api/admin/logs", limit=2)
    assert [line["level"] for line in ask("/api/admin/logs", limit=2, cursor=first["next_cursor"])["lines"]] == ["success"]


def test_no_secret_reaches_the_log_that_people_read(world, ask, shelf):
    told(shelf, logging.INFO, "token soc_AbCdEf0123456789 came with password=hunter2hunter2", path="/x?token=soc_AbCdEf0123456789")
    shelf.flush()

    [line] = ask("/api/admin/logs")["lines"]

    assert "AbCdEf0123456789" not in json.dumps(line) and "hunter2" not in json.dumps(line)


def test_a_log_that_cannot_be_written_holds_nobody_up_and_is_counted(world, shelf, monkeypatch):
    monkeypatch.setattr(logbook.rows, "insert", _away)
    told(shelf, logging.INFO, "first")
    shelf.flush()
    for n in range(logbook.WAITING + 3):
        told(shelf, logging.INFO, f"line {n}")

    assert shelf.left_out == 4
    told(shelf, logging.WARNING, "the database is away", name="core.database")  # would ask for the database again
    assert shelf.left_out == 4


def _away(tx, lines):
    raise logbook.errors.Unavailable()


def test_the_stream_tells_the_lines_to_come_of_the_level_that_was_asked_for(world, admin, shelf):
    told(shelf, logging.INFO, "before")
    shelf.flush()
    stream = iter(admin.get("/api/admin/logs?level=error", headers={"Accept": "text/event-stream"}).response)
    assert next(stream) == b"retry: 1000\n\n"
    assert next(stream) == b": still here\n\n"

    told(shelf, logging.WARNING, "odd, and not asked for")
    told(shelf, logging.ERROR, "after")
    shelf.flush()

    heard = next(line for line in stream if b"event: line" in line).decode()
    assert json.loads(heard.split("data: ")[1])["message"] == "after"


def test_a_figure_that_nobody_measured_is_null_and_neither_met_nor_missed(world, ask):
    figures = {one["id"]: one for one in ask("/api/admin/metrics/operational")["targets"]}

    assert figures["MET-42"] | {"name": ""} == {
        "id": "MET-42", "group": "Interruptions", "name": "", "current": None, "target": 10, "unit": "s", "met": None, "better": "less",
        "window": "30 days", "samples": 0, "reason": "nothing of this kind has happened in this time",
    }  # fmt: skip
    assert len(figures) == len(targets.TARGETS)


def test_what_was_measured_stands_beside_its_target(world, ask, town):
    shop, *_ = town
    world.execute(
        "UPDATE incidents SET promoted_at = opened_at, downtime_seconds = 12.5, deadline_at = opened_at + INTERVAL 2 MINUTE WHERE agent_id = %(id)s",
        id=shop.id,
    )

    figures = {one["id"]: one for one in ask("/api/admin/metrics/operational")["targets"]}

    assert (figures["MET-42"]["current"], figures["MET-42"]["met"], figures["MET-42"]["samples"]) == (12.5, False, 1)
    assert (figures["MET-03"]["current"], figures["MET-03"]["met"]) == (1.0, True)
    assert figures["MET-42"]["reason"] is None


def warning(world: World, workload: Workload) -> dict:
    """EventBridge's event of an interruption."""
    return {
        "version": "0", "id": "e1", "detail-type": "EC2 Spot Instance Interruption Warning", "source": "aws.ec2", "account": ACCOUNT,
        "time": world.now().strftime("%Y-%m-%dT%H:%M:%SZ"), "region": REGION, "resources": [],
        "detail": {"instance-id": workload.primary.ec2_instance_id, "instance-action": "terminate"},
    }  # fmt: skip


def letter(world, body: str, client_id: int | None, reason: str = "not_json") -> str:
    world.execute(
        "INSERT INTO dead_letters (uuid, client_id, channel, reason, body, received_at)"
        " VALUES ('5f0c9d2e-0000-4000-8000-00000000000a', %(client)s, 'http', %(reason)s, %(body)s, UTC_TIMESTAMP(6))",
        client=client_id, reason=reason, body=body,
    )  # fmt: skip
    return "/api/admin/dead-letters/5f0c9d2e-0000-4000-8000-00000000000a/replay"


def test_a_letter_that_can_be_read_by_now_is_acted_upon_once(world, admin, ask):
    world.prices()
    shop = world.workload()
    path = letter(world, json.dumps(warning(world, shop)), shop.client.id)

    first, again = data_of(admin.post(path)), data_of(admin.post(path))

    assert (first["outcome"], again["outcome"]) == ("handled", "duplicate")
    assert first["incident_id"] and world.one("SELECT COUNT(*) AS n FROM incidents")["n"] == 1
    [shown] = ask("/api/admin/dead-letters")["letters"]
    assert shown["outcome"] == "duplicate" and shown["replayed_at"] and shown["client"] == "Acme"
    assert world.one("SELECT COUNT(*) AS n FROM audit_logs WHERE action = 'replay_dead_letter'")["n"] >= 2


def test_a_letter_that_still_cannot_be_read_says_so_and_stays(world, admin):
    path = letter(world, "{not json", None)

    assert data_of(admin.post(path))["outcome"] == "dead_letter"
    assert error_of(admin.post(path.replace("0000a", "0000b"))) == (404, "NOT_FOUND")


def test_a_letter_speaks_for_its_own_clients_accounts_alone(world, admin):
    shop = world.workload()
    stranger = world.workload("stranger", aws_account="210987654321")
    path = letter(world, json.dumps(warning(world, shop)), stranger.client.id)

    assert data_of(admin.post(path))["outcome"] == "ignored"
    assert world.one("SELECT COUNT(*) AS n FROM incidents")["n"] == 0


def test_a_client_sees_what_it_has_linked_and_no_token_whole(world, api):
    shop = world.workload()

    told = data_of(api.by(shop.client.token).get("/api/accounts"))

    [account], [token] = told["accounts"], told["tokens"]
    assert (account["aws_account_id"], account["regions"], account["machines"], account["is_active"]) == ("123456789012", ["us-east-1"], 1, True)
    assert token["prefix"] == shop.client.token[4:10] and shop.client.token not in json.dumps(told)
