"""What is done to an Auto Scaling group: one call each, looked at before and after, so that a repetition does nothing twice.

Auto Scaling has no ClientToken. What a lost reply came to is seen in the group's members and in its activities.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.cloud.aws import Ec2, Refusal
from core.cloud.errors import Answer
from core.cloud.outcome import Outcome
from core.domain.scaling import HELD, Group, Verb

HOOK_IS_OVER = "ValidationError"  # done, timed out or gone: nobody waits for the answer any more
COME_BACK = frozenset({"ScalingActivityInProgress", "ResourceContention"})
ELSEWISE = "it had left the group by itself"
Params = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """An operation and its request; ``reached`` says that the goal is reached already."""

    operation: str
    request: Callable[[Params], dict[str, Any]]
    reached: Callable[[Group, Params], bool]


def _named(p: Params) -> dict[str, Any]:
    return {"AutoScalingGroupName": p["group"], "InstanceIds": [p["ec2_instance_id"]]}


def _is_member(group: Group, p: Params) -> bool:
    return group.member(p["ec2_instance_id"]) is not None


def _has_gone(group: Group, p: Params) -> bool:
    member = group.member(p["ec2_instance_id"])
    return member is None or member.leaves


def _is_held(group: Group, p: Params) -> bool:
    member = group.member(p["ec2_instance_id"])
    return member is not None and member.state == HELD


def _protection(wanted: bool) -> Callable[[Group, Params], bool]:
    """A machine that is no member any more needs no change either."""

    def reached(group: Group, p: Params) -> bool:
        member = group.member(p["ec2_instance_id"])
        return member is None or member.protected == wanted

    return reached


CALLS = {
    Verb.ATTACH: Call("attach_instances", _named, _is_member),
    Verb.PROTECT: Call("set_instance_protection", lambda p: {**_named(p), "ProtectedFromScaleIn": True}, _protection(True)),
    Verb.UNPROTECT: Call("set_instance_protection", lambda p: {**_named(p), "ProtectedFromScaleIn": False}, _protection(False)),
    Verb.DETACH: Call(
        "detach_instances", lambda p: {**_named(p), "ShouldDecrementDesiredCapacity": p["decrement"]}, _has_gone
    ),
    Verb.END_EXTRA: Call(
        "terminate_instance_in_auto_scaling_group",
        lambda p: {"InstanceId": p["ec2_instance_id"], "ShouldDecrementDesiredCapacity": p["decrement"]}, _has_gone,
    ),
    Verb.LET_GO: Call("complete_lifecycle_action", _named, lambda group, p: not _is_held(group, p)),
    Verb.RAISE: Call(
        "update_auto_scaling_group", lambda p: {"AutoScalingGroupName": p["group"], "MaxSize": p["maximum"]},
        lambda group, p: group.maximum == p["maximum"],
    ),
    Verb.RESTORE: Call(
        "update_auto_scaling_group", lambda p: {"AutoScalingGroupName": p["group"], "MaxSize": p["maximum"]},
        lambda group, p: group.maximum != p["maximum"] + 1,
    ),
    Verb.RESIZE: Call(
        "update_auto_scaling_group",
        lambda p: {"AutoScalingGroupName": p["group"], "MinSize": p["wanted"]["minimum"], "MaxSize": p["wanted"]["maximum"],
                   "DesiredCapacity": p["wanted"]["desired"]},
        lambda group, p: (group.minimum, group.desired, group.maximum) == (p["wanted"]["minimum"], p["wanted"]["desired"], p["wanted"]["maximum"]),
    ),
}  # fmt: skip


def let_go(ec2: Ec2, params: Params) -> None:
    """Answer every hook that holds back a machine which we ended ourselves; nobody else is there to answer for it."""
    named = {"AutoScalingGroupName": params["group"]}
    for hook in ec2.hooks(params["region"], params["group"]):
        try:
            ec2.answer_hook(params["region"], "complete", {**named, "LifecycleHookName": hook, "InstanceId": params["ec2_instance_id"]})
        except Refusal as refusal:
            if refusal.code != HOOK_IS_OVER:
                raise


def act_on_group(ec2: Ec2, params: Params) -> Outcome:
    """1 look  2 call  3 after a refusal look again. ``error`` of a done outcome says that it was not our call that did it."""
    call, ec2_id = CALLS[Verb(params["verb"])], params["ec2_instance_id"]
    try:
        group = _look(ec2, params)
        if group is None:
            return Outcome(Answer.DONE, ec2_id, error="there is no such group any more")
        if call.reached(group, params):
            return _found_done(ec2, params)
        if params["verb"] == Verb.RESTORE and group.desired > params["maximum"]:
            return Outcome(Answer.INVALID, ec2_id, error=f"{group.desired} machines are wanted now; a lower maximum would end some")
        if params["verb"] == Verb.LET_GO:
            let_go(ec2, params)
        else:
            ec2.tell_group(params["region"], call.operation, call.request(params))
    except Refusal as refusal:
        return _refused(ec2, params, call, refusal)
    return Outcome(Answer.DONE, ec2_id)


def end_member(ec2: Ec2, params: Params, name: str) -> Outcome | None:
    """End a member through its group, so that the group launches no other; None when it is no member any more."""
    region, ec2_id = params["region"], params["ec2_instance_id"]
    try:
        group = ec2.groups(region, [name]).get(name)
        member = group and group.member(ec2_id)
        if member is None or member.leaves:
            return None
        request = {"InstanceId": ec2_id, "ShouldDecrementDesiredCapacity": group.must_shrink_without(ec2_id)}
        ec2.tell_group(region, "terminate_instance_in_auto_scaling_group", request)
    except Refusal as refusal:
        return Outcome(_answer(refusal), ec2_id, error=f"{ec2_id} is a member of the Auto Scaling group {name}: {refusal}")
    return Outcome(Answer.DONE, ec2_id)


def _answer(refusal: Refusal) -> Answer:
    """A missing permission for groups is no trouble of the account: machines are launched and ended all the same."""
    if refusal.code in COME_BACK:
        return Answer.UNKNOWN
    return Answer.INVALID if refusal.answer is Answer.NOT_ALLOWED else refusal.answer


def _look(ec2: Ec2, params: Params) -> Group | None:
    return ec2.groups(params["region"], [params["group"]]).get(params["group"])


def _refused(ec2: Ec2, params: Params, call: Call, refusal: Refusal) -> Outcome:
    ec2_id = params["ec2_instance_id"]
    if _answer(refusal) is not Answer.INVALID or refusal.answer is Answer.NOT_ALLOWED:
        return Outcome(_answer(refusal), ec2_id, error=str(refusal))
    group = _look(ec2, params)
    if group is None or call.reached(group, params):
        return _found_done(ec2, params)
    return Outcome(Answer.INVALID, ec2_id, error=str(refusal))


def _found_done(ec2: Ec2, params: Params) -> Outcome:
    """The goal is reached. Whether by an earlier call of ours decides whether the desired size was lowered with it."""
    ours = {
        Verb.DETACH: lambda text, cause: text.startswith("Detaching EC2 instance"),
        Verb.END_EXTRA: lambda text, cause: text.startswith("Terminating EC2 instance") and "user request" in cause,
    }.get(Verb(params["verb"]))  # fmt: skip
    if ours is None:
        return Outcome(Answer.DONE, params["ec2_instance_id"])
    known = ec2.activities(params["region"], params["group"])
    by_us = any(text.endswith(params["ec2_instance_id"]) and ours(text, cause) for text, cause in known)
    return Outcome(Answer.DONE, params["ec2_instance_id"], error=None if by_us else ELSEWISE)
