"""Timeline lanes: where in each video the hits of a query are."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from pipeline.search.index.schema import DOCUMENT


@dataclass(frozen=True, slots=True)
class Place:
    """One utterance that was found: in which video, of which length, and when."""

    video: str
    title: str
    duration_ms: int
    start_ms: int
    end_ms: int


def places(
    connection: sqlite3.Connection, ids: str, parameters: list[object], limit: int
) -> tuple[Place, ...]:
    """The places of the utterances that the SQL `ids` lists, in order of video and time, at most `limit`."""
    sql = (
        "SELECT d.name, d.title, d.duration_ms, u.start_ms, u.end_ms FROM utterances u "
        f"JOIN documents d ON d.key = {DOCUMENT} WHERE u.id IN ({ids}) ORDER BY u.id LIMIT ?"
    )
    return tuple(Place(*row) for row in connection.execute(sql, [*parameters, limit]))
