"""Job planning: which recordings a command means, and what belongs to each: sidecar, subtitles, where its outputs go."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from pipeline.errors import (
    MediaError,
    OutputError,
    SettingsError,
    SubtitlesError,
    TurnsError,
    UsageError,
    VignetteError,
    nearest,
)
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER, PROJECT_FILE
from pipeline.media.suffixes import SUFFIXES
from pipeline.settings import Settings, load

# Outputs append up to ".draft.concepts.new2.vtt" and a temporary suffix to the name; most file systems (ext4, APFS, NTFS)
# allow 255 bytes or characters.
MAX_NAME_BYTES = 200
# So many files that are not used are told by name.
MAX_FILES_TOLD = 3


@dataclass(frozen=True, slots=True)
class Job:
    """One recording to caption, the folder its outputs go to, its settings, its subtitles or script where there are any, the file
    with another diarization's `turns`, and what another recognizer `heard` (JSON); `notes` say what lies beside it unused."""

    media: Path
    out: Path
    settings: Settings
    subtitles: Path | None = None
    notes: tuple[str, ...] = ()
    turns: Path | None = None
    heard: Path | None = None

    @property
    def name(self) -> str:
        """The recording's file name without the suffix: the stem of every output."""
        return self.media.stem

    @property
    def is_bare(self) -> bool:
        """Whether no words came with the recording, neither subtitles nor what was heard, so that they must be recognized."""
        return self.subtitles is None and self.heard is None


