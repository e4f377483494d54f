"""Digests of what a reviewer sees: captions, people, parts and open findings, a short text for each.

A caption's text holds its times, and digests of each of its words, of its layout, of who speaks in it and of when its words
are said. Numbers, ids and other counts that a run makes anew are not in it: they can change without anybody seeing it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.edits.model import Decision, PersonIs
from pipeline.edits.reviewed import Reviewed, Watched
from pipeline.timing import Span
from pipeline.transcript import Cue, Transcript
from pipeline.words import name_key

# Hexadecimal digits of the digest of one word, and of a whole. Of a caption all digests must agree by chance to hide a change.
WORD_DIGITS = 4
# So many fields of a caption say how it is shown: its times, words, voices and layout; the last is when each word is said.
SHOWN_FIELDS = 4
DIGITS = 8
# A decision about words so far from a caption has not shaped it: it explains changes up to half a second away. Set by hand.
FAR_MS = 60_000


def watched(
    transcript: Transcript, decisions: Iterable[Decision] = (), tokens: tuple[int, int] | None = None
) -> Watched:
    """What is seen of a transcript that these decisions are over: all of it, or the captions of `tokens` `[first, last)`."""
    voices = _speakers(transcript)
    held = transcript.captions.cues
    if tokens is not None:
        held = tuple(c for c in held if c.first < tokens[1] and tokens[0] < c.last)
    cues = tuple(_cue(cue, transcript, voices) for cue in held)
    if tokens is not None:
        about = tuple(d.id for d in decisions if _may_be_about(d, held))
        return Watched(transcript.profile, cues, decisions=about)
    ids = tuple(d.id for d in decisions)
    people = tuple(f"{_digest(s.name)} {_digest(s.role)}" for s in transcript.voices.speakers)
    parts = tuple(f"{p.span.start_ms} {_digest(p.kind, p.title)}" for p in transcript.parts.parts)
    return Watched(transcript.profile, cues, people, parts, tuple(_findings(transcript)), ids)


def _may_be_about(decision: Decision, cues: Sequence[Cue]) -> bool:
    """Whether a decision can have shaped these captions. Else a review of each of 1,500 captions would name all before it."""
    if isinstance(decision.value, Reviewed):
        return False
    anchor = decision.anchor
    if anchor is None or isinstance(decision.value, PersonIs):
        return True
    return any(
        anchor.start_ms <= cue.span.end_ms + FAR_MS and cue.span.start_ms <= anchor.end_ms + FAR_MS
        for cue in cues
    )


@dataclass(frozen=True, slots=True)
class CueSeen:
    """A caption as it was seen; `words` and `voices` are digests, one for each word and for each stretch of one speaker."""

    span: Span
    words: tuple[str, ...]
    voices: tuple[str, ...]
    look: str
    said: str


def cues_of(seen: Watched) -> list[CueSeen]:
    """The captions that were seen. A text that cannot be read stands for a caption without words."""
    return [_parsed(text) for text in seen.cues]


def start_of(text: str) -> int:
    """The time in milliseconds with which the text of a part or a finding begins."""
    first = text.split(" ")[0].split("-")[0]
    return int(first) if first.isdecimal() else 0


def _parsed(text: str) -> CueSeen:
    times, words, voices, look, said = (*text.split(" "), *[""] * 5)[:5]
    start, _, end = times.partition("-")
    begin = int(start) if start.isdecimal() else 0
    span = Span(begin, max(begin, int(end) if end.isdecimal() else 0))
    cut = tuple(words[k : k + WORD_DIGITS] for k in range(0, len(words), WORD_DIGITS))
    return CueSeen(span, cut, tuple(filter(None, voices.split("."))), look, said)


def _cue(cue: Cue, transcript: Transcript, voices: Sequence[str]) -> str:
    tokens = transcript.tokens[cue.first : cue.last]
    words = "".join(_digest(w)[:WORD_DIGITS] for t in tokens for w in t.text.split())
    names = [voices[k] for k in range(cue.first, cue.last)]
    runs = [name for k, name in enumerate(names) if not k or names[k - 1] != name]
    labels = [(at - cue.first, _label(name, voices[at])) for at, name in cue.labels]
    layout = [b - cue.first for b in cue.breaks], labels, [d - cue.first for d in cue.dashes], cue.settings
    said = [(t.span.start_ms, t.span.end_ms, str(t.kind)) for t in tokens]
    speaks = ".".join(_digest(name) for name in runs)
    return f"{cue.span.start_ms}-{cue.span.end_ms} {words} {speaks} {_digest(layout)} {_digest(said)}"


def _label(label: str, speaker: str) -> str:
    """A label as it is seen: nothing of its own where it is the speaker's name, which is kept elsewhere."""
    is_name = name_key(label) in (name_key(speaker), *name_key(speaker).split())
    return "" if is_name else label


def _speakers(transcript: Transcript) -> list[str]:
    """The name of every token's speaker, "" where nobody knows it."""
    names = {s.id: s.name for s in transcript.voices.speakers}
    found = [""] * len(transcript.tokens)
    for u in transcript.voices.utterances:
        found[u.first : u.last] = [names.get(u.speaker or "", "")] * (u.last - u.first)
    return found


def _findings(transcript: Transcript) -> Iterable[str]:
    """The questions that the alignment leaves open: `start-end` and what is asked."""
    report = transcript.aligned.report
    for kind in ("speech_without_text", "text_without_speech", "not_confirmed", "heard_differently"):
        for passage in getattr(report, kind):
            yield f"{passage.span.start_ms}-{passage.span.end_ms} {_digest(kind, passage.heard)}"


def _digest(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
