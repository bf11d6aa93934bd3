"""schema.sql is the whole truth: the migrations build the same, and the code's arrows are the database's."""

import re

import pymysql
import pytest

from core.domain.lifecycle import ARROWS
from database.migrate import HERE, migrate
from database.private import PrivateDatabase
from database.splitter import statements
from scripts.checklist import read

COLUMNS = """SELECT table_name, column_name, ordinal_position, column_type, is_nullable, column_default, collation_name, extra,
 generation_expression FROM information_schema.columns WHERE table_schema = %s"""
INDEXES = """SELECT table_name, index_name, seq_in_index, column_name, non_unique FROM information_schema.statistics
 WHERE table_schema = %s"""
CHECKS = """SELECT t.table_name, c.constraint_name, c.check_clause FROM information_schema.check_constraints c
 JOIN information_schema.table_constraints t USING (constraint_schema, constraint_name)
 WHERE c.constraint_schema = %s AND t.constraint_type = 'CHECK'"""
KEYS = """SELECT table_name, constraint_name, column_name, referenced_table_name, referenced_column_name
 FROM information_schema.key_column_usage WHERE table_schema = %s AND referenced_table_name IS NOT NULL"""
BOOKKEEPING = "schema_migrations"


@pytest.fixture(scope="module")
def built(mariadb: PrivateDatabase) -> tuple[dict, dict]:
    """What information_schema says of a database made by schema.sql, and of one made by the migrations."""
    by_schema, by_migrations = fresh(mariadb, "by_schema"), fresh(mariadb, "by_migrations")
    with by_schema, by_schema.cursor() as cursor:
        for statement in statements((HERE / "schema.sql").read_text()):
            cursor.execute(statement)
        told = description(cursor, "by_schema")
    with by_migrations, by_migrations.cursor() as cursor:
        migrate(by_migrations)
        return told, description(cursor, "by_migrations")


def fresh(server: PrivateDatabase, name: str) -> pymysql.Connection:
    connection = server.root()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    connection.select_db(name)
    connection.db = name.encode()
    return connection


def description(cursor, name: str) -> dict[str, set]:
    told = {}
    for kind, sql in {"columns": COLUMNS, "indexes": INDEXES, "checks": CHECKS, "keys": KEYS}.items():
        cursor.execute(sql, (name,))
        told[kind] = {row for row in cursor.fetchall() if row[0] != BOOKKEEPING}
    return told


@pytest.mark.parametrize("kind", ["columns", "indexes", "checks", "keys"])
def test_the_migrations_build_what_the_schema_says(built, kind: str):
    by_schema, by_migrations = built

    assert by_schema[kind] == by_migrations[kind]
    assert by_schema[kind]


def test_the_arrows_of_the_code_are_the_arrows_of_the_database(tx):
    rows = tx.all("SELECT from_role, to_role FROM role_arrows")

    assert {(row["from_role"], row["to_role"]) for row in rows} == {(str(a), str(b)) for a, ends in ARROWS.items() for b in ends}


def test_every_routine_has_a_file_of_its_own_name():
    files = sorted((HERE / "triggers").glob("*.sql")) + sorted((HERE / "procedures").glob("*.sql"))

    assert files
    assert [file.name for file in files if f" {file.stem}" not in file.read_text()] == []


# What must never be untrue and is held by the schema: the invariant's id, and the words that hold it.
HELD = {
    "INV-01": "uq_one_primary", "INV-02": "ck_one_mode", "INV-30": "ck_active_has_primary", "INV-32": "ck_no_kill_primary",
    "INV-34": "uq_one_live_emergency", "INV-43": "uq_open", "INV-46": "PRIMARY KEY (job, slot)",
}  # fmt: skip


@pytest.mark.parametrize("invariant", HELD)
def test_a_constraint_that_holds_an_invariant_says_which(invariant: str):
    lines = [line for line in (HERE / "schema.sql").read_text().splitlines() if HELD[invariant] in line]

    assert [line for line in lines if invariant in line.partition("--")[2]]


def test_every_invariant_that_the_schema_names_is_known():
    texts = [(HERE / "schema.sql").read_text(), *(file.read_text() for file in (HERE / "triggers").glob("*.sql")), *(file.read_text() for file in (HERE / "procedures").glob("*.sql"))]
    known = set(read()["invariants"])

    assert {name for text in texts for name in re.findall(r"INV-\d+", text)} <= known
    assert set(HELD) <= known


def test_every_check_has_a_constraints_name_and_every_table_a_purpose_or_a_section():
    """A CHECK without a name of ours would be refused under a name of the server's own."""
    schema = (HERE / "schema.sql").read_text()

    assert [line for line in schema.splitlines() if re.search(r"\bCHECK \(", line) and "CONSTRAINT ck_" not in line] == []
    assert len(re.findall(r"^-- .+ -{10,}$", schema, re.M)) >= 5
