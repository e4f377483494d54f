"""The decision that somebody watched a caption or all of the video, and what they saw, as digests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MaxLen

from pipeline.edits.bounds import STRICT, Text


@dataclass(frozen=True, slots=True)
class Watched:
    """What a reviewer saw, as digests: nothing of it can be read here, but what has changed since can be told and counted.

    `decisions` are the ids of those in the journal then; the rest is written by `pipeline.edits.watched`.
    """

    __pydantic_config__ = STRICT
    profile: Text = ""
    cues: tuple[Text, ...] = ()
    people: tuple[Text, ...] = ()
    parts: tuple[Text, ...] = ()
    findings: tuple[Text, ...] = ()
    decisions: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Somebody watched: a caption (the anchored words), or all of the video. `sha256` names the words that were seen, `seen`
    all else that they saw; None in journals of an earlier version."""

    __pydantic_config__ = STRICT
    of: Literal["cue", "video"]
    sha256: Annotated[str, MaxLen(64)] = ""
    seen: Watched | None = None
