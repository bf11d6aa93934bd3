"""The WSGI application: AWS calls, metadata and levers on one port."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from core.cloud.simulator import imds, roles
from core.cloud.simulator.control import LEVERS
from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.operations import OPERATIONS, WAITING
from core.cloud.simulator.queues import CALLER
from core.cloud.simulator.scaling import behaviour
from core.cloud.simulator.wire import read_call, write_error, write_reply
from core.cloud.simulator.world import World

SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
DEFAULT_ACCOUNT = "123456789012"
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 412: "Precondition Failed"}
Reply = tuple[int, dict[str, str], bytes]


class Simulator:
    """One world, answering WSGI."""

    def __init__(self, world: World):
        self.world = world
        world.habits.append(behaviour.live)

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        CALLER.alive = environ.get("simulator.alive", lambda: True)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].lstrip("/")
        headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, extra, data = self._reply(method, path, headers, body, environ.get("QUERY_STRING", ""))
        start_response(f"{status} {REASONS.get(status, 'Error')}", [("Content-Length", str(len(data))), *extra.items()])
        return [data]

    def _reply(self, method: str, path: str, headers: dict[str, str], body: bytes, query: str) -> Reply:
        if path.startswith("control/"):
            return self._lever(method, path.removeprefix("control/"), body, query)
        if path.startswith("imds/"):
            return self._metadata(method, path.removeprefix("imds/"), headers)
        return self._aws(headers, body)

    def _lever(self, method: str, name: str, body: bytes, query: str) -> Reply:
        lever = LEVERS.get((method, name))
        if lever is None:
            return _json(404, {"error": f"there is no lever {method} {name}"})
        try:
            given = json.loads(body) if body else dict(parse_qsl(query))
            if name == "holds/release":
                return _json(200, lever(self.world, given))
            with self.world.lock:
                return _json(200, lever(self.world, given))
        except AwsError as error:
            return _json(error.status, {"error": error.message})
        except (KeyError, ValueError, TypeError) as error:
            return _json(400, {"error": f"{type(error).__name__}: {error}"})

    def _metadata(self, method: str, path: str, headers: dict[str, str]) -> Reply:
        instance_id, _, item = path.partition("/")
        instance = self.world.instances.get(instance_id)
        if instance is None or instance.state not in ("pending", "running"):
            return 404, {}, b"no such host"
        status, extra, body = imds.answer(self.world, instance, method, item, headers)
        return status, {"Content-Type": "text/plain", **extra}, body.encode()

    def _aws(self, headers: dict[str, str], body: bytes) -> Reply:
        scope = SCOPE.search(headers.get("authorization", ""))
        if scope is None:
            return 403, {}, b"<Response><Errors><Error><Code>AuthFailure</Code><Message>unsigned</Message></Error></Errors></Response>"
        service = scope["service"]
        account = re.sub(r"\D", "", scope["key"])[-12:].rjust(12, "0")
        account = DEFAULT_ACCOUNT if account == "0" * 12 else account
        try:
            operation, params = read_call(service, headers, body)
            roles.check(self.world, headers, body, scope["region"], operation.name, params)
            kind, data = write_reply(operation, self._call(service, operation.name, account, scope["region"], params))
            return 200, {"Content-Type": kind}, data
        except AwsError as error:
            kind, data = write_error(service, error)
            return error.status, {"Content-Type": kind}, data

    def _call(self, service: str, name: str, account: str, region: str, params: dict) -> dict:
        """Run one operation and log it: faults before, the effect, faults and holds after."""
        entry = self.world.log_call({
            "account_id": account, "action": name, "params": _short(params), "client_token": params.get("ClientToken"),
            "outcome": None, "instance_ids": [],
        })  # fmt: skip
        try:
            result = self._perform(service, name, account, region, params)
            entry["instance_ids"] = [i["InstanceId"] for i in result.get("Instances", [])]
            entry["outcome"] = "ok"
            self.world.faults.strike(name, account, "after")
            self.world.faults.maybe_hold(name, entry["seq"])
            return result
        except AwsError as error:
            entry["outcome"] = error.code
            raise

    def _perform(self, service: str, name: str, account: str, region: str, params: dict) -> dict:
        operation = OPERATIONS.get(service, {}).get(name)
        if operation is None:
            raise AwsError("InvalidAction", f"The action {name} is not simulated.")
        self.world.faults.strike(name, account, "before")
        if params.get("DryRun"):
            raise AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        if name in WAITING:
            return operation(self.world, account, region, params)
        with self.world.lock:
            return operation(self.world, account, region, params)


def _short(params: dict) -> dict:
    return {name: value for name, value in params.items() if name != "UserData"}


def _json(status: int, value: object) -> Reply:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()
