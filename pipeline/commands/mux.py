"""Muxing: a copy of a recording with chapters and a caption track inside; picture and sound are copied, never encoded."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.commands.guarded_file import GuardedFile
from pipeline.errors import DocumentError, NotCaptioned, UsageError
from pipeline.formats.document import reader
from pipeline.formats.document.reader import Document, Scene
from pipeline.languages import three_letters
from pipeline.media.ffmpeg import file_url, run_ffmpeg

# The container's suffix -> ffmpeg's name of the subtitle codec that it holds.
CAPTION_CODECS = {".mp4": "mov_text", ".m4v": "mov_text", ".mov": "mov_text", ".mkv": "srt"}


def mux(media: Path, out: Path, target: Path, overwrite: bool = False) -> Path:
    """Mux `media` with the chapters and captions found in the folder `out` into `target`, and return that.

    Raises NotCaptioned where there is nothing to put in, DocumentError, UsageError where the container cannot hold it,
    OutputError where the copy would replace the recording or, without `overwrite`, a file that is no earlier copy, and
    MediaError when ffmpeg fails.
    """
    codec = CAPTION_CODECS.get(target.suffix.lower())
    if codec is None:
        raise UsageError(f"{target.name} cannot hold captions", f"end it in {', '.join(CAPTION_CODECS)}")
    transcript = transcript_of(media, out)
    place = GuardedFile(target, "mux", media, "name another with --to", overwrite)
    place.check()
    captions = out / f"{media.stem}.{transcript.lang}.srt"
    if not captions.is_file():
        raise NotCaptioned(
            media, f"there are no captions to publish in {captions}", f"run: vignette run {media}"
        )
    with tempfile.TemporaryDirectory(prefix="vignette-") as folder:
        chapters = Path(folder) / "chapters.txt"
        chapters.write_text(ffmetadata(transcript.scenes), encoding="utf-8")
        part = target.with_name(f".{target.stem}.part{target.suffix}")
        try:
            _run(media, captions, chapters, part, codec, transcript.lang)
            place.move(part)
        finally:
            part.unlink(missing_ok=True)
    return target


def _run(media: Path, captions: Path, chapters: Path, target: Path, codec: str, lang: str) -> None:
    import ffmpeg

    film = ffmpeg.input(file_url(media))
    text = ffmpeg.input(file_url(captions), f="srt")
    options = {
        "c": "copy",
        "c:s": codec,
        "map_chapters": 2,  # the third input: film, captions, chapters
        "map_metadata": 0,
        "metadata:s:s:0": f"language={three_letters(lang)}",
    }
    node = ffmpeg.output(film["v?"], film["a?"], text["s"], file_url(target), **options)
    run_ffmpeg(_with_chapters(node, chapters), media)


def _with_chapters(node: Any, chapters: Path) -> Any:
    """The command with the chapters as a further input: ffmpeg-python adds only inputs that a stream is taken from."""
    return node.global_args("-f", "ffmetadata", "-i", file_url(chapters))


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
