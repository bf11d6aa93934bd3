"""Replays: policies played on one's own history before they are switched on."""

from datetime import UTC, datetime

from flask import Blueprint, Response
from marshmallow import ValidationError, fields, validate, validates_schema

from core.answers import answers
from core.auth import principal, require_client_auth
from core.idempotency import in_transaction, require_idempotency_key
from core.moves import replays
from core.replay.own_lineup import NAMES, USUAL
from core.replies import request_id
from core.validation import Body, asks, takes

bp = Blueprint("replays", __name__, url_prefix="/api")

FIRST_SPOT = datetime(2009, 12, 14, tzinfo=UTC)  # nobody has older prices
REBALANCE = ("off", "observe", "prepare_replica", "switch")
Region = validate.Regexp(r"^[a-z0-9-]{5,32}$")
Name = validate.Regexp(r"^[a-z0-9][a-z0-9 -]{0,30}$")
Window = validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")


class Custom(Body):
    """A policy of one's own; what is left out is the product's default."""

    name = fields.Str(required=True, validate=Name)
    moves = fields.Bool(load_default=True)
    min_saving_pct = fields.Int(load_default=10, strict=True, validate=validate.Range(0, 100))
    cooldown_seconds = fields.Int(load_default=3600, strict=True, validate=validate.Range(60, 30 * 86400))
    restore_after_seconds = fields.Int(load_default=3600, strict=True, validate=validate.Range(0, 30 * 86400))
    return_window = fields.Str(load_default=None, allow_none=True, validate=Window)
    rebalance_mode = fields.Str(load_default="prepare_replica", validate=validate.OneOf(REBALANCE))
    on_demand_fallback = fields.Bool(load_default=True)


class Question(Body):
    """``until`` null: now. ``hazard`` times the Spot Advisor's rates where nobody watched; 0: records alone."""

    region = fields.Str(load_default=None, allow_none=True, validate=Region)
    days = fields.Int(load_default=30, strict=True, validate=validate.Range(1, 90))
    until = fields.AwareDateTime(load_default=None, allow_none=True, format="iso", default_timezone=UTC, validate=validate.Range(FIRST_SPOT))
    policies = fields.List(fields.Str(validate=validate.OneOf(NAMES)), load_default=list(USUAL), validate=validate.Length(1, len(NAMES)))
    custom = fields.List(fields.Nested(Custom), load_default=list, validate=validate.Length(max=4))
    draws = fields.Int(load_default=10, strict=True, validate=validate.Range(1, 30))
    seed = fields.Int(load_default=0, strict=True, validate=validate.Range(0, 2**31))
    hazard = fields.Float(load_default=1.0, validate=validate.Range(0, 100))

    @validates_schema
    def each_name_stands_for_one_policy(self, data, **_):
        names = [one["name"] for one in data["custom"]]
        if len(set(names)) < len(names) or set(names) & set(NAMES):
            raise ValidationError("each needs a name of its own, and none of the known ones", "custom")


class Newest(Body):
    limit = fields.Int(load_default=20, validate=validate.Range(1, 100))


class OnePolicy(Body):
    policy = fields.Str(required=True, validate=Name)


class Nothing(Body):
    """No member is needed."""


@bp.get("/replays")
@require_client_auth
@asks(Newest)
@in_transaction
def list_replays(tx, authenticated_client_id, query):
    """What can be replayed, by which policies, and the newest replays."""
    return replays.overview(tx, authenticated_client_id, query["limit"])


@bp.post("/replays")
@require_client_auth
@takes(Question)
@answers(status=202)
@require_idempotency_key
def ask_replay(tx, body, authenticated_client_id):
    """Play policies on the client's own history; 409 when two wait or run already, or nothing is known of the span."""
    return replays.request(tx, authenticated_client_id, body, actor=principal().key, request_id=request_id()), 202


@bp.get("/replays/<uuid:replay_id>")
@require_client_auth
@in_transaction
def one_replay(tx, replay_id, authenticated_client_id):
    """How far it is, in a share and a sentence."""
    return replays.show(tx, authenticated_client_id, str(replay_id))


@bp.get("/replays/<uuid:replay_id>/report")
@require_client_auth
@in_transaction
def replay_report(tx, replay_id, authenticated_client_id):
    """Every policy's figures with their intervals, differences to one's own, and what the data cannot tell; 409 before the end."""
    return replays.report(tx, authenticated_client_id, str(replay_id))


@bp.get("/replays/<uuid:replay_id>/actions")
@require_client_auth
@asks(OnePolicy)
@answers(bare="application/x-ndjson")
@in_transaction
def replay_actions(tx, replay_id, authenticated_client_id, query):
    """A policy's action log: one JSON object per line, from which its figures can be recomputed."""
    lines = replays.actions(tx, authenticated_client_id, str(replay_id), query["policy"])
    named = {"Content-Disposition": f'attachment; filename="actions-{query["policy"].replace(" ", "-")}.jsonl"'}
    return Response(lines, mimetype="application/x-ndjson", headers=named)


@bp.post("/replays/<uuid:replay_id>/cancel")
@require_client_auth
@takes(Nothing)
@require_idempotency_key
def cancel_replay(tx, replay_id, body, authenticated_client_id):
    """Stop it: at once while it waits, within seconds while it runs."""
    return replays.cancel(tx, authenticated_client_id, str(replay_id), actor=principal().key)
