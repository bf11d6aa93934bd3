"""Auto Scaling groups that a client's workloads run in, and the policy by which our role may touch them."""

from flask import Blueprint
from marshmallow import fields as f

from core.answers import answers
from core.auth import require_client_auth
from core.idempotency import in_transaction
from core.people import groups
from routes.shapes import MAYBE, MUST, Reply

bp = Blueprint("groups", __name__, url_prefix="/api")


class Member(Reply):
    agent_id = f.UUID(**MUST)
    logical_name = f.Str(**MUST)
    ec2_instance_id = f.Str(**MUST)
    role = f.Str(**MUST)


class Group(Reply):
    name = f.Str(**MUST)
    region = f.Str(**MUST)
    aws_account_id = f.Str(**MUST)
    min_size = f.Int(**MUST)
    desired = f.Int(**MUST)
    max_size = f.Int(**MUST)
    az_ids = f.List(f.Str(), **MUST)
    capacity_rebalance = f.Bool(**MUST)
    hooks = f.Dict(keys=f.Str(), values=f.Int(), **MUST)
    seen_at = f.AwareDateTime(**MUST)
    members = f.List(f.Nested(Member), **MUST)


class Groups(Reply):
    groups = f.List(f.Nested(Group), **MUST)


class Policy(Reply):
    policy = f.Dict(**MUST)
    note = f.Str(**MAYBE)


@bp.get("/groups")
@require_client_auth
@in_transaction
@answers(Groups)
def list_groups(tx, authenticated_client_id):
    """The groups that workloads run in, or ran in, each with its sizes as last seen and the machines of ours."""
    return {"groups": groups.of_client(tx, authenticated_client_id)}


@bp.get("/account/iam-policy")
@require_client_auth
@in_transaction
@answers(Policy)
def iam_policy(tx, authenticated_client_id):
    """What our role needs in an AWS account, made from what each act names; to attach to the role as it is."""
    return {"policy": groups.iam_policy(), "note": "Groups and machines that we may change bear the tag ManagedBy=SpotOptimizer."}
