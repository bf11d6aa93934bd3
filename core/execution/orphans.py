"""Machines that bear our tags and stand in no row: left by a cut or by a late executor, billed until ended.

The order matters: first what EC2 has, then what we recorded. The other way round would end a launch that was
recorded in between.
"""

import json
import logging
from datetime import datetime, timedelta
from functools import partial

from config.settings import Settings
from core import database, errors
from core.cloud.aws import Clouds, Ec2
from core.cloud.machine import Machine
from core.database import Tx
from core.domain.account import Account
from core.domain.lifecycle import GONE_STATES
from core.emergencies import level3
from core.execution import breaker
from core.execution.actions import install_name
from core.execution.orders import order
from core.operations import safe_mode
from core.sql import accounts, actions, instances

log = logging.getLogger("core.execution.orphans")

GRACE = timedelta(seconds=60)


def sweep(clouds: Clouds, settings: Settings) -> dict:
    """Order the end of every orphan; counts of what was seen."""
    counts = {"seen": 0, "adopted": 0, "orphans": 0, "unreachable": 0}
    for account in database.run(accounts.active):
        for region in json.loads(account.regions):
            try:
                machines = breaker.ask(clouds, account, partial(Ec2.ours, region=region, install=install_name(settings)))
            except errors.SpotError as error:
                log.warning("no sweep of account %s in %s: %s", account.aws_account_id, region, error.message)
                counts["unreachable"] += 1
                continue
            counts["seen"] += len(machines)
            counts["adopted"] += level3.adopt(account, region, machines)
            counts["orphans"] += database.run(partial(_judge, account=account, region=region, machines=machines))
    return counts


def _judge(tx: Tx, account: Account, region: str, machines: list[Machine]) -> int:
    recorded = instances.recorded_ec2_ids(tx, account.id)
    pending = actions.pending_launches(tx, account.id)
    if safe_mode.requested(tx):
        return 0
    orphans = [m for m in machines if _is_orphan(m, recorded, pending, tx.now())]
    return sum(_order_end(tx, account, region, machine) for machine in orphans)


def _is_orphan(machine: Machine, recorded: set[str], pending: set[str], now: datetime) -> bool:
    """Alive, older than a minute, in no row, and no intent still at work on it."""
    if machine.state in GONE_STATES or machine.ec2_id in recorded:
        return False
    return machine.tags.get("spotopt:intent") not in pending and machine.launched_at < now - GRACE


def _order_end(tx: Tx, account: Account, region: str, machine: Machine) -> bool:
    ordered = order(
        tx, "terminate", f"orphan:{machine.ec2_id}", {"region": region, "ec2_instance_id": machine.ec2_id},
        subject={"client_id": account.client_id, "account_id": account.id},
        why=f"{machine.ec2_id} bears our tags and stands in no row", safe=False,
    )  # fmt: skip
    if ordered:
        log.warning("orphan %s in %s is being ended", machine.ec2_id, region)
    return ordered is not None
