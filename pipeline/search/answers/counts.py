"""Frequencies and co-occurrence: how hits divide by concept, speaker, vignette or video; which concepts occur near which."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipeline.errors import UsageError
from pipeline.search.answers.results import Count, scene_name
from pipeline.search.index.schema import DOCUMENT, ORDINAL_BITS

# The values of --count-by.
BY = ("concept", "speaker", "vignette", "video")
# Shown for utterances without a speaker.
_UNKNOWN_LABEL = "(nobody knows)"

# Each lists (group, name, kind, number, utterances), the first of which tells the groups apart; `{where}` is empty or picks the
# hits. A person is one in all documents where a list of people or somebody's word says so, else one in each.
_QUERIES = {
    "concept": """
        SELECT c.name, c.name, '', 0, count(DISTINCT t.utterance)
        FROM tags t JOIN concepts c ON c.id = t.concept {where} GROUP BY 1""",
    "speaker": f"""
        SELECT coalesce(nullif(s.person, ''), '#' || s.id, '-'), min(coalesce(nullif(s.name, ''), s.label, '')),
               min(d.name), 0, count(*)
        FROM utterances u JOIN documents d ON d.key = {DOCUMENT}
        LEFT JOIN speakers s ON s.id = u.speaker {{where}} GROUP BY 1""",
    "vignette": f"""
        SELECT '', d.name, coalesce(v.kind, ''), coalesce(v.number, 0), count(*)
        FROM utterances u JOIN documents d ON d.key = {DOCUMENT}
        LEFT JOIN vignettes v ON v.id = u.vignette {{where}} GROUP BY 2, 3, 4""",
    "video": f"""
        SELECT d.name, d.name, '', 0, count(*)
        FROM utterances u JOIN documents d ON d.key = {DOCUMENT} {{where}} GROUP BY 1""",
}


def count_by(
    connection: sqlite3.Connection, by: str, ids: str, parameters: list[object], drafts: bool = True
) -> tuple[Count, ...]:
    """Group by `by` the utterances that the SQL `ids` lists, each group with its size in the whole index, or in all but its
    drafts.

    Raises UsageError for a `by` that does not exist.
    """
    if by not in BY:
        raise UsageError(f"--count-by knows {', '.join(BY)}, not '{by}'", "choose one of these")
    row = "t.utterance" if by == "concept" else "u.id"
    hits = connection.execute(_QUERIES[by].format(where=f"WHERE {row} IN ({ids})"), parameters).fetchall()
    sound = "" if drafts else f"WHERE {not_draft(row)}"
    whole = {_group(r): r for r in connection.execute(_QUERIES[by].format(where=sound))}
    shown = Counter(r[1] for r in whole.values())
    counts = []
    for row in hits:
        if (group := _group(row)) in whole:
            name, kind, number = row[1:4]
            counts.append(Count(_label(by, name, kind, number, shown[name] > 1), row[4], whole[group][4]))
    return tuple(sorted(counts, key=lambda c: (-c.hits, c.value)))


def not_draft(id: str) -> str:
    """The SQL condition that an utterance's document is no draft."""
    return f"({id} >> {ORDINAL_BITS}) NOT IN (SELECT key FROM documents WHERE draft)"


def _group(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[0] or row[1:4]


def _label(by: str, name: str, kind: str, number: int, is_shared: bool) -> str:
    if by == "vignette":
        return f"{name}, {scene_name(kind, number) or 'outside of vignettes'}"
    return f"{kind}: {name}" if name and kind and is_shared else name or _UNKNOWN_LABEL


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """Co-occurrence table: `near[a][b]` counts the utterances with concept `a` that have `b` near.

    Near means: in the same utterance, or in one of the same video that starts at most `within_ms` after its
    end, or ends at most that long before its start. With 0 only the same utterance counts, and the table is
    symmetric. `total[a]` counts the utterances with `a`.
    """

    within_ms: int
    total: dict[str, int]
    near: dict[str, dict[str, int]]

    def as_json(self) -> dict[str, Any]:
        """The table as plain JSON values."""
        return {"within_ms": self.within_ms, "total": self.total, "near": self.near}


@dataclass(slots=True)
class _TaggedUtterance:
    start_ms: int
    end_ms: int
    concepts: set[str]


def cooccurrence(
    connection: sqlite3.Connection, within_ms: int, ids: str = "", parameters: list[object] | None = None
) -> Cooccurrence:
    """Compute the table over all tagged utterances, or over those that the SQL `ids` lists; `within_ms` milliseconds."""
    only = f"WHERE t.utterance IN ({ids})" if ids else ""
    sql = (
        "SELECT u.id, u.start_ms, u.end_ms, c.name FROM tags t JOIN utterances u ON u.id = t.utterance "
        f"JOIN concepts c ON c.id = t.concept {only} ORDER BY u.id"
    )
    documents: dict[int, dict[int, _TaggedUtterance]] = {}
    for id, start_ms, end_ms, concept in connection.execute(sql, parameters or []):
        places = documents.setdefault(id >> ORDINAL_BITS, {})
        places.setdefault(id, _TaggedUtterance(start_ms, end_ms, set())).concepts.add(concept)
    names = sorted({c for places in documents.values() for p in places.values() for c in p.concepts})
    total = dict.fromkeys(names, 0)
    near = {a: dict.fromkeys(names, 0) for a in names}
    for places in documents.values():
        _count_document(list(places.values()), within_ms, total, near)
    return Cooccurrence(within_ms, total, near)


def _count_document(
    places: list[_TaggedUtterance], within_ms: int, total: dict[str, int], near: dict[str, dict[str, int]]
) -> None:
    """Add one document; `places` in order of their start."""
    longest_ms = max((p.end_ms - p.start_ms for p in places), default=0)
    low = 0
    for number, here in enumerate(places):
        around = set(here.concepts)
        if within_ms:
            while places[low].start_ms + longest_ms + within_ms < here.start_ms:
                low += 1
            for other in places[low:number]:
                if here.start_ms - other.end_ms <= within_ms:
                    around |= other.concepts
            for other in places[number + 1 :]:
                if other.start_ms - here.end_ms > within_ms:
                    break
                around |= other.concepts
        for a in here.concepts:
            total[a] += 1
            for b in around:
                near[a][b] += 1
