"""The pool: connections are lent whole, a broken one is never lent twice, and nothing stays open behind an error."""

import time
from contextlib import ExitStack
from dataclasses import replace

import pytest

from core import database, errors
from core.database import Database
from tests.integration.together import Killed


@pytest.fixture
def narrow(settings, db):
    """A pool of one connection."""
    made = Database(replace(settings, db_pool_size=1))
    yield made
    made.pool.close()


def test_a_connection_is_used_again_after_its_transaction(narrow):
    numbers = {narrow.run(connection_number) for _ in range(3)}

    assert len(numbers) == 1


def test_a_connection_the_server_closed_while_it_was_idle_is_replaced_and_nobody_hears_of_it(narrow, db):
    dead = narrow.run(connection_number)
    kill(db, dead)

    assert narrow.run(connection_number) != dead


def test_a_connection_that_breaks_under_a_transaction_is_not_lent_again(narrow, db):
    with pytest.raises(errors.Unavailable), narrow.transaction() as tx:
        dead = connection_number(tx)
        kill(db, dead)
        connection_number(tx)

    assert narrow.run(connection_number) != dead


def test_a_connection_that_died_without_a_word_is_noticed_once_it_was_idle_for_long(narrow, db, monkeypatch):
    """As behind a network that drops what it should carry: the socket looks well until somebody asks."""
    monkeypatch.setattr(database, "_said_goodbye", lambda connection: False)
    monkeypatch.setattr(database, "PING_AFTER_IDLE", 0.0)
    dead = narrow.run(connection_number)
    kill(db, dead)

    assert narrow.run(connection_number) != dead


def test_when_every_connection_is_lent_the_next_one_waits_and_then_hears_unavailable(narrow, monkeypatch):
    monkeypatch.setattr(database, "POOL_WAIT", 0.05)

    with narrow.transaction(), pytest.raises(errors.Unavailable, match="busy"), narrow.transaction():
        pass

    assert narrow.run(connection_number)


def test_while_the_database_is_away_everybody_hears_unavailable_and_afterwards_the_pool_serves(narrow, db, monkeypatch):
    kill(db, narrow.run(connection_number))
    with monkeypatch.context() as away:
        away.setattr(narrow.pool, "_connect", Database(replace(narrow._settings, db_port=1))._connect)
        for _ in range(3):
            with pytest.raises(errors.Unavailable):
                narrow.run(connection_number)

    assert narrow.run(connection_number)


def test_a_database_that_cannot_be_reached_is_unavailable_and_the_pool_keeps_its_size(settings):
    nowhere = Database(replace(settings, db_port=1, db_pool_size=2))

    for _ in range(4):
        with pytest.raises(errors.Unavailable):
            nowhere.run(connection_number)


@pytest.mark.parametrize("end", [ValueError, Killed], ids=["an error", "the end of the process"])
def test_whatever_ends_a_transaction_early_its_connection_comes_back_without_an_open_one(narrow, end):
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(end))
        with narrow.transaction() as tx:
            tx.execute("INSERT INTO leases (name, token, expires_at) VALUES ('x', 1, '2000-01-01')")
            raise end

    assert narrow.run(lambda tx: tx.all("SELECT * FROM leases")) == []


def connection_number(tx) -> int:
    return tx.one("SELECT CONNECTION_ID() AS id")["id"]


def kill(db, number: int) -> None:
    """End a connection, and wait until the server has closed it."""
    db.run(lambda tx: tx.execute("KILL %(id)s", id=number))
    deadline = time.monotonic() + 5
    while db.run(lambda tx: tx.one("SELECT 1 FROM information_schema.processlist WHERE id = %(id)s", id=number)):
        assert time.monotonic() < deadline, "the server keeps it"
        time.sleep(0.01)
