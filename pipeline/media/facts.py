"""Media probing: what a recording's container says about it, and its sound decoded onto the presentation clock."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import MediaError
from pipeline.media import tracks
from pipeline.media.audio import Audio
from pipeline.media.decode import (
    HIGHEST_RATE_HZ,
    LOWEST_RATE_HZ,
    Decoded,
    decode_with_ffmpeg,
    decode_with_pyav,
    heard_or_seen,
    moving_pictures,
    open_container,
    origin_s,
    undecodable_pictures,
)
from pipeline.media.opening import check_regular, steady
from pipeline.progress import Progress, silent
from pipeline.timing import clock, seconds_to_ms

if TYPE_CHECKING:
    from av.container import InputContainer

__all__ = ["Audio", "MediaFacts", "decode_audio", "facts"]


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """The facts in a recording's container; times are presentation times.

    `duration_ms` is from the start of the earliest audio or video stream to the end of the last; 0 when
    nothing says so. `sound_end_ms` is where the audio stream says that it ends, None when it does not.
    `announced_ms` is the length promised at the front of the file, before anything could be cut off, None
    without such a promise. `frame_rate`, `width` and `height` are None without a picture. `audio_stream` is
    the index among all streams of the file, `audio_streams` how many carry sound; `audio_track` is the chosen one's number
    among those, from 1, and `audio_language` what the container says of it, "" when nothing.
    `picture_stream` is the picture's index among all streams, None without one.
    `lost_picture`: there is a picture, and libav has no decoder for it.
    """

    path: Path
    container: str
    duration_ms: int
    has_audio: bool
    has_picture: bool
    audio_stream: int
    audio_streams: int
    audio_codec: str
    sample_rate_hz: int
    channels: int
    frame_rate: Fraction | None = None
    width: int | None = None
    height: int | None = None
    sound_end_ms: int | None = None
    announced_ms: int | None = None
    audio_track: int = 1
    audio_language: str = ""
    lost_picture: bool = False
    picture_stream: int | None = None


def facts(path: Path, track: int = 0, language: str = "en") -> MediaFacts:
    """Probe a recording: open its container and read its facts, without decoding.

    `track` is the audio track to listen to, from 1; 0 chooses as `pipeline.media.tracks` does, by `language`. Raises
    MediaError when the file is missing, unreadable, empty, no recording or without sound, or lacks that track.
    """
    check_regular(path)
    container = _opened(path)
    with container:
        if not container.streams.audio:
            raise MediaError(path, _without_sound(container), "give a recording with sound")
        streams = container.streams.audio
        if track > len(streams):
            problem = (
                f"has no audio track {track}: there {'is 1' if len(streams) == 1 else f'are {len(streams)}'}"
            )
            raise MediaError(path, problem, "name another with --audio-track, or none")
        return _facts_of(path, container, track or tracks.number_of(streams, language))


def decode_audio(path: Path, progress: Progress = silent, track: int = 0, language: str = "en") -> Audio:
    """Decode a recording's sound to mono at 16 kHz, from the file's presentation time 0 on.

    `track` and `language` choose the audio stream as in `facts`. Stream starts, edit lists, encoder priming and gaps or
    overlaps of the timestamps are honoured; what is damaged is silent. The notes say what was chosen, damaged or missing.
    Raises MediaError as `facts` does, when nothing can be decoded, and when the file changes meanwhile.
    """
    with steady(path):
        found = facts(path, track, language)
        decoded = _decoded(found, progress)
    if not decoded.sound.end:
        undecodable = f"nothing of its sound could be decoded (codec {found.audio_codec})"
        problem = undecodable if decoded.damaged else "its sound is empty"
        raise MediaError(path, problem, "check that it plays, or export it again")
    progress(1.0)
    return Audio(decoded.sound.samples(), _notes(found, decoded))


def _opened(path: Path) -> InputContainer:
    import av

    try:
        return open_container(path)
    except (av.error.FFmpegError, OSError):
        if _lacks_index(path):
            problem = "was cut off before its index (the 'moov' box) was written, so nothing in it is found"
            raise MediaError(path, problem, "copy or export it again") from None
        problem = "is not a recording, or is damaged at its beginning"
        raise MediaError(path, problem, "check that it plays") from None


def _lacks_index(path: Path) -> bool:
    """Whether the file begins like an MP4 and none of its top boxes that are whole is the index."""
    kinds: list[bytes] = []
    at, size = 0, path.stat().st_size
    with path.open("rb") as file:
        while at + 8 <= size and len(kinds) < 1000:
            file.seek(at)
            head = file.read(16)
            length, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if length == 1:  # the true length follows in 64 bits
                length = int.from_bytes(head[8:16], "big")
            if length < 8 or at + length > size:
                break
            kinds.append(kind)
            at += length
    return bool(kinds) and kinds[0] == b"ftyp" and b"moov" not in kinds


def _without_sound(container: InputContainer) -> str:
    if moving_pictures(container) and container.duration:
        return "holds no sound, only a picture"
    return f"is not a recording: it holds no sound (read as {container.format.long_name})"


# The containers whose header holds their length; for the others libav derives it from the file as it is.
_LENGTH_IN_HEADER = {"mov", "matroska", "webm", "flac", "aiff", "avi", "flv", "asf", "caf"}
# Elementary streams, without any table or clock: libav guesses their length from the bit rate of the first second.
_RAW_STREAMS = {"aac", "mp3", "ac3", "eac3", "dts", "loas", "amr"}


def _facts_of(path: Path, container: InputContainer, track: int) -> MediaFacts:
    stream = container.streams.audio[track - 1]
    pictures = moving_pictures(container)
    picture = pictures[0] if pictures else None
    names = set(container.format.name.split(","))
    codec = stream.codec_context
    _check_rate(path, codec.sample_rate if codec else 0)
    duration_ms = _duration_ms(container, bool(names & _RAW_STREAMS))
    sound_end_ms = _stream_end_ms(stream, origin_s(container))
    return MediaFacts(
        path=path,
        container=container.format.name,
        duration_ms=duration_ms,
        has_audio=True,
        has_picture=picture is not None,
        audio_stream=stream.index,
        audio_streams=len(container.streams.audio),
        audio_codec=codec.name if codec else "unknown",
        sample_rate_hz=codec.sample_rate if codec else 0,
        channels=codec.layout.nb_channels if codec else 0,
        frame_rate=picture and (picture.average_rate or picture.guessed_rate),
        width=picture and picture.width,
        height=picture and picture.height,
        sound_end_ms=sound_end_ms,
        announced_ms=_header_ms(path, names, max(duration_ms, sound_end_ms or 0), stream.start_time or 0),
        audio_track=track,
        audio_language=tracks.language_of(stream),
        picture_stream=picture and picture.index,
        lost_picture=bool(undecodable_pictures(container)),
    )


def _check_rate(path: Path, rate_hz: int) -> None:
    """Raise MediaError for a sample rate that no recording has; 0 is one that the header leaves open."""
    if rate_hz and not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        problem = f"says that it has {rate_hz:,} samples of sound a second, which no recording of speech has"
        raise MediaError(path, problem, "export it again")


def _stream_end_ms(stream: Any, start_s: float) -> int | None:
    if stream.duration is None or stream.start_time is None:
        return None
    return seconds_to_ms((stream.start_time + stream.duration) * float(stream.time_base) - start_s)


def _header_ms(path: Path, names: set[str], length_ms: int, start: int) -> int | None:
    """The length that the file's header announces; None when it announces none.

    An MP3 whose sound starts late (the encoder's delay) has a LAME tag, which counts its frames; without one libav guesses.
    """
    if names & _LENGTH_IN_HEADER or ("mp3" in names and start > 0):
        return length_ms
    if "wav" in names:
        return _wav_header_ms(path, length_ms)
    return None


def _wav_header_ms(path: Path, length_ms: int) -> int | None:
    """The length that the RIFF size in a WAV's header comes to; libav silently takes the file's real size instead."""
    size = path.stat().st_size
    with path.open("rb") as file:
        announced = int.from_bytes(file.read(8)[4:], "little") + 8
    if announced >= 0x7FFF_0000:  # placeholders of those who write to a pipe, and of RF64
        return None
    return length_ms * announced // size if announced > size else length_ms


def _duration_ms(container: InputContainer, is_raw: bool) -> int:
    """The length of the file, counted packet by packet where nothing tells it, as in what browsers record."""
    import av

    if container.duration is not None and not is_raw:
        return seconds_to_ms(container.duration / av.time_base)
    start_s, end_s = origin_s(container), 0.0
    try:
        for packet in container.demux(heard_or_seen(container)):
            if packet.pts is not None:
                end_s = max(end_s, (packet.pts + (packet.duration or 0)) * float(packet.time_base) - start_s)
    except av.error.FFmpegError:  # damaged further on: decoding will say so
        pass
    return seconds_to_ms(end_s)


def _decoded(found: MediaFacts, progress: Progress) -> Decoded:
    """The sound decoded by PyAV; by ffmpeg, which may have more decoders, when that brings nothing."""
    import av

    decoded = None
    if found.audio_codec != "unknown":
        try:
            decoded = decode_with_pyav(found.path, found.audio_stream, found.duration_ms, progress)
        except av.error.FFmpegError:
            decoded = None
    if decoded is None or (not decoded.sound.end and decoded.damaged):
        return decode_with_ffmpeg(found.path, found.audio_stream, found.channels, progress)
    return decoded


# Sound that ends this much before what was announced is worth a note; encoders' padding is below 100 ms.
CUT_OFF_MS = 500


def _notes(found: MediaFacts, decoded: Decoded) -> tuple[str, ...]:
    notes = []
    if found.lost_picture:
        notes.append("its picture has a format that cannot be decoded here; only its sound is used")
    if found.audio_streams > 1:
        spoken = f" ({found.audio_language})" if found.audio_language else ""
        which = f"track {found.audio_track}{spoken} is used, --audio-track takes another"
        notes.append(f"it has {found.audio_streams} audio tracks; {which}")
    if decoded.damaged:
        some = "1 damaged packet" if decoded.damaged == 1 else f"{decoded.damaged} damaged packets"
        notes.append(f"{some} of sound left silent")
    if decoded.restarts:
        notes.append(f"its clock starts anew {decoded.restarts} times; the parts were joined without a pause")
    sound_end_ms = decoded.sound.end // 16
    if found.announced_ms is not None and _is_cut_off(found, decoded, sound_end_ms):
        ends = f"sound ends at {clock(sound_end_ms)} of {clock(found.announced_ms)}"
        notes.append(f"{ends}; the file seems cut off")
    return tuple(notes)


def _is_cut_off(found: MediaFacts, decoded: Decoded, sound_end_ms: int) -> bool:
    """Whether announced sound is missing, or, where only the whole file's length is announced, its end."""
    if found.sound_end_ms is not None and found.sound_end_ms - sound_end_ms > CUT_OFF_MS:
        return True
    end_ms = max(decoded.packets_end_ms, sound_end_ms)
    return (found.announced_ms or 0) - end_ms > CUT_OFF_MS
