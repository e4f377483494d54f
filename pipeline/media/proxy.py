"""Proxies: light copies of a recording in a format that browsers play, on the same presentation clock as the recording.

What is heard and seen at a time in the recording is heard and seen at that time in the copy: sound begins at presentation
time 0 (silence before a late start), gaps in its timestamps are filled, and pictures keep their timestamps.
"""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import MediaError
from pipeline.media.decode import heard_or_seen
from pipeline.media.facts import MediaFacts, facts
from pipeline.media.ffmpeg import ffmpeg_binary, file_url, run_ffmpeg
from pipeline.media.opening import ffmpeg_input, open_container, steady
from pipeline.progress import Progress, silent

# The most rows and pictures a second of a copy; chosen: captions and faces can be judged, and a film takes a tenth of its length.
MAX_HEIGHT_PX = 480
MAX_RATE = 30
# So many seconds at most between two pictures that a player can jump to.
_SEEK_S = 2
# Jumps of the sound's timestamps from here on are followed at once, by silence or by a cut; as the decoder of ours does.
_HARD_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Format:
    """A format of copies: how its files end, their media type, ffmpeg's name of the container, and what encodes into it."""

    suffix: str
    media_type: str
    muxer: str
    sound: str
    picture: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def encoders(self) -> tuple[str, ...]:
        """The encoders of ffmpeg that this takes."""
        return tuple(filter(None, (self.picture, self.sound)))


_FAST_VPX = {"deadline": "realtime", "cpu-used": 8, "row-mt": 1, "crf": 36, "b:v": "1M"}
# Best first: what is made quickest, then what every browser plays.
PICTURES = (
    Format(
        ".mp4",
        "video/mp4",
        "mp4",
        "aac",
        "libx264",
        {"preset": "veryfast", "crf": 28, "movflags": "+faststart"},
    ),
    Format(".webm", "video/webm", "webm", "libopus", "libvpx-vp9", _FAST_VPX),
    Format(".webm", "video/webm", "webm", "libopus", "libvpx", _FAST_VPX),
)
SOUNDS = (
    Format(".m4a", "audio/mp4", "mp4", "aac", options={"movflags": "+faststart"}),
    Format(".webm", "audio/webm", "webm", "libopus"),
)


def chosen(with_picture: bool, plays: Sequence[str]) -> Format:
    """The format of a copy that a browser plays, which names the media types that it does. Raises MediaError for none."""
    known = _encoders()
    for one in PICTURES if with_picture else SOUNDS:
        if one.media_type in plays and all(encoder in known for encoder in one.encoders):
            return one
    problem = "this ffmpeg makes no copy that this browser plays"
    raise MediaError(
        Path("ffmpeg"), problem, "take the ffmpeg of the package imageio-ffmpeg, or another browser"
    )


@functools.lru_cache(maxsize=1)
def _encoders() -> frozenset[str]:
    """The encoders that ffmpeg has, by name."""
    ran = subprocess.run(
        [ffmpeg_binary(), "-hide_banner", "-encoders"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return frozenset(re.findall(r"^ [VA]\S{5} (\S+)", ran.stdout, re.MULTILINE))


def encode(
    recording: Path,
    target: Path,
    format: Format,
    track: tuple[int, str] = (0, "en"),
    progress: Progress = silent,
) -> None:
    """Write a copy of a recording into `target`: its picture, where the format has one, and the sound of `track`.

    Raises MediaError, also where the recording changes meanwhile.
    """
    import ffmpeg

    with steady(recording):
        found = facts(recording, *track)
        source = ffmpeg_input(recording)
        sound = source[str(found.audio_stream)]
        streams, options = [sound], {**format.options}
        if format.picture:
            if found.picture_stream is None or found.lost_picture:
                raise MediaError(
                    recording, "has no picture that can be copied", "make a copy of its sound alone"
                )
            streams.insert(0, source[str(found.picture_stream)])
            options |= _picture_options(format, found)
        options |= {
            "acodec": format.sound, "b:a": "64k", "ac": 1, "ar": 48000, "format": format.muxer, "map_metadata": -1,
            "map_chapters": -1, "af": f"aresample=async=1:min_hard_comp={_HARD_STEP_S}:first_pts=0",
        }  # fmt: skip
        node = _with_all_streams(recording, ffmpeg.output(*streams, file_url(target), **options), source)
        run_ffmpeg(node, recording, progress, found.duration_ms)


def _with_all_streams(recording: Path, node: Any, source: Any) -> Any:
    """The output, beside one into nothing of all that is heard and seen: ffmpeg's time 0 is where the earliest stream begins
    that it reads, and that must be the recording's."""
    import ffmpeg

    with open_container(recording) as container:
        indices = [stream.index for stream in heard_or_seen(container)]
    nothing = ffmpeg.output(*(source[str(n)] for n in indices), "-", c="copy", f="null")
    return ffmpeg.merge_outputs(node, nothing)


def _picture_options(format: Format, found: MediaFacts) -> dict[str, Any]:
    # H.264 and VP9 in 4:2:0 need even sides; a commaless expression, as commas end filters.
    rate = f"fps={MAX_RATE}," if found.frame_rate and found.frame_rate > MAX_RATE else ""
    height = f"trunc(min({MAX_HEIGHT_PX}\\,ih)/2)*2"
    return {
        "vcodec": format.picture, "pix_fmt": "yuv420p", "vf": f"{rate}scale=-2:{height}", "fps_mode": "vfr",
        "force_key_frames": f"expr:gte(t,n_forced*{_SEEK_S})", "threads": 2,
    }  # fmt: skip
