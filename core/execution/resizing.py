"""The sizes of an Auto Scaling group, changed by a person: ordered like everything else, with the old sizes kept for undoing it."""

import json
from dataclasses import asdict
from functools import partial
from uuid import uuid4

from core import audit, database, errors
from core.cloud.aws import Clouds, Ec2, Refusal
from core.database import Tx
from core.domain.account import Account
from core.domain.group_sizes import Sizes
from core.domain.intent import Intent
from core.execution import breaker
from core.execution.orders import order
from core.operations import safe_mode
from core.sql import accounts, actions
from core.sql import scaling as rows


def account_of(aws_account_id: str) -> Account:
    account = database.run(lambda tx: accounts.by_aws_id(tx, aws_account_id))
    if account is None:
        raise errors.NotFound("no such AWS account is linked")
    return account


def sizes_of(clouds: Clouds, account: Account, region: str, name: str) -> Sizes:
    """As they are now."""
    try:
        group = breaker.ask(clouds, account, partial(Ec2.groups, region=region, names=[name])).get(name)
    except Refusal as refusal:
        raise errors.Forbidden(f"our role may not ask about Auto Scaling: {refusal}") from refusal
    if group is None:
        raise errors.NotFound(f"there is no Auto Scaling group {name} in {region}")
    return Sizes.of(group)


def before_last_change(account: Account, region: str, name: str) -> Sizes:
    """What the last change that was carried out found."""
    row = database.run(lambda tx: rows.last_resize(tx, account.client_id, region, name))
    if row is None:
        raise errors.NotFound(f"no change of {name} by us is known")
    return Sizes(**json.loads(row["params"])["before"])


def order_sizes(account: Account, region: str, name: str, before: Sizes, wanted: Sizes, actor: str) -> Intent:
    """The order, checked first; in SAFE MODE a dry run for ever."""
    if why_not := wanted.refused():
        raise errors.Invalid(why_not)
    return database.run(partial(_order, account=account, region=region, name=name, before=before, wanted=wanted, actor=actor))


def _order(tx: Tx, account: Account, region: str, name: str, before: Sizes, wanted: Sizes, actor: str) -> Intent:
    safe, why = safe_mode.requested(tx), f"{name}: {before} becomes {wanted}"
    params = {
        "region": region, "group": name, "verb": "resize", "ec2_instance_id": None, "before": asdict(before), "wanted": asdict(wanted),
    }  # fmt: skip
    action_id = order(
        tx, "asg", f"resize:{uuid4()}", params, subject={"client_id": account.client_id, "account_id": account.id}, why=why, safe=safe
    )
    audit.record(
        tx, client_id=account.client_id, actor=actor, action="resize_group", resource=("action", action_id),
        why=f"SAFE MODE, not done: {why}" if safe else why,
    )  # fmt: skip
    return actions.get(tx, action_id)
