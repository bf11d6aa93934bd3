"""Moving a database on: what is applied is recorded, and what cannot be trusted stops it with a sentence."""

import threading
import time
from contextlib import nullcontext

import pymysql
import pytest

from database import migrate as module
from database.migrate import CannotMigrate, connect, main, migrate


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder of migrations of one's own: ``files(name, text)`` writes one."""
    for folder in ("migrations", "triggers", "procedures"):
        (tmp_path / folder).mkdir()
    monkeypatch.setattr(module, "HERE", tmp_path)

    def write(name: str, text: str) -> None:
        (tmp_path / name).write_text(text)

    write("migrations/0001_first.sql", "CREATE TABLE one (id INT PRIMARY KEY);")
    write("procedures/touch.sql", "DROP PROCEDURE IF EXISTS touch;\nCREATE PROCEDURE touch() SELECT 1;")
    return write


@pytest.fixture
def empty(mariadb):
    """A new connection to an empty schema, as often as it is called."""
    access = mariadb.owner("migrations_test")
    with mariadb.root() as connection, connection.cursor() as cursor:
        cursor.execute("DROP DATABASE migrations_test")
    mariadb.owner("migrations_test")
    made = []

    def open_one() -> pymysql.Connection:
        made.append(connect(access.environment()))
        return made[-1]

    open_one.environment = access.environment()
    yield open_one
    for connection in made:
        if connection.open:
            connection.close()


def test_what_is_pending_is_applied_once_and_in_order(files, empty):
    files("migrations/0002_second.sql", "ALTER TABLE one ADD COLUMN name VARCHAR(10);")
    connection = empty()

    assert migrate(connection) == ["0001_first", "0002_second", "routines"]
    assert migrate(connection) == []


def test_a_check_names_what_is_pending_and_changes_nothing(files, empty):
    connection = empty()

    assert migrate(connection, check=True) == ["0001_first", "routines"]
    assert migrate(connection, check=True) == ["0001_first", "routines"]


def test_a_file_that_was_changed_after_it_was_applied_is_refused_by_name(files, empty):
    migrate(empty())
    files("migrations/0001_first.sql", "CREATE TABLE one (id BIGINT PRIMARY KEY);")

    with pytest.raises(CannotMigrate, match="0001_first was changed after it was applied"):
        migrate(empty())


def test_routines_that_changed_are_made_anew(files, empty):
    migrate(empty())
    files("procedures/touch.sql", "DROP PROCEDURE IF EXISTS touch;\nCREATE PROCEDURE touch() SELECT 2;")

    assert migrate(empty()) == ["routines"]
    with empty() as connection, connection.cursor() as cursor:
        cursor.execute("CALL touch()")
        assert cursor.fetchone() == (2,)


def test_a_file_that_stops_half_way_names_its_statement_and_stops_every_later_start(files, empty):
    files("migrations/0002_broken.sql", "CREATE TABLE two (id INT);\nCREATE TABLE two (id INT);")

    with pytest.raises(CannotMigrate, match=r"0002_broken: .*1050.* in: CREATE TABLE two"):
        migrate(empty())
    with pytest.raises(CannotMigrate, match="0002_broken stopped half-way"):
        migrate(empty())


def test_routines_that_stopped_half_way_are_simply_made_again(files, empty):
    files("procedures/touch.sql", "CREATE PROCEDURE touch() SELEC 1;")
    with pytest.raises(CannotMigrate, match="routines"):
        migrate(empty())
    files("procedures/touch.sql", "CREATE PROCEDURE touch() SELECT 1;")

    assert migrate(empty()) == ["routines"]


def test_an_account_that_may_not_create_triggers_is_told_what_to_do_before_anything_is_done(files, empty, monkeypatch):
    run = module._run

    def refuses_triggers(connection, sql, *args):
        if sql.startswith("CREATE TRIGGER"):
            raise pymysql.OperationalError(1419, "You do not have the SUPER privilege")
        run(connection, sql, *args)

    monkeypatch.setattr(module, "_run", refuses_triggers)

    with pytest.raises(CannotMigrate, match="log_bin_trust_function_creators"):
        migrate(empty())

    assert tables(empty()) == ["schema_migrations"]


def test_of_two_migrators_at_once_one_does_the_work_and_the_other_finds_it_done(files, empty):
    """The first is held inside its work; the second must wait for it instead of starting too."""
    connections, done = [empty(), empty()], []
    files("migrations/0002_slow.sql", "DO SLEEP(0.3);\nCREATE TABLE two (id INT);")
    first, second = (threading.Thread(target=lambda c=c: done.append(migrate(c))) for c in connections)

    first.start()
    time.sleep(0.1)
    second.start()
    first.join(10), second.join(10)

    assert done == [["0001_first", "0002_slow", "routines"], []]


def test_without_the_lock_two_migrators_at_once_break_each_other(files, empty, monkeypatch):
    """The naive variant."""
    monkeypatch.setattr(module, "_alone", lambda connection: nullcontext())
    connections, failed = [empty(), empty()], []
    files("migrations/0001_first.sql", "DO SLEEP(0.3);\nCREATE TABLE one (id INT);")

    def run(connection) -> None:
        try:
            migrate(connection)
        except (CannotMigrate, pymysql.Error) as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(c,)) for c in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert failed


def test_the_command_says_what_it_did_and_ends_with_one_when_a_check_finds_something(files, empty, monkeypatch, capsys):
    monkeypatch.setattr(module.os, "environ", empty.environment)

    ends = []
    for arguments in (["--check"], [], ["--check"]):
        monkeypatch.setattr(module.sys, "argv", ["migrate", *arguments])
        ends.append(main())

    assert ends == [1, 0, 0]
    assert "pending: 0001_first" in capsys.readouterr().out


def test_a_second_run_on_the_products_own_schema_has_nothing_to_do(mariadb, access):
    assert migrate(connect(mariadb.owner(access.database).environment())) == []


def tables(connection: pymysql.Connection) -> list[str]:
    with connection, connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        return [name for (name,) in cursor.fetchall()]
