"""What is kept of the second witness from run to run: which it was, the words that it heard and the readings that it weighed."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.timing import Span
from pipeline.transcript import Token


@dataclass(frozen=True, slots=True)
class Testimony:
    """What is kept of the witness: which it was, its windows, the words of those that it heard ("start-end" in ms), and how much
    likelier one reading is than another, in nats, by span and words."""

    witness: str = ""
    windows: tuple[tuple[Span, ...], ...] = ()
    words: dict[str, tuple[Token, ...]] = field(default_factory=dict)
    gains: dict[str, float] = field(default_factory=dict)
