"""What may come in: strict JSON, then a marshmallow schema that refuses unknown fields."""

import json
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from flask import g, request
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError

from core import errors

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32


class Body(Schema):
    """A write body: a field that is not declared is an error."""

    class Meta:
        unknown = RAISE


class LenientBody(Schema):
    """A notice: what we do not know is kept by the caller and never refused."""

    class Meta:
        unknown = EXCLUDE


def takes(schema: type[Schema], *, keep_unknown: bool = False) -> Callable:
    """Give the view ``body``: the request's object, checked. ``keep_unknown`` adds undeclared members as they came."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            raw = request_object()
            body = load(schema, raw)
            return view(*args, body={**raw, **body} if keep_unknown else body, **kwargs)

        checked.takes = schema
        return checked

    return decorate


def takes_nothing(view: Callable) -> Callable:
    """A write without members: an empty body, or an empty object; a member is as undeclared here as anywhere."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        load(Body, request_object())
        return view(*args, **kwargs)

    checked.takes_nothing = True
    return checked


def takes_upload(schema: type[Schema], *, file: str, most_bytes: int) -> Callable:
    """Give the view ``body``, the checked object of the form's member ``manifest``, and the bytes of ``file`` under its name."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            manifest, data = _uploaded(file, most_bytes)
            g.json_object = {"manifest": manifest, file: sha256(data).hexdigest()}
            return view(*args, body=load(schema, manifest), **{file: data}, **kwargs)

        checked.takes, checked.uploads = schema, file
        return checked

    return decorate


def _uploaded(file: str, most_bytes: int) -> tuple[dict, bytes]:
    if request.mimetype != "multipart/form-data":
        raise errors.WrongMediaType(f"send multipart/form-data with manifest (JSON) and {file} (a file)")
    request.max_content_length = most_bytes + MAX_BYTES
    sent = request.files.get(file)
    if sent is None:
        raise errors.Invalid(fields={file: ["a file is required here"]})
    data = sent.read()
    if len(data) > most_bytes:
        raise errors.TooLarge(f"{file} is larger than {most_bytes // 1024} KB")
    return parse_json(request.form.get("manifest", "").encode("utf-8", "surrogateescape")), data


def asks(schema: type[Schema]) -> Callable:
    """Give the view ``query``: the parameters of the address, checked."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            return view(*args, query=load(schema, request.args.to_dict()), **kwargs)

        checked.asks = schema
        return checked

    return decorate


def load(schema: type[Schema], value: dict) -> dict:
    """The value as the schema reads it, or Invalid with one entry per field."""
    try:
        return schema().load(value)
    except ValidationError as error:
        raise errors.Invalid(fields=error.messages) from None


def request_object() -> dict:
    """The request's JSON object, read once. A program may leave out the content type; a browser may not."""
    if "json_object" not in g:
        _refuse_wrong_type()
        data = request.get_data(cache=True)
        if len(data) > MAX_BYTES:
            raise errors.TooLarge()
        g.json_object = parse_json(data) if data else {}
    return g.json_object


def _refuse_wrong_type() -> None:
    bare = not request.content_type and "Authorization" in request.headers
    typed = request.mimetype == "application/json" or bare or _is_curl_default()
    if request.content_length and not typed:
        raise errors.WrongMediaType()


def _is_curl_default() -> bool:
    """curl -d without a header, sent by a program with its token."""
    return request.mimetype == "application/x-www-form-urlencoded" and "Authorization" in request.headers


def parse_json(data: bytes) -> dict:
    """One JSON object in UTF-8; no NaN, no duplicate keys, no NUL, no lone surrogates, not deeper than 32."""
    try:
        value = json.loads(
            data.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_unique
        )
    except (ValueError, RecursionError) as error:
        raise errors.BadRequest(f"not the JSON we take: {error}") from None
    if not isinstance(value, dict):
        raise errors.BadRequest("the body must be one JSON object")
    _refuse_odd(value, 1)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:20]} is too large")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return made


def _refuse_odd(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise errors.BadRequest(f"deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        _refuse_odd_text(value)
    elif isinstance(value, dict):
        for key, member in value.items():
            _refuse_odd_text(key)
            _refuse_odd(member, depth + 1)
    elif isinstance(value, list):
        for member in value:
            _refuse_odd(member, depth + 1)


def _refuse_odd_text(text: str) -> None:
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise errors.BadRequest("NUL and lone surrogates are not text")
