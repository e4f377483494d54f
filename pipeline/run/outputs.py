"""Output files: which a run writes, and how none of them ever overwrites a person's work.

An output that a person mended (its bytes are not the ones we wrote last) is kept; the new one goes beside it. An output that
would replace one of the run's own inputs is refused before any work begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.files import digest_of, digest_of_file, is_foreign, write_atomic
from pipeline.formats.document import writer
from pipeline.formats.writers import chapters_vtt, concepts_vtt, rttm, srt, text, vtt
from pipeline.run.store import Store
from pipeline.transcript import Transcript

# The formats written for each transcript: suffix after the recording's name -> serialiser. Adding a format is one row.
FORMATS = {
    ".{lang}.srt": srt.dumps,
    ".{lang}.vtt": vtt.dumps,
    ".txt": text.dumps,
    ".concepts.vtt": concepts_vtt.of_transcript,
    ".chapters.vtt": chapters_vtt.dumps,
    ".rttm": rttm.dumps,
    ".json": writer.dumps,
}

# Suffixes of captions that people mend in subtitle editors: a copy of what was written last is kept for comparison.
MENDABLE = frozenset((".srt", ".vtt"))

# Suffixes of WebVTT tracks that are no captions (kinds "metadata" and "chapters"), though they end in ".vtt".
TRACKS = (".concepts.vtt", ".chapters.vtt")


def end_of(path: Path) -> str:
    """The suffix that tells an output's kind: ".srt", ".vtt"; of tracks that are no captions the longer one (".concepts.vtt")."""
    return next((end for end in TRACKS if path.name.endswith(end)), path.suffix.lower())


@dataclass(frozen=True, slots=True)
class Written:
    """What a run left on disk.

    `files` are current now. `mended` pairs a person's file with the new version put beside it. `removed` are outputs of ours
    that this run made obsolete (a draft whose subtitles have since come). `stale` are better ones of an earlier run, which a
    draft does not replace.
    """

    files: tuple[Path, ...] = ()
    mended: tuple[tuple[Path, Path], ...] = ()
    removed: tuple[Path, ...] = ()
    stale: tuple[Path, ...] = ()


def paths(out: Path, name: str, lang: str, draft: bool) -> tuple[Path, ...]:
    """The paths of a recording's outputs, one for each of `FORMATS`; a draft's bear ".draft", all but the JSON."""
    stem = f"{name}.draft" if draft else name
    return tuple(out / ((name if end == ".json" else stem) + end.format(lang=lang)) for end in FORMATS)


def refuse_inputs(out: Path, name: str, lang: str, inputs: Iterable[Path | None]) -> None:
    """Raise OutputError if any output of this recording would replace one of its inputs."""
    held = {p.resolve(): p for p in inputs if p is not None}
    for draft in (False, True):
        for path in paths(out, name, lang, draft):
            if path.resolve() in held:
                raise OutputError(path, "is an input of this very run", "choose another folder with --out")


Composed = tuple[tuple[Path, bytes], ...]
"""The path and the bytes of every output."""


def composed(transcript: Transcript, out: Path) -> Composed:
    """Serialise a transcript into every format, without writing."""
    return tuple((path, compose(transcript).encode("utf-8")) for path, compose in _targets(transcript, out))


def write(transcript: Transcript, store: Store, out: Path, made: Composed | None = None) -> Written:
    """Write every output atomically, `made` where they were composed before. Raises OutputError.

    Digests are recorded before the first is written, so that what an interrupted run leaves is not taken for a person's work.
    """
    made = composed(transcript, out) if made is None else made
    placed = [(path, _place(path, store, data), data) for path, data in made]
    last = store.written()
    digests = {place: digest_of(data) for _, place, data in placed}
    store.intend({place.name: digest for place, digest in digests.items()})
    now = {path.name: last.get(path.name, "") for path, place, _ in placed if place != path}
    for path, place, data in placed:
        _write_changed(place, data)
        now[place.name] = digests[place]
        if place == path and end_of(path) in MENDABLE:
            store.keep_written(path.name, data)
    stale, removed = _remove_obsolete(transcript, out, last, now)
    store.record_written(now | {path.name: last[path.name] for path in stale})
    return replace(_written((path, place) for path, place, _ in placed), removed=removed, stale=stale)


def _written(placed: Iterable[tuple[Path, Path]]) -> Written:
    """Which outputs stand at their own paths, and which beside what a person mended."""
    pairs = tuple(placed)
    files = tuple(path for path, place in pairs if place == path)
    return Written(files, tuple((path, place) for path, place in pairs if place != path))


def _targets(transcript: Transcript, out: Path) -> list[tuple[Path, Callable[[Transcript], str]]]:
    """Each output's path and what composes it."""
    named = paths(out, transcript.media.name, transcript.lang, transcript.is_draft)
    return list(zip(named, FORMATS.values(), strict=True))


def _place(path: Path, store: Store, data: bytes) -> Path:
    """The path that an output goes to: its own, or the first beside it (".new", ".new2") that holds no person's work."""
    place, number = path, 1
    while is_foreign(place, store.ours(place.name) | {digest_of(data)}):
        place = path.with_name(f"{path.stem}.new{number if number > 1 else ''}{path.suffix}")
        number += 1
    return place


def standing(made: Composed, store: Store) -> Written | None:
    """The outputs as they stand, if each has these bytes, or stands so beside what a person mended; else None."""
    placed = [(path, _place(path, store, data), data) for path, data in made]
    if any(not place.is_file() or place.read_bytes() != data for _, place, data in placed):
        return None
    return _written((path, place) for path, place, _ in placed)


def record_standing(made: Composed, store: Store) -> None:
    """Record outputs that stand as composed, where what was recorded of them is damaged. Raises OutputError."""
    known = store.written()
    now = {place.name: digest_of(data) for path, data in made if (place := _place(path, store, data))}
    store.record_written({**known, **now})


def _write_changed(path: Path, data: bytes) -> None:
    """Write a file only where its bytes change, so that its modification time says when they did."""
    if not path.is_file() or path.read_bytes() != data:
        write_atomic(path, data)


def _remove_obsolete(
    transcript: Transcript, out: Path, last: dict[str, str], now: dict[str, str]
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Remove obsolete outputs, which an earlier run wrote and this one does not; returns those that stay, because a draft
    replaces nothing better, and those removed. `last` and `now` are the digests by file name before and after.

    A file that a person changed is left where it is, and is theirs from now on.
    """
    old = [out / name for name, digest in last.items() if name not in now and _digest(out / name) == digest]
    if transcript.is_draft:
        better = [p for p in old if ".draft." not in p.name]
        old = [p for p in old if p not in better]
    else:
        better = []
    for path in old:
        path.unlink()
    return tuple(better), tuple(old)


def _digest(path: Path) -> str:
    return digest_of_file(path) if path.is_file() else ""


def derived_files(out: Path, store: Store) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The outputs on disk that are ours as we wrote them, and those that a person mended since."""
    ours: list[Path] = []
    mended: list[Path] = []
    for name, digest in store.written().items():
        path = out / name
        if path.is_file():
            (ours if digest_of_file(path) == digest else mended).append(path)
    return tuple(ours), tuple(mended)
