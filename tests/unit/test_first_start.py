"""A start whose database cannot be used says which one and why, in a line and not in a traceback (FAIL-15)."""

import pytest

from scripts import stack
from scripts.stack import CannotStart, Stack


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Stack:
    """The product on a database of its operator's own, at a place where none listens."""
    for name, value in {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_USER": "somebody", "DB_PASSWORD": "never-to-be-told"}.items():
        monkeypatch.setenv(name, value)
    return Stack(tmp_path / "var")


def test_a_database_that_does_not_answer_is_named_with_its_place(elsewhere: Stack):
    with pytest.raises(CannotStart, match=r"the database at 127\.0\.0\.1:1 cannot be used: .*refused") as told:
        elsewhere.start_database()

    assert "never-to-be-told" not in str(told.value)


def test_programs_that_are_missing_are_named(tmp_path, monkeypatch):
    monkeypatch.delenv("DB_HOST", raising=False)
    monkeypatch.setattr("database.private.shutil.which", lambda name: None)

    with pytest.raises(CannotStart, match="mariadbd.* not found"):
        Stack(tmp_path / "var").start_database()


def test_a_schema_that_cannot_be_moved_on_is_told_in_the_migrations_words(elsewhere: Stack, monkeypatch):
    def half_way(connection):
        raise stack.CannotMigrate("0002_second stopped half-way")

    monkeypatch.setattr(stack, "connect", lambda environment: None)
    monkeypatch.setattr(stack, "migrate", half_way)

    with pytest.raises(CannotStart, match="0002_second stopped half-way"):
        elsewhere.start_database()
