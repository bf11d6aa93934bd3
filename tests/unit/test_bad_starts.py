"""A start that cannot be: every fault of the settings in one message, an exit code that says so, and nothing that listens (FAIL-24, CFG-10)."""

import os
import subprocess
import sys

import pytest

from config.settings import BadSettings, read_settings
from core.cloud.simulator.ports import free_port
from tests.contract.tree import ROOT

WELL = {"INSTALL_KEY": "1f" * 32, "JWT_SECRET": "j" * 40}
PRODUCTION = {**WELL, "FLASK_ENV": "production", "ADMIN_TOKEN": "a" * 64}
FAULTS = {
    "DB_PORT": ("many", "DB_PORT is 'many', which is not a whole number"),
    "START_WORKERS": ("perhaps", "START_WORKERS is 'perhaps', which is not true or false"),
    "AWS_MODE": ("moon", "AWS_MODE must be simulator or real"),
    "FLASK_ENV": ("staging", "FLASK_ENV must be development or production"),
    "LOG_FORMAT": ("xml", "LOG_FORMAT must be json or text"),
    "PRESET": ("fast", "PRESET must be empty or demo"),
    "INSTALL_KEY": ("short", "INSTALL_KEY must be 64 hex characters"),
    "JWT_SECRET": ("short", "JWT_SECRET must have 32 characters or more"),
    "CORS_ORIGINS": ("https://a.example,*", "CORS_ORIGINS names exact origins, never *"),
    "DB_POOL_SIZE": ("1", "DB_POOL_SIZE must be 2 or more"),
}
COMMANDS = {
    "gunicorn": ["-m", "gunicorn", "-c", "config/gunicorn.py", "backend:app"],
    "the printed line": ["-m", "gunicorn", "backend:app"],
    "python backend.py": ["backend.py"],
    "python -m jobs": ["-m", "jobs"],
}


def test_every_fault_is_named_in_one_message():
    with pytest.raises(BadSettings) as refused:
        read_settings({name: value for name, (value, _) in FAULTS.items()})

    assert [words for _, words in FAULTS.values() if words not in str(refused.value)] == []


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_alone_is_refused_and_named_alone(name: str):
    value, words = FAULTS[name]

    with pytest.raises(BadSettings) as refused:
        read_settings({**WELL, name: value})

    assert str(refused.value) == words


@pytest.mark.parametrize("command", COMMANDS)
def test_a_start_with_several_faults_prints_them_in_one_line_and_exits_with_an_error(command: str):
    faulty = {name: FAULTS[name][0] for name in ("DB_PORT", "AWS_MODE", "INSTALL_KEY")}
    environment = {"PATH": os.environ["PATH"], "FLASK_PORT": str(free_port()), "WEB_CONCURRENCY": "1", **WELL, **faulty}

    done = subprocess.run([sys.executable, *COMMANDS[command]], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode > 0
    assert [line for line in done.stderr.splitlines() if all(FAULTS[name][1] in line for name in faulty)]


@pytest.mark.parametrize("name", ["FLASK_ENV", "ENV", "NODE_ENV"])
def test_the_environment_is_read_by_each_of_its_names(name: str):
    """CFG-04: production means the stricter rules, whatever variable says so."""
    assert read_settings({**WELL, name: "production", "ADMIN_TOKEN": "a" * 64}).production
    with pytest.raises(BadSettings, match="ADMIN_TOKEN must have 64 characters or more in production"):
        read_settings({**WELL, name: "production"})


def test_our_own_name_wins_and_a_word_that_is_not_ours_is_somebody_elses():
    """A POSIX shell names its start file in ENV, and node knows more environments than we do."""
    assert not read_settings({**WELL, "FLASK_ENV": "development", "NODE_ENV": "production"}).production
    assert read_settings({**WELL, "ENV": "/etc/shrc", "NODE_ENV": "test"}).flask_env == "development"


@pytest.mark.parametrize("debug", ["1", "true", "yes"])
def test_production_refuses_debug_and_development_does_not(debug: str):
    with pytest.raises(BadSettings, match="FLASK_DEBUG must be off in production"):
        read_settings({**PRODUCTION, "FLASK_DEBUG": debug})
    assert read_settings({**WELL, "FLASK_DEBUG": debug})


@pytest.mark.parametrize("off", ["0", "false", ""])
def test_production_starts_with_debug_off(off: str):
    assert read_settings({**PRODUCTION, "FLASK_DEBUG": off}).production
