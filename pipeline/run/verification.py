"""The second witness's stage in a run: what it reads, and which windows were heard already for the alignment."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pipeline.progress import Progress
from pipeline.run import alignment, hearing
from pipeline.run.inputs import Inputs
from pipeline.run.store import digest_of
from pipeline.timing import Span
from pipeline.transcript import Aligned, Heard, Verification


def reads(inputs: Inputs) -> dict[str, Any]:
    """Without a text that came with the recording there is nothing to verify; which weights are here matters where they hear."""
    if not _is_verified(inputs):
        return {"mode": "none"}
    before, found = alignment.windows_heard(inputs), inputs.by_machine(Aligned)
    return {
        **inputs.recording,
        "settings": asdict(inputs.settings.verify),
        "aligned": inputs.digest(Aligned),
        **({} if found == inputs[Aligned] else {"found": digest_of(found, Aligned)}),
        "regions": digest_of(inputs[Heard].regions, tuple[Span, ...]),
        "witness": hearing.identity(inputs),
        "ear": hearing.ear(inputs),
        **({"heard_before": list(before)} if before else {}),
    }


def _is_verified(inputs: Inputs) -> bool:
    return inputs.subtitles is not None and inputs.settings.verify.mode != "none"


def run(inputs: Inputs, progress: Progress) -> Verification:
    from pipeline.stages import verify

    if not _is_verified(inputs):
        return Verification()
    witness = hearing.witness_of(inputs)
    if not witness.name:
        return Verification()
    result = verify.run(
        inputs[Aligned],
        inputs.settings.verify,
        witness,
        inputs.media_sha256,
        progress,
        alignment.windows_heard(inputs),
        inputs.by_machine(Aligned),
    )
    hearing.keep(inputs, witness)
    return result
