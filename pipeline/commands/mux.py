"""A copy of a recording with chapters and captions that can be switched on; picture and sound are copied, never encoded."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from pipeline.commands.guarded_file import GuardedFile
from pipeline.errors import NotCaptioned, UsageError
from pipeline.languages import three_letters
from pipeline.media.ffmpeg import file_url, run_ffmpeg

# The container's ending -> how captions are stored in it.
CAPTION_CODECS = {".mp4": "mov_text", ".m4v": "mov_text", ".mov": "mov_text", ".mkv": "srt"}


def mux(media: Path, out: Path, target: Path, overwrite: bool = False) -> Path:
    """Write `target`, a copy of `media` with the chapters and captions found in the folder `out`.

    Raises NotCaptioned where there is nothing to put in, UsageError where the container cannot hold it, OutputError where
    the copy would replace the recording or, without `overwrite`, a file that is no earlier copy, and MediaError when ffmpeg
    fails.
    """
    codec = CAPTION_CODECS.get(target.suffix.lower())
    if codec is None:
        raise UsageError(f"{target.name} cannot hold captions", f"end it in {', '.join(CAPTION_CODECS)}")
    made = document(out / f"{media.stem}.json", media)
    place = GuardedFile(target, "mux", media, "name another with --to", overwrite)
    place.check()
    captions = out / f"{media.stem}.{made['lang']}.srt"
    if not captions.is_file():
        raise NotCaptioned(
            media, f"there are no captions to publish in {captions}", f"run: vignette run {media}"
        )
    with tempfile.TemporaryDirectory(prefix="vignette-") as folder:
        chapters = Path(folder) / "chapters.txt"
        chapters.write_text(ffmetadata(made["vignettes"]), encoding="utf-8")
        part = target.with_name(f".{target.stem}.part{target.suffix}")
        try:
            _run(media, captions, chapters, part, codec, made["lang"])
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
    run_ffmpeg(_with_input(node, chapters), media)


def _with_input(node: Any, chapters: Path) -> Any:
    """ffmpeg-python names only inputs that a stream is taken from; chapters are none, so theirs is named globally."""
    return node.global_args("-f", "ffmetadata", "-i", file_url(chapters))


def ffmetadata(parts: list[dict[str, Any]]) -> str:
    """The parts as ffmpeg's metadata file: one chapter each, in milliseconds."""
    blocks = [";FFMETADATA1"]
    for part in parts:
        title = " ".join(str(part["title"]).split())
        for special in "\\=;#":
            title = title.replace(special, f"\\{special}")
        blocks.append(
            f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={part['start_ms']}\nEND={part['end_ms']}\ntitle={title}"
        )
    return "\n".join(blocks) + "\n"


def document(path: Path, media: Path) -> dict[str, Any]:
    """What a public document of `media` says of language (`lang`), title, parts (`vignettes`) and names. Raises NotCaptioned."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        names = {str(s["id"]): str(s["name"]) for s in found["speakers"]}
        title = str(found["media"]["title"])
        return {
            "lang": str(found["lang"]),
            "vignettes": list(found["vignettes"]),
            "names": names,
            "title": title,
        }
    except FileNotFoundError:
        raise NotCaptioned(
            media, f"there is no transcript {path} of it", f"run: vignette run {media}"
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        # A run keeps a file that is not as it left it, so that running alone would not help.
        raise NotCaptioned(
            media, f"{path} is no transcript of this version", f"move it away, then run: vignette run {media}"
        ) from None
