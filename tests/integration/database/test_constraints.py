"""What must never be untrue: each statement that would make it so, and how the database refuses it."""

import pytest

from core import errors

NOW, NULL = "UTC_TIMESTAMP(6)", "NULL"


def instance(agent: str, ec2: str, role: str) -> str:
    return (
        "INSERT INTO instances (uuid, client_id, account_id, agent_id, ec2_instance_id, instance_type, region, lifecycle, role,"
        " status, created_at) VALUES (UUID(), {client}, {account}, " + agent + ", " + ec2 + ", 'm5.large', 'us-east-1', 'spot', "
        + role + ", 'x', UTC_TIMESTAMP(6))"
    )  # fmt: skip


def incident(slot: str, closed: str) -> str:
    return (
        "INSERT INTO incidents (uuid, client_id, agent_id, aws_account, region, ec2_instance_id, cause, notice_rank, sentence,"
        " open_slot, opened_at, closed_at) VALUES (UUID(), 1, 1, '123456789012', 'us-east-1', 'i-1', 'termination', 2, 's',"
        f" {slot}, UTC_TIMESTAMP(6), {closed})"
    )


def replica(instance: str) -> str:
    return (
        "INSERT INTO replica_instances (uuid, client_id, agent_id, instance_id, incident_id, mode, pool_id, requested_at)"
        f" VALUES (UUID(), {{client}}, {{agent}}, {instance}, 7, 'emergency', 'p', UTC_TIMESTAMP(6))"
    )


def action(key: str, token: str) -> str:
    return (
        "INSERT INTO actions (uuid, client_id, account_id, kind, dedupe_key, params, client_token, next_run_at, why, created_at)"
        f" VALUES (UUID(), {{client}}, {{account}}, 'launch', '{key}', '{{{{}}}}', '{token}', UTC_TIMESTAMP(6), 'w',"
        " UTC_TIMESTAMP(6))"
    )


NOTICE = (
    "INSERT INTO notices (uuid, aws_account, region, ec2_instance_id, kind, channel, source_key, received_at, disposition,"
    " payload) VALUES (UUID(), '123456789012', 'us-east-1', 'i-1', 'rebalance', 'agent', '2026-01-01', UTC_TIMESTAMP(6),"
    " 'act', '{{}}')"
)
REPORT = (
    "INSERT INTO spot_price_snapshots (source, pool_id, price, observed_at, received_at)"
    " VALUES ('collector', 'p', 0.1, '2026-01-01', UTC_TIMESTAMP(6))"
)
NOTIFICATION = (
    "INSERT INTO notifications (uuid, client_id, dedupe_key, severity, title, text, created_at)"
    " VALUES (UUID(), {client}, 'incident:1:outcome', 'info', 't', 't', UTC_TIMESTAMP(6))"
)

COMMAND = (
    "INSERT INTO commands (uuid, client_id, agent_id, instance_id, request_id, kind, epoch, payload, actor_id, created_at, expires_at)"
    " VALUES (UUID(), {client}, {agent}, {primary}, 'request-0001', 'restart_workload', 0, '{{}}', 'admin', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))"
)

