"""Audio decoding: one stream onto the presentation clock, with PyAV, or with the ffmpeg program where PyAV cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pipeline.leftovers import temporary_folder
from pipeline.media.audio import Mixer, SampleBuffer, to_sample
from pipeline.media.clock import LONGEST_PAUSE_S, RESTART_S, PresentationClock, Timed
from pipeline.media.ffmpeg import file_url, run_ffmpeg
from pipeline.media.opening import ffmpeg_input, open_container
from pipeline.progress import Progress
from pipeline.timing import SAMPLE_RATE_HZ, seconds_to_ms

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.container import InputContainer
    from av.packet import Packet

# How much is resampled and mixed at once, in seconds: large enough to be quick, small enough to stay in memory.
CHUNK_S = 10
# Sample rates of real recordings: speech needs more than the lowest, DSD decoded stays below the highest. A header that
# claims 1 Hz would have seconds of sound blown up to days.
LOWEST_RATE_HZ = 2_000
HIGHEST_RATE_HZ = 3_000_000


__all__ = [
    "HIGHEST_RATE_HZ",
    "LOWEST_RATE_HZ",
    "Decoded",
    "decode_with_ffmpeg",
    "decode_with_pyav",
    "heard_or_seen",
    "moving_pictures",
    "open_container",
    "origin_s",
    "undecodable_pictures",
]


@dataclass
class Decoded:
    """Decoded sound, with the number of damaged packets and of clock restarts, and where the last packet of any stream ended."""

    sound: SampleBuffer
    damaged: int = 0
    restarts: int = 0
    packets_end_ms: int = 0


def origin_s(container: InputContainer) -> float:
    """The start time in seconds of the earliest audio or video stream: presentation time 0 in the file's timestamps.

    Browsers and ffmpeg subtract it from everything. Libav has honoured edit lists and encoder priming in it.
    """
    streams = [*heard_or_seen(container), *undecodable_pictures(container)]
    starts = [s.start_time * float(s.time_base) for s in streams if s.start_time is not None]
    return min(starts, default=0.0)


def heard_or_seen(container: InputContainer) -> list[Any]:
    """The audio streams, and the video streams that are not cover art."""
    return [*container.streams.audio, *moving_pictures(container)]


def moving_pictures(container: InputContainer) -> list[Any]:
    """The video streams without cover art, and without those that no decoder is known for."""
    return [s for s in _not_covers(container) if s.codec_context is not None]


def undecodable_pictures(container: InputContainer) -> list[Any]:
    """The video streams that libav has no decoder for: nothing can be asked of them but where they stand in the file."""
    return [s for s in _not_covers(container) if s.codec_context is None]


def _not_covers(container: InputContainer) -> list[Any]:
    from av.stream import Disposition

    return [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]


class _Run:
    """Gapless frames of one sample format, resampled to 16 kHz and written to the buffer from sample `at` on."""

    def __init__(self, buffer: SampleBuffer, mixer: Mixer, first: AudioFrame, at: int) -> None:
        from av.audio.fifo import AudioFifo
        from av.audio.resampler import AudioResampler

        self._buffer, self._mixer, self.at = buffer, mixer, at
        self._fifo = AudioFifo()
        layout = "mono" if first.layout.nb_channels == 1 else "stereo"
        self._resampler = AudioResampler("s16p", layout, SAMPLE_RATE_HZ)
        self._chunk = first.sample_rate * CHUNK_S
        self._sample_format = _sample_format(first)

    def fits(self, frame: AudioFrame) -> bool:
        """Whether a frame has the run's sample format, channel layout and sample rate."""
        return _sample_format(frame) == self._sample_format

    def write(self, frame: AudioFrame) -> None:
        """Take the next frame, which must fit."""
        frame.pts = None  # the clock has decided already; the fifo would insist on its own count
        self._fifo.write(frame)
        if self._fifo.samples >= self._chunk:
            self._resample(self._fifo.read())

    def finish(self) -> None:
        """Write what is still under way; afterwards `at` is where a gapless successor begins."""
        rest = self._fifo.read()
        if rest is not None:
            self._resample(rest)
        self._resample(None)

    def _resample(self, frame: AudioFrame | None) -> None:
        # A resampler with nothing to do hands back what it was given, the final None included.
        made = [f.to_ndarray() for f in self._resampler.resample(frame) if f is not None]
        if made:
            mono = self._mixer(np.concatenate(made, axis=1))
            self._buffer.place(self.at, mono)
            self.at += len(mono)


