"""Number of voices: whether more than one person speaks, where nothing but the sound can tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.errors import WeightsError
from pipeline.files import model_folders
from pipeline.media.facts import Audio
from pipeline.progress import Progress
from pipeline.settings import SpeakerSettings
from pipeline.speech.voices import embeddings
from pipeline.speech.voices.embeddings import Floats
from pipeline.stages import speakers
from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, Picture, Verdict

# So much speech, spread over the recording, is listened to; set by hand: people who speak less than a twentieth of it are missed.
_MAX_HEARD_MS = 240_000
# Longer speech is taken in pieces of this, so that two people who follow each other closely lie in different ones. Set by hand.
_PIECE_MS = 3000
# A voice is another person's only where it is heard for this share of what was listened to, and so long; set by hand.
_MIN_SHARE = 0.03
_MIN_VOICE_MS = 2500


def voice_count(audio: Audio, speech: Sequence[Span]) -> int | None:
    """How many voices speak in these regions, each for more than moments; None where nothing here can surely tell them apart."""
    heard = _sample([piece for region in speech for piece in _pieces(region)])
    try:
        encoder = embeddings.choose(model_folders(), loaded=True)
        if not encoder.sure:
            return None

        def embed(spans: Sequence[Span], progress: Progress) -> list[Floats | None]:
            return [*embeddings.embed(audio, spans, encoder, progress)]

        found = speakers.run(
            embed, Aligned((), AlignmentReport(Verdict.NO_SUBTITLES)), heard, Picture(), (), {}, SpeakerSettings(), encoder
        )  # fmt: skip
    except WeightsError:
        return None
    by_speaker: dict[str, int] = {}
    for turn in found.turns:
        by_speaker[turn.speaker] = by_speaker.get(turn.speaker, 0) + turn.span.duration_ms
    total = sum(by_speaker.values())
    return sum(ms >= max(_MIN_VOICE_MS, _MIN_SHARE * total) for ms in by_speaker.values()) or None


def _pieces(region: Span) -> list[Span]:
    count = max(1, round(region.duration_ms / _PIECE_MS))
    edges = [region.start_ms + region.duration_ms * k // count for k in range(count + 1)]
    return [Span(a, b) for a, b in pairwise(edges)]


def _sample(pieces: Sequence[Span]) -> list[Span]:
    """As many of the pieces, at equal distances, as are listened to."""
    total = sum(piece.duration_ms for piece in pieces)
    every = max(1.0, total / _MAX_HEARD_MS)
    return [pieces[int(k * every)] for k in range(int(len(pieces) / every))]
