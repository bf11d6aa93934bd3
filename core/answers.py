"""What a view answers, said for the API's description; the tests hold the replies to it."""

from collections.abc import Callable
from dataclasses import dataclass

from marshmallow import Schema


@dataclass(frozen=True)
class Answer:
    """``schema`` describes ``data`` in the envelope; an empty one says nothing. ``bare`` is the media type of a reply without it."""

    schema: type[Schema] | dict
    status: int
    bare: str | None


def answers(schema: type[Schema] | None = None, status: int = 200, bare: str | None = None) -> Callable:
    """Say what the view answers when all goes well. It stands next to the function; it checks nothing."""

    def decorate(view: Callable) -> Callable:
        view.answers = Answer(schema or {}, status, bare)
        return view

    return decorate
