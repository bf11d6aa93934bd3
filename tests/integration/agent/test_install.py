"""The installer, in a root of its own: what it puts where, what it keeps, and that what it installed really runs."""

import configparser
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agent import VERSION
from core.cloud.simulator.catalogue import IMAGE
from scripts.stack import ROOT
from tests.scenarios.town import until

INSTALLER = ROOT / "agent/install/install.sh"
UNIT = ROOT / "agent/install/spotopt-agent.service"
FIRST = ("--server", "https://spot.example.com", "--token", "soe_1_x", "--name", "web-1")


class Root:
    """A file system of its own."""

    def __init__(self, folder: Path):
        self.folder, self.config = folder, folder / "etc/spot-optimizer/agent.json"
        self.state, self.program = folder / "var/lib/spot-optimizer", folder / "opt/spot-optimizer/bin/spotopt-agent"

    def install(self, *options: str) -> subprocess.CompletedProcess:
        environment = {**os.environ, "DESTDIR": str(self.folder), "PYTHON": sys.executable}
        return subprocess.run([INSTALLER, *options], env=environment, capture_output=True, text=True, timeout=60)

    def run(self, *options: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.program, *options], capture_output=True, text=True, timeout=30, cwd="/")

    def write(self, file: Path, value: dict) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))


@pytest.fixture
def root(tmp_path) -> Root:
    return Root(tmp_path)


def test_a_first_installation_puts_program_configuration_and_service_in_place(root: Root):
    done = root.install(*FIRST, "--check", "http://127.0.0.1:8080/", "--start", "systemctl start web")

    assert done.returncode == 0, done.stderr
    assert json.loads(root.config.read_text()) == {
        "server_url": "https://spot.example.com", "token": "soe_1_x", "logical_name": "web-1", "check": "http://127.0.0.1:8080/",
        "start": "systemctl start web",
    }  # fmt: skip
    assert root.config.stat().st_mode & 0o777 == 0o600
    assert root.state.stat().st_mode & 0o777 == 0o700
    assert (root.folder / "etc/systemd/system/spotopt-agent.service").read_text() == UNIT.read_text()
    assert (root.folder / "opt/spot-optimizer/agent/current").readlink() == Path(VERSION)


def test_what_was_installed_imports_nothing_from_the_repository(root: Root):
    root.install(*FIRST)

    checked = root.run("--config", str(root.config), "--config-check", "--verbose")

    assert (checked.returncode, "the configuration is usable: server https://spot.example.com" in checked.stdout) == (0, True)
    assert "soe_1_x" not in checked.stdout + checked.stderr, "the token is nobody's business"


def test_without_server_and_token_a_first_installation_says_what_is_missing(root: Root):
    done = root.install("--name", "web-1")

    assert done.returncode == 1
    assert "needs --server and --token" in done.stderr
    assert not root.config.exists()


def test_an_unusable_configuration_is_named_and_nothing_is_started(root: Root):
    done = root.install("--server", "http://spot.example.com", "--token", "soe_1_x")

    assert done.returncode == 1
    assert "must be https://" in done.stderr


def test_an_unknown_option_changes_nothing(root: Root):
    assert root.install("--sever", "x").returncode == 1
    assert list(root.folder.iterdir()) == []


def test_installing_twice_is_harmless(root: Root):
    root.install(*FIRST)
    before = root.config.read_text()

    again = root.install("--server", "https://another.example.com", "--token", "soe_2_y")

    assert again.returncode == 0, again.stderr
    assert root.config.read_text() == before


def test_an_upgrade_from_version_1_goes_on_as_the_same_agent(root: Root, server_url, world, still):
    """Layout and identity as agent 0.1.0 left them; the new version runs as a process of its own and is heard."""
    machine = still.ec2().run_instances(ImageId=IMAGE, InstanceType="m5.large", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    shop = world.workload(ec2_id=machine)
    identity = {
        "instance_id": machine, "secret": shop.token.split("_", 2)[2], "nonce": "0" * 32, "epoch": 0, "agent_id": shop.uuid, "replica_id": None,
    }  # fmt: skip
    root.write(root.state / "identity.json", identity)
    root.write(root.config, {
        "server_url": server_url, "token": "soe_1_spent", "state_dir": str(root.state), "imds_url": f"{still.url}/imds/{machine}",
    })  # fmt: skip
    (root.state / "spool" / "dead").mkdir(parents=True)
    done = root.install()
    assert (done.returncode, "kept the identity" in done.stdout) == (0, True), done.stderr

    with subprocess.Popen([root.program, "--config", root.config], cwd="/", stderr=subprocess.DEVNULL) as running:
        try:
            until("the new version is heard", lambda: heard_version(world, shop.primary.id) == VERSION, 30)
        finally:
            running.terminate()

    assert json.loads((root.state / "identity.json").read_text())["secret"] == identity["secret"]
    assert world.one("SELECT COUNT(*) AS n FROM agents")["n"] == 1


def heard_version(world, instance_id: int) -> str | None:
    row = world.one("SELECT figures FROM agent_heartbeats WHERE instance_id = %(id)s", id=instance_id)
    return row and json.loads(row["figures"] or "{}").get("agent_version")


def test_the_unit_restarts_the_agent_and_leaves_its_workload_alone():
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str
    unit.read(UNIT)

    assert (unit["Service"]["Restart"], unit["Service"]["KillMode"], unit["Unit"]["After"]) == ("always", "process", "network-online.target")
    assert unit["Service"]["ExecStart"] == "/opt/spot-optimizer/bin/spotopt-agent"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_unit(root: Root):
    text = UNIT.read_text().replace("/opt/spot-optimizer/bin/spotopt-agent", "/bin/true")
    (root.folder / "spotopt-agent.service").write_text(text)
    checked = subprocess.run(["systemd-analyze", "verify", root.folder / "spotopt-agent.service"], capture_output=True, text=True, timeout=60)

    assert "spotopt-agent.service" not in checked.stderr, checked.stderr
