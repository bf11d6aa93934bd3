"""Before a replacement is launched: has a host launched it alone, while this server was away or the host out of touch?

A notice may reach a server that is back from the event queue before the host can report what it did. While everybody
was in contact there is nothing to look for, and nothing is asked of AWS.
"""

import json
import threading
import time
from functools import partial

from config.settings import current
from core import audit, database, errors
from core.cloud.aws import Clouds, Ec2
from core.database import Tx
from core.domain.account import Account
from core.emergencies import level3
from core.emergencies.emergency import give_up
from core.execution import breaker
from core.execution.actions import Claim, install_name
from core.locks import lock_agent
from core.sql import actions, instances
from core.sql import level3 as rows

LATELY_SECONDS = 120.0
IN_TOUCH_SECONDS = 10

ASKED_SECONDS = 2.0  # so old may the answer be; EC2's own may be older

_back_since = time.monotonic()
_asked: dict[tuple[int, str], float] = {}  # by account and region: when EC2 last said, or could not say
_doors: dict[tuple[int, str], threading.Lock] = {}


def returned() -> None:
    """This server could not do its work until now: hosts may have acted alone meanwhile."""
    global _back_since
    _back_since = time.monotonic()


def forestalled(clouds: Clouds, claim: Claim) -> bool:
    """Whether the launch is not needed any more; then it is withdrawn. AWS that cannot be asked stops no launch."""
    intent = claim.intent
    if intent.kind != "launch" or not intent.instance_id or not _may_be(intent.agent_id):
        return False
    region = json.loads(intent.params)["region"]
    try:
        _adopt(clouds, claim.account, region)
    except errors.Unavailable:
        return False
    return database.run(partial(_withdraw, claim=claim))


def _adopt(clouds: Clouds, account: Account, region: str) -> None:
    """What hosts of this region launched alone is ours. Of two hundred launches at once one asks, each two seconds, and the others wait for it."""
    key = (account.id, region)
    with _doors.setdefault(key, threading.Lock()):
        if time.monotonic() - _asked.get(key, -ASKED_SECONDS) < ASKED_SECONDS:
            return
        try:
            level3.adopt(account, region, breaker.ask(clouds, account, partial(Ec2.alone, region=region, install=install_name(current()))))
        finally:
            _asked[key] = time.monotonic()


def _may_be(agent_id: int) -> bool:
    """Either side may have been away."""
    if time.monotonic() - _back_since < LATELY_SECONDS:
        return True
    return not database.run(lambda tx: rows.is_in_touch(tx, agent_id, IN_TOUCH_SECONDS))


def _withdraw(tx: Tx, claim: Claim) -> bool:
    agent, _ = lock_agent(tx, claim.intent.agent_id)
    alone = rows.standing(tx, agent.id)
    if alone is None or not rows.is_for_an_emergency(tx, claim.intent.instance_id):
        return False
    why = f"Not launched: a host had launched {alone} alone"
    if actions.finish(tx, claim.intent, "superseded", error=why):
        give_up(tx, instances.get(tx, claim.intent.instance_id), "terminated", why)
        audit.tell(tx, agent, "launch_withdrawn", why)
    return True
