"""The simulated bus sends what AWS sends, the shipped templates choose it, and our reader understands it."""

import json
from datetime import UTC, datetime

import boto3
import pytest

from core.cloud.simulator.bus import matches
from core.domain.aws_event import read_event
from scripts.event_queue import TEMPLATE
from scripts.stack import ROOT
from tests.simulator import ACCOUNT, Simulator

TEMPLATES = sorted((ROOT / "deploy/aws").glob("event-*.json"))
FIXTURES = sorted((ROOT / "tests/fixtures/notices").glob("*.json"))
NOT_CHOSEN = {"activity"}  # only for the record


def patterns(path) -> dict[str, dict]:
    resources = json.loads(path.read_text())["Resources"]
    return {name: one["Properties"]["EventPattern"] for name, one in resources.items() if one["Type"] == "AWS::Events::Rule"}


@pytest.fixture
def told(simulator: Simulator) -> list[dict]:
    """The life of a machine: launched, warned, taken; another one recommended, due for maintenance, drained."""
    first, second = (launch(simulator) for _ in range(2))
    simulator.interrupt(first)
    simulator.kill(first)
    simulator.rebalance(second)
    simulator.health_event([second], datetime.now(UTC).timestamp() + 86400, arn="arn:aws:health:us-east-1::event/EC2/x/1", communication="c")
    simulator.lifecycle(second)
    return simulator.events_sent(ACCOUNT)


def launch(simulator: Simulator) -> str:
    return simulator.ec2().run_instances(ImageId="ami-0de30c0ffee000001", InstanceType="m5.large", MinCount=1, MaxCount=1,
                                         InstanceMarketOptions={"MarketType": "spot"})["Instances"][0]["InstanceId"]  # fmt: skip


def test_every_event_of_the_bus_is_chosen_by_the_template_and_read(told):
    chosen = [event for event in told if any(matches(pattern, event) for pattern in patterns(TEMPLATE).values())]
    kinds = {item.kind for event in chosen for item in read_event(event, datetime.now(UTC)).items}

    assert chosen == told
    assert kinds == {"state_change", "termination", "eviction", "rebalance", "maintenance", "lifecycle"}


def test_an_event_of_the_bus_has_the_members_of_a_real_one(told):
    real = {json.loads(path.read_text())["detail-type"]: json.loads(path.read_text()) for path in FIXTURES}

    for event in told:
        example = real[event["detail-type"]]
        assert (set(event), set(event["detail"])) == (set(example), set(example["detail"]))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_templates_choose_every_kind_but_what_is_only_for_the_record(path):
    chosen = any(matches(pattern, json.loads(path.read_text())) for pattern in patterns(TEMPLATE).values())

    assert chosen is (path.stem not in NOT_CHOSEN)


def test_the_three_templates_choose_the_same():
    assert len(TEMPLATES) == 3
    assert [patterns(path) for path in TEMPLATES[1:]] == [patterns(TEMPLATES[0])] * 2


def test_the_shipped_queue_has_the_settings_it_needs():
    resources = json.loads(TEMPLATE.read_text())
    queue = resources["Resources"]["Queue"]["Properties"]

    assert resources["Parameters"]["RetentionSeconds"]["Default"] == 300
    assert (queue["VisibilityTimeout"], queue["ReceiveMessageWaitTimeSeconds"], queue["RedrivePolicy"]["maxReceiveCount"]) == (20, 20, 10)


@pytest.fixture
def sqs(simulator: Simulator):
    return boto3.client(
        "sqs", region_name="us-east-1", endpoint_url=simulator.url, aws_access_key_id="AKIA710987654321", aws_secret_access_key="simulated"
    )


@pytest.fixture
def queue(sqs):
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "2"})
    return sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "30", "RedrivePolicy": policy})["QueueUrl"]


def received(sqs, queue: str, **more) -> list[dict]:
    return sqs.receive_message(QueueUrl=queue, AttributeNames=["All"], **more).get("Messages", [])


def test_a_queue_of_the_simulator_behaves_like_sqs(sqs, queue, simulator: Simulator):
    sqs.send_message(QueueUrl=queue, MessageBody="hello")
    [first] = received(sqs, queue)
    assert received(sqs, queue) == []
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
    [second] = received(sqs, queue)

    assert (first["MessageId"], first["Attributes"]["ApproximateReceiveCount"]) == (second["MessageId"], "1")
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"
    assert first["ReceiptHandle"] != second["ReceiptHandle"]
    simulator.wake_messages("710987654321")
    assert received(sqs, queue) == []
    assert [message["Body"] for message in received(sqs, queue.replace("/q", "/dead"))] == ["hello"]


def test_a_deleted_message_is_gone_and_a_missing_queue_is_named(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="hello")
    [message] = received(sqs, queue, WaitTimeSeconds=1, MaxNumberOfMessages=10)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    assert received(sqs, queue, VisibilityTimeout=0) == []
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="nobody's")
