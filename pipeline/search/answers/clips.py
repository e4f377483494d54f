"""Clip extraction: cut the hits out of their recordings, one file each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import OutputError, VignetteError
from pipeline.media.suffixes import SUFFIXES
from pipeline.search.answers.results import Hit
from pipeline.timing import format_timecode

# Handles on either side of a hit: a cut right at the first sound of a word is heard as one. No measurement is recorded.
MARGIN_MS = 500


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip of a hit, handles included; where none could be cut, `path` is "" and `problem` says why."""

    video: str
    start_ms: int
    end_ms: int
    path: str = ""
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """The clip as plain JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        return f"clip {self.path}" if self.path else f"no clip: {self.problem}"


def recording_of(video: str, media: Path) -> Path | None:
    """The recording whose file is named as the video, None when it is not in the folder."""
    if not media.is_dir():
        return None
    found = [
        p
        for p in media.iterdir()
        if p.suffix.lower() in SUFFIXES and video in (p.stem, p.name) and p.is_file()
    ]
    return min(found, default=None)


# Which audio track of a recording its transcript was made of, from 1; 0 for the one that is usually taken.
TrackOf = Callable[[Path], tuple[int, str]]


def usual_track(recording: Path) -> tuple[int, str]:
    """The track that is taken where nobody chose one, for the language that is expected where nobody said."""
    return 0, "en"


def cut(hits: Sequence[Hit], media: Path, folder: Path, track_of: TrackOf = usual_track) -> tuple[Clip, ...]:
    """Cut every hit out of its recording in `media` into `folder`; what fails is said in its clip.

    `track_of` gives the audio track (0 for the usual one) and the language that were listened to.
    Raises OutputError when the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            folder, f"cannot be made: {error.strerror}", "choose another folder with --clips"
        ) from error
    return tuple(_cut_one(number, hit, media, folder, track_of) for number, hit in enumerate(hits, 1))


def _cut_one(number: int, hit: Hit, media: Path, folder: Path, track_of: TrackOf) -> Clip:
    video = hit.moments[0].video
    start_ms, end_ms = max(0, hit.start_ms - MARGIN_MS), hit.end_ms + MARGIN_MS
    recording = recording_of(video, media)
    if recording is None:
        return Clip(video, start_ms, end_ms, problem=f"there is no recording of '{video}' in '{media}'")
    stem = f"{number:03}-{_plain(video)}-{format_timecode(start_ms)[:-4].replace(':', '.')}"
    try:
        path = _encode(recording, track_of(recording), start_ms, end_ms, folder / stem)
    except VignetteError as error:
        return Clip(video, start_ms, end_ms, problem=str(error))
    return Clip(video, start_ms, end_ms, str(path))


def _plain(name: str) -> str:
    """The name as part of a file name: no separator of folders, no leading dot or dash."""
    return re.sub(r"[^\w.-]+", "_", name).strip(".-_")[:80] or "video"


def _encode(recording: Path, track: tuple[int, str], start_ms: int, end_ms: int, stem: Path) -> Path:
    """Encode anew, because copying could only begin at a key frame, seconds away from the words."""
    import ffmpeg

    from pipeline.media.facts import facts
    from pipeline.media.ffmpeg import file_url, run_ffmpeg
    from pipeline.media.opening import ffmpeg_input

    found = facts(recording, *track)
    source = ffmpeg_input(recording, ss=f"{start_ms / 1000:.3f}", t=f"{(end_ms - start_ms) / 1000:.3f}")
    video, sound = found.has_picture, source[str(found.audio_stream)]
    path = stem.with_name(stem.name + (".mp4" if video else ".m4a"))
    streams = [source[str(found.picture_stream)], sound] if video else [sound]
    options: dict[str, Any] = {"acodec": "aac", "movflags": "+faststart", "map_metadata": -1}
    if video:  # H.264 in 4:2:0 needs even sides
        even = {"pix_fmt": "yuv420p", "vf": "scale=trunc(iw/2)*2:trunc(ih/2)*2"}
        options |= {"vcodec": "libx264", "preset": "veryfast", "crf": 20, **even}
    run_ffmpeg(ffmpeg.output(*streams, file_url(path), **options), recording)
    return path
