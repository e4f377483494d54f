"""The second recognizer in a run: which weights it has, and what it heard before, kept beside the stages' artefacts.

Two stages ask it: align, where the search loses its way, and verify. Neither hears a window again that the other had heard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipeline.run.inputs import Inputs
from pipeline.run.store import digest_of
from pipeline.settings import Settings
from pipeline.speech.asr import choice
from pipeline.stages.verify.testimony import Testimony
from pipeline.timing import Span
from pipeline.transcript import Heard, Sound

if TYPE_CHECKING:
    from pipeline.media.audio import Audio
    from pipeline.stages.verify.witness import Witness

# The artefact beside the stages' own: what the witness heard and weighed. One of the demo's is committed, so that a machine
# without weights verifies it alike.
WITNESSED = "witness"
# Raised when the same weights hear a window otherwise, or the aligner weighs readings otherwise.
VERSION = 1
# Settings that change no word: the device is part of the witness's identity, hints are never given to it.
_ALL_ONE = ("device", "batch", "hints")


def witness(
    audio: Callable[[], Audio] | None,
    regions: Sequence[Span],
    settings: Settings,
    kept: Testimony | None = None,
) -> Witness:
    """The witness of these regions with the weights that are here, if any; it knows what is `kept`."""
    from pipeline.stages.verify.witness import Witness

    chosen = choice.choose_witness(settings.verify)
    ear = choice.whisper(chosen, settings.transcribe, settings.language) if chosen else None
    return Witness(audio, regions, ear, chosen.identity if chosen else "", kept or Testimony())


def witness_of(inputs: Inputs) -> Witness:
    """The witness of a run's recording; where no speech is known it hears all of it."""
    regions = inputs[Heard].regions or (Span(0, inputs[Sound].duration_ms),)
    audio = inputs.audio if inputs.listening else None
    return witness(audio, regions, inputs.settings, kept(inputs))


def identity(inputs: Inputs) -> str:
    """Which witness speaks: the one whose weights are here, else the one whose words are kept; "" for none."""
    chosen = choice.choose_witness(inputs.settings.verify)
    return chosen.identity if chosen else kept(inputs).witness


def kept(inputs: Inputs) -> Testimony:
    """What the witness heard before."""
    return inputs.store.load(WITNESSED, Testimony, _reads(inputs)).result or Testimony()


def keep(inputs: Inputs, now: Witness) -> None:
    """Keep what the witness has learnt. Raises OutputError."""
    if inputs.listening and now.kept != kept(inputs):
        inputs.store.save(WITNESSED, Testimony, _reads(inputs), now.kept)


def _reads(inputs: Inputs) -> dict[str, Any]:
    return {
        **inputs.recording,
        "regions": digest_of(inputs[Heard].regions, tuple[Span, ...]),
        "ear": ear(inputs),
    }


def ear(inputs: Inputs) -> dict[str, Any]:
    """How the witness hears, whatever its weights: what was heard otherwise is no testimony of it."""
    whisper = {k: v for k, v in asdict(inputs.settings.transcribe.whisper).items() if k not in _ALL_ONE}
    return {"version": VERSION, "language": inputs.settings.language, **whisper}
