"""Pronunciations of the given text: each word as the phone sequences to align, with stutters and compounds taken apart.

"I-I think" is said as three words, and each needs its own time; "1455" is one word with several readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from pipeline.english.pronounce import dictionary, pronounce, spelt_out
from pipeline.english.verbalize import spoken_readings
from pipeline.speech.aligner.lattice import Phones, Spoken
from pipeline.transcript import Kind
from pipeline.transcript.subtitles import Subtitles, SubtitlesWord

# Readings tried of one word, and pronunciations of all of them together; more cost time and gain nothing.
_MAX_READINGS = 4
_MAX_PRONUNCIATIONS = 6
# From this gap between cues on, a pause in the talk is expected. Set by hand.
_MIN_CUE_GAP_MS = 400
# Punctuation behind which a pause may be made.
_PAUSE_AFTER = re.compile(r"(?:[.,?!;:…]|--|–|—)[\"'”’)\]]*$")
_PIECES = re.compile(r"[^-]*[^\W_][^-]*-*")
# Where the space behind a sentence or a comma was forgotten: "hmm.And".
_RUN_TOGETHER = re.compile(r"(?<=[a-z][.?!…])(?=[A-Z])|(?<=[a-z][,;])(?=[A-Za-z])")
# Interjections whose spelling says little about how they sound.
_INTERJECTIONS = frozenset({"ugh", "uhh", "umm", "aw", "ah", "oh", "huh"})
# Backchannels ("mhm", "uh-huh") without hyphens and doubled letters, and their pronunciations in ARPAbet. Speech synthesis,
# common in training videos, spells the letters, which `_backchannel` adds.
_ONE_SYLLABLE_HUM = ("HH AH M", "M", "HH M", "AH M")
_TWO_SYLLABLE_HUM = ("AH M HH AH M", "M HH M", "M HH AH M", "AH HH AH")
_BACKCHANNELS = {
    "m": _ONE_SYLLABLE_HUM,
    "hm": _ONE_SYLLABLE_HUM,
    **dict.fromkeys(("mhm", "umhm", "umhum", "uhum", "uhmhum", "uhuh"), _TWO_SYLLABLE_HUM),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One word to listen for: a piece of token `token` (its index in the given text)."""

    token: int
    spoken: Spoken


def parts(given: Subtitles) -> list[Part]:
    """The words that somebody should say, in reading order; sound descriptions and credits are left out."""
    found: list[Part] = []
    before = ""
    pause = True
    for token, (word, gap) in enumerate(_with_gaps(given)):
        if word.kind is not Kind.WORD:
            pause = True
            continue
        pause = pause or gap or word.new_speaker or bool(_PAUSE_AFTER.search(before))
        for phones, doubtful in _pieces(word):
            found.append(Part(token, Spoken(phones, pause, doubtful)))
            pause = False
        before = word.text
    return found


def spoken_words(text: str) -> tuple[Spoken, ...]:
    """The pronunciations of a written word in the middle of a phrase, one item for each of its pieces."""
    return tuple(Spoken(phones, False, doubtful) for phones, doubtful in _pieces(SubtitlesWord(text)))


def _with_gaps(given: Subtitles) -> Iterator[tuple[SubtitlesWord, bool]]:
    """Every word, and whether a gap between cues, or a new paragraph of a script, lies in front of it."""
    last_end_ms: int | None = None
    for cue in given.cues:
        gap = cue.span is None or last_end_ms is None or cue.span.start_ms - last_end_ms >= _MIN_CUE_GAP_MS
        for number, word in enumerate(cue.words):
            yield word, gap and number == 0
        last_end_ms = None if cue.span is None else cue.span.end_ms


def _pieces(word: SubtitlesWord) -> list[tuple[tuple[Phones, ...], bool]]:
    """The pronunciations of each piece of a written word, and whether they are a guess."""
    if word.spoken is not None:
        said = _pronunciations([tuple(word.spoken.split())])
        return [(said, False)] if said else []
    if len(sentences := _RUN_TOGETHER.split(word.text)) > 1:
        return [piece for text in sentences for piece in _pieces(replace(word, text=text))]
    if backchannel := _backchannel(word.text):
        return [(backchannel, True)]
    texts = _PIECES.findall(word.text) if re.search(r"[^\W\d]-+[^\W\d]", word.text) else [word.text]
    found = []
    for number, text in enumerate(texts):
        bare = text.rstrip("-")
        is_partial = _is_partial_word(bare, texts[number + 1 :])
        readings = [(bare.lower(),)] if is_partial else spoken_readings(bare, _MAX_READINGS)
        said = _pronunciations(readings)
        if is_partial and said:
            following = _pronunciations(spoken_readings(texts[number + 1].rstrip("-"), 1))
            said = tuple(phones[:1] for phones in following) or said
        if said:
            found.append((said, is_partial or _is_doubtful(readings)))
    return found


def _backchannel(text: str) -> tuple[Phones, ...]:
    """The pronunciations of a backchannel; () for any other word."""
    letters = "".join(c for c in text.lower() if c.isalpha())
    sounds = _BACKCHANNELS.get(re.sub(r"(.)\1+", r"\1", letters), ()) if len(letters) > 1 else ()
    return tuple(tuple(sound.split()) for sound in (*sounds, spelt_out(letters)) if sounds)


def _is_partial_word(piece: str, following: Sequence[str]) -> bool:
    """Whether a piece is a partial word, the beginning of the next piece ("w-want")."""
    bare = piece.lower()
    return (
        bool(following)
        and re.fullmatch(r"[bcdfghjklmnpqrstvwxyz]{1,3}", bare) is not None
        and following[0].lower().startswith(bare)
    )


def _is_doubtful(readings: Sequence[tuple[str, ...]]) -> bool:
    known = dictionary()
    return (
        any(word in _INTERJECTIONS or (word not in known and not word.endswith("'s")) for word in readings[0])
        if readings
        else True
    )


def _pronunciations(readings: Sequence[tuple[str, ...]]) -> tuple[Phones, ...]:
    """All ways to say any of the readings, likeliest first."""
    found: dict[Phones, None] = {}
    for reading in readings:
        said = pronounce(reading)
        for choice in islice(product(*(said[word] for word in reading)), _MAX_PRONUNCIATIONS):
            phones = tuple(" ".join(choice).split())
            if phones:
                found[phones] = None
    return tuple(found)[:_MAX_PRONUNCIATIONS]
