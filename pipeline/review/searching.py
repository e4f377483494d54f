"""The search page's answers: hits with facets and lanes, what may stand at the cursor, and what is taken along of a search.

Queries are sent, never part of an address: an address stays in the browser's history.
"""

from __future__ import annotations

import io
import json
import threading
import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.commands import search as search_command
from pipeline.concepts import codebook
from pipeline.concepts.codebook import Codebook
from pipeline.errors import IndexFileError, QueryError, UsageError
from pipeline.leftovers import temporary_folder
from pipeline.review.asked import number, sent, text
from pipeline.review.downloads import attachment
from pipeline.review.library import Library, id_of
from pipeline.search.answers.results import Count
from pipeline.search.engine import Index
from pipeline.search.index import build
from pipeline.search.meaning import encoder as encoders
from pipeline.search.query import completion, parser
from pipeline.search.query.guide import GUIDE
from pipeline.search.query.narrowing import narrowed
from pipeline.search.query.parser import Field

# Hits that the search page shows, and hits that are written into a file.
MAX_HITS = 100
MAX_EXPORTED = 10_000
# Hits that are cut out of their recordings at once: each takes about a second.
MAX_CLIPS = 20
MAX_QUERY_CHARS = parser.MAX_CHARS
# Places in the lanes of a timeline, and values of a facet.
MAX_PLACES = 5_000
MAX_VALUES = 12
# So long an index is taken for up to date while a query is written, in seconds.
FRESH_S = 10.0
FACETS = ("concept", "speaker", "video", "vignette")
_TYPES = {"csv": "text/csv", "json": "application/json"}


def routes(library: Library) -> list[Route]:
    """The addresses of the search page, all of which take JSON."""
    found = Searching(library)
    return [
        Route("/api/search", found.search, methods=["POST"]),
        Route("/api/search/guide", found.guide),
        Route("/api/search/complete", found.complete, methods=["POST"]),
        Route("/api/search/export", found.export, methods=["POST"]),
        Route("/api/search/clips", found.clips, methods=["POST"]),
    ]


class Searching:
    """The search over the transcripts of one library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._lock, self._fresh_until = threading.Lock(), 0.0

    async def guide(self, request: Request) -> Response:
        return JSONResponse({"guide": GUIDE})

    async def search(self, request: Request) -> Response:
        query = _query(await sent(request))
        return JSONResponse(await run_in_threadpool(self._found, query))

    async def complete(self, request: Request) -> Response:
        asked = await sent(request)
        query, caret = _query(asked), number(asked, "caret", MAX_QUERY_CHARS)
        return JSONResponse(await run_in_threadpool(self._completed, query, caret))

    async def export(self, request: Request) -> Response:
        asked = await sent(request)
        query, kind = _query(asked), text(asked, "format", 10)
        if kind not in _TYPES:
            raise UsageError(f"there is no format '{kind}'", f"choose {' or '.join(_TYPES)}")
        content = (await run_in_threadpool(self._exported, query, kind)).encode("utf-8", "replace")
        headers = {"content-disposition": attachment(f"hits.{kind}")}
        return Response(content, headers=headers, media_type=_TYPES[kind])

    async def clips(self, request: Request) -> Response:
        query = _query(await sent(request))
        archive, left_out = await run_in_threadpool(self._cut, query)
        headers = {"content-disposition": attachment("clips.zip"), "x-left-out": str(left_out)}
        return Response(archive, headers=headers, media_type="application/zip")

    # --- what is found ------------------------------------------------------------------------------------------

    def _found(self, query: str) -> dict[str, Any]:
        place = self.library.place
        found: dict[str, Any] = json.loads(self._searched(query, "json", MAX_HITS))
        ids = {s.job.name: id_of(s.job) for s in self.library.scan()}
        for hit in found["hits"]:
            for moment in hit["moments"]:
                moment["id"] = ids.get(moment["video"], "")
                moment["like"] = f"like:{completion.quoted(moment['video'] + '#' + moment['utterance'])}"
        with Index.of(place.out, _codebook()) as index:
            facets, lanes = _facets(index, query), _lanes(index, query, found["hits"])
        for lane in lanes:
            lane["id"] = ids.get(lane["video"], "")
        return {**found, "facets": facets, "lanes": lanes, "by_meaning": encoders.installed() is not None}

    def _completed(self, query: str, caret: int) -> dict[str, Any]:
        out = self.library.place.out
        try:
            self._brought_up_to_date(out)
            with Index.of(out, _codebook()) as index:
                found = completion.complete(query, caret, _codebook(), index.connection)
                problem = _problem(index, query)
        except IndexFileError:  # what the language and the lexicon know
            found, problem = completion.complete(query, caret, _codebook(), None), _problem(None, query)
        choices = [{"text": c.text, "what": c.what} for c in found.choices]
        return {"first": found.first, "last": found.last, "choices": choices, "problem": problem}

    def _brought_up_to_date(self, out: Path) -> None:
        """Read transcripts that are new to the index, so that names are known before the first search; at most every few seconds,
        for this is asked at every letter. One that cannot be written is searched as it is."""
        with self._lock:
            if time.monotonic() < self._fresh_until:
                return
            with suppress(IndexFileError):
                build.update(out)
            self._fresh_until = time.monotonic() + FRESH_S

    def _exported(self, query: str, kind: str) -> str:
        return self._searched(query, kind, MAX_EXPORTED)

    def _searched(self, query: str, kind: str, most: int, clips: Path | None = None) -> str:
        """The hits, of transcripts as they are now, as JSON or CSV; no path of this machine is in it."""
        place = self.library.place
        search_command.index(place.out)
        return search_command.search(
            query, place.out, kind, most, None, clips, place.media, linked=False, derived_too=False
        )[0]

    def _cut(self, query: str) -> tuple[bytes, int]:
        """An archive of the first hits' clips, and how many could not be cut."""
        with temporary_folder() as folder:
            made = json.loads(self._searched(query, "json", MAX_CLIPS, folder))["clips"]
            if not made:
                raise UsageError("nothing was found", "search for something else")
            if not any(c["path"] for c in made):
                raise UsageError(f"no clip could be cut: {made[0]['problem']}", "look at the recording")
            held = io.BytesIO()
            with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
                for clip in (c for c in made if c["path"]):
                    archive.write(clip["path"], Path(clip["path"]).name)
        return held.getvalue(), sum(not c["path"] for c in made)


