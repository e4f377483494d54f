"""The table of stages: `STAGES`, a row each, in the order in which they feed each other; `transcript` folds over it.

A new stage is a module in `pipeline/stages/` and a row here. Its result is handed to later stages by its type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pipeline.concepts import confidence, inflections
from pipeline.edits.replay import Replay
from pipeline.errors import Interrupted
from pipeline.files import data_file, digest_of_file
from pipeline.progress import Progress
from pipeline.run import alignment, diarization, segmentation, transcription, verification
from pipeline.run.compose import composed
from pipeline.run.inputs import Inputs
from pipeline.run.store import digest_of
from pipeline.stages import picture
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    Captions,
    Concepts,
    Heard,
    LocalSpeakers,
    Parts,
    Picture,
    Sound,
    Transcript,
    Verification,
    Voices,
)

if TYPE_CHECKING:
    from pipeline.stages import captions

R = TypeVar("R")
T = TypeVar("T")

LEXICON = "concepts.toml"
# Kept beside the stages' artefacts, so that one corrected word has one turn coded again: what was found in every turn,
CODED = "concepts-by-turn"
# and which patterns of the lexicon a word calls for.
CALLED_FOR = "concepts-by-word"
# Whether the editor's cues stay,
RECUED = "recued"
# and how each stretch between two hard breaks was divided into captions.
DIVIDED = "captions-by-stretch"
# Raise it when the sidecar's parts are put over those that were found otherwise than before.
GIVEN_PARTS = 2


def as_found(replay: Replay, found: T) -> T:
    """The result of a stage that people decide nothing about."""
    return found


@dataclass(frozen=True, slots=True)
class Stage(Generic[R]):
    """A row of the table: what a stage is called, what it reads, how it is done, and how decisions are put over its result.

    Raise `version` when the result changes for equal inputs: every artefact is then made anew. `reads` gives, as JSON values
    by name, all else that the result depends on. One that `listens` is too dear to be done again for a mere look; one that may
    be done `beside` others is not waited for before a stage reads its result. `before` is what a look takes of a recording that
    was captioned before there was this stage.
    """

    name: str
    version: int
    result: type[R]
    reads: Callable[[Inputs], Mapping[str, Any]]
    run: Callable[[Inputs, Progress], R]
    correct: Callable[[Replay, R], R] = as_found
    listens: bool = False
    beside: bool = False
    before: R | None = None

    def key(self, inputs: Inputs) -> dict[str, Any]:
        """Everything that the stage's artefact is keyed by."""
        return {"version": self.version, **self.reads(inputs)}


class Step(Protocol):
    """Does a stage or takes its artefact; see `pipeline.run.fold.Fold`."""

    def __call__(self, stage: Stage[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]) -> T: ...


class Later(Protocol):
    """Begins a stage, or takes its artefact, and gives what waits for the result."""

    def __call__(
        self, stage: Stage[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]
    ) -> Callable[[], T]: ...


def transcript(inputs: Inputs, step: Step, later: Later | None = None) -> Transcript:
    """Fold the stages into a transcript; with `later`, some beside each other. Raises what the stages raise; of several the error
    of the earliest."""
    try:
        for stage in STAGES:
            with inputs.steady():
                _fold(stage, inputs, step, later)
        return composed(inputs)
    except Interrupted:
        raise
    except Exception:
        inputs.wait()
        raise


def _fold(stage: Stage[T], inputs: Inputs, step: Step, later: Later | None) -> None:
    reads = stage.key(inputs)
    noted = replace(stage, correct=inputs.noting(stage.result, stage.correct))
    produce = partial(_done, stage, inputs, reads)
    if stage.beside and later is not None:
        inputs.expect(stage.result, later(noted, reads, produce))
    else:
        inputs.keep(stage.result, step(noted, reads, produce))


def _done(stage: Stage[T], inputs: Inputs, reads: dict[str, Any], progress: Progress) -> T:
    """The result of a stage, unless the recording changed while it was read: nothing of that may be kept. `reads` is brought up
    to what the stage turned out to need while it was done."""
    with inputs.steady():
        result = stage.run(inputs, progress)
        now = stage.key(inputs)
        reads.clear()
        reads.update(now)
        return result


