"""Splits an SQL file into statements as the mysql client would: quotes, comments and DELIMITER understood."""

import re
from collections.abc import Iterator

TOKEN = re.compile(
    r"""
    (?P<quoted>'(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `[^`]*`)
  | (?P<comment>--[ \t][^\n]*(?:\n|$) | --\n | \#[^\n]*(?:\n|$) | /\*.*?\*/)
  | (?P<delimiter>^[ \t]*DELIMITER[ \t]+(?P<mark>\S+)[^\n]*(?:\n|$))
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
)


def statements(text: str) -> Iterator[str]:
    """Each statement of ``text``, without its delimiter and without comments outside of it."""
    delimiter, statement, at = ";", "", 0
    while at < len(text):
        token = TOKEN.match(text, at)
        if token and token["delimiter"]:
            delimiter, at = token["mark"], token.end()
        elif token and token["comment"]:
            statement, at = statement + " ", token.end()
        elif token:
            statement, at = statement + token[0], token.end()
        elif text.startswith(delimiter, at):
            if statement.strip():
                yield statement.strip()
            statement, at = "", at + len(delimiter)
        else:
            statement, at = statement + text[at], at + 1
    if statement.strip():
        yield statement.strip()
