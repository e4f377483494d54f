"""Beam width control: a narrow beam while the words explain the sound, a wider one where the true path may have been pruned.

A block is `scoring.BLOCK_FRAMES` long, one second. What the constants are measured on stands beside them; the others are choices.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beam:
    """Pruning: states that fall more than `nats` behind the best are dropped, and the band holds `most_words` words at most."""

    nats: float
    most_words: int


# The first is enough to skip 10 words or to wait out half a second of speech that nobody wrote; the last to skip 700 words.
BEAMS = (Beam(160.0, 60), Beam(600.0, 400), Beam(2400.0, 1200))

# The path may be lost when the words explain the sound so many nats a block worse than the phone loop does, on average over so
# many blocks. Words that are said cost 20 to 80 nats a block, speech that nobody wrote 180.
_LOST_NATS = 130.0
LOST_BLOCKS = 3
BACK_BLOCKS = 4  # the search resumes so far in front of the first of those
PATIENCE_BLOCKS = 12  # lost for so long, the next wider beam is tried
_FOUND_BLOCKS = 6  # that go well before the beam is narrowed again
_WIDEST_BLOCKS = 40  # the widest beam is not kept up for longer: the sound holds what nobody wrote
_REST_BLOCKS = 100  # before it is tried again


class BeamControl:
    """Decides from each block's loss against the phone loop how wide the beam must be, and where the search resumes.

    `level` is the index of the beam in use, of so many `beams`.
    """

    def __init__(self, beams: int) -> None:
        self._widest = beams - 1
        self.level = 0
        self._since = 0  # the block from which on this level is in use
        self._again = 0  # before this block the path does not count as lost once more
        self._losses: deque[float] = deque(maxlen=LOST_BLOCKS)
        self._well = 0

    def judge(self, number: int, loss: float) -> int:
        """The block to go on with after block `number` lost `loss` nats."""
        self._losses.append(loss)
        self._well = self._well + 1 if loss < _LOST_NATS else 0
        lost = len(self._losses) == LOST_BLOCKS and sum(self._losses) > _LOST_NATS * LOST_BLOCKS
        if lost and number >= self._again and self.level < self._widest:
            return self._widen(number)
        if self._well >= _FOUND_BLOCKS:
            self.level = 0
        elif self.level == self._widest and number - self._since >= _WIDEST_BLOCKS:
            self.level -= 1
            self._again = number + 1 + _REST_BLOCKS
        return number + 1

    def _widen(self, number: int) -> int:
        """Use the next wider beam, from a block before the path was lost; gives that block's number."""
        back = max(0, number + 1 - LOST_BLOCKS - BACK_BLOCKS - (PATIENCE_BLOCKS if self.level else 0))
        self.level += 1
        self._since = back
        self._again = number + 1 + PATIENCE_BLOCKS
        self._losses.clear()
        self._well = 0
        return back
