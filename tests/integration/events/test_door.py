"""The HTTP door of AWS's events: who may open it, and what each body comes to."""

import json
import time
from dataclasses import dataclass

import pytest

from core.intake.event_keys import signature
from scripts import lambda_handler
from tests.integration.conftest import Api, data_of, error_of
from tests.world import ACCOUNT, REGION, Workload, World

DOOR = "/api/events/aws"


@dataclass
class House:
    world: World
    api: Api
    workload: Workload
    key: str

    def knock(self, body, **headers: str):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.api.http.post(DOOR, data=data, content_type="application/json", headers=headers or {"X-Api-Key": self.key})

    def warning(self, **more) -> dict:
        detail = {"instance-id": self.workload.primary.ec2_instance_id, "instance-action": "terminate"}
        return {
            "version": "0", "id": "e1", "detail-type": "EC2 Spot Instance Interruption Warning", "source": "aws.ec2", "account": ACCOUNT,
            "time": self.world.now().strftime("%Y-%m-%dT%H:%M:%SZ"), "region": REGION, "resources": [], "detail": detail, **more,
        }  # fmt: skip

    def count(self, table: str) -> int:
        return self.world.one(f"SELECT COUNT(*) AS n FROM {table}")["n"]


@pytest.fixture
def house(world: World, api: Api) -> House:
    world.prices()
    workload = world.workload()
    made = data_of(api.by(workload.client.token).post("/api/events/keys", {"aws_account_id": ACCOUNT}))
    return House(world, api, workload, made["key"])


def test_an_event_with_the_accounts_key_is_acted_on(house: House):
    reply = house.knock(house.warning())

    assert reply.status_code == 202
    assert (data_of(reply)["status"], data_of(reply)["action"]) == ("handled", "LAUNCH")
    assert house.count("actions") == 1


def test_the_same_event_again_is_a_copy(house: House):
    first, second = (data_of(house.knock(house.warning())) for _ in range(2))

    assert (second["status"], second["incident_id"]) == ("duplicate", first["incident_id"])
    assert house.count("actions") == 1


def test_a_signed_body_needs_no_key_in_it(house: House):
    body = json.dumps(house.warning()).encode()

    reply = house.knock(body, **{"X-SpotOpt-Key": house.key.split("_")[1], "X-SpotOpt-Signature": signature(house.key, body)})

    assert data_of(reply)["status"] == "handled"


def forged(house: House, body: bytes) -> dict[str, dict]:
    number, signed = house.key.split("_")[1], signature(house.key, body)
    return {
        "nothing": {"X-Nothing": "1"},
        "another key": {"X-Api-Key": f"sok_{number}_{'0' * 64}"},
        "a key nobody has": {"X-Api-Key": f"sok_999_{'0' * 64}"},
        "nonsense": {"X-Api-Key": "sok_x"},
        "a client's token": {"X-Api-Key": house.workload.client.token},
        "an old signature": {"X-SpotOpt-Key": number, "X-SpotOpt-Signature": signature(house.key, body, int(time.time()) - 301)},
        "another body's signature": {"X-SpotOpt-Key": number, "X-SpotOpt-Signature": signature(house.key, body + b" ")},
        "another key's signature": {"X-SpotOpt-Key": "999", "X-SpotOpt-Signature": signed},
        "no time": {"X-SpotOpt-Key": number, "X-SpotOpt-Signature": signed.partition(",")[2]},
        "a long number": {"X-SpotOpt-Key": "9" * 40, "X-SpotOpt-Signature": signed},
    }


def test_whoever_has_no_key_and_no_signature_stays_outside(house: House):
    body = json.dumps(house.warning()).encode()
    answers = {name: error_of(house.knock(body, **headers)) for name, headers in forged(house, body).items()}

    assert set(answers.values()) == {(401, "UNAUTHENTICATED")}
    assert house.count("notices") == 0


def test_a_revoked_key_opens_nothing(house: House):
    house.world.execute("UPDATE event_keys SET revoked_at = UTC_TIMESTAMP(6)")

    assert error_of(house.knock(house.warning()))[0] == 401


def test_a_key_speaks_for_its_own_account_alone(house: House):
    foreign = house.world.workload("foreign", aws_account="210987654321")
    event = house.warning(account="210987654321", detail={"instance-id": foreign.primary.ec2_instance_id, "instance-action": "terminate"})

    reply = data_of(house.knock(event))

    assert (reply["status"], reply["reason"]) == ("ignored", "ignored_foreign")
    assert house.count("incidents") == 0


def test_a_key_is_issued_for_the_clients_own_accounts_only(house: House):
    house.world.workload("foreign", aws_account="210987654321")

    reply = house.api.by(house.workload.client.token).post("/api/events/keys", {"aws_account_id": "210987654321"})

    assert error_of(reply) == (404, "NOT_FOUND")


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b'{"a":1,"a":2}', 400), (b"[]", 400), (b"x" * 262_145, 413)])
def test_what_is_no_json_object_is_refused(house: House, body, status):
    assert house.knock(body).status_code == status


def test_an_object_that_is_no_event_is_buried_with_an_alarm(house: House):
    reply = house.knock({"hello": "world"})

    assert (reply.status_code, data_of(reply)["status"], data_of(reply)["reason"]) == (202, "dead_letter", "not_an_event")
    assert (house.count("dead_letters"), house.count("notifications")) == (1, 1)


def test_a_subscription_is_never_confirmed_by_itself_but_shown(house: House):
    link = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"

    reply = data_of(house.knock({"Type": "SubscriptionConfirmation", "TopicArn": "arn:aws:sns:us-east-1:1:t", "SubscribeURL": link}))

    assert reply["reason"] == "ignored_subscription"
    assert link in house.world.one("SELECT text FROM notifications")["text"]


def test_a_batch_of_lambda_is_answered_record_by_record(house: House):
    good, broken = {"messageId": "1", "body": json.dumps(house.warning())}, {"messageId": "2", "body": "{"}

    reply = data_of(house.knock({"Records": [good, broken]}))

    assert [item["status"] for item in reply["items"]] == ["handled", "dead_letter"]
    assert reply["batchItemFailures"] == []


def test_the_function_carries_what_it_is_given_and_names_what_was_not_taken(house: House, monkeypatch):
    """scripts/lambda_handler.py against the application itself, in the place of the network."""
    monkeypatch.setenv("SPOTOPT_URL", "https://spot.example.com")
    monkeypatch.setenv("SPOTOPT_EVENT_KEY", house.key)
    monkeypatch.setattr(lambda_handler.urllib.request, "urlopen", lambda request, timeout: Carried(house, request))

    direct = lambda_handler.lambda_handler(house.warning(), None)
    batch = {"Records": [{"messageId": "1", "body": json.dumps(house.warning(id="e2"))}, {"messageId": "2", "body": "lost"}]}

    assert direct["status"] == "handled"
    assert lambda_handler.lambda_handler(batch, None) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert house.count("notices") == 2


class Carried:
    """An answer of urlopen, from the test client; what names itself lost does not arrive."""

    def __init__(self, house: House, request):
        if b'"lost"' in request.data:
            raise OSError("the line is dead")
        headers = {name: value for name, value in request.header_items() if name.lower().startswith("x-spotopt")}
        self._reply = house.knock(request.data, **headers)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def read(self) -> bytes:
        return self._reply.get_data()
