"""Who may: the administrator's token, a client's token or session, an agent's own token."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from flask import g, request

from config import settings
from core import database, errors, limits
from core.agents.enrolment import verified_join
from core.crypto import digest
from core.database import Tx
from core.domain.failover import is_join_token
from core.domain.lifecycle import Agent, Instance
from core.emergencies import level3
from core.intake import event_keys
from core.people.sessions import ACTING, is_admin_token, session_of
from core.replies import request_id
from core.sql import agents, clients, enrolment, instances

COOKIE = "spotopt_session"
UNDER_WAY = timedelta(seconds=60)
USE_IS_NOTED_EVERY = timedelta(minutes=1)
ACT_FIRST = "the administrator acts for a client only after saying why: POST /api/admin/impersonate"
WHICH_CLIENT = f"which client? Look at one with the header X-Client-ID; {ACT_FIRST}"


@dataclass(frozen=True)
class Principal:
    """Who is asking. ``key`` names it in idempotency keys and in the audit."""

    kind: str
    key: str
    client_id: int | None = None
    agent_id: int | None = None
    instance_id: int | None = None
    token_id: int | None = None
    token: str = ""
    jti: str = ""
    acting: bool = False  # the administrator, for the client (G-32)

    @property
    def is_admin(self) -> bool:
        return self.kind == "admin"

    @property
    def counted_as(self) -> str:
        """Whose share of a limit is used: a sign-in's own, for a client's people must not use up each other's."""
        return self.jti or self.key


@dataclass(frozen=True)
class Host:
    """The agent a request is about, and the instance that the caller's token is bound to, if any."""

    agent: Agent
    instance_id: int | None
    token_id: int | None
    principal: Principal
    flooding: errors.RateLimited | None = None  # it spoke too often; only news of an instance's end is heard

def require_admin(view: Callable) -> Callable:
    """The platform's administrator only."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not principal().is_admin:
            raise errors.Forbidden("the administrator's token is needed here")
        return view(*args, **kwargs)

    guarded.auth = "admin"
    return guarded


def require_person(view: Callable) -> Callable:
    """A client's token or session, or the administrator: whoever looks at the dashboard."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if principal().kind not in ("client", "session", "admin"):
            raise errors.Forbidden("a client's or the administrator's sign-in is needed here")
        return view(*args, **kwargs)

    guarded.auth = "person"
    return guarded


def require_client_auth(view: Callable) -> Callable:
    """A client's token or session; the view gets ``authenticated_client_id``. A ``client_id`` in the path must be its own.

    The administrator names the client he looks at: by the path, or by the header X-Client-ID where the path names none.
    Looking is all that the header is good for; who wants to act for a client says why first (G-32).
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        who = principal()
        named = kwargs.pop("client_id", None) or (who.is_admin and request.headers.get("X-Client-ID"))
        client_id = named_client(str(named)) if named and who.is_admin else who.client_id
        if client_id is None or who.kind == "agent":
            raise errors.Forbidden(WHICH_CLIENT if who.is_admin else "a client's token is needed here")
        if who.is_admin and named == request.headers.get("X-Client-ID") and request.method != "GET":
            raise errors.Forbidden(ACT_FIRST)
        if named and not who.is_admin and named_client(str(named)) != client_id:
            raise errors.NotFound()
        return view(*args, authenticated_client_id=client_id, **kwargs)

    guarded.auth = "client"
    return guarded


def require_agent(view: Callable) -> Callable:
    """The agent in the path: its own token, or its client's. The view gets ``host``."""

    @wraps(view)
    def guarded(*args: Any, agent_id: Any, **kwargs: Any) -> Any:
        return view(*args, host=_host(str(agent_id), principal()), **kwargs)

    guarded.auth = "agent"
    return guarded


def require_agent_report(view: Callable) -> Callable:
    """The same for what a host must be able to say: counted per agent, never against a tenant's limit (CON-13)."""

    @wraps(view)
    def guarded(*args: Any, agent_id: Any, **kwargs: Any) -> Any:
        host = _reporting(str(agent_id))
        if host.flooding:
            raise host.flooding
        return view(*args, host=host, **kwargs)

    guarded.auth = "agent"
    return guarded


