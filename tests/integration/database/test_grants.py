"""What the application's account may do: rows of every table but the audit's, which it can only add and read (INV-09, TAB-32)."""

import pymysql
import pytest

from database.migrate import connect

ROW = (
    "INSERT INTO audit_logs (client_id, at, actor_id, action, resource_type, resource_id, why)"
    " VALUES (0, UTC_TIMESTAMP(6), 'test', 'grants', 'server', 0, 'a test')"
)
DENIED = (1142, 1143)  # this command to this user on this table


@pytest.fixture
def account(access):
    """A connection of the application's account."""
    with connect(access.environment()) as connection, connection.cursor() as cursor:
        yield cursor


@pytest.mark.parametrize("statement", ["UPDATE audit_logs SET why = 'x' WHERE 1 = 0", "DELETE FROM audit_logs WHERE 1 = 0", "TRUNCATE audit_logs", "DROP TABLE audit_logs"])
def test_the_account_may_not_change_audit_rows_whatever_the_triggers_say(account, statement: str):
    """No row matches, so that no trigger is asked: the account itself is refused."""
    with pytest.raises(pymysql.Error) as refused:
        account.execute(statement)

    assert refused.value.args[0] in DENIED


@pytest.mark.parametrize("statement", ["UPDATE audit_logs SET why = 'x'", "DELETE FROM audit_logs"])
def test_the_triggers_refuse_the_same_to_an_account_that_may_do_everything(account, mariadb, statement: str):
    """On a database of somebody's own the server may be its owner."""
    account.execute(ROW)
    account.connection.commit()

    with connect(mariadb.owner().environment()) as owner, owner.cursor() as cursor, pytest.raises(pymysql.Error, match="append only"):
        cursor.execute(statement)


def test_the_account_may_add_audit_rows_and_read_them(account):
    account.execute(ROW)
    account.execute("SELECT COUNT(*) FROM audit_logs WHERE action = 'grants'")

    assert account.fetchone()[0] > 0


def test_every_other_table_may_be_changed(account, tables: list[str]):
    for name in tables:
        account.execute(f"DELETE FROM {name} WHERE 1 = 0")

    assert len(tables) > 40


def test_an_account_that_once_could_change_everything_loses_that_at_the_next_start(mariadb, access):
    with mariadb.root() as connection, connection.cursor() as cursor:
        cursor.execute(f"GRANT UPDATE, DELETE ON `{access.database}`.* TO '{access.user}'@'127.0.0.1'")
    mariadb.access()

    with connect(access.environment()) as connection, connection.cursor() as cursor, pytest.raises(pymysql.Error) as refused:
        cursor.execute("DELETE FROM audit_logs WHERE 1 = 0")

    assert refused.value.args[0] in DENIED
