"""What a browser sends: a JSON object, and the texts and numbers in it, each checked when it is taken."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import Request

from pipeline.errors import UsageError

# So long a body may take to arrive, in seconds: it comes from this machine, and is small.
BODY_S = 20


async def sent(request: Request) -> dict[str, Any]:
    """The JSON object in a request. Raises UsageError."""
    try:
        body = await asyncio.wait_for(request.body(), BODY_S)
    except TimeoutError:
        raise UsageError("what was sent did not arrive", "try again") from None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise UsageError("what was sent is not JSON", "load the page again") from None
    if not isinstance(found, dict):
        raise UsageError("what was sent is not a JSON object", "load the page again")
    return found


def text(found: dict[str, Any], name: str, most: int) -> str:
    """A text of at most `most` characters. Raises UsageError."""
    value = found.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise UsageError(f"'{name}' must be a text of at most {most:,} characters", "write less")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(f"'{name}' holds half a character", "write it anew") from None
    return value


def number(found: dict[str, Any], name: str, most: int) -> int:
    """A whole number from 0 to `most`. Raises UsageError."""
    value = found.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise UsageError(f"'{name}' must be a whole number up to {most:,}", "load the page again")
    return value


def who(found: dict[str, Any], most: int = 200) -> str:
    """The name of whoever decides. Raises UsageError."""
    name = " ".join(text(found, "who", most).split())
    if not name or not name.isprintable():
        raise UsageError("it is not known who decides", "say your name first")
    return name
