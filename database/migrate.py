"""Moves a database on to the present schema: `python -m database.migrate [--check]`.

Migrations are append-only files with recorded checksums. DDL commits by itself on both servers, so a file that
stopped half-way is named and stops the next start. Routines are re-created whenever one of them changed.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql

from database.splitter import statements

HERE = Path(__file__).parent
ROUTINES = "routines"
TABLE = (
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " name VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, checksum CHAR(64) NOT NULL,"
    " started_at DATETIME(6) NOT NULL, finished_at DATETIME(6) NULL) ENGINE=InnoDB"
)
REFUSED = (
    "This account may not create triggers (MySQL error 1419): the binary log is on and"
    " log_bin_trust_function_creators is off. Nothing was changed. Either set the variable"
    " (SET GLOBAL log_bin_trust_function_creators = 1; on a managed service: its parameter group),"
    " or migrate with an account that has SUPER."
)


class CannotMigrate(Exception):
    """The database cannot be moved on; the message says why and what to do."""


@dataclass(frozen=True)
class Step:
    """One file, or all routines together."""

    name: str
    checksum: str
    statements: tuple[str, ...]


def migrate(connection: pymysql.Connection, *, check: bool = False) -> list[str]:
    """Apply what is pending and name it; with ``check`` only name it. One migrator at a time."""
    with _alone(connection):
        _run(connection, TABLE)
        _refuse_half_applied(connection)
        pending = [step for step in _steps() if _is_pending(connection, step)]
        if pending and not check:
            _probe_triggers(connection)
            for step in pending:
                _apply(connection, step)
    return [step.name for step in pending]


def _steps() -> list[Step]:
    files = sorted((HERE / "migrations").glob("[0-9]*.sql"))
    routines = sorted((HERE / "triggers").glob("*.sql")) + sorted((HERE / "procedures").glob("*.sql"))
    return [_step(file.stem, [file]) for file in files] + [_step(ROUTINES, routines)]


def _step(name: str, files: list[Path]) -> Step:
    texts = [file.read_text() for file in files]
    return Step(
        name,
        hashlib.sha256("\n".join(texts).encode()).hexdigest(),
        tuple(statement for text in texts for statement in statements(text)),
    )


def _is_pending(connection: pymysql.Connection, step: Step) -> bool:
    row = _one(connection, "SELECT checksum FROM schema_migrations WHERE name = %s", step.name)
    if row is None or (step.name == ROUTINES and row[0] != step.checksum):
        return True
    if row[0] != step.checksum:
        raise CannotMigrate(f"{step.name} was changed after it was applied; write a new migration instead")
    return False


def _refuse_half_applied(connection: pymysql.Connection) -> None:
    row = _one(connection, "SELECT name FROM schema_migrations WHERE finished_at IS NULL AND name <> %s", ROUTINES)
    if row:
        raise CannotMigrate(
            f"{row[0]} stopped half-way; restore the backup, or finish it by hand and set its finished_at in schema_migrations"
        )


def _probe_triggers(connection: pymysql.Connection) -> None:
    """Try a throw-away trigger before the first change, so that a refusal comes before anything is half done."""
    _run(connection, "CREATE TABLE IF NOT EXISTS migration_probe (id INT)")
    try:
        _run(connection, "CREATE TRIGGER migration_probe_bi BEFORE INSERT ON migration_probe FOR EACH ROW SET NEW.id = 1")
    except pymysql.Error as error:
        if error.args[0] == 1419:
            raise CannotMigrate(REFUSED) from error
        raise
    finally:
        _run(connection, "DROP TABLE migration_probe")


def _apply(connection: pymysql.Connection, step: Step) -> None:
    _run(
        connection,
        "INSERT INTO schema_migrations (name, checksum, started_at) VALUES (%s, %s, UTC_TIMESTAMP(6))"
        " ON DUPLICATE KEY UPDATE checksum = VALUES(checksum), started_at = VALUES(started_at), finished_at = NULL",
        step.name,
        step.checksum,
    )
    for statement in step.statements:
        try:
            _run(connection, statement)
        except pymysql.Error as error:
            raise CannotMigrate(f"{step.name}: {error.args} in: {statement[:200]}") from error
    _run(connection, "UPDATE schema_migrations SET finished_at = UTC_TIMESTAMP(6) WHERE name = %s", step.name)


@contextmanager
def _alone(connection: pymysql.Connection) -> Iterator[None]:
    """A lock that its own connection holds: enough to keep two migrators apart for the length of one run."""
    name = f"migrate:{connection.db.decode()}"[:64]
    if _one(connection, "SELECT GET_LOCK(%s, 60)", name)[0] != 1:
        raise CannotMigrate("another migration is running")
    try:
        yield
    finally:
        _one(connection, "SELECT RELEASE_LOCK(%s)", name)


def _run(connection: pymysql.Connection, sql: str, *args: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, args or None)
    connection.commit()


def _one(connection: pymysql.Connection, sql: str, *args: str) -> tuple | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
        return cursor.fetchone()


def connect(environment: dict[str, str]) -> pymysql.Connection:
    """A connection by DB_HOST, DB_PORT, DB_USER, DB_PASSWORD and DB_DATABASE."""
    host = environment.get("DB_HOST", "127.0.0.1")
    return pymysql.connect(
        host=host,
        port=int(environment.get("DB_PORT", "3306")),
        user=environment.get("DB_USER", "spot_optimizer"),
        password=environment.get("DB_PASSWORD", ""),
        database=environment.get("DB_DATABASE", "spot_optimizer"),
        charset="utf8mb4",
        connect_timeout=5,
        ssl_disabled=host in ("127.0.0.1", "localhost", "::1"),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="name what is pending and change nothing; exit 1 if anything is")
    check = parser.parse_args().check
    try:
        pending = migrate(connect(dict(os.environ)), check=check)
    except (CannotMigrate, pymysql.Error) as error:
        print(f"cannot migrate: {error}", file=sys.stderr)
        return 2
    print("\n".join(f"{'pending' if check else 'applied'}: {name}" for name in pending) or "the schema is up to date")
    return 1 if check and pending else 0


if __name__ == "__main__":
    sys.exit(main())
