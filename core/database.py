"""The only way to MySQL: a pool, transactions, and the driver's errors under our names.

Cursors never leave this file. Losing a race is ordinary: ``run`` starts the whole transaction over, COMMIT
included (a Galera conflict is only reported there).
"""

import random
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from queue import Empty, LifoQueue
from typing import Any, TypeVar

import pymysql
from pymysql.constants import CLIENT, FIELD_TYPE
from pymysql.converters import conversions
from pymysql.cursors import DictCursor

from core import errors

T = TypeVar("T")

# Each answer describes its columns, in the same bytes as the last one did: to read them anew was half of a statement's cost here.
pymysql.connections.FieldDescriptorPacket = lru_cache(maxsize=4096)(pymysql.connections.FieldDescriptorPacket)

ATTEMPTS = 3
PING_AFTER_IDLE = 30.0
POOL_WAIT = 5.0
SESSION = (
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 3, wait_timeout = 60, sql_mode ="
    " 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO'",
)

LOST_RACE = {1213, 1020, 3101}
LOST_CONNECTION = {0, 1053, 1927, 2003, 2006, 2013, 2014, 4031}
UNFIT = {1264, 1265, 1267, 1270, 1292, 1366, 1406, 1411, 3988}  # out of range, no such text in this character set, too long
CHECK_REFUSED = {4025, 3819, 1451, 1452}
SIGNALS = {
    31002: errors.StaleEpoch,
    31003: errors.NotPromotable,
    31004: errors.NotPromotable,
    31005: errors.NotPromotable,
    31011: errors.Stale,
}


def _aware(text: str) -> datetime | None:
    """A time as the server writes it; None for one that is no time (0000-00-00)."""
    try:
        return datetime.fromisoformat(f"{text}+00:00")
    except ValueError:
        return None


def _utc_text(at: datetime, mapping: Any = None) -> str:
    return f"'{at.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}'"


CONVERT = {
    **conversions,
    datetime: _utc_text,
    FIELD_TYPE.DATETIME: _aware,
    FIELD_TYPE.TIMESTAMP: _aware,
    FIELD_TYPE.DECIMAL: float,
    FIELD_TYPE.NEWDECIMAL: float,
}


class Races:
    """How often a transaction of this process found that somebody had moved first (FAIL-12)."""

    def __init__(self) -> None:
        self._lock, self.lost = threading.Lock(), 0

    def count(self) -> None:
        with self._lock:
            self.lost += 1


RACES = Races()


class Pool:
    """Connections, lent last-in-first-out; a broken one is dropped, never lent twice."""

    def __init__(self, connect: Callable[[], pymysql.Connection], size: int):
        self._connect = connect
        self._idle: LifoQueue = LifoQueue()
        for _ in range(size):
            self._idle.put((None, 0.0))

    @contextmanager
    def lend(self) -> Iterator[pymysql.Connection]:
        try:
            connection, since = self._idle.get(timeout=POOL_WAIT)
        except Empty:
            raise errors.Unavailable("every database connection is busy") from None
        try:
            connection = _awake(connection, time.monotonic() - since)
            connection = connection or self._connect()
            yield connection
        except BaseException:
            connection = _rolled_back(connection)
            raise
        finally:
            self._idle.put((connection, time.monotonic()))

    def close(self) -> None:
        """Close what lies idle; a lent connection is closed by whoever holds it."""
        while not self._idle.empty():
            connection, _ = self._idle.get()
            if connection:
                connection.close()


def _awake(connection: pymysql.Connection | None, idle: float) -> pymysql.Connection | None:
    """The connection, if the server is still there after so many idle seconds."""
    if connection and (_said_goodbye(connection) or (idle > PING_AFTER_IDLE and not _answers(connection))):
        connection.close()
        return None
    return connection


def _said_goodbye(connection: pymysql.Connection) -> bool:
    """Whether the server closed it: between transactions nothing else is there to be read. Costs no round trip."""
    socket = connection._sock
    patience = socket.gettimeout()
    socket.settimeout(0)
    try:
        socket.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        pass
    finally:
        socket.settimeout(patience)
    return True


