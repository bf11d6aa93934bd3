"""Decisions about workloads, with all that they looked at."""

from datetime import datetime

from core.database import Tx


def insert(tx: Tx, *, uuid: str, client_id: int, agent_id: int, instance_id: int, verdict: str, sentence: str, inputs: str, output: str,
           confidence: float | None, confidence_why: str, model_version: str, fell_back_because: str | None, asked_by: str,
           latency_ms: float, outcome: str | None, now: datetime) -> None:  # fmt: skip
    tx.insert(
        "INSERT INTO ml_decisions (uuid, client_id, agent_id, instance_id, verdict, sentence, inputs, output, confidence,"
        " confidence_why, model_version, fell_back_because, asked_by, latency_ms, executed, outcome, created_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(agent_id)s, %(instance_id)s, %(verdict)s, %(sentence)s, %(inputs)s, %(output)s,"
        " %(confidence)s, %(confidence_why)s, %(model_version)s, %(why)s, %(asked_by)s, %(latency_ms)s, %(outcome)s IS NOT NULL, %(outcome)s, %(now)s)",
        uuid=uuid, client_id=client_id, agent_id=agent_id, instance_id=instance_id, verdict=verdict, sentence=sentence[:255],
        inputs=inputs, output=output, confidence=confidence, confidence_why=confidence_why[:255],
        model_version=model_version, why=fell_back_because and fell_back_because[:255], asked_by=asked_by, latency_ms=latency_ms,
        outcome=outcome and outcome[:255], now=now,
    )  # fmt: skip


def latest_of_agent(tx: Tx, agent_id: int) -> dict | None:
    return tx.one("SELECT * FROM ml_decisions WHERE agent_id = %(agent_id)s ORDER BY id DESC LIMIT 1", agent_id=agent_id)


def last_planned(tx: Tx, agent_id: int) -> dict | None:
    """What the planner last wrote down of an agent."""
    return tx.one(
        "SELECT verdict, sentence, output, model_version, outcome, created_at FROM ml_decisions"
        " WHERE agent_id = %(agent_id)s AND asked_by = 'planner' ORDER BY id DESC LIMIT 1",
        agent_id=agent_id,
    )


def of_client(tx: Tx, client_id: int, limit: int) -> list[dict]:
    """Newest first, with the agent's name."""
    return tx.all(
        "SELECT d.*, a.uuid AS agent_uuid, a.logical_name FROM ml_decisions d JOIN agents a ON a.id = d.agent_id"
        " WHERE d.client_id = %(client_id)s ORDER BY d.id DESC LIMIT %(limit)s",
        client_id=client_id,
        limit=limit,
    )
