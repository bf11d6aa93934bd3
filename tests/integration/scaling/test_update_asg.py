"""SCRIPT-ASG-01: sizes of a group by hand, shown first, ordered with --apply, checked before, and taken back."""

import pytest
from click.testing import CliRunner, Result

from scripts.aws import update_asg
from tests.integration.scaling.garage import Garage
from tests.integration.scaling.member_shop import MemberShop, open_member_shop
from tests.simulator import ACCOUNT


@pytest.fixture
def shop(world, garage: Garage, clouds, executor) -> MemberShop:
    garage.build(0, 1, 2)
    return open_member_shop(world, garage, clouds, executor)


@pytest.fixture
def cli(shop: MemberShop, settings, monkeypatch):
    """The command on the test's database; the executor is ours, and works when the command waits."""
    known = {name.upper(): str(getattr(settings, name)) for name in ("db_host", "db_port", "db_user", "db_password", "db_database", "install_key", "jwt_secret")}
    monkeypatch.setattr(update_asg.time, "sleep", lambda seconds: shop.executor.drain())
    monkeypatch.setattr(update_asg.database, "connect", lambda settings: None)

    def run(*arguments: str, group: str = "web-spot", account: str = ACCOUNT) -> Result:
        told = [group, "--account", account, "--region", "us-east-1", *arguments]
        return CliRunner().invoke(update_asg.main, told, env={**known, "SIMULATOR_URL": shop.garage.levers.url})

    return run


def test_without_apply_it_is_only_shown(shop: MemberShop, cli):
    told = cli("--max", "4")

    assert "min 0, desired 1, max 2 → min 0, desired 1, max 4" in told.output
    assert "[DRYRUN] Would execute: update_asg web-spot min 0, desired 1, max 4" in told.output
    assert (shop.garage.sizes(), shop.world.one("SELECT COUNT(*) AS n FROM actions")["n"]) == ((0, 1, 2), 0)


def test_applied_it_is_an_order_and_can_be_taken_back(shop: MemberShop, cli):
    assert "Done" in cli("--max", "4", "--min", "1", "--apply").output
    assert shop.garage.sizes() == (1, 1, 4)

    assert "Done" in cli("--undo", "--apply").output

    assert shop.garage.sizes() == (0, 1, 2)
    told = shop.world.one("SELECT COUNT(*) AS n FROM audit_logs WHERE action = 'resize_group' AND client_id = %(id)s", id=shop.workload.client.id)
    assert told["n"] == 2


@pytest.mark.parametrize("bad", [("--desired", "5"), ("--min", "2"), ("--max", "0")])
def test_bounds_that_do_not_hold_are_refused_before_anything_is_ordered(shop: MemberShop, cli, bad):
    told = cli(*bad, "--apply")

    assert (told.exit_code, "min ≤ desired ≤ max" in told.output) == (1, True)
    assert (shop.garage.sizes(), shop.world.one("SELECT COUNT(*) AS n FROM actions")["n"]) == ((0, 1, 2), 0)


def test_in_safe_mode_it_is_written_down_and_not_done(shop: MemberShop, cli):
    shop.world.execute("UPDATE system_settings SET v = 'on' WHERE k = 'SAFE_MODE'")

    assert "SAFE MODE" in cli("--max", "4", "--apply").output
    assert (shop.garage.sizes(), shop.world.one("SELECT state FROM actions")["state"]) == ((0, 1, 2), "dry_run")


def test_what_does_not_exist_is_named(cli):
    assert "no Auto Scaling group nothing-here" in cli("--max", "3", group="nothing-here").output
    assert "no such AWS account" in cli("--max", "3", account="999999999999").output
    assert "no change of web-spot" in cli("--undo").output
