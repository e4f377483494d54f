"""The twin of a transcript: the same value with pseudonyms for names, its times untouched, and when names are said.

Tokens are read as one text, so that a name is found that is divided over captions; every other text is read by itself. What
identifies the recording goes: its digest (a keyed one stands there), its ISBN, notes and what was heard without being shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from pipeline.commands.deidentify.letters import folded
from pipeline.commands.deidentify.pseudonyms import digest
from pipeline.commands.deidentify.replaced import Change, Replacer, changed
from pipeline.commands.deidentify.values import mapped
from pipeline.stages.verify.names import drawn
from pipeline.timing import Span
from pipeline.transcript import (
    SPOKEN,
    AlignmentReport,
    ConceptTag,
    Passage,
    Token,
    Transcript,
    Utterance,
    Voices,
)
from pipeline.transcript.verification import Suggestion, Verification
from pipeline.words import numbered

# Fields that hold names alone, so that every word of the table is one there.
_CERTAIN = frozenset(("name", "names", "label_at", "labels", "by", "people", "subtitles"))
# Fields that hold marks of ours.
_MARKS = frozenset(
    ("sha256", "lang", "profile", "style", "concept", "settings", "lexicon", "vignette", "isbn")
)
_IDS = frozenset(("id", "speaker", "utterance", "cast"))


@dataclass(frozen=True, slots=True)
class Twin:
    """The de-identified transcript, and the stretches of the sound in which names are said, each with its pseudonym."""

    transcript: Transcript
    said: tuple[tuple[Span, str], ...]
    replaced_words: int


def twin_of(transcript: Transcript, replacer: Replacer, secret: str) -> Twin:
    """The twin of a transcript by a table of names."""
    changes = _of_tokens(transcript, replacer)
    tokens = tuple(_token(t, changes.get(n, []), replacer) for n, t in enumerate(transcript.tokens))
    bare = replace(transcript, aligned=replace(transcript.aligned, tokens=()))
    ids = _ids(transcript, replacer)
    made = mapped(bare, lambda text, name: _text(text, name, replacer, ids))
    heard = _Heard(transcript.tokens, tokens, replacer)
    report = heard.report(transcript.aligned.report, made.aligned.report)
    made = replace(
        made,
        media=replace(made.media, sha256=digest(secret, transcript.media.sha256), isbn=()),
        heard=replace(made.heard, tokens=(), notes=()),
        aligned=replace(made.aligned, tokens=tokens, report=report),
        voices=replace(made.voices, notes=()),
        captions=replace(made.captions, notes=()),
        concepts=replace(made.concepts, tags=_tags(made.concepts.tags, transcript, changes)),
        verification=heard.verification(transcript.verification, made.verification),
    )
    said = [
        (t.span, "".join(c.new for c in changes[n]))
        for n, t in enumerate(transcript.tokens)
        if n in changes and t.kind in SPOKEN
    ]
    return Twin(made, (*said, *_without_text(transcript, made)), len(changes))


def _text(text: str, name: str, replacer: Replacer, ids: Mapping[str, str]) -> str:
    holds_words = (name == "style" and "." in text) or (
        name == "settings" and ":" in text
    )  # a class, a region
    if name in _MARKS and not holds_words:
        return text
    if name in _IDS:
        return ids[text] if text in ids else replacer.text(text, certain=len(text) > 4)
    return replacer.text(text, certain=name in _CERTAIN)


def _ids(transcript: Transcript, replacer: Replacer) -> dict[str, str]:
    """The ids of speakers, which are made of their names, anew."""
    made: dict[str, str] = {}
    for speaker in transcript.voices.speakers:
        made[speaker.id] = numbered(replacer.text(speaker.id, certain=True), set(made.values()))
    return made


def _of_tokens(transcript: Transcript, replacer: Replacer) -> dict[int, list[Change]]:
    """The changes in each token that has some; their places count from the token's first character."""
    text, starts = _joined(transcript.tokens, transcript.voices)
    found: dict[int, list[Change]] = {}
    for change in replacer.changes(text):
        at = bisect_right(starts, change.start) - 1
        found.setdefault(at, []).append(
            Change(change.start - starts[at], change.end - starts[at], change.new)
        )
    return found


def _joined(tokens: Sequence[Token], voices: Voices) -> tuple[str, list[int]]:
    """All tokens as one text, a line end where another person begins, and where each token starts in it."""
    begins = set()
    before: Utterance | None = None
    for utterance in voices.utterances:
        if before is None or utterance.speaker != before.speaker or utterance.speaker is None:
            begins.add(utterance.first)
        before = utterance
    parts: list[str] = []
    starts, at = [], 0
    for n, token in enumerate(tokens):
        divider = ("\n" if n in begins else " ") if n else ""
        parts += [divider, token.text]
        starts.append(at + len(divider))
        at += len(divider) + len(token.text)
    return "".join(parts), starts


