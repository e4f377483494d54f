"""What another program heard of a recording, in a run: which file, and when it is refused.

It takes the recognizer's place: nothing is transcribed again. Where subtitles came too, it is a witness of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import DocumentError, counted
from pipeline.files import digest_of_file
from pipeline.formats import heard as heard_files
from pipeline.formats.heard import HeardFile
from pipeline.formats.heard.find import find_heard
from pipeline.languages import known, same_language, spellings
from pipeline.progress import Progress
from pipeline.settings import Settings
from pipeline.speech import second_ear_package, segmentation_weights
from pipeline.timing import Span, clock
from pipeline.transcript import Heard, Token

if TYPE_CHECKING:
    from pipeline.media.audio import Audio

# Raised when such a file is read otherwise than before.
VERSION = 1
# The length that a file states may be off by so much, and so may its last word lie behind the end. A choice.
_SLACK_MS = 2000
# From this share of words on that stand where nobody speaks, it is another recording. A choice.
_MOST_OUTSIDE = 0.5
# So much speech behind the last word is worth telling. A choice.
_MIN_LEFT_MS = 30_000
# The settings of those guards against invented words that need the words and the sound alone.
_GUARDS = ("outside_speech_ms", "loop_repeats", "loop_word_ms", "swallowed_silence_ms", "shortest_word_ms")
_LONGEST_CODE = 3  # letters of a language's code; more is a name
_REMEDY = "leave it out to transcribe here"


def chosen(media: Path, settings: Settings, named: Path | None) -> tuple[Path | None, tuple[str, ...]]:
    """The file of a recording, by its name or found beside it, and notes on it. Raises DocumentError for one that is named and
    cannot be used; what only might be one is then left aside."""
    path = named or (media.parent / settings.heard if settings.heard else None)
    if path is None:
        path, says_it = find_heard(media)
        if path is None:
            return None, ()
        try:
            read(path, settings)
        except DocumentError as error:
            if says_it:
                raise
            return None, (f"{path.name} lies beside it and is not used: {error.problem}",)
        return path, ()
    read(path, settings)
    if named is None:
        return path, ()
    beside = media.with_name(f"{media.stem}.whisper.json")
    return path, (
        f"later commands find {path.name} where it is called {beside}, or named in the sidecar ('heard')",
    )


def read(path: Path, settings: Settings) -> HeardFile:
    """The file, in the language of the recording. Raises DocumentError."""
    found = heard_files.read(path)
    wanted, has = settings.language, found.language
    if has and not _is_language(has, wanted):
        problem = f"was heard in the language '{has}', and the recording's is '{wanted}'"
        raise DocumentError(path, problem, f"{_REMEDY}, or say language in the sidecar")
    if not found.tokens:
        raise DocumentError(path, "holds no words", _REMEDY)
    return found


def _is_language(told: str, wanted: str) -> bool:
    """Whether a tag or a name (Whisper's service writes "english") may be the language of this tag."""
    names = spellings(wanted)
    is_name = len(told.split("-")[0]) > _LONGEST_CODE
    nameless = all(len(name) <= _LONGEST_CODE for name in names)
    return same_language(told, wanted) or told in names or (is_name and nameless and told not in known())


def reads(path: Path, settings: Settings) -> dict[str, Any]:
    """What the stage's result depends on, beside the recording."""
    limits = settings.transcribe.whisper
    return {
        "heard_elsewhere": {"version": VERSION, "file": digest_of_file(path)},
        **segmentation_weights.reads(),
        "second_ear": second_ear_package.identity(),
        "guards": {name: getattr(limits, name) for name in _GUARDS},
        "speech_threshold": settings.transcribe.speech_threshold,
        "language": settings.language,
    }


def run(path: Path, audio: Audio, settings: Settings, progress: Progress) -> Heard:
    """The regions of speech, and the file's words in them. Raises DocumentError for one of another recording."""
    from pipeline.stages import transcribe

    found = read(path, settings)
    _check_length(path, found, audio.duration_ms)
    speech = transcribe.regions_only(audio, settings.transcribe, progress)
    tokens, notes = _in_speech(path, found.tokens, speech.regions, audio.duration_ms, settings)
    notes += _told(found, tokens, speech.regions)
    return replace(
        speech, recognizer="whisper", model=who(found), tokens=tokens, notes=(*speech.notes, *notes)
    )


def who(found: HeardFile) -> str:
    """Who heard it, as far as the file says."""
    return f"{found.tool} {found.model}".strip()


def _check_length(path: Path, found: HeardFile, duration_ms: int) -> None:
    """Raise DocumentError where the file tells of a recording of another length."""
    last_ms = max(t.span.start_ms for t in found.tokens)
    if found.duration_ms and abs(found.duration_ms - duration_ms) > max(_SLACK_MS, duration_ms // 100):
        problem = f"is of a recording of {clock(found.duration_ms)}, and this one lasts {clock(duration_ms)}"
    elif last_ms > duration_ms + _SLACK_MS:
        problem = f"has words at {clock(last_ms)}, and the recording ends at {clock(duration_ms)}"
    else:
        return
    raise DocumentError(
        path, f"does not fit this recording: it {problem}", f"give the right file, or {_REMEDY}"
    )


def _in_speech(
    path: Path, tokens: Sequence[Token], regions: Sequence[Span], duration_ms: int, settings: Settings
) -> tuple[tuple[Token, ...], tuple[str, ...]]:
    """The words that lie where somebody speaks, in order, and notes on those that do not or are a loop."""
    from pipeline.speech.asr import guards

    limits = settings.transcribe.whisper
    inside = guards.within_speech(tokens, regions, limits.outside_speech_ms)
    outside = len(tokens) - len(inside)
    if outside > _MOST_OUTSIDE * len(tokens):
        problem = f"does not fit this recording: {outside} of its {counted(len(tokens), 'word')} stand where nobody speaks"
        raise DocumentError(path, problem, f"give the right file, or {_REMEDY}")
    looped = guards.without_loops(inside, limits.loop_repeats, limits.loop_word_ms)
    trimmed = [guards.trimmed(t, regions, limits.swallowed_silence_ms) for t in looped]
    kept = guards.in_order(trimmed, duration_ms, limits.shortest_word_ms)
    notes = []
    if outside:
        notes.append(f"{path.name}: {counted(outside, 'word')} left out that stand where nobody speaks")
    if len(looped) < len(inside):
        notes.append(
            f"{path.name}: {counted(len(inside) - len(looped), 'word')} left out that only repeat others"
        )
    return kept, tuple(notes)


def _told(found: HeardFile, tokens: Sequence[Token], regions: Sequence[Span]) -> tuple[str, ...]:
    """What a person should know of a file's words."""
    notes = []
    if found.untimed:
        notes.append(
            f"{found.name}: {counted(found.untimed, 'word')} had no time there and got one from the sound"
        )
    if found.has_speakers:
        notes.append(f"{found.name}: its speakers are not taken; who speaks is told from the voices here")
    end_ms = max((t.span.end_ms for t in tokens), default=0)
    left_ms = sum(r.duration_ms for r in regions if r.start_ms >= end_ms)
    if left_ms >= _MIN_LEFT_MS:
        notes.append(
            f"{found.name} ends at {clock(end_ms)}: the {clock(left_ms)} of speech behind it have no words"
        )
    return tuple(notes)
