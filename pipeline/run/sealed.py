"""Sealed JSON: an object whose first member is the SHA-256 of all that follows, so that no flipped bit is taken for a result."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pipeline.files import digest_of

_SEAL = re.compile(rb'\{"sha256":"([0-9a-f]{64})",?')


# How records of digests begin that earlier versions wrote without a seal, over several lines.
UNSEALED_RECORD = (b"{\n", b"{}")


class Damaged(ValueError):
    """The bytes are not those that were written."""


def sealed(value: Mapping[str, Any]) -> str:
    """The object as JSON with its seal."""
    text = json.dumps(dict(value), ensure_ascii=False, separators=(",", ":"))
    rest = text[1:]
    return (
        f'{{"sha256":"{digest_of(rest.encode("utf-8", "surrogatepass"))}"{"," if len(rest) > 1 else ""}{rest}'
    )


def opened(data: bytes, unsealed: bytes | tuple[bytes, ...] = b"{") -> tuple[dict[str, Any], bool]:
    """The object without its seal, and whether it had one: earlier versions wrote none. Raises Damaged.

    `unsealed` is how those versions' files begin: one that begins otherwise had a seal, which is damaged itself.
    """
    seal = _SEAL.match(data)
    if not seal and not data.startswith(unsealed):
        raise Damaged("its seal is damaged")
    rest = data[seal.end() :] if seal else data
    if seal and digest_of(rest).encode() != seal[1]:
        raise Damaged("its SHA-256 is another")
    try:
        held = json.loads(b"{" + rest if seal else rest)
    except (ValueError, RecursionError):
        raise Damaged("it is not JSON") from None
    if not isinstance(held, dict):
        raise Damaged("it is not an object")
    return held, seal is not None


def holds(result: Any, written: Any) -> bool:
    """Whether a result, as plain values, holds all of what was written: a name in it that nobody knows is damage."""
    if isinstance(written, dict):
        return isinstance(result, dict) and all(
            k in result and holds(result[k], v) for k, v in written.items()
        )
    if isinstance(written, list):
        return isinstance(result, list) and len(result) == len(written) and all(map(holds, result, written))
    return bool(result == written)
