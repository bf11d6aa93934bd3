"""The replies of the administrator's routes, described; the tests hold the real ones to it."""

from marshmallow import RAISE, Schema
from marshmallow import fields as f

MAYBE = {"allow_none": True, "required": True}
MUST = {"required": True}


class Reply(Schema):
    """A reply has exactly the members that are declared."""

    class Meta:
        unknown = RAISE


class RoleCounts(Reply):
    PRIMARY = f.Int(**MUST)
    REPLICA = f.Int(**MUST)
    ZOMBIE = f.Int(**MUST)
    TERMINATED = f.Int(**MUST)


class Stats(Reply):
    clients = f.Int(**MUST)
    agents = f.Int(**MUST)
    instances = f.Nested(RoleCounts, **MUST)
    switches = f.Int(**MUST)
    open_incidents = f.Int(**MUST)
    savings_usd = f.Float(**MAYBE)
    monthly_spend_usd = f.Float(**MAYBE)
    unpriced_instances = f.Int(**MUST)


class Token(Reply):
    prefix = f.Str(**MUST)
    scopes = f.Str(**MUST)
    created_at = f.AwareDateTime(**MUST)
    expires_at = f.AwareDateTime(**MAYBE)
    last_used_at = f.AwareDateTime(**MAYBE)


class Client(Reply):
    client_id = f.UUID(**MUST)
    name = f.Str(**MUST)
    email = f.Str(**MUST)
    status = f.Str(**MUST)
    created_at = f.AwareDateTime(**MUST)
    agents = f.Int(**MUST)
    instances = f.Int(**MUST)
    open_incidents = f.Int(**MUST)
    last_activity_at = f.AwareDateTime(**MAYBE)
    savings_usd = f.Float(**MAYBE)
    tokens = f.List(f.Nested(Token), **MUST)


class Clients(Reply):
    clients = f.List(f.Nested(Client), **MUST)
    next_cursor = f.Str(**MAYBE)


class Day(Reply):
    date = f.Date(**MUST)
    total = f.Int(**MUST)
    new = f.Int(**MUST)


class Growth(Reply):
    days = f.List(f.Nested(Day), **MUST)


class Instance(Reply):
    instance_id = f.UUID(**MUST)
    agent_id = f.UUID(**MAYBE)
    agent_name = f.Str(**MAYBE)
    client_id = f.UUID(**MUST)
    client_name = f.Str(**MUST)
    ec2_instance_id = f.Str(**MAYBE)
    instance_type = f.Str(**MUST)
    region = f.Str(**MUST)
    az = f.Str(**MAYBE)
    az_id = f.Str(**MAYBE)
    pool_id = f.Str(**MAYBE)
    lifecycle = f.Str(**MUST)
    role = f.Str(**MAYBE)
    status = f.Str(**MUST)
    state = f.Str(**MAYBE)
    auth_status = f.Str(**MUST)
    asg_name = f.Str(**MAYBE)
    launched_at = f.AwareDateTime(**MAYBE)
    ended_at = f.AwareDateTime(**MAYBE)
    created_at = f.AwareDateTime(**MUST)
    sentence = f.Str(**MAYBE)
    price_usd_per_hour = f.Float(**MAYBE)
    on_demand_usd_per_hour = f.Float(**MAYBE)
    price_is_stale = f.Bool(**MAYBE)


class Instances(Reply):
    instances = f.List(f.Nested(Instance), **MUST)
    next_cursor = f.Str(**MAYBE)


class Agent(Reply):
    agent_id = f.UUID(**MUST)
    client_id = f.UUID(**MUST)
    client_name = f.Str(**MUST)
    logical_name = f.Str(**MUST)
    hostname = f.Str(**MUST)
    status = f.Str(**MUST)
    presence = f.Str(**MUST)
    agent_version = f.Str(**MUST)
    protocol = f.Int(**MUST)
    epoch = f.Int(**MUST)
    heartbeat_age_seconds = f.Float(**MAYBE)
    clock_skew_ms = f.Int(**MAYBE)
    spooled = f.Int(**MAYBE)
    created_at = f.AwareDateTime(**MUST)
    enabled = f.Bool(**MUST)
    serving = f.Bool(**MAYBE)
    last_seen_at = f.AwareDateTime(**MAYBE)


class Agents(Reply):
    agents = f.List(f.Nested(Agent), **MUST)
    next_cursor = f.Str(**MAYBE)


