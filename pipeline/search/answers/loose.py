"""Loose search: the best answers where nothing fulfils all of a query, and what says something like a sentence.

Words rank by passage (`passages`), concepts that the words may mean count for the utterances that carry them, and where the
sentence encoder is installed, likeness of meaning counts too. Every hit says how it was found; exact search never comes here.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.concepts import lexicon
from pipeline.concepts.codebook import CONCEPTS_FILE, Codebook
from pipeline.concepts.coder import Coder
from pipeline.errors import LexiconError, WeightsError
from pipeline.files import data_file
from pipeline.search.answers.passages import Scores, best_passages, telling_words
from pipeline.search.index.timeline import Places
from pipeline.search.meaning.vectors import Store
from pipeline.search.query import parser
from pipeline.search.query.parser import And, Field, Node, Query, Word
from pipeline.search.query.suggestions import suggested

# What a tag of a suggested concept adds, times its confidence, to a passage's score; the best passage of words alone has 1.
# Chosen on the needs of `python -m benchmarks.search --needs`, where 1.2 gave 0.10 less and 3 no more.
CONCEPT_SHARE = 2.0
# The same where a passage holds all of the words, and so is probably what was meant.
CONCEPT_SHARE_BESIDE_ALL = 0.8
# What a cosine of meaning adds: little to a researcher's words, which are not those that people say; most to a sentence.
MEANING_SHARE, MEANING_SHARE_OF_SENTENCE = 0.3, 1.0
# Utterances less alike than this are not shown as alike; unrelated sentences have a cosine of 0 to 0.2.
LEAST_LIKENESS = 0.3
# How a hit was found that does not fulfil all of a query.
BY_WORDS, BY_CONCEPT, BY_MEANING = "some words", "concept", "meaning"
_PLACE = re.compile(r"(.+)#(\S+)")


@dataclass(frozen=True, slots=True)
class Wish:
    """A plain query taken loosely: `words` tell something and need not all be said, `sentences` are what hits should be like,
    `rest` is what every hit fulfils, `names_concept` says whether that holds a concept."""

    words: tuple[str, ...]
    sentences: tuple[Field, ...]
    rest: Node | None
    names_concept: bool
    written_words: int

    @property
    def may_relax(self) -> bool:
        """Whether asking for less than all makes sense: of several words some, of one word beside a concept none."""
        return bool(self.words) and (self.written_words > 1 or self.names_concept)


def wish_of(query: Query) -> Wish:
    """What of a query without arrows need not be fulfilled in full."""
    node = query.steps[0].node
    parts = node.parts if isinstance(node, And) else (node,)
    words = [p.text for p in parts if isinstance(p, Word) and not p.prefix]
    likes = tuple(p for p in parts if isinstance(p, Field) and p.name == "like")
    rest = [p for p in parts if p not in likes and not (isinstance(p, Word) and not p.prefix)]
    concepts = [x for p in rest for x in parser.leaves(p) if isinstance(x, Field) and x.name == "concept"]
    whole = rest[0] if len(rest) == 1 else And(tuple(rest)) if rest else None
    return Wish(tuple(telling_words(" ".join(words))), likes, whole, bool(concepts), len(words))


@dataclass(frozen=True, slots=True)
class Candidates:
    """The utterances that fulfil what must be fulfilled, and the confidence of their tags of the concepts that were named."""

    ids: Places
    confidence: Scores


@dataclass(frozen=True, slots=True)
class Ranked:
    """Utterances by id with their scores, best first, and by what each was found."""

    ids: Places
    scores: Scores
    by: tuple[str, ...]
    concepts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class LooseSearch:
    """Ranks the utterances of one index; `store` holds their vectors, None without the sentence encoder."""

    connection: sqlite3.Connection
    codebook: Codebook
    store: Store | None = None
    notes: list[str] = field(default_factory=list)

    def some_words(self, wish: Wish, said: Sequence[str], only: Candidates | None) -> Ranked:
        """The utterances that fit the words best, in the forms `said`; where a concept was named, all of `only` in that order."""
        concepts = () if wish.names_concept else tuple(suggested(self.codebook, wish.words))
        inside = only if wish.names_concept else None
        ids, scores, by = self._fitting(said, [" ".join(wish.words)], concepts, inside, MEANING_SHARE)
        return self._ranked(ids, scores, by, concepts, only)

    def alike(self, wish: Wish, only: Candidates | None) -> Ranked:
        """The utterances that say something like the sentences; an utterance that a sentence names by its place is left out."""
        texts, themselves = [], list[int]()
        for part in wish.sentences:
            text, place = self._meant(part)
            texts.append(text)
            themselves += place
        words = telling_words(" ".join(texts))
        concepts = () if wish.names_concept else concepts_of(texts)
        inside = only if wish.names_concept else None
        ids, scores, by = self._fitting(words, texts, concepts, inside, MEANING_SHARE_OF_SENTENCE)
        kept = ~np.isin(ids, themselves)
        return self._ranked(ids[kept], scores[kept], by[kept], concepts, only)

    def _fitting(
        self,
        words: Sequence[str],
        texts: Sequence[str],
        concepts: Sequence[str],
        inside: Candidates | None,
        share: float,
    ) -> tuple[Places, Scores, NDArray[np.str_]]:
        """Scores by words, by the tags of concepts and by meaning, added; only, and all, of those `inside` if given."""
        ids, scores, is_whole = best_passages(self.connection, words)
        scores = scores / scores.max() if len(scores) else scores
        with_word = ids
        if inside is not None:
            ids, scores = _added(ids, scores, inside.ids, CONCEPT_SHARE * inside.confidence)
            held = np.isin(ids, inside.ids)
            ids, scores = ids[held], scores[held]
        concept_share = CONCEPT_SHARE_BESIDE_ALL if is_whole else CONCEPT_SHARE
        ids, scores = self._with_concepts(ids, scores, concepts, concept_share)
        ids, scores = self._with_meaning(ids, scores, texts, inside is None, share)
        other = BY_CONCEPT if self.store is None else BY_MEANING
        return ids, scores, np.where(np.isin(ids, with_word), BY_WORDS, other)

    def _meant(self, part: Field) -> tuple[str, list[int]]:
        """The sentence of a `like:`, or the text and id of the utterance that it names as `video#utterance`."""
        if match := _PLACE.fullmatch(part.value.strip()):
            row = self.connection.execute(
                "SELECT u.text, u.id FROM documents d JOIN utterances u ON u.id >> 20 = d.key WHERE d.name = ? AND u.label = ?",
                (match[1], match[2]),
            ).fetchone()
            if row is not None:
                return row[0], [row[1]]
        return part.value, []

    def _with_concepts(
        self, ids: Places, scores: Scores, concepts: Sequence[str], share: float
    ) -> tuple[Places, Scores]:
        """The scores with what tags of these concepts add; utterances that have one alone are among them then."""
        if not concepts:
            return ids, scores
        named = ",".join("?" * len(concepts))
        rows = self.connection.execute(
            "SELECT t.utterance, max(t.confidence) FROM tags t JOIN concepts c ON c.id = t.concept "
            f"WHERE c.name IN ({named}) GROUP BY t.utterance",
            tuple(concepts),
        ).fetchall()
        tagged = np.array([row[0] for row in rows], np.int64)
        return _added(ids, scores, tagged, share * np.array([row[1] for row in rows], np.float64))

    def _with_meaning(
        self, ids: Places, scores: Scores, texts: Sequence[str], anywhere: bool, share: float
    ) -> tuple[Places, Scores]:
        """The scores with what likeness of meaning adds; with `anywhere`, utterances that are alike enough are among them."""
        if self.store is None:
            return ids, scores
        vector = self.store.encoder.encode(texts).mean(axis=0)
        vector /= max(float(np.linalg.norm(vector)), 1e-9)
        near, likeness, missing = self.store.likeness(self.connection, vector)
        self._note_missing(missing)
        held = np.isin(near, ids)
        if anywhere:
            held |= likeness >= LEAST_LIKENESS
        return _added(ids, scores, near[held], share * likeness[held].astype(np.float64))

    def _note_missing(self, missing: int) -> None:
        if missing:
            what = "a transcript has" if missing == 1 else f"{missing:,} transcripts have"
            self.notes.append(f"{what} not been read for meaning yet; run: vignette index")

    def _ranked(
        self,
        ids: Places,
        scores: Scores,
        by: NDArray[np.str_],
        concepts: tuple[str, ...],
        only: Candidates | None,
    ) -> Ranked:
        if only is not None:
            held = np.isin(ids, only.ids)
            ids, scores, by = ids[held], scores[held], by[held]
        order = np.lexsort((ids, -scores))
        return Ranked(ids[order], scores[order], tuple(by[order].tolist()), concepts, tuple(self.notes))


def concepts_of(sentences: Sequence[str]) -> tuple[str, ...]:
    """The concepts that the lexicon finds in some sentences; none where it cannot be read."""
    try:
        coder = Coder(lexicon.load_lazily(data_file(CONCEPTS_FILE)), without_spacy=True)
        return tuple(dict.fromkeys(c for sentence in sentences for c in sorted(coder.concepts_in(sentence))))
    except (LexiconError, WeightsError):
        return ()


def _added(ids: Places, scores: Scores, others: Places, more: Scores) -> tuple[Places, Scores]:
    """The sums of two lists of scores; who is in one alone keeps that score."""
    both = np.union1d(ids, others)
    total = np.zeros(len(both))
    total[np.searchsorted(both, ids)] += scores
    total[np.searchsorted(both, others)] += more
    return both, total
