"""Clients, agents and machines for tests, made through the product's own use-cases."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from config.settings import Settings, use
from core.agents import enrolment, hosts
from core.database import Database, Tx
from core.domain.incident import Incident
from core.domain.lifecycle import Agent, Instance, Replica, Role
from core.domain.pools import pool_id
from core.emergencies import emergency
from core.people import clients
from core.sql import agents, incidents, instances, pools, replicas

ACCOUNT, REGION = "123456789012", "us-east-1"
ZONES = ("use1-az6", "use1-az1", "use1-az2")
PRICES = {"m5.large": (0.032, 0.096), "c5.large": (0.029, 0.085), "m6i.large": (0.035, 0.096)}


@dataclass(frozen=True)
class Client:
    """A client organisation with its token."""

    id: int
    uuid: str
    token: str


@dataclass(frozen=True)
class Workload:
    """An enrolled agent, its PRIMARY's row, and the bearer token of its host."""

    id: int
    uuid: str
    client: Client
    account_id: int
    primary: Instance
    token: str


class World:
    """Every method commits what it makes."""

    def __init__(self, db: Database, settings: Settings):
        self.db, self.settings = db, use(settings)

    def client(self, name: str = "Acme") -> Client:
        made = self.db.run(lambda tx: clients.create(tx, name=name, email=f"{uuid4().hex[:8]}@example.com", actor="admin"))
        row = self.one("SELECT id FROM clients WHERE uuid = %(uuid)s", uuid=made["client"]["client_id"])
        return Client(row["id"], made["client"]["client_id"], made["token"])

    def workload(
        self, name: str = "web-shop", client: Client | None = None, *, ec2_id: str | None = None, aws_account: str = ACCOUNT,
        instance_type: str = "m5.large", az_id: str = "use1-az6", lifecycle: str = "spot",
    ) -> Workload:  # fmt: skip
        """A host enrols as a new agent."""
        client = client or self.client()
        secret = secrets.token_urlsafe(32)
        body = registration(secret, name, ec2_id or new_ec2_id(), instance_type, az_id, lifecycle)

        def enrol(tx: Tx):
            account_id = clients.linked_account(tx, client.id, aws_account, REGION, self.settings)
            token, _ = enrolment.issue_enrolment_token(tx, client.id, account_id, "admin")
            return enrolment.register_new_agent(tx, token, body, self.settings)

        made = self.db.run(enrol)
        return Workload(made.agent.id, made.agent.uuid, client, made.agent.account_id, made.instance, f"soa_{made.agent.uuid}_{secret}")

    def prices(self, at: datetime | None = None) -> None:
        """Spot and on-demand prices of every pool of the small market."""

        def write(tx: Tx) -> None:
            now = tx.now()
            pools.write_pools(tx, [
                (pool_id(zone, name), REGION, zone, name, 2, 8192, "x86_64", spot + 0.001 * n, at or now, now)
                for name, (spot, _) in PRICES.items() for n, zone in enumerate(ZONES)
            ])  # fmt: skip
            pools.write_on_demand(tx, [(REGION, name, usd, now) for name, (_, usd) in PRICES.items()])

        self.db.run(write)

    def replica(self, workload: Workload, *, ec2_id: str | None = None, ready: bool = True, az_id: str = "use1-az1") -> Replica:
        """A replica of the workload: launched, and ready with a host that speaks, unless ``ready`` is false."""

        def make(tx: Tx) -> Replica:
            now, expiry = tx.now(), tx.now() + timedelta(hours=6)
            pool = pool_id(az_id, "m5.large")
            instance_id = instances.insert(
                tx, uuid=str(uuid4()), client_id=workload.client.id, account_id=workload.account_id, agent_id=workload.id,
                ec2_id=ec2_id or new_ec2_id(), instance_type="m5.large", region=REGION, az=None, az_id=az_id, pool_id=pool,
                lifecycle="spot", role=Role.REPLICA, reason="made by a test", status="launching", launch_spec=None,
                replica_of_id=workload.primary.id, replica_expiry=expiry, now=now,
            )  # fmt: skip
            replicas.insert(
                tx, uuid=str(uuid4()), client_id=workload.client.id, agent_id=workload.id, instance_id=instance_id,
                incident_id=None, mode="emergency", pool_id=pool, expires_at=expiry, now=now,
            )  # fmt: skip
            replicas.set_launched(tx, instance_id, now)
            return replicas.of_instance(tx, instance_id)

        made = self.db.run(make)
        if ready:
            self.ready(workload, made.instance_id)
        return self.db.run(lambda tx: replicas.of_instance(tx, made.instance_id))

    def ready(self, workload: Workload, instance_id: int) -> None:
        """The host of a replica speaks, and has prepared itself."""
        self.beat(workload, instance_id)
        uuid = self.db.run(lambda tx: replicas.of_instance(tx, instance_id)).uuid
        self.db.run(lambda tx: hosts.report_replica(tx, workload.id, uuid, None, {"status": "ready", "boot_time_seconds": 3.0}))

    def beat(self, workload: Workload, instance_id: int, serving: bool | None = None, since_age_ms: int = 0, hears: bool | None = None) -> None:
        """A heartbeat of the host of ``instance_id``; whether it ``hears`` of notices by its metadata, if it says so."""
        age = None if serving is None else since_age_ms
        body = {"epoch_seen": 1, "spooled": 0, "dead_notices": 0, "serving": serving, "since_age_ms": age}
        if hears is not None:
            body["imds"] = {"ok": hears, "last_ok_age_ms": 0 if hears else 20_000}
        self.db.run(lambda tx: hosts.heartbeat(tx, agents.get(tx, workload.id), instances.get(tx, instance_id), None, body))

    def serves(self, workload: Workload, instance_id: int, serving: bool = True) -> None:
        """The workload of a host began, or ceased, to answer."""
        body = {"serving": serving, "since_age_ms": 0, "epoch_seen": 1}
        self.db.run(lambda tx: hosts.report_serving(tx, workload.id, instance_id, body))

    def rebalance(self, workload: Workload, ec2_id: str | None = None) -> dict:
        """The agent tells of a rebalance recommendation."""
        at = self.now().isoformat()
        body = {"instance_id": ec2_id or workload.primary.ec2_instance_id, "notice_time": at, "detected_at": at}
        return self.db.run(lambda tx: emergency.handle_rebalance_notice(tx, workload.id, None, body))

    def interruption(self, workload: Workload, ec2_id: str | None = None, lead_seconds: float = 118) -> dict:
        """The agent tells of an interruption notice."""
        now = self.now()
        body = {
            "instance_id": ec2_id or workload.primary.ec2_instance_id, "action": "terminate", "detected_at": now.isoformat(),
            "termination_time": (now + timedelta(seconds=lead_seconds)).isoformat(),
        }  # fmt: skip
        return self.db.run(lambda tx: emergency.handle_termination_notice(tx, workload.id, None, body))

    def at_work(self) -> Workload:
        """A workload on a known market: its host is heard and serves, and EC2 was asked about it."""
        self.prices()
        made = self.workload()
        self.beat(made, made.primary.id, serving=True)
        self.looked_at()
        return made

    def looked_at(self) -> None:
        """As after EC2 was asked about every machine: what a twin of it is made of is known."""
        self.execute("UPDATE instances SET launch_spec = '{\"image_id\": \"ami-1\"}' WHERE launch_spec IS NULL")

    def jump(self, **time: float) -> None:
        """The database's clock jumps forward: ``jump(hours=6)``."""
        self.execute(
            "INSERT INTO system_settings (k, v, requested_at) VALUES ('CLOCK_OFFSET_SECONDS', %(s)s, UTC_TIMESTAMP(6))"
            " ON DUPLICATE KEY UPDATE v = v + VALUES(v)",
            s=timedelta(**time).total_seconds(),
        )

    def now(self) -> datetime:
        return self.db.run(lambda tx: tx.now())

    def agent(self, workload: Workload) -> Agent:
        return self.db.run(lambda tx: agents.get(tx, workload.id))

    def instance(self, instance_id: int) -> Instance:
        return self.db.run(lambda tx: instances.get(tx, instance_id))

    def incident(self, uuid: str) -> Incident:
        row = self.one("SELECT id FROM incidents WHERE uuid = %(uuid)s", uuid=uuid)
        return self.db.run(lambda tx: incidents.get(tx, row["id"]))

    def one(self, sql: str, **params) -> dict | None:
        return self.db.run(lambda tx: tx.one(sql, **params))

    def all(self, sql: str, **params) -> list[dict]:
        return self.db.run(lambda tx: tx.all(sql, **params))

    def execute(self, sql: str, **params) -> int:
        return self.db.run(lambda tx: tx.execute(sql, **params))


def new_ec2_id() -> str:
    return f"i-{secrets.token_hex(9)[:17]}"


def registration(secret: str, name: str, ec2_id: str, instance_type: str, az_id: str, lifecycle: str) -> dict:
    """What a host says of itself at its first contact."""
    return {
        "hostname": name, "logical_name": name, "instance_id": ec2_id, "instance_type": instance_type, "region": REGION,
        "az": "us-east-1a", "az_id": az_id, "lifecycle": lifecycle, "ami_id": "ami-00000000000000001", "agent_version": "0.1.0",
        "protocol": 1, "agent_secret": secret, "nonce": secrets.token_urlsafe(24), "identity_document": "{}",
        "identity_signature": None,
    }  # fmt: skip
