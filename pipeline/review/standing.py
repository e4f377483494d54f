"""How every recording of the folder stands: grade, review, what needs a person, and what the next run would do and why.

A folder may hold many long recordings: what was read of one to tell this is kept no longer than it takes, only the summary is.
"""

from __future__ import annotations

import threading
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.errors import VignetteError
from pipeline.review import sheet
from pipeline.review.library import Library
from pipeline.review.sitting import Sitting, problem_of
from pipeline.run.caption_changes import summary as changes_told
from pipeline.run.foresight import foresee


def routes(library: Library) -> list[Route]:
    """The addresses that the folder's page asks for each recording."""
    found = Standings(library)
    return [
        Route("/api/videos/{video}/summary", found.summary),
        Route("/api/videos/{video}/next", found.next_run),
    ]


class Standings:
    """How the recordings of one library stand, remembered for as long as nothing about them changes."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._lock = (
            threading.Lock()
        )  # one at a time: reading several at once takes no less time, and much memory
        self._known: dict[tuple[str, str], tuple[object, dict[str, Any]]] = {}

    async def summary(self, request: Request) -> Response:
        """The recording in one line."""
        sitting = await self._sitting(request)
        found = await run_in_threadpool(self._remembered, "summary", sitting)
        return JSONResponse({**found, "making": sitting.remaker.making(sitting.job).as_json()})

    async def next_run(self, request: Request) -> Response:
        """Why the recording is not up to date, and what the next run would change."""
        return JSONResponse(await run_in_threadpool(self._remembered, "next", await self._sitting(request)))

    async def _sitting(self, request: Request) -> Sitting:
        found = await run_in_threadpool(self.library.sitting, request.path_params["video"])
        if found is None:
            raise HTTPException(404)
        return found

    def _remembered(self, what: str, sitting: Sitting) -> dict[str, Any]:
        with self._lock:
            key = sitting.key()
            known = self._known.get((what, sitting.id))
            if known is None or known[0] != key:
                known = self._known[what, sitting.id] = key, self._read(what, sitting)
            return known[1]

    def _read(self, what: str, sitting: Sitting) -> dict[str, Any]:
        if what == "next":
            return _next(sitting)
        was_open = sitting.is_open
        found = sheet.summary(sitting)
        if not was_open:
            sitting.rest()
        return found


def _next(sitting: Sitting) -> dict[str, Any]:
    try:
        seen = foresee(sitting.job)
    except VignetteError as error:
        return {"why": [problem_of(error)], "changes": "", "captioned": False}
    told = changes_told(seen.changes)
    if seen.uncertain:
        told = f"{told}; a stage listens anew, and more may change" if told else "a stage listens anew"
    return {
        "why": list(seen.why),
        "changes": told,
        "captioned": seen.captioned,
    }
