"""Whether an account's silent machines may be declared lost, or too many look dead at once without proof (INV-57)."""

from datetime import datetime

from core import audit
from core.database import Tx
from core.domain.account import Account
from core.domain.hold import must_hold
from core.people import notifications
from core.sql import holds


def judge(tx: Tx, account: Account, unproven: set[int], reached: bool) -> bool:
    """Whether nobody of this account is declared lost for want of proof; people are told when it begins and ends.

    ``unproven`` are the machines that EC2 did not confirm to be alive or to have ended; only the silent ones count.
    A loss that is proven is never held.
    """
    silent = holds.silent(tx, account.id) & unproven
    total = holds.machines(tx, account.id)
    standing = holds.of(tx, account.id)
    if must_hold(len(silent), total):
        _hold(tx, account, len(silent), total, reached, news=standing is None)
        return True
    if standing and holds.end(tx, account.id):
        _lift(tx, account, standing["since"])
    return False


def _hold(tx: Tx, account: Account, silent: int, total: int, reached: bool, *, news: bool) -> None:
    cause = "EC2 knows none of them" if reached else "EC2 cannot be asked"
    sentence = f"{silent} of {total} machines are silent and {cause}: nobody is declared lost; they are asked about again every 5 s"
    holds.begin(tx, account.id, account.client_id, unconfirmed=silent, machines=total, sentence=sentence, now=tx.now())
    if news:
        title = f"AWS account {account.aws_account_id}: on hold"
        notifications.announce(tx, account.client_id, f"hold:{account.uuid}:{tx.now():%Y%m%d%H%M%S}", "critical", title, sentence)
        _record(tx, account, "hold", sentence)


def _lift(tx: Tx, account: Account, since: datetime) -> None:
    sentence, title = f"Account {account.aws_account_id}: the hold is lifted", f"AWS account {account.aws_account_id}: no longer on hold"
    notifications.announce(tx, account.client_id, f"hold_ended:{account.uuid}:{since:%Y%m%d%H%M%S}", "info", title, sentence)
    _record(tx, account, "hold_ended", sentence)


def _record(tx: Tx, account: Account, name: str, sentence: str) -> None:
    audit.record(tx, client_id=account.client_id, actor=audit.SYSTEM, action=name, resource=("account", account.id), why=sentence)
