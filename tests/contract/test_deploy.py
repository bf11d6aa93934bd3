"""The shipped examples start programs that exist, under limits that are written down (OPS-01, OPS-02, OPS-03, OPS-06)."""

import configparser
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from core.cloud import permissions
from core.cloud.permissions import policy
from tests.contract.tree import ROOT

UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
HOME = "/opt/spot-optimizer"


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str
    parser.read_string(path.read_text())
    return parser


def named(name: str) -> configparser.SectionProxy:
    return unit(ROOT / "deploy/systemd" / name)["Service"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_accepts_the_unit(path: Path, tmp_path: Path):
    if not shutil.which("systemd-analyze"):
        assert {"Unit", "Service", "Install"} <= set(unit(path))
        return
    here = tmp_path / path.name
    (tmp_path / "home").symlink_to(ROOT)
    here.write_text(path.read_text().replace(HOME, str(tmp_path / "home")))

    told = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, timeout=30)

    assert (told.returncode, told.stderr) == (0, "")


def test_a_request_has_two_minutes_before_its_worker_is_ended():
    """MET-31."""
    settings = {}
    exec((ROOT / "config/gunicorn.py").read_text(), settings)  # noqa: S102 - as gunicorn reads it

    assert (settings["timeout"], settings["reuse_port"], settings["worker_class"]) == (120, True, "config.worker.Worker")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_as_a_user_of_its_own_and_always_comes_back(path: Path):
    service = unit(path)["Service"]

    assert (service["User"], service["Restart"], service["WorkingDirectory"]) == ("optimizer", "always", HOME)
    assert f"{HOME}/.venv/bin" in service["Environment"]
    assert "mariadb.service" in unit(path)["Unit"]["After"] and "network-online.target" in unit(path)["Unit"]["After"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_program_that_exists(path: Path):
    program, *arguments = unit(path)["Service"]["ExecStart"].split()
    module = arguments[1] if arguments[0] == "-m" else "config.gunicorn"

    assert (ROOT / program.removeprefix(f"{HOME}/")).exists()
    assert importlib.util.find_spec(module) is not None


def test_a_worker_may_use_a_gigabyte_and_start_ten_times_a_minute():
    path = ROOT / "deploy/systemd/spot-optimizer-worker@.service"

    assert named(path.name)["MemoryMax"] == "1G"
    assert (unit(path)["Unit"]["StartLimitBurst"], unit(path)["Unit"]["StartLimitIntervalSec"]) == ("10", "60")


def test_the_alert_worker_looks_each_half_minute_and_comes_back_after_ten_seconds():
    service = named("spot-optimizer-alert.service")

    assert service["ExecStart"].endswith("--interval 30")
    assert service["RestartSec"] == "10"


def test_the_proxy_takes_no_larger_body_than_the_server():
    from core.validation import MAX_BYTES  # noqa: PLC0415

    text = (ROOT / "deploy/nginx.conf").read_text()

    assert re.search(rf"client_max_body_size {MAX_BYTES // 1024}k;", text)
    assert "client_header_timeout" in text and "client_body_timeout" in text and "ssl_protocols TLSv1.2 TLSv1.3" in text


def test_the_shipped_policy_is_the_one_the_acts_ask_for():
    from scripts.server_policy import FILE, render  # noqa: PLC0415

    assert FILE.read_text() == render()


def test_every_permission_an_act_names_is_in_the_policy():
    allowed = {action for statement in policy()["Statement"] for action in statement["Action"]}

    assert permissions.acts() - allowed == set()


def test_what_changes_or_ends_anything_is_bound_to_our_tag():
    """All but the launch's ingredients, hooks and the queue: those change nothing of anybody's."""
    unbound = {"Read", "LaunchOfThese", "AnswerHooks", "HearEvents"}

    assert {statement["Sid"] for statement in policy()["Statement"] if "Condition" not in statement} == unbound
    assert not any("*" in action for statement in policy()["Statement"] for action in statement["Action"])


def test_every_question_the_code_asks_of_aws_is_in_the_policy():
    """By the names of boto3's methods in core/cloud."""
    texts = "".join(path.read_text() for path in (ROOT / "core/cloud").glob("*.py"))
    asked = set(re.findall(r"\b((?:describe|get)_[a-z_]+)\"?[(,)]", texts)) - {"get_paginator", "get_queue_url", "get_partition_for_region"}
    allowed = {action.partition(":")[2].lower() for action in permissions.READS}

    assert {name for name in asked if name.replace("_", "") not in allowed} == set()
    assert len(asked) > 6
