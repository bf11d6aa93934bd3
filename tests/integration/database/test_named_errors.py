"""The driver's errors under our names, by number."""

import pymysql
import pytest

from core import errors
from core.database import _named

NAMES = [
    (1213, "Deadlock found", errors.LostRace),
    (1020, "Record has changed since last read", errors.LostRace),
    (3101, "Plugin instructed the server to rollback", errors.LostRace),
    (1205, "Lock wait timeout exceeded", errors.Busy),
    (31002, "promote: stale epoch", errors.StaleEpoch),
    (31003, "promote: not a replica", errors.NotPromotable),
    (31004, "promote: candidate is being terminated", errors.NotPromotable),
    (31005, "promote: candidate has no machine yet", errors.NotPromotable),
    (31011, "move: stale version", errors.Stale),
    (31001, "promote: needs a transaction", errors.Refused),
    (31020, "audit: append only", errors.Refused),
    (4025, "CONSTRAINT `ck_open` failed", errors.Refused),
    (3819, "Check constraint 'ck_open' is violated.", errors.Refused),
    (1451, "Cannot delete or update a parent row", errors.Refused),
    (1452, "Cannot add or update a child row", errors.Refused),
    (0, "", errors.Unavailable),
    (1053, "Server shutdown in progress", errors.Unavailable),
    (1927, "Connection was killed", errors.Unavailable),
    (2003, "Can't connect to MySQL server", errors.Unavailable),
    (2006, "MySQL server has gone away", errors.Unavailable),
    (2013, "Lost connection to MySQL server during query", errors.Unavailable),
    (2014, "Command Out of Sync", errors.Unavailable),
    (4031, "The client was disconnected because of inactivity", errors.Unavailable),
    (1267, "Illegal mix of collations", errors.Unfit),
    (1366, "Incorrect string value", errors.Unfit),
    (1064, "You have an error in your SQL syntax", errors.SpotError),
]


@pytest.mark.parametrize(("number", "text", "name"), NAMES, ids=[str(number) for number, _, _ in NAMES])
def test_a_number_of_the_server_has_one_name_of_ours(number, text, name):
    assert type(_named(pymysql.OperationalError(number, text))) is name


@pytest.mark.parametrize("text", ["Duplicate entry '7' for key 'uq_ec2'", "Duplicate entry '7' for key 'instances.uq_ec2'"])
def test_both_servers_name_a_duplicate_key_alike(text):
    assert _named(pymysql.IntegrityError(1062, text)).key == "uq_ec2"


def test_a_connection_that_is_closed_already_is_unavailable():
    assert type(_named(pymysql.InterfaceError("(0, '')"))) is errors.Unavailable


def test_a_wrong_statement_is_never_told_to_the_caller_as_his_mistake(tx):
    with pytest.raises(errors.SpotError) as raised:
        tx.one("SELECT FROM")

    assert raised.value.status == 500
