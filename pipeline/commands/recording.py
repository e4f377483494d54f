"""What a recording itself says about its captions: where there is speech, and pictures of the worst findings."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pipeline.audit import Facts, Finding, Report
from pipeline.audit.report import worst
from pipeline.errors import MediaError, UsageError
from pipeline.files import WORK_FOLDER
from pipeline.media.facts import Audio, MediaFacts, decode_audio
from pipeline.media.facts import facts as facts_of_file
from pipeline.media.ffmpeg import run_ffmpeg
from pipeline.media.opening import ffmpeg_input
from pipeline.progress import Progress, part, silent
from pipeline.run.track import listened_to
from pipeline.speech.vad import speech_regions
from pipeline.timing import Span, format_timecode

# So many findings are shown with their frame and their waveform: enough to see what is wrong, few enough to open.
MOST_PICTURES, MOST_OF_A_RULE = 12, 3
AROUND_MS = 2000
WIDTH, WAVE_HEIGHT, FRAME_HEIGHT = 640, 80, 180


@dataclass(frozen=True)
class Evidence:
    """A recording that captions are checked against: its facts for the audit, and itself for pictures."""

    media: MediaFacts
    audio: Audio
    facts: Facts

    def pictures(self, reports: Sequence[Report]) -> dict[tuple[str, int], bytes]:
        """SVG images of the worst findings by file name and start: the frame, and the sound around the caption."""
        found: dict[tuple[str, int], bytes] = {}
        with TemporaryDirectory() as folder:
            for report in reports:
                for finding in _worth_seeing(report):
                    start = finding.start_ms or 0
                    frame = self._frame(start, Path(folder, "frame.jpg")) if self.media.has_picture else b""
                    found[report.name, start] = self._drawn(finding, frame)
        return found

    def _frame(self, time_ms: int, path: Path) -> bytes:
        """The picture at a time as JPEG; empty where there is none (behind the end, a damaged place)."""
        path.unlink(missing_ok=True)
        try:
            node = ffmpeg_input(self.media.path, ss=f"{time_ms / 1000:.3f}")
            run_ffmpeg(
                node.output(str(path), vframes=1, vf=f"scale=-2:{FRAME_HEIGHT}", qscale=5), self.media.path
            )
        except MediaError:
            return b""
        return path.read_bytes() if path.exists() else b""

    def _drawn(self, finding: Finding, frame: bytes) -> bytes:
        start, end = finding.start_ms or 0, finding.end_ms or (finding.start_ms or 0) + 1
        window = Span(start - AROUND_MS, max(end, start + 1) + AROUND_MS)
        top = FRAME_HEIGHT + 8 if frame else 0
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + WAVE_HEIGHT + 16}" '
            f'width="{WIDTH}" height="{top + WAVE_HEIGHT + 16}" font-family="sans-serif" font-size="11">',
            f'<rect width="100%" height="100%" fill="#fff"/>{_image(frame)}',
            _wave(self.audio, window, Span(start, max(end, start + 1)), top),
            f'<text x="2" y="{top + WAVE_HEIGHT + 12}">{format_timecode(max(0, window.start_ms))}</text>',
            f'<text x="{WIDTH - 2}" y="{top + WAVE_HEIGHT + 12}" text-anchor="end">'
            f"{format_timecode(window.end_ms)}</text></svg>",
        ]
        return "".join(parts).encode()


def _worth_seeing(report: Report) -> list[Finding]:
    """The worst findings of each rule that have a place, one for each place, the worst rules first."""
    seen: dict[int, Finding] = {}
    for _, _, _, findings in report.groups():
        for finding in worst(findings)[:MOST_OF_A_RULE]:
            if finding.start_ms is not None and len(seen) < MOST_PICTURES:
                seen.setdefault(finding.start_ms, finding)
    return list(seen.values())


def _image(frame: bytes) -> str:
    if not frame:
        return ""
    data = base64.b64encode(frame).decode("ascii")
    return f'<image height="{FRAME_HEIGHT}" href="data:image/jpeg;base64,{data}"/>'


def _wave(audio: Audio, window: Span, shown: Span, top: int) -> str:
    """The sound of a window as its extremes per pixel, the caption's own time shaded."""
    samples = audio.window(window)
    columns = np.array_split(samples, WIDTH)
    middle, scale = (
        top + WAVE_HEIGHT / 2,
        WAVE_HEIGHT / 2 / max(0.05, float(np.abs(samples).max(initial=0.0))),
    )
    lines = []
    for x, column in enumerate(columns):
        low, high = (float(column.min()), float(column.max())) if len(column) else (0.0, 0.0)
        lines.append(f"M{x} {middle - high * scale:.1f}V{middle - low * scale + 0.5:.1f}")
    left = (shown.start_ms - window.start_ms) * WIDTH / window.duration_ms
    wide = max(1.0, shown.duration_ms * WIDTH / window.duration_ms)
    return (
        f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{WAVE_HEIGHT}" fill="#cfe3ff"/>'
        f'<path d="{"".join(lines)}" stroke="#234" fill="none"/>'
    )


def evidence_of(
    path: Path, known: Facts | None = None, progress: Progress = silent, track: tuple[int, str] = (0, "en")
) -> Evidence:
    """Listen to a recording: its length, its frame rate, where somebody speaks.

    `track` is the audio track (from 1, 0 for the usual one) and the language by which one of several is chosen.
    `known` are facts from elsewhere, such as the words of its transcript; they stay. Raises MediaError and
    WeightsError.
    """
    media = facts_of_file(path, *track)
    audio = decode_audio(path, part(progress, 0.0, 0.5), *track)
    speech = speech_regions(audio, progress=part(progress, 0.5, 1.0))
    facts = replace(
        known or Facts(),
        duration_ms=max(media.duration_ms, audio.duration_ms) or None,
        frame_rate=media.frame_rate,
        speech=speech,
    )
    return Evidence(media, audio, facts)


def track_for(media: Path, files: Sequence[Path], chosen: int | None = None) -> tuple[int, str]:
    """The audio track that captions are about: the `chosen` one, else what was listened to when they were made.

    Captions lie where a run left them, or beside their recording, whose settings then tell. Raises SettingsError and
    UsageError.
    """
    made_in = next((f.parent for f in files if (f.parent / WORK_FOLDER / media.stem).is_dir()), media.parent)
    track, language = listened_to(media, made_in)
    if chosen is None:
        return track, language
    if chosen < 0:
        raise UsageError(f"there is no audio track {chosen}", "tracks are counted from 1")
    return chosen, language
