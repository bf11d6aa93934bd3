"""Messages of AWS that could not be read: looked at, and read once more when somebody thinks that it will go now."""

from core import audit, errors
from core.database import Tx
from core.domain.aws_envelope import Unreadable, unwrap
from core.domain.aws_event import read_event
from core.intake.aws_events import Origin, process
from core.paging import before, page
from core.sql import accounts
from core.sql import dead_letters as rows

SHOWN_CHARACTERS = 4000
WORDS = {
    "dead_letter": "It still cannot be read.",
    "handled": "It was read and acted upon.",
    "duplicate": "It was known already from another way; nothing more was done.",
    "recorded": "It was read and recorded; nothing had to be done.",
    "verifying": "It was read and is being verified with AWS.",
    "ignored": "It was read and concerns nothing that we look after.",
}


def list_of(tx: Tx, cursor: str | None, limit: int) -> dict:
    """Newest first. A long body is cut off; the database keeps it whole."""
    return page(rows.newest(tx, before(cursor), limit + 1), limit, "letters", _shown)


def _shown(row: dict) -> dict:
    same = {name: row[name] for name in ("channel", "reason", "received_at", "replayed_at", "outcome", "sentence")}
    return {"letter_id": row["uuid"], "client": row["client_name"], "body": row["body"][:SHOWN_CHARACTERS], **same}


def replay(tx: Tx, letter_uuid: str, *, actor: str, request_id: str) -> dict:
    """Read it again as if it came in now, through the way it came: the event's own key keeps it from being done twice."""
    letter = rows.by_uuid(tx, letter_uuid)
    if letter is None:
        raise errors.NotFound()
    told = process(letter["body"], Origin(letter["channel"], _account_of(tx, letter)))
    sentence = WORDS.get(told["status"], told["status"])
    rows.set_outcome(tx, letter["id"], told["status"], f"{sentence} ({told['reason']})" if told["reason"] else sentence, tx.now())
    why = f"A dead letter ({letter['reason']}) was read again: {sentence}"
    audit.record(
        tx, client_id=letter["client_id"] or 0, actor=actor, action="replay_dead_letter", resource=("dead_letter", letter["id"]), why=why,
        request_id=request_id,
    )  # fmt: skip
    return {"letter_id": letter_uuid, "outcome": told["status"], "sentence": sentence, "incident_id": told.get("incident_id")}


def _account_of(tx: Tx, letter: dict):
    """Of which account it may speak: of one of the client whose door it came by; without a client, of any linked one."""
    if letter["client_id"] is None:
        return None
    named = next((one for one in (accounts.by_aws_id(tx, aws) for aws in _named(letter["body"], tx)) if one), None)
    return named if named and named.client_id == letter["client_id"] else accounts.first_of(tx, letter["client_id"])


def _named(body: str, tx: Tx) -> list[str]:
    """The accounts that the readable parts of a body name."""
    found = []
    for record in unwrap(body):
        try:
            found += [read_event(record.event, tx.now()).account] if record.event else []
        except Unreadable:
            continue
    return found
