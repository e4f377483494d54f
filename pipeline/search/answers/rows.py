"""Result retrieval: read shown utterances back from the index, with speaker, place, marked words, evidence and context."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from pipeline.formats.document.reader import FLAGS
from pipeline.search.answers.results import Evidence, Line, Moment, scene_name
from pipeline.search.index.schema import DOCUMENT, ORDINAL_BITS
from pipeline.search.index.vocabulary import spoken_pattern
from pipeline.search.query.sql import Plan
from pipeline.words import folded

# Highlight marks (control characters): both are taken out of every text before it is indexed, so they cannot stand in one.
_OPEN, _CLOSE = "\x02", "\x03"
_MOMENT = f"""
SELECT u.id, d.name, d.title, u.label, coalesce(s.name, ''), coalesce(s.role, ''), coalesce(v.kind, ''),
       coalesce(v.number, 0), coalesce(v.title, ''), u.start_ms, u.end_ms, u.text, d.grade, d.draft
FROM utterances u
JOIN documents d ON d.key = {DOCUMENT}
LEFT JOIN speakers s ON s.id = u.speaker
LEFT JOIN vignettes v ON v.id = u.vignette
WHERE u.id IN (SELECT value FROM json_each(?))
"""
_MARKED = """
SELECT rowid, highlight(words, 0, ?, ?) FROM words
WHERE words MATCH ? AND rowid IN (SELECT value FROM json_each(?))
"""
_EVIDENCE = """
SELECT t.utterance, c.name, t.start_char, t.end_char, t.start_ms, t.end_ms, t.rule, t.confidence, t.negated,
       t.asked, t.quoted, t.hypothetical, t.about
FROM tags t JOIN concepts c ON c.id = t.concept
WHERE t.utterance IN (SELECT value FROM json_each(?)) AND {condition} ORDER BY t.utterance, t.nth
"""


class Reader:
    """Reads what is shown of a hit; only ever for the few that are shown."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def moments(self, ids: Sequence[int], plan: Plan) -> dict[int, Moment]:
        """The utterances by id, marked by what the plan looked for."""
        rows = self.connection.execute(_MOMENT, [_json_list(ids)]).fetchall()
        texts = {row[0]: row[11] for row in rows}
        marks, evidence = self.marks(texts, plan), self.evidence(texts, plan)
        return {row[0]: _moment(row, marks[row[0]], tuple(evidence.get(row[0], ()))) for row in rows}

    def marks(self, texts: dict[int, str], plan: Plan) -> dict[int, tuple[tuple[int, int], ...]]:
        """The spans of characters that the plan's words and phrases matched, by utterance."""
        found: dict[int, list[tuple[int, int]]] = {id: [] for id in texts}
        if plan.marks:
            for id, text in self.connection.execute(_MARKED, [_OPEN, _CLOSE, plan.marks, _json_list(texts)]):
                found[id] += _spans(text)
        for phrase in plan.phrases:
            pattern = spoken_pattern(phrase)
            for id, text in texts.items():
                found[id] += [m.span() for m in pattern.finditer(folded(text))]
        return {id: merged(spans) for id, spans in found.items()}

    def evidence(self, texts: dict[int, str], plan: Plan) -> dict[int, list[Evidence]]:
        """The concepts by utterance: those the query asked for, or all when it asked for none."""
        condition, parameters = "1", list[object]()
        if plan.concepts:
            condition, parameters = plan.concepts.sql, plan.concepts.parameters
        found: dict[int, list[Evidence]] = {}
        for row in self.connection.execute(
            _EVIDENCE.format(condition=condition), [_json_list(texts), *parameters]
        ):
            id, concept, first, last, start_ms, end_ms, rule, confidence, *flags, about = row
            words = texts[id][first:last]
            manner = frozenset(f for f, is_set in zip(FLAGS, flags, strict=True) if is_set)
            place = (first, last, start_ms, end_ms)
            found.setdefault(id, []).append(Evidence(concept, words, *place, rule, confidence, manner, about))
        return found

    def sides(
        self, ranges: Iterable[tuple[int, int]]
    ) -> dict[tuple[int, int], tuple[Line | None, Line | None]]:
        """The utterances right before the first and right after the last id of each range, in the same document."""
        ranges = list(ranges)
        wanted = [id for first, last in ranges for id in (first - 1, last + 1)]
        sql = (
            "SELECT u.id, coalesce(s.name, ''), u.start_ms, u.text FROM utterances u "
            "LEFT JOIN speakers s ON s.id = u.speaker WHERE u.id IN (SELECT value FROM json_each(?))"
        )
        lines = {row[0]: Line(*row[1:]) for row in self.connection.execute(sql, [_json_list(wanted)])}

        def beside(id: int, place: int) -> Line | None:
            return lines.get(place) if id >> ORDINAL_BITS == place >> ORDINAL_BITS else None

        return {(a, b): (beside(a, a - 1), beside(b, b + 1)) for a, b in ranges}


def _moment(row: tuple, marks: tuple[tuple[int, int], ...], evidence: tuple[Evidence, ...]) -> Moment:  # type: ignore[type-arg]
    id, video, title, label, speaker, role, kind, number, scene, start_ms, end_ms, text, grade, draft = row
    place = scene_name(kind, number)
    return Moment(
        video,
        title,
        label,
        speaker,
        role,
        place,
        scene,
        start_ms,
        end_ms,
        text,
        marks,
        evidence,
        grade,
        bool(draft),
        id=id,
    )


def _json_list(ids: Iterable[int]) -> str:
    return str(list(ids))


def _spans(highlighted: str) -> Iterator[tuple[int, int]]:
    """The marked spans of a text, counted without the marks."""
    at = 0
    for piece in highlighted.split(_OPEN):
        inside, close, outside = piece.partition(_CLOSE)
        if close:
            yield at, at + len(inside)
        at += len(inside) + len(outside)


def merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The spans in order, those that overlap made one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if found and first < found[-1][1]:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return tuple(found)
