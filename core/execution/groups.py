"""Auto Scaling groups as they are: who is a member, how large they are, and what exchanges under way need next."""

import logging
from functools import partial
from itertools import groupby

from core import database, errors, events
from core.cloud.aws import Clouds, Ec2, Refusal
from core.database import Tx
from core.domain.account import Account
from core.domain.lifecycle import Agent
from core.domain.scaling import Exchange, Group
from core.domain.serialize import canonical
from core.execution import breaker, exchanges
from core.locks import for_agent
from core.people import notifications
from core.sql import accounts
from core.sql import scaling as rows

log = logging.getLogger("core.execution.groups")


def learn_members(clouds: Clouds) -> dict:
    """Ask EC2 in every place with machines of ours who belongs to a group, and Auto Scaling how these groups are; counts."""
    counts = {"members": 0, "changed": 0, "groups": 0, "unreachable": 0}
    for place in database.run(rows.places):
        account = database.run(lambda tx, place=place: accounts.get(tx, place["account_id"]))
        try:
            told = breaker.ask(clouds, account, partial(Ec2.members, region=place["region"]))
        except errors.SpotError as error:
            log.warning("EC2 cannot be asked for members in %s: %s", place["region"], error.message)
            counts["unreachable"] += 1
            continue
        names = _learn_members(account, place["region"], told, counts)
        counts["groups"] += _learn_groups(clouds, account, place["region"], names)
    return counts


def advance(clouds: Clouds) -> dict:
    """Let every open exchange take its next step; one question per account and region."""
    for row in database.run(rows.missing_exchanges):
        for_agent(row["agent_id"], f"exchange of {row['id']}", partial(exchanges.begin_missing, old_id=row["id"]))
    counts = {"open": 0, "steps": 0}
    found = database.run(rows.open_exchanges)
    for (account_id, region), some in groupby(found, key=lambda x: (x.account_id, x.region)):
        account, together = database.run(lambda tx, account_id=account_id: accounts.get(tx, account_id)), list(some)
        counts["open"] += len(together)
        groups = _ask(clouds, account, region, sorted({x.asg_name for x in together}))
        if groups is not None:
            counts["steps"] += sum(_step(clouds, account, x, groups.get(x.asg_name)) for x in together)
    return counts


def _step(clouds: Clouds, account: Account, x: Exchange, group: Group | None) -> bool:
    extras, foreign = _strangers(clouds, account, x, group) if group else ((), ())
    step = partial(exchanges.advance, exchange_id=x.id, group=group, extras=extras, foreign=foreign)
    return for_agent(x.agent_id, f"exchange in {x.asg_name}", step)


def _strangers(clouds: Clouds, account: Account, x: Exchange, group: Group) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Members nobody knows that the group launched since the old machine was in danger, the youngest first: with our tag, and without."""
    ours = {x.old_ec2_id, x.new_ec2_id}
    there = [member.ec2_id for member in group.members if member.counts and not member.protected and member.ec2_id not in ours]
    known = database.run(lambda tx: rows.known(tx, there))
    strangers = [ec2_id for ec2_id in there if ec2_id not in known]
    if not strangers:
        return (), ()
    try:
        machines = breaker.ask(clouds, account, partial(Ec2.describe, region=x.region, ids=strangers)).values()
    except errors.SpotError:
        return (), ()
    young = sorted((m for m in machines if m.launched_at >= x.since_at), key=lambda machine: machine.launched_at, reverse=True)
    ours = [machine.ec2_id for machine in young if machine.is_ours]
    return tuple(ours), tuple(machine.ec2_id for machine in young if not machine.is_ours)


def _ask(clouds: Clouds, account: Account, region: str, names: list[str]) -> dict[str, Group] | None:
    """The groups by name; None when Auto Scaling cannot, or may not, be asked. What was told is kept."""
    try:
        groups = breaker.ask(clouds, account, partial(Ec2.groups, region=region, names=names))
    except errors.SpotError as error:
        log.warning("Auto Scaling cannot be asked in %s: %s", region, error.message)
        return None
    except Refusal as refusal:
        database.run(partial(_tell_forbidden, account=account, refusal=refusal, names=names))
        return None
    database.run(lambda tx: [_write_group(tx, account, region, group) for group in groups.values()])
    return groups


def _learn_groups(clouds: Clouds, account: Account, region: str, names: list[str]) -> int:
    groups = _ask(clouds, account, region, names) or {} if names else {}
    for name in groups:
        _learn_hooks(clouds, account, region, name)
    return len(groups)


def _learn_hooks(clouds: Clouds, account: Account, region: str, name: str) -> None:
    """How long each hook waits: its event does not say."""
    try:
        hooks = breaker.ask(clouds, account, partial(Ec2.hooks, region=region, name=name))
    except (errors.SpotError, Refusal) as error:
        log.info("the hooks of %s cannot be asked: %s", name, error)
        return
    database.run(lambda tx: rows.write_hooks(tx, account.id, region, name, canonical(hooks)))


def _learn_members(account: Account, region: str, told: dict[str, str], counts: dict) -> list[str]:
    """Who came and who went, each under its agent's lock; the names of the groups that machines of ours are in.

    A machine that fell silent has not left: it may have died, and its successor will need to know the group.
    """
    names = set()
    for row in database.run(lambda tx: rows.looked_after(tx, account.id, region)):
        name = told.get(row["ec2_instance_id"])
        if name != row["asg_name"] and (name or row["is_in_touch"]):
            counts["changed"] += for_agent(row["agent_id"], f"membership of {row['id']}", partial(_set_member, instance_id=row["id"], name=name))
        names |= {name} if name else set()
        counts["members"] += bool(name)
    return sorted(names)


def _set_member(tx: Tx, agent: Agent, safe: bool, instance_id: int, name: str | None) -> bool:
    events.emit(tx, agent.client_id, "agent", agent_id=agent.uuid)
    return bool(rows.set_member(tx, instance_id, name))


def _write_group(tx: Tx, account: Account, region: str, group: Group) -> None:
    rows.write_group(
        tx, account_id=account.id, client_id=account.client_id, region=region, name=group.name, minimum=group.minimum,
        maximum=group.maximum, desired=group.desired, zones=canonical(sorted(group.zones)), rebalance=group.rebalances, now=tx.now(),
    )  # fmt: skip


def _tell_forbidden(tx: Tx, account: Account, refusal: Refusal, names: list[str]) -> None:
    """Once a day: without the permission a group launches a machine of its own beside ours."""
    title = f"AWS account {account.aws_account_id}: Auto Scaling may not be asked"
    text = f"Machines of {', '.join(names)} are looked after, and our role may not ask about the group: {refusal}"
    notifications.announce(tx, account.client_id, f"group:{account.uuid}:{tx.now():%Y%m%d}", "warning", title, text)