@dataclass(frozen=True, slots=True)
class Plan:
    """The jobs, the recordings refused before any work (each with its error), and notices for the user.

    `strays` are sentences about subtitles that belong to no recording, where one has none: they are worth a look before minutes
    are spent on a draft.
    """

    jobs: tuple[Job, ...]
    refused: tuple[tuple[Path, VignetteError], ...] = ()
    notices: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asked for; `folder` is searched when no media are named, `overrides` are `--set key=value`."""

    media: tuple[Path, ...] = ()
    subtitles: Path | None = None
    out: Path = OUT_FOLDER
    overrides: tuple[str, ...] = ()
    folder: Path = MEDIA_FOLDER
    project_file: Path = PROJECT_FILE
    heard: Path | None = None


def plan(request: Request) -> Plan:
    """Plan the jobs of a request, in order of their paths, each recording once.

    Raises UsageError when it makes no sense as a whole, OutputError when its outputs can lie nowhere, SettingsError when
    vignette.toml or --set are wrong (nothing would come out as wished then); what is wrong with one recording alone is in
    `refused`.
    """
    load(request.project_file, None, request.overrides)
    _check_out(request.out)
    recordings = _recordings(request)
    if request.subtitles is not None and len(recordings) != 1:
        raise UsageError("--subtitles goes with exactly one recording", "name the recording it belongs to")
    if request.heard is not None and len(recordings) != 1:
        raise UsageError("--heard goes with exactly one recording", "name the recording it belongs to")
    jobs: list[Job] = []
    refused: list[tuple[Path, VignetteError]] = [*_name_clashes(recordings)]
    taken = {path for path, _ in refused}
    for path in recordings:
        if path in taken:
            continue
        try:
            jobs.append(_job(path, request))
        except VignetteError as error:
            refused.append((path, error))
    notices = (*_skipped(request), *_orphaned_sidecars(request, recordings))
    return Plan(tuple(jobs), tuple(refused), notices, tuple(_strays(jobs)))


def _check_out(out: Path) -> None:
    """Raise OutputError where a file stands in the way of the folder for what comes out."""
    for place in (out, *out.parents):
        if os.path.isdir(place):
            return
        if os.path.lexists(place):
            raise OutputError(
                place,
                "is a file where the folder for the outputs must be",
                "choose another folder with --out",
            )


def _recordings(request: Request) -> list[Path]:
    """The named recordings (folders opened), or everything in the media folder; each once."""
    if request.media:
        found = [
            path
            for named in request.media
            for path in (_recordings_in(named) if os.path.isdir(named) else [named])
        ]
    elif request.folder.is_dir():
        found = _recordings_in(request.folder)
    else:
        raise UsageError(
            f"there is no folder '{request.folder}' here",
            "name a recording, or run in a folder that has one",
        )
    unique: dict[str, Path] = {}
    for path in found:
        unique.setdefault(os.path.realpath(path), path)  # pathlib's own `resolve` gives up at a loop of links
    return list(unique.values())


def _recordings_in(folder: Path) -> list[Path]:
    """The recordings in a folder by name, hidden files left out. Raises UsageError when it cannot be read."""
    try:
        names = sorted(folder.iterdir(), key=lambda p: p.name)
    except OSError as error:
        raise UsageError(
            f"the folder '{folder}' cannot be read: {error.strerror}", "check the folder's permissions"
        ) from error
    return [p for p in names if p.suffix.lower() in SUFFIXES and not p.name.startswith(".") and p.is_file()]


def _skipped(request: Request) -> Iterable[str]:
    """Files named like recordings in the folders that are searched, which are left alone: hidden, or no regular files."""
    for folder in request.media or (request.folder,):
        if not os.path.isdir(folder):
            continue
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() not in SUFFIXES or path.is_dir() or path.name.startswith("._"):
                continue
            if not path.is_file():
                yield f"{path} is left out: it is not a regular file"
            elif path.name.startswith("."):
                yield f"{path} is left out: its name begins with a dot; rename it if it is to be captioned"


def _name_clashes(recordings: Sequence[Path]) -> Iterable[tuple[Path, VignetteError]]:
    """Recordings whose outputs would overwrite each other, on any disk: case and Unicode form are not trusted to differ."""
    by_name: dict[str, list[Path]] = {}
    for path in recordings:
        by_name.setdefault(unicodedata.normalize("NFC", path.stem).casefold(), []).append(path)
    for paths in by_name.values():
        for path in paths if len(paths) > 1 else ():
            others = ", ".join(f"'{p}'" for p in paths if p != path)
            yield (
                path,
                MediaError(
                    path, f"has the same name as {others}", "rename one: both would write the same files"
                ),
            )


def _job(path: Path, request: Request) -> Job:
    from pipeline.formats.readers import TEXT_SUFFIXES
    from pipeline.run import heard_elsewhere  # what it needs of speech takes a while to load

    _check_name(path)
    if not os.path.lexists(path):
        folders = [path.parent, *([request.folder] if path.parent == Path() else [])]
        here = [p for folder in folders if os.path.isdir(folder) for p in _recordings_in(folder)]
        near = nearest(path.stem, [p.stem for p in here])
        meant = next((p for p in here if near and p.stem == near[0]), None)
        raise MediaError(path, "does not exist", f"did you mean {meant}?" if meant else "check the name")
    if not os.path.isfile(path):
        raise MediaError(path, "is not a file that can be read", "check what it is, and its permissions")
    if path.suffix.lower() in TEXT_SUFFIXES:
        raise MediaError(
            path,
            "is named like text, not like a recording",
            f"name its recording: --subtitles {path} goes with it",
        )
    settings = load(request.project_file, sidecar_of(path), request.overrides)
    notes: tuple[str, ...] = ()
    subtitles = request.subtitles or _named_subtitles(path, settings)
    if subtitles is None:
        subtitles, notes = _found_subtitles(path, settings.language, request.out)
    if subtitles is not None and os.path.isdir(subtitles):
        raise SubtitlesError(subtitles, "is a folder", "name the file of subtitles in it")
    if subtitles is not None and not os.path.isfile(subtitles):
        raise SubtitlesError(
            subtitles, "does not exist", "check the name, or leave it out to run without subtitles"
        )
    heard, said = heard_elsewhere.chosen(path, settings, request.heard)
    return Job(
        path, request.out, settings, subtitles, (*notes, *said), _turns(path, settings, request.out), heard
    )


def _turns(media: Path, settings: Settings, out: Path) -> Path | None:
    """The file of turns that is named, or that lies beside the recording and is not what we wrote. Raises TurnsError."""
    from pipeline.run.store import Store

    if settings.turns:
        named = media.parent / settings.turns
        if not os.path.isfile(named):
            raise TurnsError(named, "is no file of turns that can be read", "check the name, or leave it out")
        return named
    beside = media.with_name(media.stem + ".rttm")
    same_folder = os.path.realpath(out) == os.path.realpath(media.parent)
    if not os.path.isfile(beside) or (same_folder and beside.name in Store.of(out, media.stem).written()):
        return None
    return beside


def _check_name(path: Path) -> None:
    """Raise MediaError for a name that outputs cannot be derived from."""
    try:
        length = len(path.stem.encode("utf-8"))
    except UnicodeEncodeError:
        raise MediaError(path, "has a name that is not valid UTF-8", "rename it") from None
    if length > MAX_NAME_BYTES:
        raise MediaError(
            path,
            f"has a name of more than {MAX_NAME_BYTES} bytes",
            "rename it: the outputs' names are longer",
        )
    if path.stem.strip(".") == "":
        raise MediaError(path, "has a name that outputs cannot bear", "rename it")


def sidecar_of(media: Path) -> Path:
    """The path of the recording's sidecar, which holds its own settings: `media/talk.mp4` -> `media/talk.toml`."""
    return media.with_name(media.stem + ".toml")


