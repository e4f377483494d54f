"""YouTube chapters: lines of a time and a title, to paste into a video's description.

YouTube shows them where the first begins at 0:00, there are three at least, and each lasts ten seconds at least
(https://support.google.com/youtube/answer/9884579).
"""

from __future__ import annotations

from pipeline.errors import counted
from pipeline.formats.document.captions import Captioned
from pipeline.formats.document.reader import Scene
from pipeline.formats.writers.exported import Exported
from pipeline.formats.writers.render import clean
from pipeline.timing import clock

MIN_CHAPTERS = 3
MIN_LENGTH_MS = 10_000


def dumps(read: Captioned) -> Exported:
    """The parts as chapters; one shorter than YouTube takes is left to its neighbour."""
    scenes = sorted(read.document.scenes, key=lambda s: s.start_ms)
    end_ms = max([read.document.duration_ms, *(s.end_ms for s in scenes)], default=0)
    kept = _long_enough(scenes, end_ms)
    lines = [
        f"{clock(0 if n == 0 else s.start_ms)} {clean(s.title) or clean(s.id)}" for n, s in enumerate(kept)
    ]
    notes = []
    if left := len(scenes) - len(kept):
        notes.append(
            f"{counted(left, 'part')} shorter than the 10 seconds that YouTube demands, and left to a neighbour"
        )
    if kept and kept[0].start_ms >= 1000:
        notes.append("the first part was put to 0:00, as YouTube demands")
    if len(kept) < MIN_CHAPTERS:
        notes.append(f"{counted(len(kept), 'chapter')}, and YouTube shows none below {MIN_CHAPTERS}")
    return Exported("".join(f"{line}\n" for line in lines).encode(), tuple(notes))


def _long_enough(scenes: list[Scene], end_ms: int) -> list[Scene]:
    """The parts that begin ten seconds at least, in whole seconds as they are written, before the next and before the end."""
    kept: list[Scene] = []
    for scene in scenes:
        at = scene.start_ms // 1000 * 1000 if kept else 0
        before = (kept[-1].start_ms // 1000 * 1000 if len(kept) > 1 else 0) if kept else None
        if before is None or at - before >= MIN_LENGTH_MS:
            kept.append(scene)
    while len(kept) > 1 and end_ms - kept[-1].start_ms < MIN_LENGTH_MS:
        kept.pop()
    return kept