def _token(token: Token, changes: Sequence[Change], replacer: Replacer) -> Token:
    spoken = token.spoken and replacer.text(token.spoken, certain=bool(changes))
    style = replacer.text(token.style) if "." in token.style else token.style
    return replace(token, text=changed(token.text, changes), spoken=spoken, style=style)


def _tags(
    tags: Sequence[ConceptTag], transcript: Transcript, changes: Mapping[int, list[Change]]
) -> tuple[ConceptTag, ...]:
    """The concepts with their places in the changed utterances."""
    said = {u.id: u for u in transcript.voices.utterances}
    moved = []
    for tag in tags:
        utterance = said.get(tag.utterance)
        if utterance is not None:
            start, end = (
                _moved(at, utterance, transcript.tokens, changes) for at in (tag.start_char, tag.end_char)
            )
            tag = replace(tag, start_char=start, end_char=max(end, start + 1))
        moved.append(tag)
    return tuple(moved)


def _moved(
    at: int, utterance: Utterance, tokens: Sequence[Token], changes: Mapping[int, list[Change]]
) -> int:
    """A place in an utterance's text, in its changed text."""
    old = new = 0
    for n in range(utterance.first, utterance.last):
        text = tokens[n].text
        if at <= old + len(text):
            return new + _within(at - old, changes.get(n, ()))
        longer = sum(len(c.new) - (c.end - c.start) for c in changes.get(n, ()))
        old, new = old + len(text) + 1, new + len(text) + longer + 1
    return new


def _within(at: int, changes: Sequence[Change]) -> int:
    """A place in a token's text, in its changed text; inside of a name, the name's end."""
    moved = at
    for change in changes:
        if change.end <= at:
            moved += len(change.new) - (change.end - change.start)
        elif change.start < at:
            moved = moved - (at - change.start) + len(change.new)
    return moved


class _Heard:
    """What was heard in place of words: where these are a name, whatever was heard there is it, however it was understood."""

    def __init__(self, old: Sequence[Token], new: Sequence[Token], replacer: Replacer) -> None:
        self.old, self.new, self.replacer = old, new, replacer

    def text(self, first: int, last: int, heard: str) -> str:
        """What was heard in place of the tokens `[first, last)`."""
        names = {n for n in range(first, last) if self.old[n].text != self.new[n].text}
        words = heard.split()
        if not names or not words:
            return self.replacer.text(heard)
        written = [folded(self.old[n].text) for n in range(first, last)]
        made: list[str] = []
        blocks = SequenceMatcher(None, written, [folded(w) for w in words], autojunk=False).get_opcodes()
        for kind, a, b, c, d in blocks:
            is_name = any(first + n in names for n in range(a, b))
            if is_name and kind != "delete":
                made += [self.new[first + n].text for n in range(a, b)]
            elif kind != "delete":
                made += [self.replacer.text(" ".join(words[c:d]))]
        return " ".join(made)

    def report(self, old: AlignmentReport, new: AlignmentReport) -> AlignmentReport:
        """The report of the alignment with what was heard in each passage."""
        return replace(
            new,
            speech_without_text=self._passages(old.speech_without_text, new.speech_without_text),
            text_without_speech=self._passages(old.text_without_speech, new.text_without_speech),
            not_confirmed=self._passages(old.not_confirmed, new.not_confirmed),
            heard_differently=self._passages(old.heard_differently, new.heard_differently),
        )

    def _passages(self, old: Sequence[Passage], new: Sequence[Passage]) -> tuple[Passage, ...]:
        pairs = zip(old, new, strict=True)
        return tuple(replace(made, heard=self.text(p.first, p.last, p.heard)) for p, made in pairs)

    def verification(self, old: Verification, new: Verification) -> Verification:
        """What the second witness said, and what it suggests."""
        checked = tuple(
            replace(made, heard=self.text(c.first, c.last, c.heard))
            for c, made in zip(old.checked, new.checked, strict=True)
        )
        suggested = tuple(
            replace(made, text=self.text(s.first, s.last, s.text))
            for s, made in zip(old.suggestions, new.suggestions, strict=True)
        )
        return replace(new, checked=checked, suggestions=self._named(suggested))

    def _named(self, suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
        """The suggestions with ids drawn from the twin's own words: from those of the original a name could be guessed."""
        given: dict[str, None] = {}
        for s in suggestions:
            written = (t.text for t in self.new[s.first : s.last])
            given[drawn((str(s.span.start_ms), *written, s.text), given)] = None
        return tuple(replace(s, id=name) for s, name in zip(suggestions, given, strict=True))


def _without_text(transcript: Transcript, made: Transcript) -> list[tuple[Span, str]]:
    """Passages of speech without text in which a name was heard: nobody knows when in them."""
    pairs = zip(
        transcript.aligned.report.speech_without_text, made.aligned.report.speech_without_text, strict=True
    )
    found = [(old.span, "a name in speech without text") for old, new in pairs if old.heard != new.heard]
    checks = zip(transcript.verification.checked, made.verification.checked, strict=True)
    found += [
        (old.span, "a name in speech without text")
        for old, new in checks
        if old.first == old.last and old.heard != new.heard
    ]
    return found
