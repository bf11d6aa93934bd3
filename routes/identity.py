"""Signing in to the dashboard and out again."""

from flask import Blueprint, request
from marshmallow import fields, validate

from config.settings import current
from core import database, limits
from core.auth import COOKIE, by_whom, open_to_all, principal, require_person
from core.idempotency import in_transaction
from core.operations import installation
from core.people import clients, impersonation, sessions
from core.replies import success_response
from core.validation import Body, takes, takes_nothing

bp = Blueprint("identity", __name__, url_prefix="/api/auth")


class SignIn(Body):
    token = fields.Str(required=True, validate=validate.Length(8, 200))


@bp.post("/token")
@open_to_all
@takes(SignIn)
def sign_in(body):
    """Exchange a client's token, or the administrator's, for a session cookie."""
    limits.spend("sign-in", request.remote_addr or "unknown")
    agent = request.headers.get("User-Agent", "")
    who, cookie = database.run(
        lambda tx: sessions.sign_in(tx, body["token"], current(), ip=request.remote_addr, user_agent=agent)
    )
    reply = success_response(who)
    reply.set_cookie(
        COOKIE, cookie, max_age=current().session_hours * 3600, httponly=True, secure=current().secure_cookies, samesite="Strict"
    )
    return reply


@bp.get("/me")
@require_person
@in_transaction
def who_am_i(tx):
    """Who is signed in, and what the dashboard must show over everything."""
    who = principal()
    limits.spend("identity", who.counted_as)
    client = clients.details(tx, who.client_id) if who.client_id else {"client_id": None, "name": "Administrator"}
    return {
        "kind": "admin" if who.is_admin else "client", "client_id": client["client_id"], "name": client["name"],
        "acting": impersonation.shown(tx, who.jti) if who.acting else None,
        **installation.over_everything(tx),
    }  # fmt: skip


@bp.post("/logout")
@open_to_all
@takes_nothing
def sign_out():
    """The session is dead on the next request. Who acts for a client ends that, and stays signed in himself."""
    who, request_id = principal(), by_whom()["request_id"]
    limits.spend("identity", who.counted_as)
    if who.acting:
        database.run(lambda tx: impersonation.end(tx, who.jti, who.client_id, actor=who.key, request_id=request_id))
        return success_response({"signed_out": False})
    if who.jti:
        database.run(lambda tx: sessions.sign_out(tx, who.jti))
    reply = success_response({"signed_out": True})
    reply.delete_cookie(COOKIE)
    return reply
