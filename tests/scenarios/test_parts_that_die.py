"""Any part may be killed at any moment: what was begun is finished by whoever comes next."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.stack import Stack
from tests.scenarios.town import Shop, Town, until


def carried_over_once(town: Town, shop: Shop) -> str:
    """One machine more was launched, it serves, it is the PRIMARY, and the old one is ended. Its EC2 id."""
    heir = town.moved(shop, 60)
    assert town.launches() == {heir}
    assert until("the product knows the new PRIMARY", lambda: town.primary(shop) == heir, 10)
    until("only the new one is billed", lambda: town.billed() == {heir}, 40)
    return heir


def restart_server(stack: Stack) -> None:
    stack.kill_server()
    stack.start_server()


def test_the_server_killed_as_soon_as_the_notice_is_stored(stack: Stack, town: Town):
    [shop] = town.open("cut-early")
    town.levers.interrupt(shop.ec2_id)
    until("the incident is stored", lambda: town.story(shop)["incident"], 10, every=0.05)

    restart_server(stack)

    carried_over_once(town, shop)


def test_the_server_killed_right_after_the_promotion(stack: Stack, town: Town):
    [shop] = town.open("cut-late")
    town.levers.interrupt(shop.ec2_id)
    until("promoted", lambda: town.primary(shop) != shop.ec2_id, 30, every=0.1)

    restart_server(stack)

    carried_over_once(town, shop)


def test_the_server_killed_before_the_old_one_is_ended(stack: Stack, town: Town):
    [shop] = town.open("cut-at-the-end")
    town.levers.interrupt(shop.ec2_id)
    town.moved(shop)

    restart_server(stack)

    carried_over_once(town, shop)


def test_the_database_killed_in_the_middle_of_an_emergency(stack: Stack, town: Town):
    [shop] = town.open("no-database")
    town.levers.interrupt(shop.ec2_id)
    until("a launch was called", lambda: town.launches(), 15, every=0.05)

    stack.database.kill()
    stack.database.start()

    carried_over_once(town, shop)


def test_an_agent_killed_with_a_notice_on_its_disk_tells_of_it_after_its_restart(stack: Stack, town: Town):
    [shop] = town.open("no-agent")
    stack.kill_server()
    town.levers.interrupt(shop.ec2_id)
    until("the notice is on the agent's disk", lambda: is_spooled(stack, shop), 10, every=0.05)

    with agent_killed_and_started_again(shop):
        stack.start_server()

        carried_over_once(town, shop)


def test_a_machine_that_is_gone_without_notice_is_replaced(town: Town):
    [shop] = town.open("gone")

    town.levers.kill(shop.ec2_id)

    heir = town.moved(shop, 90)
    assert town.launches() == {heir}
    incident = until("the gap is measured", lambda: measured(town, shop), 10)
    assert (incident["kind"], incident["downtime_method"]) == ("no_notice", "last_contact")


def test_six_hours_end_a_replica_that_was_not_needed(stack: Stack, town: Town):
    [shop] = town.open("not-needed")
    town.levers.rebalance(shop.ec2_id)
    until("a replica is ready", lambda: (town.story(shop)["emergency_replica"] or {}).get("status") == "ready", 20)

    stack.jump(6 * 3600 + 60)

    until("only the first machine is billed", lambda: town.billed() == {shop.ec2_id}, 30)
    assert town.primary(shop) == shop.ec2_id


def measured(town: Town, shop: Shop) -> dict | None:
    incident = town.story(shop)["incident"]
    return incident if incident["downtime_method"] else None


def is_spooled(stack: Stack, shop: Shop) -> bool:
    spool = stack.folder / "simulator" / "hosts" / shop.ec2_id / "state" / "spool"
    return any(shop.ec2_id in file.read_text() for file in spool.glob("*.json"))


@contextmanager
def agent_killed_and_started_again(shop: Shop) -> Iterator[None]:
    """What systemd does after a crash: the same command in the same surroundings."""
    [agent] = [process for process in Path("/proc").glob("[0-9]*") if is_agent(process, shop)]
    command, folder = (agent / "cmdline").read_text().rstrip("\0").split("\0"), (agent / "cwd").readlink()
    environment = dict(pair.split("=", 1) for pair in (agent / "environ").read_text().rstrip("\0").split("\0"))
    os.kill(int(agent.name), signal.SIGKILL)
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def is_agent(process: Path, shop: Shop) -> bool:
    """Whether this is the agent's own process on that machine."""
    try:
        return (
            f"INSTANCE_ID={shop.ec2_id}\0" in (process / "environ").read_text() and "\0agent\0" in (process / "cmdline").read_text()
        )
    except OSError:
        return False
