"""Assertion status of a concept: negated, asked, hypothetical, quoted, and about whom. A tag is never dropped for any of it.

Cues and scopes are those of NegEx (Chapman et al. 2001, "A simple algorithm for identifying negated findings and diseases in
discharge summaries"), adapted to talk: a negation reaches the next six words of its sentence (NegEx counts five to six) and
stops at "but"; a hypothetical cue reaches to the end of its sentence. All words are as `pipeline.concepts.normalize` gives them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.concepts.matching import Match
from pipeline.concepts.normalize import SENTENCE_MARKS, Talk, word_set
from pipeline.concepts.patterns import words_of
from pipeline.transcript import About

NEGATION_SCOPE_WORDS = 6  # NegEx
# A verb of saying by somebody else, so many words before the concept at most, makes it reported speech; chosen.
_REPORTED_SPEECH_SCOPE_WORDS = 8

_NEGATION_CUES = word_set("not never no none nobody nothing nowhere neither nor without hardly barely")
# A negation cue before one of these denies nothing: "not only", "no doubt".
_PSEUDO_NEGATION_AFTER = word_set("only just wonder doubt matter")
# Words at which the scope of a negation ends.
_SCOPE_TERMINATORS = word_set("but because although though")
_HYPOTHETICAL_CUES = word_set("if unless suppose supposing imagine whether would could might 'd")
# A hypothetical cue before one of these states a wish or a preference: "I would like".
_POLITE_AFTER = word_set("like love rather prefer had better")
_REPORTING_VERBS = word_set(
    "say says said saying tell tells told telling thinks thought reckons goes ask asks asked"
)

# Words for a person, by whom they mean.
_SPEAKER = word_set("i me my mine myself we us our ours ourselves")
_ADDRESSEE = word_set("you your yours yourself yourselves")
_OTHER = word_set(
    """he she him her his hers they them their theirs himself herself themselves someone somebody people
    everyone everybody wife husband partner girlfriend boyfriend mother father mum dad brother sister son
    daughter kid kids child children friend friends mate mates boss doctor patients clients members"""
)


@dataclass(frozen=True, slots=True)
class Assertion:
    """How one concept is spoken of; `asked` says that its sentence is a question, `about` of whom it is said."""

    negated: bool
    asked: bool
    quoted: bool
    hypothetical: bool
    about: About


def assertion_of(match: Match, talk: Talk) -> Assertion:
    """The assertion status of one match, read from the sentence that it stands in."""
    words = [w.text for w in talk.words]
    start, end = _sentence(words, match.first, match.last)
    return Assertion(
        negated=_negated(words, start, match),
        asked=end < len(words) and words[end] == "?",
        quoted=_quoted(talk, words, start, match),
        hypothetical=_hypothetical(words, start, match.last),
        about=_about(words, start, match),
    )


def _sentence(words: list[str], first: int, last: int) -> tuple[int, int]:
    """The sentence around the words `[first, last)`, without its marks."""
    start, end = first, last
    while start > 0 and words[start - 1] not in SENTENCE_MARKS:
        start -= 1
    while end < len(words) and words[end] not in SENTENCE_MARKS:
        end += 1
    return start, end


def _negated(words: list[str], start: int, match: Match) -> bool:
    at = match.first - 1
    while at >= max(start, match.first - NEGATION_SCOPE_WORDS) and words[at] not in _SCOPE_TERMINATORS:
        if _is_negation(words, at):
            return True
        at -= 1
    if _NEGATION_CUES & words_of(match.rule.pattern.part.phrase):
        return False  # the "not" belongs to the concept itself, as in "I will not stop"
    return any(_is_negation(words, at) for at in range(match.first, match.last))


def _is_negation(words: list[str], at: int) -> bool:
    following = words[at + 1] if at + 1 < len(words) else ""
    return words[at] in _NEGATION_CUES and following not in _PSEUDO_NEGATION_AFTER


def _hypothetical(words: list[str], start: int, last: int) -> bool:
    for at in range(start, last):
        following = words[at + 1] if at + 1 < len(words) else ""
        if words[at] in _HYPOTHETICAL_CUES and following not in _POLITE_AFTER:
            return True
    return False


def _quoted(talk: Talk, words: list[str], start: int, match: Match) -> bool:
    first_char = talk.words[match.first].start
    if any(open_ < first_char < close for open_, close in talk.quotes):
        return True
    before = words[max(start, match.first - _REPORTED_SPEECH_SCOPE_WORDS) : match.first]
    return any(word in _REPORTING_VERBS and bool(_OTHER & set(before[:at])) for at, word in enumerate(before))


def _about(words: list[str], start: int, match: Match) -> About:
    """Read from the first word for a person inside the match, else from the nearest one before it in its sentence."""
    inside = words[match.first : match.last]
    for word in [*inside, *reversed(words[start : match.first])]:
        if word in _SPEAKER:
            return About.SPEAKER
        if word in _ADDRESSEE:
            return About.ADDRESSEE
        if word in _OTHER:
            return About.OTHER
    return About.UNSTATED
