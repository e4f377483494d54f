"""Speaker segmentation in a run: what its stage reads; without its network it loads nothing."""

from __future__ import annotations

from typing import Any

from pipeline.progress import Progress
from pipeline.run.inputs import Inputs
from pipeline.speech import segmentation_weights
from pipeline.transcript import LocalSpeakers


def reads(inputs: Inputs) -> dict[str, Any]:
    return {**inputs.recording, **segmentation_weights.reads()}


def run(inputs: Inputs, progress: Progress) -> LocalSpeakers:
    if not segmentation_weights.identity():
        return LocalSpeakers()
    from pipeline.stages import segment

    return segment.run(inputs.audio(), progress)
