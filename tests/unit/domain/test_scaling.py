"""The rule of exchanges, bare: tables of situations, and a model of a group that walks every which way and must end the same."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest

from core.domain.scaling import Exchange, Group, Member, Past, Step, Verb, next_step

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
EXCHANGE = Exchange(
    id=1, uuid="x", client_id=1, account_id=1, agent_id=1, incident_id=1, region="us-east-1", asg_name="web", old_instance_id=1,
    new_instance_id=2, old_ec2_id="old", new_ec2_id="new", new_az_id="a", new_role="PRIMARY", old_role="ZOMBIE", state="open", sentence="",
    since_at=NOW, opened_at=NOW,
)  # fmt: skip


def group(minimum: int, desired: int, maximum: int, **states: str) -> Group:
    members = tuple(Member(name, state.strip("!"), state.endswith("!")) for name, state in states.items())
    return Group("web", minimum, maximum, desired, frozenset("ab"), members)


NOTHING = Past({})


def step(told: Group, past: Past = NOTHING, extras: tuple[str, ...] = (), **more) -> Step:
    at = more.pop("at", NOW)
    raised = more.pop("raised", False)
    return next_step(replace(EXCHANGE, **more), told, past, extras, raised, at)


IN, OUT = "InService", "Terminating:Wait"
TABLE = [
    ("there is room: attach first", group(1, 1, 2, old=IN), Past({}), (), Verb.ATTACH, None),
    ("at the maximum: the old one first", group(0, 1, 1, old=IN), Past({}), (), Verb.DETACH, True),
    ("fixed in size: make room", group(1, 1, 1, old=IN), Past({}), (), Verb.RAISE, None),
    ("room was made", group(1, 1, 2, old=IN), Past({}, raised_from=1), (), Verb.ATTACH, None),
    ("attached: protect", group(1, 2, 2, old=IN, new=IN), Past({}), (), Verb.PROTECT, None),
    ("protected: detach and shrink", group(1, 2, 2, old=IN, new="InService!"), Past({}), (), Verb.DETACH, True),
    ("a replacement fills the place: detach and do not shrink", group(1, 2, 3, old=IN, new="InService!", g="Pending"), Past({}), ("g",), Verb.DETACH, False),
    ("then the replacement goes", group(1, 2, 3, new="InService!", g="Pending"), Past({}), ("g",), Verb.END_EXTRA, True),
    ("the old one was let go by the group: take its place", group(1, 1, 2, old=OUT, g=IN), Past({}), ("g",), Verb.ATTACH, None),
    ("at the maximum the replacement makes room", group(0, 1, 1, g=IN), Past({}), ("g",), Verb.END_EXTRA, True),
    ("the replacement is held by a hook", group(1, 1, 2, new=IN, g=OUT), Past({}, released=True, ended=frozenset("g")), (), Verb.LET_GO, None),
    ("we raised the maximum: put it back", group(1, 1, 2, new=IN), Past({}, released=True, raised_from=1), (), Verb.RESTORE, None),
    ("we protected: lift it", group(1, 1, 2, new="InService!"), Past({}, released=True, protected=True), (), Verb.UNPROTECT, None),
]  # fmt: skip


@pytest.mark.parametrize(("told", "past", "extras", "verb", "decrement"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_next_call(told, past, extras, verb, decrement):
    found = step(told, past, extras)

    assert (found.verb, found.decrement, found.state) == (verb, decrement, "open")
    assert len(found.why) > 20


@pytest.mark.parametrize(
    ("told", "more", "state", "words"),
    [
        (group(1, 1, 2, new=IN), {"past": Past({}, released=True)}, "done", "has the place of"),
        (group(0, 0, 2, old=OUT), {}, "outside", "as many machines as it wants"),
        (group(0, 1, 2, old=OUT, g=IN), {}, "outside", "as many machines as it wants"),
        (group(1, 1, 2, old=IN), {"new_az_id": "z"}, "outside", "none of the group's zones"),
        (group(1, 1, 2, old=IN), {"past": Past({"attach": 3}, last_error="no")}, "outside", "could not join: no"),
        (group(1, 1, 2, old=IN), {"old_role": "PRIMARY"}, "done", "the PRIMARY again"),
    ],
)
def test_the_end(told, more, state, words):
    found = step(told, more.pop("past", Past({})), **more)

    assert (found.verb, found.state) == (None, state)
    assert words in found.why


def test_it_waits_for_what_the_group_is_about_to_launch_and_not_for_ever():
    told = group(1, 2, 2, new=IN)

    assert "waits for what web launches" in step(told).why
    assert step(told, at=NOW + timedelta(minutes=11)).state == "done"


def test_it_waits_for_another_exchange_that_made_room():
    assert step(group(1, 1, 1, old=IN), raised=True).verb is None
    assert step(group(1, 1, 1, old=IN), raised=True, at=NOW + timedelta(minutes=11)).state == "outside"


def test_a_group_that_is_gone_ends_it():
    assert next_step(EXCHANGE, None, Past({}), (), False, NOW).state == "done"


@dataclass
class Model:
    """A group as AWS runs it, at its most unkind: it ends the new machine first wherever it may."""

    minimum: int
    desired: int
    maximum: int
    rebalances: bool
    states: dict[str, str] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    protected: set[str] = field(default_factory=set)
    launched: list[str] = field(default_factory=list)
    detached: set[str] = field(default_factory=set)
    past: dict = field(default_factory=dict)

    def counted(self) -> list[str]:
        relieved = self.rebalances and self.states.get("old") == IN and "g0" in self.states
        return [one for one, state in self.states.items() if state == IN and not (relieved and one == "g0")]

    def told(self) -> Group:
        members = tuple(Member(name, state, name in self.protected) for name, state in self.states.items())
        return Group("web", self.minimum, self.maximum, self.desired, frozenset("ab"), members)

    def behave(self) -> None:
        """What the group does at one look."""
        for name in [one for one in self.states if one not in self.alive]:
            del self.states[name]
        if self.rebalances and self.states.get("old") == IN and "g0" not in self.launched:
            self._launch("g0")
        elif self.rebalances and self.states.get("old") == IN and "g0" in self.states:
            del self.states["old"]
            self.alive.discard("old")
        elif len(self.counted()) < self.desired:
            self._launch(f"g{len(self.launched)}")
        elif len(self.counted()) > self.desired:
            self._end(min((one for one in self.counted() if one not in self.protected), key=lambda one: (one != "new", one), default=None))

    def _launch(self, name: str) -> None:
        self.launched.append(name)
        self.alive.add(name)
        self.states[name] = IN

    def _end(self, name: str | None) -> None:
        if name:
            del self.states[name]
            self.alive.discard(name)

    def call(self, asked: Step) -> None:
        """One call of ours, refused as AWS refuses it."""
        try:
            CALLS[asked.verb](self, asked)
            self.past = {**self.past, **({"released": True} if asked.decrement else {})}
        except ValueError:
            failures = dict(self.past.get("failures", {}))
            failures[asked.verb] = failures.get(asked.verb, 0) + 1
            self.past = {**self.past, "failures": failures}

    def advance(self) -> Step:
        """Look, decide; the caller makes the call, now or later."""
        extras = tuple(one for one in self.launched if self.states.get(one) == IN)
        failures = self.past.get("failures", {})
        return next_step(EXCHANGE, self.told(), Past(failures, **{k: v for k, v in self.past.items() if k != "failures"}), extras, False, NOW)


def _attach(model: Model, asked: Step) -> None:
    if model.desired >= model.maximum or "new" in model.states:
        raise ValueError
    model.desired += 1
    model.states["new"] = IN


def _shrink(model: Model, asked: Step) -> None:
    if asked.ec2_id not in model.states or (asked.decrement and model.desired <= model.minimum):
        raise ValueError
    model.desired -= bool(asked.decrement)
    del model.states[asked.ec2_id]


def _detach(model: Model, asked: Step) -> None:
    _shrink(model, asked)
    model.detached.add(asked.ec2_id)


def _end_extra(model: Model, asked: Step) -> None:
    _shrink(model, asked)
    model.alive.discard(asked.ec2_id)


def _resize(model: Model, asked: Step) -> None:
    if asked.verb is Verb.RESTORE and model.desired > asked.maximum:
        raise ValueError
    model.past["raised_from"] = model.maximum if asked.verb is Verb.RAISE else None
    model.maximum = asked.maximum


def _protect(model: Model, asked: Step) -> None:
    if "new" not in model.states:
        raise ValueError
    model.past["protected"] = asked.verb is Verb.PROTECT
    (model.protected.add if asked.verb is Verb.PROTECT else model.protected.discard)("new")


CALLS = {
    Verb.ATTACH: _attach, Verb.DETACH: _detach, Verb.END_EXTRA: _end_extra, Verb.RAISE: _resize, Verb.RESTORE: _resize,
    Verb.PROTECT: _protect, Verb.UNPROTECT: _protect,
}  # fmt: skip

SIZES = [(low, want, high) for low, want, high in product(range(4), range(1, 4), range(1, 5)) if low <= want <= high]


def walk(sizes: tuple[int, int, int], rebalances: bool, seed: int) -> Model:
    """The old machine may die, the group may look, we may step, in any order; in the end everybody does what is left to do."""
    random, others = Random(seed), {f"other{n}" for n in range(sizes[1] - 1)}
    model = Model(*sizes, rebalances, dict.fromkeys(("old", *sorted(others)), IN), {"old", "new", *others})
    for _ in range(random.randrange(16)):
        random.choice((model.behave, lambda: model.alive.discard("old"), lambda: act(model), lambda: act(model, model.behave)))()
    for _ in range(40):
        act(model)
        model.behave()
    return model


def act(model: Model, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Look, decide, call; what happens ``meanwhile`` we have not seen."""
    asked = model.advance()
    meanwhile()
    if asked.verb:
        model.call(asked)


@pytest.mark.parametrize("rebalances", [False, True])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_in_whatever_order_things_happen_the_group_ends_as_it_was_with_the_new_machine_in_it(sizes, rebalances):
    for seed in range(60):
        model = walk(sizes, rebalances, seed)
        others = {f"other{n}" for n in range(sizes[1] - 1)}

        assert (model.minimum, model.desired, model.maximum) == sizes, (seed, model)
        assert set(model.states) == {"new", *others}, (seed, model)
        assert model.alive - {"old"} == {"new", *others}, (seed, model)
        assert model.protected == set(), (seed, model)


@pytest.mark.parametrize("always", [True, False])
def test_always_shrinking_or_never_does_not_hold(monkeypatch, always):
    """Naive twins: the size is not what it was, or a machine too many is left, or ours is ended."""
    monkeypatch.setattr(Group, "must_shrink_without", lambda self, ec2_id: always)
    monkeypatch.setitem(CALLS, Verb.PROTECT, lambda model, asked: model.past.update(protected=True))

    ends = [walk((1, 2, 3), True, seed) for seed in range(60)]

    assert any((set(model.states), model.desired) != ({"new", "other0"}, 2) for model in ends)
