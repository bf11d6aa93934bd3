"""A breaker per AWS account: who does not answer is left alone for a while, and the other tenants do not notice.

Closed, everybody calls. After five failures in a row that lasted two seconds it opens: the account is shown as
degraded, and one call each half minute tries whether AWS answers again. Its state is a row, so that this holds over
all processes. (A lucky row of five under heavy trouble, between calls that succeed, lasts no two seconds.) An account that
throttles is there, and asks for less: its row must last ten seconds.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import TypeVar

from core import database, errors
from core.cloud.aws import Clouds, Ec2, Throttled
from core.database import Tx
from core.domain.account import Account
from core.people import notifications
from core.sql import accounts
from core.sql import breakers as rows

T = TypeVar("T")

FAILURES = 5
LASTING = timedelta(seconds=2)
THROTTLED_LASTING = timedelta(seconds=10)
PROBE_EVERY = timedelta(seconds=30)


def may_call(tx: Tx, account_id: int) -> bool:
    """Whether this transaction's owner may call AWS; where the breaker is open, it takes the one try that is due."""
    row = rows.read(tx, account_id)
    return row is None or row["open_until"] is None or bool(rows.take_probe(tx, account_id, tx.now() + PROBE_EVERY))


def ask(clouds: Clouds, account: Account, question: Callable[[Ec2], T], *, once: bool = True) -> T:
    """What AWS answers to a question that changes nothing; Unavailable when it does not, or is left alone.

    Asked ``once``, or with the client's own tries: long lists that are fetched rarely.
    """
    if not database.run(lambda tx: may_call(tx, account.id)):
        raise errors.Unavailable(f"AWS account {account.aws_account_id} does not answer; it is asked each {PROBE_EVERY.seconds} s")
    began = monotonic()
    try:
        ec2 = clouds.of(account)
        answer = question(ec2.once() if once else ec2)
    except errors.Unavailable as error:
        throttled = isinstance(error, Throttled)
        database.run(partial(note, account_id=account.id, seconds=monotonic() - began, error=error.message, throttled=throttled))
        raise
    database.run(partial(note, account_id=account.id, seconds=monotonic() - began, error=None))
    return answer


def note(tx: Tx, account_id: int, seconds: float, error: str | None, *, throttled: bool = False) -> None:
    """Remember how a call of so many ``seconds`` ended; ``error`` is None when AWS answered, whatever it said."""
    if error is None:
        _answered(tx, account_id)
    else:
        _failed(tx, account_id, seconds, error, THROTTLED_LASTING if throttled else LASTING)


def _answered(tx: Tx, account_id: int) -> None:
    row = rows.read(tx, account_id)
    if row is None or row["failures"] == 0:
        return
    rows.close(tx, account_id)
    if row["open_until"] is not None:
        accounts.set_health(tx, account_id, "ok", None)
        _tell(tx, account_id, row, "info", "answers again", "AWS answers again; what waited goes on.")


def _failed(tx: Tx, account_id: int, seconds: float, error: str, lasting: timedelta) -> None:
    now = tx.now()
    rows.count_failure(tx, account_id, now - timedelta(seconds=seconds), error)
    row = rows.read(tx, account_id)
    if row["open_until"] is not None or row["failures"] < FAILURES or now - row["failing_since"] < lasting:
        return
    rows.open(tx, account_id, now + PROBE_EVERY)
    accounts.set_health(tx, account_id, "degraded", error)
    sentence = f"AWS has not answered {row['failures']} times in a row ({error}). It is tried every {PROBE_EVERY.seconds} s; orders wait."
    _tell(tx, account_id, row, "critical", "does not answer", sentence)


def _tell(tx: Tx, account_id: int, row: dict, severity: str, what: str, sentence: str) -> None:
    account, since = accounts.get(tx, account_id), row["failing_since"]
    occasion = f"{account.uuid}:{since:%Y%m%d%H%M%S}:{severity}"
    notifications.announce(
        tx, account.client_id, f"account_away:{occasion}", severity, f"AWS account {account.aws_account_id} {what}", sentence
    )
