"""Pack regions of speech into Whisper's windows of 30 seconds, with long pauses shortened and every time kept.

The more speech a window holds, the fewer windows there are, and every window costs the same: so talk without a pause is cut as
late as it can be. Pauses are shortened rather than cut out: the network was trained on talk with its breaths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.media.audio import Audio
from pipeline.speech.asr.split import divided, latest_pause
from pipeline.timing import Span

LONGEST_MS = 30_000  # Whisper's window (Radford et al. 2022, section 2.2)
_MARGIN_MS = 300  # of a pause that stays on either side of a region, so that pauses up to twice as long stay whole; a choice


@dataclass(frozen=True, slots=True)
class Chunk:
    """One window: disjoint pieces of the recording in rising order, concatenated; at most 30 s together."""

    pieces: tuple[Span, ...]

    @property
    def duration_ms(self) -> int:
        """How long all pieces last together."""
        return sum(piece.duration_ms for piece in self.pieces)

    @property
    def name(self) -> str:
        """What the window is known by among those of one recording: "start-end" in ms."""
        return f"{self.pieces[0].start_ms}-{self.pieces[-1].end_ms}"

    def sound(self, audio: Audio) -> NDArray[np.float32]:
        """The samples of all pieces, float32 in [-1, 1), shape (duration_ms * 16,)."""
        return np.concatenate([audio.window(piece) for piece in self.pieces])

    def located(self, start_ms: int, end_ms: int) -> Span:
        """Map the chunk's own `[start_ms, end_ms)` to the recording, clipped to the piece that holds its middle."""
        piece, before_ms = self._piece_at((start_ms + end_ms) // 2)
        shift_ms = piece.start_ms - before_ms
        start = min(max(start_ms + shift_ms, piece.start_ms), piece.end_ms)
        return Span(start, min(max(end_ms + shift_ms, start), piece.end_ms))

    def _piece_at(self, time_ms: int) -> tuple[Span, int]:
        """The piece that holds this time of the chunk (the last for later ones), and how much stands before it."""
        before_ms = 0
        for piece in self.pieces[:-1]:
            if time_ms < before_ms + piece.duration_ms:
                return piece, before_ms
            before_ms += piece.duration_ms
        return self.pieces[-1], before_ms


def pack(audio: Audio, regions: Iterable[Span]) -> Iterator[Chunk]:
    """Pack every region (disjoint, rising) into chunks, as full as they go without dividing a region that fits."""
    waiting: list[Span] = []
    filled_ms = 0
    for piece in _pieces(audio, [r for r in regions if r]):
        if waiting and filled_ms + piece.duration_ms > LONGEST_MS:
            yield Chunk(tuple(waiting))
            waiting, filled_ms = [], 0
        waiting.append(piece)
        filled_ms += piece.duration_ms
    if waiting:
        yield Chunk(tuple(waiting))


def _pieces(audio: Audio, regions: list[Span]) -> Iterator[Span]:
    """Regions with their margins, never past the middle of a pause or the recording's ends; long ones divided."""
    for index, region in enumerate(regions):
        floor = (regions[index - 1].end_ms + region.start_ms) // 2 if index else 0
        ceiling = (
            (region.end_ms + regions[index + 1].start_ms) // 2
            if index + 1 < len(regions)
            else audio.duration_ms
        )
        wide = Span(
            max(floor, region.start_ms - _MARGIN_MS),
            max(region.end_ms, min(ceiling, region.end_ms + _MARGIN_MS)),
        )
        yield from divided(audio, wide, LONGEST_MS, latest_pause)
