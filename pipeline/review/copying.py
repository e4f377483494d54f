"""Copies that a browser plays of recordings that it does not: made when they are asked for, kept beside the artefacts.

A copy lies in `transcripts/.work/<name>/`, named after the state of the recording that it was made of; `forget` removes it with
the rest, and what a killed one left is swept away by the next copy or run. The recording is only read.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline import leftovers
from pipeline.errors import UsageError, VignetteError
from pipeline.files import replacing
from pipeline.media import proxy
from pipeline.media.opening import stamp
from pipeline.media.proxy import Format
from pipeline.review.asked import sent
from pipeline.review.library import Library
from pipeline.review.pieces import answered
from pipeline.review.sitting import Sitting, problem_of
from pipeline.run.store import Store
from pipeline.run.track import listened_to

_SUFFIXES = sorted({one.suffix for one in (*proxy.PICTURES, *proxy.SOUNDS)})
_STEM = {"picture": "copy", "sound": "sound"}


@dataclass(frozen=True, slots=True)
class Copying:
    """How far a copy is: `state` is none, running, done or failed; `share` of the whole in [0, 1]."""

    state: str = "none"
    share: float = 0.0
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"state": self.state, "share": round(self.share, 3), "problem": self.problem}


class _Stopped(Exception):
    """The server ends."""


class Copier:
    """Makes copies, one at a time, each in a thread that waits for ffmpeg."""

    def __init__(self) -> None:
        self._states: dict[tuple[Path, str], Copying] = {}
        self._lock, self._one = threading.Lock(), threading.Lock()
        self._stopped = threading.Event()

    def state(self, sitting: Sitting, what: str) -> Copying:
        """How far the copy of a recording is."""
        with self._lock:
            state = self._states.get((sitting.job.media, what), Copying())
        if state.state in ("none", "done"):
            return Copying("done", 1.0) if existing(sitting, what) else Copying()
        return state

    def make(self, sitting: Sitting, what: str, format: Format) -> None:
        """Begin a copy, unless it is there or begun."""
        if self.state(sitting, what).state in ("running", "done"):
            return
        self._tell(sitting, what, Copying("running"))
        threading.Thread(target=self._made, args=(sitting, what, format), name="copy", daemon=True).start()

    def stop(self) -> None:
        """End the copy that is being made; nothing of it stays."""
        self._stopped.set()
        with self._one:
            pass  # its part is removed by whoever wrote it

    def _made(self, sitting: Sitting, what: str, format: Format) -> None:
        def told(share: float) -> None:
            if self._stopped.is_set():
                raise _Stopped
            self._tell(sitting, what, Copying("running", share))

        job, store = sitting.job, Store.of(sitting.job.out, sitting.job.name)
        try:
            with self._one:
                told(0.0)
                store.make()
                leftovers.sweep((store.folder,))
                target = store.folder / f"{_name(job.media, what)}{format.suffix}"
                with replacing(target) as part:
                    proxy.encode(job.media, part, format, listened_to(job.media, job.out), told)
                _remove_others(store.folder, what, target)
        except _Stopped:
            return
        except (VignetteError, OSError) as error:
            problem = problem_of(error) if isinstance(error, VignetteError) else str(error.strerror)
            self._tell(sitting, what, Copying("failed", problem=problem))
            return
        self._tell(sitting, what, Copying("done", 1.0))

    def _tell(self, sitting: Sitting, what: str, state: Copying) -> None:
        with self._lock:
            self._states[sitting.job.media, what] = state


def existing(sitting: Sitting, what: str) -> Path | None:
    """The copy that was made of the recording as it is now, None where there is none."""
    folder, name = Store.of(sitting.job.out, sitting.job.name).folder, _name(sitting.job.media, what)
    found = (folder / f"{name}{suffix}" for suffix in _SUFFIXES)
    return next((path for path in found if path.is_file()), None)


def _name(media: Path, what: str) -> str:
    """The name of a copy: of what, and a digest of the recording's size, time and inode."""
    return f"{_STEM[what]}-{hashlib.sha256(repr(stamp(media)).encode()).hexdigest()[:12]}"


def _remove_others(folder: Path, what: str, kept: Path) -> None:
    """Remove copies of what the recording was before."""
    for path in folder.glob(f"{_STEM[what]}-*"):
        if path != kept:
            path.unlink(missing_ok=True)


def routes(library: Library, copier: Copier) -> list[Route]:
    """The addresses of copies."""

    async def wanted(request: Request) -> tuple[Sitting, str]:
        sitting = await run_in_threadpool(library.sitting, request.path_params["video"])
        what = request.path_params["what"]
        if sitting is None or what not in _STEM or library.media_file(sitting) is None:
            raise HTTPException(404)
        return sitting, what

    async def state(request: Request) -> Response:
        return JSONResponse(copier.state(*await wanted(request)).as_json())

    async def make(request: Request) -> Response:
        (sitting, what), asked = await wanted(request), await sent(request)
        plays = asked.get("plays")
        if not isinstance(plays, list) or not all(isinstance(p, str) for p in plays):
            raise UsageError("it is not known what this browser plays", "load the page again")
        format = await run_in_threadpool(proxy.chosen, what == "picture", plays)
        copier.make(sitting, what, format)
        return JSONResponse(copier.state(sitting, what).as_json())

    async def media(request: Request) -> Response:
        sitting, what = await wanted(request)
        types = {f.suffix: f.media_type for f in (proxy.PICTURES if what == "picture" else proxy.SOUNDS)}
        path = existing(sitting, what)
        kind = types[path.suffix] if path else ""
        return await answered(request, lambda: path, kind)

    return [
        Route("/api/videos/{video}/copy/{what}", state, methods=["GET"]),
        Route("/api/videos/{video}/copy/{what}", make, methods=["POST"]),
        Route("/copy/{video}/{what}", media),
    ]
