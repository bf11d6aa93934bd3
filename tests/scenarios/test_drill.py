"""The drill's stories keep every limit on the real product; and the rules it judges by are right themselves."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from scripts.drill import processes
from scripts.drill.evidence import Handover, Round
from scripts.drill.expectations import Expectation, missed
from scripts.drill.fleet import Fleet
from scripts.drill.game import own_stack, play
from scripts.drill.prober import Prober
from scripts.drill.report import Report, table
from scripts.drill.spans import Span, double_serving, longest_gap, percentile
from scripts.drill.stories import STORIES

AGENTS = 3
GOOD = {
    "workload": "web", "gap_seconds": 0.3, "double_seconds": 0.0, "launch_seconds": 1.1, "served_after_seconds": 5.0,
    "launch_calls": 2, "launched": 1, "in_time": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    """Three workloads on a product of their own, watched from outside."""
    with own_stack(boot_seconds=1.0) as stack, Prober(stack.simulator_url) as prober:
        yield Fleet(stack, prober, AGENTS)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_keeps_every_limit(fleet, story):
    report = play(story, fleet)

    assert (report.broken, missed(in_a_crowd(STORIES[story].expects), report.rounds)) == (None, [])
    assert len(report.handovers) == AGENTS


def in_a_crowd(expected: Expectation) -> Expectation:
    """Another test runs on the same two cores: a launch has twice the time that the drill itself gives it."""
    return replace(expected, launch_within=expected.launch_within and 2 * expected.launch_within)


def test_every_running_machine_is_a_process_tree_of_its_own(fleet):
    trees = processes.by_machine(fleet.stack.folder / "simulator")

    assert set(trees) == fleet.running()
    assert all(len(pids) >= 3 for pids in trees.values()), "an init, an agent, a workload"


def test_the_gap_is_the_longest_time_that_no_machine_covers():
    assert longest_gap([Span(0, 4), Span(4.5, 10)], since=1, until=10) == 0.5
    assert longest_gap([Span(0, 6), Span(4.5, 10)], since=1, until=10) == 0


def test_a_workload_that_never_answers_again_has_a_gap_to_the_end():
    assert longest_gap([Span(0, 4)], since=1, until=10) == 6
    assert longest_gap([], since=1, until=10) == 9


def test_what_lies_before_the_first_sign_counts_for_nothing():
    assert longest_gap([Span(0, 1), Span(5, 10)], since=6, until=10) == 0
    assert double_serving([[Span(0, 5)], [Span(0, 5)]], since=5, until=10) == 0


def test_double_serving_is_the_time_in_which_two_machines_answer():
    assert double_serving([[Span(0, 5)], [Span(4, 9)]], since=1, until=10) == 1
    assert double_serving([[Span(0, 5)], [Span(5, 9)]], since=1, until=10) == 0


def test_three_machines_at_once_are_counted_once():
    assert double_serving([[Span(0, 5)], [Span(0, 5)], [Span(0, 5)]], since=1, until=10) == 4


def test_a_percentile_is_a_figure_that_was_measured():
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(list(range(1, 101)), 0.95) == 95
    assert percentile([], 0.95) is None


def test_a_story_within_its_limits_has_nothing_to_say():
    assert Report("cut", (_round(),)).missed == []


@pytest.mark.parametrize(
    ("story", "figure", "sentence"),
    [
        ("warm", {"gap_seconds": 2.1}, "gap p95"),
        ("cold", {"launch_seconds": 3.1}, "after the first sign"),
        ("cold", {"launch_seconds": None, "launched": 0}, "nothing was launched"),
        ("cold", {"launched": 2}, "more than one machine"),
        ("cold", {"double_seconds": 0.05}, "served at once"),
        ("cold", {"in_time": False}, "before their deadline"),
        ("cut", {"launch_calls": 1}, "the trouble missed"),
        ("no_capacity", {"launch_calls": 1}, "was not felt"),
        ("no_notice", {"launch_seconds": 91.0}, "after the first sign"),
        ("false_alarm", {"served_after_seconds": 5.0}, "moved for nothing"),
        ("doomed_replica", {"launched": 3}, "more than 2 machines were"),
        ("alone", {"launch_seconds": 5.1}, "after the first sign"),
        ("alone", {"gap_seconds": 10.1}, "gap p95"),
        ("silent", {"launched": 1, "served_after_seconds": None}, "that were well"),
    ],
)
def test_each_limit_turns_the_verdict(story, figure, sentence):
    report = Report(story, (_round(**figure),))
    quiet = {"served_after_seconds": None, "launched": STORIES[story].expects.launched}
    good = {"launch_calls": 4} if STORIES[story].expects.moves else quiet

    assert Report(story, (_round(**good),)).missed == []
    assert [sentence in missed for missed in report.missed] == [True]


def test_machines_nobody_recorded_and_processes_that_outlive_theirs_turn_the_verdict():
    report = Report("cold", (Round((Handover(**GOOD),), frozenset({"i-1"}), frozenset({"i-2"})),))

    assert len(report.missed) == 2


def test_machines_left_running_and_calls_in_safe_mode_turn_the_verdict():
    assert Report("cold", (Round((Handover(**GOOD),), frozenset(), frozenset(), surplus=1),)).missed == [
        "1 machines more than workloads are left running"
    ]
    assert not Report("safe_mode", (Round((Handover(**GOOD),), frozenset(), frozenset(), forbidden_calls=1),)).passed


def test_a_story_that_played_no_round_is_no_success():
    assert not Report("warm", ()).passed


def test_the_json_carries_every_figure_of_every_workload():
    told = json.loads(json.dumps(Report("cold", (_round(), _round(gap_seconds=1.5))).as_json()))

    assert [one["handovers"][0]["gap_seconds"] for one in told["evidence"]] == [0.3, 1.5]
    assert told["evidence"][0]["handovers"][0].keys() == GOOD.keys()


def test_the_table_has_a_row_per_story_and_names_what_was_missed():
    lines = table([Report("warm", (_round(),)), Report("cold", (_round(in_time=False),))]).splitlines()

    assert [line.split()[0] for line in lines] == ["story", "warm", "cold", "cold:"]


def _round(**figures) -> Round:
    return Round((Handover(**GOOD | figures),), frozenset(), frozenset())
