"""Statements run on MariaDB 10.11 and MySQL 8 alike: no word that only one of them knows, or that they read differently (CON-20)."""

import ast
import re
from pathlib import Path

import pytest

from tests.contract.test_statements import DML
from tests.contract.tree import ROOT, python_files, tree_of

# the word, and who does not know it
ONE_SIDED = {
    r"\bRETURNING\b": "MySQL",
    r"\)\s*AS\s+new\b": "MariaDB",
    r"->>?\s*'\$": "MariaDB",
    r"\bFOR\s+SHARE\b": "MariaDB",
    r"\bCREATE\s+OR\s+REPLACE\b": "MySQL, but for views",
    r"\b(ADD|DROP|MODIFY)\s+(COLUMN|INDEX|KEY|CONSTRAINT|PRIMARY KEY|FOREIGN KEY)\s+IF\s+(NOT\s+)?EXISTS\b": "MySQL",
    r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+IF\s+NOT\s+EXISTS\b": "MySQL",
    r"\b(INDEX|KEY)\s*\w*\s*\(\s*\(": "MariaDB: an index on an expression",
    r"\b(INTERSECT|EXCEPT)\b": "MySQL before 8.0.31",
    r"\bSEQUENCE\b|\bNEXTVAL\b|\bNEXT\s+VALUE\s+FOR\b": "MySQL",
    r"\bLATERAL\b": "MariaDB",
    r"\bINVISIBLE\b|\bNOT\s+IGNORED\b": "one each",
    r"\bROWS\s+EXAMINED\b": "MySQL",
    r"\bMEMBER\s+OF\b|\bJSON_OVERLAPS\b|\bANY_VALUE\b": "MariaDB",
    r"\bMEDIAN\s*\(|\bPERCENTILE_(CONT|DISC)\b": "MySQL",
    r"\butf8mb4_0900\w*|\buca1400\w*|_nopad_\w*": "one each",
    r"\bSYSTEM\s+VERSIONING\b|\bPERIOD\s+FOR\b|\bWITHOUT\s+OVERLAPS\b": "MySQL",
    r"\b(uuid|inet4|inet6)\s+(NOT\s+)?NULL\b": "MySQL: a type of MariaDB's",
    r"\bUUID_TO_BIN\b|\bBIN_TO_UUID\b|\bSYS_GUID\b": "one each",
    r"\bNOWAIT\s+\d|\bWAIT\s+\d": "MySQL",
    r"\bPERSISTENT\b": "MySQL: write STORED",
    r"\bDEFAULT\s+\((?!\s*\))": "MySQL before 8.0.13",
    r"/\*M?!": "one each: a comment that one server executes",
    r"\bSET\s+STATEMENT\b": "MySQL",
    r"\bHASH\s+PARTITION|\bWITH\s+ROLLUP\s+ORDER\b": "one each",
}


def one_sided(sql: str) -> list[str]:
    """The words of a statement that one server does not know, each with who it is."""
    return [f"{found.group(0)!r} is unknown to {who}" for word, who in ONE_SIDED.items() if (found := re.search(word, sql, re.I))]


def statements_of_python() -> list[tuple[str, str]]:
    """Every string of the room of statements; DDL of the migrator too."""
    files = python_files(("core/sql", "core/database.py", "database"))
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node.value) for path in files for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]  # fmt: skip


def files_of_sql() -> list[Path]:
    return sorted((ROOT / "database").rglob("*.sql"))


def without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*", "", sql)


def test_no_statement_of_the_code_uses_a_word_that_only_one_server_knows():
    told = statements_of_python()

    assert sum(bool(DML.match(text)) for _, text in told) > 300
    assert [f"{place}: {sentence}" for place, text in told for sentence in one_sided(text)] == []


def test_no_file_of_the_schema_does_either():
    assert len(files_of_sql()) > 20
    assert [f"{path.name}: {sentence}" for path in files_of_sql() for sentence in one_sided(without_comments(path.read_text()))] == []


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t (a) VALUES (1) RETURNING id", "INSERT INTO t (a) VALUES (1) AS new ON DUPLICATE KEY UPDATE a = new.a", "SELECT a->>'$.b' FROM t",
        "SELECT a->'$.b' FROM t", "SELECT 1 FROM t FOR SHARE", "CREATE OR REPLACE TABLE t (a INT)", "ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT",
        "CREATE TABLE t (a INT, KEY k ((a + 1)))", "SELECT a FROM t INTERSECT SELECT a FROM u", "id uuid NOT NULL", "a INT DEFAULT (1 + 1)",
        "SELECT /*! STRAIGHT_JOIN */ 1", "COLLATE utf8mb4_0900_ai_ci",
    ],
)  # fmt: skip
def test_a_word_of_one_server_is_noticed(sql: str):
    assert one_sided(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM t FOR UPDATE SKIP LOCKED", "SELECT 1 FROM t LOCK IN SHARE MODE", "ON DUPLICATE KEY UPDATE a = VALUES(a)",
        "a INT GENERATED ALWAYS AS (b + 1) STORED", "CHECK (a > 0)", "DROP TRIGGER IF EXISTS x", "SELECT a AS news FROM t", "uuid CHAR(36) NOT NULL",
        "CREATE TABLE IF NOT EXISTS t (a INT DEFAULT 0)", "wait_timeout = 60",
    ],
)  # fmt: skip
def test_what_both_know_is_well(sql: str):
    assert one_sided(sql) == []
