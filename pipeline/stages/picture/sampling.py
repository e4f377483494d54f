"""Frame sampling: decoding of all key frames, and of groups of pictures that may hold a change, within a budget."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.media.decode import moving_pictures, open_container, origin_s
from pipeline.progress import Progress
from pipeline.stages.picture.packets import Packets
from pipeline.timing import seconds_to_ms

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

# Pixels that may be decoded besides key frames: some 10 s on one core of 2020 for H.264, whatever the resolution.
BUDGET_PIXELS = 6_000_000_000
# Decoding goes on for this long after a jump, until what came up stands still.
SETTLING_MS = 600
# The size in pixels to which every picture is scaled: enough to tell shots apart, and to see a line of text come and go.
THUMBNAIL_WIDTH = 64
THUMBNAIL_HEIGHT = 36

Thumbnail = NDArray[np.uint8]
"""A picture scaled down, RGB, shape (THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, 3)."""


@dataclass(frozen=True)
class Plan:
    """How far each group of pictures is decoded: by the index of its first packet, the index behind the last one decoded.

    `complete` says that all packets are.
    """

    until: dict[int, int]
    complete: bool

    def wants(self, packet: int, group: int) -> bool:
        """Whether this packet of that group is decoded."""
        return packet < self.until[group]


@dataclass(frozen=True)
class SampledFrame:
    """A decoded picture: when it is shown, its thumbnail, and whether the picture shown before it was decoded, too."""

    time_ms: int
    thumb: Thumbnail
    follows: bool
    frame: VideoFrame


def plan(packets: Packets, pixels: int, exact: bool) -> Plan:
    """The packets to decode: all when `exact`, else key frames, and groups with jumps, the cheapest per jump first, in budget.

    `pixels` is the number of pixels in a picture.
    """
    if exact:
        return Plan(dict(packets.groups()), True)
    until = {first: first + 1 for first, _ in packets.groups()}
    jumps = packets.jumps()
    offers = []
    for first, last in packets.groups():
        inside = jumps[(jumps > first) & (jumps < last)]
        if len(inside):
            settled_ms = packets.times_ms[inside[-1]] + SETTLING_MS
            end = first + 1 + int(np.searchsorted(packets.times_ms[first + 1 : last], settled_ms))
            offers.append(((end - first) / len(inside), first, min(end + 1, last)))
    left = BUDGET_PIXELS
    for _, first, end in sorted(offers):
        cost = (end - first) * pixels
        if cost > left:
            continue
        left -= cost
        until[first] = end
    return Plan(until, False)


def sampled_frames(path: Path, packets: Packets, chosen: Plan, progress: Progress) -> Iterator[SampledFrame]:
    """The pictures of the plan in presentation order. Damaged packets are skipped; other errors of av are raised."""
    from av.video.reformatter import Interpolation, VideoReformatter

    shrink = VideoReformatter()
    expected_ms = max(1, int(packets.times_ms.max()))
    with open_container(path) as container:
        stream = moving_pictures(container)[0]
        stream.thread_type = "AUTO"
        origin, base = origin_s(container), float(stream.time_base)
        index = _PresentationOrder(packets, chosen)
        for frame in _frames(container, stream, packets, chosen):
            if frame.pts is None:
                continue
            time_ms = seconds_to_ms(frame.pts * base - origin)
            small = shrink.reformat(
                frame, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT, "rgb24", interpolation=Interpolation.FAST_BILINEAR
            )
            yield SampledFrame(
                time_ms, np.asarray(small.to_ndarray(), np.uint8), index.follows(time_ms), frame
            )
            progress(min(1.0, time_ms / expected_ms))


class _PresentationOrder:
    """Presentation order: whether the picture shown just before a decoded one was decoded, too."""

    def __init__(self, packets: Packets, chosen: Plan) -> None:
        shown = np.sort(packets.times_ms)
        self._before = {int(b): int(a) for a, b in itertools.pairwise(shown)}
        self._last_ms = -1

    def follows(self, time_ms: int) -> bool:
        adjacent = self._before.get(time_ms, -2) == self._last_ms
        self._last_ms = time_ms
        return adjacent


def _frames(container: Any, stream: Any, packets: Packets, chosen: Plan) -> Iterator[VideoFrame]:
    """Decode the wanted packets, without the leading pictures of an open GOP, which refer to the group before."""
    import av

    at, group, key_ms = -1, -1, 0
    for packet in container.demux(stream):
        stamped = packet.pts is not None or packet.dts is not None
        if packet.size and stamped:
            at += 1
            if packet.is_keyframe:
                group, key_ms = at, int(packets.times_ms[at])
            if group < 0 or not chosen.wants(at, group) or packets.times_ms[at] < key_ms:
                continue
        elif packet.size:
            continue
        try:
            yield from packet.decode()
        except (av.error.InvalidDataError, av.error.PatchWelcomeError):
            continue
