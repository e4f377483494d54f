"""The roles that people have in a recording, and what each counts as in the clinical lexicon; a person may give another word."""

from __future__ import annotations

from pipeline.errors import nearest

ROLES: dict[str, str] = {
    "therapist": "therapist",
    "cotherapist": "therapist",
    "counselor": "therapist",
    "counsellor": "therapist",
    "facilitator": "therapist",
    "leader": "therapist",
    "client": "client",
    "patient": "client",
    "member": "client",
    "narrator": "narrator",
    "commentator": "narrator",
    "presenter": "narrator",
    "host": "narrator",
}
# So alike a word is a slip of the pen and no role of its own: "therepist". Chosen; the ratio of difflib.
_SLIP_LIKENESS = 0.8


def meant_role(role: str) -> str:
    """The known role that this word misspells; "" for a known one, for several of them ("clients"), and for another word."""
    word = role.strip().casefold()
    plain = word.replace("-", "")
    if " " in word or plain in ROLES or plain.removesuffix("s") in ROLES:
        return ""
    return next(iter(nearest(plain, ROLES, likeness=_SLIP_LIKENESS)), "")
