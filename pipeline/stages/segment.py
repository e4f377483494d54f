"""Speaker segmentation: when anybody speaks, and when two do at once, from the sound alone.

It takes longest of what listens, and nothing needs it before words are in place: so it is a stage of its own, done beside those
that put them there.
"""

from __future__ import annotations

from pipeline.media.audio import Audio
from pipeline.progress import Progress, silent
from pipeline.speech import local_speakers, segmentation, segmentation_weights
from pipeline.transcript import LocalSpeakers


def run(audio: Audio, progress: Progress = silent) -> LocalSpeakers:
    """What the network that was fetched hears; nothing, without a name, where none was. Raises WeightsError for a damaged one."""
    network = segmentation.installed()
    if network is None:
        return LocalSpeakers()
    found = segmentation.scan(audio, network, progress)
    return LocalSpeakers(
        segmentation_weights.IDENTITY, local_speakers.crossings(found), local_speakers.speech(found)
    )