def require_agent_notice(view: Callable) -> Callable:
    """The same for a notice, which may be the first of its instance and is then never refused (FAIL-45)."""

    @wraps(view)
    def guarded(*args: Any, agent_id: Any, **kwargs: Any) -> Any:
        return view(*args, host=_reporting(str(agent_id)), **kwargs)

    guarded.auth = "agent"
    return guarded


def require_enrolment(view: Callable) -> Callable:
    """An enrolment token or a join token."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if principal().kind not in ("enrol", "join"):
            raise errors.Forbidden("an enrolment token or a join token is needed here")
        return view(*args, **kwargs)

    guarded.auth = "enrolment"
    return guarded


def require_event_key(view: Callable) -> Callable:
    """An event key in X-Api-Key, or a signature made with it; the view gets the ``account`` it speaks for."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        key = database.run(_event_key)
        limits.spend("events", f"account:{key.account.id}")
        return view(*args, account=key.account, **kwargs)

    guarded.auth = "events"
    return guarded


def _event_key(tx: Tx) -> event_keys.EventKey:
    """``X-Api-Key: <key>``, or ``X-SpotOpt-Key: <its number>`` with ``X-SpotOpt-Signature: t=…,v1=…`` over the raw body."""
    sent = request.headers.get("X-SpotOpt-Signature")
    if sent:
        return event_keys.by_signature(tx, request.headers.get("X-SpotOpt-Key", ""), sent, request.get_data(cache=True), settings.current())
    return event_keys.by_secret(tx, request.headers.get("X-Api-Key", ""), settings.current())


def open_to_all(view: Callable) -> Callable:
    """Said aloud, so that no route is open by oversight."""
    view.auth = "open"
    return view


def principal(*, counted: bool = True) -> Principal:
    """Who sent this request, or Unauthenticated; counted against its rate limit once, unless it is counted elsewhere."""
    if "principal" not in g:
        g.principal, g.counted = database.run(_authenticate), False
    if counted and not g.counted:
        g.counted = True
        limits.spend({"client": "token", "enrol": "agent", "join": "agent"}.get(g.principal.kind, g.principal.kind), g.principal.counted_as)
    return g.principal


def by_whom() -> dict[str, str]:
    """Who acts in this request, and its id: what an audit row wants to know."""
    return {"actor": principal().key, "request_id": request_id()}


def _authenticate(tx: Tx) -> Principal:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return _by_token(tx, header.removeprefix("Bearer ").strip())
    if COOKIE in request.cookies:
        return _by_session(tx, request.cookies[COOKIE])
    raise errors.Unauthenticated()


def _by_token(tx: Tx, token: str) -> Principal:
    kinds = {"soc_": _client, "soa_": _agent, "soe_": _enrolling, "soj_": _joining}
    if token[:4] in kinds:
        return kinds[token[:4]](tx, token)
    if token.startswith("eyJ"):
        return _acting(tx, token)
    if is_admin_token(tx, token, settings.current()):
        return Principal("admin", "admin")
    raise errors.Unauthenticated()


def _client(tx: Tx, token: str) -> Principal:
    row = clients.by_token(tx, digest(token))
    if row is None:
        raise errors.Unauthenticated()
    if row["last_used_at"] is None or tx.now() - row["last_used_at"] > USE_IS_NOTED_EVERY:
        clients.token_used(tx, row["token_id"], tx.now())
    return Principal("client", f"client:{row['id']}", client_id=row["id"])


def _agent(tx: Tx, token: str) -> Principal:
    """``soa_<agent>_<secret>``: an agent speaks for itself alone. The first use of a new secret ends the older ones."""
    _, agent_uuid, secret = (token.split("_", 2) + ["", ""])[:3]
    row = enrolment.secret(tx, digest(secret))
    if row is None or row["agent_uuid"] != agent_uuid or row["agent_status"] == "deregistered":
        raise errors.Unauthenticated()
    if row["superseded_at"]:
        raise _old_secret(row, tx.now())
    if row["first_used_at"] is None and enrolment.first_use(tx, row["id"]):
        enrolment.supersede_older(tx, row["agent_id"], row["instance_id"], row["id"])
    return Principal(
        "agent", f"agent:{row['agent_id']}", client_id=row["client_id"], agent_id=row["agent_id"],
        instance_id=row["instance_id"], token_id=row["id"],
    )  # fmt: skip


