"""Stream mapping: which streams of a recording a copy in another container holds as they are, converted, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.media import tracks
from pipeline.media.opening import open_container

if TYPE_CHECKING:
    from av.container import InputContainer

# Subtitles of text, which every container holds in a form of its own; the names are libav's.
TEXT_SUBTITLES = frozenset(("subrip", "ass", "ssa", "webvtt", "mov_text", "text"))
# What Matroska and MP4 hold of subtitles as they are.
_MATROSKA_SUBTITLES = frozenset(
    (
        "subrip",
        "ass",
        "ssa",
        "webvtt",
        "text",
        "hdmv_pgs_subtitle",
        "hdmv_text_subtitle",
        "dvd_subtitle",
        "dvb_subtitle",
    )
)
_MP4_SUBTITLES = frozenset(("mov_text", "dvd_subtitle"))
_MOV_SUBTITLES = frozenset(("mov_text",))
# The pictures that covers are made of, their endings and MIME types.
_COVERS = {"png": (".png", "image/png"), "mjpeg": (".jpg", "image/jpeg")}
# How the track of text is called that holds the chapters of MP4 and MOV: libav reads and writes them as chapters.
_CHAPTER_TRACKS = ("text", "subtitle")


@dataclass(frozen=True, slots=True)
class Kept:
    """A stream that the copy holds: its index in the recording, its type (as libav has it, or "cover" for a cover that is
    attached as a file), and what text is converted to or what kind of picture it is, "" for a copy."""

    index: int
    type: str
    convert: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a copy of a recording holds, how many chapters the recording has itself, and sentences about what is otherwise."""

    kept: tuple[Kept, ...]
    chapters: int = 0
    notes: tuple[str, ...] = ()

    def without(self, type: str, note: str) -> Plan:
        """The plan without streams of this type, which `note` tells."""
        return Plan(tuple(k for k in self.kept if k.type != type), self.chapters, (*self.notes, note))

    def of_type(self, type: str) -> list[Kept]:
        """The streams of one type that are kept, in their order."""
        return [k for k in self.kept if k.type == type]


def plan(path: Path, ending: str, text_codec: str) -> Plan:
    """What a copy ending in `ending` can hold of a recording, where subtitles of text are stored as `text_codec`.

    Raises av's own errors.
    """
    kept: list[Kept] = []
    notes: list[str] = []
    with open_container(path) as container:
        chapters = len(container.chapters())
        for stream in container.streams:
            found, note = _placed(stream, ending, text_codec, chapters)
            if found and found.type == "cover" and any(k.type == "cover" for k in kept):
                found = Kept(stream.index, "video")  # players know one cover; another stays as it is
            kept += [found] if found else []
            notes += [note] if note else []
    return Plan(tuple(kept), chapters, tuple(notes))


def save_cover(path: Path, plan: Plan, folder: Path) -> tuple[Path, str] | None:
    """The cover of a plan as a file in a folder, with its MIME type: Matroska attaches it. Raises av's own errors."""
    for cover in plan.of_type("cover"):
        ending, mime = _COVERS[cover.convert]
        with open_container(path) as container:
            packets = container.demux(container.streams[cover.index])
            picture = next((bytes(p) for p in packets if p.size), b"")
        file = folder / f"cover{ending}"
        file.write_bytes(picture)
        return file, mime
    return None


def _is_cover(stream: Any) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def default_audio(container: InputContainer) -> int:
    """The number, from 1, of the audio track that players begin with: the first that is marked so, else the first."""
    from av.stream import Disposition

    marked = (n for n, s in enumerate(container.streams.audio, 1) if s.disposition & Disposition.default)
    return next(marked, 1)


def _placed(stream: Any, ending: str, text_codec: str, chapters: int) -> tuple[Kept | None, str]:
    type, codec = str(stream.type), _codec(stream)
    matroska = ending == ".mkv"
    if matroska and type == "video" and codec in _COVERS and _is_cover(stream):
        return Kept(stream.index, "cover", codec), ""
    if type in ("video", "audio") and stream.codec_context is None:
        what = "picture" if type == "video" else "sound of one track"
        return None, f"its {what} is left out: its format is not known here"
    if type in ("video", "audio"):
        return Kept(stream.index, type), ""
    if type == "attachment":
        name = stream.metadata.get("filename", "without a name")
        return (
            (Kept(stream.index, type), "")
            if matroska
            else (None, f"the attached file {name} is left out: {ending} cannot hold it")
        )
    if type == "subtitle":
        return _placed_subtitle(stream, codec, ending, text_codec)
    if _written_anew(stream, chapters):
        return None, ""
    if matroska:
        return None, f"a stream of data is left out: {ending} cannot hold it"
    return Kept(stream.index, "data"), ""


def _written_anew(stream: Any, chapters: int) -> bool:
    """Whether this data holds the timecode or the chapters, which are written from what was read of them."""
    name = stream.metadata.get("handler_name", "").lower()
    return "timecode" in stream.metadata or bool(chapters and any(t in name for t in _CHAPTER_TRACKS))


def _placed_subtitle(stream: Any, codec: str, ending: str, text_codec: str) -> tuple[Kept | None, str]:
    spoken = tracks.language_of(stream) or "no language named"
    as_is = {".mkv": _MATROSKA_SUBTITLES, ".mov": _MOV_SUBTITLES}.get(ending, _MP4_SUBTITLES)
    if codec in as_is:
        return Kept(stream.index, "subtitle"), ""
    if codec in TEXT_SUBTITLES:
        lost = ", without its styling" if codec in ("ass", "ssa") else ""
        return (
            Kept(stream.index, "subtitle", text_codec),
            f"its subtitles ({spoken}, {codec}) are stored as {text_codec}{lost}",
        )
    return None, f"its subtitles ({spoken}, {codec}) are left out: {ending} cannot hold them"


def _codec(stream: Any) -> str:
    context = stream.codec_context
    return str(context.codec.canonical_name) if context is not None and context.codec else "unknown"