def _answers(connection: pymysql.Connection) -> bool:
    try:
        connection.ping(reconnect=False)
    except pymysql.Error:
        return False
    return True


def _rolled_back(connection: pymysql.Connection | None) -> pymysql.Connection | None:
    """The connection after an explicit ROLLBACK (error 1205 leaves a transaction open), or None if it is broken."""
    if connection is None:
        return None
    try:
        connection.rollback()
    except (pymysql.Error, OSError):
        connection.close()
        return None
    return connection


class Tx:
    """One open transaction. Statements take parameters by name; rows come back as dictionaries."""

    def __init__(self, connection: pymysql.Connection, *, may_load: bool = False):
        self._connection, self.may_load = connection, may_load
        self._now: datetime | None = None
        self.after_commit: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The database's clock, read once per transaction; every rule about time uses it."""
        if self._now is None:
            self._now = self.one("SELECT UTC_TIMESTAMP(6) AS now")["now"]
        return self._now

    def one(self, sql: str, **params: Any) -> dict | None:
        with self._cursor(sql, params) as cursor:
            return cursor.fetchone()

    def all(self, sql: str, **params: Any) -> list[dict]:
        with self._cursor(sql, params) as cursor:
            return list(cursor.fetchall())

    def execute(self, sql: str, **params: Any) -> int:
        """How many rows matched the predicate (FOUND_ROWS), whether or not they changed."""
        with self._cursor(sql, params) as cursor:
            return cursor.rowcount

    def insert(self, sql: str, **params: Any) -> int:
        """The id of the new row, or the one an upsert named by LAST_INSERT_ID(id)."""
        with self._cursor(sql, params) as cursor:
            return cursor.lastrowid

    def insert_many(self, sql: str, rows: list[tuple]) -> int:
        """Insert rows in few statements; VALUES must hold bare %s, or PyMySQL falls back to one by one."""
        with _named_errors(), self._connection.cursor() as cursor:
            return cursor.executemany(sql, rows) or 0

    def load(self, sql: str, lines: bytes) -> int:
        """LOAD DATA LOCAL INFILE %(file)s …; only where the server takes it, and on a job's own connections."""
        with tempfile.NamedTemporaryFile(prefix="spotopt-load-") as file:
            file.write(lines)
            file.flush()
            return self.execute(sql, file=file.name)

    def execute_with_optimistic_lock(self, sql: str, **params: Any) -> None:
        """An UPDATE that names the version it read; Stale when nothing matched. The trigger moves the version."""
        if "version = %(version)s" not in sql or "version" not in params:
            raise ValueError("an optimistic lock needs `version = %(version)s` in its WHERE")
        if self.execute(sql, **params) == 0:
            raise errors.Stale()

    def call(self, procedure: str, *args: Any) -> None:
        """CALL a stored procedure; what it signals rises under our names."""
        holes = ", ".join(["%s"] * len(args))
        with _named_errors(), self._connection.cursor() as cursor:
            cursor.execute(f"CALL {procedure}({holes})", args)
            while cursor.nextset():
                pass

    def on_commit(self, then: Callable[[], None]) -> None:
        """Run ``then`` once this transaction is committed, and never otherwise."""
        self.after_commit.append(then)

    @contextmanager
    def _cursor(self, sql: str, params: dict) -> Iterator[DictCursor]:
        with _named_errors(), self._connection.cursor() as cursor:
            cursor.execute(sql, params or None)
            yield cursor


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except pymysql.Error as error:
        raise _named(error) from error


def _named(error: pymysql.Error) -> errors.SpotError:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    if number in LOST_RACE:
        return errors.LostRace()
    if number == 1205:
        return errors.Busy()
    if number == 1062:
        return errors.Duplicate(text.rsplit("'", 2)[-2].rsplit(".", 1)[-1])
    if number in SIGNALS:
        return SIGNALS[number](text)
    if number in UNFIT:
        return errors.Unfit()
    if number in CHECK_REFUSED or 31000 <= number < 32000:
        return errors.Refused(text)
    if number in LOST_CONNECTION or isinstance(error, pymysql.InterfaceError):
        return errors.Unavailable()
    return errors.SpotError(f"database error {number}: {text}")