# --- sound ----------------------------------------------------------------------------------------------------------


def _decode(inputs: Inputs, progress: Progress) -> Sound:
    from pipeline.media.facts import decode_audio, facts

    found = facts(inputs.job.media, **inputs.track)
    audio = decode_audio(inputs.job.media, progress, **inputs.track)
    inputs.hand_audio(audio)
    return Sound(max(audio.duration_ms, found.duration_ms), found.has_picture, audio.notes)


def _tell_length(replay: Replay, found: Sound) -> Sound:
    replay.duration_ms = found.duration_ms
    return found


# --- picture --------------------------------------------------------------------------------------------------------


def _picture_reads(inputs: Inputs) -> dict[str, Any]:
    settings = inputs.settings.picture
    reader = picture.reader_identity() if settings.read_text else ""
    return {**inputs.recording, "settings": _plain(settings), "reader": reader}


def _see(inputs: Inputs, progress: Progress) -> Picture:
    return picture.run(inputs.job.media, inputs[Sound].duration_ms, inputs.settings.picture, progress)


# --- vignettes ------------------------------------------------------------------------------------------------------


def _part_reads(inputs: Inputs) -> dict[str, Any]:
    return {
        **inputs.recording,
        "aligned": inputs.digest(Aligned),
        "voices": inputs.digest(Voices),
        "picture": inputs.digest(Picture),
        "music": digest_of(inputs[Heard].music, tuple[Span, ...]),
        "duration": inputs[Sound].duration_ms,
        "sidecar": [asdict(wish) for wish in inputs.settings.vignettes],
        **({"headings": [asdict(heading) for heading in inputs.headings]} if inputs.headings else {}),
        **({"given": GIVEN_PARTS} if inputs.settings.vignettes else {}),
    }


def _divide_video(inputs: Inputs, progress: Progress) -> Parts:
    from pipeline.stages import vignettes

    return vignettes.run(
        inputs[Aligned], inputs[Voices], inputs[Picture], inputs[Sound].duration_ms,
        inputs.settings.vignettes, progress, inputs[Heard].music, inputs.headings,
    )  # fmt: skip


# --- concepts -------------------------------------------------------------------------------------------------------


def _concept_reads(inputs: Inputs) -> dict[str, Any]:
    return {
        **_lexicon_reads(),
        "aligned": inputs.digest(Aligned),
        "utterances": inputs.digest(Voices),
    }


def _lexicon_reads() -> dict[str, Any]:
    """What the findings in a turn depend on, besides its words and its speaker's role."""
    return {
        "lexicon": digest_of_file(data_file(LEXICON)),
        "forms": digest_of_file(data_file(inflections.FORMS_FILE)),
        "confidence": digest_of_file(data_file(confidence.CONFIDENCE_FILE)),
    }


def _tag(inputs: Inputs, progress: Progress) -> Concepts:
    from pipeline.concepts import lexicon
    from pipeline.concepts.coder import Finding
    from pipeline.stages import concepts

    voices, store = inputs[Voices], inputs.store
    roles = {s.id: s.role for s in voices.speakers}
    reads = {"version": version_of("concepts"), **_lexicon_reads()}
    known = store.load(CODED, dict[str, list[Finding]], reads).result or {}
    called = store.load(CALLED_FOR, dict[str, list[int]], reads).result or {}
    words = lexicon.load_lazily(data_file(LEXICON))
    cache = concepts.CodedTurns(known, called)
    found, kept = concepts.run_again(inputs[Aligned].tokens, voices.utterances, roles, words, cache, progress)
    store.save(CODED, dict[str, list[Finding]], reads, dict(kept.findings))
    if kept.by_word and not called:
        by_word = dict(sorted(kept.by_word.items()))  # found by way of a set, whose order is luck
        store.save(CALLED_FOR, dict[str, list[int]], reads, by_word)
    return found


# --- captions -------------------------------------------------------------------------------------------------------


