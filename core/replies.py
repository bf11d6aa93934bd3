"""The one envelope: how every answer looks, and how every error becomes one."""

import json
import logging
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, has_request_context, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from core import database, errors
from core.domain.serialize import plain
from core.people import notifications

log = logging.getLogger("core.replies")


class Json(DefaultJSONProvider):
    """Times as ISO 8601 UTC, money as numbers, members in the order they were written."""

    sort_keys = False
    default = staticmethod(plain)


def to_bytes(value: Any) -> bytes:
    return json.dumps(value, default=plain, separators=(",", ":")).encode()


def success_response(data: Any, status: int = 200) -> Response:
    """``{"status": "success", "data": …}``"""
    return Response(to_bytes({"status": "success", "data": data}), status, mimetype="application/json")


def error_response(message: str, code: str, status: int, details: Any = None) -> Response:
    """``{"status": "error", "error": {code, message, request_id, details}}``"""
    error = {"code": code, "message": message, "request_id": request_id(), "details": details or {}}
    return Response(to_bytes({"status": "error", "error": error}), status, mimetype="application/json")


def request_id() -> str:
    """The caller's X-Request-ID, or one of ours to quote."""
    if "request_id" not in g:
        g.request_id = request.headers.get("X-Request-ID", "")[:128] or str(uuid4())
    return g.request_id


def mark(record: logging.LogRecord) -> bool:
    """Let a line that is logged within a request bear its id, and whose it is where that is known (LOG-10)."""
    if has_request_context():
        record.request_id = getattr(record, "request_id", None) or request_id()
        record.client_id = getattr(record, "client_id", None) or getattr(g.get("principal"), "client_id", None)
    return True


def answer_errors(app: Flask) -> None:
    """One handler for our failures, one for HTTP's, one for what nobody foresaw."""
    app.register_error_handler(errors.SpotError, _ours)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(500, _unforeseen)


def _ours(error: errors.SpotError) -> Response:
    if error.status >= 500:
        log.error(error.message, exc_info=error, extra={"path": request.path, "request_id": request_id()})
    if error.alarm:
        _raise_alarm(error.alarm)
    message = error.message if error.status < 500 or isinstance(error, errors.Unavailable) else "something went wrong on our side"
    reply = error_response(message, error.code, error.status, error.details)
    if error.retry_after is not None:
        reply.headers["Retry-After"] = str(error.retry_after)
    return reply


def _raise_alarm(alarm: errors.Alarm) -> None:
    """In a transaction of its own: the refused request's was rolled back."""
    log.warning(alarm.title, extra={"path": request.path, "request_id": request_id()})
    try:
        database.run(lambda tx: notifications.of_refusal(tx, alarm))
    except errors.SpotError as error:
        log.error("an alarm could not be stored: %s", error.message)


def _of_http(error: HTTPException) -> Response:
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}
    status = error.code or 500
    return error_response(error.description or "", code.get(status, "BAD_REQUEST" if status < 500 else "INTERNAL"), status)


def _unforeseen(error: Exception) -> Response:
    cause = getattr(error, "original_exception", None) or error
    log.error("unforeseen: %s", cause, exc_info=cause, extra={"path": request.path, "request_id": request_id()})
    return error_response("something went wrong on our side", "INTERNAL", 500)
