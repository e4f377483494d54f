"""Names as scripts write them outside of labels: above a speech, or beside a time, without a colon."""

from __future__ import annotations

import re

from pipeline.formats.readers import sounds
from pipeline.formats.readers.label_forms import may_be_name

_MAX_CHARS = 40  # with a role behind it; longer is a sentence
_MAX_WORDS = 5
# Words of a name that stand in small letters.
_PARTICLES = sounds.vocabulary("al and bin da de del della den der di du el ibn la le of ten ter van von y &")
# What people exclaim alone on a line, and nobody is called.
_EXCLAMATIONS = sounds.vocabulary(
    "ah alleluia alright amen aye bravo bye cheers goodbye goodnight hallelujah hello hey hi hurrah mhm mm no oh okay "
    "friday monday please right saturday silence sorry sunday sure thanks thursday tuesday uh um "
    "wednesday welcome well wow yeah yep"
)
# Words that stand in front of a spoken time: "We met at 10:30".
_BEFORE_TIMES = sounds.vocabulary(
    "about after and around at before between but by exactly for from in is it like nearly of on or past since so than that "
    "the then till to towards until was were"
)
_NUMBERED = re.compile(r"(?:speaker|spk|s|p|person|voice)[ _-]?(?:\d{1,3}|[A-Z])", re.I)
_TITLE = re.compile(r"\b(?:Dr|Prof|Mr|Mrs|Ms|Rev|St|Jr|Sr)\.(?:\s+|$)")
_FIRM = re.compile(r"\s(?:Ltd|Inc|Co|Corp|Bros|Assoc|Univ|Dept)\.$")  # at the end of an affiliation
_ROLE_BEHIND = re.compile(r"\s*[(\[][^()\[\]]{1,40}[)\]]$")


def bare(text: str) -> str:
    """The name without brackets around it, a role behind it "(she/her)", and signs between it and a time."""
    name = text.strip().strip("-–—•·|@,\t ").removesuffix(":").rstrip("-–—•·|@,\t ")
    if match := re.fullmatch(r"\[([^\[\]]+)\]|<([^<>]+)>", name):
        name = (match[1] or match[2]).strip()
    return _ROLE_BEHIND.sub("", name).strip()


def may_be(name: str) -> bool:
    """Whether the text could be a name at all: a few words that end like no sentence."""
    plain = _FIRM.sub("", _TITLE.sub("", name))
    return (
        0 < len(plain) <= _MAX_CHARS
        and len(plain.split()) <= _MAX_WORDS
        and (plain[0].isalpha() or plain[0] in "“\"'")
        and plain.split()[-1].casefold() not in _BEFORE_TIMES
        and not re.search(r"[.?!…;:]$|[?!;]|[.,:]\s.*[.,:]\s", plain)
    )


def is_sure(name: str) -> bool:
    """Whether the text has the form of a name: capitalised words, a role ("Interviewer", "Client 2"), or "S00"."""
    if not may_be(name):
        return False
    if sounds.names_role(name) or _NUMBERED.fullmatch(name):
        return True
    words = name.split()
    capital = all(w[0].isupper() or w[0].isdigit() or w.casefold() in _PARTICLES for w in words)
    first = words[0].casefold().strip(".,'’")
    return capital and words[0][0].isupper() and first not in _EXCLAMATIONS and may_be_name(name)
