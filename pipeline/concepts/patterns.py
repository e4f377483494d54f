"""The syntax trees of patterns, and their static analysis: needed words, variants, selectivity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

from pipeline.concepts.normalize import word_set

Phrase = tuple["Node", ...]

# Stop words: too frequent to index rules by, when a pattern has any other word.
FREQUENT_WORDS = word_set(
    """i you he she it we they me him her us them my your his its our their a an the this that these those
    and but or if so because of to in on at for with from by about as is 's am are was were be been do does
    did have has had 'd will would can could should might may not no there here what when where who how why
    get got just like know go going think up out want time thing things one all some more make really too
    back down feel say said"""
)
# Counting stops here: sets that stand in sets multiply to numbers with more digits than there is memory.
_MANY_VARIANTS = 1_000_000
_FREQUENT_WORD_COST = 1000  # so many other words are as frequent together as one of these; chosen


@dataclass(frozen=True, slots=True)
class Word:
    """One place in the talk: any of these plain words."""

    forms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `longest` words of any kind."""

    longest: int


@dataclass(frozen=True)
class Choice:
    """One of these phrases, or nothing when it is optional.

    A named set is one and the same choice wherever it stands, and most words of a lexicon stand in sets: what is computed
    of a choice is cached with it.
    """

    options: tuple[Phrase, ...]
    optional: bool

    @cached_property
    def depth(self) -> int:
        """How many choices stand in each other here, this one included."""
        return 1 + max((n.depth for o in self.options for n in o if isinstance(n, Choice)), default=0)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that it mentions."""
        return frozenset[str]().union(*map(words_of, self.options))

    @cached_property
    def single_words(self) -> tuple[frozenset[str] | None, ...]:
        """Of each option the words, if it is one word long whatever is chosen, else None."""
        return tuple(map(single_words, self.options))

    @cached_property
    def needed(self) -> frozenset[str]:
        """Words of which at least one is heard wherever it matches; none when it may be missing."""
        if self.optional:
            return frozenset()
        return frozenset[str]().union(*(min(needed_words(option), key=cost) for option in self.options))

    @cached_property
    def variants(self) -> int:
        """By how much it multiplies the number of variants of a phrase."""
        long = sum(
            count_variants(o) for o, s in zip(self.options, self.single_words, strict=True) if s is None
        )
        return min(
            _MANY_VARIANTS, long + (len(self.options) > self.single_words.count(None) or self.optional)
        )


Node = Word | Gap | Choice


@dataclass(frozen=True, slots=True)
class Spec:
    """One place of a variant: its words (None in a gap) and how often, in spaCy's notation."""

    forms: frozenset[str] | None
    operator: str = "1"

    @property
    def longest(self) -> int:
        """How many words a gap may hold."""
        return int(self.operator[3:-1])


def single_words(phrase: Phrase) -> frozenset[str] | None:
    """The words of a phrase that is one word long whatever is chosen, else None."""
    if len(phrase) != 1 or isinstance(phrase[0], Gap):
        return None
    node = phrase[0]
    if isinstance(node, Word):
        return node.forms
    found = node.single_words
    return None if any(f is None for f in found) else frozenset[str]().union(*(f for f in found if f))


def words_of(phrase: Phrase) -> frozenset[str]:
    """Every word that a phrase mentions."""
    found: set[str] = set()
    for node in phrase:
        if isinstance(node, Word):
            found |= node.forms
        elif isinstance(node, Choice):
            found |= node.words
    return frozenset(found)


def variants(phrase: Phrase) -> list[tuple[Spec, ...]]:
    """The expansion of a phrase: every sequence of places that it stands for; single-word alternatives share one place."""
    return [
        tuple(spec for piece in chosen for spec in piece)
        for chosen in product(*(_node_variants(node) for node in phrase))
    ]


def count_variants(phrase: Phrase) -> int:
    """How many variants a phrase has, without building them; a million stands for more."""
    count = 1
    for node in phrase:
        if isinstance(node, Choice):
            count = min(_MANY_VARIANTS, count * node.variants)
    return count


def _node_variants(node: Node) -> list[tuple[Spec, ...]]:
    if isinstance(node, Word):
        return [(Spec(node.forms),)]
    if isinstance(node, Gap):
        return [(Spec(None, f"{{0,{node.longest}}}"),)]
    singles = node.single_words
    short = frozenset[str]().union(*(s for s in singles if s))
    pieces: list[tuple[Spec, ...]] = []
    if short:
        pieces.append((Spec(short, "?" if node.optional else "1"),))
    elif node.optional:
        pieces.append(())
    for option, single in zip(node.options, singles, strict=True):
        if single is None:
            pieces.extend(variants(option))
    return pieces


def needed_words(phrase: Phrase) -> list[frozenset[str]]:
    """The necessary condition of a match, in conjunctive form: of each of these sets at least one word is heard."""
    return [words for words in map(_needed_by, phrase) if words]


@cache
def cost(words: frozenset[str]) -> tuple[int, str]:
    """The selectivity of a set of words, lowest is best: roughly how often one of them is heard.

    Ties are broken by spelling, so that runs are alike.
    """
    return sum(_FREQUENT_WORD_COST if word in FREQUENT_WORDS else 1 for word in words), min(words)


def _needed_by(node: Node) -> frozenset[str]:
    if isinstance(node, Word):
        return node.forms
    return node.needed if isinstance(node, Choice) else frozenset()
