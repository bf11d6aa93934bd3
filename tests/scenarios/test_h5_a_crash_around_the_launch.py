"""H5: wherever the executor is killed, there is one machine, and the next executor knows it."""

import os
import signal
import subprocess
import sys

import pytest

from core.execution.actions import Executor
from core.execution.orphans import sweep
from core.execution.watch import watch
from scripts.stack import ROOT
from tests.integration.shop import Shop, Still, open_shop
from tests.scenarios.dying_executor import PLACES


@pytest.fixture
def shop(world, simulator, clouds) -> Shop:
    still = Still(simulator)
    yield open_shop(world, still, clouds)
    still.calm()


@pytest.fixture
def executor(clouds, settings) -> Executor:
    return Executor(clouds, settings)


def kill_at(place: str, settings, simulator) -> None:
    """An executor in a process of its own, ended by SIGKILL at ``place``."""
    known = ("db_host", "db_port", "db_user", "db_password", "db_database", "install_key", "jwt_secret", "admin_token")
    environment = {name.upper(): str(getattr(settings, name)) for name in known}
    done = subprocess.run(
        [sys.executable, "-m", "tests.scenarios.dying_executor", place], cwd=ROOT,
        env={**os.environ, **environment, "SIMULATOR_URL": simulator.url}, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("place", PLACES)
def test_one_machine_is_launched_and_recorded_wherever_the_executor_was_killed(shop, settings, simulator, executor, place):
    shop.order()
    kill_at(place, settings, simulator)

    shop.world.jump(seconds=60)
    executor.drain()

    [machine] = shop.machines()
    assert shop.replica()["ec2_instance_id"] == machine["instance_id"]
    assert shop.world.all("SELECT id FROM actions WHERE state = 'pending'") == []


def test_an_executor_that_makes_a_new_token_for_each_try_launches_twice(shop, settings, simulator, executor, monkeypatch):
    """The naive twin."""
    shop.order()
    kill_at("after_the_effect", settings, simulator)
    request = Executor._request
    monkeypatch.setattr(Executor, "_request", lambda self, claim: _with_token(request(self, claim), "another-token"))

    shop.world.jump(seconds=60)
    executor.drain()

    assert len(shop.machines()) == 2


def test_a_tagged_machine_that_nobody_recorded_is_ended_and_never_was_primary(shop, settings, simulator, clouds, executor):
    shop.order()
    kill_at("after_the_effect", settings, simulator)
    [stray] = shop.machines()
    shop.world.execute("UPDATE actions SET state = 'superseded', lease_until = NULL")
    shop.world.jump(seconds=120)

    sweep(clouds, settings)
    executor.drain()
    watch(clouds)

    assert shop.machines() == []
    assert shop.world.one("SELECT id FROM instances WHERE ec2_instance_id = %(id)s", id=stray["instance_id"]) is None


def _with_token(order, token: str):
    from dataclasses import replace

    return replace(order, token=token)
