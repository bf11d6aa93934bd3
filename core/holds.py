"""Whether an account's silent machines may be declared lost, or too many look dead at once without proof (INV-57)."""

from core import audit, notifications
from core.database import Tx
from core.domain.account import Account
from core.domain.hold import must_hold
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
        _tell(tx, account, "info", "hold_ended", standing["since"], f"Account {account.aws_account_id}: the hold is lifted")
    return False


def _hold(tx: Tx, account: Account, silent: int, total: int, reached: bool, *, news: bool) -> None:
    cause = "EC2 knows none of them" if reached else "EC2 cannot be asked"
    sentence = f"{silent} of {total} machines are silent and {cause}: nobody is declared lost; they are asked about again every 5 s"
    holds.begin(tx, account.id, account.client_id, unconfirmed=silent, machines=total, sentence=sentence, now=tx.now())
    if news:
        _tell(tx, account, "critical", "hold", tx.now(), sentence)


def _tell(tx: Tx, account: Account, severity: str, name: str, since, sentence: str) -> None:
    title = f"AWS account {account.aws_account_id}: {'on hold' if name == 'hold' else 'no longer on hold'}"
    notifications.announce(tx, account.client_id, f"{name}:{account.uuid}:{since:%Y%m%d%H%M%S}", severity, title, sentence)
    audit.record(tx, client_id=account.client_id, actor=audit.SYSTEM, action=name, resource=("account", account.id), why=sentence)
