"""Sign-off: who watched all of a recording and found it right, when, and which bytes it was; and whether that still holds.

The signature is a decision in the journal. Its note names the SubRip file by its digest, so that whoever holds the file can
tell whether it is the one that was signed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any

from pipeline.commands.decide.desk import Desk
from pipeline.edits.ledger import State
from pipeline.edits.model import Decision
from pipeline.edits.replay import Replay
from pipeline.edits.reviewed import Reviewed
from pipeline.formats.writers import srt
from pipeline.transcript import Transcript

_NOTE = "the captions as SubRip, SHA-256 "
_NOTED = re.compile(re.escape(_NOTE) + "([0-9a-f]{64})")


def bytes_digest(transcript: Transcript) -> str:
    """The SHA-256, hexadecimal, of the SubRip file of a transcript as a run writes it."""
    return hashlib.sha256(srt.dumps(transcript).encode("utf-8", "replace")).hexdigest()


def signed(desk: Desk) -> Decision:
    """The decision that all of the video was watched and is right, with the bytes that it is about."""
    return replace(desk.maker.reviewed(), note=_NOTE + bytes_digest(desk.transcript))


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: who gave it and when (UTC), the digest of what was signed ("" in older journals), whether it holds, and
    in words what has changed since."""

    who: str
    at: str
    sha256: str
    holds: bool
    since: str

    def as_json(self) -> dict[str, Any]:
        return {
            "who": self.who,
            "at": self.at,
            "sha256": self.sha256,
            "holds": self.holds,
            "since": self.since,
        }


def signatures(transcript: Transcript, replay: Replay) -> list[Signature]:
    """All signatures that were not withdrawn, the latest first."""
    reviews = replay.reviews(transcript)
    found = []
    for standing in replay.report.standings:
        decision, value = standing.decision, standing.decision.value
        if isinstance(value, Reviewed) and value.of == "video" and standing.state is not State.WITHDRAWN:
            noted = _NOTED.search(decision.note)
            review = reviews.judged(decision, value)
            found.append(
                Signature(decision.who, decision.at, noted[1] if noted else "", review.holds, review.since)
            )
    return sorted(found, key=lambda s: s.at, reverse=True)
