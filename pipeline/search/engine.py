"""Search engine: ranked search, counts, concordance and co-occurrence over one open index."""

from __future__ import annotations

import functools
import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import numpy as np

from pipeline.concepts import codebook
from pipeline.concepts.codebook import Codebook
from pipeline.errors import QueryError
from pipeline.search.answers.concordance import CONTEXT_WORDS, MAX_UTTERANCES, Concordance, concordance
from pipeline.search.answers.counts import Cooccurrence, cooccurrence, count_by, not_draft
from pipeline.search.answers.lanes import Place, places
from pipeline.search.answers.loose import BY_MEANING, Candidates, LooseSearch, Ranked, Wish, wish_of
from pipeline.search.answers.meant import did_you_mean, with_concepts
from pipeline.search.answers.results import Count, Hit, Results
from pipeline.search.answers.rows import Reader
from pipeline.search.answers.sequences import chains
from pipeline.search.index import build, schema, seal
from pipeline.search.index.timeline import Places, Timeline
from pipeline.search.index.vocabulary import Vocabulary, spoken
from pipeline.search.index.write import Built, Progress
from pipeline.search.meaning import encoder as encoders
from pipeline.search.meaning.encoder import Encodes
from pipeline.search.meaning.vectors import Store
from pipeline.search.query import parser
from pipeline.search.query.names import Names
from pipeline.search.query.parser import LIMIT, And, Field, Node, Or, Query, Word
from pipeline.search.query.ranking import MAX_RANKED_HITS, parameters_of, ranked, source
from pipeline.search.query.sql import Plan, compile_plan
from pipeline.search.query.telling import telling_words
from pipeline.search.quotes import Kept, Quote
from pipeline.words import folded, name_key