def _named_subtitles(media: Path, settings: Settings) -> Path | None:
    return media.parent / settings.subtitles if settings.subtitles else None


def _found_subtitles(media: Path, language: str, out: Path) -> tuple[Path | None, tuple[str, ...]]:
    """The subtitles or script beside a recording, and what lies there unused; the transcript that we wrote is neither."""
    from pipeline.formats.readers.find import find_subtitles, near_misses, own_exports
    from pipeline.run.store import Store

    ours: set[str] = set()
    if os.path.realpath(out) == os.path.realpath(media.parent):
        ours = {*Store.of(out, media.stem).written()}
    own = tuple(_unused(own_exports(media, language), "is what Vignette exported itself, and no subtitles"))
    found = [p for p in find_subtitles(media, language) if not _written(p, ours)]
    if found:
        return found[0], (*_unused(found[1:], f"lies beside it too; {found[0].name} is used"), *own)
    near = [p for p in near_misses(media, language) if not _written(p, ours)]
    wanted = f"to use it, call it {media.stem}.{language}.srt (.vtt, .ass, .txt, .docx) or name it with --subtitles"
    return None, (*own, *_unused(near, f"looks like its subtitles and is not used - {wanted}"))


def _written(path: Path, ours: set[str]) -> bool:
    """Whether a run wrote this: a transcript, or captions beside which a person's mends keep a newer version."""
    return path.name in ours and (path.suffix == ".txt" or ".draft." in path.name)


def _unused(paths: Sequence[Path], what: str) -> Iterable[str]:
    """A sentence for each file, for the first few of them."""
    names = [p.name for p in paths]
    yield from (f"{name} {what}" for name in names[:MAX_FILES_TOLD])
    if len(names) > MAX_FILES_TOLD:
        yield f"and {len(names) - MAX_FILES_TOLD} more files like {names[MAX_FILES_TOLD]}"


def _strays(jobs: Sequence[Job]) -> Iterable[str]:
    """Subtitles beside recordings that have none, as far as they belong to no recording, and what to do with each."""
    from pipeline.formats.readers.find import belonging_to_none
    from pipeline.run.store import Store

    without: dict[Path, list[Job]] = {}
    for job in jobs:
        if job.subtitles is None:
            without.setdefault(job.media.parent, []).append(job)
            yield from (f"{job.media}: {note}" for note in job.notes)
    for folder, bare in without.items():
        noted = {note.split(" looks like its subtitles")[0] for job in bare for note in job.notes}
        written = {name for job in bare for name in Store.of(job.out, job.name).written()}
        for path in belonging_to_none(folder):
            if path.name in noted or path.name in written:
                continue
            stems = {job.name: job for job in bare}
            job = stems[(nearest(path.stem, stems, likeness=0) or [bare[0].name])[0]]
            called = f"call it {job.name}.{job.settings.language}{path.suffix.lower()}"
            yield (
                f"{path} belongs to no recording: is it the subtitles of {job.media.name}? Then {called}, "
                f"or run: vignette run {quote(str(job.media))} --subtitles {quote(str(path))}"
            )


def _orphaned_sidecars(request: Request, recordings: Sequence[Path]) -> Iterable[str]:
    """Orphaned sidecars: those in the searched folder whose recording is not there (yet), one sentence each."""
    if request.media or not request.folder.is_dir():
        return
    stems = {p.stem for p in recordings}
    for sidecar in sorted(request.folder.glob("*.toml")):
        if sidecar.stem not in stems:
            title = _title(sidecar)
            yield (
                f"{sidecar} describes {title}, but its recording is not here yet: "
                f"put {sidecar.stem}.mp4 (or .mkv, .mov, .mp3, ...) beside it and run again"
            )


def _title(sidecar: Path) -> str:
    try:
        title = load(None, sidecar).title
    except SettingsError:
        title = ""
    return f"'{title}'" if title else "a recording"
