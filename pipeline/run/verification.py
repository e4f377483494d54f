"""The second witness in a run: which ear it has, what it heard before, and what its stage reads."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pipeline.progress import Progress
from pipeline.run.inputs import Inputs
from pipeline.run.store import digest_of
from pipeline.speech.asr import choice
from pipeline.stages import verify
from pipeline.stages.verify import witness
from pipeline.timing import Span
from pipeline.transcript import Aligned, Heard, Verification

# The artefact beside the stages' own: what the witness heard and weighed. One of the demo's is committed, so that a machine
# without weights verifies it alike.
WITNESSED = "witness"


def reads(inputs: Inputs) -> dict[str, Any]:
    """Without a text that came with the recording there is nothing to verify; which weights are here matters where they hear."""
    if not _is_verified(inputs):
        return {"mode": "none"}
    chosen = choice.choose_witness(inputs.settings.verify)
    return {
        **inputs.recording,
        "settings": asdict(inputs.settings.verify),
        "aligned": inputs.digest(Aligned),
        "regions": digest_of(inputs[Heard].regions, tuple[Span, ...]),
        "witness": chosen.identity if chosen else _kept(inputs).witness,
    }


def _is_verified(inputs: Inputs) -> bool:
    return inputs.subtitles is not None and inputs.settings.verify.mode != "none"


def run(inputs: Inputs, progress: Progress) -> Verification:
    if not _is_verified(inputs):
        return Verification()
    settings, kept = inputs.settings, _kept(inputs)
    chosen = choice.choose_witness(settings.verify)
    if chosen is None and not kept.windows:
        return Verification()
    listener = witness.Witness(
        inputs.audio if inputs.listening else None,
        inputs[Heard].regions,
        choice.whisper(chosen, settings.transcribe, settings.language) if chosen else None,
        chosen.identity if chosen else "",
        kept,
    )
    found = verify.run(inputs[Aligned], settings.verify, listener, inputs.media_sha256, progress)
    if inputs.listening and listener.kept != kept:
        inputs.store.save(WITNESSED, witness.Testimony, _witness_reads(inputs), listener.kept)
    return found


def _kept(inputs: Inputs) -> witness.Testimony:
    """What the second witness heard before."""
    return (
        inputs.store.load(WITNESSED, witness.Testimony, _witness_reads(inputs)).result or witness.Testimony()
    )


def _witness_reads(inputs: Inputs) -> dict[str, Any]:
    return {**inputs.recording, "regions": digest_of(inputs[Heard].regions, tuple[Span, ...])}
