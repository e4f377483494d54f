"""Who is one person across recordings: whom a list of people or somebody's word names, and nobody else.

A voice that nobody named, that is only called by a role, or whose name was merely heard or read, is somebody else in each
recording.
"""

from __future__ import annotations

import re

from pipeline.formats.document.reader import Person

# Names that tell no person: what Vignette calls a voice that nobody named, and what transcripts call people by.
_NOBODYS_NAME = re.compile(
    r"(?i:(?:speaker|voice|person|participant|patient|client|member|interviewer|interviewee|respondent|moderator|therapist|"
    r"cotherapist|co-therapist|counsell?or|group leader|facilitator|narrator|announcer|host|guest|doctor|nurse|student|"
    r"man|woman|male|female|boy|girl|unknown)"
    r"(?:[ _-]*(?:\d+|[a-z]))?)|[A-Z]{1,2}\d*|\d+"  # initials: "T1", "JB"; "Jo" is a name
)


def is_one_everywhere(person: Person) -> bool:
    """Whether this name means the same person in every recording: a list of people or somebody's word gave it, and it is one."""
    return person.is_known and not is_nobodys(person)


def is_nobodys(person: Person) -> bool:
    """Whether the name tells no person."""
    return not person.name.strip() or bool(_NOBODYS_NAME.fullmatch(person.name.strip()))
