"""What is taken from the page as files: the captions and the document as they stand, and the report on the review."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.commands import review_report
from pipeline.formats.document import writer
from pipeline.formats.writers import srt, vtt
from pipeline.review import sheet
from pipeline.review.library import Library
from pipeline.review.sitting import Look, Sitting
from pipeline.run.preview import preview
from pipeline.transcript import Transcript

# What is made of a transcript -> its media type and what makes it.
FILES: dict[str, tuple[str, Callable[[Transcript], str]]] = {
    "srt": ("application/x-subrip", srt.dumps),
    "vtt": ("text/vtt", vtt.dumps),
    "json": ("application/json", writer.dumps),
}
REPORTS = {"report.html": "text/html", "report.csv": "text/csv"}


def routes(library: Library) -> list[Route]:
    """The addresses of files that are taken along."""

    async def download(request: Request) -> Response:
        sitting = await run_in_threadpool(library.sitting, request.path_params["video"])
        kind = request.path_params["kind"]
        if sitting is None or kind not in (*FILES, *REPORTS):
            raise HTTPException(404)
        name, media_type, content = await run_in_threadpool(_made, sitting, kind)
        headers = {"content-disposition": attachment(name)}
        return Response(content.encode("utf-8", "replace"), headers=headers, media_type=media_type)

    return [Route("/api/videos/{video}/files/{kind}", download)]


def attachment(name: str) -> str:
    """The header by which a browser saves what it gets under a name, whatever letters that has (RFC 6266, RFC 5987)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


def _made(sitting: Sitting, kind: str) -> tuple[str, str, str]:
    """The name of a file, its media type and what is in it."""
    look = sitting.look()
    stem = sitting.job.name
    if kind in REPORTS:
        return f"{stem}.{kind}", REPORTS[kind], _report(sitting, look, REPORTS[kind])
    media_type, dumps = FILES[kind]
    shown = look.transcript
    if kind == "json":  # concepts are found anew where words changed, which the page does not wait for
        shown = preview(sitting.job, look.shown.replay.contents, tagging=True).transcript
    middle = "" if kind == "json" else f".{shown.lang}"
    draft = ".draft" if shown.is_draft and kind != "json" else ""
    return f"{stem}{draft}{middle}.{kind}", media_type, dumps(shown)


def _report(sitting: Sitting, look: Look, kind: str) -> str:
    audited = sheet.findings(sitting, sitting.desk("", look)).report
    return review_report.written(review_report.review_report(sitting.job, look.shown, audited), kind)
