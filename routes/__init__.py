"""HTTP: one blueprint per noun. A view names its guards, calls one use-case and shapes the answer."""

from routes.activity import bp as activity
from routes.admin import bp as admin
from routes.agents import bp as agents
from routes.alerts import bp as alerts
from routes.clients import bp as clients
from routes.commands import bp as commands
from routes.controls import bp as controls
from routes.dashboard import bp as dashboard
from routes.decisions import bp as decisions
from routes.emergency import bp as emergency
from routes.events import bp as events
from routes.failover import bp as failover
from routes.groups import bp as groups
from routes.health import bp as health
from routes.host_executor import bp as host_executor
from routes.identity import bp as identity
from routes.inbox import bp as inbox
from routes.incidents import bp as incidents
from routes.instances import bp as instances
from routes.market import bp as market
from routes.models import bp as models
from routes.monitoring import bp as monitoring
from routes.notifications import bp as notifications
from routes.oversight import bp as oversight
from routes.plans import bp as plans
from routes.platform import bp as platform
from routes.policies import bp as policies
from routes.reference import bp as reference
from routes.replays import bp as replays
from routes.replicas import bp as replicas
from routes.reporting import bp as reporting
from routes.savings import bp as savings
from routes.switching import bp as switching
from routes.tenants import bp as tenants
from routes.workloads import bp as workloads

BLUEPRINTS = (
    health,
    identity,
    admin,
    clients,
    agents,
    instances,
    replicas,
    decisions,
    emergency,
    events,
    failover,
    commands,
    reporting,
    market,
    models,
    notifications,
    workloads,
    inbox,
    alerts,
    host_executor,
    controls,
    tenants,
    incidents,
    activity,
    groups,
    platform,
    monitoring,
    reference,
    oversight,
    switching,
    plans,
    policies,
    replays,
    savings,
    dashboard,
)
