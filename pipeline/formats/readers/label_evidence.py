"""What the whole file says of its labels: whether they come again, at the beginning of sentences, at nearly every turn.

A term that a teacher explains ("Relapse Prevention: you plan ...", "Trust: ... Trust: ...") has the form of a label. People's
labels come again, nearly every turn bears one, and behind them a sentence begins with a capital. Where that is so labels are
certain, whatever they look like; where it is half so they are doubtful, and the alignment asks the sound.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from pipeline.formats.readers.label_forms import Form, Written

# Shares in [0, 1], set by hand: of turns that bear a label in a file where nearly every one does; of those whose label comes
# again; of labels in front of a sentence's beginning, of which captions that go on within one have fewer.
_NEARLY_EVERY = 0.75
_EVERY = 0.9
_COMING_AGAIN = 0.6
_BEFORE_CAPITAL = 0.25
_HALF = 0.5
_QUARTER = 0.25
_MANY_TURNS = 6  # so many alike are no chance
_MIN_TURNS = 3  # fewer say nothing about what comes again
# Capitals that say nothing of where a sentence begins.
_ALWAYS_CAPITAL = re.compile(r"I(?:['’]\w+)?\b")
_OPENING = " \t\n\"'“‘«([¿¡-–—…."
_BRACKETS = re.compile(
    r"\s*(?:(?:\([^()]*\)|\[[^\[\]]*\])\s*)+"
)  # a sound or direction in front of the words
_INITIAL = re.compile(r"[^\W\d_]\d?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The labels of a file, as keys: those that are certain, and those of which the sound must decide."""

    certain: frozenset[str]
    doubtful: frozenset[str]


def verdict(turns: Sequence[Written | None], all_caps: bool) -> Verdict:
    """What `turns` (of each what it begins with, if that may be a label) say of the labels among them."""
    return _File(turns, all_caps).verdict()


def begins_sentence(text: str) -> bool | None:
    """Whether a text begins as a sentence does; None where its letters do not tell."""
    bare = text[m.end() if (m := _BRACKETS.match(text)) else 0 :].lstrip(_OPENING)
    if not bare or _ALWAYS_CAPITAL.match(bare) or not (bare[0].isupper() or bare[0].islower()):
        return None
    return bare[0].isupper()


class _File:
    """The counts of one file."""

    def __init__(self, turns: Sequence[Written | None], all_caps: bool) -> None:
        self.labels = [w for w in turns if w is not None]
        self.count, self.all_caps = len(turns), all_caps
        self.times = Counter(w.key for w in self.labels)
        self.forms = {w.key: w.form for w in reversed(self.labels)}
        self.before_capital, self.before_small = Counter[str](), Counter[str]()
        for label in self.labels:
            begins = None if all_caps else begins_sentence(label.follows)
            self.before_capital[label.key] += begins is True
            self.before_small[label.key] += begins is False
        self.plausible = [w for w in self.labels if w.form not in (Form.SENTENCE, Form.PHRASE)]

    def verdict(self) -> Verdict:
        certain = {key for key in self.times if self._is_certain(key)}
        return Verdict(
            frozenset(certain), frozenset(key for key in self.times if self._is_doubtful(key)) - certain
        )

    @property
    def share(self) -> float:
        """The share of turns that bear a label."""
        return len(self.labels) / self.count if self.count else 0.0

    @cached_property
    def is_labelled(self) -> bool:
        """Whether nearly every turn bears a label, and labels come again, in turn and in front of sentences: people talk. Where
        every one of many turns bears one, they do so however captions divide what they say."""
        again = sum(n for n in self.times.values() if n > 1)
        capital, small = sum(self.before_capital.values()), sum(self.before_small.values())
        if self.share < _NEARLY_EVERY or again < _COMING_AGAIN * len(self.labels):
            return False
        if self.share >= _EVERY and len(self.labels) >= _MANY_TURNS:
            return True
        sentences = capital >= _BEFORE_CAPITAL * (capital + small)
        return len(self.labels) >= _MIN_TURNS and bool(self.returning) and sentences

    @cached_property
    def returning(self) -> frozenset[str]:
        """The labels that come again after another label stood between."""
        order = [key for key, _ in groupby(w.key for w in self.labels)]
        return frozenset(key for key, times in Counter(order).items() if times > 1)

    def _begins_sentences(self, key: str) -> bool:
        return (
            self.before_capital[key] > self.before_small[key]
            or not self.before_small[key] + self.before_capital[key]
        )

    def _is_certain(self, key: str) -> bool:
        form, again = self.forms[key], self.times[key] > 1
        if (self.is_labelled and again) or self._is_monologue:
            return True
        if form in (Form.SENTENCE, Form.PHRASE) and not self._is_initial(key):
            return False
        begins = self._begins_sentences(key)
        if self.is_labelled:
            return not self.before_small[key] and self.share >= _EVERY
        if self._is_initial(key) and form is not Form.WORD:
            return self._has_initials() and self.share >= _HALF
        if self.all_caps:
            return again and self.share >= _QUARTER
        if form is Form.CAPITALS or form is Form.ROLE:
            return begins and self.before_capital[key] > 0
        returns = key in self.returning and self.share >= _HALF
        return begins and (returns or self._is_bare_dialogue(form))

    @property
    def _is_monologue(self) -> bool:
        """Whether every turn bears the same label: nobody begins each sentence alike."""
        if len(self.times) != 1 or Form.SENTENCE in self.forms.values():
            return False
        begins = any(self.before_capital.values()) and not any(self.before_small.values())
        return len(self.labels) == self.count >= (2 if self.plausible and begins else _MANY_TURNS)

    def _is_bare_dialogue(self, form: Form) -> bool:
        """Whether there are so few turns that no label needs to come again, and each bears another in front of a sentence;
        three turns where the labels are single words."""
        least = 1 if form is Form.NAME else _MIN_TURNS
        begins = any(self.before_capital.values()) and not any(self.before_small.values())
        each = len(self.plausible) == self.count and (len(self.times) == self.count or bool(self.returning))
        return begins and each and least <= self.count <= _MIN_TURNS

    def _is_doubtful(self, key: str) -> bool:
        form, again = self.forms[key], self.times[key] > 1
        if self.is_labelled:
            return True
        if form in (Form.SENTENCE, Form.PHRASE):
            others = any(n > 1 for k, n in self.times.items() if k != key)
            return again and others and self._begins_sentences(key) and self.share >= _QUARTER
        if form is Form.CAPITALS and not self.all_caps:
            alone = not again or self._capitals_elsewhere(key) < 2
            return not self.before_capital[key] and bool(self.before_small[key]) and alone
        if form is Form.ROLE:
            return not self.before_capital[key] and bool(self.before_small[key])
        many = len(self.plausible) >= _MIN_TURNS and len(self.plausible) >= _QUARTER * self.count
        return again or many or form is Form.NAME

    def _capitals_elsewhere(self, key: str) -> int:
        """How often other labels in capitals stand where a sentence begins."""
        return sum(n for k, n in self.before_capital.items() if k != key and self.forms[k] is Form.CAPITALS)

    @staticmethod
    def _is_initial(key: str) -> bool:
        return bool(_INITIAL.fullmatch(key))

    def _has_initials(self) -> bool:
        """Whether at least two people are called by a letter: Q and A, I and R, T1 and P2."""
        return len({k for k in self.times if self._is_initial(k)}) > 1
