"""Who runs the jobs: one holder, a token that fences, and each slot at most once."""

import threading

import pytest

from core import database, errors, leases
from core.leases import Lease, run_slot
from tests.integration.together import Killed, at_once, die


@pytest.fixture
def two(db):
    return Lease(holder="one"), Lease(holder="two")


@pytest.fixture
def aged(monkeypatch):
    """Every look at the lease asks the database."""
    monkeypatch.setattr(leases, "RENEW_AFTER", 0.0)


def test_of_many_that_ask_at_once_one_holds_the_lease(db):
    tokens = at_once(*[Lease(holder=str(n)).held for n in range(6)])

    assert sorted(token is not None for token in tokens) == [False] * 5 + [True]


def test_the_holder_keeps_it_by_renewing_and_its_token_stays(world, two, aged):
    first = two[0].held()
    world.jump(seconds=8)
    assert two[0].held() == first
    world.jump(seconds=8)

    assert (two[0].held(), two[1].held()) == (first, None)


def test_a_holder_that_is_not_heard_for_ten_seconds_is_followed_by_another_with_a_higher_token(world, two):
    first = two[0].held()
    world.jump(seconds=11)

    assert two[1].held() > first


def test_a_frozen_holder_that_wakes_up_finds_itself_deposed(world, two):
    """It never asked again: its own view says that it still holds."""
    two[0].held()
    world.jump(seconds=11)
    two[1].held()

    assert two[0].held() is not None
    with pytest.raises(errors.Deposed):
        world.db.run(two[0].fence)


def test_a_frozen_holder_without_the_fence_would_write_over_its_follower(world, two):
    """The naive variant: trusting one's own memory, a second run of the same slot is recorded."""
    run_slot(two[0], "tidy", 60, lambda: {"by": "one"})
    world.jump(seconds=61)
    run_slot(two[1], "tidy", 60, lambda: {"by": "two"})

    with database.transaction() as tx:
        naive = tx.execute("UPDATE job_runs SET counts = 'by one' WHERE job = 'tidy' ORDER BY slot DESC LIMIT 1")

    assert naive == 1
    with pytest.raises(errors.Deposed):
        run_slot(two[0], "tidy", 60, lambda: {"by": "one"})


def test_a_takeover_waits_for_a_fenced_transaction_that_is_under_way(world, two):
    """What the old holder commits under its fence is committed before the new one begins."""
    two[0].held()
    world.jump(seconds=11)
    taken = threading.Event()
    taker = threading.Thread(target=lambda: two[1].held() and taken.set())

    with database.transaction() as tx:
        two[0].fence(tx)
        taker.start()
        assert not taken.wait(0.3)
    taker.join(5)

    assert taken.is_set()


def test_a_lease_that_was_handed_over_is_free_at_once(two):
    first = two[0].held()
    two[0].release()

    assert two[1].held() == first + 1


def test_a_database_that_does_not_answer_leaves_the_lease_until_trust_ends(two, aged, monkeypatch):
    token = two[0].held()
    monkeypatch.setattr(database, "run", unreachable)
    assert two[0].held() == token

    monkeypatch.setattr(leases, "TRUST", 0.0)

    assert two[0].held() is None


def test_a_slot_is_run_once_however_many_ask_at_once(world, two):
    ran = []
    lease = two[0]
    lease.held()

    at_once(*[lambda: run_slot(lease, "tidy", 3600, lambda: ran.append(1))] * 6)

    assert ran == [1]
    assert world.one("SELECT outcome FROM job_runs")["outcome"] == "done"


def test_the_next_slot_is_run_again_and_missed_ones_are_one(world, two, aged):
    ran = []
    for jump in (0, 60, 600):
        world.jump(seconds=jump)
        run_slot(two[0], "tidy", 60, lambda: ran.append(1))

    assert len(ran) == 3


def test_who_does_not_hold_the_lease_runs_nothing(two):
    two[0].held()

    assert run_slot(two[1], "tidy", 60, die) is False


def test_a_job_that_fails_is_recorded_and_the_next_slot_tries_again(world, two, aged):
    assert run_slot(two[0], "tidy", 60, unreachable) is True
    assert world.one("SELECT outcome, counts FROM job_runs") == {"outcome": "failed", "counts": '{"error": "not now"}'}

    world.jump(seconds=60)

    assert run_slot(two[0], "tidy", 60, dict) is True


def test_a_process_that_dies_in_a_job_leaves_its_slot_begun_and_unfinished(world, two):
    with pytest.raises(Killed):
        run_slot(two[0], "tidy", 60, die)

    assert world.one("SELECT outcome, finished_at FROM job_runs") == {"outcome": None, "finished_at": None}


def unreachable(*_):
    raise errors.Unavailable("not now")
