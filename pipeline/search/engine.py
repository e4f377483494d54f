"""Search engine: ranked search, counts, concordance and co-occurrence over one open index."""

from __future__ import annotations

import functools
import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np

from pipeline.concepts import codebook
from pipeline.concepts.codebook import Codebook
from pipeline.errors import QueryError
from pipeline.search.answers.concordance import CONTEXT_WORDS, MAX_UTTERANCES, Concordance, concordance
from pipeline.search.answers.counts import Cooccurrence, cooccurrence, count_by
from pipeline.search.answers.results import Count, Hit, Results
from pipeline.search.answers.rows import Reader
from pipeline.search.answers.sequences import chains
from pipeline.search.index import build, schema, seal
from pipeline.search.index.timeline import Places, Timeline
from pipeline.search.index.vocabulary import Vocabulary, spoken
from pipeline.search.index.write import Built, Progress
from pipeline.search.query import parser
from pipeline.search.query.names import Names
from pipeline.search.query.parser import LIMIT, Query
from pipeline.search.query.sql import Plan, compile_plan
from pipeline.words import name_key

# More hits than this are not scored but given in order of time: nobody reads by rank what ten thousand
# utterances say, and scoring them would take a second.
MAX_RANKED_HITS = 10_000
# BM25 weights of the columns `text` and `place` of the table `words`: a word in the title of the video or the vignette counts
# less than one in the utterance. No measurement is recorded.
_COLUMN_WEIGHTS = "1.0, 0.3"


class Index:
    """A search index, open for reading; use it in a `with` block, or close it.

    Raises IndexFileError when the index is missing, damaged or of another version.
    """

    def __init__(self, path: Path, codes: Codebook | None = None) -> None:
        self.path = path
        self.codebook = codebook.load() if codes is None else codes
        self.connection = schema.open_to_read(path)
        if seal.is_damaged(path):
            self.connection.close()
            raise seal.damaged(path)
        self.connection.create_function("spoken", 2, spoken, deterministic=True)
        self.connection.create_function("fold", 1, name_key, deterministic=True)

    @classmethod
    def of(cls, folder: Path, codes: Codebook | None = None) -> Index:
        """The index of a folder of documents, built by `update`."""
        return cls(build.index_of(folder), codes)

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

    def search(self, query: str, limit: int = LIMIT) -> Results:
        """The best `limit` hits of a query, and how many there are. Raises QueryError, IndexFileError."""
        with self._transaction():
            parsed = parser.parse(query)
            return self._sequence(parsed, limit) if len(parsed.steps) > 1 else self._plain(parsed, limit)

    def count(self, query: str, by: str) -> tuple[Count, ...]:
        """How the hits of a query divide `by` "concept", "speaker", "vignette" or "video"; most first.

        Of a sequence its first utterances are counted. Raises QueryError, IndexFileError.
        """
        with self._transaction():
            return count_by(self.connection, by, *self._hit_ids_sql(parser.parse(query)))

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
            sql = f"SELECT u.id FROM {_source(plan)} ORDER BY u.id LIMIT ?"
            rows = self.connection.execute(sql, [*_parameters(plan), MAX_UTTERANCES + 1])
            return concordance(self.connection, query, [row[0] for row in rows], plan, sort, context, limit)

    def cooccurrence(self, within_ms: int, query: str = "") -> Cooccurrence:
        """How often which concepts occur near each other, in everything or in the hits of a query.

        Raises QueryError, IndexFileError.
        """
        with self._transaction():
            only = self._hit_ids_sql(parser.parse(query)) if query else ("", [])
            return cooccurrence(self.connection, within_ms, *only)

    def _hit_ids_sql(self, query: Query) -> tuple[str, list[object]]:
        """SQL that lists the ids of all hits, with its parameters."""
        if len(query.steps) > 1:
            return "SELECT value FROM json_each(?)", [str(self._chains(query)[0][:, 0].tolist())]
        plan = self._plan(query, 0)
        return f"SELECT u.id FROM {_source(plan)}", _parameters(plan)

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

    def _top_hits(self, plan: Plan, limit: int) -> tuple[int, str, list[tuple[int, float | None]]]:
        """How many hits there are, their order, and the ids and scores of the first."""
        if plan.match and plan.where:
            # Checking a text is what costs most; few enough candidates are checked and ranked in one go.
            candidates = self._scalar("SELECT count(*) FROM words WHERE words MATCH ?", [plan.match])
            if candidates <= MAX_RANKED_HITS:
                order, sql, parameters = _ranked(plan, candidates)
                rows = self.connection.execute(sql, parameters).fetchall()
                return len(rows), order, rows[:limit]
        total = self._scalar(f"SELECT count(*) FROM {_source(plan)}", _parameters(plan))
        order, sql, parameters = _ranked(plan, total)
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
        rows = self.connection.execute(f"SELECT u.id FROM {_source(plan)}", _parameters(plan))
        return np.fromiter(itertools.chain.from_iterable(rows), np.int64)

    def _spelling_notes(self, query: Query) -> Iterator[str]:
        """For words that are nowhere in the index, words that are and look alike."""
        vocabulary = Vocabulary(self.connection)
        for word in parser.plain_words(query):
            if not vocabulary.has(word) and (like := vocabulary.similar(word)):
                yield f"nobody says '{word}'; did you mean {' or '.join(like)}?"

    def _draft_notes(self, hits: Sequence[Hit]) -> Iterator[str]:
        drafts = {m.video for h in hits for m in h.moments if m.draft}
        if drafts:
            yield f"draft, not verified by anybody: {', '.join(sorted(drafts))}"


