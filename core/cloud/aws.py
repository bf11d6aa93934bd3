"""EC2 of one linked account, through boto3; the simulator speaks the same wire.

Launches are never retried by boto3 itself: the intent's row retries, with the same ClientToken.
"""

import copy
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from config.settings import Settings
from core import errors
from core.cloud.batches import Batches
from core.cloud.errors import Answer, classify
from core.cloud.heard import Hear, listen
from core.cloud.machine import OURS, Machine
from core.domain.account import Account
from core.domain.scaling import Group, Member

READS = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=3, read_timeout=10)
POLLS = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=3, read_timeout=30)
INTENTS = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=3, read_timeout=10)
MOST_VALUES = 200  # of one filter
GROUP_TAG = "aws:autoscaling:groupName"


class Refusal(Exception):
    """AWS answered with an error; ``answer`` is its class, ``code`` its own word."""

    def __init__(self, answer: Answer, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.answer, self.code, self.message = answer, code, message


class Throttled(errors.Unavailable):
    """AWS is there, and is asked too often."""


def silence(what: str, error: Exception) -> errors.Unavailable:
    """What a question without an answer raises, under our names."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return (Throttled if classify(code) is Answer.THROTTLED else errors.Unavailable)(f"{what}: {error}")


class NoSession(errors.Unavailable):
    """The account cannot be entered: its role does not let us in, or STS does not answer."""

    def __init__(self, answer: Answer, why: str):
        super().__init__(f"the account cannot be entered: {why}")
        self.answer = answer


class Clouds:
    """Every linked account's EC2, made on first use and kept: a boto3 session of its own costs 23 MB each."""

    def __init__(self, settings: Settings, turn: Callable[[Account, str], None] = lambda account, region: None, hear: Hear | None = None):
        """``turn`` returns when a Describe may begin in a region of an account; ``hear`` is told of every call."""
        self._settings, self._turn = settings, turn
        self._session = boto3.Session()
        if hear:
            listen(self._session, hear)
        self._lock = threading.Lock()
        self._kept: dict[str, Ec2] = {}

    def of(self, account: Account) -> "Ec2":
        with self._lock:
            if account.aws_account_id not in self._kept:
                self._kept[account.aws_account_id] = Ec2(self._session, self._credentials(account), partial(self._turn, account))
            return self._kept[account.aws_account_id]

    def forget(self, account: Account) -> None:
        """Make a new session next time: the credentials are stale."""
        with self._lock:
            self._kept.pop(account.aws_account_id, None)

    def _credentials(self, account: Account) -> dict[str, Any]:
        if self._settings.simulated:
            key = f"AKIA{account.aws_account_id}"
            return {"aws_access_key_id": key, "aws_secret_access_key": "simulated", "endpoint_url": self._settings.simulator_url}
        answer = self._assume(account)
        return {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }


    def _assume(self, account: Account) -> dict[str, Any]:
        try:
            return self._session.client("sts", config=INTENTS).assume_role(
                RoleArn=account.role_arn, ExternalId=account.external_id, RoleSessionName="spot-optimizer"
            )["Credentials"]
        except ClientError as error:
            code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"].get("HTTPStatusCode", 400)
            raise NoSession(classify(code, status), str(error)) from error
        except BotoCoreError as error:
            raise NoSession(Answer.UNKNOWN, str(error)) from error


class Ec2:
    """What we ask of EC2 and tell it, in one account."""

    def __init__(self, session: boto3.Session, credentials: dict[str, Any], turn: Callable[[str], None] = lambda region: None):
        self._session, self._credentials = session, credentials
        self._turn, self._batches = turn, Batches(turn)
        self._clients: dict[tuple, Any] = {}
        self._lock = threading.Lock()
        self._reads = READS

    def once(self) -> "Ec2":
        """The same, but what it reads is asked for once: the caller has its own way of trying again."""
        single = copy.copy(self)
        single._reads = INTENTS
        return single

    def client(self, service: str, region: str, config: Config | None = None) -> Any:
        """A boto3 client, made once per service, region and way of retrying (clients are thread-safe)."""
        config = config or self._reads
        key = (service, region, config)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._session.client(service, region_name=region, config=config, **self._credentials)
            return self._clients[key]

    def describe(self, region: str, ids: list[str]) -> dict[str, Machine]:
        """The machines with these ids; one that EC2 does not know is missing from the answer."""
        found = self._batches.ask(region, "instance-id", ids, partial(self._by_names, region, "instance-id"))
        return {machine.ec2_id: machine for machine in found if machine.ec2_id in ids}

    def ours(self, region: str, install: str) -> list[Machine]:
        """Every machine that bears this installation's tags."""
        tags = [{"Name": "tag:ManagedBy", "Values": [OURS]}, {"Name": "tag:spotopt:install", "Values": [install]}]
        return self._batches.ask(region, "ours", [], lambda _: list(self._described(region, tags)))

    def alone(self, region: str, install: str) -> list[Machine]:
        """Those of them that hosts launched alone (Level 3)."""
        tags = [{"Name": "tag-key", "Values": ["spotopt:level3"]}, {"Name": "tag:spotopt:install", "Values": [install]}]
        return self._batches.ask(region, "alone", [], lambda _: list(self._described(region, tags)))

    def by_token(self, region: str, token: str) -> Machine | None:
        """The machine that a ClientToken made, if any."""
        found = self._batches.ask(region, "client-token", [token], partial(self._by_names, region, "client-token"))
        return next((machine for machine in found if machine.client_token == token), None)

    def _by_names(self, region: str, what: str, names: list[str]) -> list[Machine]:
        """As many calls as it takes; the first one's turn has come."""
        found: list[Machine] = []
        for start in range(0, len(names), MOST_VALUES):
            if start:
                self._turn(region)
            found += self._described(region, [{"Name": what, "Values": names[start : start + MOST_VALUES]}])
        return found

    def members(self, region: str) -> dict[str, str]:
        """Every machine that bears the tag of an Auto Scaling group, with the group's name; also those that have just ended."""
        wanted = [{"Name": "tag-key", "Values": [GROUP_TAG]}]
        found = self._batches.ask(region, "members", [], lambda _: list(self._described(region, wanted)))
        return {machine.ec2_id: machine.tags[GROUP_TAG] for machine in found}

    def groups(self, region: str, names: list[str]) -> dict[str, Group]:
        """Auto Scaling groups by name, as they stand; one that does not exist is missing. Refusal where we may not ask."""
        found: dict[str, Group] = {}
        for start in range(0, len(names), 50):
            some = {"AutoScalingGroupNames": names[start : start + 50]}
            rows = self._asked(region, "describe_auto_scaling_groups", some)["AutoScalingGroups"]
            found.update({row["AutoScalingGroupName"]: _group(row) for row in rows})
        return found

    def activities(self, region: str, name: str) -> list[tuple[str, str]]:
        """What a group did lately, newest first: description and cause."""
        rows = self._asked(region, "describe_scaling_activities", {"AutoScalingGroupName": name, "MaxRecords": 100})["Activities"]
        return [(row["Description"], row["Cause"]) for row in rows]

    def hooks(self, region: str, name: str) -> dict[str, int]:
        """The hooks that a group asks before it ends a machine, each with its heartbeat timeout in seconds."""
        rows = self._asked(region, "describe_lifecycle_hooks", {"AutoScalingGroupName": name})["LifecycleHooks"]
        ending = (row for row in rows if row["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING")
        return {row["LifecycleHookName"]: row.get("HeartbeatTimeout", 3600) for row in ending}

    def tell_group(self, region: str, operation: str, request: dict[str, Any]) -> None:
        """One write to Auto Scaling, or Refusal."""
        self._tell(region, operation, request, "autoscaling")

    def _asked(self, region: str, operation: str, request: dict[str, Any]) -> dict:
        try:
            return getattr(self.client("autoscaling", region), operation)(**request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if classify(code) is Answer.NOT_ALLOWED:
                raise Refusal(Answer.NOT_ALLOWED, code, error.response["Error"].get("Message", "")) from error
            raise silence("Auto Scaling cannot be asked", error) from error
        except BotoCoreError as error:
            raise silence("Auto Scaling cannot be asked", error) from error

    def _described(self, region: str, filters: list[dict]) -> Iterable[Machine]:
        pages = self.client("ec2", region).get_paginator("describe_instances")
        try:
            for page in pages.paginate(Filters=filters):
                for reservation in page["Reservations"]:
                    yield from (Machine.read(row) for row in reservation["Instances"])
        except (ClientError, BotoCoreError) as error:
            raise silence("EC2 cannot be asked", error) from error

    def run(self, region: str, request: dict[str, Any]) -> Machine:
        """RunInstances of one machine, or Refusal."""
        answer = self._tell(region, "run_instances", request)
        return Machine.read(answer["Instances"][0])

    def terminate(self, region: str, ec2_id: str) -> None:
        """TerminateInstances of one machine, or Refusal."""
        self._tell(region, "terminate_instances", {"InstanceIds": [ec2_id]})

    def answer_hook(self, region: str, verb: str, named: dict[str, Any]) -> None:
        """Let Auto Scaling go on with a machine, or wait on; or Refusal."""
        if verb == "complete":
            self._tell(region, "complete_lifecycle_action", {**named, "LifecycleActionResult": "CONTINUE"}, "autoscaling")
        else:
            self._tell(region, "record_lifecycle_action_heartbeat", named, "autoscaling")

    def _tell(self, region: str, operation: str, request: dict[str, Any], service: str = "ec2") -> dict:
        try:
            return getattr(self.client(service, region, INTENTS), operation)(**request)
        except ClientError as error:
            code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"].get("HTTPStatusCode", 400)
            raise Refusal(classify(code, status), code, error.response["Error"].get("Message", "")) from error
        except ParamValidationError as error:
            raise Refusal(Answer.INVALID, type(error).__name__, str(error)) from error
        except BotoCoreError as error:
            raise Refusal(Answer.UNKNOWN, type(error).__name__, str(error)) from error


def _group(row: dict[str, Any]) -> Group:
    return Group(
        name=row["AutoScalingGroupName"], minimum=row["MinSize"], maximum=row["MaxSize"], desired=row["DesiredCapacity"],
        zones=frozenset(row.get("AvailabilityZoneIds") or []),
        members=tuple(Member(one["InstanceId"], one["LifecycleState"], one.get("ProtectedFromScaleIn", False)) for one in row["Instances"]),
        rebalances=bool(row.get("CapacityRebalance")),
    )  # fmt: skip
