"""Which recordings a command means, and what belongs to each: sidecar, subtitles, where its outputs go."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import settings as settings_module
from pipeline.errors import MediaError, SettingsError, SubtitlesError, UsageError, VignetteError
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER, PROJECT_FILE
from pipeline.media.facts import SUFFIXES
from pipeline.settings import Settings

# Outputs add up to ".draft.concepts.new2.vtt" and a temporary end; file systems stop at 255 bytes.
LONGEST_NAME = 200
# So many files that are not used are told by name.
MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Job:
    """One recording to caption. `name` is its file's name without the suffix: the stem of every output.
    `notes` say what lies beside it and is not used."""

    media: Path
    out: Path
    settings: Settings
    subtitles: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.media.stem


@dataclass(frozen=True, slots=True)
class Plan:
    """The jobs, the recordings that cannot even be begun (with why), and what a person should be told."""

    jobs: tuple[Job, ...]
    refused: tuple[tuple[Path, VignetteError], ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line said. `folder` is searched when no media are named."""

    media: tuple[Path, ...] = ()
    subtitles: Path | None = None
    out: Path = OUT_FOLDER
    overrides: tuple[str, ...] = ()
    folder: Path = MEDIA_FOLDER
    project_file: Path = PROJECT_FILE


def plan(request: Request) -> Plan:
    """The jobs of a request, in order of their paths.

    Raises UsageError when it makes no sense as a whole, SettingsError when vignette.toml or --set are wrong (nothing would come
    out as wished then); what is wrong with one recording alone is in `refused`.
    """
    settings_module.load(request.project_file, None, request.overrides)
    recordings = _recordings(request)
    if request.subtitles is not None and len(recordings) != 1:
        raise UsageError("--subtitles goes with exactly one recording", "name the recording it belongs to")
    jobs: list[Job] = []
    refused: list[tuple[Path, VignetteError]] = [*_same_names(recordings)]
    taken = {path for path, _ in refused}
    for path in recordings:
        if path in taken:
            continue
        try:
            jobs.append(_job(path, request))
        except VignetteError as error:
            refused.append((path, error))
    notices = (*_skipped(request), *_lonely_sidecars(request, recordings))
    return Plan(tuple(jobs), tuple(refused), notices)


def _recordings(request: Request) -> list[Path]:
    """The named recordings (folders opened), or everything in the media folder; each once."""
    if request.media:
        found = [
            path for named in request.media for path in (_inside(named) if os.path.isdir(named) else [named])
        ]
    elif request.folder.is_dir():
        found = _inside(request.folder)
    else:
        raise UsageError(
            f"there is no folder '{request.folder}' here",
            "name a recording, or run in a folder that has one",
        )
    unique: dict[str, Path] = {}
    for path in found:
        unique.setdefault(os.path.realpath(path), path)  # pathlib's own `resolve` gives up at a loop of links
    return list(unique.values())


def _inside(folder: Path) -> list[Path]:
    try:
        names = sorted(folder.iterdir(), key=lambda p: p.name)
    except OSError as error:
        raise UsageError(f"the folder '{folder}' cannot be read: {error.strerror}") from error
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


def _same_names(recordings: Sequence[Path]) -> Iterable[tuple[Path, VignetteError]]:
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
    _check_name(path)
    if not os.path.lexists(path):
        raise MediaError(path, "does not exist", "check the name")
    if not os.path.isfile(path):
        raise MediaError(path, "is not a file that can be read", "check what it is, and its permissions")
    settings = settings_module.load(request.project_file, sidecar_of(path), request.overrides)
    notes: tuple[str, ...] = ()
    subtitles = request.subtitles or _named_subtitles(path, settings)
    if subtitles is None:
        subtitles, notes = _found_subtitles(path, settings.language, request.out)
    if subtitles is not None and not os.path.isfile(subtitles):
        raise SubtitlesError(
            subtitles, "does not exist", "check the name, or leave it out to run without subtitles"
        )
    return Job(path, request.out, settings, subtitles, notes)


def _check_name(path: Path) -> None:
    """Refuse names that the outputs cannot bear. Raises MediaError."""
    try:
        length = len(path.stem.encode("utf-8"))
    except UnicodeEncodeError:
        raise MediaError(path, "has a name that is not valid UTF-8", "rename it") from None
    if length > LONGEST_NAME:
        raise MediaError(
            path, f"has a name of more than {LONGEST_NAME} bytes", "rename it: the outputs' names are longer"
        )
    if path.stem.strip(".") == "":
        raise MediaError(path, "has a name that outputs cannot bear", "rename it")


def sidecar_of(media: Path) -> Path:
    """Where the recording's own settings would stand: `media/talk.mp4` -> `media/talk.toml`."""
    return media.with_name(media.stem + ".toml")


def _named_subtitles(media: Path, settings: Settings) -> Path | None:
    return media.parent / settings.subtitles if settings.subtitles else None


def _found_subtitles(media: Path, language: str, out: Path) -> tuple[Path | None, tuple[str, ...]]:
    """The subtitles or script beside a recording, and what lies there unused; the transcript that we wrote is neither."""
    from pipeline.formats.readers.find import find_subtitles, near_misses
    from pipeline.run.store import Store

    ours: set[str] = set()
    if os.path.realpath(out) == os.path.realpath(media.parent):
        ours = {*Store.of(out, media.stem).written()}
    found = [p for p in find_subtitles(media, language) if not _written(p, ours)]
    if found:
        return found[0], tuple(_unused(found[1:], f"lies beside it too; {found[0].name} is used"))
    near = [p for p in near_misses(media, language) if not _written(p, ours)]
    wanted = f"to use it, call it {media.stem}.{language}.srt (.vtt, .ass, .txt, .docx) or name it with --subtitles"
    return None, tuple(_unused(near, f"looks like its subtitles and is not used - {wanted}"))


def _written(path: Path, ours: set[str]) -> bool:
    """Whether a run wrote this: a transcript, or captions beside which a person's mends keep a newer version."""
    return path.name in ours and (path.suffix == ".txt" or ".draft." in path.name)


def _unused(paths: Sequence[Path], what: str) -> Iterable[str]:
    """A sentence for each file, for the first few of them."""
    names = [p.name for p in paths]
    yield from (f"{name} {what}" for name in names[:MOST_TOLD])
    if len(names) > MOST_TOLD:
        yield f"and {len(names) - MOST_TOLD} more files like {names[MOST_TOLD]}"


def _lonely_sidecars(request: Request, recordings: Sequence[Path]) -> Iterable[str]:
    """Sidecars in the searched folder whose recording is not there (yet)."""
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
        title = settings_module.load(None, sidecar).title
    except SettingsError:
        title = ""
    return f"'{title}'" if title else "a recording"
