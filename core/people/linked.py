"""What a client has linked to us: its AWS accounts, and the tokens that speak for it."""

import json

from core.database import Tx
from core.sql import accounts, tenants


def of_client(tx: Tx, client_id: int) -> dict:
    """Accounts with their regions and how they stand; tokens by their first letters, never whole."""
    return {
        "accounts": [_account(row) for row in accounts.of_client(tx, client_id)],
        "tokens": [_token(row) for row in tenants.live_tokens(tx, client_id)],
    }


def _account(row: dict) -> dict:
    same = ("aws_account_id", "name", "status", "connection_method", "role_arn", "executor", "health", "health_reason", "created_at")
    counts = {name: int(row[name]) for name in ("machines", "event_keys")}
    return {
        "account_id": row["uuid"], **{name: row[name] for name in same}, "is_active": bool(row["is_active"]),
        "regions": json.loads(row["regions"]), **counts, "queue_polled_at": row["queue_polled_at"],
        "queue_received_at": row["queue_received_at"],
    }  # fmt: skip


def _token(row: dict) -> dict:
    same = ("prefix", "created_at", "expires_at", "last_used_at")
    return {**{name: row[name] for name in same}, "scopes": row["scopes"].split(",")}
