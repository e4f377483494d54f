"""Diarization in a run: what its stage reads, and which passages were heard and grouped already."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pipeline.progress import Progress
from pipeline.run import enrolment
from pipeline.run.inputs import Inputs
from pipeline.run.store import digest_of
from pipeline.timing import Span
from pipeline.transcript import Aligned, Heard, LocalSpeakers, Picture, Sound, Turn, Voices

# Kept beside the stages' artefacts, so that one corrected word has one passage listened to: what each sounded like,
HEARD = "voices-by-passage"
# and how they were grouped.
GROUPED = "voices-by-group"


def reads(inputs: Inputs) -> dict[str, Any]:
    return {
        **inputs.recording,
        "settings": asdict(inputs.settings.speakers),
        "people": [asdict(p) for p in inputs.settings.people],
        "clips": enrolment.digests(inputs.job),
        "encoder": inputs.encoder_identity,
        "aligned": inputs.digest(Aligned),
        "regions": digest_of(inputs[Heard].regions, tuple[Span, ...]),
        "voiced": digest_of(inputs.heard.voiced, tuple[Span, ...]),
        **({"turns": digest_of(inputs.turns, tuple[Turn, ...])} if inputs.turns else {}),
        **({"local": digest_of(inputs.heard.local, LocalSpeakers)} if inputs.heard.local else {}),
        "picture": inputs.digest(Picture),
    }


def run(inputs: Inputs, progress: Progress) -> Voices:
    from pipeline.speech.aligner.threads import single_threaded_blas
    from pipeline.speech.voices.cache import EmbeddingCache
    from pipeline.speech.voices.clustering import Known
    from pipeline.stages import speakers

    settings, store, listening = inputs.settings, inputs.store, inputs.listening
    own = {**inputs.recording, "encoder": inputs.encoder.identity}
    known = store.load(HEARD, dict[str, str], own).result or {}
    memory = EmbeddingCache(inputs.encoder, inputs.audio if listening else None, known)
    clips = enrolment.clips(inputs.job, inputs[Sound].duration_ms, memory)
    groups = store.load(GROUPED, Known, own).result or {}
    with single_threaded_blas():
        found, groups = speakers.run_again(
            memory.embed, inputs[Aligned], inputs[Heard].regions, inputs[Picture], settings.people, clips, settings.speakers,
            inputs.encoder, groups, progress, inputs.heard.voiced, inputs.turns,
            inputs.heard.local,
        )  # fmt: skip
    if listening:
        store.save(GROUPED, Known, own, groups)
        store.save(HEARD, dict[str, str], own, memory.used)
    return found
