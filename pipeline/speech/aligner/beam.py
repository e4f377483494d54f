"""Beam width control: narrow while the words explain the sound, wider where the way may have been lost."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beam:
    """How far behind the best a state may fall before it is forgotten, in nats, and how many words the band may hold."""

    nats: float
    most_words: int


# The first is enough to skip 40 words or to wait out a second of speech that nobody wrote; the last to skip 700 words.
BEAMS = (Beam(260.0, 120), Beam(600.0, 400), Beam(2400.0, 1200))


# The way may be lost when the words explain the sound this much worse than any phones do, on average over so many blocks.
# Words that are said cost 20 to 80 nats a block of one second, speech that nobody wrote 180.
_LOST_NATS, _LOST_BLOCKS = 130.0, 3


_BACK_BLOCKS = 4  # to begin anew in front of where the trouble begins


_FOUND_BLOCKS = 6  # that go well before the band is narrowed again


_PATIENCE_BLOCKS = 12  # in trouble, before the next wider band is tried


_WIDEST_BLOCKS = 40  # the widest band is not kept up for longer: the sound holds what nobody wrote


_REST_BLOCKS = 100  # before it is tried again


class BeamControl:
    """Decides from what each block lost against any phones how wide the band must be, and where to begin anew."""

    def __init__(self, beams: int) -> None:
        self._widest = beams - 1
        self.level = 0
        self._since = 0  # the block from which on this level is in use
        self._again = 0  # before this block the way is not lost once more
        self._losses: deque[float] = deque(maxlen=_LOST_BLOCKS)
        self._well = 0

    def judge(self, number: int, loss: float) -> int:
        """The block to go on with after block `number` lost `loss` nats."""
        self._losses.append(loss)
        self._well = self._well + 1 if loss < _LOST_NATS else 0
        lost = len(self._losses) == _LOST_BLOCKS and sum(self._losses) > _LOST_NATS * _LOST_BLOCKS
        if lost and number >= self._again and self.level < self._widest:
            return self._widen(number)
        if self._well >= _FOUND_BLOCKS:
            self.level = 0
        elif self.level == self._widest and number - self._since >= _WIDEST_BLOCKS:
            self.level -= 1
            self._again = number + 1 + _REST_BLOCKS
        return number + 1

    def _widen(self, number: int) -> int:
        back = max(0, number + 1 - _LOST_BLOCKS - _BACK_BLOCKS - (_PATIENCE_BLOCKS if self.level else 0))
        self.level += 1
        self._since = back
        self._again = number + 1 + _PATIENCE_BLOCKS
        self._losses.clear()
        self._well = 0
        return back
