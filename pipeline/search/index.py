"""The index as a researcher asks it: search, count, concordance, co-occurrence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from pipeline.search import building, codebook, language, storage
from pipeline.search.building import Built, Progress
from pipeline.search.codebook import Codebook
from pipeline.search.compiling import Plan, compile_plan
from pipeline.search.concordance import CONTEXT_WORDS, MOST_UTTERANCES, Concordance, concordance
from pipeline.search.counting import Cooccurrence, cooccurrence, count_by
from pipeline.search.errors import QueryError
from pipeline.search.language import LIMIT, Query
from pipeline.search.naming import Names
from pipeline.search.reading import Reader
from pipeline.search.results import Count, Hit, Results
from pipeline.search.sequences import Candidate, Chain, chains
from pipeline.search.vocabulary import Vocabulary, spoken

# More hits than this are not scored but given in order of time: nobody reads by rank what ten thousand
# utterances say, and scoring them would take a second.
RANKED_MOST = 10_000
# How little a word in the title or the vignette's title counts beside one in the utterance.
_WEIGHTS = "1.0, 0.3"


class Index:
    """A search index, open for reading; use it in a `with` block, or close it.

    Raises IndexFileError when the index is missing, damaged or of another version.
    """

    def __init__(self, path: Path, codes: Codebook | None = None) -> None:
        self.path = path
        self.codebook = codebook.load() if codes is None else codes
        self.connection = storage.open_to_read(path)
        self.connection.create_function("spoken", 2, spoken, deterministic=True)
        self.connection.create_function("fold", 1, building.fold, deterministic=True)

    @classmethod
    def of(cls, folder: Path, codes: Codebook | None = None) -> Index:
        """The index of a folder of documents, built by `update`."""
        return cls(building.index_of(folder), codes)

    @staticmethod
    def update(folder: Path, rebuild: bool = False, progress: Progress | None = None) -> Built:
        """Bring the index of a folder up to date, or build it; see `pipeline.search.building.update`."""
        return building.update(folder, rebuild=rebuild, progress=progress)

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(self, query: str, limit: int = LIMIT) -> Results:
        """The best `limit` hits of a query, and how many there are. Raises QueryError, IndexFileError."""
        with self._asking():
            parsed = language.parse(query)
            return self._sequence(parsed, limit) if len(parsed.steps) > 1 else self._plain(parsed, limit)

    def count(self, query: str, by: str) -> tuple[Count, ...]:
        """How the hits of a query divide `by` "concept", "speaker", "vignette" or "video"; most first.

        Of a sequence its first utterances are counted. Raises QueryError, IndexFileError.
        """
        with self._asking():
            return count_by(self.connection, by, *self._ids(language.parse(query)))

    def concordance(
        self, query: str, sort: str = "place", context: int = CONTEXT_WORDS, limit: int = 100
    ) -> Concordance:
        """Every place where the words of a query are said, with `context` words left and right of it.

        Raises QueryError (also when the query holds no word), UsageError, IndexFileError.
        """
        with self._asking():
            parsed = language.parse(query)
            plan = self._plan(parsed, 0)
            if len(parsed.steps) > 1 or not (plan.marks or plan.phrases):
                raise QueryError("a concordance needs a word", 'or "a phrase", or relaps*', query=query)
            sql = f"SELECT u.id FROM {_source(plan)} ORDER BY u.id LIMIT ?"
            rows = self.connection.execute(sql, [*_parameters(plan), MOST_UTTERANCES + 1])
            return concordance(self.connection, query, [row[0] for row in rows], plan, sort, context, limit)

    def cooccurrence(self, within_ms: int, query: str = "") -> Cooccurrence:
        """How often which concepts occur near each other, in everything or in the hits of a query.

        Raises QueryError, IndexFileError.
        """
        with self._asking():
            only = self._ids(language.parse(query)) if query else ("", [])
            return cooccurrence(self.connection, within_ms, *only)

    def _ids(self, query: Query) -> tuple[str, list[object]]:
        """SQL that lists the ids of all hits, with its parameters."""
        if len(query.steps) > 1:
            ids = [c.ids[0] for c in self._chains(query)[0]]
            return "SELECT value FROM json_each(?)", [str(ids)]
        plan = self._plan(query, 0)
        return f"SELECT u.id FROM {_source(plan)}", _parameters(plan)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """One reading transaction, so that all of an answer comes from the same state of the index."""
        try:
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            raise storage.damaged(self.path, error) from None

    def _plan(self, query: Query, step: int) -> Plan:
        return compile_plan(query.steps[step].node, Names(self.connection, self.codebook, query.text))

    def _plain(self, query: Query, limit: int) -> Results:
        plan = self._plan(query, 0)
        total = self.connection.execute(
            f"SELECT count(*) FROM {_source(plan)}", _parameters(plan)
        ).fetchone()[0]
        order, sql, parameters = _ranked(plan, total)
        rows = self.connection.execute(f"{sql} LIMIT ?", [*parameters, limit]).fetchall()
        reader = Reader(self.connection)
        moments = reader.moments([row[0] for row in rows], plan)
        sides = reader.sides([(row[0], row[0]) for row in rows])
        hits = [Hit((moments[id],), *sides[id, id], score) for id, score in rows]
        many = f"more than {RANKED_MOST:,} hits: in order of time, not ranked"
        notes = [many] if order == "time" and plan.match else [] if total else list(self._misspelt(query))
        return Results(query.text, total, order, tuple(hits), (*notes, *self._drafts(hits)))

    def _sequence(self, query: Query, limit: int) -> Results:
        found, plans = self._chains(query)
        shown = found[:limit]
        reader = Reader(self.connection)
        moments = [reader.moments([c.ids[at] for c in shown], plan) for at, plan in enumerate(plans)]
        sides = reader.sides([(c.ids[0], c.ids[-1]) for c in shown])
        hits = [
            Hit(
                tuple(moments[at][id] for at, id in enumerate(c.ids)),
                *sides[c.ids[0], c.ids[-1]],
                -c.gap_ms / 1000,
            )
            for c in shown
        ]
        return Results(query.text, len(found), "closeness", tuple(hits), tuple(self._drafts(hits)))

    def _chains(self, query: Query) -> tuple[list[Chain], list[Plan]]:
        plans = [self._plan(query, at) for at in range(len(query.steps))]
        candidates = [list(self._candidates(plan)) for plan in plans]
        return chains(candidates, query.steps), plans

    def _candidates(self, plan: Plan) -> Iterator[Candidate]:
        columns = "u.id, u.start_ms, u.end_ms, u.speaker, u.vignette"
        sql = f"SELECT {columns} FROM {_source(plan, join=True)} ORDER BY u.id"
        return map(Candidate._make, self.connection.execute(sql, _parameters(plan)))

    def _misspelt(self, query: Query) -> Iterator[str]:
        """For words that are nowhere in the index, words that are and look alike."""
        vocabulary = Vocabulary(self.connection)
        for word in language.plain_words(query):
            if not vocabulary.has(word) and (like := vocabulary.like(word)):
                yield f"nobody says '{word}'; did you mean {' or '.join(like)}?"

    def _drafts(self, hits: Sequence[Hit]) -> Iterator[str]:
        drafts = {m.video for h in hits for m in h.moments if m.draft}
        if drafts:
            yield f"draft, not verified by anybody: {', '.join(sorted(drafts))}"


def _source(plan: Plan, join: bool = False) -> str:
    """FROM and WHERE of a plan; the utterance's row is named `u` whether it is joined or not."""
    where = [f"({plan.sql})"] if plan.where else []
    if not plan.match:
        return f"utterances u WHERE {' AND '.join(where) or '1'}"
    if not plan.where and not join:
        return "(SELECT rowid AS id FROM words WHERE words MATCH ?) u"
    return f"words JOIN utterances u ON u.id = words.rowid WHERE {' AND '.join(['words MATCH ?', *where])}"


