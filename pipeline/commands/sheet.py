"""Contact sheet: the parts of a recording on one HTML page, a video frame for each; the page loads nothing from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from pipeline.errors import counted
from pipeline.formats.document.reader import Document, Scene
from pipeline.timing import clock

# A part is shown by the frame this long after its start, behind its title card; by its middle when that is sooner. Set by hand.
FRAME_DELAY_MS = 6000
FRAME_WIDTH_PX = 320

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}: parts</title>
<style>
body {{ font: 1rem/1.4 system-ui, sans-serif; margin: 1.5rem; color: #1a1a1a; background: #fff }}
ol {{ list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1.5rem }}
img, .none {{ width: 100%; aspect-ratio: 16 / 9; object-fit: contain; background: #111; display: block }}
h2 {{ font-size: 1.05rem; margin: .5rem 0 .1rem }}
p {{ margin: .1rem 0; color: #444; font-size: .9rem }}
</style></head>
<body><main><h1>{title}</h1><p>{count}</p>
<ol>
{items}
</ol></main></body></html>
"""


def page(title: str, transcript: Document, frames: Sequence[bytes | None]) -> str:
    """Render the contact sheet of a transcript's parts as HTML; `frames` are each part's JPEG or None."""
    names = {person.id: person.name for person in transcript.people}
    items = [_item(part, names, frame) for part, frame in zip(transcript.scenes, frames, strict=True)]
    return _PAGE.format(title=escape(title), count=counted(len(items), "part"), items="\n".join(items))


def _item(part: Scene, names: dict[str, str], frame: bytes | None) -> str:
    """A part as a list item: its frame, title, times and kind, cast, and evidence."""
    title, kind = escape(part.title), escape(part.kind)
    cast = escape(", ".join(names.get(who) or who for who in part.cast))
    evidence = escape("; ".join(part.evidence))
    picture = '<div class="none"></div>'
    if frame is not None:
        data = base64.b64encode(frame).decode("ascii")
        picture = f'<img alt="A picture of the part {title}" src="data:image/jpeg;base64,{data}">'
    lines = [f"{clock(part.start_ms)} to {clock(part.end_ms)}, {kind}", cast, evidence]
    paragraphs = "".join(f"<p>{line}</p>" for line in lines if line)
    return f"<li>{picture}<h2>{title}</h2>{paragraphs}</li>"


def frames_of(media: Path, parts: Sequence[Scene]) -> list[bytes | None]:
    """Decode a JPEG thumbnail of each part; None where the recording has no picture, or none there. Raises av's own errors."""
    import cv2

    from pipeline.media.decode import moving_pictures, open_container, origin_s

    found: list[bytes | None] = []
    with open_container(media) as container:
        streams = moving_pictures(container)
        if not streams:
            return [None] * len(parts)
        base, origin = float(streams[0].time_base), origin_s(container)
        for part in parts:
            at_ms = min(part.start_ms + FRAME_DELAY_MS, (part.start_ms + part.end_ms) // 2)
            stamp = round((at_ms / 1000 + origin) / base)
            container.seek(stamp, stream=streams[0])
            frame = next(
                (f for f in container.decode(streams[0]) if f.pts is not None and f.pts >= stamp), None
            )
            if frame is None:
                found.append(None)
                continue
            height = max(2, round(FRAME_WIDTH_PX * frame.height / frame.width))
            picture = frame.reformat(FRAME_WIDTH_PX, height, "bgr24").to_ndarray()
            done, data = cv2.imencode(".jpg", picture)
            found.append(data.tobytes() if done else None)
    return found
