"""Same request, one effect: the key is inserted first, in the transaction that does the work and stores the reply.

There is no in-progress state: the uncommitted insert is it, and the database removes it when a worker dies.
"""

import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from flask import Response, request

from core import database, errors
from core.auth import principal
from core.database import Tx
from core.domain.serialize import canonical
from core.replies import success_response
from core.sql import idempotency
from core.validation import request_object

REQUEST_ID = re.compile(r"[A-Za-z0-9._:\-]{8,128}")


def require_idempotency_key(view: Callable) -> Callable:
    """Run the view once per (principal, X-Request-ID), in one transaction; it gets ``tx`` first.

    The same id with the same body is answered with the stored reply; with another body, 422.
    """
    return _once(view, secret=False)


def require_idempotency_key_for_secret(view: Callable) -> Callable:
    """The same for replies that carry a secret: they are not stored, and a replay answers ALREADY_ISSUED.

    Who acts for a client is given none: a secret would outlive the half hour.
    """
    return _once(view, secret=True)


def honours_request_id(view: Callable) -> Callable:
    """For a write that may be repeated: in one transaction, and once per X-Request-ID if the request bears one (CON-05)."""
    guarded, bare = _once(view, secret=False), in_transaction(view)

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Response:
        return (guarded if "X-Request-ID" in request.headers else bare)(*args, **kwargs)

    run.honours_request_id = True
    return run


def in_transaction(view: Callable) -> Callable:
    """Run the view in one transaction, from its start again when a race is lost; it gets ``tx`` first."""

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Response:
        return _shaped(database.run(lambda tx: view(tx, *args, **kwargs)))

    return run


def _once(view: Callable, *, secret: bool) -> Callable:
    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Response:
        if secret and principal().acting:
            raise errors.Forbidden("secrets are given to the client itself, not to who acts for it")
        request.request_id = key = _valid_key()
        who, fingerprint = principal().key, _fingerprint()
        try:
            return database.run(lambda tx: _work(tx, who, key, fingerprint, secret, view, args, kwargs))
        except errors.Duplicate as duplicate:
            if duplicate.key != "PRIMARY":
                raise
            return _replayed(who, key, fingerprint)

    run.idempotent = True
    return run


def _work(
    tx: Tx, who: str, key: str, fingerprint: bytes, secret: bool, view: Callable, args: tuple, kwargs: dict
) -> Response:
    """1 claim the key  2 do the work  3 store the reply; the caller commits."""
    _claim(tx, who, key, fingerprint)
    reply = _shaped(view(tx, *args, **kwargs))
    idempotency.store_reply(tx, who, key, reply.status_code, None if secret else reply.get_data())
    return reply


def _claim(tx: Tx, who: str, key: str, fingerprint: bytes) -> None:
    """Insert the key; RequestInProgress when a copy of this request holds it for longer than we wait."""
    try:
        idempotency.insert(tx, who, key, fingerprint)
    except errors.Busy:
        raise errors.RequestInProgress() from None


def _replayed(who: str, key: str, fingerprint: bytes) -> Response:
    stored = database.run(lambda tx: idempotency.stored(tx, who, key))
    if stored is None:
        raise errors.RequestInProgress()
    if stored["fingerprint"] != fingerprint:
        raise errors.RequestIdReused()
    if stored["body"] is None:
        raise errors.AlreadyIssued()
    return Response(
        stored["body"], stored["status_code"], mimetype="application/json", headers={"Idempotent-Replayed": "true"}
    )


def _valid_key() -> str:
    key = request.headers.get("X-Request-ID", "")
    if not REQUEST_ID.fullmatch(key):
        raise errors.MissingRequestId()
    return key


def _fingerprint() -> bytes:
    return sha256("\n".join((request.method, request.path, canonical(request_object()))).encode()).digest()


def _shaped(answer: Any) -> Response:
    """A view returns data, or data with a status."""
    if isinstance(answer, Response):
        return answer
    data, status = answer if isinstance(answer, tuple) else (answer, 200)
    return success_response(data, status)
