"""The queue of AWS's events in a simulated account, made from the same template as in a real one."""

import json
from functools import partial

import boto3

from core.cloud.simulator.catalogue import REGION
from scripts.stack import ROOT

TEMPLATE = ROOT / "deploy/aws/event-queue.json"
QUEUE_ATTRIBUTES = ("MessageRetentionPeriod", "VisibilityTimeout", "ReceiveMessageWaitTimeSeconds", "RedrivePolicy")


def create(url: str, account: str, region: str = REGION) -> str:
    """Queues, rules and targets of the template, on the simulated AWS at ``url``; the queue's name."""
    client = partial(
        boto3.client, region_name=region, endpoint_url=url, aws_access_key_id=f"AKIA{account}", aws_secret_access_key="simulated"
    )
    template = json.loads(TEMPLATE.read_text())
    words = {name: parameter["Default"] for name, parameter in template["Parameters"].items()}
    arns = {name: f"arn:aws:sqs:{region}:{account}:{_resolved(p['QueueName'], words, {})}" for name, p in _of(template, "AWS::SQS::Queue")}
    sqs, events = client("sqs"), client("events")
    for _, queue in _of(template, "AWS::SQS::Queue"):
        given = {name: _text(_resolved(queue[name], words, arns)) for name in QUEUE_ATTRIBUTES if name in queue}
        sqs.create_queue(QueueName=_resolved(queue["QueueName"], words, arns), Attributes=given)
    for _, rule in _of(template, "AWS::Events::Rule"):
        name = _resolved(rule["Name"], words, arns)
        events.put_rule(Name=name, EventPattern=json.dumps(rule["EventPattern"]))
        events.put_targets(Rule=name, Targets=_resolved(rule["Targets"], words, arns))
    return words["QueueName"]


def _of(template: dict, kind: str) -> list[tuple[str, dict]]:
    return [(name, one["Properties"]) for name, one in template["Resources"].items() if one["Type"] == kind]


def _resolved(value, words: dict, arns: dict):
    """A value of the template with its references replaced, as far as this template has any."""
    if isinstance(value, list):
        return [_resolved(one, words, arns) for one in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return words[value["Ref"]]
    if "Fn::GetAtt" in value:
        return arns[value["Fn::GetAtt"][0]]
    if "Fn::Sub" in value:
        return value["Fn::Sub"].replace("${QueueName}", words["QueueName"])
    return {name: _resolved(one, words, arns) for name, one in value.items()}


def _text(value) -> str:
    return json.dumps(value) if isinstance(value, dict) else str(value)
