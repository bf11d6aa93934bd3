"""Products side by side: every round is played once, none waits for another's clock, and a crowded machine gets no more of them."""

import threading

import pytest

from scripts.drill.fleet import NotReady
from scripts.drill.stages import Played, Programme, Setting, Stage, hold
from scripts.drill.stories import STORIES
from scripts.drill.strike import USUAL
from scripts.drill.turns import BEARABLE, Turns, crowding
from scripts.stack import Stack

PATIENCE = 20.0


def test_two_products_share_the_rounds_and_every_round_keeps_its_limits():
    said = []

    held = hold(("no_notice", "hibernate"), 3, 2, Setting(agents=1), say=said.append, turns=Turns(lambda: 0.0))

    assert [(report.story, len(report.rounds), report.missed) for report in held.reports] == [("no_notice", 3, []), ("hibernate", 3, [])]
    assert (held.stages, held.passed, len(said)) == (2, True, 6)
    assert 0 <= held.crowding <= 1.2 and held.seconds > 0
    assert all(report.seconds > 0 and report.as_json()["round_seconds"]["max"] > 0 for report in held.reports)


def test_the_longest_story_is_begun_first_and_each_gets_its_turn_before_any_has_its_second():
    programme = Programme(("silent", "cut", "warm"), 2)

    assert [programme.next() for _ in range(7)] == ["cut", "silent", "warm", "cut", "silent", "warm", None]


def test_the_rounds_left_of_a_story_that_cannot_begin_are_dropped():
    programme = Programme(("cut", "warm"), 2)
    programme.next()

    programme.drop("cut")

    assert [programme.next() for _ in range(3)] == ["warm", "warm", None]


def test_every_story_has_its_place_in_the_order():
    assert all(story.seconds > 0 for story in STORIES.values())


def test_a_fleet_that_is_not_at_rest_ends_its_story_and_the_stage_goes_on_with_another(monkeypatch, tmp_path):
    heard, fleets = _perform(monkeypatch, tmp_path, broken="cut")

    assert [(one.story, one.broken) for one in heard[:-1]] == [("cut", "no rest"), ("warm", None), ("warm", None)]
    assert [fleet.left for fleet in fleets] == [True, False]
    assert heard[-1] is None


def test_what_goes_wrong_on_a_stage_is_told_and_not_swallowed(monkeypatch, tmp_path):
    monkeypatch.setattr(Stack, "start", lambda self: 1 / 0)
    heard = []

    Stage(Stack(tmp_path), Setting(), first=True).perform(Programme(("warm",), 1), Turns(lambda: 0.0), heard.append)

    assert [type(news) for news in heard] == [ZeroDivisionError]


def test_whoever_is_alone_gets_a_turn_however_crowded_the_machine_is():
    turns = Turns(lambda: 1.0)

    with turns.turn():
        pass
    with turns.turn():
        pass


def test_a_second_round_begins_once_there_is_room():
    crowd, begun = [1.0], threading.Event()
    turns = Turns(lambda: _looked_at(crowd))

    with turns.turn():
        other = threading.Thread(target=lambda: _begin(turns, begun), daemon=True)
        other.start()
        assert not begun.wait(0.3), "the machine is crowded"
        crowd[0] = BEARABLE
        assert begun.wait(PATIENCE)
    other.join(PATIENCE)


def test_a_second_round_begins_once_the_first_is_over_however_crowded_the_machine_is():
    begun = threading.Event()
    turns = Turns(lambda: _looked_at([1.0]))

    with turns.turn():
        other = threading.Thread(target=lambda: _begin(turns, begun), daemon=True)
        other.start()
        assert not begun.wait(0.3)
    assert begun.wait(PATIENCE)
    other.join(PATIENCE)


@pytest.mark.parametrize(("looks", "room"), [([1.0, 1.0, 0.1], True), ([1.0, 1.0, 1.0], False)])
def test_another_product_is_started_only_where_there_is_room_while_there_is_work_for_it(looks, room):
    left = iter(looks)
    worth = iter([True] * len(looks) + [False])

    assert Turns(lambda: next(left)).wait_for_room(lambda: next(worth)) is room


def test_crowding_is_a_share():
    assert 0.0 <= crowding(0.2) <= 1.2


def _looked_at(crowd: list[float]) -> float:
    threading.Event().wait(0.01)
    return crowd[0]


def _begin(turns: Turns, begun: threading.Event) -> None:
    with turns.turn():
        begun.set()


class FakeFleet:
    def __init__(self, *_):
        self.left = False

    def leave(self) -> None:
        self.left = True


def _perform(monkeypatch, folder, broken: str) -> tuple[list[Played | None], list[FakeFleet]]:
    """What a stage tells that plays one story of which no round can begin, and another; and the fleets it made."""
    heard, fleets = [], []

    def play_round(story, fleet, pace):
        assert pace is USUAL
        if story == broken:
            raise NotReady("no rest")

    def make(*of):
        fleets.append(FakeFleet(*of))
        return fleets[-1]

    monkeypatch.setattr("scripts.drill.stages.play_round", play_round)
    monkeypatch.setattr("scripts.drill.stages.Fleet", make)
    monkeypatch.setattr(Stack, "start", lambda self: self)
    Stage(Stack(folder), Setting(), first=True).perform(Programme(("cut", "warm"), 2), Turns(lambda: 0.0), heard.append)
    return heard, fleets
