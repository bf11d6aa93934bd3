"""Transactions: all or nothing, a lost race starts over from the first read, and what follows the commit follows only it."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from core import database, errors
from core.database import RACES, Tx, execute_with_optimistic_lock
from core.operations import metrics
from tests.integration.together import FirstTimeOnly, at_once


@pytest.fixture
def rows(db):
    """Two counters, a and b, at zero."""
    db.run(lambda tx: [put(tx, name) for name in "ab"])
    return lambda: db.run(lambda tx: [read(tx, name) for name in "ab"])


def test_a_transaction_that_raises_leaves_nothing(rows):
    with pytest.raises(ValueError), database.transaction() as tx:
        add(tx, "a")
        raise ValueError

    assert rows() == [0, 0]


def test_what_shall_follow_the_commit_follows_it_and_never_a_rollback(db):
    heard = []
    with database.transaction() as tx:
        tx.on_commit(lambda: heard.append("committed"))
        assert heard == []
    with pytest.raises(ValueError), database.transaction() as tx:
        tx.on_commit(lambda: heard.append("rolled back"))
        raise ValueError

    assert heard == ["committed"]


def test_a_transaction_that_starts_over_is_followed_once(rows):
    heard, tries = [], []

    def work(tx: Tx) -> None:
        tx.on_commit(lambda: heard.append(len(tries)))
        tries.append(1)
        if len(tries) < 3:
            raise errors.LostRace

    database.run(work)

    assert heard == [3]


def test_two_that_deadlock_both_take_effect_once_because_the_loser_starts_over(rows):
    attempts = []

    outcomes = at_once(*crossing(attempts, database.run))

    assert (outcomes, rows()) == ([None, None], [2, 2])
    assert len(attempts) == 3


def test_without_starting_over_one_of_two_that_deadlock_is_lost(rows):
    """The naive variant: one plain transaction each."""

    def once(work):
        with database.transaction() as tx:
            return work(tx)

    outcomes = at_once(*crossing([], once))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LostRace", "NoneType"]
    assert rows() == [1, 1]


def test_a_race_lost_three_times_is_told_to_the_caller(db):
    tries = []

    def work(tx: Tx) -> None:
        tries.append(1)
        raise errors.Stale

    with pytest.raises(errors.Stale):
        database.run(work)

    assert len(tries) == database.ATTEMPTS


def test_each_lost_race_is_counted_whether_it_is_started_over_or_told(world):
    """FAIL-12: an attempt that must be made again counts, one that was first does not."""
    before = RACES.lost
    world.db.run(lambda tx: tx.one("SELECT 1"))
    assert RACES.lost == before

    with pytest.raises(errors.Stale):
        world.db.run(lambda tx: tx.execute_with_optimistic_lock("UPDATE clients SET name = 'x' WHERE id = %(id)s AND version = %(version)s", id=0, version=1))
    assert not execute_with_optimistic_lock("clients", 0, "UPDATE clients SET name = 'x' WHERE id = %(id)s AND version = %(version)s", {}, 1)

    assert RACES.lost == before + 4, "three tries, and one that is not repeated"
    assert b"spotopt_races_lost_total %d.0" % RACES.lost in metrics.render()


def test_two_that_read_the_same_version_do_not_overwrite_each_other(world):
    client = world.client()
    line = FirstTimeOnly(2)

    def rename(word: str):
        def work(tx: Tx) -> None:
            row = tx.one("SELECT name, version FROM clients WHERE id = %(id)s", id=client.id)
            line.meet()
            tx.execute_with_optimistic_lock(
                "UPDATE clients SET name = %(name)s WHERE id = %(id)s AND version = %(version)s",
                id=client.id, version=row["version"], name=f"{row['name']} {word}",
            )  # fmt: skip

        return lambda: database.run(work)

    at_once(rename("one"), rename("two"))

    assert sorted(world.one("SELECT name FROM clients")["name"].split()) == ["Acme", "one", "two"]


def test_without_the_version_one_of_two_renames_is_overwritten(world):
    """The naive variant: read, then write."""
    client = world.client()
    line = FirstTimeOnly(2)

    def rename(word: str):
        def work(tx: Tx) -> None:
            name = tx.one("SELECT name FROM clients WHERE id = %(id)s", id=client.id)["name"]
            line.meet()
            tx.execute("UPDATE clients SET name = %(name)s WHERE id = %(id)s", id=client.id, name=f"{name} {word}")

        return lambda: database.run(work)

    at_once(rename("one"), rename("two"))

    assert len(world.one("SELECT name FROM clients")["name"].split()) == 2


def test_an_optimistic_lock_without_a_version_in_its_condition_is_a_mistake_of_ours(tx):
    with pytest.raises(ValueError, match="version"):
        tx.execute_with_optimistic_lock("UPDATE clients SET name = 'x' WHERE id = %(id)s", id=1, version=1)


def test_a_row_that_somebody_holds_is_waited_for_in_vain_then_busy_and_nothing_of_ours_stays(rows):
    with database.transaction() as holder:
        add(holder, "b")
        with pytest.raises(errors.Busy), database.transaction() as tx:
            tx.execute("SET innodb_lock_wait_timeout = 1")
            add(tx, "a")
            add(tx, "b")

    assert rows() == [0, 1]


def test_after_a_wait_in_vain_a_plain_commit_would_have_kept_the_first_half(rows):
    """The naive variant: error 1205 ends the statement, not the transaction."""
    with database.transaction() as holder:
        add(holder, "b")
        with database.transaction() as tx:
            tx.execute("SET innodb_lock_wait_timeout = 1")
            add(tx, "a")
            with pytest.raises(errors.Busy):
                add(tx, "b")

    assert rows() == [1, 1]


def test_every_session_waits_three_seconds_for_a_row_and_reads_only_what_is_committed(tx):
    session = tx.one("SELECT @@innodb_lock_wait_timeout AS wait, @@time_zone AS zone, @@autocommit AS auto")
    isolation = tx.one("SHOW SESSION VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')")  # MariaDB, MySQL

    assert session == {"wait": 3, "zone": "+00:00", "auto": 0}
    assert isolation["Value"] == "READ-COMMITTED"


def test_the_clock_is_read_once_and_is_utc(tx):
    first = tx.now()

    assert (tx.now(), first.tzinfo) == (first, UTC)


def test_the_clock_of_a_simulated_installation_jumps_for_every_connection(world):
    before = world.now()

    world.jump(hours=6)

    assert all(timedelta(hours=6) <= now - before < timedelta(hours=6, seconds=30) for now in at_once(*[world.now] * 4))


def test_on_real_aws_the_clock_does_not_jump(world, settings):
    real = database.Database(replace(settings, aws_mode="real", db_pool_size=2))
    world.jump(hours=6)

    assert world.now() - real.run(lambda tx: tx.now()) > timedelta(hours=5)


def test_the_named_entrances_say_what_their_statements_did(rows):
    assert database.execute_query("SELECT token FROM leases WHERE name = %(n)s", {"n": "a"}, fetch_one=True) == {"token": 0}
    assert database.execute_query("SELECT name FROM leases ORDER BY name") == [{"name": "a"}, {"name": "b"}]
    touch = "UPDATE leases SET token = token WHERE name = %(n)s"
    assert database.execute_transaction([(touch, {"n": "a"}), (touch, {"n": "nobody"})]) == [1, 0]


def test_operations_given_together_are_done_together_or_not_at_all(rows):
    good = ("UPDATE leases SET token = token + 1 WHERE name = 'a'", {})
    bad = ("INSERT INTO leases (name, token, expires_at) VALUES ('b', 0, '2000-01-01')", {})

    with pytest.raises(errors.Duplicate):
        database.execute_transaction([good, bad])

    assert rows() == [0, 0]


def test_the_named_optimistic_lock_says_whether_the_version_stood(world):
    client = world.client()
    rename = (
        "clients",
        client.id,
        "UPDATE clients SET name = %(name)s WHERE id = %(id)s AND version = %(version)s",
        {"name": "B"},
    )

    assert database.execute_with_optimistic_lock(*rename, 1) is True
    assert database.execute_with_optimistic_lock(*rename, 1) is False


def put(tx: Tx, name: str) -> None:
    tx.execute("INSERT INTO leases (name, token, expires_at) VALUES (%(name)s, 0, '2000-01-01')", name=name)


def add(tx: Tx, name: str) -> None:
    tx.execute("UPDATE leases SET token = token + 1 WHERE name = %(name)s", name=name)


def read(tx: Tx, name: str) -> int:
    return tx.one("SELECT token FROM leases WHERE name = %(name)s", name=name)["token"]


def crossing(attempts: list, run) -> list:
    """Two works that lock a and b in opposite orders, both holding their first row before either asks for its second."""
    line = FirstTimeOnly(2)

    def work(first: str, second: str):
        def in_transaction(tx: Tx) -> None:
            attempts.append(first)
            add(tx, first)
            line.meet()
            add(tx, second)

        return lambda: run(in_transaction)

    return [work("a", "b"), work("b", "a")]
