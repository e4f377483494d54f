"""The kinds of parts of a video that have a name of their own; a person may give a part any other word."""

from __future__ import annotations

from typing import Literal, get_args

FoundKind = Literal["introduction", "vignette", "commentary", "closing"]
"""What Vignette itself finds."""
KnownKind = Literal[FoundKind, "other"]
"""What a sidecar may say."""

FOUND_KINDS: tuple[str, ...] = get_args(FoundKind)
KNOWN_KINDS: tuple[str, ...] = get_args(KnownKind)
# A part of which nothing else is known.
VIGNETTE = "vignette"
