"""Plans, their steps, the modes that rule them, and when a move is worth it."""

from datetime import datetime

from core.database import Tx
from core.domain.decision.values import MovePolicy
from core.domain.plan import ModeRule, Plan


def insert(tx: Tx, *, uuid: str, client_id: int, account_id: int, agent_id: int, kind: str, mode: str, target: str, saves: float | None,
           risk: float | None, blast_radius: str, sentence: str, evidence: str, seen: str, fingerprint: str, expires_at: datetime,
           now: datetime) -> int:  # fmt: skip
    """The id of the new plan; Duplicate when the agent has an open one."""
    return tx.insert(
        "INSERT INTO plans (uuid, client_id, account_id, agent_id, kind, mode, target_pool_id, expected_usd_per_hour, risk, blast_radius,"
        " sentence, evidence, state_seen, fingerprint, created_at, expires_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(account_id)s, %(agent_id)s, %(kind)s, %(mode)s, %(target)s, %(saves)s, %(risk)s,"
        " %(blast_radius)s, %(sentence)s, %(evidence)s, %(seen)s, %(fingerprint)s, %(now)s, %(expires_at)s)",
        uuid=uuid, client_id=client_id, account_id=account_id, agent_id=agent_id, kind=kind, mode=mode, target=target, saves=saves,
        risk=risk, blast_radius=blast_radius[:255], sentence=sentence[:255], evidence=evidence, seen=seen, fingerprint=fingerprint,
        expires_at=expires_at, now=now,
    )  # fmt: skip


def insert_steps(tx: Tx, plan_id: int, steps: list[tuple[str, str]]) -> None:
    """Steps of (kind, sentence), in order."""
    tx.insert_many(
        "INSERT INTO plan_steps (plan_id, n, kind, sentence) VALUES (%s, %s, %s, %s)",
        [(plan_id, n, kind, sentence[:255]) for n, (kind, sentence) in enumerate(steps, 1)],
    )


def get(tx: Tx, plan_id: int) -> Plan | None:
    return Plan.maybe(tx.one("SELECT * FROM plans WHERE id = %(id)s", id=plan_id))


def agent_of(tx: Tx, client_id: int, uuid: str) -> int | None:
    """Whose plan it is, to lock that agent before the plan is read."""
    row = tx.one("SELECT agent_id FROM plans WHERE client_id = %(client_id)s AND uuid = %(uuid)s", client_id=client_id, uuid=uuid)
    return row and row["agent_id"]


def by_uuid(tx: Tx, client_id: int, uuid: str) -> Plan | None:
    return Plan.maybe(
        tx.one("SELECT * FROM plans WHERE client_id = %(client_id)s AND uuid = %(uuid)s", client_id=client_id, uuid=uuid)
    )


def open_of_agent(tx: Tx, agent_id: int) -> Plan | None:
    return Plan.maybe(tx.one("SELECT * FROM plans WHERE open_slot = %(id)s", id=agent_id))


def move(tx: Tx, plan_id: int, before: str, after: str, *, now: datetime, by: str | None = None, outcome: str | None = None,
         drift: str | None = None) -> int:  # fmt: skip
    """Along an arrow; 0 when somebody moved it first. ``by`` is set by a decision, ``outcome`` by an end."""
    return tx.execute(
        "UPDATE plans SET state = %(after)s, decided_by = COALESCE(%(by)s, decided_by),"
        " decided_at = IF(%(by)s IS NULL, decided_at, %(now)s), outcome = COALESCE(%(outcome)s, outcome),"
        " finished_at = IF(%(outcome)s IS NULL, finished_at, %(now)s), drift = COALESCE(%(drift)s, drift)"
        " WHERE id = %(id)s AND state = %(before)s",
        id=plan_id, before=before, after=after, now=now, by=by and by[:64], outcome=outcome and outcome[:255], drift=drift,
    )  # fmt: skip


def step_done(tx: Tx, plan_id: int, kind: str, now: datetime) -> None:
    tx.execute(
        "UPDATE plan_steps SET done_at = COALESCE(done_at, %(now)s) WHERE plan_id = %(id)s AND kind = %(kind)s",
        id=plan_id, kind=kind, now=now,
    )  # fmt: skip


def waiting(tx: Tx) -> list[dict]:
    """Plans that wait for somebody, oldest first."""
    return tx.all("SELECT id, agent_id FROM plans WHERE state = 'proposed' ORDER BY id LIMIT 1000")


