"""A trigram language model of a known text, so that a recognizer expects what the subtitles say, in the order
they say it.

The text is what will be heard, not a sample of it: an n-gram seen once is as good as certain. Smoothing that
reserves half the probability for the unseen (Witten-Bell and Kneser-Ney do on a text of this size) therefore
makes a deaf ear; a fixed share `SURPRISE` goes to the shorter context at every order instead.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

START, END = "<s>", "</s>"
SURPRISE = 0.15
"""Share of probability that is left for another word than the text has next: slips, omissions, wrong
subtitles."""

_FLOOR = 1e-9  # written instead of 0, which has no logarithm

Words = Sequence[str]
Context = tuple[str, ...]
Probability = Callable[[Context, str], float]


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Interpolated n-gram probabilities with the weights of backing off, by order: `probabilities[0]` are
    unigrams."""

    probabilities: tuple[dict[Context, float], ...]
    backoffs: tuple[dict[Context, float], ...]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(sorted(gram[0] for gram in self.probabilities[0]))

    def probability(self, context: Context, word: str) -> float:
        """Of `word` after `context` (the last two words count), by backing off as an ARPA reader does; 0 for
        unknown words."""
        context = context[-2:]
        found = self.probabilities[len(context)].get((*context, word))
        if found is not None or not context:
            return found or 0.0
        return self.backoffs[len(context) - 1].get(context, 1.0) * self.probability(context[1:], word)


def estimate(sentences: Iterable[Words], extra: Iterable[str] = ()) -> Ngrams:
    """The trigram model of `sentences`; each word of `extra` is possible anywhere.

    N-grams run on across sentences, because regions of speech begin and end where people breathe, not where
    cues do.
    """
    kept = [tuple(s) for s in sentences if s]
    stream = [word for sentence in kept for word in sentence]
    pairs, triples = _followers(stream, kept)
    counts = Counter(stream)
    counts.update(extra)
    counts[END] = max(1, len(kept))
    # Square roots: rare words carry the place in the text, frequent ones would win everywhere by their prior
    # alone.
    total = sum(math.sqrt(n) for n in counts.values())
    single: dict[Context, float] = {(word,): math.sqrt(n) / total for word, n in counts.items()}
    double, back_1 = _level(pairs, lambda _, word: single[word,])

    def lower(context: Context, word: str) -> float:
        found = double.get((context[1], word))
        return found if found is not None else back_1.get(context[1:], 1.0) * single[word,]

    triple, back_2 = _level(triples, lower)
    return Ngrams((single, double, triple), (back_1, back_2))


def arpa(model: Ngrams) -> str:
    """The model as ARPA text: base-10 logarithms, n-grams sorted, so that equal models give equal text."""
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


def _followers(
    stream: Words, sentences: Sequence[Words]
) -> tuple[dict[Context, Counter[str]], dict[Context, Counter[str]]]:
    """What follows each word, and each two words: along the whole stream, and at every sentence's edges."""
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


def _level(
    followers: dict[Context, Counter[str]], lower: Probability
) -> tuple[dict[Context, float], dict[Context, float]]:
    """Probabilities of the seen n-grams, and for every context what multiplies the lower order for the unseen
    ones."""
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
    return f"{math.log10(max(probability, _FLOOR)):.5f}"
