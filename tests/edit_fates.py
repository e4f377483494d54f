"""What became of decisions, told by the words, captions, speakers, parts and tags that came out, not by the replay itself."""

from __future__ import annotations

import random
from collections.abc import Sequence

from edit_makers import Made, demo_aligned, reheard

from pipeline.edits.anchors import keys_of
from pipeline.edits.conflicts import NOT_REACHED, Standing, State
from pipeline.edits.model import (
    Add,
    ConceptAt,
    CueOf,
    Decision,
    Delete,
    Merge,
    PersonIs,
    Reviewed,
    SpeakerOf,
    Split,
    VignetteAt,
    Withdraw,
    Words,
    WordTime,
)
from pipeline.edits.words import written
from pipeline.settings import CaptionSettings
from pipeline.stages.vignettes.evidence import utterances
from pipeline.stages.vignettes.given import SAME_MS, between_utterances
from pipeline.transcript import Aligned, Transcript

NEAR_MS = 3000

# What changes under a journal -> the machine's side then: words and times, caption settings, whether the lexicon finds anything.
CHANGES = {
    "nothing": lambda rng: (demo_aligned(), None, True),
    "recognizer (8 % of words)": lambda rng: (reheard(rng, demo_aligned()), None, True),
    "recognizer (25 % of words)": lambda rng: (reheard(rng, demo_aligned(), 0.25), None, True),
    "alignment (350 ms)": lambda rng: (reheard(rng, demo_aligned(), 0, 350), None, True),
    "profile": lambda rng: (
        demo_aligned(),
        CaptionSettings(profile="bbc", max_line_chars=28, recue=True),
        True,
    ),
    "lexicon (finds nothing)": lambda rng: (demo_aligned(), None, False),
}
FATES = ("kept", "overtaken", "waiting", "flagged", "lost")


def changed(name: str, rng: random.Random) -> tuple[Aligned, CaptionSettings | None, bool]:
    """The machine's side after a change."""
    return CHANGES[name](rng)


def fates(made: Made) -> list[tuple[Standing, str]]:
    """Every decision of a replay and what became of it: one of `FATES`. Lost is what the result shows nothing of, while nobody
    later decided about the same words and it is not listed either."""
    standings = list(made.replay.report.standings)
    return [(s, _fate(s, made, standings[n + 1 :])) for n, s in enumerate(standings)]


def _fate(standing: Standing, made: Made, later: Sequence[Standing]) -> str:
    if standing.state is State.CONFLICT:
        return "flagged"
    if standing.state is State.WAITING:
        return "lost" if standing.why == NOT_REACHED else "waiting"
    if standing.state in (State.SUPERSEDED, State.WITHDRAWN):
        return "overtaken" if standing.why or standing.by else "lost"
    if is_seen(standing.decision, made):
        return "kept"
    return "overtaken" if any(_same(standing.decision, o.decision) for o in later) else "lost"


def is_seen(decision: Decision, made: Made) -> bool:
    """Whether the result shows what a decision wants."""
    place, value, transcript = made.replay.place_of(decision), decision.value, made.transcript
    match value:
        case Words():
            return _reads(decision, value.text, transcript)
        case PersonIs():
            wanted = (value.name, value.role)
            return any(wanted in ((s.name, s.role), (s.name, None)) for s in transcript.voices.speakers)
        case Delete():
            return not _reads(decision, decision.anchor.text if decision.anchor else "", transcript)
        case WordTime():
            said = [t.span for t in transcript.tokens]
            return any(s.start_ms == value.start_ms and s.end_ms <= value.end_ms for s in said)
        case Reviewed(of="video"):
            return bool(transcript.reviewer)
        case Withdraw(id=gone):
            return made.replay.ledger[gone].state is State.WITHDRAWN
    return place is not None and _is_so_at(value, place, transcript)


def _is_so_at(value: object, place: tuple[int, int], transcript: Transcript) -> bool:
    """Whether the tokens `[first, last)` are as a decision about them wants."""
    first, last = place
    cues = {(c.first, c.last): c for c in transcript.captions.cues}
    match value:
        case CueOf() | Add():
            return place in cues and value.start_ms in (None, cues[place].span.start_ms)
        case Merge():  # of a passage of which only most was found again, most
            return any(min(c.last, last) - max(c.first, first) >= 0.8 * (last - first) for c in cues.values())
        case Split():
            return any(first < c.first < last for c in cues.values())
        case SpeakerOf(speaker=name):
            called = {s.id: s.name for s in transcript.voices.speakers}
            said = [u for u in transcript.voices.utterances if u.first < last and first < u.last]
            return all(called.get(u.speaker or "", "") == name for u in said)
        case ConceptAt():
            tags = [t for t in transcript.concepts.tags if t.concept == value.concept]
            return any(t.first < last and first < t.last for t in tags) == (value.verdict != "rejected")
        case VignetteAt():
            return _is_part(value, transcript.tokens[first].span.start_ms, transcript)
    return True  # a waiver or a reviewed caption changes nothing here: it needs its words


def _is_part(value: VignetteAt, begins_ms: int, transcript: Transcript) -> bool:
    if value.start_ms is not None:
        begins_ms = between_utterances(value.start_ms, utterances(transcript.tokens, transcript.voices))
    near = [p for p in transcript.parts.parts if abs(p.span.start_ms - begins_ms) <= SAME_MS]
    if not value.exists:
        return not near
    return any(value.title in (None, p.title) and value.kind in (None, p.kind) for p in near)


def _reads(decision: Decision, text: str, transcript: Transcript) -> bool:
    """Whether these words stand in a row near the decision's place; nothing does where its own words are gone."""
    at = decision.anchor.start_ms if decision.anchor else 0
    near = [t.text for t in transcript.tokens if abs(t.span.start_ms - at) < NEAR_MS]
    found = [key for t in near for key in keys_of(t)]
    if not text.split():
        return decision.anchor is None or not _in_a_row(list(keys_of(_around(decision))), found)
    return _in_a_row([key for word, _ in written(text) for key in keys_of(word)], found)


def _around(decision: Decision) -> str:
    """A decision's words with two neighbours on each side, as their author saw them."""
    anchor = decision.anchor
    assert anchor is not None
    return " ".join([*anchor.before.split()[-2:], anchor.text, *anchor.after.split()[:2]])


def _in_a_row(wanted: list[str], found: list[str]) -> bool:
    size = len(wanted)
    return any(found[k : k + size] == wanted for k in range(len(found) - size + 1))


def _same(one: Decision, other: Decision) -> bool:
    """Whether a later decision may have changed what an earlier one did: it is about words beside it, or about people."""
    if isinstance(one.value, (PersonIs, SpeakerOf)) and isinstance(other.value, PersonIs):
        return True
    if isinstance(one.value, VignetteAt) and isinstance(other.value, VignetteAt):
        return True
    if one.anchor is None or other.anchor is None:
        return False
    return (
        one.anchor.start_ms - 1500 < other.anchor.end_ms and other.anchor.start_ms - 1500 < one.anchor.end_ms
    )
