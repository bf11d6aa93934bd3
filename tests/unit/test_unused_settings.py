"""Settings of other products' habits are named at the start, since they do nothing here (CFG-09)."""

import os
import subprocess
import sys

import pytest

from config.settings import unused_settings
from tests.contract.tree import ROOT

START = "from backend import create_app; create_app()"


def start(**environment: str) -> str:
    """What a server says on standard error when it starts in this environment; it needs no database for that."""
    needed = {"INSTALL_KEY": "1f" * 32, "JWT_SECRET": "j" * 40, "DB_PORT": "9", "LOG_FORMAT": "text"}
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, env={"PATH": os.environ["PATH"], **needed, **environment},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stderr


def test_a_server_that_starts_names_those_that_are_set_and_not_their_values():
    said = start(REDIS_URL="redis://somewhere:6379", POSTGRES_PASSWORD="never-to-be-read")

    assert "REDIS_URL, POSTGRES_PASSWORD are set and used by nothing here" in said
    assert "6379" not in said and "never-to-be-read" not in said


def test_a_server_without_them_says_nothing_of_them():
    assert "used by nothing" not in start()


@pytest.mark.parametrize("name", ["REDIS_URL", "POSTGRES_HOST", "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"])
def test_each_is_known_and_an_empty_one_is_not_set(name: str):
    assert (unused_settings({name: "x"}), unused_settings({name: ""})) == ([name], [])
