"""The invariants of a transcript, each checked by one function."""

from __future__ import annotations

import itertools

from pipeline.errors import TranscriptError
from pipeline.timing import Span
from pipeline.transcript.model import Transcript
from pipeline.transcript.tokens import NOT_CAPTIONED


def check(transcript: Transcript) -> None:
    """Check all invariants, in a fixed order. Raises TranscriptError naming the first that is broken."""
    for invariant in (_tokens_have_text, _spans_fit_media, _time_rises_within_utterances, _utterances_cover_tokens,
                      _each_token_in_one_cue, _breaks_lie_inside_cues, _cue_spans_are_ordered,
                      _tags_point_into_their_utterance, _parts_cover_the_recording):  # fmt: skip
        invariant(transcript)


def _tokens_have_text(transcript: Transcript) -> None:
    for index, token in enumerate(transcript.tokens):
        if not token.text.strip() or "\n" in token.text:
            raise TranscriptError(f"token {index} holds no text, or a line break")
        if not 0 <= token.confidence <= 1:
            raise TranscriptError(f"token {index} has confidence {token.confidence}")


def _spans_fit_media(transcript: Transcript) -> None:
    whole = Span(0, transcript.media.duration_ms)
    for index, token in enumerate(transcript.tokens):
        if token.span.clipped(whole) != token.span:
            raise TranscriptError(f"token {index} lies outside the recording: {token.span}")


def _time_rises_within_utterances(transcript: Transcript) -> None:
    for utterance in transcript.voices.utterances:
        tokens = transcript.tokens[utterance.first : utterance.last]
        for before, after in itertools.pairwise(tokens):
            if after.span.start_ms < before.span.start_ms:
                raise TranscriptError(f"time runs backwards in utterance {utterance.id}")


def _utterances_cover_tokens(transcript: Transcript) -> None:
    at = 0
    for utterance in transcript.voices.utterances:
        if utterance.first != at or utterance.last <= utterance.first:
            raise TranscriptError(
                f"utterance {utterance.id} starts at token {utterance.first}, not {at}, or is empty"
            )
        at = utterance.last
    if at != len(transcript.tokens):
        raise TranscriptError(f"{len(transcript.tokens) - at} tokens are in no utterance")


def _each_token_in_one_cue(transcript: Transcript) -> None:
    seen = [0] * len(transcript.tokens)
    for cue in transcript.captions.cues:
        for index in range(cue.first, cue.last):
            seen[index] += 1
    for index, times in enumerate(seen):
        if times > 1 or (times < 1 and transcript.tokens[index].kind not in NOT_CAPTIONED):
            raise TranscriptError(f"token {index} is in {times} cues")


def _breaks_lie_inside_cues(transcript: Transcript) -> None:
    for number, cue in enumerate(transcript.captions.cues, 1):
        if any(not cue.first < b < cue.last for b in cue.breaks):
            raise TranscriptError(f"cue {number} breaks a line outside itself")


def _cue_spans_are_ordered(transcript: Transcript) -> None:
    start_ms = 0
    for number, cue in enumerate(transcript.captions.cues, 1):
        if not cue.span or cue.span.start_ms < start_ms:
            raise TranscriptError(f"cue {number} lasts no time, or starts before the one in front of it")
        start_ms = cue.span.start_ms


def _tags_point_into_their_utterance(transcript: Transcript) -> None:
    held = {u.id: u for u in transcript.voices.utterances}
    for tag in transcript.concepts.tags:
        utterance = held.get(tag.utterance)
        if utterance is None or not utterance.first <= tag.first < utterance.last or tag.last <= tag.first:
            raise TranscriptError(f"a tag '{tag.concept}' points outside utterance {tag.utterance}")


def _parts_cover_the_recording(transcript: Transcript) -> None:
    at_ms = 0
    for part in transcript.parts.parts:
        if part.span.start_ms != at_ms or not part.span:
            raise TranscriptError(
                f"part {part.id} begins at {part.span.start_ms} ms, not at {at_ms}, or is empty"
            )
        at_ms = part.span.end_ms
    if transcript.parts.parts and at_ms != transcript.media.duration_ms:
        raise TranscriptError(f"the last part ends at {at_ms} ms, not with the recording")
