"""The kinds of parts of a video that have a name of their own; a person may give a part any other word."""

from __future__ import annotations

import re
from typing import Literal, get_args

FoundKind = Literal["introduction", "vignette", "commentary", "closing"]
"""What Vignette itself finds."""
KnownKind = Literal[FoundKind, "other"]
"""What a sidecar may say."""

FOUND_KINDS: tuple[str, ...] = get_args(FoundKind)
KNOWN_KINDS: tuple[str, ...] = get_args(KnownKind)
# A part of which nothing else is known.
VIGNETTE = "vignette"

# What a title says that names each kind.
KIND_NAMES: dict[str, re.Pattern[str]] = {
    "introduction": re.compile(r"\b(introduction|welcome|overview)\b", re.I),
    "vignette": re.compile(r"\b(vignette|scene|session|role.?play)\b", re.I),
    "commentary": re.compile(r"\b(commentary|comment|discussion|debrief)\b", re.I),
    "closing": re.compile(r"\b(closing|conclusion|farewell|goodbye|summary|the end|credits)\b", re.I),
}
_NUMBER = r"(?:\d{1,3}|[ivxlc]{1,6}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_NUMBERED = re.compile(
    rf"(?:vignette|scene|act|chapter|part|session|module|episode|week|meeting|lesson|unit|commentary) {_NUMBER}"
    r"(?:\s?[:.–—-] ?[^.?!]{1,60})?",
    re.I,
)
_NAMED = re.compile(
    r"(?:the )?(?:introduction|overview|commentary|discussion|debrief(?:ing)?|conclusion|closing|summary)"
    r"(?: remarks| comments?)?(?P<more>\s?[:–—-] ?[^.?!]{1,60})?",
    re.I,
)
_SIGNS = "#*_[](){}<>=~ \t"


def kinds_named(title: str) -> frozenset[str]:
    """The kinds of part that a title names."""
    return frozenset(kind for kind, pattern in KIND_NAMES.items() if pattern.search(title))


def title_in(line: str) -> str:
    """The title of a part that this line is as a whole, without brackets and signs of headings; "" for any other line.

    "VIGNETTE 3: THE LETTER", "[Commentary]", "## Week 4" - but no sentence, and no line that only holds such words. In
    "Commentary: he waits" the word may be a speaker's label.
    """
    title = line.strip(_SIGNS)
    named = _NAMED.fullmatch(title)
    return title if _NUMBERED.fullmatch(title) or (named and (not named["more"] or is_set_off(line))) else ""


def is_set_off(line: str) -> bool:
    """Whether a line is written as a heading and not as speech: in brackets, behind a sign of headings, in capitals."""
    line = line.strip()
    return line[:1] in ("#", "[") or line.isupper()
