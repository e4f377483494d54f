"""Shot boundary detection and on-screen text recognition, from key frames and groups of pictures that may hold a change.

83 minutes have some hundred thousand pictures, and decoding all of them takes minutes. The sizes of packets say which matter:
key frames, and the groups of pictures in which a packet is far larger than its neighbours. A cut between neighbouring pictures
is exact (`slack_ms` 0); one between pictures that lie apart has their distance as its slack.

    packets   times and sizes of packets, and where the picture probably changes
    sampling  which packets are decoded, and the decoded pictures
    shots     shot boundaries, and the look of each shot: moving, still, card or black
    ocr       text on the screen, from when to when
    reader    which reader of text is installed

`run` is the stage.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.progress import Progress, part, silent
from pipeline.settings import PictureSettings
from pipeline.stages.picture.reader import reader_identity
from pipeline.transcript import Picture

if TYPE_CHECKING:
    from pipeline.stages.picture.ocr import Reader

__all__ = ["reader_identity", "run"]

NO_READER = (
    "text on the screen was not read: the package rapidocr is not installed, or came without its models"
)


def run(
    path: Path,
    duration_ms: int,
    settings: PictureSettings,
    progress: Progress = silent,
    reader: Reader | None = None,
) -> Picture:
    """The shots of the recording and the text on its screen; both empty without a picture, with a note that says why.

    `duration_ms` is the length of the recording; `reader` replaces RapidOCR. Errors of decoding are not raised but noted.
    """
    import av

    from pipeline.stages.picture.ocr import TextTracker, rapid_reader
    from pipeline.stages.picture.packets import read_packets
    from pipeline.stages.picture.sampling import plan, sampled_frames
    from pipeline.stages.picture.shots import ShotTracker

    try:
        packets = read_packets(path)
    except (av.error.FFmpegError, OSError) as error:
        return Picture(notes=(f"the picture could not be read: {type(error).__name__}",))
    if not packets.keys.any():
        return Picture(notes=("the recording has no picture: no shots, and no text on the screen",))
    progress(0.1)
    read = (reader or rapid_reader()) if settings.read_text else None
    notes = (NO_READER,) if settings.read_text and read is None else ()
    shot_tracker = ShotTracker(packets)
    text_tracker = TextTracker(read, duration_ms) if read else None
    chosen = plan(packets, _pixels(path), settings.shots == "exact")
    try:
        for sampled in sampled_frames(path, packets, chosen, part(progress, 0.1, 1.0)):
            begun = shot_tracker.add(sampled)
            if text_tracker:
                text_tracker.add(sampled, shot_tracker.start_ms if begun else None)
    except (av.error.FFmpegError, OSError) as error:
        notes = (*notes, f"the picture could be read only in part: {type(error).__name__}")
    texts = text_tracker.finish(duration_ms) if text_tracker else ()
    return Picture(shot_tracker.finish(duration_ms), texts, notes)


def _pixels(path: Path) -> int:
    from pipeline.media.decode import moving_pictures, open_container

    with open_container(path) as container:
        stream = moving_pictures(container)[0]
        return max(1, int(stream.width) * int(stream.height))
