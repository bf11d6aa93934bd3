"""How this host becomes known to the server."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from agent import PROTOCOL, VERSION
from agent.backoff import Backoff
from agent.config import Config
from agent.contact import Contact
from agent.identity import Identity
from agent.imds import Imds, Trouble, about_this_host
from agent.server import Permanent, Server, Temporary
from agent.system import hostname

log = logging.getLogger("agent.registration")


def know_yourself(imds: Imds, stopping: threading.Event) -> dict[str, str] | None:
    """What the metadata says of this host, however long it takes; None when the agent is to stop."""
    backoff = Backoff(1, 15)
    while not stopping.is_set():
        try:
            return about_this_host(imds)
        except Trouble as error:
            log.warning("metadata: %s", error)
            stopping.wait(backoff.next())
    return None


def register(
    config: Config, identity: Identity, host: dict[str, str], stopping: threading.Event, contact: Contact,
    superseded: Callable[[], None],
) -> dict | None:  # fmt: skip
    """Register until the server answers. The secret is on disk before it is sent, and one request id serves every try."""
    server, backoff = Server(config.server_url, config.token, contact), Backoff(0.5, 5 if config.predecessor else 20)
    body = _body(config, identity, host)
    request_id = f"register-{identity.nonce}"
    while not stopping.is_set():
        try:
            reply = server.post("/api/agents/register", body, request_id)
            identity.registered(reply["agent_id"], reply["replica_id"])
            return reply
        except Temporary as error:
            log.info("registration: %s", error)
            if error.code == "CONFLICT":
                superseded()
            stopping.wait(_wait(error, backoff, config))
        except Permanent as error:
            log.error("registration was refused: %s", error)
            stopping.wait(30 + backoff.next())
    return None


def _wait(error: Temporary, backoff: Backoff, config: Config) -> float:
    """BUSY means that the launch is about to be recorded; a machine launched alone waits for a sweep."""
    if error.code == "BUSY" and not config.predecessor:
        return 0.3
    return error.retry_after or backoff.next()


def _body(config: Config, identity: Identity, host: dict[str, str]) -> dict:
    return {
        **host,
        "hostname": hostname(),
        "agent_version": VERSION,
        "protocol": PROTOCOL,
        "agent_secret": identity.secret,
        "nonce": identity.nonce,
        "identity_signature": None,
        "logical_name": config.logical_name or None,
    }


def seconds_since_launch(imds: Imds) -> float | None:
    """From the instance's pendingTime to now; None where the two clocks do not agree."""
    try:
        launched = datetime.fromisoformat(imds.json("dynamic/instance-identity/document")["pendingTime"])
    except (Trouble, KeyError, TypeError, ValueError):
        return None
    age = time.time() - launched.timestamp()
    return round(age, 1) if 0 <= age < 86400 else None
