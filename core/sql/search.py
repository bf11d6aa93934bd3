"""One search over all clients: each kind of thing by its names and ids. Ids are ASCII: ``code`` is NULL for a text that is not."""

from core.database import Tx


def clients(tx: Tx, q: str, code: str | None, limit: int) -> list[dict]:
    return tx.all(
        "SELECT c.uuid AS id, c.name AS title, c.email AS more, c.uuid AS client_id, c.name AS client_name, NULL AS agent_id FROM clients c"
        " WHERE c.uuid = %(code)s OR INSTR(c.name, %(q)s) > 0 OR INSTR(c.email, %(q)s) > 0 ORDER BY c.name LIMIT %(limit)s",
        q=q, code=code, limit=limit,
    )  # fmt: skip


def agents(tx: Tx, q: str, code: str | None, limit: int) -> list[dict]:
    return tx.all(
        "SELECT a.uuid AS id, a.logical_name AS title, CONCAT(c.name, ' · ', a.status) AS more, c.uuid AS client_id, c.name AS client_name, a.uuid AS agent_id"
        " FROM agents a JOIN clients c ON c.id = a.client_id"
        " WHERE a.uuid = %(code)s OR INSTR(a.logical_name, %(q)s) > 0 OR INSTR(a.hostname, %(q)s) > 0 ORDER BY a.logical_name LIMIT %(limit)s",
        q=q, code=code, limit=limit,
    )  # fmt: skip


def instances(tx: Tx, q: str, code: str | None, limit: int) -> list[dict]:
    return tx.all(
        "SELECT i.uuid AS id, COALESCE(i.ec2_instance_id, i.uuid) AS title,"
        " CONCAT_WS(' · ', c.name, a.logical_name, i.instance_type, i.az_id, i.role) AS more, c.uuid AS client_id, c.name AS client_name, a.uuid AS agent_id"
        " FROM instances i JOIN clients c ON c.id = i.client_id LEFT JOIN agents a ON a.id = i.agent_id"
        " WHERE i.uuid = %(code)s OR INSTR(i.ec2_instance_id, %(code)s) > 0 OR INSTR(i.pool_id, %(code)s) > 0 ORDER BY i.id DESC LIMIT %(limit)s",
        q=q, code=code, limit=limit,
    )  # fmt: skip


def commands(tx: Tx, q: str, code: str | None, limit: int) -> list[dict]:
    return tx.all(
        "SELECT m.uuid AS id, m.kind AS title, CONCAT_WS(' · ', c.name, a.logical_name, m.status) AS more, c.uuid AS client_id,"
        " c.name AS client_name, a.uuid AS agent_id FROM commands m JOIN clients c ON c.id = m.client_id JOIN agents a ON a.id = m.agent_id"
        " WHERE m.uuid = %(code)s OR m.request_id = %(code)s OR INSTR(m.kind, %(code)s) > 0 ORDER BY m.id DESC LIMIT %(limit)s",
        q=q, code=code, limit=limit,
    )  # fmt: skip


def incidents(tx: Tx, q: str, code: str | None, limit: int) -> list[dict]:
    return tx.all(
        "SELECT i.uuid AS id, i.sentence AS title, CONCAT_WS(' · ', c.name, a.logical_name, COALESCE(i.outcome, 'open')) AS more,"
        " c.uuid AS client_id, c.name AS client_name, a.uuid AS agent_id FROM incidents i LEFT JOIN clients c ON c.id = i.client_id"
        " LEFT JOIN agents a ON a.id = i.agent_id"
        " WHERE i.uuid = %(code)s OR INSTR(i.ec2_instance_id, %(code)s) > 0 OR INSTR(i.sentence, %(q)s) > 0 ORDER BY i.id DESC LIMIT %(limit)s",
        q=q, code=code, limit=limit,
    )  # fmt: skip
