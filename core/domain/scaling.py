"""How a new machine takes a member's place in an Auto Scaling group, so that the group neither launches nor ends one for it.

Attaching raises the desired size by one, detaching lowers it by one when told to: together the size stays. Where the
group is at its maximum the old machine goes first; where it is fixed in size its maximum is raised by one meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.domain.lifecycle import Role
from core.domain.row import FromRow

STAYING = frozenset({"Pending", "Pending:Wait", "Pending:Proceed", "InService"})
ASIDE = frozenset({"EnteringStandby", "Standby"})
HELD = "Terminating:Wait"
MOST_FAILURES = 3
PATIENCE = timedelta(minutes=10)


class Verb(StrEnum):
    """What is asked of a group, one call each."""

    ATTACH = "attach"
    PROTECT = "protect"
    DETACH = "detach"
    END_EXTRA = "end_extra"
    LET_GO = "let_go"
    RAISE = "raise"
    RESTORE = "restore"
    UNPROTECT = "unprotect"
    RESIZE = "resize"


@dataclass(frozen=True)
class Member:
    """One machine of a group; ``state`` is its LifecycleState."""

    ec2_id: str
    state: str
    protected: bool = False

    @property
    def counts(self) -> bool:
        """Whether it fills a place."""
        return self.state in STAYING

    @property
    def leaves(self) -> bool:
        return not self.counts and self.state not in ASIDE


@dataclass(frozen=True)
class Group:
    """A group as DescribeAutoScalingGroups tells of it. ``zones`` are AZ ids and may be unknown (empty)."""

    name: str
    minimum: int
    maximum: int
    desired: int
    zones: frozenset[str] = frozenset()
    members: tuple[Member, ...] = ()
    rebalances: bool = False

    def member(self, ec2_id: str | None) -> Member | None:
        return next((member for member in self.members if member.ec2_id == ec2_id), None)

    def filled_without(self, ec2_id: str) -> int:
        """How many places are filled when this machine has left."""
        return sum(member.counts and member.ec2_id != ec2_id for member in self.members)

    def must_shrink_without(self, ec2_id: str) -> bool:
        """Whether the desired size must go down with this machine, lest the group launch another in its place."""
        return self.filled_without(ec2_id) < self.desired


@dataclass(frozen=True)
class Exchange(FromRow):
    """One row of ``group_exchanges``, with the names of its machines."""

    id: int
    uuid: str
    client_id: int
    account_id: int
    agent_id: int
    incident_id: int | None
    region: str
    asg_name: str
    old_instance_id: int
    new_instance_id: int
    old_ec2_id: str
    new_ec2_id: str
    new_az_id: str | None
    new_role: str
    old_role: str
    state: str
    sentence: str
    since_at: datetime
    opened_at: datetime


@dataclass(frozen=True)
class Past:
    """What was done for an exchange so far, from the rows of its orders."""

    failures: Mapping[str, int]
    released: bool = False  # the desired size was lowered by us
    raised_from: int | None = None  # the maximum before we raised it; None: it stands as it was
    protected: bool | None = None  # by us; False: and lifted again
    ended: frozenset[str] = frozenset()  # whom we ended as one too many
    last_error: str = ""

    def gave_up(self, verb: Verb) -> bool:
        return self.failures.get(verb, 0) >= MOST_FAILURES


@dataclass(frozen=True)
class Step:
    """The next call, or none: then the exchange is over (``done``, ``outside``) or waits (``open``)."""

    why: str
    verb: Verb | None = None
    ec2_id: str | None = None
    decrement: bool | None = None
    maximum: int | None = None
    state: str = "open"


@dataclass(frozen=True)
class View:
    """All that a step is decided from. ``extras`` are machines nobody knows that the group launched since, ``foreign`` those of
    them that do not bear our tag (INV-32); ``raised``: the maximum, by another exchange."""

    exchange: Exchange
    group: Group
    past: Past
    extras: tuple[str, ...] = ()
    raised: bool = False
    foreign: tuple[str, ...] = ()


def next_step(
    exchange: Exchange, group: Group | None, past: Past, extras: tuple[str, ...], raised: bool, now: datetime, foreign: tuple[str, ...] = ()
) -> Step:  # fmt: skip
    """One step of an exchange that stands in rows. Reads nothing and changes nothing."""
    if group is None:
        return Step(f"the group {exchange.asg_name} is no more", state="done")
    if exchange.old_role == Role.PRIMARY:
        return Step(f"{exchange.old_ec2_id} is the PRIMARY again", state="done")
    view = View(exchange, group, past, extras, raised, foreign)
    why_not = _why_outside(view, now)
    if why_not:
        return _leave(view, why_not, now)
    if group.member(exchange.new_ec2_id) is None:
        return _join(view, now)
    return _settle(view, now)


def _why_outside(view: View, now: datetime) -> str | None:
    """Why the new machine does not join, or None while it should."""
    x, group, past = view.exchange, view.group, view.past
    if group.member(x.new_ec2_id):
        return None
    if x.new_role != Role.PRIMARY:
        return f"{x.new_ec2_id} is not the PRIMARY any more"
    if past.gave_up(Verb.ATTACH) or past.gave_up(Verb.RAISE):
        return f"{x.new_ec2_id} could not join: {past.last_error}"
    if group.zones and x.new_az_id and x.new_az_id not in group.zones:
        return f"{x.new_ec2_id} runs in {x.new_az_id}, which is none of the group's zones"
    if view.raised and group.desired >= group.maximum and now >= x.opened_at + PATIENCE:
        return f"there was no room for {x.new_ec2_id} for ten minutes"
    gone = _has_left(view) and not past.released and not (view.extras or view.foreign)
    if gone and group.filled_without(x.old_ec2_id) >= group.desired:
        return f"the group let {x.old_ec2_id} go and has as many machines as it wants"
    return None


def _has_left(view: View) -> bool:
    old = view.group.member(view.exchange.old_ec2_id)
    return old is None or old.leaves


def _join(view: View, now: datetime) -> Step:
    """Attach the new machine, after making room where there is none."""
    x, group = view.exchange, view.group
    if _has_left(view) and group.filled_without(x.old_ec2_id) > group.desired and now < x.opened_at + PATIENCE:
        return Step(f"waits until {group.name} has ended whom it has too many, lest it ends {x.new_ec2_id}")
    if group.desired < group.maximum:
        return Step(f"Attached {x.new_ec2_id} to {group.name} in place of {x.old_ec2_id}", Verb.ATTACH, x.new_ec2_id)
    may_shrink = group.desired > group.minimum
    if may_shrink and not _has_left(view):
        return _detach(view, "to make room: the group is at its maximum")
    if may_shrink and view.extras and not view.past.released:
        return _end_extra(view)
    if view.raised:
        return Step(f"waits until {group.name} has room: it is fixed in size, and another machine is being exchanged")
    most = group.maximum + 1
    return Step(f"Raised the maximum of {group.name} to {most} while {x.new_ec2_id} takes a place", Verb.RAISE, x.new_ec2_id, maximum=most)


def _settle(view: View, now: datetime) -> Step:
    """The new machine is a member: protect it, let the old one go, end what the group launched in its place, tidy up."""
    x, group, past = view.exchange, view.group, view.past
    new, patient = group.member(x.new_ec2_id), now < x.opened_at + PATIENCE
    if _is_in_danger(view) and past.protected is None and not (new.protected or past.failures.get(Verb.PROTECT)):
        return Step(f"Protected {x.new_ec2_id} from scale-in until the exchange is over", Verb.PROTECT, x.new_ec2_id)
    if not _has_left(view) and not past.gave_up(Verb.DETACH):
        return _detach(view, "its workload runs elsewhere")
    if not past.released and _has_left(view):
        if view.extras and not past.gave_up(Verb.END_EXTRA):
            return _end_extra(view)
        if group.filled_without(x.old_ec2_id) < group.desired and patient:
            return Step(f"waits for what {group.name} launches in place of {x.old_ec2_id}, to end it")
    held = next((member.ec2_id for member in group.members if member.ec2_id in past.ended and member.state == HELD), None)
    if held and not past.gave_up(Verb.LET_GO):
        return Step(f"Told {group.name} that it may end {held}, on which nothing of ours runs", Verb.LET_GO, held)
    if group.filled_without(x.old_ec2_id) > group.desired and patient:
        return Step(f"waits until {group.name} has ended whom it has too many")
    leaving = next((member.ec2_id for member in group.members if member.ec2_id in past.ended), None)
    parting = Step(f"waits until {leaving} has left {group.name}") if leaving and patient else None
    return _tidy(view, patient) or parting or _finished(view)


def _is_in_danger(view: View) -> bool:
    """Whether the group may have a machine too many before all is done, and choose the new one to end."""
    x, group = view.exchange, view.group
    replaced = (view.extras or view.foreign) and not view.past.released
    return not _has_left(view) or bool(replaced) or group.filled_without(x.old_ec2_id) > group.desired


def _detach(view: View, why: str) -> Step:
    x, group = view.exchange, view.group
    shrink = group.must_shrink_without(x.old_ec2_id)
    return Step(f"Detached {x.old_ec2_id} from {group.name}: {why}", Verb.DETACH, x.old_ec2_id, decrement=shrink)


def _end_extra(view: View) -> Step:
    x, group, extra = view.exchange, view.group, view.extras[0]
    why = f"Ended {extra}: {group.name} launched it in place of {x.old_ec2_id}, whose workload runs on {x.new_ec2_id}"
    return Step(why, Verb.END_EXTRA, extra, decrement=group.must_shrink_without(extra))


def _tidy(view: View, patient: bool) -> Step | None:
    """What we changed for the time of the exchange is put back."""
    x, group, past = view.exchange, view.group, view.past
    new = group.member(x.new_ec2_id)
    if past.raised_from is not None and group.maximum == past.raised_from + 1 and not past.gave_up(Verb.RESTORE):
        if group.desired <= past.raised_from:
            return Step(f"Put the maximum of {group.name} back to {past.raised_from}", Verb.RESTORE, x.new_ec2_id, maximum=past.raised_from)
        if patient:
            return Step(f"waits to put the maximum of {group.name} back: {group.desired} machines are wanted")
    if past.protected and new and new.protected and not past.gave_up(Verb.UNPROTECT):
        return Step(f"{x.new_ec2_id} may be scaled in again", Verb.UNPROTECT, x.new_ec2_id)
    return None


def _finished(view: View) -> Step:
    x, group = view.exchange, view.group
    if not _has_left(view):
        return Step(f"{x.old_ec2_id} could not be detached from {group.name}: {view.past.last_error}", state="outside")
    left = next((one for one in view.foreign if not view.past.released and group.member(one)), None)
    if left:
        return Step(f"{group.name} launched {left} in place of {x.old_ec2_id}; it does not bear our tag and runs until somebody ends it", state="outside")
    return Step(f"{x.new_ec2_id} has the place of {x.old_ec2_id} in {group.name}", state="done")


def _leave(view: View, why_not: str, now: datetime) -> Step:
    """The new machine stays beside the group: the old one is let go as far as the group's minimum allows."""
    x, group = view.exchange, view.group
    shrinkable = group.desired > group.minimum or not group.must_shrink_without(x.old_ec2_id)
    if not _has_left(view) and shrinkable and not view.past.gave_up(Verb.DETACH):
        return _detach(view, "its workload runs elsewhere")
    tidy = _tidy(view, now < x.opened_at + PATIENCE)
    return tidy or Step(f"{x.new_ec2_id} stays beside {group.name}: {why_not}", state="outside")
