"""Demuxer and protocol whitelists: a recording is one regular file on this disk, however it is opened, and nothing it names.

Some formats are lists of other files (HLS, DASH, ffconcat, SDP). A file may begin like such a list and still hold sound, so
that two programs would read two different recordings from it: lists are refused, only the demuxers of recordings may open a
file, and ffmpeg is told the format that PyAV has found.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import MediaError
from pipeline.files import why_unreadable
from pipeline.media.ffmpeg import file_url

if TYPE_CHECKING:
    from av.container import InputContainer

# The demuxers of recordings: containers and streams that hold sound themselves. Those that follow names to other files,
# listen to devices or read text and single pictures are not among them.
FORMATS = frozenset(
    """3g2 3gp aa aac aax ac3 ac4 adts aiff amr amrnb amrwb ape asf asf_o ast au av1 avi caf dirac dsf dss dts dtshd dv eac3 evc
    flac flv g722 gsm gxf h261 h263 h264 hevc iamf ilbc ircam ivf kux lc3 live_flv loas m4a m4v matroska mj2 mlp mov mp3 mp4 mpc
    mpc8 mpeg mpegts mpegvideo mxf nistsphere nsv nut nuv obu ogg oma qcp qoa rm rso sbc shn sln sox swf tak truehd tta ty
    vc1 voc w64 wady wav webm wsd wtv wv wve xwma""".split()  # noqa: SIM905
)
# The protocols by which they may be read.
PROTOCOLS = "file"
# So much of the front of a file is looked at for the marks of a list.
HEAD_BYTES = 4096
# How lists begin (in lower case, behind white space and a byte order mark), and what they are called.
_LISTS = (
    (b"#extm3u", "an M3U playlist"),
    (b"#extinf", "an M3U playlist"),
    (b"ffconcat version", "an ffconcat list"),
    (b"v=0\r\n", "an SDP description"),
    (b"v=0\n", "an SDP description"),
    (b"[playlist]", "a PLS playlist"),
    (b"[reference]", "an ASF reference"),
    (b"<asx", "an ASX playlist"),
    (b"<smil", "a SMIL playlist"),
    (b"rtsptext", "a streaming reference"),
)
# Lists in XML are told by their root element, which may stand behind comments.
_XML_LISTS = ((b"<mpd", "a DASH manifest"), (b"<smoothstreamingmedia", "a Smooth Streaming manifest"),
              (b"<smil", "a SMIL playlist"), (b"<asx", "an ASX playlist"), (b"<playlist", "an XSPF playlist"),
              (b"<compositionplaylist", "an IMF playlist"))  # fmt: skip


def check_regular(path: Path) -> None:
    """Raise MediaError unless there is a regular file that may be read, is not empty and is no list of other files."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise MediaError(path, "does not exist", "check the name") from None
    except OSError as error:
        raise MediaError(path, *why_unreadable(error)) from None
    if stat.S_ISDIR(mode):
        raise MediaError(path, "is a folder, not a recording", "name one recording in it")
    if not stat.S_ISREG(mode):
        raise MediaError(path, "is not a regular file", "give the recording itself")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise MediaError(path, *why_unreadable(error)) from None
    if not head:
        raise MediaError(path, "is empty (zero bytes)", "copy it again")
    if kind := list_kind(head):
        raise MediaError(
            path, f"is a list of other files ({kind}), not a recording", "give the recording itself"
        )


def list_kind(head: bytes) -> str:
    """What kind of list of other files begins so; "" for a recording."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, kind in _LISTS:
        if start.startswith(mark):
            return kind
    if start.startswith(b"<"):
        return next((kind for mark, kind in _XML_LISTS if mark in start), "")
    return ""


Stamp = tuple[int, int, int] | None
"""What tells that a file is as it was: size, modification time and inode; None for one that is not there."""


def stamp(path: Path) -> Stamp:
    """The file's stamp as it is now."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


@contextmanager
def steady(path: Path, since: Stamp = None) -> Iterator[None]:
    """Change detection: raise MediaError where the recording is not what it was when the block began, or `since`.

    Whatever goes wrong while a recording is copied or cut is told as that: half of it must never pass for the whole.
    """
    before = since or stamp(path)
    try:
        yield
    except Exception:
        _check_steady(path, before)
        raise
    _check_steady(path, before)


def _check_steady(path: Path, before: Stamp) -> None:
    now = stamp(path)
    if now == before or before is None:
        return
    if now is None:
        problem = "was removed while it was read"
    elif now[0] != before[0]:
        problem = f"{'grew' if now[0] > before[0] else 'shrank'} from {before[0]:,} to {now[0]:,} bytes while it was read"
    else:
        problem = "was written to while it was read"
    raise MediaError(
        path, problem, "wait until it is copied or recorded whole, then run the same command again"
    )


def open_container(path: Path) -> InputContainer:
    """The file opened by PyAV, whatever its name; raises av's own errors and OSError. Unreadable tags are ignored."""
    import av

    limits = {"format_whitelist": ",".join(sorted(FORMATS)), "protocol_whitelist": PROTOCOLS}
    return av.open(file_url(path), mode="r", metadata_errors="ignore", options=limits)


def ffmpeg_input(path: Path, **options: Any) -> Any:
    """The recording as an input of ffmpeg-python, its format named and no other file within reach. Raises MediaError."""
    import av
    import ffmpeg

    check_regular(path)
    try:
        with open_container(path) as container:
            name = container.format.name.split(",")[0]
    except (av.error.FFmpegError, OSError):
        raise MediaError(
            path, "is not a recording, or is damaged at its beginning", "check that it plays"
        ) from None
    return ffmpeg.input(file_url(path), f=name, protocol_whitelist=PROTOCOLS, **options)


def ffmpeg_text(path: Path, format: str) -> Any:
    """A text file of ours (captions) as an input of ffmpeg-python."""
    import ffmpeg

    return ffmpeg.input(file_url(path), f=format, protocol_whitelist=PROTOCOLS)
