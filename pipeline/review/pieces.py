"""Pieces of a recording for whoever plays it: a short one is found, read and closed in one step away from the loop.

Each step is a wait for a thread, and while decisions are worked out a wait may take milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

# A piece of at most so many bytes is read at once, and longer ones in steps of as many.
PIECE_BYTES = 262_144
_PIECE = re.compile(r"bytes=(\d{1,15})-(\d{1,15})", re.ASCII)


class _Whole(FileResponse):
    """A file, or many pieces of it, or a long one."""

    chunk_size = PIECE_BYTES


async def answered(request: Request, find: Callable[[], Path | None], media_type: str) -> Response:
    """What is asked for of a file. Raises HTTPException where there is none."""
    wanted = _PIECE.fullmatch(request.headers.get("range", ""))
    is_plain = request.method == "GET" and "if-range" not in request.headers
    first, last = (int(g) for g in wanted.groups()) if wanted and is_plain else (0, -1)
    found = await run_in_threadpool(_read, find, media_type, first, last)
    if found is None:
        raise HTTPException(404)
    return found


def _read(find: Callable[[], Path | None], media_type: str, first: int, last: int) -> Response | None:
    """The bytes [first, last] of the file where they are few; else an answer that reads it; None where there is none."""
    path = find()
    if path is None:
        return None
    state = path.stat()
    whole = _Whole(path, media_type=media_type, stat_result=state)
    last = min(last, state.st_size - 1)
    if not 0 < last + 1 - first <= PIECE_BYTES:
        return whole
    with path.open("rb", buffering=0) as file:
        file.seek(first)
        data = file.read(last + 1 - first)
    if len(data) != last + 1 - first:  # it is cut while it is read
        return whole
    headers = {
        **whole.headers,
        "content-range": f"bytes {first}-{last}/{state.st_size}",
        "content-length": str(len(data)),
    }
    return Response(data, 206, headers)
