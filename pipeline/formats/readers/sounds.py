"""Non-speech text by its vocabulary: bracketed sounds, roles and credits, for English, by rules that are kept simple."""

from __future__ import annotations

import re


def vocabulary(text: str) -> frozenset[str]:
    """The words of a text, as a set to look words up in."""
    return frozenset(text.split())


# Stems of words that captions use for sounds and for what cannot be understood, as regular expressions; each may
# carry one of the endings.
_STEMS = vocabulary(
    "applau[sd] audience background bark bang beep bell bird bleep breath buzz chatter cheer chime chirp "
    "chuckl clap clatter clears? clearing click cough crash cries cry crying crosstalk cross-talk crowd "
    "creak door echo engine exhal fad(?:e|es|ing) footstep gasp giggl groan grunt gulp hiss horn hum hums "
    "humming inaudib inhal indistinct knock laugh loud microphone moan mumbl murmur mutter music noise "
    "nois overlapping paus phone rain ring rings ringing rustl scoff scrap scream screech shuffl shush "
    "sigh silen sing sings singing siren slam smack snap sniff snif snor snort sob soft sound speak "
    "speech splash squeak stammer static step stutter tap taps tapping tear[sy] tearful theme throat thud "
    "thump thunder tick ticking traffic unclear unintelligib vehicle wail weep wheez whimper whisper "
    "whistl whoosh wind yawn yell"
)
_ENDINGS = "s|es|e|ed|er|ers|ing|ingly|ter|y|ly|ible|able|ance|ence|t|ce|cing|ation"
_SOUND = re.compile(rf"\b(?:{'|'.join(sorted(_STEMS))})(?:{_ENDINGS})?\b", re.IGNORECASE)

# What people are called by their part in a recording of a group, a lesson or an interview.
_ROLES = vocabulary(
    "all announcer boy child client clients clinician commentary commentator cotherapist co-therapist "
    "counsellor counselor doctor everyone facilitator female girl group host interviewer interviewee "
    "leader male man member men moderator narration narrator nurse operator participant patient person "
    "presenter psychologist speaker student supervisor teacher therapist trainer voice voiceover woman "
    "women"
)
_MAX_CREDIT_CHARS = 200  # a longer line is talk about credits
_CREDIT = re.compile(
    r"""^\W*(?:
      (?:(?:closed[\s-])?caption(?:s|ed|ing)?|subtitle[sd]?|subtitling|transcri(?:pt|bed|ption)|translat(?:ed|ion)|
         subs?|resync(?:ed)?|sync(?:ed|hroni[sz]ed)?|encoded|ripped|edited|timed|adapted)
         (?:\s+(?:and|&)\s+\w+)?\s*(?:by\b|:|©)
      | sync\s*(?:&|and)\s*correct
      | copyright\s*(?:©|\(c\)|by\b|\d{4})
      | (?:©|\(c\)\s*(?=(?:19|20)\d\d))
      | (?:(?:©|\(c\)|copyright)?\s*\d{4}\s+)?all\s+rights\s+reserved\b
      | (?:https?://|www\.)\S+\W*$
      | (?:visit\s+)?(?:\S+\.)?(?:opensubtitles|addic7ed|amara|subscene|podnapisi)\.\w+
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def names_sound(content: str) -> bool:
    """Whether bracketed text names a sound: it holds a word that captions use for sounds, or no letter at all."""
    return bool(_SOUND.search(content)) or not any(c.isalpha() for c in content)


def names_role(content: str) -> bool:
    """Whether every word is a role or a number: "Client 2", "Male narrator"."""
    words = [w for w in re.split(r"[\s.#]+", content.casefold()) if w]
    roles = [w in _ROLES for w in words if not w.isdigit()]
    return bool(roles) and all(roles)


def is_credit(line: str) -> bool:
    """Whether the line is a credit that nobody speaks: who captioned it, whose copyright it is, an address alone."""
    return len(line) <= _MAX_CREDIT_CHARS and bool(_CREDIT.match(line))
