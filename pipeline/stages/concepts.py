"""Concept tagging: which clinical concepts of the lexicon each utterance has, and the tokens that are the evidence.

Patterns are matched against the text of a turn: the utterances of one speaker, joined over short pauses.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.concepts.coder import Coder, Finding
from pipeline.concepts.lexicon import Lexicon
from pipeline.concepts.normalize import SENTENCE_MARKS
from pipeline.progress import Progress, silent
from pipeline.roles import ROLES
from pipeline.transcript import NOT_CAPTIONED, Concepts, ConceptTag, Kind, Token, Utterance

MAX_TURN_PAUSE_MS = 2000
"""Utterances of one speaker with no longer pause between them are one turn; people think for a second or two. Set by hand."""

MAX_FEW_TURNS = 100
"""Up to so many turns are matched without spaCy's matcher, in less time than its import would take."""


@dataclass(frozen=True, slots=True)
class CodedTurns:
    """What is kept for a next run with the same lexicon: findings by role and text of a turn, and `Coder.by_word`, the index of
    rules by word ({} where no turn was coded yet)."""

    findings: Mapping[str, list[Finding]] = field(default_factory=dict)
    by_word: Mapping[str, list[int]] = field(default_factory=dict)


def run(
    tokens: Sequence[Token],
    utterances: Sequence[Utterance],
    roles: Mapping[str, str],
    lexicon: Lexicon,
    progress: Progress = silent,
) -> Concepts:
    """The tags of a whole transcript, in order of evidence.

    `roles` maps speaker ids to roles as the roster writes them; patterns that name a role also apply to speakers whose role is
    missing or unknown.
    """
    return run_again(tokens, utterances, roles, lexicon, CodedTurns(), progress)[0]


def run_again(
    tokens: Sequence[Token],
    utterances: Sequence[Utterance],
    roles: Mapping[str, str],
    lexicon: Lexicon,
    cache: CodedTurns,
    progress: Progress = silent,
) -> tuple[Concepts, CodedTurns]:
    """As `run`, with the cache of an earlier run of this same lexicon, whose turns are not coded again; and the cache for the
    next one, with exactly the turns given."""
    turns = [(_Text.of(tokens, turn), _role(roles, turn[0].speaker)) for turn in _turns(tokens, utterances)]
    coder = _CachedCoder(lexicon, cache)
    coder.expect((text.text, role) for text, role in turns)
    tags: list[ConceptTag] = []
    for number, (text, role) in enumerate(turns, 1):
        tags += [_tag(finding, text) for finding in coder.code(text.text, role)]
        progress(number / len(turns))
    used = {tag.concept for tag in tags}
    labels = tuple((c.id, c.label) for c in lexicon.concepts if c.id in used)
    found = Concepts(f"{lexicon.version} {lexicon.digest[:12]}".strip(), tuple(tags), labels)
    return found, CodedTurns(coder.used, coder.by_word)


def _role(roles: Mapping[str, str], speaker: str | None) -> str:
    """The role of a speaker as patterns name it, "" where it is missing or unknown."""
    return ROLES.get(roles.get(speaker or "", "").strip().lower().replace("-", ""), "")


class _CachedCoder:
    """A `Coder` with a cache of findings, made only when a turn comes that the cache does not have.

    `used` are the findings of the turns that were asked for, `by_word` the index of rules by word, as far as it is known.
    """

    def __init__(self, lexicon: Lexicon, cache: CodedTurns) -> None:
        self._lexicon, self._cache = lexicon, cache
        self.by_word = cache.by_word
        self.used: dict[str, list[Finding]] = {}
        self._few = False

    @cached_property
    def _coder(self) -> Coder:
        coder = Coder(self._lexicon, self.by_word or None, self._few)
        self.by_word = coder.by_word
        return coder

    def expect(self, turns: Iterable[tuple[str, str]]) -> None:
        """Announce the turns, as (text, role), so that little is set up when few of them are new."""
        new = {_key(text, role) for text, role in turns} - self._cache.findings.keys()
        self._few = len(new) <= MAX_FEW_TURNS

    def code(self, text: str, role: str) -> list[Finding]:
        """As `Coder.code`."""
        key = _key(text, role)
        if key not in self.used:
            held = self._cache.findings.get(key)
            self.used[key] = self._coder.code(text, role) if held is None else held
        return self.used[key]


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
        confidence=finding.confidence,
    )
