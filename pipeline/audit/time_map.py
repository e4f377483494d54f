"""Time map of a whole caption file: how its times lie to the sound where they are late, early, too fast or cut as a whole.

It is found outside of the audit, from the words or from where somebody speaks, and handed to it as evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.timing import Span
from pipeline.transcript import Shift
from pipeline.transcript.results import on_sound


@dataclass(frozen=True)
class TimeMap:
    """The map's pieces, what is wrong as a sentence without capital and full stop, and the command that mends it."""

    shifts: tuple[Shift, ...]
    problem: str
    mend: str

    def moved(self, span: Span) -> Span:
        """A caption's time where the sound has it."""
        start = max(0, on_sound(self.shifts, span.start_ms))
        return Span(start, max(start, on_sound(self.shifts, span.end_ms)))

    def displacement_ms(self, time_ms: int) -> int:
        """By how much a time in the file is later than the sound has it, in ms; negative where it is earlier."""
        return time_ms - on_sound(self.shifts, time_ms)
