"""Text normalization (verbalization), from written to spoken words: "Dr. Lee owes $5 since 1455" is said "doctor lee owes five
dollars since fourteen fifty five".

`spoken_words` gives the likeliest reading, `spoken_readings` every reading worth listening for, likeliest first. A spoken
word is lower-case `a-z` with apostrophes inside ("don't") or one in front of the few words that are spelt so ("'em"). Both
work on a whole line or on a single written word; amounts such as "$5 million" need the line.

Numbers are read by `pipeline.english.numbers`. Names of letters are left as letters ("u s" for "U.S."); acronyms without dots
stay one word ("nhs"), because whether they are spelt out is a question of pronunciation (`pipeline.english.pronounce`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from pipeline.english import numbers
from pipeline.words import plain_letters, without_accents, without_invisible

Words = tuple[str, ...]
Readings = tuple[Words, ...]

# Written with a dot, said in full. "st" and "no" are left alone: saint or street, number or a plain no.
ABBREVIATIONS: dict[str, str] = {
    "dr.": "doctor", "mr.": "mister", "mrs.": "missus", "ms.": "ms", "prof.": "professor", "jr.": "junior",
    "sr.": "senior", "vs.": "versus", "vs": "versus", "etc.": "et cetera", "etc": "et cetera",
    "e.g.": "for example", "i.e.": "that is", "approx.": "approximately", "dept.": "department",
    "ave.": "avenue", "capt.": "captain", "lt.": "lieutenant", "sgt.": "sergeant", "gen.": "general",
    "rev.": "reverend", "hon.": "honorable", "inc.": "incorporated", "ltd.": "limited", "ph.d.": "p h d",
    "ph.d": "p h d", "phd": "p h d", "mt.": "mount",
}  # fmt: skip
SYMBOLS: dict[str, str] = {"&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent", "°": "degrees"}
# By sign: one unit, several, a hundredth, several.
CURRENCIES: dict[str, tuple[str, str, str, str]] = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
}
SCALES: dict[str, str] = {
    "k": "thousand", "m": "million", "bn": "billion", "thousand": "thousand", "million": "million",
    "billion": "billion", "trillion": "trillion",
}  # fmt: skip
# Words that start with an apostrophe when they are spelt with care; elsewhere a leading one is a quotation mark.
ELISIONS = frozenset(
    {"'em", "'cause", "'til", "'bout", "'n", "'round", "'course", "'kay", "'tis", "'twas", "'cuse"}
)
# Roman numerals, only those that hardly ever stand for a word or for initials.
ROMAN: dict[str, str] = {
    "II": "two", "III": "three", "VII": "seven", "VIII": "eight", "IX": "nine", "XII": "twelve",
    "XIII": "thirteen", "XIV": "fourteen", "XV": "fifteen", "XVI": "sixteen", "XVII": "seventeen",
    "XVIII": "eighteen", "XIX": "nineteen",
}  # fmt: skip
_LIGATURES_AND_STROKES = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "th",
    "þ": "th",
    "ı": "i",
}
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒−"), "-") | dict.fromkeys(map(ord, "–—―"), " - ")
_TOP_DOMAINS = "com|org|net|edu|gov|uk|io"


def spoken_words(text: str) -> Words:
    """The likeliest reading of `text` as words; sounds in square brackets are not read."""
    return tuple(word for piece in _readings_by_piece(text) for word in piece[0])


def spoken_readings(text: str, most: int = 8) -> Readings:
    """Every plausible reading of `text`, likeliest first, at most `most`; meant for one written word or amount."""
    readings: list[Words] = [()]
    for piece in _readings_by_piece(text):
        readings = [before + choice for choice in piece for before in readings][:most]
    return tuple(dict.fromkeys(readings))


def _readings_by_piece(text: str) -> list[Readings]:
    text = _to_ascii(text)
    pieces: list[Readings] = []
    at = 0
    while at < len(text):
        for pattern, read in _READERS:
            if match := pattern.match(text, at):
                pieces.append(read(match))
                at = match.end()
                break
        else:
            at += 1
    return [piece for piece in pieces if piece != ((),)]


def _to_ascii(text: str) -> str:
    """`text` transliterated to ASCII (and £ € °): marks unified, accents removed, markup and bracketed sounds blanked."""
    text = re.sub(r"\[[^\]]*\]|</?[a-zA-Z][^<>]*>", " ", text)
    text = plain_letters(without_invisible(text)).translate(_HYPHENS)
    text = "".join(_LIGATURES_AND_STROKES.get(c, _LIGATURES_AND_STROKES.get(c.lower(), c)) for c in text)
    # "½" must not become the digits it decomposes to: "1½" would read as eleven halves.
    text = re.sub(r"[¼½¾]", lambda m: " " + {"¼": "1/4", "½": "1/2", "¾": "3/4"}[m[0]] + " ", text)
    return "".join(c if c.isascii() or c in "£€°" else " " for c in without_accents(text))


def _words(text: str) -> Words:
    return tuple(text.split())


def _one(text: str) -> Readings:
    return (_words(text),)


def _each(*texts: str) -> Readings:
    return tuple(dict.fromkeys(_words(t) for t in texts))


def _clock(match: re.Match[str]) -> Readings:
    hour, minute, half = int(match["hour"]), int(match["minute"]), (match["half"] or "").lower()
    tail = f" {half[0]} m" if half else ""
    said = numbers.cardinal(hour)
    if minute == 0:
        return _each(said + tail) if tail else _each(f"{said} o'clock", said, f"{said} hundred")
    minutes = numbers.cardinal(minute) if minute > 9 else f"oh {numbers.cardinal(minute)}"
    return _each(f"{said} {minutes}{tail}")


def _amount(match: re.Match[str]) -> Readings:
    singular, plural, cent, cents = CURRENCIES[match["sign"]]
    whole = match["whole"].replace(",", "")
    part, scale = match["part"] or "", SCALES.get((match["scale"] or "").lower(), "")
    if scale:
        decimals = f" point {numbers.digits(part)}" if part else ""
        return _each(f"{numbers.cardinal_of(whole)}{decimals} {scale} {plural}")
    unit = singular if whole.lstrip("0") == "1" else plural
    if not part or not part.strip("0"):
        return _each(*(f"{n} {unit}" for n in numbers.readings(whole)))
    hundredths = int(part.ljust(2, "0")[:2])
    said, small = numbers.cardinal_of(whole), numbers.cardinal(hundredths)
    coins = f"{small} {cent if hundredths == 1 else cents}"
    if not whole.strip("0"):
        return _each(coins)
    return _each(f"{said} {unit} and {coins}", f"{said} {unit} {coins}", f"{said} {small}")


def _percentage(match: re.Match[str]) -> Readings:
    return tuple((*reading, "percent") for reading in _number_readings(match["number"]))


def _ordinal(match: re.Match[str]) -> Readings:
    return _each(*numbers.ordinals(match["number"]))


def _decade(match: re.Match[str]) -> Readings:
    return _each(*numbers.decades(match["number"]))


def _fraction(match: re.Match[str]) -> Readings:
    if match["ones"]:
        parts = [
            r.replace("one half", "a half")
            for r in numbers.fractions(int(match["above"]), int(match["below"]))
        ]
        return _one(f"{numbers.cardinal(int(match['ones']))} and {parts[0]}")
    return _each(*numbers.fractions(int(match["above"]), int(match["below"])))


def _range(match: re.Match[str]) -> Readings:
    low, high = match["low"], match["high"]
    firsts, seconds = numbers.readings(low), numbers.readings(high)
    return _each(f"{firsts[0]} to {seconds[0]}", f"{firsts[0]} {seconds[0]}")


def _digit_groups(match: re.Match[str]) -> Readings:
    return _one(" ".join(numbers.digits(g) for g in re.findall(r"\d+", match[0])))


def _number_readings(text: str) -> Readings:
    whole, _, part = text.partition(".")
    if part:
        return _each(f"{numbers.cardinal_of(whole)} point {numbers.digits(part)}")
    if "," in whole:
        return _each(numbers.cardinal_of(whole), numbers.cardinal_of(whole, "and"))
    return _each(*numbers.readings(whole))


def _number(match: re.Match[str]) -> Readings:
    return _number_readings(match[0])


def _signed(match: re.Match[str]) -> Readings:
    return tuple(("minus", *r) for r in _number_readings(match["number"]))


def _numbered(match: re.Match[str]) -> Readings:
    return tuple(("number", *r) for r in _number_readings(match["number"]))


def _abbreviation(match: re.Match[str]) -> Readings:
    return _one(ABBREVIATIONS[match[0].lower()])


def _initials(match: re.Match[str]) -> Readings:
    return _one(" ".join(c for c in match[0].lower() if c.isalpha()))


def _symbol(match: re.Match[str]) -> Readings:
    return _one(SYMBOLS[match[0]])


def _address(match: re.Match[str]) -> Readings:
    labels = match[0].lower().split(".")
    said = ["w w w" if label == "www" else " ".join(re.findall("[a-z]+", label)) for label in labels]
    return _one(" dot ".join(said))


def _roman(match: re.Match[str]) -> Readings:
    return _one(ROMAN[match[0]])


def _plural_initials(match: re.Match[str]) -> Readings:
    return _one(match[1].lower() + "'s")


def _hyphenated(match: re.Match[str]) -> Readings:
    parts = match[0].lower().split("-")
    kept = [p for p, following in pairwise(parts) if not _is_stutter(p, following)]
    return _one(" ".join(w for p in (*kept, parts[-1]) if (w := _unquoted(p))))


def _is_stutter(part: str, following: str) -> bool:
    """Whether `part` is the broken start of `following` ("w-want"), not a word of its own ("I-I'm", "re-read")."""
    broken = re.fullmatch(r"[bcdfghjklmnpqrstvwxyz]{1,3}|[aeiou]", part) is not None
    spoken_i = part == "i" and following.startswith("i'")
    return broken and following != part and following.startswith(part) and not spoken_i


def _unquoted(word: str) -> str:
    """`word` without quotation marks around it; an apostrophe in front stays where the spelling wants it."""
    inner = word.strip("'")
    return "'" + inner if word.startswith("'") and "'" + inner in ELISIONS else inner


def _word(match: re.Match[str]) -> Readings:
    return _one(_unquoted(match[0].lower()))


def _alternatives(table: dict[str, str]) -> str:
    return "|".join(re.escape(key) for key in sorted(table, key=len, reverse=True))


# The semiotic classes of written text: at each place the first pattern that matches reads it, so the order counts.
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Readings]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"(?i:(?:www\.)?[a-z][a-z-]*(?:\.[a-z-]+)*\.(?:{_TOP_DOMAINS}))(?![\w.]*\w)", _address),
        (r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?![\d:])(?:\s*(?P<half>(?i:[ap])\.?(?i:m)\b\.?))?", _clock),
        (r"(?P<hour>\d{1,2})(?P<minute>(?=\D)|$)\s?(?P<half>(?i:[ap])\.?(?i:m)\b\.?)",
         lambda m: _each(f"{numbers.cardinal(int(m['hour']))} {m['half'][0].lower()} m")),
        (r"(?P<sign>[$£€])\s?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?"
         r"(?:\s?(?P<scale>(?i:thousand|million|billion|trillion|bn|[km]))\b)?", _amount),
        (rf"(?P<number>{_NUMBER})\s?%", _percentage),
        (r"(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?i:st|nd|rd|th)\b", _ordinal),
        (r"'?(?P<number>(?:1\d|20)?\d0)'?s\b", _decade),
        (r"\d+(?:-\d+){2,}", _digit_groups),
        (r"(?:(?P<ones>\d{1,3})\s+)?(?P<above>\d{1,3})/(?P<below>\d{1,3})(?![\d/])", _fraction),
        (r"(?P<low>\d+)\s?-\s?(?P<high>\d+)", _range),
        (rf"#\s?(?P<number>{_NUMBER})", _numbered),
        (rf"(?<![\w.])-(?P<number>{_NUMBER})", _signed),
        (_NUMBER, _number),
        (rf"(?i:(?<![a-z'])(?:{_alternatives(ABBREVIATIONS)})(?![a-z'.]))", _abbreviation),
        (r"(?<![A-Za-z'])(?:[A-Za-z]\.){2,}(?:[A-Za-z](?![A-Za-z'.]))?", _initials),
        (rf"(?<![A-Za-z'])(?:{_alternatives(ROMAN)})(?![A-Za-z'-])", _roman),
        (r"(?<![A-Za-z'])([A-Z]{2,})s(?![A-Za-z'])", _plural_initials),
        (r"'?[A-Za-z](?:[A-Za-z']*[A-Za-z])?(?:-[A-Za-z](?:[A-Za-z']*[A-Za-z])?)+", _hyphenated),
        (r"'?[A-Za-z](?:[A-Za-z']*[A-Za-z])?", _word),
        (f"[{re.escape(''.join(SYMBOLS))}]", _symbol),
    )
)  # fmt: skip
