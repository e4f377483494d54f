"""Packet statistics: key frames, and probable changes of the picture from packet sizes, without decoding.

An encoder spends bytes where the picture changes. Within a group of pictures a cut, a card or a name that comes up is a
packet many times larger than its neighbours; where nothing moves, packets nearly vanish. Reading all packets of 83
minutes takes two seconds, decoding them minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.media.decode import moving_pictures, open_container, origin_s
from pipeline.timing import seconds_to_ms

# A packet is a jump when its size is at least this many times its neighbours' median and this share of its group's key frame:
# titles that come up over a face in the films of our builder cost a tenth of a key frame, faces that turn cost less.
MIN_JUMP_MEDIAN_RATIO = 5.0
MIN_JUMP_KEY_SHARE = 0.08
# Packets on either side that are its neighbours.
_NEIGHBOUR_PACKETS = 12
# Where nothing moves, the median packet is this share of a key frame at most (measured in films of drawings: 0.001 to 0.02).
MAX_QUIET_KEY_SHARE = 0.03
# Key frames at least this share of the longest interval apart are regular; earlier ones were set by the encoder's scene cut
# detection.
_MIN_REGULAR_INTERVAL_SHARE = 0.98


@dataclass(frozen=True)
class Packets:
    """The packets of one video stream in decoding order: presentation times in ms and sizes in bytes, each shape (n,),
    int64; `keys` (n,) bool."""

    times_ms: NDArray[np.int64]
    sizes: NDArray[np.int64]
    keys: NDArray[np.bool_]

    def groups(self) -> list[tuple[int, int]]:
        """Half-open ranges of packets, each from a key frame up to the next."""
        firsts = [int(i) for i in np.flatnonzero(self.keys)]
        return list(zip(firsts, [*firsts[1:], len(self.keys)], strict=True))

    def jumps(self) -> NDArray[np.int64]:
        """The indices of packets, other than key frames, at which the picture probably changes at once; shape (m,), rising."""
        found: list[int] = []
        for first, last in self.groups():
            inside = self.sizes[first + 1 : last]
            if len(inside) < 2:
                continue
            least = max(1.0, MIN_JUMP_KEY_SHARE * float(self.sizes[first]))
            for at in np.flatnonzero(inside >= least):
                near = inside[max(0, int(at) - _NEIGHBOUR_PACKETS) : int(at) + _NEIGHBOUR_PACKETS + 1]
                if inside[at] >= MIN_JUMP_MEDIAN_RATIO * max(1.0, float(np.median(near))):
                    found.append(first + 1 + int(at))
        return np.array(found, np.int64)

    def quiet(self, start_ms: int, end_ms: int) -> bool:
        """Whether the packets from `start_ms` to `end_ms` are as small as where the picture stands still."""
        inside = (self.times_ms >= start_ms) & (self.times_ms < end_ms)
        plain, keys = self.sizes[inside & ~self.keys], self.sizes[self.keys]
        return bool(len(plain) and np.median(plain) <= MAX_QUIET_KEY_SHARE * np.median(keys))

    def scene_cut_keys(self) -> set[int]:
        """The times, in ms, of key frames that the encoder's scene cut detection set, earlier than the regular interval.

        Empty when no key frame is regular by comparison, or all are.
        """
        times = self.times_ms[self.keys]
        if len(times) < 3:
            return set()
        apart = np.diff(times)
        longest = int(apart.max())
        early = apart < _MIN_REGULAR_INTERVAL_SHARE * longest
        return {int(t) for t in times[1:][early]} if early.mean() < 1 else set()


def read_packets(path: Path) -> Packets:
    """The packets of the first video stream that is no cover picture; empty without one. Raises av's errors and OSError."""
    times: list[int] = []
    sizes: list[int] = []
    keys: list[bool] = []
    with open_container(path) as container:
        streams = moving_pictures(container)
        if not streams:
            return Packets(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.bool_))
        origin, base = origin_s(container), float(streams[0].time_base)
        for packet in container.demux(streams[0]):
            stamp: Any = packet.pts if packet.pts is not None else packet.dts
            if stamp is not None and packet.size:
                times.append(seconds_to_ms(stamp * base - origin))
                sizes.append(packet.size)
                keys.append(packet.is_keyframe)
    return Packets(np.array(times, np.int64), np.array(sizes, np.int64), np.array(keys, np.bool_))