class Index:
    """A search index, open for reading; use it in a `with` block, or close it.

    Raises IndexFileError when the index is missing, damaged or of another version.
    """

    def __init__(self, path: Path, codes: Codebook | None = None, encoder: Encodes | None = None) -> None:
        self.path = path
        self.encoder = encoder
        self.codebook = codebook.load() if codes is None else codes
        self.connection = schema.open_to_read(path)
        if seal.is_damaged(path):
            self.connection.close()
            raise seal.damaged(path)
        self.connection.create_function("spoken", 2, spoken, deterministic=True)
        self.connection.create_function("fold", 1, name_key, deterministic=True)
        self._kept = Kept.of(self.connection, ())

    @classmethod
    def of(cls, folder: Path, codes: Codebook | None = None, encoder: Encodes | None = None) -> Index:
        """The index of a folder of documents, built by `update`. `encoder` is the sentence encoder, the installed one unless
        given.

            index = Index.of(Path("transcripts"))
        """
        return cls(build.index_of(folder), codes, encoder)

    @staticmethod
    def update(folder: Path, rebuild: bool = False, progress: Progress | None = None) -> Built:
        """Bring the index of a folder up to date, or build it; see `pipeline.search.index.build.update`."""
        return build.update(folder, rebuild=rebuild, progress=progress)

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(self, query: str, limit: int = LIMIT, loosely: bool = True) -> Results:
        """The best `limit` hits of a query, and how many there are. Raises QueryError, IndexFileError, WeightsError.

            index.search("shame -work").hits[0].citation
            index.search('like:"I could stop tomorrow if I wanted"')

        Where no utterance fulfils a query of several words, the best of any of them are given, unless `loosely` is False; the
        notes say so, and `Results.concepts` names the concepts that may be meant.
        """
        with self._transaction():
            return self._kept.beside(self._found(parser.parse(query), limit, loosely))

    def _found(self, parsed: Query, limit: int, loosely: bool) -> Results:
        if len(parsed.steps) > 1:
            return self._sequence(parsed, limit)
        wish = wish_of(parsed)
        if wish.sentences:
            return self._alike(parsed, wish, limit)
        found = self._plain(parsed, limit)
        if not (loosely and wish.may_relax):
            return found
        return with_concepts(found, wish, self.codebook) if found.total else self._loose(found, wish, limit)

    def with_quotes(self, quotes: Iterable[Quote]) -> Index:
        """The index with the quotes that people kept, which hits then bear and `memo:` and `collection:` find.

        index.with_quotes([Quote("talk", "a few beers", 61_000, 63_000, "Ana", "plays it down", "denial")])
        """
        self._kept = Kept.of(self.connection, quotes)
        return self

    def quotes(self, collection: str | None = None) -> Results:
        """The quotes that people kept, all or those of a collection, in order of video and time. Raises QueryError for none such.

        index.quotes("denial").hits[0].citation
        """
        with self._transaction():
            if collection is not None:
                Names(self.connection, self.codebook, collection).collection(Field("collection", collection))
            return self._kept.listed(Reader(self.connection), collection)

    def count(self, query: str, by: str, drafts: bool = False) -> tuple[Count, ...]:
        """How the hits of a query divide `by` "concept", "speaker", "vignette" or "video"; most first.

            index.count("concept:emotion", by="speaker")

        Drafts, which nobody has verified, are left out unless `drafts` is set or the query itself says `draft:`;
        `hits_in_drafts` counts them. Of a sequence its first utterances are counted. A person is one in all videos when a list
        of people or somebody's word says so, else somebody else in each. Raises QueryError, UsageError, IndexFileError.
        """
        with self._transaction():
            parsed = parser.parse(query)
            drafts = drafts or parser.asks_for_drafts(parsed)
            return count_by(self.connection, by, *self._hit_ids_sql(parsed, drafts), drafts)

    def hits_in_drafts(self, query: str = "") -> int:
        """How many hits of a query, or utterances, are in drafts, and so are left out of counts; 0 when it says `draft:`."""
        with self._transaction():
            parsed = parser.parse(query) if query else None
            if parsed and parser.asks_for_drafts(parsed):
                return 0
            ids, given = self._hit_ids_sql(parsed, True) if parsed else ("SELECT id FROM utterances", [])
            sql = f"SELECT count(*) FROM ({ids}) WHERE NOT {not_draft('id')}"
            return self._scalar(sql, given)

    def places(self, query: str, limit: int) -> tuple[Place, ...]:
        """Where the hits of a query are, in order of video and time, at most `limit`; of a sequence its first utterances.

        Raises QueryError, IndexFileError.
        """
        with self._transaction():
            return places(self.connection, *self._hit_ids_sql(parser.parse(query), True), limit)

    def concordance(
        self, query: str, sort: str = "place", context: int = CONTEXT_WORDS, limit: int = 100
    ) -> Concordance:
        """Every place where the words of a query are said, with `context` words left and right of it.

        Raises QueryError (also when the query holds no word), UsageError, IndexFileError.
        """
        with self._transaction():
            parsed = parser.parse(query)
            plan = self._plan(parsed, 0)
            if len(parsed.steps) > 1 or not (plan.marks or plan.phrases):
                raise QueryError("a concordance needs a word", 'or "a phrase", or relaps*', query=query)
            sql = f"SELECT u.id FROM {source(plan)} ORDER BY u.id LIMIT ?"
            rows = self.connection.execute(sql, [*parameters_of(plan), MAX_UTTERANCES + 1])
            return concordance(self.connection, query, [row[0] for row in rows], plan, sort, context, limit)

    def cooccurrence(self, within_ms: int, query: str = "", drafts: bool = False) -> Cooccurrence:
        """How often which concepts occur near each other, in everything or in the hits of a query; drafts as in `count`.

            index.cooccurrence(30_000, "role:client").near["trigger"]["shame-guilt"]

        Raises QueryError, IndexFileError.
        """
        with self._transaction():
            if query:
                parsed = parser.parse(query)
                only = self._hit_ids_sql(parsed, drafts or parser.asks_for_drafts(parsed))
            else:
                only = f"SELECT id FROM utterances WHERE {'1' if drafts else not_draft('id')}", []
            return cooccurrence(self.connection, within_ms, *only)

    def _hit_ids_sql(self, query: Query, drafts: bool) -> tuple[str, list[object]]:
        """SQL that lists the ids of all hits, those in drafts only if asked, with its parameters."""
        given: list[object]
        if len(query.steps) > 1:
            ids, given = "SELECT value AS id FROM json_each(?)", [str(self._chains(query)[0][:, 0].tolist())]
        else:
            plan = self._plan(query, 0)
            ids, given = f"SELECT u.id FROM {source(plan)}", parameters_of(plan)
        return (ids, given) if drafts else (f"SELECT id FROM ({ids}) WHERE {not_draft('id')}", given)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One reading transaction, so that all of an answer comes from the same state of the index."""
        try:
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            raise schema.damaged(self.path, error) from None

    def _plan(self, query: Query, step: int) -> Plan:
        return compile_plan(query.steps[step].node, Names(self.connection, self.codebook, query.text))

    def _plain(self, query: Query, limit: int) -> Results:
        plan = self._plan(query, 0)
        total, order, rows = self._top_hits(plan, limit)
        reader = Reader(self.connection)
        moments = reader.moments([row[0] for row in rows], plan)
        sides = reader.sides([(row[0], row[0]) for row in rows])
        hits = [Hit((moments[id],), *sides[id, id], score) for id, score in rows]
        many = f"more than {MAX_RANKED_HITS:,} hits: in order of time, not ranked"
        notes = (
            [many] if order == "time" and plan.match else [] if total else list(self._spelling_notes(query))
        )
        return Results(query.text, total, order, tuple(hits), (*notes, *self._draft_notes(hits)))

    def _loose(self, found: Results, wish: Wish, limit: int) -> Results:
        """The best of any of a query's words, in the order of how well they fit."""
        loose = LooseSearch(self.connection, self.codebook, self._store())
        best = loose.some_words(wish, self._candidates(wish.rest, found.query))
        if not len(best.ids):
            return found
        best = replace(best, notes=(*best.notes, *did_you_mean(best.concepts)))
        return self._of_ranked(found.query, best, replace(wish, words=best.words), limit, ())

    def _alike(self, query: Query, wish: Wish, limit: int) -> Results:
        """What says something like a sentence; all other words of the query must be said."""
        parts = [Word(word) for word in wish.words] + ([wish.rest] if wish.rest else [])
        only = self._candidates(And(tuple(parts)) if parts else None, query.text)
        loose = LooseSearch(self.connection, self.codebook, self._store())
        best = loose.alike(wish, only)
        notes = (
            []
            if loose.store or best.notes
            else ["by words alone; 'vignette models fetch meaning' finds what is said in other words too"]
        )
        return self._of_ranked(query.text, best, wish, limit, notes)

    def _of_ranked(self, query: str, best: Ranked, wish: Wish, limit: int, notes: Sequence[str]) -> Results:
        ids = best.ids[:limit].tolist()
        sentences = " ".join(part.value for part in wish.sentences)
        words = [Word(word) for word in (*wish.words, *telling_words(sentences))]
        nodes = [*([Or(tuple(words))] if words else []), *([wish.rest] if wish.rest else [])]
        plan = (
            compile_plan(And(tuple(nodes)), Names(self.connection, self.codebook, query)) if nodes else Plan()
        )
        reader = Reader(self.connection)
        moments = reader.moments(ids, plan)
        sides = reader.sides([(id, id) for id in ids])
        hits = tuple(
            Hit((moments[id],), *sides[id, id], float(score), by)
            for id, score, by in zip(ids, best.scores[:limit], best.by[:limit], strict=True)
        )
        order = "likeness" if best.by and set(best.by) == {BY_MEANING} else "relevance"
        notes = (*notes, *best.notes, *self._draft_notes(hits))
        return Results(query, len(best.ids), order, hits, notes, best.concepts)

    def _candidates(self, node: Node | None, query: str) -> Candidates | None:
        """The utterances that fulfil a part of a query; None for no part, which all fulfil."""
        if node is None:
            return None
        plan = compile_plan(node, Names(self.connection, self.codebook, query))
        ids = self._all_ids(plan)
        sure = np.zeros(len(ids))
        if plan.concepts:
            sql = f"SELECT t.utterance, max(t.confidence) FROM tags t WHERE {plan.concepts.sql} GROUP BY t.utterance"
            held = dict(self.connection.execute(sql, plan.concepts.parameters))
            sure = np.array([held.get(id, 0.0) for id in ids.tolist()])
        return Candidates(ids, sure)

    def _store(self) -> Store | None:
        """The vectors of this index, None where there is no sentence encoder or none were made."""
        self.encoder = self.encoder or encoders.installed()
        store = Store.beside(self.path, self.encoder) if self.encoder else None
        return store if store and store.folder.is_dir() else None

    def _top_hits(self, plan: Plan, limit: int) -> tuple[int, str, list[tuple[int, float | None]]]:
        """How many hits there are, their order, and the ids and scores of the first."""
        if plan.match and plan.where:
            # Checking a text is what costs most; few enough candidates are checked and ranked in one go.
            candidates = self._scalar("SELECT count(*) FROM words WHERE words MATCH ?", [plan.match])
            if candidates <= MAX_RANKED_HITS:
                order, sql, parameters = ranked(plan, candidates)
                rows = self.connection.execute(sql, parameters).fetchall()
                return len(rows), order, rows[:limit]
        total = self._scalar(f"SELECT count(*) FROM {source(plan)}", parameters_of(plan))
        order, sql, parameters = ranked(plan, total)
        return total, order, self.connection.execute(f"{sql} LIMIT ?", [*parameters, limit]).fetchall()

    def _scalar(self, sql: str, parameters: list[object]) -> int:
        return int(self.connection.execute(sql, parameters).fetchone()[0])

    def _sequence(self, query: Query, limit: int) -> Results:
        found, gaps_ms, plans = self._chains(query)
        reader = Reader(self.connection)
        ids = found[:limit].tolist()
        moments = [reader.moments([row[at] for row in ids], plan) for at, plan in enumerate(plans)]
        sides = reader.sides([(row[0], row[-1]) for row in ids])
        hits = [
            Hit(tuple(moments[at][id] for at, id in enumerate(row)), *sides[row[0], row[-1]], -gap_ms / 1000)
            for row, gap_ms in zip(ids, gaps_ms[:limit].tolist(), strict=True)
        ]
        return Results(query.text, len(found), "closeness", tuple(hits), tuple(self._draft_notes(hits)))

    def _chains(self, query: Query) -> tuple[Places, Places, list[Plan]]:
        """The ids of all chains, shape (n, steps), closest first; their gaps in ms; the plan of each step."""
        plans = [self._plan(query, at) for at in range(len(query.steps))]
        ids = [self._all_ids(plan) for plan in plans]
        keys = [np.unique(some >> schema.ORDINAL_BITS) for some in ids]
        common = functools.reduce(np.intersect1d, keys)
        timeline = Timeline.load(self.connection, common)
        found = chains(timeline, [timeline.places(some) for some in ids], query.steps)
        return timeline.ids(found.places), found.gap_ms, plans

    def _all_ids(self, plan: Plan) -> Places:
        rows = self.connection.execute(f"SELECT u.id FROM {source(plan)}", parameters_of(plan))
        return np.fromiter(itertools.chain.from_iterable(rows), np.int64)

    def _spelling_notes(self, query: Query) -> Iterator[str]:
        """For words that are nowhere in the index, words that are and look alike."""
        vocabulary = Vocabulary(self.connection)
        words = parser.plain_words(query)
        telling = telling_words(" ".join(words))  # nobody misses a stop word among others
        for word in [w for w in words if folded(w) in telling] or words:
            if not vocabulary.has(word) and (like := vocabulary.similar(word)):
                yield f"nobody says '{word}'; did you mean {' or '.join(like)}?"

    def _draft_notes(self, hits: Sequence[Hit]) -> Iterator[str]:
        drafts = {m.video for h in hits for m in h.moments if m.draft}
        if drafts:
            yield f"draft, not verified by anybody: {', '.join(sorted(drafts))}"