def _sample_format(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def decode_with_pyav(path: Path, stream_index: int, expected_ms: int, progress: Progress) -> Decoded:
    """Decode the stream with that index in the file through PyAV; raises av's own errors when it cannot be opened.

    `expected_ms` is the length that the file announces, 0 when none: it sizes the buffer and the progress.
    """
    with open_container(path) as container:
        stream = container.streams[stream_index]
        reader = _Reader(container, stream, expected_ms, progress)
        is_mpeg = container.format.name in ("mpegts", "mpeg")
        clock = PresentationClock(RESTART_S if is_mpeg else LONGEST_PAUSE_S)
        buffer, mixer = SampleBuffer(expected_ms), Mixer()
        run: _Run | None = None
        for start_s, frame in clock.runs(reader.frames()):
            if run is None or start_s is not None or not run.fits(frame):
                at = 0
                if run is not None:
                    run.finish()
                    at = run.at
                run = _Run(buffer, mixer, frame, at if start_s is None else to_sample(start_s))
            run.write(frame)
        if run is not None:
            run.finish()
    return Decoded(buffer, reader.damaged, clock.restarts, reader.packets_end_ms)


class _Reader:
    """Demuxes a container from front to back and decodes one of its streams, skipping damaged packets."""

    # A demuxer that fails this often without giving a packet in between does not recover; chosen.
    MOST_FAILURES = 10

    def __init__(self, container: InputContainer, stream: Any, expected_ms: int, progress: Progress) -> None:
        self._container, self._stream = container, stream
        # Fractions made anew for each of half a million packets would take longer than decoding them.
        self._time_bases = [float(s.time_base or 0) for s in container.streams]
        self._origin_s = origin_s(container)
        self._expected_s = expected_ms / 1000
        self._progress = progress
        self._packets_end_s = 0.0
        self._reported_s = 0.0  # how far the progress was last told; once a second of sound is often enough
        self.damaged = 0

    @property
    def packets_end_ms(self) -> int:
        """Where the last packet of any stream ends, in presentation time."""
        return seconds_to_ms(self._packets_end_s)

    def frames(self) -> Iterator[Timed[AudioFrame]]:
        """The stream's frames with their presentation times; frames without samples are left out."""
        import av

        index = self._stream.index
        for packet in self._packets():
            if packet.stream_index != index:
                continue
            try:
                frames = packet.decode()
            except (av.error.InvalidDataError, av.error.PatchWelcomeError):
                self.damaged += 1
                continue
            for frame in cast("list[AudioFrame]", frames):
                if frame.samples and LOWEST_RATE_HZ <= frame.sample_rate <= HIGHEST_RATE_HZ:
                    yield self._timed(frame)

    def _timed(self, frame: AudioFrame) -> Timed[AudioFrame]:
        pts = frame.pts
        time_s = None if pts is None else pts * self._time_bases[self._stream.index] - self._origin_s
        return Timed(frame, time_s, frame.samples / frame.sample_rate)

    def _packets(self) -> Iterator[Packet[Any]]:
        """Packets of all streams: those that are not decoded still tell how far the file goes."""
        import av

        failures = 0
        while failures < self.MOST_FAILURES:
            try:
                for packet in self._container.demux(heard_or_seen(self._container)):
                    failures = 0
                    self._note_end(packet)
                    yield packet
                return
            except (av.error.InvalidDataError, av.error.OSError):
                failures += 1
                self.damaged += 1

    def _note_end(self, packet: Packet[Any]) -> None:
        pts = packet.pts
        if pts is None:
            return
        end_s = (pts + (packet.duration or 0)) * self._time_bases[packet.stream_index] - self._origin_s
        if end_s >= self._reported_s + 1 and self._expected_s:
            self._reported_s = end_s
            self._progress(min(1.0, end_s / self._expected_s))
        self._packets_end_s = max(self._packets_end_s, end_s)


def decode_with_ffmpeg(path: Path, stream_index: int, channels: int, progress: Progress) -> Decoded:
    """Decode the stream with that index through the ffmpeg program; raises MediaError with its reason.

    `aresample` with `async=1` fills gaps, with `first_pts=0` the beginning. Left to itself, ffmpeg would put an MPEG stream
    at 0 even where its picture starts earlier: so it keeps the timestamps, and is told the file's start.
    """
    channels = 1 if channels == 1 else 2
    with open_container(path) as container:
        start_s = origin_s(container)
    with temporary_folder() as folder:
        raw = folder / "sound.s16"
        sound = ffmpeg_input(path, copyts=None)[str(stream_index)]
        sound = sound.filter("asetpts", f"PTS-({start_s:.6f})/TB")
        sound = sound.filter("aresample", **{"async": 1, "first_pts": 0})
        run_ffmpeg(sound.output(file_url(raw), format="s16le", ac=channels, ar=SAMPLE_RATE_HZ), path)
        return Decoded(_downmixed(raw, channels, progress))


def _downmixed(raw: Path, channels: int, progress: Progress) -> SampleBuffer:
    """The interleaved 16-bit little-endian samples of a file, mixed down to mono."""
    size = raw.stat().st_size // (2 * channels)
    buffer, mixer = SampleBuffer(size * 1000 // SAMPLE_RATE_HZ), Mixer()
    if not size:  # an empty file cannot be mapped
        return buffer
    whole = np.memmap(raw, "<i2", "r", shape=(size, channels))
    for at in range(0, size, CHUNK_S * SAMPLE_RATE_HZ):
        buffer.place(at, mixer(np.ascontiguousarray(whole[at : at + CHUNK_S * SAMPLE_RATE_HZ].T)))
        progress(min(1.0, buffer.end / size))
    return buffer