def _parameters(plan: Plan) -> list[object]:
    return [*([plan.match] if plan.match else []), *plan.parameters]


def _ranked(plan: Plan, total: int) -> tuple[str, str, list[object]]:
    """The order of the hits, and SQL for their ids and scores in it, with its parameters."""
    if plan.match and total <= RANKED_MOST:
        tables = "words JOIN utterances u ON u.id = words.rowid" if plan.where else "words"
        where = " AND ".join(["words MATCH ?", *([plan.sql] if plan.where else [])])
        columns = f"words.rowid, -bm25(words, {_WEIGHTS}) AS score"
        sql = f"SELECT {columns} FROM {tables} WHERE {where} ORDER BY score DESC, words.rowid"
        return "relevance", sql, [plan.rank, *plan.parameters]
    if plan.match or not (plan.concepts or plan.positive_words):
        return "time", f"SELECT u.id, NULL FROM {_source(plan)} ORDER BY u.id", _parameters(plan)
    scores, given = [], list[object]()
    if plan.positive_words:
        scores.append("(SELECT -bm25(words, 1.0, 0.0) FROM words WHERE words MATCH ? AND rowid = u.id)")
        given.append(plan.positive_words)
    if plan.concepts:
        scores.append(
            f"(SELECT max(confidence) FROM tags t WHERE t.utterance = u.id AND {plan.concepts.sql})"
        )
        given += plan.concepts.parameters
    score = " + ".join(f"coalesce({s}, 0)" for s in scores)
    order = "relevance" if plan.positive_words else "confidence"
    return (
        order,
        f"SELECT u.id, {score} AS score FROM {_source(plan)} ORDER BY score DESC, u.id",
        [*given, *_parameters(plan)],
    )