def _query(asked: dict[str, Any]) -> str:
    return text(asked, "query", MAX_QUERY_CHARS)


@lru_cache(maxsize=1)
def _codebook() -> Codebook:
    """The concepts, read once: they are asked for at every letter."""
    return codebook.load()


def _problem(index: Index | None, query: str) -> dict[str, Any] | None:
    """What cannot be read in a query, or names what there is not, and at which character; None for a good one, or none."""
    if not query.strip():
        return None
    try:
        parsed = parser.parse(query)
        if index is not None and not any(
            isinstance(part, Field) and part.name == "like"
            for s in parsed.steps
            for part in parser.leaves(s.node)
        ):
            index.places(query, 1)
    except QueryError as error:
        return {"error": str(error.facts()["message"]), "at": error.at}
    return None


def _facets(index: Index, query: str) -> dict[str, list[dict[str, Any]]]:
    """How the hits divide, each value with the query that asks for it alone; none where hits fulfil only some of the query."""
    try:
        counts = {by: index.count(query, by, drafts=True) for by in FACETS}
        return {by: [_facet(index, query, by, c) for c in found[:MAX_VALUES]] for by, found in counts.items()}
    except QueryError:  # a search for what is alike has no counts
        return {by: [] for by in FACETS}


def _facet(index: Index, query: str, by: str, count: Count) -> dict[str, Any]:
    return {
        "value": count.value,
        "hits": count.hits,
        "of": count.of,
        "query": _narrowed(index, query, by, count.value),
    }


def _narrowed(index: Index, query: str, by: str, value: str) -> str:
    """The query that asks for one value of a facet alone; "" where none can."""
    for conditions in _conditions(by, value):
        try:
            asked = query
            for field, wanted in conditions:
                asked = narrowed(asked, field, wanted)
            if index.places(asked, 1):
                return asked
        except QueryError:
            continue
    return ""


def _conditions(by: str, value: str) -> Sequence[Sequence[tuple[str, str]]]:
    """What may ask for a value: a person who is one in each video is shown with it, a part with its video."""
    if by == "vignette":
        video, _, part = value.rpartition(", ")
        kind, _, number_ = part.partition(" ")
        where = ("vignette", number_) if kind == "Vignette" else ("kind", kind.lower())
        return ((("video", video), where),)
    video, _, name = value.partition(": ")
    return ((by, value),), ((by, name), ("video", video))


def _lanes(index: Index, query: str, hits: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A lane for each video: its length, and where its hits are; of a loose search those that are shown."""
    try:
        places = index.places(query, MAX_PLACES)
    except QueryError:
        places = ()
    lanes: dict[str, dict[str, Any]] = {}
    for place in places:
        lane = lanes.setdefault(place.video, _lane(place.video, place.title, place.duration_ms))
        lane["starts_ms"].append(place.start_ms)
    if not lanes:
        for moment in (hit["moments"][0] for hit in hits):
            lane = lanes.setdefault(moment["video"], _lane(moment["video"], moment["title"], 0))
            lane["starts_ms"].append(moment["start_ms"])
            lane["duration_ms"] = max(lane["duration_ms"], moment["end_ms"])
    return list(lanes.values())


def _lane(video: str, title: str, duration_ms: int) -> dict[str, Any]:
    return {"video": video, "title": title, "duration_ms": duration_ms, "starts_ms": []}
