"""Ranking in SQL: where the hits of a plan come from, and in which order they stand."""

from __future__ import annotations

from pipeline.search.query.sql import Plan

# More hits than this are not scored but given in order of time: nobody reads by rank what ten thousand
# utterances say, and scoring them would take a second.
MAX_RANKED_HITS = 10_000
# BM25 weights of the columns `text` and `place` of the table `words`: a word in the title of the video or the vignette counts
# less than one in the utterance. No measurement is recorded.
_COLUMN_WEIGHTS = "1.0, 0.3"


def source(plan: Plan) -> str:
    """FROM and WHERE of a plan; the utterance's row is named `u` whether it is joined or not."""
    where = [f"({plan.sql})"] if plan.where else []
    if not plan.match:
        return f"utterances u WHERE {' AND '.join(where) or '1'}"
    if not plan.where:
        return "(SELECT rowid AS id FROM words WHERE words MATCH ?) u"
    return f"words JOIN utterances u ON u.id = words.rowid WHERE {' AND '.join(['words MATCH ?', *where])}"


def parameters_of(plan: Plan) -> list[object]:
    """The parameters of `source`."""
    return [*([plan.match] if plan.match else []), *plan.parameters]


def ranked(plan: Plan, total: int) -> tuple[str, str, list[object]]:
    """The order of the hits, and SQL for their ids and scores in it, with its parameters."""
    if plan.match and total <= MAX_RANKED_HITS:
        tables = "words JOIN utterances u ON u.id = words.rowid" if plan.where else "words"
        where = " AND ".join(["words MATCH ?", *([plan.sql] if plan.where else [])])
        columns = f"words.rowid, -bm25(words, {_COLUMN_WEIGHTS}) AS score"
        sql = f"SELECT {columns} FROM {tables} WHERE {where} ORDER BY score DESC, words.rowid"
        return "relevance", sql, [plan.rank, *plan.parameters]
    if plan.match or not (plan.concepts or plan.positive_words):
        return "time", f"SELECT u.id, NULL FROM {source(plan)} ORDER BY u.id", parameters_of(plan)
    return _scored(plan)


def _scored(plan: Plan) -> tuple[str, str, list[object]]:
    """As `ranked`, for hits that words alone do not find: what words there are score, and the tags'
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
