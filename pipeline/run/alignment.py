"""Alignment in a run: what its stage reads, the recognizer it asks where the search loses its way, when a text is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.errors import SubtitlesError
from pipeline.progress import Progress
from pipeline.run import hearing
from pipeline.run.inputs import Inputs
from pipeline.settings import VerifySettings
from pipeline.speech import segmentation_weights
from pipeline.timing import Span, overlapping
from pipeline.transcript import Aligned, Heard, Token

if TYPE_CHECKING:
    from pipeline.speech.asr.packing import Chunk
    from pipeline.stages.verify.witness import Witness

# The artefact beside the stages' own: that the search lost its way with this text.
ASKED = "anchors"


@dataclass(frozen=True, slots=True)
class Asked:
    """That a recognizer was asked for anchors, whether or not one was here; and the windows that it heard, by their names."""

    windows: tuple[str, ...] = ()


@dataclass
class Anchoring:
    """The witness as an ear for anchors, which hears no more windows than the witness may hear in all."""

    witness: Witness
    settings: VerifySettings
    asked: Asked | None = field(default=None, init=False)

    @property
    def windows(self) -> Sequence[Chunk]:
        return self.witness.windows

    @property
    def budget(self) -> int:
        from pipeline.stages.verify import windows

        return windows.budget(self.settings, len(self.windows))

    def hear(self, some: Sequence[Chunk], /) -> Mapping[Chunk, Sequence[Token]]:
        """What is said in those of the windows that it can hear. Raises WeightsError or RecognizerError."""
        heard = self.witness.hear(some)
        self.asked = Asked(tuple(w.name for w in heard))
        return heard


def reads(inputs: Inputs) -> dict[str, Any]:
    """Which recognizer is here matters only to a text with which the search lost its way."""
    own = _own_reads(inputs)
    asked = inputs.store.load(ASKED, Asked, own).result
    return {**own, **({} if asked is None else {"recognizer": hearing.identity(inputs)})}


def windows_heard(inputs: Inputs) -> tuple[str, ...]:
    """The names of the windows that were heard for anchors."""
    if inputs.subtitles is None:
        return ()
    asked = inputs.store.load(ASKED, Asked, _own_reads(inputs)).result
    return asked.windows if asked else ()


def _own_reads(inputs: Inputs) -> dict[str, Any]:
    settings = asdict(inputs.settings.align)
    del settings["processes"]  # how many share the work changes no result
    return {
        **inputs.recording,
        "settings": settings,
        "subtitles": inputs.subtitles_digest,
        **inputs.repairs,
        "heard": inputs.digest(Heard),
        **segmentation_weights.reads(),  # and not what it found, for which the search need not wait
    }


def run(inputs: Inputs, progress: Progress) -> Aligned:
    """The alignment of the text that came with the recording. Raises SubtitlesError for one of another recording."""
    from pipeline.media.quiet import SilenceDetector
    from pipeline.stages import align
    from pipeline.stages.align import absent, pauses, reading_order, unheard

    heard, given, file = inputs[Heard], inputs.subtitles, inputs.job.subtitles
    ear = Anchoring(hearing.witness_of(inputs), inputs.settings.verify)
    aligned = align.run(inputs.audio(), heard, given, inputs.settings.align, progress, ear)
    if ear.asked is not None:
        hearing.keep(inputs, ear.witness)
        inputs.store.save(ASKED, Asked, _own_reads(inputs), ear.asked)
    if given is not None and file is not None and align.is_refuted(aligned, given):
        raise SubtitlesError(
            file,
            f"does not fit this recording: {' '.join(aligned.report.summary)}".rstrip(": "),
            "name the right file with --subtitles, or move this one away to transcribe without it",
        )
    aligned = reading_order.in_reading_order(aligned)
    heard = inputs.heard
    silence = SilenceDetector(inputs.audio(), heard.regions)
    sounds = overlapping((*heard.faint, *heard.music, *(e.span for e in heard.sounds)))

    def is_still(stretch: Span) -> bool:
        """Whether nothing is heard at all: neither speech that no region holds, nor music."""
        return not sounds(stretch) and silence(stretch)

    aligned = unheard.marked(aligned, heard, given is not None)
    found = absent.marked(aligned, heard.regions, is_still)
    return pauses.marked(found, heard.regions, inputs.settings.language, is_still)
