"""Concept tagging: which clinical concepts of the lexicon each utterance has, and the tokens that are the evidence.

Patterns are matched against the text of a turn: the utterances of one speaker, joined over short pauses.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.concepts.coder import Coder, Finding
from pipeline.concepts.lexicon import Lexicon
from pipeline.concepts.normalize import SENTENCE_MARKS
from pipeline.progress import Progress, silent
from pipeline.transcript import NOT_CAPTIONED, Concepts, ConceptTag, Kind, Token, Utterance

VERSION = 2
"""Part of the key of this stage's results; to be raised when equal inputs would give other tags."""

MAX_TURN_PAUSE_MS = 2000
"""Utterances of one speaker with no longer pause between them are one turn; people think for a second or two. Set by hand."""

MAX_FEW_TURNS = 100
"""Up to so many turns are matched without spaCy's matcher, in less time than its import would take."""

_ROLES = {
    "therapist": "therapist",
    "cotherapist": "therapist",
    "counselor": "therapist",
    "counsellor": "therapist",
    "facilitator": "therapist",
    "leader": "therapist",
    "client": "client",
    "patient": "client",
    "member": "client",
    "narrator": "narrator",
    "commentator": "narrator",
    "presenter": "narrator",
    "host": "narrator",
}


def run(
    tokens: Sequence[Token],
    utterances: Sequence[Utterance],
    roles: Mapping[str, str],
    lexicon: Lexicon,
    progress: Progress = silent,
    known: dict[str, list[Finding]] | None = None,
    by_word: dict[str, list[int]] | None = None,
) -> Concepts:
    """The tags of a whole transcript, in order of evidence.

    `roles` maps speaker ids to roles as the roster writes them; patterns that name a role also apply to speakers whose role is
    missing or unknown. `known` is a cache of findings of this same lexicon, by role and text of a turn: those turns are not
    coded again, and it is left with the findings of exactly the turns given. `by_word` is a cache of `Coder.by_word`, the index
    of rules by word; an empty one is filled where turns are coded.
    """
    turns = [(_Text.of(tokens, turn), _role(roles, turn[0].speaker)) for turn in _turns(tokens, utterances)]
    coder = _CachedCoder(lexicon, known, by_word)
    coder.expect((text.text, role) for text, role in turns)
    tags: list[ConceptTag] = []
    for number, (text, role) in enumerate(turns, 1):
        tags += [_tag(finding, text) for finding in coder.code(text.text, role)]
        progress(number / len(turns))
    coder.forget_unused()
    used = {tag.concept for tag in tags}
    labels = tuple((c.id, c.label) for c in lexicon.concepts if c.id in used)
    return Concepts(f"{lexicon.version} {lexicon.digest[:12]}".strip(), tuple(tags), labels)


def _role(roles: Mapping[str, str], speaker: str | None) -> str:
    """The role of a speaker as patterns name it, "" where it is missing or unknown."""
    return _ROLES.get(roles.get(speaker or "", "").strip().lower().replace("-", ""), "")


class _CachedCoder:
    """A `Coder` with a cache of findings, made only when a turn comes that the cache does not have."""

    def __init__(
        self, lexicon: Lexicon, known: dict[str, list[Finding]] | None, by_word: dict[str, list[int]] | None
    ) -> None:
        self._lexicon, self._known = lexicon, {} if known is None else known
        self._by_word = {} if by_word is None else by_word
        self._few = False
        self._used: dict[str, list[Finding]] = {}

    @cached_property
    def _coder(self) -> Coder:
        coder = Coder(self._lexicon, self._by_word or None, self._few)
        self._by_word.update(coder.by_word)
        return coder

    def expect(self, turns: Iterable[tuple[str, str]]) -> None:
        """Announce the turns, as (text, role), so that little is set up when few of them are new."""
        self._few = len({_key(text, role) for text, role in turns} - self._known.keys()) <= MAX_FEW_TURNS

    def code(self, text: str, role: str) -> list[Finding]:
        """As `Coder.code`."""
        key = _key(text, role)
        if key not in self._known:
            self._known[key] = self._coder.code(text, role)
        self._used[key] = self._known[key]
        return self._known[key]

    def forget_unused(self) -> None:
        """Drop from the cache the turns that were not asked for."""
        self._known.clear()
        self._known.update(self._used)


def _key(text: str, role: str) -> str:
    return f"{role}: {text}"


def _turns(tokens: Sequence[Token], utterances: Sequence[Utterance]) -> Iterator[list[Utterance]]:
    turn: list[Utterance] = []
    for utterance in utterances:
        if turn and not _goes_on(tokens, turn[-1], utterance):
            yield turn
            turn = []
        turn.append(utterance)
    if turn:
        yield turn


def _goes_on(tokens: Sequence[Token], before: Utterance, after: Utterance) -> bool:
    """Whether `after` belongs to the turn of `before`; without known speakers only if `before` ends within a sentence."""
    if before.speaker != after.speaker or before.last != after.first:
        return False
    if not NOT_CAPTIONED.isdisjoint((tokens[before.last - 1].kind, tokens[after.first].kind)):
        return False
    if after.speaker is None and tokens[before.last - 1].text.rstrip("\"”'’)")[-1:] in SENTENCE_MARKS:
        return False
    return tokens[after.first].span.start_ms - tokens[before.last - 1].span.end_ms <= MAX_TURN_PAUSE_MS


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of a turn, its utterances, and the offset in characters at which each token begins."""

    text: str
    utterances: list[Utterance]
    token_starts: list[int]

    @classmethod
    def of(cls, tokens: Sequence[Token], turn: list[Utterance]) -> _Text:
        text, starts = "", []
        for token in tokens[turn[0].first : turn[-1].last]:
            starts.append(len(text))
            # Laughter and credits keep their place but say nothing.
            text += (token.text if token.kind is Kind.WORD else " " * len(token.text)) + " "
        return cls(text[:-1], turn, starts)

    def token_at(self, char: int) -> int:
        """The index, in the transcript, of the token that holds a character of this text."""
        return self.utterances[0].first + bisect_right(self.token_starts, char) - 1


def _tag(finding: Finding, text: _Text) -> ConceptTag:
    first, last = text.token_at(finding.start), text.token_at(finding.end - 1) + 1
    utterance = next(u for u in text.utterances if u.first <= first < u.last)
    turn_first = text.utterances[0].first
    begins = text.token_starts[utterance.first - turn_first]
    following = utterance.last - turn_first
    ends = text.token_starts[following] - 1 if following < len(text.token_starts) else len(text.text)
    how = finding.manner
    return ConceptTag(
        concept=finding.concept,
        utterance=utterance.id,
        first=first,
        last=last,
        start_char=finding.start - begins,
        end_char=min(finding.end, ends) - begins,
        rule=finding.rule,
        negated=how.negated,
        asked=how.asked,
        quoted=how.quoted,
        hypothetical=how.hypothetical,
        about=how.about,
    )
