"""Loose search: the best answers where nothing fulfils all of a query, and what says something like a sentence.

Words rank by passage (`passages`), concepts that the words may mean count for the utterances that carry them, and where the
sentence encoder is installed, likeness of meaning counts too. Every hit says how it was found; exact search never comes here.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.concepts import lexicon
from pipeline.concepts.codebook import CONCEPTS_FILE, Codebook
from pipeline.concepts.coder import Coder
from pipeline.errors import LexiconError, WeightsError
from pipeline.files import data_file
from pipeline.search.answers import plainly
from pipeline.search.answers.asked import Asked
from pipeline.search.answers.passages import Aspect, Passages, Scores, best_passages
from pipeline.search.answers.voices import LEAST_FACTOR, by_voice
from pipeline.search.index.timeline import Places
from pipeline.search.meaning.vectors import Store
from pipeline.search.query import parser
from pipeline.search.query.intent import Intent, intent_of
from pipeline.search.query.parser import And, Field, Node, Query, Word
from pipeline.search.query.suggestions import Suggestion, suggestions
from pipeline.search.query.telling import telling_words

# What a tag of a suggested concept adds, times its confidence, to a passage's score; the best passage of words alone has 1.
# Chosen on the needs of `python -m benchmarks.search --needs`, where 1.2 gave 0.10 less and 3 no more.
CONCEPT_SHARE = 2.0
# The same where a passage holds all of the words, and so is probably what was meant.
CONCEPT_SHARE_BESIDE_ALL = 0.8
# A suggested concept that explains so much of what is asked for counts in full.
_WELL_FITTING = 0.4
# Within so many utterances one thing follows another; what an utterance counts that does not follow what was asked for.
_LONG_BEFORE, _NOT_BEHIND = 12, 0.5
# What a cosine of meaning adds: little to a researcher's words, which are not those that people say; most to a sentence.
MEANING_SHARE, MEANING_SHARE_OF_SENTENCE = 0.3, 1.0
# Utterances less alike than this are not shown as alike; unrelated sentences have a cosine of 0 to 0.2.
LEAST_LIKENESS = 0.3
# How a hit was found that does not fulfil all of a query.
BY_WORDS, BY_CONCEPT, BY_MEANING = "some words", "concept", "meaning"
_PLACE = re.compile(r"(.+)#(\S+)")


@dataclass(frozen=True, slots=True)
class Wish:
    """A plain query taken loosely: of the words as `written`, `words` tell something and need not all be said, `sentences` are
    what hits should be like, `rest` is what every hit fulfils, `names_concept` says whether that holds a concept."""

    words: tuple[str, ...]
    written: tuple[str, ...]
    sentences: tuple[Field, ...]
    rest: Node | None
    names_concept: bool

    @property
    def may_relax(self) -> bool:
        """Whether asking for less than all makes sense: there is a word that tells something."""
        return bool(self.words)


def wish_of(query: Query) -> Wish:
    """What of a query without arrows need not be fulfilled in full."""
    node = query.steps[0].node
    parts = node.parts if isinstance(node, And) else (node,)
    words = [p.text for p in parts if isinstance(p, Word) and not p.prefix]
    likes = tuple(p for p in parts if isinstance(p, Field) and p.name == "like")
    rest = [p for p in parts if p not in likes and not (isinstance(p, Word) and not p.prefix)]
    concepts = [x for p in rest for x in parser.leaves(p) if isinstance(x, Field) and x.name == "concept"]
    whole = rest[0] if len(rest) == 1 else And(tuple(rest)) if rest else None
    return Wish(tuple(telling_words(" ".join(words))), tuple(words), likes, whole, bool(concepts))


@dataclass(frozen=True, slots=True)
class Candidates:
    """The utterances that fulfil what must be fulfilled, and the confidence of their tags of the concepts that were named."""

    ids: Places
    confidence: Scores


@dataclass(frozen=True, slots=True)
class Ranked:
    """Utterances by id with their scores, best first, and by what each was found; `words` are all that were looked for."""

    ids: Places
    scores: Scores
    by: tuple[str, ...]
    concepts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass
class LooseSearch:
    """Ranks the utterances of one index; `store` holds their vectors, None without the sentence encoder."""

    connection: sqlite3.Connection
    codebook: Codebook
    store: Store | None = None
    notes: list[str] = field(default_factory=list)

    def some_words(self, wish: Wish, only: Candidates | None) -> Ranked:
        """The utterances that fit the words best; where a concept was named, all of `only` in that order."""
        intent = intent_of(wish.written, self.connection)
        asked = Asked.of(intent.words, self.connection)
        meant = [] if wish.names_concept else suggestions(self.codebook, asked.words)
        inside = only if wish.names_concept else None
        fitting = self._fitting(asked.aspects, [" ".join(asked.words)], _shares(meant), inside, MEANING_SHARE)
        voices = by_voice(self.connection, fitting.ids, intent)
        fitting.scores *= voices
        if intent.earlier:
            fitting.scores *= self._behind(fitting.ids, intent.earlier)
        ranked = self._ranked(fitting, [s.concept for s in meant], only)
        fits = fitting.ids[voices >= LEAST_FACTOR]
        notes = [
            *self._statements(wish, intent, asked, fitting.passages, meant, ranked.ids, fits),
            *ranked.notes,
        ]
        return replace(ranked, notes=tuple(notes), words=asked.said)

    def _statements(
        self,
        wish: Wish,
        intent: Intent,
        asked: Asked,
        passages: Passages,
        meant: Sequence[Suggestion],
        ids: Places,
        fits: Places,
    ) -> Iterator[str]:
        """Whether one of the first hits answers, and what nobody speaks of; a concept stands for the words that it explains."""
        first = ids[: plainly.FIRST_PAGE]
        held = self._held(passages, first, meant)
        words = [aspect.word for aspect in passages.aspects]
        is_said = passages.held.any(axis=1) | (held.max(axis=1, initial=0.0) == 1)
        unsaid, apart = (
            [w for w, said in zip(words, is_said, strict=True) if said == it] for it in (False, True)
        )
        if wish.names_concept:
            yield "nothing holds all of this; what fits best comes first"
        elif not plainly.is_answered(held[:, np.isin(first, fits)], passages.weights):
            yield plainly.statement(unsaid, apart, intent.speakers)
        elif len(wish.written) > 1:
            yield "nothing holds all of this; these fit its words best"
        elif not asked.corrections:
            yield f"nobody says '{wish.written[0]}'; these fit it best"
        yield from plainly.corrections(asked.corrections)

    def _held(self, passages: Passages, ids: Places, meant: Sequence[Suggestion]) -> Scores:
        """How far some utterances hold each aspect, shape (aspects, ids): by words, or by the tag of a concept."""
        held = passages.held_by(ids).astype(np.float64)
        for suggestion in meant:
            tagged = np.isin(ids, self._tagged({suggestion.concept: 1.0})[0])
            for row, aspect in enumerate(passages.aspects):
                explained = min(suggestion.explained.get(word, 0.0) for word in aspect.word.split())
                held[row] = np.maximum(held[row], tagged * explained)
        return held

    def _behind(self, ids: Places, earlier: Sequence[str]) -> Scores:
        """The factor of each utterance by whether what was asked for as said before stands shortly before it."""
        asked = Asked.of(earlier, self.connection)
        concepts = _shares(suggestions(self.codebook, asked.words))
        before = self._fitting(asked.aspects, [], concepts, None, 0.0).ids
        if not len(before):
            return np.full(len(ids), _NOT_BEHIND)
        at = np.searchsorted(before, ids) - 1
        gap = np.where(at >= 0, ids - before[np.maximum(at, 0)], _LONG_BEFORE + 1)
        return np.where(gap <= _LONG_BEFORE, 1.0, _NOT_BEHIND)

    def alike(self, wish: Wish, only: Candidates | None) -> Ranked:
        """The utterances that say something like the sentences; an utterance that a sentence names by its place is left out."""
        texts, themselves = [], list[int]()
        for part in wish.sentences:
            text, place = self._meant(part)
            texts.append(text)
            themselves += place
        words = [Aspect(word) for word in telling_words(" ".join(texts))]
        concepts = () if wish.names_concept else concepts_of(texts)
        inside = only if wish.names_concept else None
        fitting = self._fitting(words, texts, dict.fromkeys(concepts, 1.0), inside, MEANING_SHARE_OF_SENTENCE)
        return self._ranked(fitting.without(themselves), concepts, only)

    def _fitting(
        self,
        aspects: Sequence[Aspect],
        texts: Sequence[str],
        concepts: Mapping[str, float],
        inside: Candidates | None,
        share: float,
    ) -> _Fitting:
        """Scores by words, by the tags of concepts and by meaning, added; only, and all, of those `inside` if given."""
        passages = best_passages(self.connection, aspects)
        ids, scores = passages.ids, passages.scores
        scores = scores / scores.max() if len(scores) else scores
        if inside is not None:
            ids, scores = _added(ids, scores, inside.ids, CONCEPT_SHARE * inside.confidence)
            held = np.isin(ids, inside.ids)
            ids, scores = ids[held], scores[held]
        share_of_tags = CONCEPT_SHARE_BESIDE_ALL if passages.is_whole else CONCEPT_SHARE
        if concepts:
            tagged, sure = self._tagged(concepts)
            ids, scores = _added(ids, scores, tagged, share_of_tags * sure)
        ids, scores = self._with_meaning(ids, scores, texts, inside is None, share)
        other = BY_CONCEPT if self.store is None else BY_MEANING
        return _Fitting(passages, ids, scores, np.where(np.isin(ids, passages.ids), BY_WORDS, other))

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

    def _tagged(self, concepts: Mapping[str, float]) -> tuple[Places, Scores]:
        """The utterances with a tag of these concepts, and the most of a tag's confidence times the share of its concept."""
        rows = self.connection.execute(
            "SELECT t.utterance, max(t.confidence * j.value) FROM json_each(?) j JOIN concepts c ON c.name = j.key "
            "JOIN tags t ON t.concept = c.id GROUP BY t.utterance",
            (json.dumps(concepts),),
        ).fetchall()
        return np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.float64)

    def _with_meaning(
        self, ids: Places, scores: Scores, texts: Sequence[str], anywhere: bool, share: float
    ) -> tuple[Places, Scores]:
        """The scores with what likeness of meaning adds; with `anywhere`, utterances that are alike enough are among them."""
        if self.store is None or not texts:
            return ids, scores
        try:
            vector = self.store.encoder.encode(texts).mean(axis=0)
        except WeightsError as error:
            self.notes.append(f"by words alone: {error}")
            self.store = None
            return ids, scores
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
            self.notes.append(
                f"{what} not been read for meaning yet, or what was read is damaged; run: vignette index"
            )

    def _ranked(self, found: _Fitting, concepts: Sequence[str], only: Candidates | None) -> Ranked:
        ids, scores, by = found.ids, found.scores, found.by
        if only is not None:
            held = np.isin(ids, only.ids)
            ids, scores, by = ids[held], scores[held], by[held]
        order = np.lexsort((ids, -scores))
        return Ranked(
            ids[order], scores[order], tuple(by[order].tolist()), tuple(concepts), tuple(self.notes)
        )


@dataclass(slots=True)
class _Fitting:
    """Utterances by id, rising, that fit in some way: how well, and by what they were found."""

    passages: Passages
    ids: Places
    scores: Scores
    by: NDArray[np.str_]

    def without(self, some: Sequence[int]) -> _Fitting:
        kept = ~np.isin(self.ids, some)
        return _Fitting(self.passages, self.ids[kept], self.scores[kept], self.by[kept])


def _shares(meant: Sequence[Suggestion]) -> dict[str, float]:
    """What each suggested concept counts: the better it fits, beside the best and by itself."""
    best = max((s.fit for s in meant), default=1.0)
    return {s.concept: (s.fit / best) ** 2 * min(1.0, best / _WELL_FITTING) for s in meant}


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
