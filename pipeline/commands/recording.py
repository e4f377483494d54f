"""The recording as evidence for an audit: where there is speech in it, and pictures of the worst findings."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.audit import Facts, Finding, Report
from pipeline.audit.report import worst
from pipeline.errors import MediaError, UsageError
from pipeline.files import WORK_FOLDER
from pipeline.leftovers import temporary_folder
from pipeline.media.facts import Audio, MediaFacts, decode_audio, facts
from pipeline.media.ffmpeg import run_ffmpeg
from pipeline.media.opening import ffmpeg_input
from pipeline.progress import Progress, part, silent
from pipeline.run.track import listened_to
from pipeline.speech.vad import speech_regions
from pipeline.timing import Span, format_timecode

# How many findings of a file are illustrated, in all and of one rule: the page embeds every picture. Set by hand.
MAX_PICTURES = 12
MAX_PICTURES_PER_RULE = 3
# How much of the waveform is shown before and after the caption.
CONTEXT_MS = 2000
# The picture's width, the height of the waveform, and that of the video frame above it.
WIDTH_PX = 640
WAVEFORM_HEIGHT_PX = 80
FRAME_HEIGHT_PX = 180


@dataclass(frozen=True)
class Evidence:
    """A recording as evidence: its facts for the audit, and its file and decoded sound for pictures."""

    media: MediaFacts
    audio: Audio
    facts: Facts

    def pictures(self, reports: Sequence[Report]) -> dict[tuple[str, int], bytes]:
        """Illustrate the worst findings as SVG, by file name and start in milliseconds: the video frame and the waveform."""
        found: dict[tuple[str, int], bytes] = {}
        with temporary_folder() as folder:
            for report in reports:
                for finding in _illustrated(report):
                    start = finding.start_ms or 0
                    frame = self._frame(start, folder / "frame.jpg") if self.media.has_picture else b""
                    found[report.name, start] = self._picture_svg(finding, frame)
        return found

    def _frame(self, time_ms: int, path: Path) -> bytes:
        """The video frame at a time as JPEG; empty where there is none (behind the end, a damaged place)."""

        path.unlink(missing_ok=True)
        try:
            node = ffmpeg_input(self.media.path, ss=f"{time_ms / 1000:.3f}")
            run_ffmpeg(
                node.output(str(path), vframes=1, vf=f"scale=-2:{FRAME_HEIGHT_PX}", qscale=5), self.media.path
            )
        except MediaError:
            return b""
        return path.read_bytes() if path.exists() else b""

    def _picture_svg(self, finding: Finding, frame: bytes) -> bytes:
        """The finding's picture as SVG: the frame, the waveform around it, and the times at its ends."""
        start, end = finding.start_ms or 0, finding.end_ms or (finding.start_ms or 0) + 1
        window = Span(start - CONTEXT_MS, max(end, start + 1) + CONTEXT_MS)
        top = FRAME_HEIGHT_PX + 8 if frame else 0
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {top + WAVEFORM_HEIGHT_PX + 16}" '
            f'width="{WIDTH_PX}" height="{top + WAVEFORM_HEIGHT_PX + 16}" font-family="sans-serif" font-size="11">',
            f'<rect width="100%" height="100%" fill="#fff"/>{_image_svg(frame)}',
            _waveform_svg(self.audio, window, Span(start, max(end, start + 1)), top),
            f'<text x="2" y="{top + WAVEFORM_HEIGHT_PX + 12}">{format_timecode(max(0, window.start_ms))}</text>',
            f'<text x="{WIDTH_PX - 2}" y="{top + WAVEFORM_HEIGHT_PX + 12}" text-anchor="end">'
            f"{format_timecode(window.end_ms)}</text></svg>",
        ]
        return "".join(parts).encode()


def _illustrated(report: Report) -> list[Finding]:
    """The findings to illustrate: the worst of each rule that have a time, one for each time, the worst rules first."""
    seen: dict[int, Finding] = {}
    for _, _, _, findings in report.groups():
        for finding in worst(findings)[:MAX_PICTURES_PER_RULE]:
            if finding.start_ms is not None and len(seen) < MAX_PICTURES:
                seen.setdefault(finding.start_ms, finding)
    return list(seen.values())


def _image_svg(frame: bytes) -> str:
    """The JPEG frame embedded in SVG, "" without one."""
    if not frame:
        return ""
    data = base64.b64encode(frame).decode("ascii")
    return f'<image height="{FRAME_HEIGHT_PX}" href="data:image/jpeg;base64,{data}"/>'


def _waveform_svg(audio: Audio, window: Span, shown: Span, top: int) -> str:
    """The waveform of a window as SVG: the lowest and highest sample in each pixel, the caption's own time shaded."""
    samples = audio.window(window)
    columns = np.array_split(samples, WIDTH_PX)
    middle, scale = (
        top + WAVEFORM_HEIGHT_PX / 2,
        WAVEFORM_HEIGHT_PX / 2 / max(0.05, float(np.abs(samples).max(initial=0.0))),
    )
    lines = []
    for x, column in enumerate(columns):
        low, high = (float(column.min()), float(column.max())) if len(column) else (0.0, 0.0)
        lines.append(f"M{x} {middle - high * scale:.1f}V{middle - low * scale + 0.5:.1f}")
    left = (shown.start_ms - window.start_ms) * WIDTH_PX / window.duration_ms
    wide = max(1.0, shown.duration_ms * WIDTH_PX / window.duration_ms)
    return (
        f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{WAVEFORM_HEIGHT_PX}" fill="#cfe3ff"/>'
        f'<path d="{"".join(lines)}" stroke="#234" fill="none"/>'
    )


def evidence_of(
    path: Path, known: Facts | None = None, progress: Progress = silent, track: tuple[int, str] = (0, "en")
) -> Evidence:
    """Analyse a recording: its duration, its frame rate, where voice activity detection finds speech.

    `track` is the audio track (from 1, 0 for the usual one) and the language by which one of several is chosen.
    `known` are facts from elsewhere, such as the words of its transcript; they stay. Raises MediaError and
    WeightsError.
    """
    media = facts(path, *track)
    audio = decode_audio(path, part(progress, 0.0, 0.5), *track)
    speech = speech_regions(audio, progress=part(progress, 0.5, 1.0))
    audit_facts = replace(
        known or Facts(),
        duration_ms=max(media.duration_ms, audio.duration_ms) or None,
        frame_rate=media.frame_rate,
        speech=speech,
    )
    return Evidence(media, audio, audit_facts)


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
