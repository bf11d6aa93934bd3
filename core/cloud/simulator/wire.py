"""AWS's wire protocols, read from botocore's own service models: plain dicts in, plain dicts out."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4
from xml.sax.saxutils import escape

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from core.cloud.simulator.failure import AwsError


@cache
def service_model(service: str) -> ServiceModel:
    """The model of a service by its signing name."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def read_call(service: str, headers: dict[str, str], body: bytes) -> tuple[OperationModel, dict]:
    """The operation a request asks for, and its parameters."""
    model = service_model(service)
    if model.metadata["protocol"] == "json":
        operation = _operation(model, headers.get("x-amz-target", "").rpartition(".")[2])
        return operation, json.loads(body or b"{}")
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    operation = _operation(model, form.get("Action", ""))
    shape = operation.input_shape
    return operation, _parse(shape, "", form, model.metadata["protocol"] == "ec2") if shape else {}


def _operation(model: ServiceModel, name: str) -> OperationModel:
    if name not in model.operation_names:
        raise AwsError("InvalidAction", f"The action {name} is not valid for this web service.")
    return model.operation_model(name)


def _parse(shape: Shape, prefix: str, form: dict[str, str], ec2: bool) -> Any:
    """The value that the form's keys beginning with ``prefix`` describe, or None."""
    if isinstance(shape, StructureShape):
        found = {name: _parse(member, _key(prefix, name, member, ec2), form, ec2) for name, member in shape.members.items()}
        return {name: value for name, value in found.items() if value is not None} or (None if prefix else {})
    if isinstance(shape, ListShape):
        stem = prefix if ec2 or shape.serialization.get("flattened") else f"{prefix}.{shape.member.serialization.get('name', 'member')}"
        return _parse_list(shape, stem, form, ec2)
    return _scalar(shape, form[prefix]) if prefix in form else None


def _parse_list(shape: ListShape, stem: str, form: dict[str, str], ec2: bool) -> list | None:
    numbers = {int(head) for key in form if key.startswith(f"{stem}.") and (head := key[len(stem) + 1 :].split(".")[0]).isdigit()}
    return [_parse(shape.member, f"{stem}.{number}", form, ec2) for number in sorted(numbers)] or None


def _key(prefix: str, name: str, member: Shape, ec2: bool) -> str:
    """The form key of a member; the ec2 protocol has its own spelling."""
    own = member.serialization.get("queryName") if ec2 else None
    if own is None and "name" in member.serialization:
        own = member.serialization["name"]
        own = own[0].upper() + own[1:] if ec2 else own
    return f"{prefix}.{own or name}" if prefix else own or name


def _scalar(shape: Shape, text: str) -> Any:
    kinds = {"integer": int, "long": int, "float": float, "double": float, "boolean": lambda value: value == "true"}
    return kinds.get(shape.type_name, str)(text)


def write_reply(operation: OperationModel, result: dict) -> tuple[str, bytes]:
    """Content type and bytes of a success."""
    protocol = operation.service_model.metadata["protocol"]
    if protocol == "json":
        version = operation.service_model.metadata.get("jsonVersion", "1.1")
        return f"application/x-amz-json-{version}", json.dumps(result, default=_time).encode()
    inner = _render_members(operation.output_shape, result) if operation.output_shape else ""
    if protocol == "ec2":
        body = f"<requestId>{uuid4()}</requestId>{inner}"
    else:
        body = f"<{operation.name}Result>{inner}</{operation.name}Result><ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata>"
    return "text/xml", f"<{operation.name}Response>{body}</{operation.name}Response>".encode()


def write_error(service: str, error: AwsError) -> tuple[str, bytes]:
    """Content type and bytes of a failure."""
    protocol = service_model(service).metadata["protocol"]
    if protocol == "json":
        return "application/x-amz-json-1.1", json.dumps({"__type": error.code, "message": error.message}).encode()
    inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if protocol == "ec2":
        body = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{uuid4()}</RequestID></Response>"
    else:
        body = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>{uuid4()}</RequestId></ErrorResponse>"
    return "text/xml", body.encode()


def _render_members(shape: StructureShape, value: dict) -> str:
    parts = ((member, member.serialization.get("name", name), value.get(name)) for name, member in shape.members.items())
    return "".join(_render(member, tag, member_value) for member, tag, member_value in parts if member_value is not None)


def _render(shape: Shape, tag: str, value: Any) -> str:
    if isinstance(shape, StructureShape):
        inner = _render_members(shape, value)
    elif isinstance(shape, ListShape):
        name = shape.member.serialization.get("name", "member")
        items = [_render(shape.member, tag if shape.serialization.get("flattened") else name, item) for item in value]
        if shape.serialization.get("flattened"):
            return "".join(items)
        inner = "".join(items)
    elif isinstance(shape, MapShape):
        raise TypeError("no operation of ours answers a map")
    else:
        inner = escape(_text(value))
    return f"<{tag}>{inner}</{tag}>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _time(value) if isinstance(value, datetime) else str(value)


def _time(value: Any) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
