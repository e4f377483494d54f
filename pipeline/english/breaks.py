"""Linguistic line breaking of English captions: sentence ends, clause ends, and words that must not be parted.

The three style guides agree (Netflix General Requirements §4, BBC §3.4, DCMP Text), so this is one rule for all profiles:
break after punctuation, before a conjunction, before a preposition; never between article and noun, preposition and phrase,
pronoun and verb, auxiliary and verb, title and name, number and what it counts. Closed word classes are lists; open ones
would need a part-of-speech tagger, and none is used.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache

from pipeline.words import bare_word


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ARTICLES = _words("a an the this that these those my your his her its our their every each no some any")
PREPOSITIONS = _words(
    "of in on at to for with by from about into onto over under between through during before after without "
    "within against among around behind beside beyond toward towards upon across along despite except like "
    "near off past since than till until unlike via"
)
CONJUNCTIONS = _words(
    "and or but nor so because if when whenever that which who whom whose where while although though unless "
    "whereas whether as since until before after once why how what"
)
SUBJECTS = _words("i you he she it we they there")
AUXILIARIES = _words(
    "is are was were am be been being have has had having do does did will would can could should may might "
    "must shall not never gonna wanna gotta"
)
TITLES = _words("dr mr mrs ms prof professor sir st sgt capt rev")
_NUMBERS = _words(
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty "
    "hundred thousand million first second third few couple several"
)
# "it", "you", "her", "that" end a phrase as readily as they begin one: not to be parted only when a verb may follow.
_SUBJECT_OR_OBJECT = _words("it you her that this these those some any")
_OBJECTS = _words("me him us them")  # object pronouns alone: they belong to the word before them
# Adverbs of time and place, before which the phrase of a pronoun ends: "I'll call you | tomorrow".
_ADVERBS = _words(
    "today tomorrow tonight yesterday now again then too here there back later soon well instead anyway"
)
_CONTRACTED_ENDINGS = ("n't", "'m", "'re", "'ve", "'ll", "'d")
_ABBREVIATIONS = TITLES | _words(
    "e.g i.e etc vs no vol fig ca cf jr sr inc ltd dept approx p.m a.m u.s u.k ph.d m.d"
)
# Abbreviations that end a sentence when a capital follows; the titles never do.
_SENTENCE_FINAL_ABBREVIATIONS = _words("etc jr sr inc ltd p.m a.m u.s u.k ph.d m.d no")
_CLOSING_MARKS = "\"'”’)]»*_"
_OPENING_MARKS = "\"'“‘([«¿¡-–—*_"


class Junction(IntEnum):
    """The kind of place between two neighbouring words, by how well a break reads there, from best to worst."""

    SENTENCE = 0  # after . ? ! or a trailing …
    CLAUSE = 1  # after , ; : or a dash
    CONJUNCTION = 2  # before and, because, which ...
    PREPOSITION = 3  # before of, with, into ...
    PREDICATE = 4  # between a subject and its auxiliary: the group | will begin
    PLAIN = 5  # anywhere else
    TORN = 6  # article|noun, preposition|phrase, pronoun|verb, auxiliary|verb, title|name, number|unit


def is_sentence_end(text: str, following: str = "") -> bool:
    """Whether a written word ends a sentence; `following` settles abbreviations ("at 5 p.m. We left").

    A trailing "…" or "..." ends one unless the next word goes on in lower case.
    """
    bare = text.rstrip(_CLOSING_MARKS)
    if not bare:
        return False
    if bare[-1] in "?!":
        return True
    if bare.endswith(("…", "...", "..")):
        return not following.lstrip(_OPENING_MARKS)[:1].islower()
    if bare[-1] not in ".。":
        return False
    return not _is_abbreviation(bare, following)


def _is_abbreviation(bare: str, following: str) -> bool:
    word = bare[:-1].lstrip(_OPENING_MARKS)
    lower = word.lower()
    goes_on = not following or not following.lstrip(_OPENING_MARKS)[:1].isupper()
    if lower in _ABBREVIATIONS:
        return not (lower in _SENTENCE_FINAL_ABBREVIATIONS and (not following or not goes_on))
    return len(word) == 1 and word.isupper() and word != "I" and bool(following)  # "J. Smith"


def is_clause_end(text: str) -> bool:
    """Whether a written word ends with a comma, semicolon, colon or dash."""
    bare = text.rstrip(_CLOSING_MARKS)
    return bare.endswith((",", ";", ":", "–", "—", "--", "…", "...")) or (
        bare.endswith("-") and len(bare) > 2
    )


@lru_cache(maxsize=65_536)
def junction(before: str, after: str) -> Junction:
    """Classify the place between two written words of one speaker."""
    if is_sentence_end(before, after):
        return Junction.SENTENCE
    if is_clause_end(before):
        return Junction.CLAUSE
    left, right = bare_word(before), bare_word(after)
    if _is_torn(before, after, left, right):
        return Junction.TORN
    if right in CONJUNCTIONS and not (right in PREPOSITIONS and left in AUXILIARIES):
        return Junction.CONJUNCTION
    if right in PREPOSITIONS:
        # "very early | on.": what closes a clause is a particle, and belongs to the word before it.
        return Junction.PLAIN if is_clause_end(after) or is_sentence_end(after) else Junction.PREPOSITION
    if right in AUXILIARIES and right not in ("not", "never"):
        return Junction.PREDICATE
    return Junction.PLAIN


def _is_torn(before: str, after: str, left: str, right: str) -> bool:
    if left in TITLES or left.endswith(_CONTRACTED_ENDINGS) or right in _OBJECTS:
        return True
    if left in SUBJECTS or left in ARTICLES:
        # "I told you | because", "I know that | when": the word closes its phrase, and a new one begins.
        return not (
            left in _SUBJECT_OR_OBJECT
            and (right in CONJUNCTIONS or right in PREPOSITIONS or right in _ADVERBS)
        )
    if (
        left in AUXILIARIES
        and (right in CONJUNCTIONS or right in PREPOSITIONS)
        and right not in ("to", "so", "that")
    ):
        return False  # "what will you do | when", "it was | in": the verb is the main one
    if left in PREPOSITIONS or left in CONJUNCTIONS or left in AUXILIARIES:
        return True
    if left.endswith(("'s", "s'")):
        return True
    if (left.isdigit() or left in _NUMBERS) and right not in CONJUNCTIONS and right not in PREPOSITIONS:
        return True
    return (_is_name(before) or _is_initial(before)) and _is_name(after)


def _is_initial(text: str) -> bool:
    return len(text) == 2 and text[0].isupper() and text[1] == "."


def _is_name(text: str) -> bool:
    """Whether it looks like a part of a name: a capital, then small letters; subject pronouns are not."""
    return (
        bool(re.fullmatch(r"[A-Z][a-z]+(?:['’-][A-Za-z]+)?[.,;:!?…]*", text))
        and bare_word(text) not in SUBJECTS
    )


@lru_cache(maxsize=65_536)
def visible_length(text: str) -> int:
    """The length of a text in visible characters: combining marks, zero-width and control characters take no room.

    Spaces and punctuation count (Netflix, "How is reading speed measured?").
    """
    if text.isascii():
        return sum(ch >= " " and ch != "\x7f" for ch in text) if not text.isprintable() else len(text)
    composed = unicodedata.normalize("NFC", text)
    return sum(unicodedata.category(ch) not in ("Mn", "Me", "Cf", "Cc") for ch in composed)


@lru_cache(maxsize=65_536)
def is_counted_word(text: str) -> bool:
    """Whether a written token counts as a word: it holds a letter or a digit."""
    return any(ch.isalnum() for ch in text)
