"""The API's description (OpenAPI 3.1), made from what the routes say of themselves: guards, schemas, docstrings."""

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from core import errors
from core.operations.health import VERSION

HOLE = re.compile(r"<(?:(\w+):)?(\w+)>")
WORDS = re.compile(r"\w+")
BEARER, SESSION = {"bearer": []}, {"session": []}
# a guard's name (core.auth): who may call, and by what they prove it
WHO = {
    "open": ("anybody", [{}]),
    "admin": ("the administrator", [BEARER, SESSION]),
    "person": ("the client, or the administrator", [BEARER, SESSION]),
    "client": ("the client; the administrator where the path names one", [BEARER, SESSION]),
    "agent": ("the agent, its client or the administrator", [BEARER, SESSION]),
    "enrolment": ("a host with an enrolment or a join token", [BEARER]),
    "events": ("AWS, with the event key of a linked account, or a signature made with it", [{"event_key": []}]),
}
REQUEST_ID = {
    "name": "X-Request-ID", "in": "header", "required": True,
    "description": "The same id with the same body is answered with the same reply, and the work is done once.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{8,128}$"},
}  # fmt: skip
ABOUT = (
    'Every reply is `{"status":"success","data":…}` or `{"status":"error","error":{"code","message","request_id","details"}}`.'
    " Times are ISO 8601 in UTC, prices USD per hour; what nobody measured is null. A browser's session also sends"
    " `X-Requested-With`."
)


@dataclass(frozen=True)
class Route:
    """One method on one address, and the view that answers it."""

    method: str
    path: str
    endpoint: str
    view: Callable

    @property
    def noun(self) -> str:
        return self.endpoint.split(".")[0]

    def said(self, name: str, default: Any = None) -> Any:
        """What a decorator wrote on the view."""
        return getattr(self.view, name, default)


def document(routes: Iterable[Route]) -> dict:
    """The whole description, ready to be written as JSON. Routes in the order of their addresses."""
    ordered = sorted(routes, key=lambda route: (route.path, route.method))
    spec = _empty(ordered)
    for route in ordered:
        spec.path(HOLE.sub(r"{\2}", route.path), operations={route.method.lower(): _operation(route)})
    return spec.to_dict()


def _empty(routes: list[Route]) -> APISpec:
    spec = APISpec(
        "Spot Optimizer", VERSION, "3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=_schema_name)],
        info={"description": ABOUT}, tags=_tags(routes),
        servers=[{"url": "/"}],
    )  # fmt: skip
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "spotopt_session"})
    spec.components.security_scheme("event_key", {"type": "apiKey", "in": "header", "name": "X-Api-Key"})
    spec.components.schema("Error", _error_envelope())
    spec.components.response("Error", {"description": "What went wrong, by name.", "content": _json({"$ref": "#/components/schemas/Error"})})
    return spec


def _tags(routes: list[Route]) -> list[dict]:
    """One per file of routes, with its docstring."""
    told = {route.noun: inspect.getdoc(inspect.getmodule(inspect.unwrap(route.view))) or "" for route in routes}
    return [{"name": noun, "description": told[noun]} for noun in sorted(told)]


def _schema_name(schema: Any) -> str:
    """``routes.clients.Page`` is ``ClientsPage``: two files may use one word."""
    kind = schema if isinstance(schema, type) else type(schema)
    return f"{kind.__module__.rsplit('.', 1)[-1].title().replace('_', '')}{kind.__name__}"


def _error_envelope() -> dict:
    error = {
        "code": {"type": "string", "enum": sorted({kind.code for kind in failures()})},
        "message": {"type": "string"}, "request_id": {"type": "string"}, "details": {"type": "object"},
    }  # fmt: skip
    inner = {"type": "object", "properties": error, "required": list(error), "additionalProperties": False}
    return _envelope("error", "error", inner)


def _envelope(status: str, member: str, inner: dict) -> dict:
    return {
        "type": "object", "properties": {"status": {"const": status}, member: inner}, "required": ["status", member],
        "additionalProperties": False,
    }  # fmt: skip


def failures() -> list[type[errors.SpotError]]:
    """Every failure with a name, by status and code."""
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.SpotError)]
    return sorted(kinds, key=lambda kind: (kind.status, kind.code, kind.__name__))


def _operation(route: Route) -> dict:
    sentence, _, rest = (inspect.getdoc(route.view) or "").partition("\n\n")
    who, proof = WHO.get(route.said("auth"), (str(route.said("auth")), [BEARER, SESSION]))
    told = {
        "operationId": "_".join([route.method.lower(), *WORDS.findall(route.path)]), "tags": [route.noun], "summary": " ".join(sentence.split()),
        "description": rest, "security": proof, "x-who": who, "parameters": _parameters(route), "responses": _responses(route),
    }  # fmt: skip
    if body := route.said("takes"):
        told["requestBody"] = {"required": True, "content": _upload(body, route.said("uploads")) if route.said("uploads") else _json(body)}
    return {name: value for name, value in told.items() if value}


def _parameters(route: Route) -> list[dict]:
    holes = [_hole(kind, name) for kind, name in HOLE.findall(route.path)]
    query = [{"in": "query", "schema": route.said("asks")}] if route.said("asks") else []
    once = [REQUEST_ID] if route.said("idempotent") else [{**REQUEST_ID, "required": False}] if route.said("honours_request_id") else []
    return holes + query + once


def _hole(kind: str, name: str) -> dict:
    schema = {"type": "string", "format": "uuid"} if kind == "uuid" else {"type": "integer" if kind == "int" else "string"}
    return {"in": "path", "name": name, "required": True, "schema": schema}


def _responses(route: Route) -> dict:
    """The success as far as the view says it, and one door for all failures."""
    answer = route.said("answers")
    if answer is None:
        return {"200" if route.method == "GET" else "2XX": _success({}), "default": "Error"}
    content = _bare(answer.bare) if answer.bare else _success(answer.schema)
    return {str(answer.status): content, "default": "Error"}


def _success(data: type[Schema] | dict) -> dict:
    return {"description": "Done.", "content": _json(_envelope("success", "data", data))}


def _bare(media: str) -> dict:
    return {"description": "Not in the envelope.", "content": {media: {"schema": {}}}}


def _upload(manifest: Any, file: str) -> dict:
    """A form of two members: the manifest, an object as text, and the file."""
    members = {"manifest": manifest, file: {"type": "string", "contentMediaType": "application/octet-stream"}}
    return {"multipart/form-data": {"schema": {"type": "object", "properties": members, "required": list(members)}}}


def _json(schema: Any) -> dict:
    return {"application/json": {"schema": schema}}