class AgentsHealth(Reply):
    agents = f.Int(**MUST)
    online = f.Int(**MUST)
    late = f.Int(**MUST)
    offline = f.Int(**MUST)
    never_heard = f.Int(**MUST)
    expected = f.Int(**MUST)
    missed = f.Int(**MUST)
    miss_rate = f.Float(**MAYBE)


class Event(Reply):
    at = f.AwareDateTime(**MUST)
    relative = f.Str(**MUST)
    text = f.Str(**MUST)
    kind = f.Str(**MUST)
    actor = f.Str(**MUST)
    agent_id = f.UUID(**MAYBE)
    agent_name = f.Str(**MAYBE)
    client_id = f.UUID(**MAYBE)
    client_name = f.Str(**MAYBE)


class Events(Reply):
    events = f.List(f.Nested(Event), **MUST)
    next_cursor = f.Str(**MAYBE)


class Component(Reply):
    component = f.Str(**MUST)
    status = f.Str(**MAYBE)
    details = f.Str(**MUST)
    since = f.AwareDateTime(**MAYBE)
    latency_ms = f.Float(**MAYBE)
    checked_at = f.AwareDateTime(**MAYBE)


class SystemHealth(Reply):
    components = f.List(f.Nested(Component), **MUST)


class Queue(Reply):
    queue = f.Str(**MUST)
    queue_depth = f.Int(**MUST)
    status = f.Str(**MUST)
    oldest_age_seconds = f.Int(**MAYBE)
    hint = f.Str(**MAYBE)


class Process(Reply):
    process = f.Str(**MUST)
    cpu_share = f.Float(metadata={"description": "Of one core, lately; null before it was measured."}, **MAYBE)
    rss_mb = f.Int(**MUST)
    seen_at = f.AwareDateTime(**MUST)
    hint = f.Str(**MAYBE)


class JobRun(Reply):
    job = f.Str(**MUST)
    started_at = f.AwareDateTime(**MUST)
    finished_at = f.AwareDateTime(**MUST)
    outcome = f.Str(**MUST)
    duration_ms = f.Float(**MUST)
    counts = f.Dict(**MUST)


class Workers(Reply):
    queues = f.List(f.Nested(Queue), **MUST)
    processes = f.List(f.Nested(Process), **MUST)
    jobs = f.List(f.Nested(JobRun), **MUST)


class Streams(Reply):
    open_streams = f.Int(**MUST)
    events_per_minute = f.Int(**MUST)
    oldest_lag_seconds = f.Float(**MAYBE)


class Hit(Reply):
    id = f.UUID(**MUST)
    title = f.Str(**MUST)
    more = f.Str(**MAYBE)
    client_id = f.UUID(**MAYBE)
    client_name = f.Str(**MAYBE)
    agent_id = f.UUID(**MAYBE)


class Hits(Reply):
    client = f.List(f.Nested(Hit))
    agent = f.List(f.Nested(Hit))
    instance = f.List(f.Nested(Hit))
    command = f.List(f.Nested(Hit))
    incident = f.List(f.Nested(Hit))


class EmergencyCount(Reply):
    day = f.Date(**MUST)
    kind = f.Str(**MUST)
    outcome = f.Str(**MUST)
    events = f.Int(**MUST)
    promote_seconds_max = f.Float(metadata={"description": "The slowest promotion of the day; null where nothing was promoted."}, **MAYBE)


class Promotion(Reply):
    p50 = f.Float(**MAYBE)
    p95 = f.Float(**MAYBE)
    p99 = f.Float(**MAYBE)
    samples = f.Int(**MUST)


class Emergency(Reply):
    incident_id = f.UUID(**MUST)
    client_id = f.UUID(**MAYBE)
    client_name = f.Str(**MAYBE)
    agent_id = f.UUID(**MAYBE)
    agent_name = f.Str(**MAYBE)
    kind = f.Str(**MUST)
    opened_at = f.AwareDateTime(**MUST)
    closed_at = f.AwareDateTime(**MAYBE)
    outcome = f.Str(**MAYBE)
    sentence = f.Str(**MUST)
    downtime_seconds = f.Float(**MAYBE)
    downtime_method = f.Str(**MAYBE)
    promote_seconds = f.Float(**MAYBE)
    ec2_instance_id = f.Str(**MUST)


class Emergencies(Reply):
    per_day = f.List(f.Nested(EmergencyCount), **MUST)
    false_alarm_share = f.Float(**MAYBE)
    rebalances_ended = f.Int(**MUST)
    time_to_promote_seconds = f.Nested(Promotion, **MUST)
    events = f.List(f.Nested(Emergency), **MUST)
