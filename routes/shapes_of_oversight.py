"""The replies of what the administrator looks into, described; the tests hold the real ones to it."""

from marshmallow import fields as f

from routes.shapes import MAYBE, MUST, Reply


class Line(Reply):
    id = f.Int(**MUST)
    at = f.AwareDateTime(**MUST)
    level = f.Str(**MUST)
    component = f.Str(**MUST)
    message = f.Str(**MUST)
    request_id = f.Str(**MAYBE)
    process = f.Str(**MUST)
    fields = f.Dict(**MUST)


class Lines(Reply):
    lines = f.List(f.Nested(Line), **MUST)
    components = f.List(f.Str(), **MUST)
    next_cursor = f.Str(**MAYBE)


class Target(Reply):
    id = f.Str(**MUST)
    group = f.Str(**MUST)
    name = f.Str(**MUST)
    current = f.Float(**MAYBE)
    target = f.Float(**MAYBE)
    unit = f.Str(**MUST)
    met = f.Bool(**MAYBE)
    better = f.Str(**MUST)
    window = f.Str(**MUST)
    samples = f.Int(**MUST)
    reason = f.Str(metadata={"description": "Why nobody measured it; null where somebody did."}, **MAYBE)


class Targets(Reply):
    targets = f.List(f.Nested(Target), **MUST)
    server_time = f.AwareDateTime(**MUST)


class Letter(Reply):
    letter_id = f.UUID(**MUST)
    client = f.Str(**MAYBE)
    channel = f.Str(**MUST)
    reason = f.Str(**MUST)
    body = f.Str(**MUST)
    received_at = f.AwareDateTime(**MUST)
    replayed_at = f.AwareDateTime(**MAYBE)
    outcome = f.Str(**MAYBE)
    sentence = f.Str(**MAYBE)


class Letters(Reply):
    letters = f.List(f.Nested(Letter), **MUST)
    next_cursor = f.Str(**MAYBE)


class Replayed(Reply):
    letter_id = f.UUID(**MUST)
    outcome = f.Str(**MUST)
    sentence = f.Str(**MUST)
    incident_id = f.UUID(**MAYBE)


class Seat(Reply):
    temp_jwt = f.Str(metadata={"description": "Shown once."}, **MUST)
    expires_at = f.AwareDateTime(**MUST)
    client_id = f.UUID(**MUST)


class Account(Reply):
    account_id = f.UUID(**MUST)
    aws_account_id = f.Str(**MUST)
    name = f.Str(**MUST)
    status = f.Str(**MUST)
    connection_method = f.Str(**MUST)
    role_arn = f.Str(**MAYBE)
    executor = f.Str(**MUST)
    health = f.Str(**MUST)
    health_reason = f.Str(**MAYBE)
    created_at = f.AwareDateTime(**MUST)
    is_active = f.Bool(**MUST)
    regions = f.List(f.Str(), **MUST)
    machines = f.Int(**MUST)
    event_keys = f.Int(**MUST)
    queue_polled_at = f.AwareDateTime(**MAYBE)
    queue_received_at = f.AwareDateTime(**MAYBE)


class Token(Reply):
    prefix = f.Str(**MUST)
    created_at = f.AwareDateTime(**MUST)
    expires_at = f.AwareDateTime(**MAYBE)
    last_used_at = f.AwareDateTime(**MAYBE)
    scopes = f.List(f.Str(), **MUST)


class Linked(Reply):
    accounts = f.List(f.Nested(Account), **MUST)
    tokens = f.List(f.Nested(Token), **MUST)
