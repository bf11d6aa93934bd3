"""The figures of /metrics in one read."""

from core.database import Tx


def figures(tx: Tx) -> dict:
    return tx.one(
        "SELECT (SELECT COUNT(*) FROM agents WHERE status = 'active') AS agents,"
        " (SELECT COUNT(*) FROM agents a LEFT JOIN agent_heartbeats h ON h.instance_id = a.primary_instance_id"
        "   WHERE a.status = 'active' AND COALESCE(h.contact_at, a.created_at) < UTC_TIMESTAMP(6) - INTERVAL 45 SECOND) AS agents_silent,"
        " (SELECT COUNT(*) FROM incidents WHERE open_slot = 1) AS incidents_open,"
        " (SELECT COALESCE(SUM(epoch), 0) FROM agents) AS promotions_total,"
        " (SELECT COALESCE(SUM(sightings), 0) FROM notices) AS notices_total,"
        " (SELECT COUNT(*) FROM actions WHERE state = 'pending') AS actions_pending,"
        " (SELECT TIMESTAMPDIFF(SECOND, MIN(next_run_at), UTC_TIMESTAMP(6)) FROM actions WHERE state = 'pending') AS actions_oldest_seconds,"
        " (SELECT COUNT(*) FROM replica_instances WHERE ended_at IS NULL) AS replicas_live,"
        " (SELECT COUNT(*) FROM instances WHERE role = 'ZOMBIE') AS zombies,"
        " (SELECT COUNT(*) FROM dead_letters) AS dead_letters_total,"
        " (SELECT COUNT(*) FROM account_holds) AS accounts_held,"
        " (SELECT COUNT(*) FROM account_breakers WHERE open_until IS NOT NULL) AS accounts_away,"
        " COALESCE((SELECT v <> 'off' FROM system_settings WHERE k = 'SAFE_MODE'), 1) AS safe_mode"
    )
