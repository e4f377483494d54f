"""The files a run leaves: which they are, and how none of them ever costs a person's work.

An output that a person mended (its bytes are not the ones we wrote last) is kept; the new one goes beside it. An output that
would replace one of the run's own inputs is refused before any work begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.formats import concepts_vtt, document, srt, text, vtt
from pipeline.formats.files import write_atomic
from pipeline.store import Store
from pipeline.transcript import Grade, Transcript

# What is written for each transcript: the end of the file's name -> how it is composed. Adding a format is one row.
FORMATS = {
    ".{lang}.srt": srt.dumps,
    ".{lang}.vtt": vtt.dumps,
    ".txt": text.dumps,
    ".concepts.vtt": concepts_vtt.of_transcript,
    ".json": document.dumps,
}


# Captions that people mend in subtitle editors: of these, what was written last is kept for comparison.
MENDABLE = frozenset((".srt", ".vtt"))


def end_of(path: Path) -> str:
    """The kind of an output: ".srt", ".vtt"; other tracks than captions keep their longer end (".concepts.vtt")."""
    return ".concepts.vtt" if path.name.endswith(".concepts.vtt") else path.suffix.lower()


@dataclass(frozen=True, slots=True)
class Written:
    """`files` are current now; `mended` pairs a person's file with the new one that was put beside it; `removed` are
    outputs of ours that this run made obsolete (a draft whose subtitles have since come)."""

    files: tuple[Path, ...] = ()
    mended: tuple[tuple[Path, Path], ...] = ()
    removed: tuple[Path, ...] = ()


def paths(out: Path, name: str, lang: str, draft: bool) -> tuple[Path, ...]:
    """Where the outputs of a recording go. A draft's captions never bear a publishable name."""
    stem = f"{name}.draft" if draft else name
    return tuple(out / ((name if end == ".json" else stem) + end.format(lang=lang)) for end in FORMATS)


def refuse_inputs(out: Path, name: str, lang: str, inputs: Iterable[Path | None]) -> None:
    """Raise OutputError if any output of this recording would replace one of its inputs."""
    held = {p.resolve(): p for p in inputs if p is not None}
    for draft in (False, True):
        for path in paths(out, name, lang, draft):
            if path.resolve() in held:
                raise OutputError(path, "is an input of this very run", "choose another folder with --out")


def write(transcript: Transcript, store: Store, out: Path) -> Written:
    """Compose and write every output of a transcript. Raises OutputError."""
    name, lang = transcript.media.name, transcript.lang
    last = store.written()
    now: dict[str, str] = {}
    files, mended = [], []
    targets = paths(out, name, lang, transcript.grade is Grade.DRAFT)
    for path, compose in zip(targets, FORMATS.values(), strict=True):
        data = compose(transcript).encode("utf-8")
        if is_mended(path, last.get(path.name), data):
            beside = path.with_name(f"{path.stem}.new{path.suffix}")
            mended.append((path, beside))
            now[path.name] = last.get(path.name, "")
            _put(beside, data, now)
        else:
            _put(path, data, now)
            files.append(path)
            if end_of(path) in MENDABLE:
                store.keep_written(path.name, data)
    removed = _retire(out, last, now)
    store.record_written(now)
    return Written(tuple(files), tuple(mended), removed)


def up_to_date(transcript: Transcript, store: Store, out: Path) -> bool:
    """Whether every output stands as this transcript would write it, or as a person mended it."""
    last = store.written()
    for path, compose in zip(
        paths(out, transcript.media.name, transcript.lang, transcript.grade is Grade.DRAFT),
        FORMATS.values(),
        strict=True,
    ):
        if not path.is_file():
            return False
        data = compose(transcript).encode("utf-8")
        if path.read_bytes() != data and not is_mended(path, last.get(path.name), data):
            return False
    return True


def standing(transcript: Transcript, store: Store, out: Path) -> Written:
    """The outputs as they stand when nothing had to be written."""
    last = store.written()
    targets = paths(out, transcript.media.name, transcript.lang, transcript.grade is Grade.DRAFT)
    mended = {
        p: p.with_name(f"{p.stem}.new{p.suffix}")
        for p in targets
        if _sha256(p.read_bytes()) != last.get(p.name)
    }
    return Written(tuple(p for p in targets if p not in mended), tuple(mended.items()))


def is_mended(path: Path, written_digest: str | None, new: bytes) -> bool:
    """Whether a person's version stands at `path`: it is there, is not what we wrote last, and not what we would write."""
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OutputError(path, f"cannot be read: {error.strerror}", "it was left as it is") from error
    return found != new and _sha256(found) != written_digest


def _put(path: Path, data: bytes, now: dict[str, str]) -> None:
    if not path.is_file() or path.read_bytes() != data:
        write_atomic(path, data)
    now[path.name] = _sha256(data)


def _retire(out: Path, last: dict[str, str], now: dict[str, str]) -> tuple[Path, ...]:
    """Remove what an earlier run wrote and this one does not, unless a person changed it."""
    gone = []
    for name, digest in last.items():
        path = out / name
        if name not in now and path.is_file() and _sha256(path.read_bytes()) == digest:
            path.unlink()
            gone.append(path)
    return tuple(gone)


def derived_files(out: Path, store: Store) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The outputs on disk that are ours as we wrote them, and those that a person mended since."""
    ours: list[Path] = []
    mended: list[Path] = []
    for name, digest in store.written().items():
        path = out / name
        if path.is_file():
            (ours if _sha256(path.read_bytes()) == digest else mended).append(path)
    return tuple(ours), tuple(mended)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
