"""Muxing: a copy of a recording with chapters and a caption track inside; all that it held is copied, never encoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.commands.guarded_file import GuardedFile
from pipeline.errors import DocumentError, MediaError, NotCaptioned, UsageError
from pipeline.formats.document import reader
from pipeline.formats.document.reader import Document, Scene
from pipeline.languages import three_letters
from pipeline.leftovers import part_beside, temporary_folder
from pipeline.media import streams
from pipeline.media.facts import MediaFacts, facts
from pipeline.media.ffmpeg import file_url, run_ffmpeg
from pipeline.media.opening import PROTOCOLS, ffmpeg_input, ffmpeg_text, open_container, steady
from pipeline.media.streams import Plan
from pipeline.run import derived
from pipeline.run.store import Store

# The container's suffix -> ffmpeg's name of the subtitle codec that it holds.
CAPTION_CODECS = {".mp4": "mov_text", ".m4v": "mov_text", ".mov": "mov_text", ".mkv": "srt"}

# The same suffix -> ffmpeg's name of the container: an unfinished copy has a name that does not say it.
MUXERS = {".mp4": "mp4", ".m4v": "ipod", ".mov": "mov", ".mkv": "matroska"}


@dataclass(frozen=True, slots=True)
class Muxed:
    """The copy that was made; `notes` say what it holds otherwise than the recording does, or not at all."""

    path: Path
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The copy as plain JSON values."""
        return {"file": str(self.path), "notes": list(self.notes)}


def mux(
    media: Path, out: Path, target: Path, overwrite: bool = False, track: tuple[int, str] = (0, "en")
) -> Muxed:
    """Write `target`, a copy of `media` with the captions found in the folder `out`, and the chapters where it has none.

    Everything else stays: picture, cover, sound, subtitles, attachments, data and which of them are the default. `track` is
    the audio track that was captioned. Raises NotCaptioned where there is nothing to put in, UsageError where the container
    cannot hold it, OutputError where the copy would replace the recording or, without `overwrite`, a file that is no earlier
    copy, and MediaError when ffmpeg fails.
    """
    codec = CAPTION_CODECS.get(target.suffix.lower())
    if codec is None:
        raise UsageError(f"{target.name} cannot hold captions", f"end it in {', '.join(CAPTION_CODECS)}")
    transcript = transcript_of(media, out)
    place = GuardedFile(target, "mux", media, "name another with -o", overwrite)
    place.check()
    captions = out / f"{media.stem}.{transcript.lang}.srt"
    if not captions.is_file():
        if transcript.draft:
            beside = f"{media.stem}.{transcript.lang}.srt"
            remedy = f"put its subtitles beside it ({beside}), or run 'vignette models fetch small.en', and run again"
            raise NotCaptioned(media, "there is only a draft of it, which is not to be published", remedy)
        raise NotCaptioned(
            media, f"there are no captions to publish in {captions}", f"run: vignette run {media}"
        )
    chosen = facts(media, *track)
    plan = streams.plan(media, target.suffix.lower(), codec)
    with temporary_folder() as folder:
        chapters = folder / "chapters.txt"
        chapters.write_text(ffmetadata(transcript.scenes), encoding="utf-8")
        part = part_beside(target)
        try:
            with steady(media):
                cover = streams.save_cover(media, plan, folder)
                added = _Added(captions, chapters, codec, transcript.lang, cover, target.suffix.lower())
                plan = _copied(media, plan, added, part)
            place.move(part)
            derived.remember(Store.of(out, media.stem), [target])
        finally:
            part.unlink(missing_ok=True)
    review = transcript.review
    reviewed = (f"its captions are {review}",) if review and not review.holds else ()
    return Muxed(target, (*reviewed, *plan.notes, *_chapters_note(plan), *_track_note(media, chosen)))


def _chapters_note(plan: Plan) -> Iterator[str]:
    if plan.chapters:
        count = "1 chapter" if plan.chapters == 1 else f"{plan.chapters} chapters"
        yield f"its own {count} stayed; those of the run stand in the .chapters.vtt"