def _old_secret(row: dict, now: datetime) -> errors.Unauthenticated:
    """A secret that a newer one ended. What was under way at the change is no alarm; later use is a copied host (SEC-10)."""
    refusal = errors.Unauthenticated("this secret was replaced by a newer one")
    if now - row["superseded_at"] <= UNDER_WAY:
        return refusal
    return refusal.alarming(
        row["client_id"], f"old_secret:{row['id']}", "A replaced secret of a host was used",
        "Somebody used an agent's secret after it had been replaced: a host or its disk was copied. The request was refused.",
    )  # fmt: skip


def _enrolling(tx: Tx, token: str) -> Principal:
    _, number, secret = (token.split("_", 2) + ["", ""])[:3]
    if not number.isdigit() or not secret:
        raise errors.Unauthenticated()
    return Principal("enrol", f"enrol:{number[:20]}", token=token)


def _joining(tx: Tx, token: str) -> Principal:
    if is_join_token(token):
        agent, epoch = level3.verify(tx, token, settings.current())
        return Principal("join", f"join:L3:{agent.id}:{epoch}", token=token)
    intent = verified_join(tx, token, settings.current())
    return Principal("join", f"join:{intent.id}", token=token)


def _by_session(tx: Tx, cookie: str) -> Principal:
    """A browser's session; it must also prove that our own page sent the request."""
    if "X-Requested-With" not in request.headers and not _is_stream():
        raise errors.Unauthenticated("X-Requested-With is missing")
    session = session_of(tx, cookie, settings.current())
    kind = "admin" if session["client_id"] is None else "session"
    return Principal(kind, session["principal"], client_id=session["client_id"], jti=session["jti"])


def _is_stream() -> bool:
    """A browser opens these without headers of ours; they change nothing, and no other page can read them."""
    return request.endpoint == "notifications.stream" or (request.endpoint == "oversight.logs" and "text/event-stream" in request.accept_mimetypes.values())


def _acting(tx: Tx, token: str) -> Principal:
    """The administrator, for a client: its rights, under a name that says both."""
    session = session_of(tx, token, settings.current(), ACTING)
    return Principal("session", session["principal"], client_id=session["client_id"], jti=session["jti"], acting=True)


def _host(agent_uuid: str, who: Principal) -> Host:
    """The agent by its uuid, if the caller may speak for it; else the same 404 as for one that is not."""
    agent = database.run(lambda tx: agents.by_uuid(tx, agent_uuid))
    own = agent and (who.is_admin or (who.client_id == agent.client_id and who.agent_id in (None, agent.id)))
    if not own or who.kind in ("enrol", "join"):
        raise errors.NotFound()
    return Host(agent, who.instance_id, who.token_id, who)


def _reporting(agent_uuid: str) -> Host:
    """The agent a report is about, counted in the agent's own bucket; a caller who may not speak for it in the caller's."""
    who = principal(counted=False)
    try:
        host = _host(agent_uuid, who)
    except errors.NotFound:
        principal()
        raise
    g.counted = True
    return replace(host, flooding=limits.over("report", f"agent:{host.agent.id}"))


def named_client(uuid: str) -> int:
    """The id of a client by its uuid; NotFound when there is none."""
    row = database.run(lambda tx: clients.by_uuid(tx, uuid))
    if row is None:
        raise errors.NotFound()
    return row["id"]


def bound_instance(tx: Tx, host: Host, named: str | None) -> Instance:
    """The instance a host's report is about: the token's own, or the named one of the same agent."""
    instance = instances.get(tx, host.instance_id) if host.instance_id else instances.by_ec2_id(tx, named or "")
    if instance is None or instance.agent_id != host.agent.id:
        raise errors.NotFound("this agent has no such instance")
    if named and instance.ec2_instance_id != named:
        raise errors.Forbidden("this token speaks for another instance").alarming(
            host.agent.client_id, f"copied_host:{instance.ec2_instance_id}", "A copy of a host speaks with its token",
            f"The token of {instance.ec2_instance_id} was used by a host that calls itself {named}. The request was refused.",
        )  # fmt: skip
    return instance