def _caption_reads(inputs: Inputs) -> dict[str, Any]:
    return {
        **inputs.recording,
        "settings": _plain(inputs.settings.captions, ("srt_positions",)),
        "aligned": inputs.digest(Aligned),
        "utterances": inputs.digest(Voices),
        "duration": inputs[Sound].duration_ms,
        "shots": list(_cuts(inputs[Picture])),
        "parts": list(_boundaries(inputs[Parts])),
        "texts": [[text.span.start_ms, text.span.end_ms, *text.box] for text in inputs[Picture].texts],
        # The words as given, whose measure settles whether the editor's cues stay.
        **({"subtitles": inputs.subtitles_digest} if inputs.settings.captions.recue == "auto" else {}),
    }


def _divide(inputs: Inputs, progress: Progress) -> Captions:
    from pipeline.stages import captions
    from pipeline.stages.captions.divisions import Division, Divisions

    cuts, boundaries = _cuts(inputs[Picture]), _boundaries(inputs[Parts])
    settings, duration_ms = inputs.settings.captions, inputs[Sound].duration_ms
    choice = _choice(inputs)
    settings = replace(settings, recue=choice.anew)
    texts, store, reads = inputs[Picture].texts, inputs.store, {"version": version_of("captions")}
    divisions = Divisions(store.load(DIVIDED, dict[str, Division], reads).result or {})
    found = captions.run(
        inputs[Aligned], inputs[Voices], settings, cuts, boundaries, progress, duration_ms, texts, divisions
    )
    if inputs.listening:
        store.save(DIVIDED, dict[str, Division], reads, divisions.used)
    return replace(found, notes=(choice.note,) if choice.note else ())


def _choice(inputs: Inputs) -> captions.Choice:
    """Whether captions are divided anew; measured once, since it costs more than dividing and no decision sways it."""
    from pipeline.stages import captions

    settings, store = inputs.settings.captions, inputs.store
    reads = {
        "version": version_of("captions"),
        "settings": _plain(settings),
        "subtitles": inputs.subtitles_digest,
        **inputs.repairs,
    }
    if settings.recue != "auto" or inputs.subtitles is None:
        return captions.choose(inputs.subtitles, settings)
    known = store.load(RECUED, captions.Choice, reads).result
    found = known or captions.choose(inputs.subtitles, settings)
    if known is None and inputs.listening:
        store.save(RECUED, captions.Choice, reads, found)
    return found


def _cuts(seen: Picture) -> tuple[int, ...]:
    """The cuts that captions may keep to: those that are exact."""
    return tuple(shot.span.start_ms for shot in seen.shots[1:] if not shot.slack_ms)


def _boundaries(parts: Parts) -> tuple[int, ...]:
    """Where parts begin that captions must not reach over."""
    return tuple(part.span.start_ms for part in parts.parts[1:])


def _plain(group: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A settings group as JSON values, less what cannot change a result (how many processes share the work)."""
    return {k: v for k, v in asdict(group).items() if k not in without}


# --- the table ------------------------------------------------------------------------------------------------------

STAGES: Sequence[Stage[Any]] = (
    Stage("sound", 1, Sound, lambda inputs: inputs.recording, _decode, _tell_length, listens=True),
    Stage("picture", 1, Picture, _picture_reads, _see, beside=True),
    Stage(
        "segment",
        1,
        LocalSpeakers,
        segmentation.reads,
        segmentation.run,
        listens=True,
        beside=True,
        before=LocalSpeakers(),
    ),
    Stage("transcribe", 6, Heard, transcription.reads, transcription.run, listens=True),
    Stage("align", 9, Aligned, alignment.reads, alignment.run, Replay.correct_words, listens=True),
    Stage("verify", 4, Verification, verification.reads, verification.run),
    Stage("speakers", 7, Voices, diarization.reads, diarization.run, Replay.correct_voices),
    Stage("vignettes", 4, Parts, _part_reads, _divide_video, Replay.correct_parts),
    Stage("concepts", 4, Concepts, _concept_reads, _tag, Replay.correct_concepts),
    Stage("captions", 7, Captions, _caption_reads, _divide, Replay.correct_captions),
)


def names() -> list[str]:
    """What the stages are called, in their order."""
    return [stage.name for stage in STAGES]


def version_of(name: str) -> int:
    """The version of the stage of this name."""
    return next(stage.version for stage in STAGES if stage.name == name)
