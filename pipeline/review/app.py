"""The addresses of the review page, and what each answers: documents, modules and style as they are, all else JSON.

No answer and no log holds more of a transcript than what was asked for; errors are one sentence.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipeline.errors import JournalChanged, NotCaptioned, QueryError, UsageError, VignetteError, printable
from pipeline.formats.writers import chapters_vtt, vtt
from pipeline.review import acts, copying, downloads, mending, pieces, searching, sheet, standing
from pipeline.review.asked import sent, text, who
from pipeline.review.copying import Copier
from pipeline.review.gate import Gate, Pass, TooLarge
from pipeline.review.lanes import lanes
from pipeline.review.library import Library, media_type
from pipeline.review.signing import signing
from pipeline.review.sitting import Sitting
from pipeline.review.waveform import waveform

PAGE = Path(__file__).with_name("page")
# The files of the page by their names, read from this folder alone.
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

Answer = Callable[[Request], Awaitable[Response]]


class Pages:
    """What every address answers, for the recordings of one library."""

    def __init__(self, library: Library, reviewer: str) -> None:
        self.library, self.reviewer = library, reviewer
        self._names = {path.name for path in PAGE.iterdir() if path.suffix in TYPES}

    # --- the page -----------------------------------------------------------------------------------------------

    async def document(self, request: Request, name: str) -> Response:
        return self._file(name)

    async def part(self, request: Request) -> Response:
        return self._file(request.path_params["name"])

    def _file(self, name: str) -> Response:
        if name not in self._names:
            raise HTTPException(404)
        path = PAGE / name
        return Response(path.read_bytes(), media_type=TYPES[path.suffix])

    # --- what is read -------------------------------------------------------------------------------------------

    async def folder(self, request: Request) -> Response:
        sittings = await run_in_threadpool(self.library.scan)
        refused = [{"name": path.name, "problem": str(error)} for path, error in self.library.refused]
        videos = [{"id": s.id, "name": s.job.media.name, "title": s.job.settings.title} for s in sittings]
        return JSONResponse({"videos": videos, "refused": refused, "reviewer": self.reviewer})

    async def video(self, request: Request) -> Response:
        name = request.query_params.get("who", "")
        sitting = await run_in_threadpool(self.library.current, request.path_params["video"])
        if sitting is None:
            raise HTTPException(404)
        self.library.opened(sitting)
        return JSONResponse(await run_in_threadpool(sheet.sheet, sitting, name))

    async def findings(self, request: Request) -> Response:
        sitting = await self._sitting(request)

        def found() -> dict[str, Any]:
            look = sitting.look()
            return {
                "revision": look.revision,
                "findings": sheet.findings(sitting, sitting.desk("", look)).as_json(),
            }

        return JSONResponse(await run_in_threadpool(found))

    async def lanes(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(lanes, await self._sitting(request)))

    async def signing(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(signing, await self._sitting(request)))

    async def waveform(self, request: Request) -> Response:
        sitting = await self._sitting(request)
        data = await run_in_threadpool(waveform, sitting.job)
        return Response(data, media_type="application/octet-stream")

    async def making(self, request: Request) -> Response:
        sitting = await self._sitting(request)
        return JSONResponse(sitting.remaker.making(sitting.job).as_json())

    async def media(self, request: Request) -> Response:
        sitting = await self._sitting(request)
        find = partial(self.library.media_file, sitting)
        return await pieces.answered(request, find, media_type(sitting.job.media))

    async def track(self, request: Request) -> Response:
        sitting, kind = await self._sitting(request), request.path_params["kind"]
        writers = {"captions.vtt": vtt.dumps, "chapters.vtt": chapters_vtt.dumps}
        if kind not in writers:
            raise HTTPException(404)
        track = await run_in_threadpool(lambda: writers[kind](sitting.look().transcript))
        return Response(track.encode("utf-8", "replace"), media_type="text/vtt")

    # --- what is done -------------------------------------------------------------------------------------------

    async def act(self, request: Request) -> Response:
        sitting, asked = await self._sitting(request), await sent(request)
        name, revision, kind = who(asked), text(asked, "revision", 100), text(asked, "kind", 100)
        written = await run_in_threadpool(acts.decide, sitting, name, revision, kind, asked)
        return JSONResponse({"saved": [d.id for d in written]})

    async def preview(self, request: Request) -> Response:
        sitting, asked = await self._sitting(request), await sent(request)
        keys = acts.Request(asked).keys()

        def mends() -> dict[str, Any]:
            return {"mends": sheet.findings(sitting, sitting.desk("")).preview(keys)}

        return JSONResponse(await run_in_threadpool(mends))

    async def run(self, request: Request) -> Response:
        sitting = await self._sitting(request)
        await sent(request)
        sitting.remaker.soon(sitting.job)
        return JSONResponse(sitting.remaker.making(sitting.job).as_json())

    async def _sitting(self, request: Request) -> Sitting:
        video = request.path_params["video"]
        found = self.library.known(video) or await run_in_threadpool(self.library.sitting, video)
        if found is None:
            raise HTTPException(404)
        return found


# --- errors -------------------------------------------------------------------------------------------------------------


async def _outdated(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": "somebody decided meanwhile: look again, nothing was written"}, 409)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, VignetteError)
    status = 404 if isinstance(error, NotCaptioned) else 400 if isinstance(error, UsageError) else 500
    facts: dict[str, Any] = {"error": str(error.facts()["message"]), "kind": type(error).__name__}
    if isinstance(error, QueryError):
        facts["at"] = error.at
    return JSONResponse(facts, status)


async def _too_large(request: Request, error: Exception) -> Response:
    return PlainTextResponse("That is too large.", 413)


async def _gone(request: Request, error: Exception) -> Response:
    return PlainTextResponse("", 400)


async def _unforeseen(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": printable(f"an unforeseen {type(error).__name__} - please report it")}, 500)


def application(
    library: Library, admitted: Pass, reviewer: str = "", copier: Copier | None = None
) -> Starlette:
    """The review page of a library, for whoever has the pass; `reviewer` is proposed as the name of who decides."""
    pages = Pages(library, reviewer)
    video = "/api/videos/{video}"
    routes = [
        Route("/", partial(pages.document, name="folder.html")),
        Route("/search", partial(pages.document, name="search.html")),
        Route("/video/{video}", partial(pages.document, name="video.html")),
        Route("/page/{name}", pages.part),
        Route("/api/videos", pages.folder),
        Route(video, pages.video),
        Route(f"{video}/findings", pages.findings),
        Route(f"{video}/concepts", pages.lanes),
        Route(f"{video}/signing", pages.signing),
        Route(f"{video}/waveform", pages.waveform),
        Route(f"{video}/preview", pages.preview, methods=["POST"]),
        Route(f"{video}/making", pages.making),
        Route(f"{video}/act", pages.act, methods=["POST"]),
        Route(f"{video}/run", pages.run, methods=["POST"]),
        Route("/media/{video}", pages.media),
        Route("/tracks/{video}/{kind}", pages.track),
        *standing.routes(library),
        *searching.routes(library),
        *mending.routes(library),
        *downloads.routes(library),
        *copying.routes(library, copier or Copier()),
    ]
    handlers: Any = {
        JournalChanged: _outdated, VignetteError: _problem, TooLarge: _too_large,
        ClientDisconnect: _gone, Exception: _unforeseen,
    }  # fmt: skip
    return Starlette(
        routes=routes, middleware=[Middleware(Gate, admitted=admitted)], exception_handlers=handlers
    )
