"""Trigram language model of a known text: the recognizer expects the words of the subtitles in their order.

The text is what will be heard, not a sample of it: an n-gram seen once is as good as certain. Smoothing that reserves half the
probability for the unseen (Witten-Bell and Kneser-Ney do on a text of this size) therefore makes the model too weak; a fixed
share `SURPRISE` is interpolated from the shorter context at every order instead (Jelinek-Mercer smoothing).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

START = "<s>"  # of a sentence, as the ARPA format names it
END = "</s>"
SURPRISE = 0.15
"""Interpolation weight of the shorter context: the share of probability for another word than the text has next, for slips,
omissions and wrong subtitles. A choice."""

_FLOOR = 1e-9  # least probability, since 0 has no logarithm

Words = Sequence[str]
Context = tuple[str, ...]
Probability = Callable[[Context, str], float]


@dataclass(frozen=True, slots=True)
class Ngrams:
    """A backoff n-gram model: interpolated probabilities and backoff weights, by order; `probabilities[0]` are unigrams."""

    probabilities: tuple[dict[Context, float], ...]
    backoffs: tuple[dict[Context, float], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The vocabulary, sorted, with `END` and without `START`."""
        return tuple(sorted(gram[0] for gram in self.probabilities[0]))

    def probability(self, context: Context, word: str) -> float:
        """The probability of `word` after `context` (its last two words count), by backing off as an ARPA reader does; 0 for
        words outside the vocabulary."""
        context = context[-2:]
        found = self.probabilities[len(context)].get((*context, word))
        if found is not None or not context:
            return found or 0.0
        return self.backoffs[len(context) - 1].get(context, 1.0) * self.probability(context[1:], word)


def estimate(sentences: Iterable[Words], extra: Iterable[str] = ()) -> Ngrams:
    """The trigram model of `sentences`; each word of `extra` is possible anywhere.

    N-grams run on across sentences, because regions of speech begin and end where people breathe, not where cues do.
    """
    kept = [tuple(s) for s in sentences if s]
    stream = [word for sentence in kept for word in sentence]
    pairs, triples = _counts(stream, kept)
    counts = Counter(stream)
    counts.update(extra)
    counts[END] = max(1, len(kept))
    # Square roots: rare words tell the place in the text, frequent ones would win everywhere by their prior alone.
    total = sum(math.sqrt(n) for n in counts.values())
    single: dict[Context, float] = {(word,): math.sqrt(n) / total for word, n in counts.items()}
    double, back_1 = _interpolated(pairs, lambda _, word: single[word,])

    def lower(context: Context, word: str) -> float:
        found = double.get((context[1], word))
        return found if found is not None else back_1.get(context[1:], 1.0) * single[word,]

    triple, back_2 = _interpolated(triples, lower)
    return Ngrams((single, double, triple), (back_1, back_2))


def arpa(model: Ngrams) -> str:
    """The model in the ARPA format, as CMU Sphinx reads it: base-10 logarithms; n-grams are sorted, so that equal models give
    equal text."""
    single, double, triple = model.probabilities
    back_1, back_2 = model.backoffs
    lines = [
        "\\data\\",
        f"ngram 1={len(single) + 1}",
        f"ngram 2={len(double)}",
        f"ngram 3={len(triple)}",
        "",
        "\\1-grams:",
    ]
    # The start of a sentence is never predicted: by convention its own probability is 10^-99.
    lines.append(f"-99 {START} {_log(back_1.get((START,), 1.0))}")
    lines += [f"{_log(p)} {word} {_log(back_1.get((word,), 1.0))}" for (word,), p in sorted(single.items())]
    lines += ["", "\\2-grams:"]
    lines += [f"{_log(p)} {' '.join(g)} {_log(back_2.get(g, 1.0))}" for g, p in sorted(double.items())]
    lines += ["", "\\3-grams:"]
    lines += [f"{_log(p)} {' '.join(g)}" for g, p in sorted(triple.items())]
    return "\n".join([*lines, "", "\\end\\", ""])


def _counts(
    stream: Words, sentences: Sequence[Words]
) -> tuple[dict[Context, Counter[str]], dict[Context, Counter[str]]]:
    """Counts of bigrams and trigrams by context, along the whole stream and at every sentence's edges."""
    pairs: dict[Context, Counter[str]] = defaultdict(Counter)
    triples: dict[Context, Counter[str]] = defaultdict(Counter)
    for first, second in pairwise(stream):
        pairs[first,][second] += 1
    for first, second, third in zip(stream, stream[1:], stream[2:], strict=False):
        triples[first, second][third] += 1
    for sentence in sentences:
        pairs[START,][sentence[0]] += 1
        pairs[sentence[-1],][END] += 1
        if len(sentence) > 1:
            triples[START, sentence[0]][sentence[1]] += 1
            triples[sentence[-2], sentence[-1]][END] += 1
    return pairs, triples


def _interpolated(
    followers: dict[Context, Counter[str]], lower: Probability
) -> tuple[dict[Context, float], dict[Context, float]]:
    """Interpolated probabilities of the seen n-grams of one order, and for every context its backoff weight."""
    probabilities: dict[Context, float] = {}
    backoffs: dict[Context, float] = {}
    for context, counts in followers.items():
        total = counts.total()
        below = {word: lower(context, word) for word in counts}
        for word, count in counts.items():
            probabilities[*context, word] = (1 - SURPRISE) * count / total + SURPRISE * below[word]
        unseen = 1.0 - sum(below.values())
        left = 1.0 - sum(probabilities[*context, word] for word in counts)
        backoffs[context] = left / unseen if unseen > _FLOOR else 1.0
    return probabilities, backoffs


def _log(probability: float) -> str:
    """The base-10 logarithm of a probability, with five decimals."""
    return f"{math.log10(max(probability, _FLOOR)):.5f}"