def _source(plan: Plan) -> str:
    """FROM and WHERE of a plan; the utterance's row is named `u` whether it is joined or not."""
    where = [f"({plan.sql})"] if plan.where else []
    if not plan.match:
        return f"utterances u WHERE {' AND '.join(where) or '1'}"
    if not plan.where:
        return "(SELECT rowid AS id FROM words WHERE words MATCH ?) u"
    return f"words JOIN utterances u ON u.id = words.rowid WHERE {' AND '.join(['words MATCH ?', *where])}"


def _parameters(plan: Plan) -> list[object]:
    return [*([plan.match] if plan.match else []), *plan.parameters]


def _ranked(plan: Plan, total: int) -> tuple[str, str, list[object]]:
    """The order of the hits, and SQL for their ids and scores in it, with its parameters."""
    if plan.match and total <= MAX_RANKED_HITS:
        tables = "words JOIN utterances u ON u.id = words.rowid" if plan.where else "words"
        where = " AND ".join(["words MATCH ?", *([plan.sql] if plan.where else [])])
        columns = f"words.rowid, -bm25(words, {_COLUMN_WEIGHTS}) AS score"
        sql = f"SELECT {columns} FROM {tables} WHERE {where} ORDER BY score DESC, words.rowid"
        return "relevance", sql, [plan.rank, *plan.parameters]
    if plan.match or not (plan.concepts or plan.positive_words):
        return "time", f"SELECT u.id, NULL FROM {_source(plan)} ORDER BY u.id", _parameters(plan)
    return _scored(plan)


def _scored(plan: Plan) -> tuple[str, str, list[object]]:
    """As `_ranked`, for hits that words alone do not find: what words there are score, and the tags'
    confidence.
    """
    columns, tables, given = [], "", list[object]()
    if plan.positive_words:
        tables = "WITH r AS MATERIALIZED (SELECT rowid AS id, -bm25(words, 1.0, 0.0) AS score FROM words WHERE words MATCH ?) "
        columns.append("coalesce(r.score, 0)")
        given.append(plan.positive_words)
    if plan.concepts:
        confidence = f"SELECT max(confidence) FROM tags t WHERE t.utterance = u.id AND {plan.concepts.sql}"
        columns.append(f"coalesce(({confidence}), 0)")
        given += plan.concepts.parameters
    source = f"utterances u {'LEFT JOIN r ON r.id = u.id ' if plan.positive_words else ''}WHERE {plan.sql}"
    sql = f"{tables}SELECT u.id, {' + '.join(columns)} AS score FROM {source} ORDER BY score DESC, u.id"
    return "relevance" if plan.positive_words else "confidence", sql, [*given, *plan.parameters]