def agents_to_plan(tx: Tx) -> list[dict]:
    """Active agents without an open plan, incident or switch, whose last proposal was not rejected within six hours."""
    return tx.all(
        "SELECT a.id, a.id AS agent_id, a.client_id, i.region, IF(i.lifecycle = 'spot', i.pool_id, NULL) AS pool_id"
        " FROM agents a JOIN instances i ON i.id = a.primary_instance_id WHERE a.status = 'active' AND a.enabled = 1"
        " AND NOT EXISTS (SELECT 1 FROM plans p WHERE p.open_slot = a.id)"
        " AND NOT EXISTS (SELECT 1 FROM plans r WHERE r.agent_id = a.id AND r.state = 'rejected'"
        "   AND r.decided_at > UTC_TIMESTAMP(6) - INTERVAL 6 HOUR)"
        " AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.agent_id = a.id AND i.open_slot = 1)"
        " AND NOT EXISTS (SELECT 1 FROM switches s WHERE s.live_slot = a.id) ORDER BY a.id LIMIT 1000"
    )


def of_client(tx: Tx, client_id: int, state: str | None, limit: int) -> list[dict]:
    """Those that wait first, then the newest."""
    return tx.all(
        LISTED + " WHERE p.client_id = %(client_id)s AND (%(state)s IS NULL OR p.state = %(state)s)"
        " ORDER BY p.state <> 'proposed', p.id DESC LIMIT %(limit)s",
        client_id=client_id, state=state, limit=limit,
    )  # fmt: skip


def shown(tx: Tx, client_id: int, uuid: str) -> dict | None:
    return tx.one(LISTED + " WHERE p.client_id = %(client_id)s AND p.uuid = %(uuid)s", client_id=client_id, uuid=uuid)


def steps(tx: Tx, plan_id: int) -> list[dict]:
    return tx.all("SELECT n, kind, sentence, done_at FROM plan_steps WHERE plan_id = %(id)s ORDER BY n", id=plan_id)


def modes(tx: Tx, client_id: int) -> list[ModeRule]:
    rows = tx.all("SELECT account_id, agent_id, kind, mode FROM plan_modes WHERE client_id = %(id)s", id=client_id)
    return [ModeRule.from_row(row) for row in rows]


def shown_modes(tx: Tx, client_id: int) -> list[dict]:
    return tx.all(
        "SELECT c.uuid AS account_id, a.uuid AS agent_id, a.logical_name AS agent_name, m.kind, m.mode, m.set_by, m.set_at"
        " FROM plan_modes m LEFT JOIN agents a ON a.id = m.agent_id LEFT JOIN accounts c ON c.id = m.account_id"
        " WHERE m.client_id = %(id)s ORDER BY m.agent_id, m.account_id, m.kind",
        id=client_id,
    )


def set_mode(tx: Tx, client_id: int, account_id: int, agent_id: int, kind: str, mode: str, by: str, now: datetime) -> None:
    tx.execute(
        "INSERT INTO plan_modes (client_id, account_id, agent_id, kind, mode, set_by, set_at)"
        " VALUES (%(client_id)s, %(account_id)s, %(agent_id)s, %(kind)s, %(mode)s, %(by)s, %(now)s)"
        " ON DUPLICATE KEY UPDATE mode = VALUES(mode), set_by = VALUES(set_by), set_at = VALUES(set_at)",
        client_id=client_id, account_id=account_id, agent_id=agent_id, kind=kind, mode=mode, by=by[:64], now=now,
    )  # fmt: skip


def policy(tx: Tx, agent_id: int) -> MovePolicy | None:
    """The agent's own; None where it has none."""
    return MovePolicy.maybe(tx.one("SELECT * FROM switch_policies WHERE agent_id = %(id)s", id=agent_id))


def set_policy(tx: Tx, agent_id: int, policy: MovePolicy) -> None:
    tx.execute(
        "INSERT INTO switch_policies (agent_id, min_saving_pct, cooldown_seconds, restore_after_seconds, return_window)"
        " VALUES (%(id)s, %(min_saving)s, %(cooldown)s, %(restore)s, %(window)s)"
        " ON DUPLICATE KEY UPDATE min_saving_pct = VALUES(min_saving_pct), cooldown_seconds = VALUES(cooldown_seconds),"
        " restore_after_seconds = VALUES(restore_after_seconds), return_window = VALUES(return_window)",
        id=agent_id, min_saving=policy.min_saving_pct, cooldown=policy.cooldown_seconds, restore=policy.restore_after_seconds,
        window=policy.return_window,
    )  # fmt: skip


def account_id(tx: Tx, client_id: int, uuid: str) -> int | None:
    row = tx.one("SELECT id FROM accounts WHERE client_id = %(client_id)s AND uuid = %(uuid)s", client_id=client_id, uuid=uuid)
    return row and row["id"]


LISTED = """
SELECT p.*, a.uuid AS agent_uuid, a.logical_name, s.price AS target_price
  FROM plans p
  JOIN agents a ON a.id = p.agent_id
  LEFT JOIN spot_pools s ON s.pool_id = p.target_pool_id
"""