def _track_note(media: Path, chosen: MediaFacts) -> Iterator[str]:
    """That players begin with another audio track than the one that the captions are about."""
    with open_container(media) as container:
        first = streams.default_audio(container)
    if first != chosen.audio_track:
        spoken = f" ({chosen.audio_language})" if chosen.audio_language else ""
        yield f"the captions are about audio track {chosen.audio_track}{spoken}; players begin with track {first}"


@dataclass(frozen=True, slots=True)
class _Added:
    """What is put in, and into what: the captions, how they are stored and their language, the chapters as ffmpeg's metadata,
    a cover as a file with its MIME type, and how the copy's name ends."""

    captions: Path
    chapters: Path
    codec: str
    lang: str
    cover: tuple[Path, str] | None
    ending: str


def _copied(media: Path, plan: Plan, added: _Added, target: Path) -> Plan:
    """Make the copy; without data that the container refuses, where it does. What was done comes back. Raises MediaError."""
    try:
        _run(media, plan, added, target)
    except MediaError:
        if not plan.of_type("data"):
            raise
        fewer = plan.without("data", f"a stream of data is left out: {added.ending} cannot hold it")
        _run(media, fewer, added, target)
        return fewer
    return plan


def _run(media: Path, plan: Plan, added: _Added, target: Path) -> None:
    import ffmpeg

    film, text = ffmpeg_input(media), ffmpeg_text(added.captions, "srt")
    kept = [film[str(k.index)] for k in plan.kept if k.type != "cover"]
    before = plan.of_type("subtitle")
    options = {
        "format": MUXERS[added.ending],
        "c": "copy",
        **{f"c:s:{n}": k.convert for n, k in enumerate(before) if k.convert},
        f"c:s:{len(before)}": added.codec,
        "map_chapters": 0
        if plan.chapters
        else 2,  # the film's own, or the third input: film, captions, chapters
        "map_metadata": 0,
        f"metadata:s:s:{len(before)}": f"language={three_letters(added.lang)}",
        **_attached(added.cover, len(plan.of_type("attachment"))),
    }
    node = ffmpeg.output(*kept, text["s"], file_url(target), **options)
    run_ffmpeg(_with_input(node, added.chapters), media)


def _attached(cover: tuple[Path, str] | None, before: int) -> dict[str, Any]:
    """ffmpeg's options that attach a cover behind so many files which are attached already; it is called as its file."""
    if cover is None:
        return {}
    file, mime = cover
    return {"attach": str(file), f"metadata:s:t:{before}": f"mimetype={mime}"}


def _with_input(node: Any, chapters: Path) -> Any:
    """ffmpeg-python names only inputs that a stream is taken from; chapters are none, so theirs is named globally."""
    return node.global_args("-protocol_whitelist", PROTOCOLS, "-f", "ffmetadata", "-i", file_url(chapters))


def ffmetadata(parts: Sequence[Scene]) -> str:
    """The parts as chapters in ffmpeg's metadata format (FFMETADATA1), in milliseconds, special characters escaped."""
    blocks = [";FFMETADATA1"]
    for part in parts:
        title = " ".join(part.title.split())
        for special in "\\=;#":
            title = title.replace(special, f"\\{special}")
        blocks.append(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={part.start_ms}\nEND={part.end_ms}\ntitle={title}")
    return "\n".join(blocks) + "\n"


def transcript_of(media: Path, out: Path) -> Document:
    """The public document of a recording in the folder `out`. Raises NotCaptioned where there is none, DocumentError."""
    path = out / f"{media.stem}.json"
    if not path.exists():
        raise NotCaptioned(media, f"there is no transcript {path} of it", f"run: vignette run {media}")
    try:
        return reader.read(path)
    except DocumentError as error:
        raise replace(error, remedy=f"move it away, then run: vignette run {media}") from error
