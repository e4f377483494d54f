"""What to listen for: the given text as words with pronunciations, stutters and compounds taken apart.

"I-I think" is said as three words, and each wants its own time; "1455" is one word with several readings.
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

# Readings x pronunciations of one word; more cost time and gain nothing.
_MOST_READINGS, _MOST_PRONUNCIATIONS = 4, 6
# A gap between cues that lets expect a pause in the talk.
_CUE_GAP_MS = 400
_PAUSE_AFTER = re.compile(r"(?:[.,?!;:…]|--|–|—)[\"'”’)\]]*$")
_PIECES = re.compile(r"[^-]*[^\W_][^-]*-*")
# The space behind a sentence or a comma was forgotten: "hmm.And".
_RUN_TOGETHER = re.compile(r"(?<=[a-z][.?!…])(?=[A-Z])|(?<=[a-z][,;])(?=[A-Za-z])")
# Sounds whose spelling says little about how they sound.
_VAGUE = frozenset({"ugh", "uhh", "umm", "aw", "ah", "oh", "huh"})
# Hums, less their hyphens and doubled letters: one sound each, of any vowel or none. Machine voices, common in training videos,
# spell the letters.
_ONE_HUM = ("HH AH M", "M", "HH M", "AH M")
_TWO_HUMS = ("AH M HH AH M", "M HH M", "M HH AH M", "AH HH AH")
_HUMS = {
    "m": _ONE_HUM,
    "hm": _ONE_HUM,
    **dict.fromkeys(("mhm", "umhm", "umhum", "uhum", "uhmhum", "uhuh"), _TWO_HUMS),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One word to listen for: a piece of token `token` (its index in the given text)."""

    token: int
    spoken: Spoken


def parts(given: Subtitles) -> list[Part]:
    """Everything in the text that somebody should say, in reading order; sounds and credits are left out."""
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
    """A written word as what to listen for in the middle of a phrase: one for each of its pieces."""
    return tuple(Spoken(phones, False, doubtful) for phones, doubtful in _pieces(SubtitlesWord(text)))


def _with_gaps(given: Subtitles) -> Iterator[tuple[SubtitlesWord, bool]]:
    """Every word, and whether a gap between cues, or a new paragraph of a script, lies in front of it."""
    last_end_ms: int | None = None
    for cue in given.cues:
        gap = cue.span is None or last_end_ms is None or cue.span.start_ms - last_end_ms >= _CUE_GAP_MS
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
    if hum := _hum(word.text):
        return [(hum, True)]
    texts = _PIECES.findall(word.text) if re.search(r"[^\W\d]-+[^\W\d]", word.text) else [word.text]
    found = []
    for number, text in enumerate(texts):
        bare = text.rstrip("-")
        broken = _is_broken(bare, texts[number + 1 :])
        readings = [(bare.lower(),)] if broken else spoken_readings(bare, _MOST_READINGS)
        said = _pronunciations(readings)
        if broken and said:
            following = _pronunciations(spoken_readings(texts[number + 1].rstrip("-"), 1))
            said = tuple(phones[:1] for phones in following) or said
        if said:
            found.append((said, broken or _is_doubtful(readings)))
    return found


def _hum(text: str) -> tuple[Phones, ...]:
    """How a hum may sound; () for any other word."""
    letters = "".join(c for c in text.lower() if c.isalpha())
    sounds = _HUMS.get(re.sub(r"(.)\1+", r"\1", letters), ()) if len(letters) > 1 else ()
    return tuple(tuple(sound.split()) for sound in (*sounds, spelt_out(letters)) if sounds)


def _is_broken(piece: str, following: Sequence[str]) -> bool:
    """Whether a piece is the broken beginning of the next ("w-want")."""
    bare = piece.lower()
    return (
        bool(following)
        and re.fullmatch(r"[bcdfghjklmnpqrstvwxyz]{1,3}", bare) is not None
        and following[0].lower().startswith(bare)
    )


def _is_doubtful(readings: Sequence[tuple[str, ...]]) -> bool:
    known = dictionary()
    return (
        any(word in _VAGUE or (word not in known and not word.endswith("'s")) for word in readings[0])
        if readings
        else True
    )


def _pronunciations(readings: Sequence[tuple[str, ...]]) -> tuple[Phones, ...]:
    """All ways to say any of the readings, likeliest first."""
    found: dict[Phones, None] = {}
    for reading in readings:
        said = pronounce(reading)
        for choice in islice(product(*(said[word] for word in reading)), _MOST_PRONUNCIATIONS):
            phones = tuple(" ".join(choice).split())
            if phones:
                found[phones] = None
    return tuple(found)[:_MOST_PRONUNCIATIONS]