# what would be untrue, the statement that would make it so, what refuses it; then statements that are well and come before
REFUSED = [
    ("a second PRIMARY of one agent",
     "UPDATE instances SET role = 'PRIMARY' WHERE id = {replica}", "uq_one_primary"),
    ("a second PRIMARY made at once",
     instance("{agent}", "'i-9'", "'PRIMARY'"), "uq_one_primary"),
    ("an active agent without a PRIMARY",
     "UPDATE agents SET primary_instance_id = NULL WHERE id = {agent}", "ck_active_has_primary"),
    ("activating an agent without a PRIMARY",
     "UPDATE agents SET status = 'active' WHERE id = {agent}", "ck_active_has_primary",
     "UPDATE agents SET status = 'registering', primary_instance_id = NULL WHERE id = {agent}"),
    ("an agent led by another agent's instance",
     "UPDATE agents SET primary_instance_id = {foreign} WHERE id = {agent}", "fk_agent_primary"),
    ("an agent led by an unknown instance",
     "UPDATE agents SET primary_instance_id = 999999 WHERE id = {agent}", "fk_agent_primary"),
    ("an instance of another client than its agent's",
     "UPDATE instances SET client_id = {stranger} WHERE id = {replica}", "fk_inst_a"),
    ("an instance in another client's account",
     "UPDATE instances SET account_id = {foreign_account} WHERE id = {replica}", "fk_inst_account"),
    ("an agent in another client's account",
     "UPDATE agents SET account_id = {foreign_account} WHERE id = {agent}", "fk_agent_account"),
    ("an agent whose PRIMARY's row is deleted",
     "DELETE FROM instances WHERE id = {primary}", "fk_agent_primary"),
    ("ordering the end of a PRIMARY",
     "UPDATE instances SET terminate_requested_at = UTC_TIMESTAMP(6) WHERE id = {primary}", "ck_no_kill_primary"),
    ("a PRIMARY without a machine",
     "UPDATE instances SET ec2_instance_id = NULL WHERE id = {primary}", "ck_primary_has_machine"),
    ("a role without an agent",
     instance(NULL, NULL, "'REPLICA'"), "ck_role_has_agent"),
    ("an agent's instance without a role",
     instance("{agent}", NULL, NULL), "ck_role_has_agent"),
    ("one machine in two rows",
     "UPDATE instances SET ec2_instance_id = 'i-spare' WHERE id = {replica}", "uq_ec2"),
    ("automatic switching and a manual replica together",
     "UPDATE agent_configs SET manual_replica_enabled = 1 WHERE agent_id = {agent}", "ck_one_mode"),
    ("two open incidents of one instance",
     incident("1", NULL), "uq_open", incident("1", NULL)),
    ("an open incident with a time of closing",
     incident("1", NOW), "ck_open"),
    ("a closed incident without a time of closing",
     incident(NULL, NULL), "ck_open"),
    ("two live emergency replicas of one incident",
     "UPDATE replica_instances SET incident_id = 7 WHERE instance_id = {replica}", "uq_one_live_emergency", replica("{spare}")),
    ("two replica lives of one machine",
     replica("{replica}"), "uq_replica_instance"),
    ("a replica life of another agent's machine",
     replica("{foreign}"), "fk_replica_instance"),
    ("one order twice",
     action("k", "t2"), "uq_dedupe", action("k", "t1")),
    ("one ClientToken for two orders",
     action("k2", "t"), "uq_token", action("k1", "t")),
    ("one notice in two rows",
     NOTICE, "uq_notice", NOTICE),
    ("one price in two rows",
     REPORT, "PRIMARY", REPORT),
    ("the same told twice",
     NOTIFICATION, "uq_notification", NOTIFICATION),
    ("one AWS account of two clients",
     "UPDATE accounts SET aws_account_id = '123456789012' WHERE id = {foreign_account}", "uq_account_aws"),
    ("one request for two commands of a client",
     COMMAND, "uq_command_request", COMMAND),
    ("one e-mail address of two clients",
     "UPDATE clients SET email = 'a@example.com' WHERE id = {stranger}", "uq_client_email",
     "UPDATE clients SET email = 'a@example.com' WHERE id = {client}"),
]  # fmt: skip


@pytest.fixture
def names(world) -> dict:
    """Ids of one agent with a replica and a spare machine, and of a stranger's agent."""
    shop, other = world.workload(), world.workload("other", aws_account="210987654321")
    base = {
        "client": shop.client.id, "account": shop.account_id, "agent": shop.id, "primary": shop.primary.id,
        "replica": world.replica(shop).instance_id,
        "stranger": other.client.id, "foreign": other.primary.id, "foreign_account": other.account_id,
    }  # fmt: skip
    world.execute(instance("{agent}", "'i-spare'", "'REPLICA'").format(**base))
    return {**base, "spare": world.one("SELECT id FROM instances WHERE ec2_instance_id = 'i-spare'")["id"]}


@pytest.mark.parametrize("row", REFUSED, ids=[row[0] for row in REFUSED])
def test_the_database_refuses(world, names, row):
    _, statement, by, *before = row
    for well in before:
        world.execute(well.format(**names))

    with pytest.raises((errors.Refused, errors.Duplicate)) as refused:
        world.execute(statement.format(**names))

    assert by in str(refused.value.message) or by == getattr(refused.value, "key", None)


def test_an_agent_may_be_deregistered_and_its_primary_let_go(world, names):
    world.execute("UPDATE agents SET status = 'deregistered', primary_instance_id = NULL WHERE id = {agent}".format(**names))
    world.execute("UPDATE instances SET role = NULL, agent_id = NULL WHERE id = {primary}".format(**names))

    assert world.one("SELECT role FROM instances WHERE id = {primary}".format(**names))["role"] is None


def test_a_launching_row_gets_its_machine_once(world, names):
    fill = "UPDATE instances SET ec2_instance_id = '{ec2}' WHERE id = {id} AND ec2_instance_id IS NULL"
    world.execute("UPDATE instances SET ec2_instance_id = NULL WHERE id = {replica}".format(**names))

    assert [world.execute(fill.format(ec2=ec2, id=names["replica"])) for ec2 in ("i-first", "i-late")] == [1, 0]
