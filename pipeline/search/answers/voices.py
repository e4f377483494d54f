"""Who says it: utterances of the people and roles that a plain question names come before those of others."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.roles import ROLES
from pipeline.search.answers.passages import Scores
from pipeline.search.index.schema import ORDINAL_BITS
from pipeline.search.index.timeline import Places
from pipeline.search.query.intent import Intent

# What an utterance counts by somebody else than the one who was named: where it names them or stands beside a word of theirs, and
# elsewhere; the same of the one who was spoken to; and of one by another role. Chosen: they come behind, and are shown.
_BESIDE_THEM, _BY_ANOTHER = 0.35, 0.15
_TO_THEM, _TO_ANOTHER = 1.0, 0.3
_OF_ANOTHER_ROLE = 0.4
# With a smaller factor, an utterance does not answer who was named.
LEAST_FACTOR = 0.5


def by_voice(connection: sqlite3.Connection, ids: Places, intent: Intent) -> Scores:
    """The factor of each utterance, in (0, 1]; 1 where nobody was named, and where nobody's role is known."""
    factor = np.ones(len(ids))
    if intent.speakers:
        theirs = _ids_of(connection, intent.speakers)
        near = np.where(_is_near(connection, ids, theirs, intent.speakers), _BESIDE_THEM, _BY_ANOTHER)
        factor *= np.where(np.isin(ids, theirs), 1.0, near)
    if intent.others:
        theirs = _ids_of(connection, intent.others)
        factor *= np.where(_is_near(connection, ids, theirs, intent.others), _TO_THEM, _TO_ANOTHER)
    if intent.role:
        factor *= np.where(_may_be(connection, ids, intent.role), 1.0, _OF_ANOTHER_ROLE)
    return factor


def _is_near(
    connection: sqlite3.Connection, ids: Places, theirs: Places, names: Sequence[str]
) -> NDArray[np.bool_]:
    """Whether an utterance stands beside one of theirs, or says their name."""
    sql = "SELECT rowid FROM words WHERE words MATCH ?"
    named = [row[0] for name in names for row in connection.execute(sql, (_in_text(name),))]
    near: NDArray[np.bool_] = np.isin(ids - 1, theirs) | np.isin(ids + 1, theirs) | np.isin(ids, named)
    return near


def _in_text(name: str) -> str:
    return '{text} : "' + name.replace('"', " ") + '"'


def _ids_of(connection: sqlite3.Connection, names: Sequence[str]) -> Places:
    """The utterances of people with these names, from the documents in which they are."""
    sql = (
        "SELECT u.id FROM speaker_names n JOIN speakers s ON s.id = n.speaker JOIN utterances u "
        f"ON u.id >= s.document << {ORDINAL_BITS} AND u.id < (s.document + 1) << {ORDINAL_BITS} AND u.speaker = s.id "
        "WHERE n.name IN (SELECT value FROM json_each(?)) ORDER BY u.id"
    )
    return np.fromiter((row[0] for row in connection.execute(sql, (json.dumps(names),))), np.int64)


def _may_be(connection: sqlite3.Connection, ids: Places, role: str) -> NDArray[np.bool_]:
    """Whether each utterance is by somebody who has this role, or of whom no role is known."""
    known = connection.execute("SELECT id, role_key FROM speakers WHERE role_key <> ''")
    counts_as = {id: ROLES.get(key, "") for id, key in known}
    rows = connection.execute(
        "SELECT id, speaker FROM utterances WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (str(ids.tolist()),),
    )
    return np.fromiter((counts_as.get(speaker, "") in ("", role) for _, speaker in rows), np.bool_, len(ids))
