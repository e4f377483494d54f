"""The result of `verify`: what a second witness, which did not know the text, says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.timing import Span


class Opinion(StrEnum):
    """What the second witness says of a doubt."""

    AGREES = "agrees"
    OTHERWISE = "says otherwise"
    NOTHING = "hears nothing"


@dataclass(frozen=True, slots=True)
class Checked:
    """A doubt about tokens `[first, last)` (empty for speech without text) as the second witness heard it: `heard` are its words
    there, `cleared` says that nobody needs to look any more."""

    span: Span
    first: int
    last: int
    opinion: Opinion
    heard: str = ""
    cleared: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested reading: `text` in place of tokens `[first, last)` (empty: to be put in before `first`), with its evidence.

    `confidence` in [0, 1] is the probability that it is right; `gain` how much likelier the aligner finds it than what is
    written, in nats, None where it was not asked (speech without any text).
    """

    id: str
    span: Span
    first: int
    last: int
    text: str
    confidence: float
    gain: float | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of `verify`: what a second witness, which did not know the text, says of it.

    `witness` names the recognizer and its weights ("" when there was none). Of `heard_words` written words in the windows that
    it heard it agreed with `agreed_words`; the same for a random sample of windows, with the 95 % interval of the share.
    `not_heard` doubts were left for want of budget.
    """

    witness: str = ""
    checked: tuple[Checked, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    heard_words: int = 0
    agreed_words: int = 0
    sampled_words: int = 0
    sampled_agreed: int = 0
    interval: tuple[float, float] = (0.0, 1.0)
    not_heard: int = 0