class Database:
    """A pool and the way transactions are opened on it. A job waits longer, and may load files."""

    def __init__(self, settings: Any, *, job: bool = False):
        self._settings = settings
        self._simulated = settings.simulated
        self._job, self._timeout = job, 60 if job else 5
        self._tls = None if settings.database_is_local else ssl.create_default_context()
        self.pool = Pool(self._connect, settings.db_pool_size)

    def look(self, seconds: float) -> None:
        """Unavailable when no new connection answers in so many seconds; a transaction would wait longer, and for one of the pool."""
        self._connect(seconds).close()

    def _connect(self, patience: float | None = None) -> pymysql.Connection:
        s, timeout = self._settings, patience or self._timeout
        with _named_errors():
            connection = pymysql.connect(
                host=s.db_host, port=s.db_port, user=s.db_user, password=s.db_password, database=s.db_database,
                charset="utf8mb4", autocommit=False, cursorclass=DictCursor, conv=CONVERT,
                client_flag=CLIENT.FOUND_ROWS, connect_timeout=min(3, timeout), read_timeout=timeout,
                write_timeout=timeout, ssl=self._tls, ssl_disabled=self._tls is None, local_infile=self._job,
            )  # fmt: skip
            with connection.cursor() as cursor:
                for statement in SESSION:
                    cursor.execute(statement)
        return connection

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """Yield, COMMIT; on any error ROLLBACK and raise. Nothing commits by itself here, so the first statement begins it."""
        with self.pool.lend() as connection:
            tx = Tx(connection, may_load=self._job)
            if self._simulated:
                _apply_clock_offset(tx)
            yield tx
            with _named_errors():
                connection.commit()
        for then in tx.after_commit:
            then()

    def run(self, work: Callable[[Tx], T]) -> T:
        """``work`` in a transaction, from its first read again when a race is lost; at most three times."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.transaction() as tx:
                    return work(tx)
            except (errors.LostRace, errors.Stale):
                RACES.count()
                if attempt == ATTEMPTS:
                    raise
                time.sleep(random.uniform(0, 0.02 * 2**attempt))
        raise AssertionError("unreachable")


def _apply_clock_offset(tx: Tx) -> None:
    """The one test-only clock offset: a jump of this session's clock, only where AWS is simulated. 0 is the server's own clock."""
    tx.execute(
        "SET timestamp = COALESCE((SELECT UNIX_TIMESTAMP(SYSDATE(6)) + v FROM system_settings"
        " WHERE k = 'CLOCK_OFFSET_SECONDS' AND v <> 0), 0)"
    )


_current: Database | None = None


def connect(settings: Any, *, job: bool = False) -> Database:
    """Make the pool of this process; ``current`` answers it from now on."""
    global _current
    _current = Database(settings, job=job)
    return _current


def current() -> Database:
    """This process's database; RuntimeError before ``connect``."""
    if _current is None:
        raise RuntimeError("core.database.connect(settings) comes first")
    return _current


def transaction():
    """A transaction on this process's database, without a second try."""
    return current().transaction()


def run(work: Callable[[Tx], T]) -> T:
    """``work`` on this process's database, started over when a race is lost."""
    return current().run(work)


def execute_query(sql: str, params: dict | None = None, fetch_one: bool = False) -> Any:
    """One statement in its own transaction: its row or None, or all its rows."""
    return run(lambda tx: tx.one(sql, **(params or {})) if fetch_one else tx.all(sql, **(params or {})))


def execute_with_optimistic_lock(table: str, id: int, sql: str, params: dict, version: int) -> bool:
    """Whether the UPDATE of row ``id`` found the version it named; ``table`` only names it in the log."""
    try:
        with transaction() as tx:
            tx.execute_with_optimistic_lock(sql, id=id, version=version, **params)
    except errors.Stale:
        RACES.count()
        return False
    return True


def execute_transaction(operations: list[tuple[str, dict]]) -> list[int]:
    """Statements with their parameters, all or nothing; the rows each of them matched."""
    return run(lambda tx: [tx.execute(sql, **params) for sql, params in operations])


def call_stored_procedure(name: str, args: tuple) -> None:
    """One procedure in its own transaction."""
    run(lambda tx: tx.call(name, *args))
